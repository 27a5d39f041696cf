"""Page furniture: the lines of an article that are not its own prose.

Enters: an article's text. Leaves: its ``Line`` list and the spans of page controls, photo credits,
bare addresses, copyright and contact lines. Deliberately knows nothing of titles, bylines or
dates (``heading`` does), of files, or of any one outlet's wording.

Precision comes first: a line counts only if the *whole* line is a control, so a sentence that
mentions subscribing survives; losing prose is worse than keeping a button.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from embeddings.schema import Span

_EDGE = " \t\v\f\u00a0\u2003\u2009\u202f\u3000\ufeff\u200b\u200e\u200f\u2028\u2029\x85"
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*\)")

_PICTURE = (
    r"(?:(?:file |stock )?photo(?:graph|graphy|s)?|images?|pictures?|video|graphic|illustration)"
)
_STOCK = r"(?-i:Getty(?:\ Images)?|Shutterstock|Alamy|iStock|Unsplash|Wikimedia(?:\ Commons)?)"
_AGENCY = rf"(?:{_STOCK}|(?-i:AP|AFP|EPA|Reuters|REUTERS))"
# A caption with its credit; the credit closes the line, so a sentence about a photo does not match.
_CREDIT = re.compile(
    rf"""
      \(?{_PICTURE}\s*(?:credits?|sources?|courtesy(?:\s+of)?|by)?\s*[:：/]\s*\S.{{0,80}}
    | \(?{_PICTURE}\s+(?:sources?|captions?)\s*[:,]\s*\S.{{0,200}}
    | \(?{_PICTURE}\s+(?:credits?|courtesy(?:\s+of)?|by)\s+(?-i:[^\W\d_a-z])[^.]{{0,80}}\)?
    | credits?\s*:\s*\S.{{0,80}}
    | .{{0,250}}\({_PICTURE}\s*(?:(?:credits?|sources?|courtesy|by|via)\b|[:/])[^()]{{0,80}}\)\.?
    | .{{0,250}}\((?:[^()]{{0,60}}[\ /,])?(?:AP\ Photo|{_STOCK})\b[^()]{{0,40}}\)\.?
    | .{{0,250}}(?-i:\b(?:Photo|Photograph|Credit|Photos)|[.!?”"]\s+(?:Image|Picture|Video))\s*[/:|]
      \s*(?-i:[^\W\d_a-z])[^.]{{0,60}}
    | (?:.{{0,250}}[/|,(–—-]\s*|.{{0,250}}\b(?:via|courtesy\ of)\s+)?
      (?:{_AGENCY}\s*/\s*{_AGENCY}|(?-i:Getty\ Images))\)?\.?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_URL = r"<?(?:https?://|www\.)[^\s<>]+>?"
_MAIL = r"[\w.+-]+@[\w-]+\.[\w.-]*\w"
_YOURS = (
    r"\b(?:newsletters?|our|(?-i:us)|here|digests?|inbox|e-?mails?|channels?|podcasts?|updates)\b"
)
_CONTROL = re.compile(
    rf"""
      (?:give|leave|post|add|write|submit|view|show|hide|see|read|load)\s+(?:us\s+)?
        (?:(?:your|a|all|the|more)\s+)?(?:\d+\s+)?(?:comments?|replies|reply|feedback)\b\W*(?:\(\d+\))?
    | comments?\s*\(?\d*\)?\W* | join\ the\ (?:conversation|discussion)\W*
    | \d[\d,.]*\s*[km]?\s+(?:comments?|shares?|likes?|views|retweets|replies)
    | \d+\s*-?\s*min(?:ute)?s?\s+(?:read|watch|listen)
    | (?:estimated\s+)?read(?:ing)?\s+time\W.{{1,20}}
    | please\s+(?:select|choose|enable|log\s?in|sign\s?in|wait|subscribe|turn\ on)\b.{{0,100}}
    | (?:share|tweet|print|e-?mail|save)(?:\s+(?:this|the)(?:\s+(?:article|story|post|page))?)?
        (?:\s+(?:on|via|with|by)\s+[\w, ]{{1,40}})?\W*
    | share\s+(?:on|via|with|to)\s+[\w, ]{{1,40}} | copy\ link
    | listen\ to\ this\ (?:article|story)\W*
    | (?:(?:story|article)\s+continues\s+(?:below|after)\s+(?:this\s+)?)?(?:ad|advertisements?)\W*
    | (?:this\ )?sponsored(?:\ content)? | skip\s+(?:to\s+(?:main\s+)?content|advertisement|ad)
    | back\s+to\s+(?:the\s+)?top | scroll\s+(?:down\s+)?to\s+continue.{{0,40}}
    | (?:(?:you|readers)\s+can\s+)?(?:subscribe|sign[\s-]?up)
        (?:\s*[!.:>→]*|\s.{{0,80}}{_YOURS}.{{0,80}})
    | (?:get|receive)\s.{{0,80}}\b(?:inbox|newsletters?|by\ e-?mail)\b.{{0,80}}
    | subscribe\s+(?:now|today)\W* | (?:log|sign)\s?-?(?:in|out)\W*
    | download\s+(?:our|the)\s.{{0,30}}\bapp\b.{{0,40}}
    | support\s+(?:local|independent|quality|our)\s+journalism\b.{{0,100}}
    | (?:follow|like|join|find)\s+(?:us|[\w. ]{{2,60}})\s+on\s+
        (?:facebook|twitter|x\b|instagram
        |telegram|whatsapp|youtube|linkedin|threads|google\ news|social\ media|bluesky
        |tiktok).{{0,80}}
    | follow\s+.{{0,80}}@\w+.{{0,40}}
    | (?:(?:reach|contact|e-?mail|follow)\s.{{2,120}}
        |[^\W\d_a-z].{{2,100}}\ can\ be\ reached\s.{{2,60}})
        \s(?:{_MAIL}|@\w+)\W*
    | (?:please\s+)?click\s+here\b.{{0,120}}
    | (?:read|learn|find\ out|see|watch)\s+more(?:\s+(?:here|about\s.{{1,60}}))?\W*
    | (?:(?:also\s+|you\s+may\s+)?(?:also\s+)?(?:read|watch|see)(?:\s+(?:more|also|next))?
        |more|related)
        \s?[:：»>].{{0,160}}
    | (?:related|recommended|popular|latest|more|other|most\s+(?:read|popular|viewed))\s+
        (?:articles?|stories|topics|posts|content|reading|coverage|headlines|news)\W*
    | (?:you\s+(?:may|might)\s+(?:also\s+)?(?:like|be\s+interested\s+in)|trending(?:\s+now)?
        |most\s+read|most\s+popular|up\s+next|read\s+next|editors?['’]?s?['’]?\s+picks?
        |recommended(?:\s+for\s+you)?)\W*
    | contribut(?:ing|ors?)\s*:\s*.{{2,120}}
    | (?:this\s+(?:web)?site\s+uses|we\s+use|by\s+using\s+this\s+(?:web)?site)
        .{{0,40}}\bcookies?\b.{{0,160}}
    | (?:copyright\b|©|\(c\)\s).{{0,40}}\b(?:19|20)\d\d\b.{{0,120}}
    | .{{0,120}}\ball\s+rights\s+reserved\W*
    | (?:e-?mail|web(?:site)?|tel(?:ephone)?|phone|fax)\s*:\s*[\w<+(].{{2,80}}
    | (?:[\w\ ]{{2,40}}\s*[:：]\s*)?(?:{_URL}|{_MAIL})
    | [\W_]+
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Names of networks are furniture only beside another control: alone they may head a section.
_NETWORK = re.compile(
    r"(?:(?:facebook|twitter|x|linkedin|whatsapp|telegram|reddit|pinterest|e-?mail|print|instagram"
    r"|flipboard|messenger|pocket|tumblr|copy link|menu|search|home|more)\W*)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line with something on it.

    ``text`` is the line without white space and invisible marks at its ends, and starts at
    ``start``; ``outer`` is the whole line without its line break. ``number`` counts from 1,
    ``block`` numbers the runs of lines between blank ones.
    """

    start: int
    text: str
    outer: Span
    number: int
    block: int

    @property
    def bare(self) -> str:
        """The text without Markdown's marks and link targets, for matching only."""
        text = _LINK.sub(r"\1", self.text) if "](" in self.text else self.text
        return text.strip("*_#>`~ \t")


def lines_of(text: str, start: int = 0) -> list[Line]:
    """The lines of ``text`` from offset ``start`` on that hold something; numbers count from 1."""
    number = 1 + text.count("\n", 0, start)
    block, last_blank, found = 0, False, []
    for match in _LINE.finditer(text, start):
        body = match[1].strip(_EDGE)
        if body:
            block += last_blank
            outer = Span(match.start(1), match.end(1))
            found.append(Line(outer.start + match[1].index(body), body, outer, number, block))
        last_blank = not body
        number += 1
        if match.end() == len(text):
            break
    return found


def is_control(line: Line) -> bool:
    """Whether the whole line is a page control, a credit, an address or a rule of dashes."""
    bare = line.bare
    if not bare:  # nothing but Markdown's marks
        return True
    return len(bare) <= 300 and bool(_CONTROL.fullmatch(bare) or _CREDIT.fullmatch(bare))


def page_furniture(lines: Sequence[Line]) -> list[Span]:
    """The lines that are page controls wherever they stand, as spans of whole lines."""
    marked = [is_control(line) for line in lines]
    networks = [len(line.text) <= 60 and bool(_NETWORK.fullmatch(line.bare)) for line in lines]
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):
        step = order.step
        for index in order:
            before = index - step
            if networks[index] and 0 <= before < len(lines) and marked[before]:
                marked[index] = True
    return [line.outer for line, mark in zip(lines, marked, strict=True) if mark]


def merge(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sort spans and join those that overlap or have only white space between them."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and not text[merged[-1].end : span.start].strip():
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)

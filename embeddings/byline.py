"""Lines about an article: who wrote it, for whom, when.

Enters: one ``Line``. Leaves: ``Facts``, the places in the text that name an author, an outlet, a
title or a date, or None where the line is not about the article. Deliberately knows nothing of
where a line stands: ``heading`` and ``footer`` ask, and choose.

A line counts only if every piece of it is understood: "By Wednesday, the city had fallen" is not
a byline, because what follows "By" is not a name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from embeddings.dates import Written, find_dates
from embeddings.furniture import Line
from embeddings.schema import Span


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARTICLES = _words(
    "van von der den de del della di da dos du la le el al bin bint ibn ben ter ten zu y e af av"
)
_SMALL = _PARTICLES | _words("of the and for in on at to & a an")
_NO_NAME = _words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april"
    " june july august september october november december the a an any all some this that"
    " these our their his her its my your staff admin administrator editor editors editorial"
    " newsroom desk reporter correspondent writer agencies agency contrast comparison now then"
    " law default invitation special contributor columnist anonymous unknown team wire wires"
)
_CUES = _words(
    "news times post press journal guardian herald daily weekly online magazine tribune today"
    " media network agency radio tv television review observer standard telegraph gazette"
    " chronicle independent mirror express mail globe star bulletin digest outlook monitor"
    " dispatch examiner inquirer courier record register report insider broadcasting service"
    " wire"
)
_ALONE = _words(
    "reuters bbc cnn npr afp bloomberg politico axios vox aljazeera newsweek forbes wired"
    " tass xinhua msnbc cnbc pbs cbs nbc abc time slate quartz dawn tolonews ap dpa upi rt dw"
    " france24"
)
SECTIONS = _words(
    "world news latest breaking top us uk eu usa asia europe africa america americas middle"
    " east international national local regional politics business economy sport sports"
    " opinion opinions editorial analysis comment commentary features feature culture arts"
    " entertainment science tech technology health climate environment travel lifestyle style"
    " life video videos photos gallery podcast live exclusive home front page column columns"
    " columnists report reports interview interviews blog blogs society education security"
    " defense defence war conflict markets money investigation explainer factcheck"
    " investigations letters obituaries food music film books view views voices my your"
    " weather crime courts law religion history the and of &"
)
_AGENCY = re.compile(
    r"\b(?:The )?(?:Associated Press|Reuters|Agence France[- ]Presse|AFP|AP|Bloomberg|Xinhua|TASS"
    r"|UPI|United Press International|dpa|ANI|PTI)$"
)
_BYLINE = re.compile(
    r"(?:(?:(?:story|words|text|article|analysis|opinion|report|posted|published|written|reported"
    r"|reporting|compiled)\s+)?by(?:\s*[:：]\s*|\s+)"
    r"|(?:authors?|writers?|reporters?|byline|autor(?:en|in|es|a)?|auteurs?|автор|بقلم|الكاتب)"
    r"\s*[:：]\s*)(?=\S)",
    re.IGNORECASE,
)
# "From staff and wire reports", "Special to the Daily Times": who wrote it is not said.
_NOBODY = re.compile(
    r"(?:from\s.{2,60}\s)?(?:.{0,30}\s)?(?:staff|wire|agency)(?:\s+and\s+\w+(?:\s+\w+)?)?\s+(?:reports?|services?)"
    r"|(?:special|exclusive)\s+(?:to|for)\s+(?:the\s+)?(?P<outlet>\S.{1,40})",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:,\s+and\s|[,;&]|\s+(?:and|und|et|y)\s)\s*")
_WHERE = re.compile(r"\s+(?:in|for|at|from|of|on|with|via|reporting)\s+", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+[-–—/]+\s+|[|•·¦]|\s+[-–—]+$")
_TRIM = " \t,.;:()[]*_#>~–—-‘’'\"“”"
_SMALL_TALK = re.compile(
    r"(?:\d+\s*-?\s*min(?:ute)?s?(?:\s+read)?|on|at|in|date|time|updated?|published?|\d[\d:.]*)",
    re.IGNORECASE,
)
_DOMAIN = re.compile(
    r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|info|news|co|uk|de|fr|ru|tv|eu)"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What one line says about its article, as places in the whole text."""

    dates: tuple[Written, ...] = ()  # offsets within the line
    author: Span | None = None
    outlet: Span | None = None
    title: Span | None = None


def capitalised(text: str) -> bool:
    """Whether every word but the small ones begins like a name; uncased scripts always do."""
    words = text.split()
    return bool(words) and all(
        not word.lstrip("'’\"“‘(")[:1].islower() or word in _SMALL for word in words
    )


def is_label(text: str) -> bool:
    """A short capitalised line without closing punctuation: a section, a place, an outlet."""
    return (
        len(text.split()) <= 5
        and len(text) <= 60
        and text[-1] not in ".?!:;,…"
        and (capitalised(text) and any(letter.isalpha() for letter in text))
    )


def is_person(text: str, least: int = 2) -> bool:
    """Whether a stretch reads as one person's name of at least ``least`` words."""
    words = text.split()
    if not least <= len(words) <= 5 or is_outlet(text):
        return False
    return all(
        re.fullmatch(r"[^\W\d_][\w'’.\-]{0,24}", word)
        and (not word[0].islower() or word in _PARTICLES)
        and word.lower() not in _NO_NAME
        for word in words
    )


def is_outlet(text: str) -> bool:
    """Whether a stretch names a publisher by a word that publishers' names have, or is a domain."""
    words = [word.strip(".,'’") for word in text.split()]
    if _DOMAIN.fullmatch(text):
        return True
    if not 1 <= len(words) <= 7 or not capitalised(text) or text[-1] in "?!:;,…":
        return False
    lower = [word.lower() for word in words]
    if all(word in SECTIONS for word in lower):
        return False
    return any(word in _ALONE for word in lower) or (
        len(words) > 1 and any(word in _CUES for word in lower)
    )


def facts_of(line: Line, body: str = "") -> Facts | None:
    """What the line says about its article; None where any piece of it is not understood.

    ``body`` is the article's prose: a name without "By" that the prose mentions is a place or a
    person written about, not the author.
    """
    text = line.text
    if len(text) > 200 or text[-1] in "–—-":  # a dateline: its place is no author
        return None
    dates = tuple(find_dates(text))
    pieces = _pieces(text, dates)
    found: dict[str, Span] = {}
    people: list[Span] = []
    for number, (start, piece) in enumerate(pieces):
        span = Span(line.start + start, line.start + start + len(piece))
        named = _byline(piece, span.start, body)
        if named is not None:
            found = named | found
        elif _SMALL_TALK.fullmatch(piece):
            continue
        elif is_outlet(piece) and (dates or len(pieces) > 1):
            found.setdefault("outlet", span)
        elif number == 0 and _title_piece(text, piece, start, dates, len(pieces)):
            found["title"] = span
        elif is_label(piece) and (dates or len(pieces) > 1):
            people += [span] if is_person(piece) and piece not in body else []
        else:
            return None
    if "author" not in found and "outlet" in found and people:
        found["author"] = people[0]
    outlet = "outlet" in found and len(pieces) > 1  # a lone name of an outlet may be a section
    if not (dates or outlet or "author" in found or "byline" in found):
        return None
    return Facts(dates, found.get("author"), found.get("outlet"), found.get("title"))


def _pieces(text: str, dates: tuple[Written, ...]) -> list[tuple[int, str]]:
    """The stretches of a line between dates and separators, trimmed, with their offsets."""
    masked = text
    for written in dates:
        start, end = written.outer
        masked = masked[:start] + "|" * (end - start) + masked[end:]
    masked = _SEPARATOR.sub(lambda match: "|" * len(match[0]), masked)
    pieces = []
    for match in re.finditer(r"[^|]+", masked):
        piece = match[0].strip(_TRIM)
        if piece:
            pieces.append((match.start() + match[0].index(piece), piece))
    return pieces


def _title_piece(
    text: str, piece: str, start: int, dates: tuple[Written, ...], pieces: int
) -> bool:
    """Whether a line's first piece is a title set apart by a separator: no phrase with a date."""
    after = text[start + len(piece) :].lstrip(_TRIM.replace("–—-", ""))
    apart = after[:1] in tuple("|•·–—") or after.startswith("- ")
    return len(piece.split()) >= 4 and apart and bool(dates or pieces > 1)


def _byline(piece: str, offset: int, body: str) -> dict[str, Span] | None:
    """Author and outlet of "By A and B, Staff Writer"; None where it is no byline."""
    nobody = _NOBODY.fullmatch(piece)
    if nobody:
        start, end = nobody.span("outlet")
        named = {"outlet": Span(offset + start, offset + end)} if start >= 0 else {}
        return {"byline": Span(offset, offset + len(piece)), **named}
    match = _BYLINE.match(piece)
    if match is None:
        # "Jane Doe, Daily Times": a name and an outlet need no "By".
        name, comma, rest = piece.partition(", ")
        if comma and is_person(name) and is_outlet(rest) and name not in body:
            start = offset + piece.index(rest, len(name))
            return {
                "author": Span(offset, offset + len(name)),
                "outlet": Span(start, start + len(rest)),
            }
        return None
    start, rest = match.end(), piece[match.end() :]
    found = {"byline": Span(offset, offset + len(piece))}
    end = _people(rest)
    if end:
        found["author"] = Span(offset + start, offset + start + end)
    rest_start = start + end
    tail = piece[rest_start:]
    if len(tail) > 80 or re.search(r"[.!?]\s", tail):
        return None
    outlet = _outlet_in(tail)
    if outlet:
        found["outlet"] = Span(offset + rest_start + outlet.start, offset + rest_start + outlet.end)
    unnamed = all(word.lower() in _NO_NAME for word in re.findall(r"\w+", rest)[:2])
    return found if end or outlet or (unnamed and len(rest.split()) <= 3) else None


def is_people(text: str) -> bool:
    """Whether a stretch is nothing but names: "Jane Doe", "Jane Doe and John Q. Public"."""
    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    return bool(parts) and all(is_person(part) and len(part.split()) <= 4 for part in parts)


def _people(text: str) -> int:
    """Where the names at the start of a byline end; 0 where it does not start with a name."""
    position = end = 0
    while position < len(text):
        between = _BETWEEN.search(text, position)
        stop = between.start() if between else len(text)
        where = _WHERE.search(text, position, stop)
        agency = _AGENCY.search(text[position : where.start() if where else stop])
        cut = position + agency.start() if agency else where.start() if where else stop
        name = text[position:cut].rstrip(" .")
        if not is_person(name, least=1 if position == 0 else 2):
            break
        end = position + len(name)
        if cut != stop or between is None:
            break
        position = between.end()
    return end


def _outlet_in(text: str) -> Span | None:
    """The outlet named after the names of a byline: ", Daily Times", "for The Guardian"."""
    position = 0
    for match in re.finditer(r"\s*(?:[,;/|]|\b(?:for|at|from|of|with|in)\s)\s*|$", text):
        part = text[position : match.start()].strip(_TRIM)
        if part and (is_outlet(part) or _AGENCY.fullmatch(part)):
            start = text.index(part, position)
            return Span(start, start + len(part))
        position = match.end()
    wrote_for = re.search(r"\sfor\s+(?P<name>\S.*)$", text)
    if wrote_for and is_label(wrote_for["name"]):
        return Span(*wrote_for.span("name"))
    return None

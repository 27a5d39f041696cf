"""Where the sentences of one paragraph end: rules over what stands around a final mark; pure.

Enters: a block of text in which a sentence may end anywhere. Leaves: offsets into it.
Deliberately knows nothing of lines, articles and passages.

Each pattern starts at one character, looks a bounded distance back and takes possessively, so
time is linear in the text whatever it holds. No rule trusts the balance of quotation marks: in
news copied from the web they are glued to the wrong word, doubled and left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from embeddings.abbreviations import (
    ABBREVIATIONS,
    CLOCK_FOLLOWERS,
    NAMES_WITH_MARK,
    SPEECH,
    STARTERS,
    SUFFIXES,
)

_WIDE = "。！？｡।॥։။።"  # marks that need no white space after them
_MARKS = ".!?…‽؟۔" + _WIDE
_QUOTES = "\"'”’“‘»」』"
_CLOSERS = _QUOTES + ")]}）】》*_\ufe0e\ufe0f\u200b\u2060\ufeff"
_FINAL = (*_MARKS, ":")
# U+200B, U+2060 and U+FEFF (a stray byte order mark) show nothing: they are trimmed like spaces.
BLANK = " \t\n\r\f\v\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + (
    "".join(map(chr, range(0x2000, 0x200C))) + "\u2060\ufeff"
)

HEADING = re.compile(r"#{1,6}\s")  # Markdown
_STOP = re.compile(
    rf"[{_MARKS}\"”]"
    rf"(?:(?<=[{_MARKS}])(?P<mark>[{_MARKS}]*+(?:(?<=\.)[ \xa0]\.+)*+)"  # "...", ". . ."
    rf"(?P<close>[{re.escape(_CLOSERS)}]*+(?:\[\d{{1,3}}\]|[⁰¹²³⁴-⁹])*+)"  # footnotes
    r"|(?=\s++(?:He|She|They|But|However)\s))"
)
_NEXT = re.compile(
    r"\s*+(?P<lead>[\"'”’“‘«»„‚(\[{¿¡*_#@$£€₹~>•–—\-\u2600-\u27bf\U0001f1e6-\U0001faff\ufe0f\u200d]*+)"
    r"\s*+(?P<word>[^\W_]{1,30})(?P<tail>[.\-–’']?)"
)
_GLUED = re.compile(r"[“‘«(\[\"']?(?P<word>[^\W\d_]{1,30})(?P<tail>[.(]?\w?)")
_NAMED_SPEAKER = re.compile(
    r"\s+(?P<first>[^\W\d_a-z][\w.’'\-]{0,30})(?:\s[^\W\d_a-z][\w.’'\-]{0,30}){0,3}"
    rf"(?:\s(?:also|later|once|then|has|had))?\s(?:{'|'.join(sorted(SPEECH))})\b"
)
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,3}")
_ADDRESS = re.compile(r"//|@|www\.|[=_\\]|\.\w{2,6}/")
_LIST_NUMBER = re.compile(r"\d{1,3}|[ivxlcIVXLC]{1,5}|[A-Za-z]")
TOKEN_EDGES = str.maketrans(dict.fromkeys("-–—/([{\"'“‘«„*_", " "))
"""Translates what surrounds a word, or joins it to another, to spaces."""


def cuts(block: str) -> Iterator[int]:
    """Offsets at which a sentence ends and another begins, in order; none in a heading."""
    if HEADING.match(block):
        return
    running = terminated(block)
    for match in _STOP.finditer(block):
        cut = _cut(block, match, running) if match.end() < len(block) else None
        if cut is not None:
            yield cut


def terminated(text: str) -> bool:
    """Whether the text ends in a final mark or a colon, closing quotation marks aside."""
    return text[-12:].rstrip(_CLOSERS).endswith(_FINAL)


def capital(word: str) -> bool:
    """Whether the word may open a sentence: no lowercase, unless it is an iPhone or an eBay."""
    return not word[0].islower() or (len(word) > 1 and word[1].isupper())


def _cut(block: str, match: re.Match[str], running: bool) -> int | None:
    """Where the sentence ends at this mark, or None where it does not.

    ``running`` is False in a headline or list item: there a capital is no sign of a new sentence.
    """
    start, end = match.span()
    close = match["close"]
    if close is None:  # a closing quotation mark with no full stop, then "He", "They" …
        ends = start > 0 and block[start - 1].isalnum()
    elif block[match.start("close") - 1] in _WIDE:
        # "「はい。」と言った": there the quotation is part of the sentence.
        ends = not (close and block[end] in "とっ")
    elif block[end].isspace():
        ends = _ends(block, match, running)
    else:
        return _glued(block, start, end, close)
    return end if ends else None


def _ends(block: str, match: re.Match[str], running: bool) -> bool:
    """Whether a mark before white space ends the sentence."""
    start, end = match.span()
    follow = _NEXT.match(block, end)
    if follow is None or not (capital(follow["word"]) or "[" in follow["lead"]):  # "[laughs]"
        return False
    mark = block[start : match.start("close")]
    quoted = any(c in _QUOTES for c in match["close"])
    opens = follow["word"] in STARTERS and follow["tail"] not in (".", "-")
    if any(c in "!?؟‽" for c in mark):
        if not quoted:
            return opens or _before(block, start) not in NAMES_WITH_MARK
        speaker = _NAMED_SPEAKER.match(block, end)  # "“Why?” Milley asked."
        return speaker is None or speaker["first"] in STARTERS
    if len(mark) > 1 or mark == "…":
        return follow["word"] != "I" and not follow["word"][0].isdigit()
    return quoted or _full_stop(block, start, follow, opens and running, running)


def _full_stop(block: str, stop: int, follow: re.Match[str], opens: bool, running: bool) -> bool:
    """Whether a single full stop before white space and a capital ends the sentence."""
    before, word = _before(block, stop), follow["word"]
    if stop < 8 and block[:stop].strip(BLANK + "(") == before and _LIST_NUMBER.fullmatch(before):
        return False
    kind = _kind(before)
    if kind is not None and any(c in "-–—" for c in follow["lead"]):  # "10:52 p.m. — The Panthers"
        return False
    if kind == "starter":
        return opens
    if kind == "number":
        return not word[0].isdigit()
    if kind == "clock":  # at the start of a block it heads a line of a timetable
        return running and stop > 12 and word not in CLOCK_FOLLOWERS and not word[0].isdigit()
    return kind is None


def _kind(before: str) -> str | None:
    """What sort of abbreviation the word before a full stop is, or None."""
    known = ABBREVIATIONS.get(before)
    if known is not None:
        return known
    if before in ("a.m", "p.m", "A.M", "P.M"):
        return "clock"
    if (len(before) == 1 and before.isalpha() and before != "I") or _DOTTED.fullmatch(before):
        return "starter"
    return None


def _before(block: str, stop: int) -> str:
    """The word before the mark, without quotation marks, brackets and what a dash joins to it."""
    window = block[max(0, stop - 40) : stop]
    if not window or window[-1].isspace():
        return ""
    words = window.translate(TOKEN_EDGES).split()
    return words[-1] if words else ""


def _glued(block: str, start: int, end: int, close: str) -> int | None:
    """The cut in "allies.Tasnim reported": no white space, but a word ends and another begins."""
    match = _GLUED.match(block, end)
    if match is None or not _parted(block, start, end, close, match):
        return None
    opening = next((i for i, c in enumerate(close) if c in "“‘"), None)
    if opening is not None:
        return end - len(close) + opening
    # Counting is bounded, so that many such places stay linear.
    opens = close[-1:] == '"' and start < 5000 and block.count('"', 0, end - 1) % 2 == 0
    return end - opens


def _parted(block: str, start: int, end: int, close: str, match: re.Match[str]) -> bool:
    """Whether a mark without white space stands between two words, and not in a name."""
    word, tail = match["word"], match["tail"]
    before = _before(block, start)
    titled = word[0].isupper() and (word[1:].islower() or (word in ("A", "I") and not tail))
    shouted = word.isupper() and 2 <= len(word) <= 5 and len(before) > 3 and before.islower()
    call = tail[:1] == "(" or (tail[:1] == "." and len(tail) > 1)  # "os.Path(", "Java.Util.List"
    if not (titled or shouted) or call or word.lower() in SUFFIXES or before in NAMES_WITH_MARK:
        return False
    if not close and (len(before) < 2 or not before[-1].isalnum()):
        return False
    kind = _kind(before)
    # "Java.Util" and "J.K.Rowling" are one, "in Washington D.C.The" is two.
    if "." in before if kind in (None, "number") else word not in STARTERS:
        return False
    around = block[max(0, start - 60) : start].split()[-1:] + block[end : end + 60].split()[:1]
    return not _ADDRESS.search("".join(around))

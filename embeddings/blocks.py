"""The stretches of a text that a sentence does not reach beyond; pure.

Enters: a text and a range in it. Leaves: paragraphs, headings and list items as offsets.
Deliberately knows nothing of full stops inside a line: see ``stops``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from embeddings.abbreviations import ABBREVIATIONS, FUNCTION_WORDS
from embeddings.stops import BLANK, HEADING, TOKEN_EDGES, capital, terminated

_Line = tuple[int, int]

_NEWLINE = re.compile(r"[\n\r\v\f\x85\u2028\u2029]")
_NEWLINE_GAP = re.compile(_NEWLINE.pattern + r"\s*+")
_ITEM = re.compile(r"(?:[-*•‣◦▪●·]|[–—](?=\s+[^\W\d_a-z])|\d{1,2}[.)])\s")
_APART = re.compile(
    r"[^\w<@]{0,8}(?:<|via\s|https?:|www\.|\S{0,60}@\S|[\w\-.]{1,60}\.(?:com|org|net|co|gov|edu)\b)"
)
_FIRST_WORD = re.compile(r"[^\w]{0,8}(?P<word>\w[^\s]{0,40})")
_SHORT_LINE = 50


def blocks(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Paragraphs, headings and list items: what a sentence does not reach beyond.

    A blank line ends a block, except inside a sentence that goes on in lowercase after it. A single
    newline is white space where the line was full, and a boundary where it was not.
    """
    block: tuple[int, int] | None = None
    for paragraph in _paragraphs(text, start, end):
        width = max(line_end - line_start for line_start, line_end in paragraph)
        for number, line in enumerate(paragraph):
            if block is None:
                block = line
                previous = line
                continue
            if _goes_on(text, previous, line, width if number else None):
                block = (block[0], line[1])
            else:
                yield block
                block = line
            previous = line
    if block is not None:
        yield block


def _paragraphs(text: str, start: int, end: int) -> Iterator[list[tuple[int, int]]]:
    """Runs of lines without a blank line between them; lines are trimmed and not empty."""
    lines: list[tuple[int, int]] = []
    position = start
    for gap_start, gap_end in _gaps(text, start, end):
        line = text[position:gap_start]
        stripped = line.strip(BLANK)
        if stripped:
            at = position + len(line) - len(line.lstrip(BLANK))
            lines.append((at, at + len(stripped)))
        gap = text[gap_start:gap_end].replace("\r\n", "\n")
        if lines and (not stripped or len(_NEWLINE.findall(gap)) > 1):
            yield lines
            lines = []
        position = gap_end
    if lines:
        yield lines


def _gaps(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Newlines with the white space after them, and the end of the text."""
    for match in _NEWLINE_GAP.finditer(text, start, end):
        yield match.start(), match.end()
    yield end, end


def _goes_on(text: str, previous: _Line, line: _Line, width: int | None) -> bool:
    """Whether the line continues the one before; ``width`` is None after a blank line."""
    start, end = line
    if HEADING.match(text, *previous) or HEADING.match(text, start, end):
        return False
    first = _FIRST_WORD.match(text, start, end)
    if first is None or not _FIRST_WORD.match(text, *previous):
        return False
    word = first["word"]
    lower = not capital(word)
    if width is None:
        return (
            lower
            and not _ITEM.match(text, start, end)
            and not _APART.match(text, start, end)
            and not terminated(text[previous[0] : previous[1]])
        )
    length = previous[1] - previous[0]
    # Hard-wrapped text breaks a line only where the next word did not fit.
    fits = length + 1 + len(word) <= width
    if _ITEM.match(text, start, end) and not (word[0].isdigit() and not fits):
        return False
    last = (
        text[max(previous[0], previous[1] - 24) : previous[1]].translate(TOKEN_EDGES).split()[-1:]
    )
    unfinished = last and (
        last[0].endswith(",")
        or last[0] in FUNCTION_WORDS
        or ABBREVIATIONS.get(last[0].removesuffix(".")) == "never"
    )
    caseless = not (word[0].isupper() or word[0].isdigit())
    return bool(lower or unfinished) or not (fits or (length < _SHORT_LINE and not caseless))

"""Which lines are a title.

Enters: lines and the prose below them. Leaves: how many lines the title takes and what it says.
Deliberately knows nothing of bylines, publishers or metadata, and of no outlet's typography.

A text that begins straight away with a paragraph has no title. What looks like a title but shares
no word with the prose is a credit or a section, not a title.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from embeddings.byline import SECTIONS, facts_of, is_label, is_outlet, is_people
from embeddings.furniture import Line, is_control
from embeddings.schema import Found, Span

# A title may trail off ("..."), a sentence with one full stop is none.
_CLOSED = re.compile(r"(?:(?<!\.\.)\.|[。:;,])[\"”’»)\]*_]*$")
_INITIALS = re.compile(r"\b(?:[A-Z]\.){2,}$")
_SENTENCES = re.compile(r"[^\W\d_]{3,}[.!?]\s+[^\W\d_a-z]")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MARK = re.compile(r"^(?:#{1,6}\s+|(?:title|headline)\s*[:：]\s*)", re.IGNORECASE)
_NOTE = re.compile(r"\W*(?:(?:editor|author|publisher)['’]?s?['’]?\s+)?notes?\b", re.IGNORECASE)


def is_marked(line: Line) -> bool:
    """Whether the line says itself that it is a title: "# ...", "Title: ..."."""
    return bool(_MARK.match(line.text))


def title_lines(lines: Sequence[Line], index: int, body: str) -> int:
    """How many lines from ``index`` on are the title: 0, 1 or 2. ``body`` is the text below."""
    line = lines[index]
    if is_marked(line):
        return 1 if _MARK.sub("", line.text).strip("*_# ") else 0
    if not _like_title(line.bare.rstrip(",;:")) or not _spoken_of(line.bare, body):
        return 0
    after = lines[index + 1] if index + 1 < len(lines) else None
    goes_on = line.bare[-1] in ",;:"
    if after is None or after.block != line.block or is_control(after) or facts_of(after):
        return 0 if goes_on else 1
    # A paragraph wider than any hard wrapping: the line above it was not its first row.
    wide = len(after.text) > 110 and not after.text[0].islower()
    if not goes_on and (wide or (is_label(after.bare) and len(line.text) > len(after.text))):
        return 1
    joined = f"{line.bare} {after.bare}"
    third = lines[index + 2] if index + 2 < len(lines) else None
    ends = third is None or third.block != line.block or bool(facts_of(third))
    return 2 if ends and _like_title(joined) else 0


def title_of(lines: Sequence[Line]) -> Found:
    """The title that one or two lines say, without its marks; the span covers the same words."""
    first, last = lines[0], lines[-1]
    mark = _MARK.match(first.text)
    start = mark.end() if mark else 0
    start += len(first.text[start:]) - len(first.text[start:].lstrip("*_# "))
    end = len(last.text.rstrip("*_# "))
    where = f"line {first.number}"
    if first is last:
        value = first.text[start:end]
    else:
        value = f"{first.text[start:].rstrip('*_# ')} {last.text[:end].lstrip('*_# ')}"
        where = f"lines {first.number}–{last.number}"
    return Found(value, where, Span(first.start + start, last.start + end))


def _like_title(text: str) -> bool:
    """Whether a line could be a title by its look: some words, not closed like a sentence."""
    words = len(text) // 2 if _CJK.search(text) else len(text.split())
    if not 3 <= words <= 30 or not 8 <= len(text) <= 180 or is_outlet(text):
        return False
    if text[0].islower() and not text[1:2].isupper():
        return False
    if text[0] in "•·–—-" or re.match(r"\d+[.)]\s", text) or text[-1] in "–—-":
        return False
    if (_CLOSED.search(text) and not _INITIALS.search(text)) or _NOTE.match(text):
        return False
    if all(word.lower() in SECTIONS for word in re.findall(r"\w+", text)):
        return False
    return not (_SENTENCES.search(text) and len(text) > 120)


def _spoken_of(text: str, body: str) -> bool:
    """Whether the prose takes up the line's words: it does a title's, but not its author's name."""
    words = [word for word in re.findall(r"\w+", text.casefold()) if len(word) >= 4]
    if not words or (not text.isascii() and not any(letter.islower() for letter in text)):
        return True
    if is_people(text) and text in body:  # a headline is not repeated word for word, a name is
        return False
    prose = body.casefold()
    taken = sum(
        bool(re.search(rf"\b{re.escape(word[: max(4, len(word) * 2 // 3)])}", prose))
        for word in words
    )
    return taken * 2 > len(words) if is_people(text) or is_label(text) else taken > 0

"""What a language model writes, piece by piece, into claims that name sentences by number.

Enters: pieces of text as they arrive. Leaves: words that can be shown at once, and ``Claim``s as
they are complete. Deliberately knows nothing of models, or of what the numbers stand for.

A claim ends at its numbers: ``It reopened in May [4].`` or ``It reopened in May. [4][7]``. What
has none is not a claim; it is counted and left out. Markup is taken off: a claim is plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from embeddings.segment import sentences
from qa_app.llm.prompt import NOT_FOUND

# Longer than this it is no statement; more numbers than this point at everything.
CLAIM_CHARACTERS = 1_200
MOST_NUMBERS = 6
LONGEST_RANGE = 10
_DIGITS = r"\d{1,20}"
_LIST = rf"{_DIGITS}(?:\s*(?:[,;&]|and|-|–)\s*{_DIGITS})*"
_NAMED = r"(?:\^|(?:sentences?|sources?|nos?\.?|s)\s?)"
_MARK = rf"[\[【]\s*(?:{_NAMED})?{_LIST}\s*[\]】]"
# All marks that stand together, with the blanks before them, from the first to the last: tried
# once, or a text of nothing but marks would take minutes.
_MARKS = rf"(?<!\s)(?<!\d[\]】])(?:\s*+{_MARK})++"
_CLOSING = "[\"'”’)»*_]*"
# Numbers behind the full stop, before it, or at the end of a line.
_END = re.compile(
    rf"(?P<text>.*?)(?:(?P<stop>[.!?…]{_CLOSING})(?P<behind>{_MARKS})(?![ \t]+(?-i:[a-z]))"
    rf"|(?P<before>{_MARKS})(?P<late>\s?[.!?…]{_CLOSING})(?=\s|$)"
    rf"|(?P<last>{_MARKS})[ \t]*(?:\n|$))",
    re.DOTALL | re.IGNORECASE,
)
_ONE_MARK = re.compile(_MARK, re.IGNORECASE)
_MARK_AS_SHOWN = re.compile(rf"[ \t]*{_MARK}", re.IGNORECASE)
# 【4†source】 means 【4】.
_DAGGER = re.compile(r"(?<=\d)\s*†[^\]】\n]{0,20}(?=[\]】])")
_LINKED_MARK = re.compile(rf"({_MARK})\([^)\n]*\)", re.IGNORECASE)
# A mark, or a model's tag, of which more may come.
_UNFINISHED = re.compile(r"\s*(?:[\[【][^\]】\n]{0,40}|<[^<>\n]{0,12})?$")
_NUMBERS = re.compile(rf"({_DIGITS})(?:\s*[-–]\s*({_DIGITS}))?")
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|$)", re.DOTALL | re.IGNORECASE)
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)\s]*(?:\s[^)]*)?\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*(?:\s[^)]*)?\)")
_ADDRESS = re.compile(r"\(\s*(?:https?|data|file|javascript):[^)\s]*\s*\)", re.IGNORECASE)
# What is left of images and links that are nested or refer to elsewhere.
_MARKUP_LEFT = ((re.compile(r"!+(?=\[)"), ""), (re.compile(r"\](?=[(\[:])"), "] "))
_BULLET = re.compile(r"^\s*(?:(?:[-*•+>#]+|\d{1,2}[.)](?=\s))\s*)+")
_EMPHASIS = re.compile(r"\*{1,3}|_{2,3}|`+|~~")
_AROUND = " \n\t*_#\"'“”.!:"
_AROUND_END = " \n\t*_\"'”’)"
_BLANK_BEFORE_STOP = re.compile(r"\s+([.,;:!?])")


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement, plain text, with the numbers it was given, each once, in order."""

    text: str
    numbers: tuple[int, ...]


@dataclass(slots=True)
class ClaimParser:
    """Reads one answer as it is written.

    ``uncited`` counts the sentences that had no numbers, ``crowded`` the numbers beyond
    ``MOST_NUMBERS`` of one claim.
    """

    uncited: int = 0
    crowded: int = 0
    _raw: str = ""
    _taken: int = 0
    _told: int = 0

    def feed(self, piece: str) -> Iterator[str | Claim]:
        """Read on.

        Yields:
            words that can be shown now, numbers left out, and each claim behind its own words.
        """
        self._raw += piece
        text = self._text()
        if not _may_be_not_found(text):
            yield from self._take(text, finished=False)
            yield from self._new_words(text)

    def finish(self, *, cut_off: bool = False) -> Iterator[str | Claim]:
        """What is left when nothing more comes; a sentence that was cut off is not counted."""
        text = self._text()
        if self.not_found:
            return
        yield from self._take(text, finished=True)
        yield from self._new_words(text, finished=True)
        rest = text[self._taken :].strip()
        self._taken = len(text)
        if rest and not cut_off:
            yield from self._claims(rest, "")

    @property
    def unfinished(self) -> bool:
        """Whether it ends in the middle of a sentence that has no numbers yet."""
        rest = self._text()[self._taken :].rstrip(_AROUND_END)
        return any(map(str.isalnum, rest)) and rest[-1] not in ".!?…"

    @property
    def not_found(self) -> bool:
        """Whether the model says that the sentences hold no answer."""
        text = self._text().strip(_AROUND)
        return text.startswith(NOT_FOUND) or text.upper() == NOT_FOUND

    @property
    def empty(self) -> bool:
        """Whether nothing was written at all."""
        return not self._text().strip()

    @property
    def characters(self) -> int:
        """How much was written, thinking included."""
        return len(self._raw)

    def _text(self) -> str:
        text = _THINKING.sub("", self._raw) if "<" in self._raw else self._raw
        return _LINKED_MARK.sub(r"\1", _DAGGER.sub("", text))

    def _take(self, text: str, *, finished: bool) -> Iterator[str | Claim]:
        while True:
            found = _END.match(text, self._taken)
            if found is None or not (finished or _decided(text[found.end() :])):
                return
            marks = found["behind"] or found["before"] or found["last"] or ""
            body = found["text"] + (found["stop"] or found["late"] or "")
            self._taken = found.end()
            yield from self._new_words(text[: self._taken], finished=True)
            yield from self._claims(body, marks)

    def _claims(self, body: str, marks: str) -> list[Claim]:
        """The sentences of ``body`` that have numbers; ``marks`` are those of the last one."""
        lines = filter(None, map(plain, body.splitlines()))
        pieces = [line[s.start : s.end] for line in lines for s in sentences(line)]
        found = []
        for i, piece in enumerate(pieces):
            numbers = [*_numbers(piece), *(_numbers(marks) if i + 1 == len(pieces) else ())]
            text = plain(_ONE_MARK.sub("", piece))
            if not any(c.isalnum() for c in text):
                continue
            if not numbers or len(text) > CLAIM_CHARACTERS:
                self.uncited += 1
                continue
            distinct = tuple(dict.fromkeys(numbers))
            self.crowded += max(0, len(distinct) - MOST_NUMBERS)
            found.append(Claim(text, distinct[:MOST_NUMBERS]))
        return found

    def _new_words(self, text: str, *, finished: bool = False) -> Iterator[str]:
        visible = _MARK_AS_SHOWN.sub("", text)
        if not finished and (unfinished := _UNFINISHED.search(visible)):
            visible = visible[: unfinished.start()]
        new = visible[self._told :]
        self._told = max(self._told, len(visible))
        words = "".join(c if c.isprintable() or c == "\n" else " " for c in new if c not in "*`")
        if words:
            yield words


def _may_be_not_found(text: str) -> bool:
    begun = text.lstrip(_AROUND)
    return begun.startswith(NOT_FOUND) or NOT_FOUND.startswith(begun.rstrip(_AROUND).upper())


def _decided(after: str) -> bool:
    """Whether what follows a claim tells that it has ended: no mark, stop or small letter."""
    return len(after.strip()) > 0 and len(after) > 1 and not _UNFINISHED.fullmatch(after)


def _numbers(marks: str) -> Iterator[int]:
    for mark in _ONE_MARK.findall(marks):
        for first, last in _NUMBERS.findall(mark):
            begin, end = int(first), int(last or first)
            yield from range(begin, min(end, begin + LONGEST_RANGE) + 1) if end >= begin else ()


def plain(text: str) -> str:
    """One line of plain text: no images, links, bullets, emphasis or invisible characters."""
    before = None
    while before != text:
        # Again: what is taken away may have kept the halves of something else apart.
        before, text = text, _without_markup(text)
    for pattern, instead in _MARKUP_LEFT:
        text = pattern.sub(instead, text)
    return text


def _without_markup(text: str) -> str:
    text = _LINK.sub(r"\1", _IMAGE.sub("", text))
    text = _BULLET.sub("", _ADDRESS.sub("", text))
    text = _EMPHASIS.sub("", text)
    text = "".join(c if c.isprintable() else " " for c in text)
    return _BLANK_BEFORE_STOP.sub(r"\1", " ".join(text.split()))

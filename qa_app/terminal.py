"""An answer in a terminal: words, marks, how well supported, sources.

Enters: an ``Answer``, or the events while it is made. Leaves: text with control sequences, where a
terminal shows them. Deliberately asks nothing and knows no options. What an article or a model says
may hold control sequences of its own: they are shown, not obeyed.
"""

from __future__ import annotations

import os
import sys
import textwrap
from typing import TextIO

from embeddings.records import hit_record
from qa_app.events import Done, Event, Said, Withdrawn, Wrote
from qa_app.schema import Answer, Sentence
from qa_app.wording import (
    SUPPORT_WORDS,
    also_in,
    one_line,
    parts,
    recognised_words,
    support_note,
)

# Control sequences of every terminal of today (ECMA-48, 8.3.117).
BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
# Joiners and marks of direction move nothing, and emoji and right-to-left words need them.
_SHOWN = frozenset("\n\u200c\u200d\u200e\u200f")
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def takes_bold() -> bool:
    """Whether stdout is a terminal that shows bold and dim words; others get plain text."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return False
    # The old console of Windows prints the sequences themselves.
    return os.name != "nt" or "WT_SESSION" in os.environ


def in_words(answer: Answer, bold: bool = False, *, sentences: bool = True) -> str:
    """An answer for a terminal: sentences with marks, how well supported, then the sources.

    What was recognised in the question is one line, dim where there are bold words.

    Args:
        answer: any.
        bold: whether the words that answer are made bold by control sequences.
        sentences: whether the sentences are said, or only what belongs to them.
    """
    begin, end = (BOLD, PLAIN) if bold else ("", "")
    lines = []
    if answer.understood and answer.understood != answer.question:
        told = f"(read together with what was asked before: {answer.understood})"
        lines += [told, ""] if sentences else [told]
    if answer.status == "not_found":
        lines.append(f"{SUPPORT_WORDS[answer.support]}. {answer.missing}")
        for hit in answer.nearest:
            lines += ["", f"  Nearest, in {_source(hit.article.label, hit.article)}"]
            lines.append(_wrapped(one_line(hit.passage.text)))
            lines += [f"    {told}" for told in [also_in(hit_record(hit))] if told]
    lines = [_printable(line) for line in lines]
    for sentence in answer.sentences if sentences else ():
        before, words, after = map(_printable, parts(sentence.text, sentence.answer))
        marked = f"{begin}{words}{end}" if words else ""
        note = support_note(sentence.support) if sentence.support else ""
        told = f" ({_printable(note)})" if note else ""
        lines.append(f"{before}{marked}{after} {_marks(sentence)}{told}")
    answered = answer.status == "answered"
    about = [f"{SUPPORT_WORDS[answer.support]}."] if answered else []
    about += _recognised(answer, bold)
    if about:
        lines += ["", *about]
    return "\n".join([*lines, *map(_printable, _sources(answer))])


def _marks(sentence: Sentence) -> str:
    return "".join(f"[{number}]" for number in sentence.citations)


def _recognised(answer: Answer, dim: bool) -> list[str]:
    told = " · ".join(recognised_words(answer.record()))
    line = _printable(f"Recognised: {told}")
    return [f"{DIM}{line}{PLAIN}" if dim else line] if told else []


def _sources(answer: Answer) -> list[str]:
    lines = [""] if answer.citations else []
    for citation in answer.citations:
        lines.append(f"[{citation.number}] {_source(citation.article.label, citation.article)}")
        lines.append(f"    {citation.article.path}:{citation.start}-{citation.end}")
        lines += [f"    {told}" for told in [also_in(citation.record())] if told]
    return [*lines, *answer.notices]


def _source(label: str, article: object) -> str:
    known = (getattr(article, name) for name in ("publisher", "author", "published"))
    details = ", ".join(value for value in known if value)
    return f"{label} ({details})" if details else label


def _wrapped(text: str) -> str:
    return textwrap.fill(
        textwrap.shorten(text, 400, placeholder=" …"),
        96,
        initial_indent="    ",
        subsequent_indent="    ",
    )


def _printable(line: str) -> str:
    # An article may hold terminal control sequences: they are shown, not obeyed.
    return "".join(c if c.isprintable() or c in _SHOWN else _UNKNOWN for c in line)


class Live:
    """Shows an answer while a language model writes it: words as they come, marks behind them.

    Where no model wrote it, or it was withdrawn, the answer is shown whole at the end. ``answer``
    is the answer once ``Done`` was shown.
    """

    answer: Answer

    def __init__(self, out: TextIO) -> None:
        """Write to ``out``, a terminal that shows bold and dim words."""
        self._out = out
        self._written = False

    def show(self, event: Event) -> None:
        """Show what has happened."""
        match event:
            case Wrote(text):
                self._put(_printable(text if self._written else text.lstrip()))
                self._written = True
            case Said(sentence) if sentence.support is not None and self._written:
                note = support_note(sentence.support)
                told = f" {DIM}({_printable(note)}){PLAIN}" if note else ""
                self._put(f" {_marks(sentence)}{told}")
            case Withdrawn(why):
                self._put("\n" * self._written + f"{DIM}{_printable(why)}{PLAIN}\n")
                self._written = False
            case Done(answer):
                self.answer = answer
                whole = in_words(answer, bold=True, sentences=not self._written)
                self._put("\n" * self._written + whole + "\n")

    def _put(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()

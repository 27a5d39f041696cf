"""What is asked and what would be right: cases and the sets that hold them, as values.

Enters: nothing. Leaves: ``Evidence``, ``Case``, ``Dataset``. Deliberately knows nothing of files
(``sets/``), of the system under test (``worker.py``) or of scores (``scoring/``).

Articles go by a key of the set's own: the file name for a set made of text files, the given id
for a set in JSON lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Unit = Literal["passage", "article"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that tells the answer: ``texts[article][start:end] == quote``."""

    article: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what is known about its answer.

    ``answers`` are fair ways to say it (any one is right); ``wrong_answers`` are ones that a
    source tells and that are known to be wrong. ``evidence`` are the places that tell it.
    ``relevant`` are articles known to be about it, for sets that judge whole articles.
    ``all_answers`` is True where the question has several right answers and all are wanted.
    """

    id: str
    question: str
    answerable: bool
    kind: str = ""
    history: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    wrong_answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    relevant: tuple[str, ...] = ()
    all_answers: bool = False


@dataclass(frozen=True, slots=True)
class Dataset:
    """Articles with cases over them.

    ``articles`` is a file or folder that a collection can take in; ``texts`` holds the same
    articles' texts by key, read without the project's own reader, so that citations are checked
    from outside. ``unit`` is what a ranking is judged by. ``asks`` is False where only the
    retriever is measured, because the set has no answers.
    """

    name: str
    articles: Path
    cases: tuple[Case, ...]
    texts: Mapping[str, str] = field(repr=False)
    unit: Unit = "passage"
    asks: bool = True

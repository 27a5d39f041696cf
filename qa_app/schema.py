"""Answers as values: what every face shows and what ``--json`` prints.

Enters: articles, offsets and words chosen elsewhere. Leaves: ``Citation``, ``Sentence``,
``Answer``. A ``Citation`` whose quote is not the article's text at its offsets cannot be made.
Deliberately knows nothing of retrieval, models or pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from embeddings.errors import CitationMismatch
from embeddings.records import article_record, hit_record
from embeddings.schema import Article, Hit
from qa_app.recognised import Recognised

Status = Literal["answered", "not_found"]
# How far an answer is to be trusted, in words that every face shows.
Support = Literal["well supported", "partly supported", "not found"]
# Confidence from which an answer counts as well supported.
WELL_SUPPORTED = 0.75


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words of one article: ``article.text[start:end] == quote``, or it is refused."""

    number: int
    article: Article
    start: int
    end: int
    quote: str

    def __post_init__(self) -> None:
        """Refuse a quote that is not there.

        Raises:
            CitationMismatch: the offsets are empty or outside the text, or the words differ.
        """
        if not 0 <= self.start < self.end <= len(self.article.text):
            raise CitationMismatch(
                f"citation {self.number} of {self.article.path}: offsets {self.start}:{self.end} "
                f"are empty or outside the text of {len(self.article.text)} characters"
            )
        found = self.article.text[self.start : self.end]
        if found != self.quote:
            raise CitationMismatch(
                f"citation {self.number} of {self.article.path} at {self.start}:{self.end}: "
                f"expected {self.quote!r}, the article says {found!r}"
            )

    @classmethod
    def at(cls, number: int, article: Article, start: int, end: int) -> Citation:
        """Cite ``article.text[start:end]``."""
        return cls(number, article, start, end, article.text[start:end])

    def record(self) -> dict[str, Any]:
        """The citation as ``--json`` prints it."""
        return {
            "number": self.number,
            **article_record(self.article),
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
        }


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of the citations it rests on (at least one).

    ``answer`` is the stretch of ``text`` that answers, start inclusive and end exclusive; None
    where no words stand out.
    """

    text: str
    citations: tuple[int, ...]
    answer: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Refuse a stretch that is not in the sentence.

        Raises:
            CitationMismatch: it is empty or outside.
        """
        if self.answer and not 0 <= self.answer[0] < self.answer[1] <= len(self.text):
            raise CitationMismatch(
                f"the answering words at {self.answer[0]}:{self.answer[1]} are empty or outside "
                f"the sentence of {len(self.text)} characters"
            )

    @property
    def short_answer(self) -> str:
        """The words that answer; empty where none stand out."""
        return self.text[self.answer[0] : self.answer[1]] if self.answer else ""

    def record(self) -> dict[str, Any]:
        """The sentence as ``--json`` prints it."""
        return {
            "text": self.text,
            "citations": list(self.citations),
            "answer": list(self.answer) if self.answer else None,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked and what the articles say.

    ``status`` is ``"not_found"`` where they do not hold an answer: then ``sentences`` and
    ``citations`` are empty, ``missing`` says in plain words what was not there, and ``nearest``
    holds the passages that came closest. ``confidence`` in [0, 1] is the estimated probability
    that the first sentence answers (for ``not_found``: that it would have). ``recognised`` is what
    the question, as it was understood, says of its sources. ``timings_ms`` has one entry a stage
    and ``total``. ``notices`` are for the reader of the answer.
    """

    question: str
    status: Status
    confidence: float
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Hit, ...] = ()
    missing: str = ""
    understood: str = ""
    recognised: Recognised = field(default_factory=Recognised)
    notices: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentences as one string, without marks; empty for ``not_found``."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def support(self) -> Support:
        """How well the articles support it, in words."""
        if self.status == "not_found":
            return "not found"
        return "well supported" if self.confidence >= WELL_SUPPORTED else "partly supported"

    @property
    def short_answer(self) -> str:
        """The words of the first sentence that answer; empty where none stand out."""
        return self.sentences[0].short_answer if self.sentences else ""

    def citation(self, number: int) -> Citation:
        """The citation with that number.

        Raises:
            KeyError: the answer has no such citation.
        """
        for citation in self.citations:
            if citation.number == number:
                return citation
        raise KeyError(number)

    def record(self, case: str | None = None) -> dict[str, Any]:
        """The answer as ``ask --json`` prints it, with ``case`` as its id."""
        return {
            "id": case,
            "question": self.question,
            "understood": self.understood or self.question,
            "recognised": self.recognised.record(),
            "status": self.status,
            "answer": self.text,
            "short_answer": self.short_answer,
            "support": self.support,
            "confidence": round(self.confidence, 4),
            "sentences": [sentence.record() for sentence in self.sentences],
            "citations": [citation.record() for citation in self.citations],
            "missing": self.missing,
            "nearest": [hit_record(hit) for hit in self.nearest],
            "notices": list(self.notices),
            "timings_ms": {stage: round(ms, 2) for stage, ms in self.timings_ms.items()},
        }

"""Answers as values: what every face shows and what ``--json`` prints.

Enters: articles, offsets and words chosen elsewhere. Leaves: ``Citation``, ``Sentence``,
``Answer``. A ``Citation`` whose quote is not the article's text at its offsets cannot be made.
Deliberately knows nothing of retrieval, models or pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from embeddings.errors import CitationMismatch
from embeddings.records import article_record, copies_record, hit_record
from embeddings.schema import Article, Hit
from qa_app.recognised import Recognised

Status = Literal["answered", "not_found"]
# How far an answer is to be trusted, in words that every face shows.
Support = Literal["well supported", "partly supported", "not found"]
# Confidence from which an answer counts as well supported.
WELL_SUPPORTED = 0.75
# How far a claim of a language model is supported by the sentences that it cites.
Verdict = Literal["supported", "partly supported", "not supported"]


@dataclass(frozen=True, slots=True)
class ClaimSupport:
    """Whether a claim's citations say what it claims.

    ``probability`` in [0, 1] is the local model's; ``unfounded`` are numbers, dates and names of
    the claim that stand in none of its citations.
    """

    verdict: Verdict
    probability: float
    unfounded: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """The check as ``--json`` prints it."""
        return {
            "verdict": self.verdict,
            "probability": round(self.probability, 4),
            "unfounded": list(self.unfounded),
        }


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What asking a language model came to.

    ``outcome`` is "written", "not found", or why the answer is in the articles' own words instead
    (a ``Failure``'s kind, or "unsupported"). ``claims`` it made with a known number, of which
    ``unsupported`` were not supported; ``uncited`` sentences had no number and ``unknown_numbers``
    stood for no sentence: both were dropped. Tokens are those of all tries, ``estimated`` where
    the server did not count them. ``first_word`` is in seconds since the model was asked, None
    without a word.
    """

    model: str
    outcome: str
    claims: int = 0
    unsupported: int = 0
    uncited: int = 0
    unknown_numbers: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    attempts: int = 1
    seconds: float = 0.0
    first_word: float | None = None

    def record(self) -> dict[str, Any]:
        """All of it as ``--json`` prints it."""
        first = self.first_word
        rounded = {"seconds": round(self.seconds, 3), "first_word": first and round(first, 3)}
        return {**asdict(self), **rounded}


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words of one article: ``article.text[start:end] == quote``, or it is refused.

    ``copies`` are other articles that have the same words, in order of date.
    """

    number: int
    article: Article
    start: int
    end: int
    quote: str
    copies: tuple[Article, ...] = ()

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
            "copies": copies_record(self.copies),
        }


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of the citations it rests on (at least one).

    ``answer`` is the stretch of ``text`` that answers, start inclusive and end exclusive; None
    where no words stand out. ``support`` is the check of a sentence that a language model wrote;
    None where the sentence is the article's own.
    """

    text: str
    citations: tuple[int, ...]
    answer: tuple[int, int] | None = None
    support: ClaimSupport | None = None

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
    def supported(self) -> bool:
        """Whether it is part of the answer: False for a claim that its citations do not support."""
        return self.support is None or self.support.verdict != "not supported"

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
            "support": self.support.record() if self.support else None,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked and what the articles say.

    ``status`` is ``"not_found"`` where they do not hold an answer: then no sentence is supported
    (claims of a language model may be there, marked as such), ``missing`` says in plain words what
    was not there, and ``nearest`` holds the passages that came closest. ``confidence`` in [0, 1] is
    the estimated probability that the articles' first sentence answers (for ``not_found``: that it
    would have). ``recognised`` is what the question, as it was understood, says of its sources.
    ``timings_ms`` has one entry a stage and ``total``. ``notices`` are for the reader of the
    answer. ``model`` says what asking a language model came to, None where none was asked.
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
    model: ModelUse | None = None

    @property
    def supported(self) -> tuple[Sentence, ...]:
        """The sentences without the claims that their citations do not support."""
        return tuple(sentence for sentence in self.sentences if sentence.supported)

    @property
    def text(self) -> str:
        """The supported sentences as one string, without marks; empty for ``not_found``."""
        return " ".join(sentence.text for sentence in self.supported)

    @property
    def support(self) -> Support:
        """How well the articles support it, in words."""
        if self.status == "not_found":
            return "not found"
        checks = [sentence.support for sentence in self.sentences if sentence.support]
        if checks and not any(sentence.support is None for sentence in self.sentences):
            well = all(check.verdict == "supported" for check in checks)
        else:
            well = self.confidence >= WELL_SUPPORTED
        return "well supported" if well else "partly supported"

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

    def record(self, case: str | None = None, *, unsupported: bool = False) -> dict[str, Any]:
        """The answer as ``ask --json`` prints it, with ``case`` as its id.

        Args:
            case: an id of the caller's.
            unsupported: whether claims that their citations do not support stay in it, marked.
        """
        said = self.sentences if unsupported else self.supported
        cited = {number for sentence in said for number in sentence.citations}
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
            "sentences": [sentence.record() for sentence in said],
            "citations": [each.record() for each in self.citations if each.number in cited],
            "missing": self.missing,
            "nearest": [hit_record(hit) for hit in self.nearest],
            "notices": list(self.notices),
            "timings_ms": {stage: round(ms, 2) for stage, ms in self.timings_ms.items()},
            "model": self.model.record() if self.model else None,
        }

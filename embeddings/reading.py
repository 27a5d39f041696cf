"""What is read out of hits, and the seam between those who read and those who answer.

Enters: a question and the hits that retrieval found. Leaves: a ``Reading``: sentences of those
hits scored, best first, and the probability that the best one really answers. Deliberately knows
nothing of how sentences are scored, or of how an answer is put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from embeddings.encoder import FloatArray
from embeddings.lexical import WordIndex
from embeddings.schema import Hit, Span


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """One sentence of a hit; ``score`` is the probability that it answers, given that one does."""

    hit: Hit
    span: Span
    score: float

    @property
    def text(self) -> str:
        """The sentence's exact words."""
        return self.hit.article.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Reading:
    """All sentences of the hits, best first, and what is believed of the best one.

    ``answerable`` is the probability that the first sentence answers. ``vectors`` are the
    sentences' embeddings, shape (len(sentences), dim), for telling repetition from addition.
    ``unmatched`` are names and numbers of the question that stand nowhere around the best one.
    """

    sentences: tuple[ScoredSentence, ...]
    answerable: float
    vectors: FloatArray
    unmatched: tuple[str, ...] = ()


class Reader(Protocol):
    """What an answer is built on."""

    @property
    def name(self) -> str:
        """Which reader this is, for people."""
        ...

    @property
    def threshold(self) -> float:
        """The ``answerable`` below which nothing should be answered."""
        ...

    def read(self, question: str, hits: Sequence[Hit], words: WordIndex) -> Reading:
        """Score every sentence of the hits against the question."""
        ...


def distinct_sentences(hits: Sequence[Hit]) -> list[tuple[Hit, Span]]:
    """Each sentence once, with the best hit that holds it: passages overlap."""
    found: dict[tuple[str, Span], tuple[Hit, Span]] = {}
    for hit in hits:
        for span in hit.passage.sentences:
            found.setdefault((hit.article.id, span), (hit, span))
    return list(found.values())

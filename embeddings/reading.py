"""What is read out of hits, and the seam between those who read and those who answer.

Enters: a question and the hits that retrieval found. Leaves: a ``Reading``: sentences of those
hits scored, best first, and the probability that the best one really answers. Deliberately knows
nothing of how sentences are scored, or of how an answer is put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from embeddings.encoder import FloatArray
from embeddings.engines.base import Words
from embeddings.features import Candidate
from embeddings.inputs import heading_line
from embeddings.schema import Hit, Span


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """One sentence of a hit; ``score`` is the probability that it answers, given that one does.

    ``answer`` are the words in it that would answer, as offsets into the article; None where the
    reader does not say.
    """

    hit: Hit
    span: Span
    score: float
    answer: Span | None = None

    @property
    def text(self) -> str:
        """The sentence's exact words."""
        return self.hit.article.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Reading:
    """All sentences of the hits, best first, and what is believed of the best one.

    ``answerable`` is the probability that the first sentence answers. ``vectors`` are the
    sentences' embeddings, shape (len(sentences), dim), for telling repetition from addition.
    ``told`` are the question's word stems that each sentence says, one set a sentence, and
    ``unmatched`` are names and numbers of the question that stand nowhere around the best one.
    """

    sentences: tuple[ScoredSentence, ...]
    answerable: float
    vectors: FloatArray
    unmatched: tuple[str, ...] = ()
    told: tuple[frozenset[str], ...] = ()


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

    def read(self, question: str, hits: Sequence[Hit], words: Words) -> Reading:
        """Score every sentence of the hits against the question."""
        ...


def distinct_sentences(hits: Sequence[Hit]) -> list[tuple[Hit, Span]]:
    """Each sentence once, with the best hit that holds it: passages overlap."""
    found: dict[tuple[str, Span], tuple[Hit, Span]] = {}
    for hit in hits:
        for span in hit.passage.sentences:
            found.setdefault((hit.article.id, span), (hit, span))
    return list(found.values())


def candidate_of(hit: Hit, span: Span) -> Candidate:
    """A sentence of a hit, with its neighbours and the heading around it."""
    text, sentences = hit.article.text, hit.passage.sentences
    at = sentences.index(span)
    beside = [sentences[i] for i in (at - 1, at + 1) if 0 <= i < len(sentences)]
    around = (heading_line(hit.article), *(text[s.start : s.end] for s in beside))
    return Candidate(text[span.start : span.end], around)


def softmax(logits: FloatArray) -> FloatArray:
    """Probabilities that sum to 1."""
    raised = np.exp(logits - logits.max())
    shares: FloatArray = (raised / raised.sum()).astype(np.float32)
    return shares

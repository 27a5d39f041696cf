"""Candidates in, the same with the trained reader's judgement counted out.

Enters: candidates with fused scores, and a ``PassageReader``. Leaves: candidates whose best ones
gained what the reader says of them. Deliberately knows nothing of how candidates were found or of
what repetition costs.

Reading costs a forward pass a passage, so only those are read that could reach the first places:
the best by fused score and, since a question in other words shares few with its answer, the best
by cosine. A candidate of a part of the question is read for that part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from embeddings.reader import PassageReader, excerpt_at
from embeddings.schema import Article, Passage
from embeddings.search import Candidates, Searched

# How many are read, and how many of them for their cosine alone.
READ = 16
READ_FOR_COSINE = 4


@dataclass(frozen=True, slots=True)
class Worth:
    """What certain relevance is worth, in units of the fused score (docs/reader.md: how chosen).

    Of a passage found for the whole question, and of one found for a part of it: a part is no
    question of the kind that the reader learned.
    """

    whole: float = 0.3
    part: float = 0.2


Fetch = Callable[[list[int]], Mapping[int, tuple[Passage, Article]]]


@dataclass(frozen=True, slots=True)
class Rereading:
    """One question's rereading.

    ``texts`` are the question and then its parts, as they are numbered in ``Candidates.part``;
    ``fetch`` gives passages by key.
    """

    reader: PassageReader
    texts: Sequence[str]
    fetch: Fetch

    def __call__(
        self,
        candidates: Candidates,
        best: Sequence[int],
        searched: Searched,
        worth: Worth = Worth(),
    ) -> tuple[Candidates, dict[int, float]]:
        """Read the best candidates and count what the reader says.

        Args:
            candidates: passages with fused scores.
            best: the keys of the best of them, best first.
            searched: says how near a passage's vector is.
            worth: what certain relevance is worth.

        Returns:
            the candidates with new scores, and the relevance in [0, 1] of those that were read.
        """
        relevance = self.relevance(candidates, best, searched)
        weights = {
            key: worth.whole if candidates.part.get(key) is None else worth.part
            for key in relevance
        }
        scores = {
            key: score + weights.get(key, 0.0) * relevance.get(key, 0.0)
            for key, score in candidates.scores.items()
        }
        return replace(candidates, scores=scores), relevance

    def relevance(
        self, candidates: Candidates, best: Sequence[int], searched: Searched
    ) -> dict[int, float]:
        """The relevance of the candidates that are worth reading."""
        near = sorted(candidates.places, key=lambda key: -(searched.dense(key) or -1.0))
        first = (*best[: READ - READ_FOR_COSINE], *near[:READ_FOR_COSINE], *best)
        found = self.fetch([*dict.fromkeys(first)][:READ])
        pairs = [(self._text(candidates.part.get(key)), excerpt_at(*found[key])) for key in found]
        readings = self.reader.read_pairs(pairs)
        return {
            key: 1 / (1 + math.exp(-reading.relevance))
            for key, reading in zip(found, readings, strict=True)
        }

    def _text(self, part: int | None) -> str:
        return self.texts[0 if part is None else part + 1]

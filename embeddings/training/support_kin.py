"""For each statement the evidence of others that is most like it and does not say it: pure.

Enters: ``Stated`` claims. Leaves: for a claim's place one of the likest other texts. Deliberately
knows nothing of models: words in common tell what is about the same, and how rare they are.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Sequence

from embeddings.lexical import QUESTION_WORDS, analyzer, normalize
from embeddings.training.support_sets import Stated

# A word in more texts than this says nothing of what a claim is about.
COMMON = 400
KEPT = 3
LOOKED_AT = 30
# Evidence that has as much of the claim as its own may say the same.
AS_MUCH = 0.75


class Kin:
    """Other evidence for statements."""

    def __init__(self, stated: Sequence[Stated]) -> None:
        """Index the evidence of ``stated``; held-out claims get held-out evidence only."""
        self._stated = stated
        self._analyze = analyzer().analyze
        self._texts = list(dict.fromkeys((e.held_out, e.evidence) for e in stated))
        self._known = [frozenset(self._stems(" ".join(text))) for _, text in self._texts]
        self._where: dict[str, list[int]] = defaultdict(list)
        for i, known in enumerate(self._known):
            for stem in known:
                self._where[stem].append(i)
        self._place = {text: i for i, text in enumerate(self._texts)}
        self._found: dict[int, list[str]] = {}

    def like(self, place: int, rng: random.Random) -> str | None:
        """One of the texts most like the claim at ``place``, never its own; None without any."""
        found = self.likest(place)
        return rng.choice(found) if found else None

    def likest(self, place: int) -> list[str]:
        """The few texts most like the claim at ``place``, the likest first."""
        if place not in self._found:
            self._found[place] = self._likest(self._stated[place])
        return self._found[place]

    def _likest(self, stated: Stated) -> list[str]:
        own = self._place[stated.held_out, stated.evidence]
        # In the order of the claim: sums must be the same in every process.
        stems = list(dict.fromkeys(self._stems(stated.claim)))
        weight = {s: math.log(1 + len(self._texts) / (1 + len(self._where[s]))) for s in stems}
        counts: dict[int, float] = defaultdict(float)
        for stem in stems:
            if len(self._where[stem]) <= COMMON:
                for i in self._where[stem]:
                    counts[i] += weight[stem]
        limit = AS_MUCH * sum(weight[s] for s in stems if s in self._known[own])
        said = set(stated.evidence)
        found: list[str] = []
        for i in sorted(counts, key=lambda i: (-counts[i], i))[:LOOKED_AT]:
            held_out, evidence = self._texts[i]
            much = sum(weight[s] for s in stems if s in self._known[i])
            if held_out == stated.held_out and much < limit and not said & set(evidence):
                found.append(" ".join(evidence))
            if len(found) == KEPT:
                break
        return found

    def _stems(self, text: str) -> list[str]:
        return [s for s in self._analyze(normalize(text)) if s not in QUESTION_WORDS]

"""A ranking in, one that says less twice out: pure.

Enters: fused scores, which stretch of which article each key is, and which part of the question it
answers. Leaves: the first k keys with the score they were ranked by. Deliberately knows nothing of
words or vectors.

A passage that shares sentences with one already chosen, or comes from an article that already
gave some, has less to add. It pays for that in score and is passed where another is nearly as
good, as in maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998), with the place in the
articles instead of similarity between texts: two sources that say the same are both wanted here.
So does one that answers a part of the question which others have answered already.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from embeddings.schema import Location


@dataclass(frozen=True, slots=True)
class Costs:
    """What repetition costs, in units of the fused score (docs/retrieval.md: how they were chosen).

    ``article`` for each passage already chosen from the same article, ``overlap`` for sharing a
    stretch with one, ``part`` for each one that answers the same part of the question.
    """

    article: float = 0.02
    overlap: float = 0.05
    part: float = 0.03


COSTS = Costs()


def diversify(
    scores: Mapping[int, float],
    places: Mapping[int, Location],
    k: int,
    costs: Costs = COSTS,
    part: Mapping[int, int] | None = None,
) -> list[tuple[int, float]]:
    """Choose k keys one by one, each the best by what it still adds.

    Args:
        scores: fused score by key.
        places: where each key stands; keys without a place are left out.
        k: at most this many.
        costs: what repetition costs.
        part: the number of the part of the question that a key answers; None for no parts.

    Returns:
        (key, score less its costs), best first; ties by passage id.
    """
    # In the order of their scores: nothing behind a key can be worth more than its score.
    ordered = sorted(
        (key for key in scores if key in places), key=lambda key: (-scores[key], places[key].id)
    )
    left = {key: scores[key] for key in ordered}
    of_article: dict[int, list[int]] = defaultdict(list)
    for key in ordered:
        of_article[places[key].article].append(key)
    taken: Counter[int] = Counter()
    answered: Counter[int] = Counter()
    part = part or {}
    overlapping: set[int] = set()
    chosen: list[tuple[int, float]] = []

    def worth(key: int) -> float:
        cost = costs.article * taken[places[key].article]
        if key in part:
            cost += costs.part * answered[part[key]]
        return left[key] - cost - (costs.overlap if key in overlapping else 0.0)

    def first() -> int:
        """The key that is worth most, ties by passage id."""
        best, most = -1, (math.inf, "")
        for key, score in left.items():
            if -score > most[0]:
                break
            rank = (-worth(key), places[key].id)
            if rank < most:
                best, most = key, rank
        return best

    while left and len(chosen) < k:
        best = first()
        chosen.append((best, worth(best)))
        del left[best]
        taken[places[best].article] += 1
        if best in part:
            answered[part[best]] += 1
        beside = of_article[places[best].article]
        overlapping |= {key for key in beside if places[key].overlaps(places[best])}
    return chosen

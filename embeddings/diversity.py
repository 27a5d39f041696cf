"""A ranking in, one that says less twice out: pure.

Enters: fused scores, and which stretch of which article each key is. Leaves: the first k keys
with the score they were ranked by. Deliberately knows nothing of words or vectors.

A passage that shares sentences with one already chosen, or comes from an article that already
gave some, has less to add. It pays for that in score and is passed where another is nearly as
good, as in maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998), with the place in the
articles instead of similarity between texts: two sources that say the same are both wanted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from embeddings.schema import Location

# In units of the fused score, whose best is at most 1 + DENSE_WEIGHT. How they were chosen is in
# docs/retrieval.md.
SAME_ARTICLE = 0.02
OVERLAP = 0.05


def diversify(
    scores: Mapping[int, float],
    places: Mapping[int, Location],
    k: int,
    *,
    same_article: float = SAME_ARTICLE,
    overlap: float = OVERLAP,
) -> list[tuple[int, float]]:
    """Choose k keys one by one, each the best by what it still adds.

    Args:
        scores: fused score by key.
        places: where each key stands; keys without a place are left out.
        k: at most this many.
        same_article: cost of each passage already chosen from the same article.
        overlap: cost of sharing a stretch with a passage already chosen.

    Returns:
        (key, score less its costs), best first; ties by passage id.
    """
    left = {key: score for key, score in scores.items() if key in places}
    taken: Counter[int] = Counter()
    overlapping: set[int] = set()
    chosen: list[tuple[int, float]] = []

    def worth(key: int) -> float:
        cost = same_article * taken[places[key].article]
        return left[key] - cost - (overlap if key in overlapping else 0.0)

    while left and len(chosen) < k:
        best = min(left, key=lambda key: (-worth(key), places[key].id))
        chosen.append((best, worth(best)))
        del left[best]
        taken[places[best].article] += 1
        overlapping |= {key for key in left if places[key].overlaps(places[best])}
    return chosen

"""Rankings in, one ranking out: pure.

Enters: each index's keys with scores, best first, or the fused scores for each part of a question.
Leaves: keys with a fused score. Deliberately knows nothing of what the keys stand for.

The scores are kept, not only the ranks: how far the best BM25 score is above the next says how
rare the words are that it shares with the question. Each score is divided by its best and they
are added with a weight, a convex combination as in Bruch, Gai & Ingber, "An Analysis of Fusion
Functions for Hybrid Retrieval", ACM TOIS 42(1), 2023. Reciprocal rank fusion (Cormack et al.,
SIGIR 2009) is here for comparison: with equal weights it ranks worse than BM25 alone on news
(docs/retrieval.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

DENSE_WEIGHT = 0.3


def convex_fusion(
    lexical: Mapping[int, float], dense: Mapping[int, float], dense_weight: float = DENSE_WEIGHT
) -> dict[int, float]:
    """Fuse BM25 scores and cosines.

    Args:
        lexical: BM25 by key, >= 0; a key that is missing shares no word with the question.
        dense: cosine by key, in [-1, 1]. Give it for every candidate, also for those that only
            the word index found: a missing cosine counts as 0.
        dense_weight: weight of the cosine against BM25, each scaled so that its best is 1.

    Returns:
        a score for every key of either.
    """
    words, cosines = _scale(lexical), dense_weight * _scale(dense)
    return {
        key: lexical.get(key, 0.0) * words + dense.get(key, 0.0) * cosines
        for key in dict.fromkeys((*lexical, *dense))
    }


def _scale(scores: Mapping[int, float]) -> float:
    best = max(scores.values(), default=0.0)
    # Where all are below zero there is no best to scale by; their order stays.
    return 1.0 / best if best > 0 else 1.0


def fuse_parts(
    whole: Mapping[int, float], parts: Sequence[Mapping[int, float]], whole_weight: float
) -> tuple[dict[int, float], dict[int, int]]:
    """Fuse the scores for a question with those for each of its parts.

    A passage that answers one part well is as good as one that answers another: each part's scores
    are divided by its best, and a passage has that of the part it answers best. Sums were worse:
    they prefer what speaks of everything a little (docs/retrieval.md).

    Args:
        whole: fused score by key for the whole question.
        parts: fused score by key for each part.
        whole_weight: weight of the whole question's score.

    Returns:
        a score for every key of any, and the number of its best part for every key of a part.
    """
    scores: dict[int, float] = {}
    best: dict[int, int] = {}
    for number, part in enumerate(parts):
        scale = _scale(part)
        for key, score in part.items():
            if key not in scores or score * scale > scores[key]:
                scores[key], best[key] = score * scale, number
    for key, score in whole.items():
        scores[key] = scores.get(key, 0.0) + whole_weight * score
    return scores, best


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[int]], weights: Sequence[float] | None = None, k: int = 60
) -> dict[int, float]:
    """Fuse rankings by ``sum(weight / (k + rank))``, ranks from 1.

    Raises:
        ValueError: not one weight a ranking.
    """
    weights = [1.0] * len(rankings) if weights is None else weights
    fused: dict[int, float] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for rank, key in enumerate(ranking, start=1):
            fused[key] = fused.get(key, 0.0) + weight / (k + rank)
    return fused

"""How sure a figure is, whether two runs differ, and whether confidence means anything.

Enters: arrays of scores. Leaves: intervals, p values, curves and areas. Resampling is written
here because ``scipy.stats.bootstrap`` gives no interval once a single resample is undefined, and
takes ten times as long over the mean of 6,000 cases; the tests hold both against scipy's.
Deliberately knows nothing of cases or of what a score means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eval.scoring.weighted import AURC, AUROC, BINS, FloatArray, Statistic, bin_of

# Resamples on which the statistic is not defined (no unanswerable case was drawn) are left out;
# with more of them than this share the rest would be a biased sample.
UNDEFINED_AT_MOST = 0.05
# Weightings computed at once: more do not fit the processor's cache, and are slower.
CHUNK = 32
NO_INTERVAL = (float("nan"), float("nan"))

Function = Callable[[FloatArray], float]


def bootstrap_interval(
    rows: FloatArray, statistic: Statistic | Function, *, resamples: int, seed: int
) -> tuple[float, float]:
    """A 95% percentile interval from resampling cases (Efron & Tibshirani 1993, chapter 13).

    Args:
        rows: shape (cases, columns).
        statistic: a ``Statistic`` is computed for all resamples at once, on the rows without
            NaN; any other function of rows is called on each resample.
        resamples: how many are drawn.
        seed: the same seed draws the same cases for every statistic.

    Returns:
        low and high; NaN where there is no row, or where the statistic is not defined on more
        than 5% of the resamples.
    """
    if isinstance(statistic, Statistic):
        rows = _present(rows)
    if not len(rows):
        return NO_INTERVAL
    counts = _resamples(len(rows), resamples, seed)
    return _middle(_over(rows, statistic, counts))


def bootstrap_difference(
    rows_a: FloatArray, rows_b: FloatArray, statistic: Statistic, *, resamples: int, seed: int
) -> tuple[float, float]:
    """A 95% interval of ``statistic(b) - statistic(a)``, cases resampled with both their rows.

    Args:
        rows_a: shape (cases, columns); a row with NaN is a case that does not count there.
        rows_b: the same cases in the same order.
        statistic: over rows of either.
        resamples: how many are drawn.
        seed: of the drawing.
    """
    if not len(rows_a):
        return NO_INTERVAL
    counts = _resamples(len(rows_a), resamples, seed)
    of_a, of_b = (
        _over(rows[there], statistic, counts[:, there])
        for rows, there in ((rows_a, _is_present(rows_a)), (rows_b, _is_present(rows_b)))
    )
    return _middle(of_b - of_a)


def permutation_test(
    rows_a: FloatArray,
    rows_b: FloatArray,
    statistic: Statistic | Function,
    *,
    permutations: int = 10000,
    seed: int = 0,
) -> float:
    """The p value of a difference between two runs over the same cases, paired and two-sided.

    If it made no difference which run a row came from, swapping the labels within cases would
    give differences as large as the observed one often (Noreen 1989; Smucker, Allan & Carterette
    2007 for retrieval). The observed labelling counts as one of those drawn, so p is never 0; one
    on which the statistic is not defined counts as one as large.

    Args:
        rows_a: shape (cases, columns); for a ``Statistic``, a row with NaN does not count.
        rows_b: the same cases in the same order.
        statistic: over rows of either; a ``Statistic`` is computed for many labellings at once.
        permutations: how many labellings are drawn.
        seed: of the drawing.

    Returns:
        p; NaN where the statistic is not defined on one of the runs.
    """
    random = np.random.default_rng(seed)
    n, reached = len(rows_a), 0
    observed = _differences(rows_a, rows_b, statistic, np.zeros((1, n), dtype=np.bool_))[0]
    if np.isnan(observed):
        return float("nan")
    # Sums in another order differ in their last digits.
    limit = abs(observed) * (1 - 1e-12) - 1e-14
    for begin in range(0, permutations, CHUNK):
        size = min(CHUNK, permutations - begin)
        bits = random.integers(0, 256, (size, n // 8 + 1), dtype=np.uint8)
        swapped = np.unpackbits(bits, axis=1, count=n).astype(np.bool_)
        found = _differences(rows_a, rows_b, statistic, swapped)
        reached += int((~(np.abs(found) < limit)).sum())
    return (reached + 1) / (permutations + 1)


def _differences(
    rows_a: FloatArray,
    rows_b: FloatArray,
    statistic: Statistic | Function,
    swapped: NDArray[np.bool_],
) -> FloatArray:
    """``statistic(b) - statistic(a)`` for each labelling: swapped has shape (m, cases)."""
    if isinstance(statistic, Statistic):
        rows = np.vstack([rows_a, rows_b])
        there = _is_present(rows)
        in_a = np.hstack([~swapped, swapped])[:, there].astype(np.float64)
        of_a = statistic.weighted(rows[there], in_a)
        in_b = np.hstack([swapped, ~swapped])[:, there].astype(np.float64)
        return statistic.weighted(rows[there], in_b) - of_a
    found = []
    for swap in swapped[:, :, None]:
        a, b = np.where(swap, rows_b, rows_a), np.where(swap, rows_a, rows_b)
        found.append(statistic(b) - statistic(a))
    return np.array(found, dtype=np.float64)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values adjusted for their number (Holm 1979), in the order given."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    steps = (len(p) - np.arange(len(p))) * p[order]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(p) else steps
    return [float(each) for each in adjusted]


def auroc(scores: ArrayLike, labels: ArrayLike) -> float:
    """The chance that a right case has a higher score than a wrong one, ties counted as half.

    Returns:
        in [0, 1]; NaN where all are right or all are wrong.
    """
    return AUROC(_columns(scores, labels))


def risk_coverage(confidence: ArrayLike, right: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """What share would be wrong if only the surest were answered (El-Yaniv & Wiener 2010).

    Returns:
        coverage, k / n for k from 1 to n, and risk, the share wrong among the k surest. Where
        equal confidences leave the order open, risk is its expectation over all orders.
    """
    rows = _columns(confidence, right)
    rows = rows[np.argsort(-rows[:, 0], kind="stable")]
    _, ties = np.unique(-rows[:, 0], return_inverse=True)
    wrong_share = np.bincount(ties, 1 - rows[:, 1]) / np.bincount(ties)
    given = np.arange(1, len(rows) + 1)
    return given / max(len(rows), 1), np.cumsum(wrong_share[ties]) / given


def aurc(confidence: ArrayLike, right: ArrayLike) -> float:
    """The area under the risk-coverage curve: its mean risk (Geifman & El-Yaniv 2017)."""
    return AURC(_columns(confidence, right))


class Bin(NamedTuple):
    """The cases whose confidence lies in (low, high]; 0 lies in the first; NaN where n is 0."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


def reliability(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> list[Bin]:
    """Mean confidence and share right, by confidence in bins of equal width (Guo et al. 2017)."""
    rows = _columns(confidence, right)
    place = bin_of(rows[:, 0], bins)
    return [_bin(i, bins, rows[place == i]) for i in range(bins)]


def _bin(i: int, bins: int, rows: FloatArray) -> Bin:
    means = rows.mean(axis=0) if len(rows) else np.full(2, np.nan)
    return Bin(i / bins, (i + 1) / bins, len(rows), float(means[0]), float(means[1]))


def ece(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> float:
    """The expected calibration error: |confidence - share right| over bins, weighted by n.

    Guo, Pleiss, Sun & Weinberger 2017, On Calibration of Modern Neural Networks.
    """
    found = [each for each in reliability(confidence, right, bins) if each.n]
    n = sum(each.n for each in found)
    gap = sum(each.n * abs(each.confidence - each.right) for each in found)
    return gap / n if n else float("nan")


def _columns(first: ArrayLike, second: ArrayLike) -> FloatArray:
    both = [np.asarray(each, dtype=np.float64) for each in (first, second)]
    return np.column_stack(both)


def _is_present(rows: FloatArray) -> NDArray[np.bool_]:
    return np.asarray(~np.isnan(rows).any(axis=1), dtype=np.bool_)


def _present(rows: FloatArray) -> FloatArray:
    return rows[_is_present(rows)]


# Most measures apply to the same number of cases, and drawing costs more than weighing.
@lru_cache(maxsize=2)
def _resamples(n: int, resamples: int, seed: int) -> NDArray[np.uint16]:
    """How often each of n cases was drawn, with replacement: shape (resamples, n)."""
    random = np.random.default_rng(seed)
    counts = np.empty((resamples, n), dtype=np.uint16)
    for row in counts:
        row[:] = np.bincount(random.integers(0, n, n), minlength=n)
    counts.flags.writeable = False
    return counts


def _over(
    rows: FloatArray, statistic: Statistic | Function, counts: NDArray[np.uint16]
) -> FloatArray:
    """The statistic on each resample."""
    m = len(counts)
    if isinstance(statistic, Statistic):
        chunks = (counts[i : i + CHUNK].astype(np.float64) for i in range(0, m, CHUNK))
        return np.concatenate([statistic.weighted(rows, chunk) for chunk in chunks])
    drawn = (np.repeat(rows, row, axis=0) for row in counts)
    return np.fromiter((statistic(each) for each in drawn), dtype=np.float64, count=m)


def _middle(values: FloatArray) -> tuple[float, float]:
    """The middle 95% of the values that are defined, if enough are."""
    defined = values[~np.isnan(values)]
    if len(defined) < (1 - UNDEFINED_AT_MOST) * len(values) or not len(defined):
        return NO_INTERVAL
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)

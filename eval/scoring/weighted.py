"""Numbers that sum up many cases, each for many weightings of the cases in one pass.

Enters: rows, one a case, and how often each row counts. Leaves: one number a weighting. A
bootstrap resample and a swap of two runs' labels are weightings, so one implementation serves the
figure, its interval and its test, without copying rows two thousand times. A number that is not
defined (a share of nothing) is NaN, never 0 or 1. Deliberately knows nothing of what the columns
are called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Weighted = Callable[[FloatArray, FloatArray], FloatArray]

BINS = 10


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number over rows.

    ``weighted(rows, counts)`` takes rows of shape (n, columns) and whole counts of shape (m, n),
    and gives m numbers, each as if row i stood there ``counts[j, i]`` times.
    """

    weighted: Weighted

    def __call__(self, rows: FloatArray) -> float:
        """The number over rows that count once each; NaN for no rows."""
        return float(self.weighted(rows, np.ones((1, len(rows))))[0])


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """The share that a part is of its whole, both of shape (m,); NaN where there is no whole."""
    found: FloatArray = np.full(whole.shape, np.nan)
    np.divide(part, whole, out=found, where=whole > 0)
    return found


def _mean(rows: FloatArray, counts: FloatArray) -> FloatArray:
    return _share(counts @ rows[:, 0], counts.sum(axis=1))


def _ratio(rows: FloatArray, counts: FloatArray) -> FloatArray:
    return _share(counts @ rows[:, 0], counts @ rows[:, 1])


def percentile(percent: float) -> Statistic:
    """The percentile of the first column, interpolated between neighbours as numpy does."""

    def weighted(rows: FloatArray, counts: FloatArray) -> FloatArray:
        order = np.argsort(rows[:, 0], kind="stable")
        values, last = rows[order, 0], np.cumsum(counts.take(order, axis=1), axis=1)
        n = counts.sum(axis=1)
        found: FloatArray = np.full(len(n), np.nan)
        for i in np.flatnonzero(n):
            place = (n[i] - 1) * percent / 100
            # The k-th value of a weighting is the first one whose cumulated count exceeds k.
            ends = np.searchsorted(last[i], (np.floor(place), np.ceil(place)), side="right")
            low, high = values[ends]
            found[i] = low + (high - low) * (place % 1)
        return found

    return Statistic(weighted)


def _confusion(rows: FloatArray, counts: FloatArray) -> FloatArray:
    """Flagged and meant, flagged and not meant, meant and not flagged, neither: shape (4, m).

    Columns: 1 where a case was flagged; 1 where it should **not** have been.
    """
    flagged, meant = rows[:, 0], 1 - rows[:, 1]
    cells = (flagged * meant, flagged * (1 - meant), (1 - flagged) * meant)
    return np.stack([counts @ cell for cell in (*cells, (1 - flagged) * (1 - meant))])


def _precision(rows: FloatArray, counts: FloatArray) -> FloatArray:
    hit, false, missed, passed = _confusion(rows, counts)
    # With one class only it is 0 or 1 whatever the system does, so it says nothing.
    both = (hit + missed > 0) & (false + passed > 0)
    return np.where(both, _share(hit, hit + false), np.nan)


def _f1(rows: FloatArray, counts: FloatArray) -> FloatArray:
    hit, false, missed, passed = _confusion(rows, counts)
    both = (hit + missed > 0) & (false + passed > 0)
    return np.where(both, _share(2 * hit, 2 * hit + false + missed), np.nan)


def _tied(rows: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """By rising first column, equal values as one: how many count, and how many of them are wrong.

    Both of shape (m, different values). The second column is 1 where a row is right.
    """
    order = np.argsort(rows[:, 0], kind="stable")
    keys, size = rows[order, 0], counts.take(order, axis=1)
    wrong = size * (1 - rows[order, 1])
    starts = np.flatnonzero(np.diff(keys, prepend=np.nan) != 0)
    if len(starts) == len(keys):
        return size, wrong
    return np.add.reduceat(size, starts, axis=1), np.add.reduceat(wrong, starts, axis=1)


def _auroc(rows: FloatArray, counts: FloatArray) -> FloatArray:
    size, wrong = _tied(rows, counts)
    right, below = size - wrong, np.cumsum(wrong, axis=1) - wrong / 2
    pairs = right.sum(axis=1) * wrong.sum(axis=1)
    return _share(np.einsum("ij,ij->i", right, below), pairs)


def _aurc(rows: FloatArray, counts: FloatArray) -> FloatArray:
    size, wrong = _tied(rows * (-1, 1), counts)
    given, errors = np.cumsum(size, axis=1), np.cumsum(wrong, axis=1)
    rate = np.divide(wrong, size, out=np.zeros_like(size), where=size > 0)
    # Among equal confidences the order is chance, so errors are spread evenly over a tie: after k
    # answers there are errors_before + rate * (k - given_before). Over k, and summed over the
    # tie's k in closed form, with 1 + 1/2 + ... + 1/k looked up:
    n = counts.sum(axis=1)
    harmonic = np.cumsum(1 / np.maximum(np.arange(int(n.max(initial=0)) + 1), 1)) - 1
    spread = np.diff(harmonic[given.astype(np.intp)], axis=1, prepend=0)
    start = (errors - wrong) - rate * (given - size)
    return _share(np.einsum("ij,ij->i", start, spread) + wrong.sum(axis=1), n)


def bin_of(confidence: FloatArray, bins: int) -> NDArray[np.intp]:
    """The bin of each confidence: ((i)/bins, (i + 1)/bins], and 0 in the first."""
    edges = np.arange(1, bins) / bins
    return np.digitize(confidence, edges, right=True)


def _ece(rows: FloatArray, counts: FloatArray) -> FloatArray:
    member = bin_of(rows[:, 0], BINS)[:, None] == np.arange(BINS)
    gaps = np.abs(counts @ (member * (rows[:, :1] - rows[:, 1:])))
    return _share(gaps.sum(axis=1), counts.sum(axis=1))


# The mean of the only column.
MEAN = Statistic(_mean)
# The sum of the first column over the sum of the second.
RATIO = Statistic(_ratio)
# Of flags; columns: flagged (1/0), should not have been (1/0).
PRECISION = Statistic(_precision)
F1 = Statistic(_f1)
# Columns: confidence, right (1/0).
AUROC = Statistic(_auroc)
AURC = Statistic(_aurc)
ECE = Statistic(_ece)

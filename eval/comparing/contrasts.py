"""One measure of two runs over the same cases, and a verdict on the difference.

Enters: a ``Measure`` and the rows of both runs. Leaves: a ``Contrast`` (values, interval, p) and
a ``Change`` (p adjusted, verdict). Every case is compared with itself: the interval comes from
resampling cases with both their outcomes, p from swapping the runs' labels within cases (paired
permutation test), and p is adjusted over all measures compared (Holm), so that among thirty
unchanged measures the chance of calling any of them changed stays at 5%. Deliberately knows
nothing of where rows come from, or of what difference is large enough to matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eval.comparing.baselines import FloatArray, rounded
from eval.scoring.measures import Measure
from eval.scoring.statistics import bootstrap_difference, holm, permutation_test
from eval.scoring.weighted import Statistic

ALPHA = 0.05
PERMUTATIONS = 10000
RESAMPLES = 2000

Verdict = Literal["better", "worse", "no clear difference"]


@dataclass(frozen=True, slots=True)
class Contrast:
    """A measure of two runs over the same cases.

    ``difference`` is b - a with its 95% interval, None where too few resamples have a value.
    ``n_a`` and ``n_b`` are the cases that the measure applies to: a citation can be judged only
    where there was an answer.
    """

    a: float
    b: float
    difference: float
    low: float | None
    high: float | None
    n_a: int
    n_b: int
    p: float


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a measure; ``adjusted`` is p after Holm over all measures compared."""

    name: str
    group: str
    higher_is_better: bool
    contrast: Contrast
    adjusted: float
    verdict: Verdict


def contrast(
    measure: Measure, rows_a: FloatArray, rows_b: FloatArray, *, permutations: int, seed: int
) -> Contrast | None:
    """One measure of two runs.

    Args:
        measure: what to compute.
        rows_a: of run A, shape (cases, columns), NaN where the measure does not apply.
        rows_b: of run B, the same cases in the same order.
        permutations: how many relabelings the test draws.
        seed: of the resampling and the relabeling.

    Returns:
        None where the measure has no value in one of them.
    """
    rows_a, rows_b = rounded(rows_a), rounded(rows_b)
    a, b = value_of(measure, rows_a), value_of(measure, rows_b)
    if a is None or b is None:
        return None
    in_a, in_b = applies(rows_a), applies(rows_b)
    n_a, n_b = int(in_a.sum()), int(in_b.sum())
    if np.array_equal(rows_a, rows_b, equal_nan=True):
        return Contrast(a, b, 0.0, 0.0, 0.0, n_a, n_b, 1.0)
    # A case may count in one run only (no answer, so no citations); its label is swapped too.
    rows_a, rows_b = rows_a[in_a | in_b], rows_b[in_a | in_b]
    low, high = bootstrap_difference(
        rows_a, rows_b, measure.statistic, resamples=RESAMPLES, seed=seed
    )
    p = _p(rows_a, rows_b, measure.statistic, permutations, seed)
    return Contrast(a, b, b - a, _known(low), _known(high), n_a, n_b, p)


def _p(
    rows_a: FloatArray, rows_b: FloatArray, statistic: Statistic, permutations: int, seed: int
) -> float:
    """The p of a paired permutation test that draws labels only where they matter.

    A case with the same row in both runs is the same whichever run it is called. Such cases are
    counted and not swapped: the same test, and on thousands of cases of which a few changed, a
    hundred times faster.
    """
    same = (rows_a == rows_b).all(axis=1)
    rest, times = np.unique(rows_a[same], axis=0, return_counts=True)

    def weighted(rows: FloatArray, counts: FloatArray) -> FloatArray:
        fixed = np.broadcast_to(times.astype(np.float64), (len(counts), len(times)))
        return statistic.weighted(np.vstack([rows, rest]), np.hstack([counts, fixed]))

    return permutation_test(
        rows_a[~same], rows_b[~same], Statistic(weighted), permutations=permutations, seed=seed
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value


def applies(rows: FloatArray) -> NDArray[np.bool_]:
    """Which rows are there: shape (cases,)."""
    return np.asarray(~np.isnan(rows).any(axis=1), dtype=np.bool_)


def value_of(measure: Measure, rows: FloatArray) -> float | None:
    """The measure over the rows that are there; None where it has no value."""
    present = rows[applies(rows)]
    return _known(float(measure.statistic(present))) if len(present) else None


def judged(contrasts: Sequence[tuple[Measure, Contrast]]) -> tuple[Change, ...]:
    """A verdict on each, with p adjusted over all of them."""
    adjusted = holm([each.p for _, each in contrasts])
    return tuple(
        Change(
            name=measure.name,
            group=measure.group,
            higher_is_better=measure.higher_is_better,
            contrast=each,
            adjusted=float(p),
            verdict=_verdict(each.difference, float(p), measure.higher_is_better),
        )
        for (measure, each), p in zip(contrasts, adjusted, strict=True)
    )


def _verdict(difference: float, p: float, higher_is_better: bool) -> Verdict:
    if p >= ALPHA or difference == 0:
        return "no clear difference"
    return "better" if (difference > 0) == higher_is_better else "worse"

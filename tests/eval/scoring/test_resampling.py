"""Intervals and tests of difference: by hand and against scipy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from eval.scoring.statistics import (
    bootstrap_difference,
    bootstrap_interval,
    holm,
    permutation_test,
)
from eval.scoring.weighted import AURC, AUROC, ECE, MEAN, RATIO, FloatArray, Statistic
from tests.eval.made_numbers import NAN, made, rows


def test_an_interval_by_hand() -> None:
    # Of two cases, a resample is (0, 0), (0, 1) twice, or (1, 1): all of it is in the middle 95%.
    assert bootstrap_interval(rows((0,), (1,)), MEAN, resamples=500, seed=0) == (0.0, 1.0)
    assert bootstrap_interval(rows((0.3,)), MEAN, resamples=10, seed=0) == (0.3, 0.3)


def test_an_interval_agrees_with_scipys() -> None:
    values = made(200, 3, ties=False)[0]
    low, high = bootstrap_interval(values[:, None], MEAN, resamples=20000, seed=1)
    theirs = stats.bootstrap(
        (values,), np.mean, n_resamples=20000, method="percentile", rng=np.random.default_rng(2)
    ).confidence_interval
    assert low == pytest.approx(theirs.low, abs=0.002)
    assert high == pytest.approx(theirs.high, abs=0.002)


def test_a_plain_function_gets_the_same_resamples() -> None:
    for statistic in (AUROC, AURC, ECE):
        array = np.column_stack(made(60, 4, ties=True))
        at_once = bootstrap_interval(array, statistic, resamples=300, seed=7)
        one_by_one = bootstrap_interval(array, statistic.__call__, resamples=300, seed=7)
        assert at_once == pytest.approx(one_by_one)
        assert at_once[0] < statistic(array) < at_once[1]


def test_no_interval_where_too_many_resamples_say_nothing() -> None:
    rare = rows(*[(0.5, 1.0)] * 30, (0.1, 0.0))  # 36% of resamples have no wrong case
    assert AUROC(rare) == 1.0
    assert np.isnan(bootstrap_interval(rare, AUROC, resamples=500, seed=0)).all()
    fair = rows(*[(0.5, 1.0)] * 30, *[(0.1, 0.0)] * 6)  # 0.1%
    assert bootstrap_interval(fair, AUROC, resamples=500, seed=0) == (1.0, 1.0)
    assert np.isnan(bootstrap_interval(np.empty((0, 1)), MEAN, resamples=5, seed=0)).all()


def test_rows_with_nan_do_not_count() -> None:
    with_gap = rows((0.1, 0), (NAN, NAN), (0.9, 1), (0.4, 1), (0.6, 0))
    without = with_gap[[0, 2, 3, 4]]
    assert bootstrap_interval(with_gap, ECE, resamples=50, seed=1) == bootstrap_interval(
        without, ECE, resamples=50, seed=1
    )


def test_the_interval_of_a_difference_pairs_the_cases() -> None:
    a = made(50, 1, ties=False)[0][:, None]
    b = a + 0.25
    low, high = bootstrap_difference(a, b, MEAN, resamples=200, seed=0)
    assert (low, high) == (pytest.approx(0.25), pytest.approx(0.25))

    def apart(both: FloatArray) -> float:
        return MEAN(both[:, 1:]) - MEAN(both[:, :1])

    c = made(50, 2, ties=False)[0][:, None]
    both = np.hstack([a, c])
    assert bootstrap_difference(a, c, MEAN, resamples=200, seed=5) == pytest.approx(
        bootstrap_interval(both, apart, resamples=200, seed=5)
    )


def test_a_difference_where_a_case_counts_in_one_run_only() -> None:
    # In a the last case does not count, in b the first: each mean is over the other nineteen.
    a, b = np.full((20, 1), 0.25), np.full((20, 1), 0.75)
    a[-1], b[0] = NAN, NAN
    assert bootstrap_difference(a, b, MEAN, resamples=500, seed=0) == (0.5, 0.5)
    nobody = np.full((20, 1), NAN)
    assert np.isnan(bootstrap_difference(a, nobody, MEAN, resamples=5, seed=0)).all()
    assert np.isnan(bootstrap_difference(a[:0], b[:0], MEAN, resamples=5, seed=0)).all()


def test_a_permutation_test_by_hand() -> None:
    # Three cases, each better by one in b: of 8 labellings, 2 differ by as much, so p is 1/4.
    a, b = rows((0,), (0,), (0,)), rows((1,), (1,), (1,))
    # The share among 20,000 drawn varies by 0.003; five times that is allowed.
    assert permutation_test(a, b, MEAN, permutations=20000) == pytest.approx(0.25, abs=0.015)
    assert permutation_test(b, a, MEAN, permutations=20000) == pytest.approx(0.25, abs=0.015)
    assert permutation_test(a, a, MEAN, permutations=100) == 1.0


def test_a_clear_difference_has_the_smallest_p_there_is() -> None:
    a, b = np.zeros((60, 1)), np.ones((60, 1))
    assert permutation_test(a, b, MEAN, permutations=999) == 1 / 1000


def exact(a: FloatArray, b: FloatArray, statistic: Callable[[FloatArray], float]) -> float:
    """The p value over all labellings, from scipy, which permutes the indexes of paired rows."""
    n, stack = len(a), np.vstack([a, b])

    def difference(first: NDArray[np.intp], second: NDArray[np.intp]) -> float:
        return statistic(stack[second]) - statistic(stack[first])

    index = np.arange(n)
    found = stats.permutation_test(
        (index, index + n), difference, permutation_type="samples", vectorized=False
    )
    return float(found.pvalue)


@pytest.mark.parametrize("statistic", [MEAN, AURC, ECE, RATIO])
def test_a_permutation_test_agrees_with_scipys(statistic: Statistic) -> None:
    a, b = (np.column_stack(made(9, seed, ties=False)) for seed in (20, 28))
    b[:, 1] = np.maximum(b[:, 1], a[:, 1])
    expected = exact(a, b, statistic)
    assert permutation_test(a, b, statistic, permutations=20000) == pytest.approx(
        expected, abs=0.015
    )
    one_by_one = permutation_test(a, b, statistic.__call__, permutations=2000, seed=3)
    assert one_by_one == permutation_test(a, b, statistic, permutations=2000, seed=3)


def test_a_permutation_that_says_nothing_is_as_large_as_any() -> None:
    a, b = rows((0.9, 1), (0.1, 0)), rows((0.8, 0), (0.2, 1))
    # Labellings: as they are (1 against 0), all swapped; else a run is all right or all wrong.
    assert permutation_test(a, b, AUROC, permutations=200) == 1.0
    one_class = rows((0.9, 1), (0.1, 1))
    assert np.isnan(permutation_test(a, one_class, AUROC, permutations=10))


def test_a_case_that_counts_in_one_run_only_is_swapped_all_the_same() -> None:
    a, b = rows((0,), (NAN,), (0,)), rows((1,), (1,), (NAN,))
    # The eight labellings of 0|1, -|1, 0|- differ by 1, 2/3, 2/3, 0, 0, -2/3, -2/3 and -1.
    assert permutation_test(a, b, MEAN, permutations=20000) == pytest.approx(2 / 8, abs=0.015)


def test_holm_by_hand() -> None:
    # Sorted .01 .02 .03 .04, times 4 3 2 1: .04 .06 .06 .04, never falling.
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.6]) == [1.0, 1.0]
    assert holm([0.03]) == [0.03]
    assert holm([]) == []

"""Differences between two runs: p, intervals and verdicts, worked out by hand where they can be."""

from __future__ import annotations

import numpy as np
import pytest

from eval.comparing.contrasts import Contrast, contrast, judged
from eval.scoring.measures import MEASURES
from eval.scoring.statistics import permutation_test
from tests.eval.made_runs import name_of

FIRST_RIGHT = name_of("first_right")


@pytest.mark.parametrize("columns", [("confidence", "right"), ("not_found", "answerable")])
def test_p_is_that_of_the_plain_test(columns: tuple[str, str]) -> None:
    """Cases with the same row in both runs are counted, not swapped; p is the same."""
    random = np.random.default_rng(1)
    before = np.column_stack([random.random(80).round(1), random.integers(0, 2, 80)])
    after = before.copy()
    after[:25, 0] = random.random(25).round(1)
    if columns[0] == "not_found":
        before[:, 0], after[:, 0] = before[:, 0] > 0.5, after[:, 0] > 0.7
    after[3] = before[4] = np.nan
    for measure in MEASURES.values():
        if measure.columns == columns:
            made = contrast(measure, before, after, permutations=10000, seed=0)
            plain = permutation_test(before, after, measure.statistic, permutations=10000)
            assert made is not None
            assert made.p == pytest.approx(plain, abs=0.03)


def test_p_worked_by_hand() -> None:
    """Five of 200 cases turn from right to wrong: 2 of the 32 labellings are as extreme."""
    before = np.ones((200, 1))
    after = before.copy()
    after[:5] = 0.0
    made = contrast(MEASURES[FIRST_RIGHT], before, after, permutations=20000, seed=0)
    assert made is not None
    assert made.difference == pytest.approx(-0.025)
    assert made.p == pytest.approx(2 / 32, abs=0.01)


def test_lower_is_better_where_the_measure_says_so() -> None:
    failed = MEASURES[name_of("failed")]
    made = Contrast(0.0, 0.1, 0.1, 0.05, 0.15, 200, 200, 0.001)
    assert judged([(failed, made)])[0].verdict == "worse"
    assert not judged([(failed, made)])[0].higher_is_better


def test_holm_worked_by_hand() -> None:
    """Sorted .01, .02, .04, .04 times 4, 3, 2, 1: .04, .06, .08, and .04 raised to .08."""
    measure = MEASURES[FIRST_RIGHT]
    contrasts = [
        (measure, Contrast(0.5, 0.6, 0.1, 0.0, 0.2, 9, 9, p)) for p in (0.04, 0.01, 0.02, 0.04)
    ]
    changes = judged(contrasts)
    assert [change.adjusted for change in changes] == pytest.approx([0.08, 0.04, 0.06, 0.08])
    assert [change.verdict for change in changes] == [
        "no clear difference", "better", "no clear difference", "no clear difference",
    ]  # fmt: skip


def test_nothing_to_judge() -> None:
    assert judged([]) == ()


def test_a_case_that_counts_in_one_run_only_is_compared_too() -> None:
    """2 of 2 citations right, then a refusal: the figures are those of each run alone."""
    measure = MEASURES[name_of("right_citations", "citations")]
    nan = [np.nan, np.nan]
    before = np.array([[2.0, 2.0], [1.0, 2.0], nan, nan])
    after = np.array([nan, [1.0, 2.0], [0.0, 1.0], nan])
    made = contrast(measure, before, after, permutations=500, seed=0)
    assert made is not None
    assert (made.a, made.n_a) == (0.75, 2)
    assert (made.b, made.n_b) == (pytest.approx(1 / 3), 2)
    assert made.p > 0.05
    assert contrast(measure, before, np.full((4, 2), np.nan), permutations=10, seed=0) is None

"""Figures of reading, worked out by hand or the long way round."""

from __future__ import annotations

import math

import numpy as np
import pytest

from eval.scoring.measures import Figure
from eval.studies.reading_scores import (
    BEST_F1,
    Read,
    at_threshold,
    best_threshold,
    clapnq_figures,
    halves,
    squad2_figures,
)

# Thresholds: inf 2/4, 2 3/4, 1 2/4, -1 (2 + 2/3)/4, -2 (1 + 2/3)/4.
FOUND = [
    Read("a", "été", ("the October of 1973",), True, 2.0, "October, of 1973"),
    Read("b", "🙂", ("$12", "nearly $12"), True, -1.0, "nearly"),
    Read("c", "été", (), False, 1.0, "Åre"),
    Read("d", "🙂", (), False, -2.0, "Zoë"),
]


def logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def named(figures: list[Figure]) -> dict[str, tuple[float, int]]:
    return {figure.name: (figure.value, figure.n) for figure in figures}


def test_squad2_by_hand() -> None:
    figures, thresholds = squad2_figures(FOUND)
    # Each probability is alone in its bin.
    gaps = 2 * logistic(-2.0) + 2 * logistic(1.0)
    assert named(figures) == {
        "F1 at threshold 0": (pytest.approx(2 / 4), 4),
        "F1 at the best threshold": (pytest.approx(3 / 4), 4),
        "F1 at the other half's threshold": (pytest.approx(2 / 4), 4),
        "F1, answerable alone": (pytest.approx((1 + 2 / 3) / 2), 2),
        "Exact match, answerable alone": (pytest.approx(1 / 2), 2),
        "AUROC, answerable or not": (pytest.approx(3 / 4), 4),
        "ECE of the probability": (pytest.approx(gaps / 4), 4),
    }
    # Of the first passage alone 2 is best, of the second -1; which is which half is chance.
    assert thresholds["best"] == 2.0
    assert {thresholds["first half"], thresholds["second half"]} == {2.0, -1.0}
    assert all(f.low <= f.value <= f.high for f in figures if f.low is not None and f.high)
    assert [f.higher_is_better for f in figures] == [True] * 6 + [False]


def test_what_is_at_the_threshold_is_answered() -> None:
    rows = np.array([(0.0, 1.0, 0.0), (-0.1, 0.0, 1.0)])
    assert at_threshold(rows, 0.0).tolist() == [1.0, 1.0]
    assert at_threshold(rows, np.array([0.1, -0.1])).tolist() == [0.0, 0.0]


def test_equal_logits_are_on_one_side() -> None:
    rows = np.array([(1.0, 1.0, 0.0), (1.0, 0.0, 1.0), (0.0, 0.5, 0.0)])
    # Nothing 1/3, the two 1/3, all 1.5/3.
    assert BEST_F1(rows) == pytest.approx(0.5)
    assert best_threshold(rows) == 0.0
    assert BEST_F1(rows[:2]) == pytest.approx(0.5)
    assert best_threshold(rows[:2]) == math.inf


def test_the_best_threshold_is_the_best_of_all() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        n = int(rng.integers(1, 12))
        rows = np.column_stack([rng.integers(-3, 4, n), rng.random(n), rng.integers(0, 2, n)])
        tried = {float(t): at_threshold(rows, t).mean() for t in (*rows[:, 0], math.inf)}
        assert BEST_F1(rows) == pytest.approx(max(tried.values()))
        assert tried[best_threshold(rows)] == pytest.approx(max(tried.values()))
        counts = rng.integers(0, 3, n)
        if counts.any():
            repeated = BEST_F1(np.repeat(rows, counts, axis=0))
            assert BEST_F1.weighted(rows, counts[None, :].astype(float))[0] == pytest.approx(
                repeated
            )


def test_no_rows_have_no_best_threshold() -> None:
    assert math.isnan(best_threshold(np.zeros((0, 3))))
    assert math.isnan(BEST_F1(np.zeros((0, 3))))


def test_halves_keep_a_passage_together() -> None:
    passages = [f"pässage {i % 7}" for i in range(21)]
    half = halves(passages)
    assert {passages[i]: half[i] for i in range(21)} == {
        passages[i]: half[i] for i in reversed(range(21))
    }
    assert [list(half[:7]).count(side) for side in (0, 1)] == [4, 3]
    assert halves(["a"]).tolist() == [0.0]
    assert len(halves([])) == 0


def test_what_is_not_defined_is_left_out() -> None:
    figures, thresholds = squad2_figures([FOUND[0]])
    assert named(figures).keys() == {
        "F1 at threshold 0",
        "F1 at the best threshold",
        "F1, answerable alone",
        "Exact match, answerable alone",
        "ECE of the probability",
    }
    # The only passage is in the first half: the second has nothing to choose on.
    assert math.isnan(thresholds["first half"])
    assert thresholds["second half"] == 2.0
    assert squad2_figures([])[0] == []
    assert clapnq_figures([]) == ([], {})


def test_saying_nothing_where_there_is_no_answer() -> None:
    # A passage without words: nothing can be said, whatever the logit is.
    empty = Read("e", "", (), False, 3.0, "")
    assert (empty.answered, empty.refused) == (1.0, 1.0)
    silent = Read("e", "", ("1973",), True, 3.0, "")
    assert (silent.answered, silent.refused, silent.exact) == (0.0, 0.0, 0.0)


def test_clapnq_by_hand() -> None:
    figures, thresholds = clapnq_figures(FOUND)
    assert named(figures)["AUROC, answerable or not"] == (pytest.approx(0.75), 4)
    assert [figure.name for figure in figures] == [
        "AUROC, answerable or not",
        "ECE of the probability",
    ]
    assert thresholds == {}

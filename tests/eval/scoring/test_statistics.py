"""Statistics and curves: by hand, by naive loops, and against scikit-learn."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from eval.scoring.statistics import aurc, auroc, ece, reliability, risk_coverage
from eval.scoring.weighted import (
    AURC,
    AUROC,
    ECE,
    F1,
    MEAN,
    PRECISION,
    RATIO,
    FloatArray,
    Statistic,
    percentile,
)
from tests.eval.made_numbers import made, rows

# Columns as PRECISION and F1 take them: refused, has an answer.
REFUSALS = rows((1, 0), (1, 0), (1, 1), (0, 0), (0, 1), (0, 1), (0, 1))


@pytest.mark.parametrize(
    ("statistic", "array", "expected"),
    [
        (MEAN, rows((1,), (0,), (0.5,)), 0.5),
        (RATIO, rows((1, 2), (0, 0), (2, 4)), 0.5),  # 3 of 6
        (PRECISION, REFUSALS, 2 / 3),
        (F1, REFUSALS, 2 / 3),
        (F1, rows((1, 0), (0, 0), (0, 0), (0, 1)), 0.5),  # precision 1, recall 1/3
        (percentile(50), rows((3,), (1,), (2,), (10,)), 2.5),
        (percentile(95), rows(*((float(i),) for i in range(21))), 19.0),
        # 0.9 right above three, 0.2 right above one of three, of 6 pairs
        (AUROC, rows((0.9, 1), (0.5, 0), (0.2, 1), (0.3, 0), (0.1, 0)), 4 / 6),
        (AUROC, rows((0.5, 1), (0.5, 0), (0.5, 0)), 0.5),
        (AURC, rows((0.9, 1), (0.8, 0), (0.7, 1), (0.6, 0)), (0 + 1 / 2 + 1 / 3 + 2 / 4) / 4),
        (AURC, rows((0.5, 1), (0.5, 0)), 0.5),  # either order: (0 + 1/2 + 1 + 1/2) / 4
        # (0, .1]: |.05 - 0|, one case; (.8, .9]: |.85 - .5|, two cases
        (ECE, rows((0.05, 0), (0.9, 1), (0.8 + 1e-9, 0)), (0.05 + 2 * 0.35) / 3),
        (ECE, rows((0.0, 0), (1.0, 1)), 0.0),
    ],
)
def test_statistics_by_hand(statistic: Statistic, array: FloatArray, expected: float) -> None:
    assert statistic(array) == pytest.approx(expected)
    assert statistic(array[::-1]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("statistic", "array"),
    [
        (MEAN, np.empty((0, 1))),
        (percentile(50), np.empty((0, 1))),
        (RATIO, np.empty((0, 2))),
        (RATIO, rows((0, 0))),  # answers, and not one citation
        (PRECISION, rows((0, 0), (0, 1))),  # nothing was refused
        (PRECISION, rows((1, 1), (0, 1))),  # everything has an answer
        (PRECISION, rows((1, 0), (0, 0))),  # nothing has one
        (F1, rows((1, 1), (0, 1))),
        (AUROC, np.empty((0, 2))),
        (AUROC, rows((0.2, 1), (0.7, 1))),
        (
            AUROC,
            rows(
                (0.2, 0),
            ),
        ),
        (AURC, np.empty((0, 2))),
        (ECE, np.empty((0, 2))),
    ],
)
def test_what_is_not_defined_is_nan(statistic: Statistic, array: FloatArray) -> None:
    assert np.isnan(statistic(array))


@pytest.mark.parametrize(
    ("statistic", "columns"),
    [
        (MEAN, 1),
        (RATIO, 2),
        (PRECISION, 2),
        (F1, 2),
        (percentile(50), 1),
        (percentile(95), 1),
        (AUROC, 2),
        (AURC, 2),
        (ECE, 2),
    ],
)
def test_counting_a_row_twice_is_having_it_twice(statistic: Statistic, columns: int) -> None:
    chance = np.random.default_rng(columns)
    array = np.column_stack(
        [np.round(chance.random(40), 1)] + [chance.integers(0, 2, 40)] * (columns - 1)
    )
    if statistic in (PRECISION, F1):
        array = np.round(array)
    counts = chance.integers(0, 4, (25, 40)).astype(np.float64)
    repeated = [statistic(np.repeat(array, row.astype(int), axis=0)) for row in counts]
    assert statistic.weighted(array, counts) == pytest.approx(np.array(repeated))


@pytest.mark.parametrize("ties", [False, True])
def test_auroc_agrees_with_scikit_learn(ties: bool) -> None:
    for seed in range(10):
        scores, labels = made(80, seed, ties)
        assert round(auroc(scores, labels), 4) == round(float(roc_auc_score(labels, scores)), 4)


def naive_aurc(confidence: FloatArray, right: FloatArray) -> float:
    pairs = sorted(zip(confidence, right, strict=True), key=lambda pair: -pair[0])
    risks, wrong = [], 0.0
    for k, (_, was_right) in enumerate(pairs, start=1):
        wrong += 1 - was_right
        risks.append(wrong / k)
    return sum(risks) / len(risks)


def test_aurc_agrees_with_a_naive_loop() -> None:
    for seed in range(10):
        confidence, right = made(70, seed, ties=False)
        expected = naive_aurc(confidence, right)
        assert round(aurc(confidence, right), 4) == round(expected, 4)
        assert round(float(risk_coverage(confidence, right)[1].mean()), 4) == round(expected, 4)


def test_among_equal_confidences_risk_is_the_mean_over_all_orders() -> None:
    right = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    confidence = np.array([0.9, 0.4, 0.4, 0.4, 0.1])
    orders = [[0, *middle, 4] for middle in itertools.permutations([1, 2, 3])]
    areas = [naive_aurc(np.arange(5.0)[::-1], right[order]) for order in orders]
    assert aurc(confidence, right) == pytest.approx(sum(areas) / 6)
    assert aurc(confidence[::-1], right[::-1]) == pytest.approx(sum(areas) / 6)
    coverage, risk = risk_coverage(confidence, right)
    assert coverage.tolist() == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert risk == pytest.approx([0, (2 / 3) / 2, (4 / 3) / 3, 2 / 4, 3 / 5])


def naive_ece(confidence: FloatArray, right: FloatArray, bins: int) -> float:
    total = 0.0
    for i in range(bins):
        low, high = i / bins, (i + 1) / bins
        inside = [
            (c, r)
            for c, r in zip(confidence.tolist(), right.tolist(), strict=True)
            if low < c <= high or (i == 0 and c == 0)
        ]
        if inside:
            mean = sum(c for c, _ in inside) / len(inside)
            share = sum(r for _, r in inside) / len(inside)
            total += len(inside) / len(confidence) * abs(mean - share)
    return total


@pytest.mark.parametrize("ties", [False, True])
def test_ece_agrees_with_a_naive_loop(ties: bool) -> None:
    for seed in range(10):
        confidence, right = made(90, seed, ties)
        expected = naive_ece(confidence, right, 10)
        assert round(ece(confidence, right), 4) == round(expected, 4)
        five = naive_ece(confidence, right, 5)
        assert round(ece(confidence, right, bins=5), 4) == round(five, 4)
        both = np.column_stack([confidence, right])
        assert round(ECE(both), 4) == round(expected, 4)


def test_reliability_by_hand() -> None:
    bins = reliability([0.0, 0.1, 0.3, 0.31, 0.7, 1.0], [0, 1, 1, 0, 1, 1])
    assert [each.n for each in bins] == [2, 0, 1, 1, 0, 0, 1, 0, 0, 1]
    assert bins[0] == (0.0, 0.1, 2, 0.05, 0.5)
    assert bins[2][:3] == (0.2, 0.3, 1)
    assert bins[9] == (0.9, 1.0, 1, 1.0, 1.0)
    assert np.isnan(bins[1].confidence)
    assert np.isnan(bins[1].right)
    assert np.isnan(ece([], []))

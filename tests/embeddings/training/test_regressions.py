"""The two small regressions, against scikit-learn and against cases solved by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from embeddings.training.regressions import conditional_logit, logistic, named


def test_logistic_is_that_of_scikit_learn() -> None:
    draw = np.random.default_rng(7)
    table = (draw.normal(size=(200, 3)) * [1.0, 50.0, 0.01] + [0.0, 9.0, 2.0]).astype(np.float32)
    labels = table[:, 0] + table[:, 1] / 50 + draw.normal(size=200) > 0.2
    importance = draw.uniform(0.5, 2.0, 200).astype(np.float32)
    weights, intercept = logistic(table, labels, importance)
    scaled = (table - table.mean(0)) / table.std(0)
    model = LogisticRegression(max_iter=2000).fit(scaled, labels, sample_weight=importance)
    np.testing.assert_allclose(
        table @ weights + intercept, model.decision_function(scaled), atol=2e-3
    )


def test_logistic_by_hand() -> None:
    # One column that says nothing: the intercept is the logit of the weighted share, 3 to 1.
    table = np.array([[1.0], [1.0], [0.0], [0.0]], np.float32)
    labels = np.array([True, False, True, False])
    importance = np.array([3, 1, 3, 1], np.float32)
    weights, intercept = logistic(table, labels, importance)
    assert weights == pytest.approx([0.0], abs=1e-4)
    assert intercept == pytest.approx(math.log(3), abs=1e-3)
    # A column that never changes is no division by nothing.
    weights, _ = logistic(np.hstack([table, np.ones((4, 1), np.float32)]), labels)
    assert np.isfinite(weights).all()


def test_conditional_logit_by_hand() -> None:
    # In 3 of 4 tables the row with 1 is right: without the penalty its odds would be 3 to 1.
    tables = [np.array([[1.0], [0.0]], np.float32)] * 40
    right = [np.array([i % 4 != 0, i % 4 == 0]) for i in range(40)]
    (weight,) = conditional_logit(tables, right)
    share = 1 / (1 + math.exp(-weight))
    # Where the slope of loss and penalty (0.01 w per scaled column, whose deviation is 1/2) is 0.
    assert share - 0.75 + 0.01 * weight * 0.5**2 == pytest.approx(0.0, abs=1e-3)
    assert weight == pytest.approx(math.log(3), abs=0.1)


def test_conditional_logit_finds_the_column_that_tells() -> None:
    draw = np.random.default_rng(3)
    tables, right = [], []
    for _ in range(120):
        table = draw.normal(size=(6, 3)).astype(np.float32) * np.float32([1, 100, 1])
        table[:, 2] = 0.0
        tables.append(table)
        right.append(np.arange(6) == np.argmax(table[:, 1]))
    weights = conditional_logit(tables, right)
    assert weights[1] * 100 > 3
    assert abs(weights[0]) < 0.5
    assert weights[2] == 0.0
    hits = [
        int(np.argmax(t @ weights)) == int(np.argmax(r)) for t, r in zip(tables, right, strict=True)
    ]
    assert sum(hits) > 115


def test_two_right_rows_count_as_one_answer() -> None:
    # Both rows with 1 are right: whichever is chosen, so nothing is left to tell them apart.
    table = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]], np.float32)
    weights = conditional_logit([table] * 5, [np.array([True, True, False])] * 5)
    shares = np.exp(table @ weights)
    assert shares[:2].sum() / shares.sum() > 0.9


def test_as_written() -> None:
    weights = np.array([1.23456789, -1e-9], np.float64)
    assert named(("é", "b"), weights, 0.123456) == {
        "intercept": 0.12346,
        "weights": {"é": 1.23457, "b": 0.0},
    }
    with pytest.raises(ValueError, match="zip"):
        named(("a",), weights, 0.0)


@pytest.mark.parametrize("shift", [(0.0, 0.0, 0.0), (10.0, -500.0, 7.0), (-1e3, 1e4, 12_345.678)])
def test_what_all_rows_have_in_common_changes_nothing(shift: tuple[float, ...]) -> None:
    draw = np.random.default_rng(3)
    tables, right = [], []
    for _ in range(200):
        table = draw.normal(size=(8, 3)) * [1, 50, 0]
        odds = np.exp(1.5 * table[:, 0] + table[:, 1] / 50)
        tables.append(table)
        right.append(np.arange(8) == draw.choice(8, p=odds / odds.sum()))
    plain = conditional_logit(tables, right)
    assert plain[:2] * [1, 50] == pytest.approx([1.5, 1.0], abs=0.25)
    moved = conditional_logit([table + shift for table in tables], right)
    assert moved == pytest.approx(plain, rel=1e-4, abs=1e-7)
    # A column that never changes says nothing, whatever its value.
    assert moved[2] == pytest.approx(0.0, abs=1e-9)

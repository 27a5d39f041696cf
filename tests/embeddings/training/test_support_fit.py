"""Thresholds and weights of claims, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings.support import FITTED_NAMES
from embeddings.training.support_fit import (
    best_threshold,
    fitted_record,
    importance,
    unsupported_below,
)

PROBABILITY = np.array([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1])
RIGHT = np.array([True, True, False, True, False, True, False, False])
EQUAL = np.ones(8)


def test_the_threshold_with_the_highest_balanced_accuracy() -> None:
    # .8, .6 and .3 are as good, .75: of equals the highest.
    assert best_threshold(PROBABILITY, RIGHT, EQUAL) == 0.8
    # With the other at .7 counting nothing, .6 lets in three of four at no cost.
    weight = np.array([1, 1, 0, 1, 1, 1, 1, 1.0])
    assert best_threshold(PROBABILITY, RIGHT, weight) == 0.6


def test_claims_of_one_probability_are_told_the_same() -> None:
    assert (
        best_threshold(np.array([0.5, 0.5, 0.2]), np.array([True, False, False]), EQUAL[:3]) == 0.5
    )


def test_what_is_below_is_mostly_unsupported() -> None:
    # Below .3 both are unsupported; with the next, two of three are.
    assert unsupported_below(PROBABILITY, RIGHT, EQUAL, 0.8) == 0.3
    assert unsupported_below(PROBABILITY, RIGHT, EQUAL, 0.25) == 0.25
    assert unsupported_below(PROBABILITY, np.ones(8, dtype=bool), EQUAL, 0.8) == 0.0


def test_each_kind_and_each_half_of_it_counts_as_much() -> None:
    kinds = np.array(["a", "a", "a", "b", "b", "b"])
    right = np.array([True, False, False, True, True, False])
    found = importance(kinds, right, np.array([True] * 5 + [False]))
    # Three cells of which each has the same sum; together they count as five claims.
    assert found == pytest.approx([5 / 3, 5 / 6, 5 / 6, 5 / 6, 5 / 6])


def test_what_is_written() -> None:
    kinds = np.array(["fever"] * 8)
    weights = np.arange(len(FITTED_NAMES)) / 3
    record = fitted_record(weights, -1.0, PROBABILITY, RIGHT, kinds)
    assert (record["supported_from"], record["unsupported_below"]) == (0.8, 0.3)
    assert record["held_out"] == {
        "fever": {"n": 8, "auroc": 0.8125, "balanced_accuracy": 0.75},
    }
    assert record["support"]["intercept"] == -1.0
    assert record["support"]["weights"][FITTED_NAMES[1]] == 0.33333

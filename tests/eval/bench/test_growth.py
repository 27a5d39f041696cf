"""Power laws worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bench.growth import fit


@pytest.mark.parametrize(
    ("points", "exponent", "factor"),
    [
        ([(1, 3.0), (10, 30.0), (100, 300.0)], 1.0, 3.0),
        ([(1, 2.0), (10, 200.0)], 2.0, 2.0),
        ([(5, 7.0), (50, 7.0), (500, 7.0)], 0.0, 7.0),
        ([(4, 1.0), (16, 2.0)], 0.5, 0.5),
        # In logarithms to base 10: x 0, 1, 2 and y 0, 0, 3. The middle is (1, 1); the slope is
        # (-1 * -1 + 0 * -1 + 1 * 2) / 2 = 1.5, and at x = 0 the law has 1 - 1.5 = -0.5.
        ([(1, 1.0), (10, 1.0), (100, 1000.0)], 1.5, 10**-0.5),
    ],
)
def test_by_hand(points: list[tuple[float, float]], exponent: float, factor: float) -> None:
    found = fit(points)
    assert found is not None
    assert found.exponent == pytest.approx(exponent, abs=1e-12)
    assert found.factor == pytest.approx(factor)
    assert found.at(1) == pytest.approx(factor)


@pytest.mark.parametrize(
    "points",
    [[], [(5, 1.0)], [(5, 1.0), (5, 2.0)], [(1, 0.0), (2, 1.0)], [(1, -1.0), (2, 1.0)]],
)
def test_no_law_through_one_size_or_through_nothing(points: list[tuple[float, float]]) -> None:
    assert fit(points) is None


@given(
    st.floats(-2, 3),
    st.floats(0.01, 100),
    st.lists(st.integers(1, 100_000), min_size=2, max_size=6, unique=True),
)
def test_a_law_is_found_again(exponent: float, factor: float, xs: list[int]) -> None:
    found = fit([(x, factor * x**exponent) for x in xs])
    assert found is not None
    # Neighbouring sizes far out tell little of the slope.
    assert found.at(xs[0]) == pytest.approx(factor * xs[0] ** exponent, rel=1e-6)
    assert found.at(xs[-1]) == pytest.approx(factor * xs[-1] ** exponent, rel=1e-6)

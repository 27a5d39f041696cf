"""How a figure grows with the number of articles: pure functions.

Enters: points. Leaves: the exponent of a power law through them. Deliberately knows nothing of
what is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fit:
    """``factor * x ** exponent``: 1 grows with x, 0 stays as it is, 2 is four times for twice."""

    exponent: float
    factor: float

    def at(self, x: float) -> float:
        """What the law says of ``x``."""
        return float(self.factor * x**self.exponent)


def fit(points: Sequence[Point]) -> Fit | None:
    """Least squares in logarithms.

    Returns:
        None for fewer than two different x, or where a value is not above 0: it has no logarithm.
    """
    if len({x for x, _ in points}) < 2 or any(x <= 0 or y <= 0 for x, y in points):
        return None
    xs, ys = [log(x) for x, _ in points], [log(y) for _, y in points]
    middle, height = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - middle) ** 2 for x in xs)
    together = sum((x - middle) * (y - height) for x, y in zip(xs, ys, strict=True))
    exponent = together / spread
    return Fit(exponent, exp(height - exponent * middle))

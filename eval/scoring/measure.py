"""A measure and its value over a run, as values.

Enters: names of scores and a statistic, or a record. Leaves: ``Measure``, ``Figure``. Deliberately
knows no measure by name: ``measures.py`` has them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from eval.reporting.formatting import Unit
from eval.results import Result
from eval.scoring.weighted import MEAN, FloatArray, Statistic

Group = Literal[
    "retrieval", "answers", "citations", "abstention", "conflict", "model", "speed", "run"
]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that sums up a run.

    ``columns`` are names of scores; a case counts where it has all of them. ``statistic`` takes
    these as an array of shape (cases, columns) and gives NaN where it is not defined. ``unit`` is
    what the value is in, as ``eval.reporting.formatting`` has them.
    """

    name: str
    group: Group
    definition: str
    columns: tuple[str, ...]
    statistic: Statistic = MEAN
    higher_is_better: bool = True
    unit: Unit = "share"

    @property
    def is_mean(self) -> bool:
        """Whether it is the mean of one score."""
        return self.statistic is MEAN

    def rows(self, results: Sequence[Result]) -> tuple[list[int], FloatArray]:
        """The results that count: their indexes, and an array of shape (cases, columns)."""
        found = [[result.scores.get(name) for name in self.columns] for result in results]
        indexes = [i for i, row in enumerate(found) if None not in row]
        array = np.array([found[i] for i in indexes], dtype=np.float64)
        return indexes, array.reshape(len(indexes), len(self.columns))


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's value over n cases; the interval is None where it cannot be told."""

    name: str
    group: str
    value: float
    low: float | None
    high: float | None
    n: int
    definition: str
    higher_is_better: bool

    def record(self) -> dict[str, Any]:
        """The figure as one JSON object."""
        return asdict(self)


def figure_from(data: Mapping[str, Any]) -> Figure:
    """The figure that ``record`` made.

    Raises:
        TypeError: it is not one.
    """
    return Figure(**data)

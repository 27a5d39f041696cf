"""What both readers end in: linear weights, fitted beforehand and read from a file.

Enters: a weights file, feature tables. Leaves: coefficients by the names that are expected, and
logits. Deliberately knows no feature by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embeddings.encoder import FloatArray

Weights = tuple[FloatArray, float]


def weights_by_part(
    data: Mapping[str, Any], names: Mapping[str, Sequence[str]]
) -> dict[str, Weights]:
    """Coefficients in the order of ``names`` and the intercept, for each part of a weights file."""
    return {
        part: (
            np.array([data[part]["weights"][name] for name in expected], dtype=np.float32),
            float(data[part]["intercept"]),
        )
        for part, expected in names.items()
    }


def linear(table: FloatArray, weights: Weights) -> FloatArray:
    """``table @ coefficients + intercept``, shape (rows,)."""
    values: FloatArray = table @ weights[0] + np.float32(weights[1])
    return values


def lead(logits: FloatArray) -> float:
    """How far the best is ahead of the next; 0 where there is no next."""
    ranked = np.sort(logits)[::-1]
    return float(ranked[0] - ranked[1]) if len(ranked) > 1 else 0.0

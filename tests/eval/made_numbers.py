"""Arrays as statistics take them, for what computes and resamples them."""

from __future__ import annotations

import numpy as np

from eval.scoring.weighted import FloatArray

NAN = float("nan")


def rows(*each: tuple[float, ...]) -> FloatArray:
    return np.array(each, dtype=np.float64)


def made(n: int, seed: int, ties: bool) -> tuple[FloatArray, FloatArray]:
    """Confidences and who was right, more often at high confidence."""
    chance = np.random.default_rng(seed)
    confidence = chance.random(n)
    right = (chance.random(n) < 0.2 + 0.6 * confidence).astype(np.float64)
    return (np.round(confidence, 1) if ties else confidence), right

"""Probabilities that claims are supported -> figures, as attribution is judged.

Enters: claims with people's judgements, probabilities, the model's thresholds. Leaves: ``Figure``
values, each with n and a 95% interval. Deliberately knows nothing of files or models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from eval.scoring.measures import Figure
from eval.scoring.statistics import bootstrap_interval
from eval.scoring.weighted import AUROC, MEAN, FloatArray, Statistic
from eval.studies.support_sets import Given

RESAMPLES = 2000
DEFINITIONS: Mapping[str, str] = {
    "AUROC": "Chance that a supported claim has a higher probability than one that is not.",
    "Balanced accuracy": (
        "Mean of two shares: supported claims told so, and other claims not told so, at the "
        "model's own threshold."
    ),
    "Balanced accuracy, best threshold": (
        "The same at the threshold that is best for these very claims."
    ),
    "Told supported and is": "Of the claims told supported, the share that is.",
    "Told not supported and is not": "Of the claims told not supported, the share that is not.",
}


def _balanced(rows: FloatArray, counts: FloatArray) -> FloatArray:
    """Columns: told supported (1/0), supported (1/0)."""
    told, right = rows[:, 0], rows[:, 1]
    yes, no = counts @ right, counts @ (1 - right)
    found: FloatArray = np.full(len(counts), np.nan)
    both = (yes > 0) & (no > 0)
    hits, passed = counts @ (told * right), counts @ ((1 - told) * (1 - right))
    found[both] = (hits[both] / yes[both] + passed[both] / no[both]) / 2
    return found


def _best(rows: FloatArray, counts: FloatArray) -> FloatArray:
    """Columns: probability, supported (1/0)."""
    order = np.argsort(-rows[:, 0], kind="stable")
    probability, right = rows[order, 0], rows[order, 1]
    # Equal probabilities are on one side of any threshold.
    last = np.flatnonzero(np.diff(probability, append=np.nan) != 0)
    ordered = counts.take(order, axis=1)
    yes, no = np.cumsum(ordered * right, axis=1), np.cumsum(ordered * (1 - right), axis=1)
    found: FloatArray = np.full(len(counts), np.nan)
    both = (yes[:, -1] > 0) & (no[:, -1] > 0)
    hits = yes[both][:, last] / yes[both][:, -1:]
    false = no[both][:, last] / no[both][:, -1:]
    found[both] = np.maximum(0.5, (hits + 1 - false).max(axis=1, initial=1.0) / 2)
    return found


BALANCED, BEST = Statistic(_balanced), Statistic(_best)


def figures(
    claims: Sequence[Given],
    probabilities: Sequence[float],
    supported_from: float,
    unsupported_below: float,
) -> list[Figure]:
    """The figures of a set; of each of its parts too, where a part has both kinds of claims."""
    rows = np.array(
        [(p, float(c.supported)) for c, p in zip(claims, probabilities, strict=True)],
        dtype=np.float64,
    ).reshape(len(claims), 2)
    told = rows[rows[:, 0] >= supported_from, 1]
    refused = 1 - rows[rows[:, 0] < unsupported_below, 1]
    found = [
        *_both(rows, supported_from, ""),
        _figure("Balanced accuracy, best threshold", "", rows, BEST),
        _figure("Told supported and is", "", told[:, None], MEAN),
        _figure("Told not supported and is not", "", refused[:, None], MEAN),
    ]
    parts = np.array([each.part for each in claims])
    for part in sorted(set(parts.tolist())):
        own = rows[parts == part]
        if 0 < own[:, 1].sum() < len(own) < len(rows):
            found += _both(own, supported_from, part)
    return [each for each in found if each is not None]


def _both(rows: FloatArray, supported_from: float, part: str) -> list[Figure | None]:
    told = np.column_stack([rows[:, 0] >= supported_from, rows[:, 1]]).astype(np.float64)
    return [_figure("AUROC", part, rows, AUROC), _figure("Balanced accuracy", part, told, BALANCED)]


def _figure(name: str, part: str, rows: FloatArray, statistic: Statistic) -> Figure | None:
    """The figure over rows, one a claim; None where it is not defined on them."""
    value = statistic(rows) if len(rows) else float("nan")
    if np.isnan(value):
        return None
    low, high = bootstrap_interval(rows, statistic, resamples=RESAMPLES, seed=0)
    return Figure(
        name=f"{name}, {part}" if part else name,
        group="support",
        value=value,
        low=None if np.isnan(low) else low,
        high=None if np.isnan(high) else high,
        n=len(rows),
        definition=DEFINITIONS[name],
        higher_is_better=True,
    )

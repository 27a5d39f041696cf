"""Fit what a confidence means, and from which one to answer, on runs of development sets.

    python -m eval.studies.calibration RUN_FOLDER [RUN_FOLDER ...] [--write]

Enters: folders that ``python -m eval run`` wrote. Leaves: a table, and with ``--write`` the fit in
the weights file that the trained reader reads. Every set counts the same, whatever its size.

The confidence becomes a probability by Platt scaling (Platt, 1999): a slope and an intercept on its
logarithm of odds. The threshold is chosen on the outcome: where the answers that are right and the
answerable questions answered right have the highest F1, or, with ``--precision P``, the lowest from
which a share of P of the answers is right.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from embeddings.encoder import FloatArray
from embeddings.trained import WEIGHTS
from eval.results import RESULTS, Result, read_results
from eval.scoring.statistics import auroc, ece
from qa_app.schema import WELL_SUPPORTED

RULE_F1 = (
    "the probability from which the answers that are right and the answerable questions answered "
    "right have the highest F1"
)
RULE_PRECISION = "the lowest probability from which {:.0%} of the answers are right"
# An AUROC or a fold of fewer says nothing.
FEWEST = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of the questions of all runs, each of shape (n,).

    ``odds`` is the logarithm of the odds of the confidence before any scaling; ``weight`` makes
    every run count the same.
    """

    odds: FloatArray
    right: FloatArray
    answerable: FloatArray
    weight: FloatArray


@dataclass(frozen=True, slots=True)
class Fit:
    """A slope and an intercept on the logarithm of the odds, and a threshold on the outcome."""

    slope: float
    intercept: float
    threshold: float = 0.0

    def __call__(self, odds: FloatArray) -> FloatArray:
        """The probability that the first sentence answers."""
        told: FloatArray = 1 / (1 + np.exp(-(self.slope * odds + self.intercept)))
        return told


def asked_in(folders: Sequence[Path], before: Fit) -> Asked:
    """The questions of some runs whose truth is known.

    Args:
        folders: of runs.
        before: the fit that those runs were made with; it is undone.

    Raises:
        ValueError: a folder has no results, or too few.
    """
    parts = []
    for folder in folders:
        try:
            results = [*read_results(folder / RESULTS)]
        except OSError as exc:
            raise ValueError(
                f"{folder} is not the folder of a run ({exc}): make one with "
                f"`python -m eval run SET --data DATA --out {folder}`"
            ) from exc
        rows = [row for row in map(_row, results) if row is not None]
        if len(rows) < FEWEST:
            raise ValueError(f"{folder} has {len(rows)} questions of known truth: too few to fit")
        confidence, right, answerable = np.array(rows, dtype=np.float64).T
        bounded = np.clip(confidence, 1e-6, 1 - 1e-6)
        odds = (np.log(bounded / (1 - bounded)) - before.intercept) / before.slope
        parts.append((odds, right, answerable, np.full(len(rows), 1 / len(rows))))
    return Asked(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _row(result: Result) -> tuple[float, float, float] | None:
    scores = result.scores
    right, confidence = scores.get("right"), scores.get("confidence")
    if right is None or confidence is None or scores.get("failed"):
        return None
    return confidence, right, float(result.answerable)


def fit(asked: Asked, precision: float | None = None) -> Fit:
    """Scale, then choose the threshold: for this precision, or else for the highest F1."""
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit(asked.odds[:, None], asked.right, sample_weight=asked.weight)
    scaled = Fit(float(model.coef_[0, 0]), float(model.intercept_[0]))
    confidence = scaled(asked.odds)
    order = np.argsort(-confidence, kind="stable")
    weight = asked.weight[order]
    given, correct = np.cumsum(weight), np.cumsum(weight * asked.right[order])
    possible = float(asked.weight @ asked.answerable)
    # Answers of the same confidence are given together.
    last = np.append(np.diff(confidence[order]) != 0, True)
    if precision is None:
        place = int(np.argmax(np.where(last, 2 * correct / (given + possible), -1.0)))
    else:
        precise = np.flatnonzero(last & (correct / given >= precision - 1e-9))
        place = int(precise[-1]) if len(precise) else 0
    # Rounded down: the answer that it was chosen at must stay above it.
    threshold = np.floor(confidence[order[place]] * 1000) / 1000
    return Fit(scaled.slope, scaled.intercept, float(threshold))


def table(asked: Asked, before: Fit, precision: float | None = None) -> dict[str, float]:
    """Figures of a fit on one half of the questions, taken on the other half, both ways."""
    fold = np.arange(len(asked.odds)) % 2 == 0
    told, threshold = np.zeros(len(fold)), np.zeros(len(fold))
    for part in (fold, ~fold):
        found = fit(Asked(*(getattr(asked, name)[part] for name in Asked.__slots__)), precision)
        told[~part] = found(asked.odds[~part])
        threshold[~part] = found.threshold
    given, sure = told >= threshold, told >= WELL_SUPPORTED
    return {
        "n": float(len(fold)),
        "AUROC, first sentence right": auroc(told, asked.right),
        "ECE as it was": ece(before(asked.odds), asked.right),
        "ECE": ece(told, asked.right),
        "answers that are right": _share(asked.right, given, asked.weight),
        "answerable questions answered right": _share(
            asked.right * given, asked.answerable > 0, asked.weight
        ),
        "unanswerable questions refused": _share(~given, asked.answerable == 0, asked.weight),
        "well supported answers that are right": _share(asked.right, sure, asked.weight),
        "answerable questions with a well supported answer": _share(
            sure, asked.answerable > 0, asked.weight
        ),
    }


def _share(values: Any, among: Any, weight: FloatArray) -> float:  # noqa: ANN401 (bool or float)
    total = float(weight @ among)
    return float(weight @ (values * among)) / total if total else float("nan")


def fit_of(weights: dict[str, Any]) -> Fit:
    """The fit in a weights file; none has changed the confidence where there is none."""
    kept = weights.get("calibration", {"slope": 1.0, "intercept": 0.0})
    return Fit(kept["slope"], kept["intercept"])


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.studies.calibration", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("runs", nargs="+", type=Path, help="folders of runs, made with one reader")
    parser.add_argument("--precision", type=float, help="choose the threshold for this precision")
    parser.add_argument("--write", action="store_true", help="keep the fit in the weights file")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="default: the released ones")
    chosen = parser.parse_args()
    try:
        weights = json.loads(chosen.weights.read_text(encoding="utf-8"))
        before = fit_of(weights)
        asked = asked_in(chosen.runs, before)
    except (OSError, ValueError) as exc:
        sys.stderr.write(f"error: {exc}\n")
        return 1
    found, figures = fit(asked, chosen.precision), table(asked, before, chosen.precision)
    for name, value in figures.items():
        sys.stdout.write(f"{name:52} {value:8.3f}\n" if name != "n" else f"n = {value:.0f}\n")
    sys.stdout.write(f"{found}\n")
    if chosen.write:
        weights["calibration"] = {
            "slope": round(found.slope, 4),
            "intercept": round(found.intercept, 4),
            "fitted_on": [folder.name for folder in chosen.runs],
            "figures": {name: round(value, 4) for name, value in figures.items()},
        }
        rule = RULE_PRECISION.format(chosen.precision) if chosen.precision else RULE_F1
        weights |= {"rule": rule, "threshold": found.threshold}
        chosen.weights.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The two small regressions that readers end in: which sentence, and whether it answers.

Enters: feature tables with what is right. Leaves: weights on unscaled features, so that they can
be used without knowing how the columns were spread. Deliberately knows no feature by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from embeddings.encoder import FloatArray

BoolArray = NDArray[np.bool_]


def conditional_logit(tables: Sequence[FloatArray], right: Sequence[BoolArray]) -> FloatArray:
    """Fit which row of each table is a right one (McFadden, 1974).

    Args:
        tables: one a question, shape (rows, columns). What all rows of a table have in common
            changes nothing: only differences within a table tell them apart.
        right: which rows are right; at least one of each table is.

    Returns:
        shape (columns,), on unscaled columns.
    """
    together = np.concatenate(tables).astype(np.float64)
    mean, deviation = together.mean(0), together.std(0) + 1e-6
    # Centred for the arithmetic alone: a column that never changes would leave its rounding errors
    # as a weight.
    scaled = [(table - mean) / deviation for table in tables]

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        total, slope = 0.005 * float(weights @ weights), 0.01 * weights
        for table, wanted in zip(scaled, right, strict=True):
            logits = table @ weights
            shares = np.exp(logits - logits.max())
            shares /= shares.sum()
            told = max(float(shares @ wanted), 1e-12)
            total -= float(np.log(told)) / len(scaled)
            slope = slope + table.T @ (shares - shares * wanted / told) / len(scaled)
        return total, slope

    found = minimize(loss, np.zeros(scaled[0].shape[1]), jac=True, method="L-BFGS-B")
    weights: FloatArray = found.x / deviation
    return weights


def logistic(
    table: FloatArray, labels: BoolArray, importance: FloatArray | None = None
) -> tuple[FloatArray, float]:
    """Logistic regression on standardised columns, folded back to the raw ones.

    Args:
        table: shape (rows, columns).
        labels: shape (rows,).
        importance: weight of each row; None for equal ones.

    Returns:
        coefficients, shape (columns,), and the intercept.
    """
    mean, deviation = table.mean(0), table.std(0) + 1e-6
    model = LogisticRegression(C=1.0, max_iter=2000)
    model.fit((table - mean) / deviation, labels, sample_weight=importance)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - mean @ weights)


def named(names: Sequence[str], weights: FloatArray, intercept: float) -> dict[str, Any]:
    """A regression as it is written to a weights file."""
    rounded = {n: round(float(w), 5) for n, w in zip(names, weights, strict=True)}
    return {"intercept": round(intercept, 5), "weights": rounded}

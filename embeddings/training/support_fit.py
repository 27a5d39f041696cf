"""Fit the regression and the thresholds of ``SupportModel`` on what its network never saw.

Enters: a ``PassageReader`` with the trained network, and what claims are made from. Leaves: what is
written to ``support_weights.json``: the weights, both thresholds with their rules, and the scores
on the half of the held-out claims that the regression was not fitted on. Deliberately knows nothing
of training.

Held-out claims come as they do in training, a part of them with other texts around the evidence,
some about the like, so that it has to be looked for; summaries come with their whole document. Each
kind of claim counts as much as each other, and of each the supported ones as much as the rest.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from embeddings.encoder import FloatArray
from embeddings.reader import PassageReader
from embeddings.support import FITTED_NAMES, features
from embeddings.support_evidence import look
from embeddings.training.regressions import logistic, named
from embeddings.training.sets import tenth
from embeddings.training.support_examples import support_epoch
from embeddings.training.support_kin import Kin
from embeddings.training.support_recipe import SupportMaterial, SupportRecipe
from embeddings.training.support_sets import Stated

SUPPORTED_RULE = (
    "supported_from is the probability with the highest balanced accuracy, of supported claims "
    "against all others"
)
UNSUPPORTED_RULE = (
    "unsupported_below is the highest probability, at most supported_from, below which 90% of the "
    "claims are not supported, where half of all are"
)
REALLY_UNSUPPORTED = 0.9
HIDDEN = 0.4
OTHERS = 5
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Judged:
    """A held-out claim: its kind, the texts to judge it by, whether they support it.

    ``own`` is the text that it is about: what is fitted on shares none with what is scored on.
    """

    kind: str
    claim: str
    evidence: tuple[str, ...]
    supported: bool
    own: str


def fit(
    reader: PassageReader, material: SupportMaterial, recipe: SupportRecipe, seed: int = 7
) -> dict[str, Any]:
    """Fit the regression and choose the thresholds.

    Raises:
        ValueError: too few held-out claims.
    """
    judged = held_out(material, recipe, seed)
    table = table_of(reader, judged)
    right = np.array([each.supported for each in judged], dtype=np.bool_)
    kinds = np.array([each.kind for each in judged])
    # Claims about one text are all fitted on, or none is.
    fitted = np.array([tenth(f"{each.own[:200]} fit") < 5 for each in judged])
    if min(len(set(right[fitted])), len(set(right[~fitted]))) < 2:
        raise ValueError(f"{len(judged)} held-out claims are too few to fit on: give more")
    weights, intercept = logistic(table[fitted], right[fitted], importance(kinds, right, fitted))
    probability = 1 / (1 + np.exp(-(table @ weights + intercept)))
    return fitted_record(weights, intercept, probability[~fitted], right[~fitted], kinds[~fitted])


def fitted_record(
    weights: FloatArray,
    intercept: float,
    probability: FloatArray,
    right: BoolArray,
    kinds: NDArray[Any],
) -> dict[str, Any]:
    """What is written: weights, thresholds chosen on the claims given, and the scores on them."""
    own = importance(kinds, right, np.ones(len(right), dtype=np.bool_))
    supported_from = best_threshold(probability, right, own)
    below = unsupported_below(probability, right, own, supported_from)
    return {
        "rule": f"{SUPPORTED_RULE}; {UNSUPPORTED_RULE}",
        "supported_from": supported_from,
        "unsupported_below": below,
        "held_out": {
            kind: _scores(probability[kinds == kind], right[kinds == kind], supported_from)
            for kind in sorted(set(kinds.tolist()))
        },
        "support": named(FITTED_NAMES, weights, intercept),
    }


def held_out(material: SupportMaterial, recipe: SupportRecipe, seed: int) -> list[Judged]:
    """The held-out claims, some with their evidence among other texts."""
    rng = random.Random(f"{seed} fit")  # noqa: S311 (sampling, not secrecy)
    found = [
        Judged(kind, example.question, (example.text,), example.supported, example.text)
        for kind, group in support_epoch(
            material, recipe, seed, 0, Kin(material.fever), held_out=True
        )
        if kind != "summary"
        for example in group.examples
    ]
    kin = Kin([Stated(each.claim, each.evidence, each.supported, True) for each in found])
    texts = [each.evidence[0] for each in found]
    found = [
        _hidden(each, kin.likest(i) + rng.sample(texts, min(OTHERS, len(texts))), rng)
        if rng.random() < HIDDEN
        else each
        for i, each in enumerate(found)
    ]
    told = (each for each in material.summaries if each.held_out)
    return found + [
        Judged("summary", e.claim, e.evidence, e.supported, e.evidence[0]) for e in told
    ]


def _hidden(judged: Judged, others: list[str], rng: random.Random) -> Judged:
    """The claim with its evidence somewhere among others."""
    texts = [*judged.evidence, *others]
    rng.shuffle(texts)
    return Judged(judged.kind, judged.claim, tuple(texts), judged.supported, judged.own)


def table_of(reader: PassageReader, judged: Sequence[Judged]) -> FloatArray:
    """The features of claims, shape (claims, ``FITTED_NAMES``)."""
    claims = [each.claim for each in judged]
    sights = [look(each.claim, each.evidence) for each in judged]
    return features(reader, claims, sights)


def importance(kinds: NDArray[Any], right: BoolArray, chosen: BoolArray) -> FloatArray:
    """Weights of the chosen claims: each kind as much, and each half of a kind."""
    own, half = kinds[chosen], right[chosen]
    found = np.zeros(len(own), dtype=np.float64)
    for kind in set(own.tolist()):
        for which in (True, False):
            cell = (own == kind) & (half == which)
            found[cell] = 1.0 / max(1, int(cell.sum()))
    scaled: FloatArray = found * len(found) / found.sum()
    return scaled


def best_threshold(probability: FloatArray, right: BoolArray, weight: FloatArray) -> float:
    """The probability from which "supported" has the highest balanced accuracy."""
    order = np.argsort(-probability, kind="stable")
    yes, no = weight[order] * right[order], weight[order] * ~right[order]
    balanced = np.cumsum(yes) / yes.sum() - np.cumsum(no) / no.sum()
    # Claims of the same probability are told the same.
    last = np.append(np.diff(probability[order]) != 0, True)
    best = int(np.argmax(np.where(last, balanced, -1.0)))
    return round(float(probability[order[best]]), 3)


def unsupported_below(
    probability: FloatArray, right: BoolArray, weight: FloatArray, at_most: float
) -> float:
    """The highest probability below which so many are not supported as the rule says."""
    order = np.argsort(probability, kind="stable")
    below, wrong = np.cumsum(weight[order]), np.cumsum(weight[order] * ~right[order])
    enough = np.flatnonzero(wrong >= REALLY_UNSUPPORTED * below)
    if not len(enough):
        return 0.0
    last = int(enough[-1])
    bound = probability[order[min(last + 1, len(order) - 1)]]
    return round(min(float(bound), at_most), 3)


def _scores(probability: FloatArray, right: BoolArray, threshold: float) -> dict[str, float]:
    if len(set(right.tolist())) < 2:
        return {"n": len(right)}
    given = probability >= threshold
    return {
        "n": len(right),
        "auroc": round(float(roc_auc_score(right, probability)), 4),
        "balanced_accuracy": round(float(given[right].mean() + (~given[~right]).mean()) / 2, 4),
    }

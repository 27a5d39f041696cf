"""(claim, evidence texts) in; the probability that the evidence supports the claim out.

Enters: a claim and the texts it cites, of any number and length. Leaves: a probability.
Deliberately knows nothing of answers, citations or where a text comes from.

A network reads the claim against a few windows of the evidence; a logistic regression weighs what
it says together with what shows without reading: words, figures and names of the claim that the
evidence lacks. A claim of several sentences is as well supported as the least supported of them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoder import FloatArray
from embeddings.errors import ReaderUnavailable
from embeddings.fitted import linear, weights_by_part
from embeddings.reader import Excerpt, PassageReader
from embeddings.segment import sentences
from embeddings.support_evidence import NAMES, Sight, bare, look
from embeddings.weights import check_weights, sha256_of

FOLDER = Path(__file__).with_name("support_weights")
WEIGHTS, REGRESSION = "support.safetensors", "support_weights.json"
SHA256 = "c4c406b11fae8d4b638153597b5dbe71c9d34a48c1061780e5596488d530eae5"
MADE_BY = "python -m embeddings.training support --data FOLDER"
READ_NAMES = (
    "supports",  # the network's logit for the window that supports most
    "supports_mean",  # its mean over the windows
)
FITTED_NAMES = READ_NAMES + NAMES


class SupportModel:
    """Says how likely evidence supports a claim; safe to share between threads."""

    def __init__(self, reader: PassageReader, fitted: Mapping[str, Any], name: str) -> None:
        """Read with ``reader`` and weigh by ``fitted``, as ``support_weights.json`` holds it.

        ``SupportModel.released`` gives the one that comes with this version.
        """
        self.name = name
        self.supported_from = float(fitted["supported_from"])
        self.unsupported_below = float(fitted["unsupported_below"])
        self._reader = reader
        self._weights = weights_by_part(fitted, {"support": FITTED_NAMES})["support"]

    @classmethod
    def released(cls) -> SupportModel:
        """The model that comes with this version; its network is loaded when it first reads.

        Raises:
            ReaderUnavailable: its weights are missing or cannot be read.
            WeightsMismatch: they are not those that this version was released with.
        """
        return cls.load(FOLDER, sha256=SHA256)

    @classmethod
    def load(cls, folder: Path, *, sha256: str = "") -> SupportModel:
        """Take what ``python -m embeddings.training support`` wrote to a folder.

        Args:
            folder: with ``support.safetensors`` and ``support_weights.json``.
            sha256: what the network's weights must be; empty for weights of one's own.

        Raises:
            ReaderUnavailable: a file is missing or cannot be read.
            WeightsMismatch: they are other weights.
        """
        path = folder / WEIGHTS
        if not path.is_file():
            raise ReaderUnavailable(
                f"there are no weights of the support model at {path}; check them out again, or "
                f"make them with `{MADE_BY}`"
            )
        if sha256:
            check_weights(
                path,
                sha256,
                what="the support model's released weights",
                remedy=f"check the file out again, or make it with `{MADE_BY}`",
            )
        fitted = fitted_weights(folder / REGRESSION)
        named = f"support (weights {(sha256 or sha256_of([path]))[:12]})"
        return cls(PassageReader.load(path), fitted, named)

    def probabilities(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
        """How likely the evidence of each pair supports its claim.

        Args:
            pairs: a claim and its evidence texts, each with a heading line in front or not.

        Returns:
            in [0, 1], in the order given; 0 for a claim without words or without evidence.
        """
        parts = [(i, *part) for i, pair in enumerate(pairs) for part in _parts(*pair)]
        sights = [look(claim, evidence) for _, claim, evidence in parts]
        found = [1.0] * len(pairs)
        known = {i for i, _, _ in parts}
        for (i, _, _), probability in zip(parts, self._judged(parts, sights), strict=True):
            found[i] = min(found[i], probability)
        return [each if i in known else 0.0 for i, each in enumerate(found)]

    def _judged(
        self, parts: Sequence[tuple[int, str, Sequence[str]]], sights: Sequence[Sight]
    ) -> list[float]:
        if not sights:
            return []
        table = features(self._reader, [claim for _, claim, _ in parts], sights)
        return [_logistic(float(value)) for value in linear(table, self._weights)]


def features(reader: PassageReader, claims: Sequence[str], sights: Sequence[Sight]) -> FloatArray:
    """What the network says of each claim and what shows: shape (claims, ``FITTED_NAMES``)."""
    asked = [
        (claim, Excerpt("", window, ()))
        for claim, sight in zip(claims, sights, strict=True)
        for window in sight.windows
    ]
    readings = iter(reader.read_pairs(asked))
    rows = []
    for sight in sights:
        logits = [next(readings).answerable for _ in sight.windows]
        rows.append((max(logits), sum(logits) / len(logits), *sight.shown))
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(FITTED_NAMES))


def fitted_weights(path: Path) -> Mapping[str, Any]:
    """The regression and the thresholds.

    Raises:
        ReaderUnavailable: the file is not there, or not such a file.
    """
    try:
        found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        weights_by_part(found, {"support": FITTED_NAMES})
        float(found["supported_from"]), float(found["unsupported_below"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ReaderUnavailable(
            f"cannot read {path}: {exc!r}; check it out again, or make it with `{MADE_BY}`"
        ) from exc
    return found


def _parts(claim: str, evidence: Sequence[str]) -> list[tuple[str, Sequence[str]]]:
    """Each sentence of a claim with the evidence; none where either has no words."""
    told = bare(claim)
    texts = [text for text in evidence if any(map(str.isalnum, text))]
    spans = sentences(told)
    found = (told[span.start : span.end] for span in spans)
    return [(part, texts) for part in found if texts and any(map(str.isalnum, part))]


def _logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0

"""A BERT model with mean and unit length as a graph of OpenVINO's operations.

Enters: weights by their published names. Leaves: a model of ``ids`` and ``mask``, each of shape
(texts, tokens), that gives rows of shape (texts, dim). Deliberately knows nothing of engines'
settings. Made from the weights themselves, it takes less time than reading an exported file
would, and there is no file that could be out of date.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

# What a masked place has taken from its logits: far more than any of them, finite in every type.
UNSEEN = 1e4

Weights = Mapping[str, NDArray[np.float32]]


def bert_model(weights: Weights, *, heads: int, epsilon: float) -> Any:  # noqa: ANN401 (no types)
    """The ``openvino.Model`` of these weights; needs the package.

    Raises:
        KeyError: a weight is missing.
    """
    return _Graph(weights, heads, epsilon).model()


class _Graph:
    """Puts the operations together; every method takes and gives nodes."""

    def __init__(self, weights: Weights, heads: int, epsilon: float) -> None:
        self._weights, self._heads, self._epsilon = weights, heads, epsilon
        self._ops: Any = import_module("openvino.opset15")
        self._width = weights["embeddings.LayerNorm.weight"].shape[0]

    def model(self) -> Any:  # noqa: ANN401 (no types)
        ops = self._ops
        ids = ops.parameter([-1, -1], np.int64, name="ids")
        mask = ops.parameter([-1, -1], np.float32, name="mask")
        one, far = (ops.constant(np.array(value, np.float32)) for value in (1, UNSEEN))
        unseen = ops.unsqueeze((mask - one) * far, np.array([1, 2]))
        states = self._embedded(ids)
        count = len({n.split(".")[2] for n in self._weights if n.startswith("encoder.layer.")})
        for i in range(count):
            states = self._layer(states, unseen, f"encoder.layer.{i}.")
        seen = ops.unsqueeze(mask, np.array([2]))
        # The length of the sum is that of the mean, once it is brought to 1.
        total = ops.reduce_sum(states * seen, np.array([1]))
        rows = ops.normalize_l2(total, np.array([1]), 1e-12, "max")
        return import_module("openvino").Model([rows], [ids, mask], "sentence encoder")

    def _embedded(self, ids: Any) -> Any:  # noqa: ANN401
        ops, tables = self._ops, self._weights
        tokens = ops.gather(ops.shape_of(ids), np.array(1), np.array(0))
        at = ops.range(np.array(0), tokens, np.array(1), "i64")
        words = ops.gather(tables["embeddings.word_embeddings.weight"], ids, np.array(0))
        places = ops.gather(tables["embeddings.position_embeddings.weight"], at, np.array(0))
        kind = tables["embeddings.token_type_embeddings.weight"][0]
        return self._norm(words + kind + places, "embeddings.LayerNorm")

    def _layer(self, states: Any, unseen: Any, name: str) -> Any:  # noqa: ANN401
        ops = self._ops
        attended = ops.scaled_dot_product_attention(
            *(self._by_head(states, f"{name}attention.self.{which}") for which in _THREE), unseen
        )
        joined = ops.reshape(
            ops.transpose(attended, np.array([0, 2, 1, 3])), np.array([0, 0, self._width]), True
        )
        middle = self._norm(
            self._linear(joined, f"{name}attention.output.dense") + states,
            f"{name}attention.output.LayerNorm",
        )
        widened = ops.gelu(self._linear(middle, f"{name}intermediate.dense"), "erf")
        narrowed = self._linear(widened, f"{name}output.dense")
        return self._norm(narrowed + middle, f"{name}output.LayerNorm")

    def _by_head(self, states: Any, name: str) -> Any:  # noqa: ANN401
        shape = np.array([0, 0, self._heads, self._width // self._heads])
        rows = self._ops.reshape(self._linear(states, name), shape, True)
        return self._ops.transpose(rows, np.array([0, 2, 1, 3]))

    def _linear(self, rows: Any, name: str) -> Any:  # noqa: ANN401
        weight, bias = (self._weights[f"{name}.{part}"] for part in ("weight", "bias"))
        return self._ops.matmul(rows, weight, False, True) + bias

    def _norm(self, rows: Any, name: str) -> Any:  # noqa: ANN401
        centred = self._ops.mvn(rows, np.array([-1]), True, self._epsilon, "inside_sqrt")
        weight, bias = (self._weights[f"{name}.{part}"] for part in ("weight", "bias"))
        return centred * weight + bias


_THREE = ("query", "key", "value")

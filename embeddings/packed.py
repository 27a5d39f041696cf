"""BERT's layers over real tokens only, in shapes that come again. torch lives here.

Enters: the weights of a BERT model by their published names, then texts as token ids. Leaves: what
the layers make of every token. Deliberately knows nothing of what is done with it: the reader puts
its heads on it (``reader_packed.py``), the encoder takes the mean (``encoder_packed.py``).

Texts stand one after the other in one table of tokens, without padding. It is gone over in steps
of few sizes: oneDNN prepares, and keeps, kernels for every shape it meets, which takes longer than
using them. Attention alone goes text by text, in windows of few sizes; what follows a text in its
window is masked. Work is shared out among threads that compute alone: threads that meet after every
operation wait for each other longer than they compute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Barrier, Lock

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from embeddings.weights import Shape

# Tokens of a step: enough to be worth a call, few enough for what comes of them to stay in a cache.
STEP, LAST_STEP = 1_024, 256
WINDOW = 16
# Tokens that are worth a thread of their own.
SHARE = 128


@dataclass(frozen=True, slots=True)
class Tokens:
    """Texts one after the other: ``ids`` and ``types`` of shape (sum of ``sizes``,)."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    sizes: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Norm:
    weight: Tensor
    bias: Tensor
    epsilon: float

    def __call__(self, rows: Tensor) -> Tensor:
        return functional.layer_norm(rows, self.weight.shape, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, slots=True)
class _Layer:
    """A transformer layer; ``projected`` makes query, key and value side by side."""

    projected: Linear
    attended: Linear
    attended_norm: _Norm
    widened: Linear
    narrowed: Linear
    norm: _Norm


@dataclass(frozen=True, slots=True)
class _Window:
    """Where a text stands in the table; ``mask`` is as long as the window, -inf beyond the text."""

    begin: int
    size: int
    mask: Tensor


class PackedLayers:
    """The embeddings and layers of a BERT model; safe to share between threads."""

    def __init__(self, weights: Mapping[str, Tensor], shape: Shape) -> None:
        """Take weights named as in a checkpoint (``embeddings.…``, ``encoder.layer.0.…``).

        They compute in the type in which they come.

        Raises:
            KeyError: one of them is missing.
        """
        self._heads = shape.heads
        begin = "embeddings."
        names = ("word_embeddings", "token_type_embeddings", "position_embeddings")
        self._words, self._types, self._positions = (
            weights[f"{begin}{name}.weight"].detach() for name in names
        )
        self._norm = _norm(weights, f"{begin}LayerNorm", shape)
        count = len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})
        self.layers = [_layer(weights, f"encoder.layer.{i}.", shape) for i in range(count)]
        self._width = self._words.shape[1]

    def states(self, tokens: Tokens, steps: Sequence[int]) -> Tensor:
        """What the layers make of every token: shape (tokens, width).

        Args:
            tokens: the texts.
            steps: sizes that hold them, from ``close_steps``.
        """
        total, table = sum(tokens.sizes), sum(steps)
        parts = list(torch.split(self._embedded(tokens, table), list(steps)))
        cuts = np.cumsum([0, *steps]).tolist()
        dtype = parts[0].dtype
        # A window may reach beyond the table: what is there must be a number.
        projected = torch.empty(table + WINDOW, 3 * self._width, dtype=dtype)
        projected[table:] = 0
        attended = torch.empty(table, self._width, dtype=dtype)
        attended[total:] = 0
        windows = list(_windows(tokens.sizes, dtype))
        for i, part in enumerate(parts):
            projected[cuts[i] : cuts[i + 1]] = self.layers[0].projected(part)
        for layer, following in zip(self.layers, [*self.layers[1:], None], strict=True):
            for window in windows:
                self._attend(projected, window, attended)
            for i, part in enumerate(parts):
                parts[i] = _transformed(layer, part, attended[cuts[i] : cuts[i + 1]])
                if following is not None:
                    projected[cuts[i] : cuts[i + 1]] = following.projected(parts[i])
        return torch.cat(parts)[:total]

    def _embedded(self, tokens: Tokens, table: int) -> Tensor:
        filled = np.zeros((3, table), dtype=np.int64)
        positions = np.concatenate([np.arange(size) for size in tokens.sizes])
        for row, values in zip(filled, (tokens.ids, tokens.types, positions), strict=True):
            row[: len(values)] = values
        ids, types, at = torch.from_numpy(filled)
        made = functional.embedding(ids, self._words) + functional.embedding(types, self._types)
        return self._norm(made + functional.embedding(at, self._positions))

    def _attend(self, projected: Tensor, window: _Window, attended: Tensor) -> None:
        """Attention within one text, written to its rows of ``attended``."""
        begin, size, width = window.begin, window.size, window.mask.shape[-1]
        rows = projected[begin : begin + width].view(1, width, 3, self._heads, -1)
        query, key, value = rows.permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(query, key, value, window.mask)
        own = attended[begin : begin + size].view(size, self._heads, -1)
        own.copy_(found[0].transpose(0, 1)[:size])


class Linear:
    """A linear map of rows, with what follows it."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """Take the map's ``weight`` (out, in) and ``bias`` (out,)."""
        self._weight, self._bias = weight, bias
        self.ordered = weight.dtype == torch.bfloat16 and _orders_weights()
        if self.ordered:
            # As torch's own compiler does it: the weights stay in the order in which the processor
            # multiplies them, and what follows is done on the way. ``functional.linear`` orders
            # them every time; its bias, a GELU and a sum go over all the rows again, each.
            self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, STEP)

    def __call__(self, rows: Tensor) -> Tensor:
        """The map alone."""
        return self._map(rows, "none", "")

    def gelu(self, rows: Tensor) -> Tensor:
        """GELU of it."""
        if self.ordered:
            return self._map(rows, "gelu", "none")
        return functional.gelu(self(rows))

    def plus(self, rows: Tensor, other: Tensor) -> Tensor:
        """It and ``other``, added up."""
        if not self.ordered:
            return self(rows).add_(other)
        found: Tensor = torch.ops.mkldnn._linear_pointwise.binary(
            rows, other, self._weight, self._bias, "add"
        )
        return found

    def _map(self, rows: Tensor, after: str, algorithm: str) -> Tensor:
        if not self.ordered:
            return functional.linear(rows, self._weight, self._bias)
        found: Tensor = torch.ops.mkldnn._linear_pointwise(
            rows, self._weight, self._bias, after, [], algorithm
        )
        return found


def _orders_weights() -> bool:
    """Whether this torch has what its compiler calls: these operators are not its public ones."""
    wanted = ("_is_mkldnn_bf16_supported", "_reorder_linear_weight", "_linear_pointwise")
    if not all(hasattr(torch.ops.mkldnn, name) for name in wanted):
        return False
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _norm(weights: Mapping[str, Tensor], name: str, shape: Shape) -> _Norm:
    weight, bias = (weights[f"{name}.{part}"].detach() for part in ("weight", "bias"))
    return _Norm(weight, bias, shape.epsilon)


def _layer(weights: Mapping[str, Tensor], name: str, shape: Shape) -> _Layer:
    """One of BERT's layers, with one matrix for query, key and value."""

    def linear(*parts: str) -> Linear:
        weight, bias = (
            [weights[f"{name}{part}.{which}"].detach() for part in parts]
            for which in ("weight", "bias")
        )
        if len(parts) == 1:
            # Shared with what it came from; only several are put side by side.
            return Linear(weight[0], bias[0])
        return Linear(torch.cat(weight), torch.cat(bias))

    return _Layer(
        linear(*(f"attention.self.{part}" for part in ("query", "key", "value"))),
        linear("attention.output.dense"),
        _norm(weights, f"{name}attention.output.LayerNorm", shape),
        linear("intermediate.dense"),
        linear("output.dense"),
        _norm(weights, f"{name}output.LayerNorm", shape),
    )


def _transformed(layer: _Layer, states: Tensor, attended: Tensor) -> Tensor:
    """What a layer does to each token by itself."""
    middle = layer.attended_norm(layer.attended.plus(attended, states))
    return layer.norm(layer.narrowed.plus(layer.widened.gelu(middle), middle))


_starting = Lock()


def threads_of_all() -> int:
    """How many threads torch may use, as the process was told.

    torch keeps one number for threads that are still to come, and a worker is told to use one
    thread by the same call: asked for beside that, it would be 1, and for good.
    """
    with _starting:
        return torch.get_num_threads()


def workers(threads: int, name: str) -> ThreadPoolExecutor:
    """Threads that use one core each: those of that name, the same ones every time."""
    with _starting:
        return _workers(threads, name)


@cache
def _workers(threads: int, name: str) -> ThreadPoolExecutor:
    pool = ThreadPoolExecutor(threads, name, _alone)
    started = Barrier(threads + 1)
    for _ in range(threads):
        pool.submit(started.wait)
    started.wait()
    # It also says what a thread begins with that comes later.
    torch.set_num_threads(threads)
    return pool


def _alone() -> None:
    """Have this thread compute alone."""
    # A thread is given everyone's number when it first asks for it, whatever it was told before.
    torch.get_num_threads()
    torch.set_num_threads(1)


def shared_out(sizes: Sequence[int], shares: int) -> list[list[int]]:
    """Places in ``sizes``, the largest first, dealt so that every share has about as many tokens.

    Returns:
        at most ``shares`` lists, none of them empty; one where ``shares`` is 0.
    """
    dealt: list[list[int]] = [[] for _ in range(max(1, shares))]
    loads = [0] * len(dealt)
    for i in sorted(range(len(sizes)), key=lambda i: (-sizes[i], i)):
        least = loads.index(min(loads))
        dealt[least].append(i)
        loads[least] += sizes[i]
    return [share for share in dealt if share]


def close_steps(tokens: int) -> list[int]:
    """Sizes that hold so many tokens, with little to spare: for a question of twelve, 16."""
    steps = [STEP] * (tokens // STEP) + [LAST_STEP] * (tokens % STEP // LAST_STEP)
    if left := tokens - sum(steps):
        steps.append(max(WINDOW, 1 << (left - 1).bit_length()))
    return steps


def _windows(sizes: Sequence[int], dtype: torch.dtype) -> Iterator[_Window]:
    begin = 0
    for size in sizes:
        mask = torch.zeros(1, 1, 1, -(-size // WINDOW) * WINDOW, dtype=dtype)
        mask[..., size:] = -torch.inf
        yield _Window(begin, size, mask)
        begin += size

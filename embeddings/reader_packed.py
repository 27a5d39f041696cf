"""The reader's network as it reads: real tokens only, in shapes that come again. torch lives here.

Enters: a trained ``ReaderNetwork``, then batches. Leaves: the same logits, sooner. Deliberately
knows nothing of training, text or probabilities.

The pairs of a batch are shared out among threads that compute alone: threads that meet after every
operation wait for each other longer than they compute. Each puts its pairs one after the other into
one table of tokens, without padding, and goes over it in steps of few sizes: oneDNN prepares, and
keeps, kernels for every shape it meets, which takes longer than using them. Attention alone goes
pair by pair, in windows of few sizes; what follows a pair in its window is masked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from threading import Barrier
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from embeddings.pairs import Batch
from embeddings.reader_network import NOWHERE, Arrays, ReaderNetwork

# Tokens of a step: enough to be worth a call, few enough for what comes of them to stay in a cache.
STEP, LAST_STEP = 1_024, 256
WINDOW = 16
# Tokens that are worth a thread of their own.
SHARE = 512


@dataclass(frozen=True, slots=True)
class _Layer:
    """A transformer layer; ``projected`` makes query, key and value side by side."""

    projected: _Linear
    attended: _Linear
    attended_norm: nn.LayerNorm
    widened: _Linear
    narrowed: _Linear
    norm: nn.LayerNorm


@dataclass(frozen=True, slots=True)
class _Window:
    """Where a pair stands in the table; ``mask`` is as long as the window, -inf beyond the pair."""

    begin: int
    size: int
    mask: Tensor


class PackedNetwork:
    """A trained network, for reading alone."""

    def __init__(self, network: ReaderNetwork) -> None:
        """Take over the weights of ``network``, which is neither changed nor needed any more."""
        body = network.body
        self._embeddings = body.embeddings
        with torch.no_grad():
            self._layers = [_layer(layer) for layer in body.encoder.layer]
        self._heads = body.config.num_attention_heads
        self._width = body.config.hidden_size
        self._relevance, self._place = network.relevance, network.place
        self._answerable = network.answerable

    def read(self, batch: Batch) -> Arrays:
        """Relevance, answerable, start and end of a batch, as ``ReaderNetwork.read``."""
        threads = torch.get_num_threads()
        shares = _shares(batch.mask.sum(1).tolist(), threads)
        if len(shares) == 1:
            return self._read(batch)
        parts = [
            Batch(batch.ids[rows], batch.types[rows], batch.mask[rows], batch.text[rows])
            for rows in shares
        ]
        back = np.argsort(np.concatenate(shares))
        read = list(_workers(threads).map(self._read, parts))
        relevance, answerable, start, end = (
            np.concatenate(each)[back] for each in zip(*read, strict=True)
        )
        return relevance, answerable, start, end

    def _read(self, batch: Batch) -> Arrays:
        with torch.inference_mode():
            sizes: list[int] = batch.mask.sum(1).tolist()
            states = self._states(batch, sizes).float()
            return self._logits(states, batch, sizes)

    def _states(self, batch: Batch, sizes: Sequence[int]) -> Tensor:
        """What the layers make of every token: shape (tokens, width)."""
        total = sum(sizes)
        steps = _steps(total)
        table = sum(steps)
        parts = list(torch.split(self._embedded(batch, sizes, table), steps))
        cuts = np.cumsum([0, *steps]).tolist()
        dtype = parts[0].dtype
        # A window may reach beyond the table: what is there must be a number.
        projected = torch.empty(table + WINDOW, 3 * self._width, dtype=dtype)
        projected[table:] = 0
        attended = torch.empty(table, self._width, dtype=dtype)
        attended[total:] = 0
        windows = list(_windows(sizes, dtype))
        for i, part in enumerate(parts):
            projected[cuts[i] : cuts[i + 1]] = self._layers[0].projected(part)
        for layer, following in zip(self._layers, [*self._layers[1:], None], strict=True):
            for window in windows:
                self._attend(projected, window, attended)
            for i, part in enumerate(parts):
                parts[i] = _transformed(layer, part, attended[cuts[i] : cuts[i + 1]])
                if following is not None:
                    projected[cuts[i] : cuts[i + 1]] = following.projected(parts[i])
        return torch.cat(parts)[:total]

    def _embedded(self, batch: Batch, sizes: Sequence[int], table: int) -> Tensor:
        real = batch.mask.astype(bool)
        positions = np.broadcast_to(np.arange(real.shape[1]), real.shape)
        filled = np.zeros((3, table), dtype=np.int64)
        for row, values in zip(filled, (batch.ids, batch.types, positions), strict=True):
            row[: sum(sizes)] = values[real]
        ids, types, at = torch.from_numpy(filled)
        each = self._embeddings
        made = each.word_embeddings(ids) + each.token_type_embeddings(types)
        states: Tensor = each.LayerNorm(made + each.position_embeddings(at))
        return states

    def _attend(self, projected: Tensor, window: _Window, attended: Tensor) -> None:
        """Attention within one pair, written to its rows of ``attended``."""
        begin, size, width = window.begin, window.size, window.mask.shape[-1]
        rows = projected[begin : begin + width].view(1, width, 3, self._heads, -1)
        query, key, value = rows.permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(query, key, value, window.mask)
        own = attended[begin : begin + size].view(size, self._heads, -1)
        own.copy_(found[0].transpose(0, 1)[:size])

    def _logits(self, states: Tensor, batch: Batch, sizes: list[int]) -> Arrays:
        start, end = (np.full(batch.text.shape, NOWHERE, dtype=np.float32) for _ in range(2))
        whole, beginning = [], []
        each = zip(torch.split(states, sizes), torch.split(self._place(states), sizes), strict=True)
        for row, (own, logits) in enumerate(each):
            first, count = int(batch.text[row].argmax()), int(batch.text[row].sum())
            text = slice(first, first + count)
            start[row, text], end[row, text] = logits[text].numpy().T
            whole.append(own[0])
            # Without a text an answer starts nowhere, or as well anywhere.
            beginning.append(logits[text, 0].softmax(0) @ own[text] if count else own.mean(0))
        both = torch.cat([torch.stack(whole), torch.stack(beginning)], -1)
        relevance = self._relevance(torch.stack(whole)).squeeze(-1)
        return relevance.numpy(), self._answerable(both).squeeze(-1).numpy(), start, end


class _Linear:
    """A linear map of rows, with what follows it."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self._weight, self._bias = weight, bias
        self._ordered = weight.dtype == torch.bfloat16 and _orders_weights()
        if self._ordered:
            # As torch's own compiler does it: the weights stay in the order in which the processor
            # multiplies them, and what follows is done on the way. ``functional.linear`` orders
            # them every time; its bias, a GELU and a sum go over all the rows again, each.
            self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, STEP)

    def __call__(self, rows: Tensor) -> Tensor:
        """The map alone."""
        return self._map(rows, "none", "")

    def gelu(self, rows: Tensor) -> Tensor:
        """GELU of it."""
        if self._ordered:
            return self._map(rows, "gelu", "none")
        return functional.gelu(self(rows))

    def plus(self, rows: Tensor, other: Tensor) -> Tensor:
        """It and ``other``, added up."""
        if not self._ordered:
            return self(rows).add_(other)
        found: Tensor = torch.ops.mkldnn._linear_pointwise.binary(
            rows, other, self._weight, self._bias, "add"
        )
        return found

    def _map(self, rows: Tensor, after: str, algorithm: str) -> Tensor:
        if not self._ordered:
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


def _layer(layer: Any) -> _Layer:  # noqa: ANN401 (transformers types its parts as any module)
    """One of BERT's layers, with one matrix for query, key and value."""
    attention, of = layer.attention, layer.attention.self
    three = (of.query, of.key, of.value)
    return _Layer(
        _Linear(torch.cat([m.weight for m in three]), torch.cat([m.bias for m in three])),
        _Linear(attention.output.dense.weight, attention.output.dense.bias),
        attention.output.LayerNorm,
        _Linear(layer.intermediate.dense.weight, layer.intermediate.dense.bias),
        _Linear(layer.output.dense.weight, layer.output.dense.bias),
        layer.output.LayerNorm,
    )


def _transformed(layer: _Layer, states: Tensor, attended: Tensor) -> Tensor:
    """What a layer does to each token by itself."""
    middle = layer.attended_norm(layer.attended.plus(attended, states))
    out: Tensor = layer.norm(layer.narrowed.plus(layer.widened.gelu(middle), middle))
    return out


@lru_cache
def _workers(threads: int) -> ThreadPoolExecutor:
    """Threads that use one core each."""
    pool = ThreadPoolExecutor(threads, "reader", torch.set_num_threads, (1,))
    started = Barrier(threads + 1)
    for _ in range(threads):
        pool.submit(started.wait)
    started.wait()
    # It also says what a thread begins with that comes later.
    torch.set_num_threads(threads)
    return pool


def _shares(sizes: Sequence[int], threads: int) -> list[list[int]]:
    """The pairs of each thread, so that all have about as many tokens."""
    shares: list[list[int]] = [[] for _ in range(max(1, min(threads, sum(sizes) // SHARE)))]
    loads = [0] * len(shares)
    for i in sorted(range(len(sizes)), key=lambda i: -sizes[i]):
        least = loads.index(min(loads))
        shares[least].append(i)
        loads[least] += sizes[i]
    return [share for share in shares if share]


def _steps(tokens: int) -> list[int]:
    """Sizes that hold so many tokens: of few kinds, and with little to spare."""
    left = -(-tokens // LAST_STEP) * LAST_STEP
    return [STEP] * (left // STEP) + [LAST_STEP] * (left % STEP // LAST_STEP)


def _windows(sizes: Sequence[int], dtype: torch.dtype) -> Iterator[_Window]:
    begin = 0
    for size in sizes:
        mask = torch.zeros(1, 1, 1, -(-size // WINDOW) * WINDOW, dtype=dtype)
        mask[..., size:] = -torch.inf
        yield _Window(begin, size, mask)
        begin += size

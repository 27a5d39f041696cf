"""The reader's network as it reads: real tokens only, in shapes that come again. torch lives here.

Enters: a trained network, or its files; then batches. Leaves: the same logits, sooner. Deliberately
knows nothing of training, text or probabilities, nor how the layers compute (``packed.py``).

The pairs of a batch are shared out among threads so that all have about as many tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor
from torch.nn import functional

from embeddings.packed import (
    SHARE,
    PackedLayers,
    Tokens,
    close_steps,
    shared_out,
    threads_of_all,
    workers,
)
from embeddings.pairs import Batch
from embeddings.reader_network import BODY, NOWHERE, Arrays
from embeddings.tensors import EMBEDDINGS, Shapes, Stored, shapes_of, token_embeddings
from embeddings.weights import WEIGHTS_FILE, Shape

# What the names of a transformer's layers begin with.
LAYERS = "encoder."


class Weighted(Protocol):
    """What a network is made of: ``ReaderNetwork``, or ``StoredNetwork``."""

    @property
    def shape(self) -> Shape:
        """Heads and epsilon of the body."""
        ...

    def state_dict(self) -> Mapping[str, Tensor]:
        """Weights by name: ``body.…``, ``relevance.…``, ``place.…``, ``answerable.…``."""
        ...


@dataclass(frozen=True, slots=True)
class StoredNetwork:
    """A network's weights as its files have them: no module is made, nothing can be learned."""

    weights: Mapping[str, Tensor]
    shape: Shape

    def state_dict(self) -> Mapping[str, Tensor]:
        """Weights by name."""
        return self.weights

    @classmethod
    def read(cls, folder: Path, adapter: Path, dtype: torch.dtype) -> StoredNetwork:
        """The embedding model in ``folder`` with the trained weights at ``adapter`` over it.

        Args:
            folder: of the embedding model.
            adapter: what ``ReaderNetwork.adapter`` gave.
            dtype: what the body is to compute in; the heads stay in float32.

        Raises:
            ValueError: they are not weights of this network.
            OSError: a file cannot be read.
        """
        try:
            own = shapes_of(folder / WEIGHTS_FILE)
            trained = shapes_of(adapter)
            _check(trained, own)
            layers = Stored.read(adapter, dtype, lambda name: name.startswith(BODY))
            heads = Stored.read(adapter, torch.float32, lambda name: not name.startswith(BODY))
            if len(layers) + len(heads) != len(trained):
                raise ValueError("not the weights of this network: some are whole numbers")
            embeddings = token_embeddings(folder, dtype)
        except SafetensorError as exc:
            raise ValueError(f"not a safetensors file: {exc}") from exc
        known = {f"{BODY}{name}": tensor for name, tensor in embeddings.items()}
        return cls(layers | heads | known, Shape.of_folder(folder))


def _check(trained: Shapes, own: Shapes) -> None:
    """Refuse an adapter that lacks a weight, has one more, or one of another shape."""
    (width,) = own[f"{EMBEDDINGS}LayerNorm.weight"]
    wanted = {f"{BODY}{k}": shape for k, shape in own.items() if k.startswith(LAYERS)}
    for name, out, into in (
        ("relevance", 1, width),
        ("place", 2, width),
        ("answerable.0", width, 2 * width),
        ("answerable.2", 1, width),
    ):
        wanted |= {f"{name}.weight": (out, into), f"{name}.bias": (out,)}
    wrong = sorted(set(wanted) ^ set(trained)) or sorted(
        name for name, shape in trained.items() if shape != wanted[name]
    )
    if wrong:
        raise ValueError(f"not the weights of this network: {wrong[:3]}")


class PackedNetwork:
    """A trained network, for reading alone."""

    def __init__(self, network: Weighted) -> None:
        """Take over the weights of ``network``, which is neither changed nor needed any more."""
        state = Stored.of(network.state_dict())
        self._layers = PackedLayers(state.under(BODY), network.shape)
        self._heads = {name: state[name].detach() for name in state if not name.startswith(BODY)}

    def read(self, batch: Batch) -> Arrays:
        """Relevance, answerable, start and end of a batch, as ``ReaderNetwork.read``."""
        threads = threads_of_all()
        sizes: list[int] = batch.mask.sum(1).tolist()
        shares = shared_out(sizes, min(threads, sum(sizes) // SHARE))
        if len(shares) == 1:
            return self._read(batch)
        parts = [
            Batch(batch.ids[rows], batch.types[rows], batch.mask[rows], batch.text[rows])
            for rows in shares
        ]
        back = np.argsort(np.concatenate(shares))
        read = list(workers(threads, "answers").map(self._read, parts))
        relevance, answerable, start, end = (
            np.concatenate(each)[back] for each in zip(*read, strict=True)
        )
        return relevance, answerable, start, end

    def _read(self, batch: Batch) -> Arrays:
        real = batch.mask.astype(bool)
        sizes: list[int] = batch.mask.sum(1).tolist()
        tokens = Tokens(batch.ids[real], batch.types[real], sizes)
        with torch.inference_mode():
            states = self._layers.states(tokens, close_steps(sum(sizes))).float()
            return self._logits(states, batch, sizes)

    def _logits(self, states: Tensor, batch: Batch, sizes: list[int]) -> Arrays:
        start, end = (np.full(batch.text.shape, NOWHERE, dtype=np.float32) for _ in range(2))
        whole, beginning = [], []
        places = self._head("place", states)
        each = zip(torch.split(states, sizes), torch.split(places, sizes), strict=True)
        for row, (own, logits) in enumerate(each):
            first, count = int(batch.text[row].argmax()), int(batch.text[row].sum())
            text = slice(first, first + count)
            start[row, text], end[row, text] = logits[text].numpy().T
            whole.append(own[0])
            # Without a text an answer starts nowhere, or as well anywhere.
            beginning.append(logits[text, 0].softmax(0) @ own[text] if count else own.mean(0))
        both = torch.cat([torch.stack(whole), torch.stack(beginning)], -1)
        relevance = self._head("relevance", torch.stack(whole))
        answerable = self._head("answerable.2", functional.gelu(self._head("answerable.0", both)))
        return relevance.squeeze(-1).numpy(), answerable.squeeze(-1).numpy(), start, end

    def _head(self, name: str, rows: Tensor) -> Tensor:
        return functional.linear(rows, self._heads[f"{name}.weight"], self._heads[f"{name}.bias"])

"""The packaged model as this project computes it: real tokens only, each thread its own batch.

Enters: texts. Leaves: unit rows: the mean of what the last layer makes of a text's tokens.
Deliberately knows nothing of identities or of other models, nor how the layers compute
(``packed.py``). torch lives here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from embeddings.encoder import FloatArray
from embeddings.encoder_tokens import Ids, TokenBatches, batches_of
from embeddings.packed import (
    SHARE,
    PackedLayers,
    Tokens,
    close_steps,
    shared_out,
    threads_of_all,
    workers,
)
from embeddings.tensors import EMBEDDINGS, WORDS, Stored, token_embeddings
from embeddings.weights import WEIGHTS_FILE, Shape


class PackedModel:
    """BERT, the mean over tokens, and unit length; safe to share between threads."""

    def __init__(
        self, folder: Path, batches: TokenBatches, *, dtype: torch.dtype, batch_size: int
    ) -> None:
        """Load the weights in ``folder``.

        Args:
            folder: of the model; its weights must have been checked.
            batches: what it reads of texts.
            dtype: what the layers compute in; the mean is taken in float32 always, since adding
                up 256 tokens in 8 bits of mantissa would lose more than all the layers do.
            batch_size: the longest texts of one batch; of shorter ones it holds more.

        Raises:
            OSError: a file cannot be read.
            ValueError: ``config.json`` is of another kind of model.
        """
        embeddings = token_embeddings(folder, dtype)
        layers = Stored.read(
            folder / WEIGHTS_FILE, dtype, lambda name: not name.startswith(EMBEDDINGS)
        )
        self._layers = PackedLayers(layers | embeddings, Shape.of_folder(folder))
        self._words = embeddings[WORDS]
        self._batches = batches
        self._tokens = batch_size * batches.longest
        self._dim = self._words.shape[1]

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """float32, shape (len(texts), dim), rows of unit length."""
        threads = threads_of_all()

        def embedded(batches: Sequence[Sequence[Ids]]) -> Iterable[FloatArray]:
            # The few sentences of an answer do not queue behind the passages of a sync.
            name = "passages" if len(batches) > threads else "answers"
            return workers(threads, name).map(self._embedded, batches)

        def batched(sizes: Sequence[int]) -> Iterable[list[int]]:
            tokens = sum(sizes)
            if tokens > threads * self._tokens:
                return batches_of(sizes, self._tokens, threads)
            return shared_out(sizes, min(threads, tokens // SHARE))

        return self._batches.rows(texts, embedded, batched, self._dim)

    def embed_question(self, text: str) -> FloatArray:
        """float32, shape (dim,), unit length: on one thread, beside passages that are embedded."""
        threads = workers(threads_of_all(), "questions")
        row: FloatArray = threads.submit(self._embedded, self._batches.ids([text])).result()[0]
        return row

    def word_rows(self, ids: Sequence[int]) -> FloatArray:
        """The input vectors of tokens: float32, shape (len(ids), width)."""
        rows: FloatArray = self._words[torch.tensor(ids, dtype=torch.int64)].float().numpy()
        return rows

    def word_mean(self) -> FloatArray:
        """The mean of all tokens' input vectors: float32, shape (width,)."""
        mean: FloatArray = self._words.mean(0, dtype=torch.float32).numpy()
        return mean

    def _embedded(self, batch: Sequence[Ids]) -> FloatArray:
        sizes = [len(ids) for ids in batch]
        flat = np.fromiter((i for ids in batch for i in ids), np.int64, sum(sizes))
        tokens = Tokens(flat, np.zeros_like(flat), sizes)
        with torch.inference_mode():
            states = self._layers.states(tokens, close_steps(len(flat))).float()
            means = torch.stack([own.mean(0) for own in torch.split(states, sizes)])
            rows: Tensor = functional.normalize(means, dim=-1)
            return rows.numpy()

"""The packaged model on OpenVINO, an optional engine.

Enters: texts. Leaves: unit rows, the mean over a text's tokens, as the other paths give them.
Deliberately knows nothing of identities or of other models. OpenVINO lives here and in
``openvino_graph.py``. Each stream computes a batch on one thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

import numpy as np
from safetensors.numpy import load_file

from embeddings.encoder import FloatArray
from embeddings.encoder_tokens import Ids, TokenBatches, batches_of
from embeddings.errors import EncoderUnavailable
from embeddings.openvino_graph import bert_model
from embeddings.weights import WEIGHTS_FILE, Shape

INSTALL = "pip install '.[fast]'"
# Few lengths: the engine prepares, and keeps, kernels for each it meets.
PADDED_TO = 16


def installed() -> bool:
    """Whether OpenVINO can be imported; it is not imported for that."""
    return find_spec("openvino") is not None


class OpenVinoModel:
    """BERT, the mean over tokens, and unit length; safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        batches: TokenBatches,
        *,
        precision: Literal["f32", "bf16"],
        batch_size: int,
    ) -> None:
        """Put the model together from the weights in ``folder``, which must have been checked.

        Raises:
            EncoderUnavailable: OpenVINO is not installed.
            OSError: a file cannot be read.
            ValueError: ``config.json`` is of another kind of model.
        """
        if not installed():
            raise EncoderUnavailable(
                f"OpenVINO is not installed; run `{INSTALL}`, or leave the engine to `auto`"
            )
        weights, shape = load_file(folder / WEIGHTS_FILE), Shape.of_folder(folder)
        self._batches = batches
        self._words = weights["embeddings.word_embeddings.weight"]
        self._dim = self._words.shape[1]
        self._tokens = batch_size * batches.longest
        self._streams = max(1, len(os.sched_getaffinity(0)))
        compiled = (
            import_module("openvino")
            .Core()
            .compile_model(
                bert_model(weights, heads=shape.heads, epsilon=shape.epsilon),
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": precision,
                    "NUM_STREAMS": self._streams,
                    "INFERENCE_NUM_THREADS": self._streams,
                },
            )
        )
        self._requests: SimpleQueue[Any] = SimpleQueue()
        for _ in range(self._streams):
            self._requests.put(compiled.create_infer_request())
        self._pool = ThreadPoolExecutor(self._streams, "openvino")

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """float32, shape (len(texts), dim), rows of unit length."""

        def embedded(batches: Sequence[Sequence[Ids]]) -> Iterable[FloatArray]:
            return self._pool.map(self._embedded, batches)

        batched = partial(batches_of, tokens=self._tokens, shares=self._streams)
        return self._batches.rows(texts, embedded, batched, self._dim)

    def embed_question(self, text: str) -> FloatArray:
        """float32, shape (dim,), unit length; on one thread."""
        row: FloatArray = self._embedded(self._batches.ids([text]))[0]
        return row

    def word_rows(self, ids: Sequence[int]) -> FloatArray:
        """The input vectors of tokens: float32, shape (len(ids), width)."""
        return self._words[np.array(ids, dtype=np.int64)]

    def word_mean(self) -> FloatArray:
        """The mean of all tokens' input vectors: float32, shape (width,)."""
        mean: FloatArray = self._words.mean(0)
        return mean

    def _embedded(self, batch: Sequence[Ids]) -> FloatArray:
        width = -(-max(map(len, batch)) // PADDED_TO) * PADDED_TO
        ids = np.zeros((len(batch), width), dtype=np.int64)
        mask = np.zeros((len(batch), width), dtype=np.float32)
        for row, each in enumerate(batch):
            ids[row, : len(each)] = each
            mask[row, : len(each)] = 1
        request = self._requests.get()
        try:
            request.infer({"ids": ids, "mask": mask})
            rows: FloatArray = request.get_output_tensor(0).data.copy()
        finally:
            self._requests.put(request)
        return rows

"""Any model of sentence-transformers, as that library computes it; it lives here and nowhere else.

Enters: a folder or a name on a model hub, then texts. Leaves: unit rows. Deliberately knows nothing
of identities. The packaged model has quicker ways; this one is what they are held against.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.encoder import FloatArray
from embeddings.errors import EncoderUnavailable
from embeddings.weights import PACKAGED_MODEL, parameters_digest

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

PADDED_TO = 16


class SentenceTransformersModel:
    """A loaded model; safe to share between threads, which wait for each other."""

    def __init__(self, model: str, *, lower: bool, batch_size: int) -> None:
        """Load it.

        Args:
            model: a folder, or a name on a model hub.
            lower: compute the layers in bfloat16.
            batch_size: passages a forward pass.

        Raises:
            EncoderUnavailable: it cannot be loaded.
        """
        self._name, self._batch_size = model, batch_size
        self._lock = threading.Lock()
        self._model = _loaded(model)
        # Of the weights as they came: rounded ones would be another model by name.
        self.digest = "" if Path(model).is_dir() else self._parameters_digest()
        if lower:
            self._lower_precision()

    @property
    def dim(self) -> int:
        """Of a row.

        Raises:
            EncoderUnavailable: the model does not say.
        """
        found = self._model.get_embedding_dimension()
        if found is None:
            raise EncoderUnavailable(f"{self._name} does not say how many dimensions it has")
        return found

    @cached_property
    def tokenizer(self) -> Any:  # noqa: ANN401 (tokenizers ships no types)
        """A copy of the model's own, which cuts nothing off and pads nothing."""
        from tokenizers import Tokenizer  # noqa: PLC0415 (loaded when needed)

        # A copy: truncation and padding of the model's own must stay as they are.
        tokenizer = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def word_rows(self, ids: Sequence[int]) -> FloatArray:
        """The input vectors of tokens: float32, shape (len(ids), width)."""
        rows: FloatArray = self._word_table[list(ids)].float().numpy()
        return rows

    def word_mean(self) -> FloatArray:
        """The mean of all tokens' input vectors: float32, shape (width,)."""
        mean: FloatArray = self._word_table.float().mean(0).numpy()
        return mean

    @property
    def _word_table(self) -> Any:  # noqa: ANN401 (torch is imported when needed)
        transformer: Any = self._model[0]
        return transformer.model.get_input_embeddings().weight.detach()

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """float32, shape (len(texts), dim), rows of unit length."""
        return self._run(self._model.encode_document, texts)

    def embed_question(self, text: str) -> FloatArray:
        """float32, shape (dim,), unit length."""
        from embeddings.packed import threads_of_all, workers  # noqa: PLC0415 (imports torch)

        with self._lock:
            # One thread: as fast for a short text, and 10 ms at worst beside a busy core, where
            # two threads that wait for each other were seen to take 135 ms (p50 7 ms both).
            alone = workers(threads_of_all(), "questions")
            row: FloatArray = alone.submit(self._run, self._model.encode_query, [text]).result()[0]
        return row

    def _run(self, encode: Callable[..., Any], texts: Sequence[str]) -> FloatArray:
        rows = encode(
            list(texts),
            batch_size=self._batch_size,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.ascontiguousarray(rows, dtype=np.float32)

    def _lower_precision(self) -> None:
        """Compute the layers in bfloat16, and pool what they give in float32."""
        import torch  # noqa: PLC0415 (loaded when needed)

        transformer: Any = self._model[0]
        transformer.model.to(torch.bfloat16)
        # Adding up 256 tokens in 8 bits of mantissa would lose more than all the layers do.
        transformer.register_forward_hook(_pool_in_float32)
        # Every new length makes oneDNN prepare, and keep, kernels of its own: over 9,000 passages
        # the process grew from 0.9 to 2.2 GB. With few lengths it stays, and is no slower.
        transformer.processing_kwargs = {"text": {"pad_to_multiple_of": PADDED_TO}}

    def _parameters_digest(self) -> str:
        tensors = self._model.state_dict().items()
        return parameters_digest(
            {name: tensor.detach().cpu().float().numpy() for name, tensor in tensors}
        )


def _loaded(model: str) -> SentenceTransformer:
    if Path(model).is_dir():
        # A local folder needs no network: say so before the hub's client is imported.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 (3 s)
        from transformers.utils import logging  # noqa: PLC0415 (loaded when needed)

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # ships no types
        return SentenceTransformer(model, device="cpu", trust_remote_code=False)
    except (ImportError, OSError, ValueError, RuntimeError) as exc:
        raise EncoderUnavailable(
            f"cannot load the embedding model {model!r}: {exc}. Give a folder that holds "
            f"a sentence-transformers model, or leave the setting out to use "
            f"{PACKAGED_MODEL}, which comes with the project"
        ) from exc


def _pool_in_float32(_module: object, _inputs: object, output: dict[str, Any]) -> dict[str, Any]:
    return output | {"token_embeddings": output["token_embeddings"].float()}

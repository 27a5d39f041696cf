"""Texts in, unit vectors out; sentence-transformers lives here and nowhere else.

Enters: strings. Leaves: float32 rows of unit length, token counts, and the model's identity
(name, sha256 of its weights, dimension), which an index records so that it is never searched
with another model's vectors. Deliberately knows nothing of articles, passages or FAISS, nor how
weight files are found and checked (``weights.py``).

The default model comes as an ordinary package, so nothing is downloaded. Identity and token
counts need only its files; torch is imported when the first text is embedded.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EncoderUnavailable
from embeddings.processor import multiplies_bfloat16
from embeddings.weights import (
    PACKAGED_MODEL,
    PACKAGED_SHA256,
    folder_digest,
    packaged_folder,
    packaged_weights,
    parameters_digest,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

FloatArray = NDArray[np.float32]
Precision = Literal["auto", "float32", "bfloat16"]

DEFAULT_ENCODER = PACKAGED_MODEL
DEFAULT_SHA256 = PACKAGED_SHA256
DEFAULT_DIM = 384
KEPT_QUESTIONS = 16
PADDED_TO = 16


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """What makes two encoders the same: name, sha256 of the weights, dimension."""

    name: str
    sha256: str
    dim: int

    def __str__(self) -> str:
        """Name, dimension and the first digits of the weights' sha256."""
        return f"{self.name} ({self.dim} dimensions, weights {self.sha256[:12]})"


class Encoder(Protocol):
    """What a collection asks of an embedding model; tests and other back ends implement it."""

    @property
    def identity(self) -> EncoderIdentity:
        """Name, weights and dimension."""
        ...

    @property
    def arithmetic(self) -> str:
        """What it computes in: "float32", "bfloat16"."""
        ...

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Embed passages: float32, shape (len(texts), dim), rows of unit length."""
        ...

    def encode_query(self, text: str) -> FloatArray:
        """Embed one question: float32, shape (dim,), unit length."""
        ...

    def encode_words(self, words: Sequence[str]) -> FloatArray:
        """Vectors of single words out of context: shape (len(words), any), unit or zero rows."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without the special ones."""
        ...

    @property
    def tokenizer(self) -> str | None:
        """What counts them, as the JSON of the tokenizers library, for another process; or None."""
        ...


class SentenceEncoder:
    """An ``Encoder`` over any sentence-transformers model; safe to share between threads."""

    def __init__(
        self,
        model: str = DEFAULT_ENCODER,
        *,
        batch_size: int = 32,
        precision: Precision = "auto",
    ) -> None:
        """Name the model; nothing is loaded before it is needed.

        Args:
            model: ``all-MiniLM-L6-v2`` (packaged), a folder, or a name on a model hub.
            batch_size: passages a forward pass.
            precision: ``auto`` computes the packaged model in bfloat16 where the processor
                multiplies it in hardware (2.9 times the passages a second, cosine to float32
                .9999 on average; a test holds it to that), and everything else in float32.
        """
        self.model = model
        self.precision = precision
        self.batch_size = batch_size
        self._lock = threading.Lock()
        self._questions: OrderedDict[str, FloatArray] = OrderedDict()
        self._parameters_digest = ""

    @property
    def packaged(self) -> bool:
        """Whether this is the model that comes with the project."""
        return self.model == DEFAULT_ENCODER

    @cached_property
    def arithmetic(self) -> Literal["float32", "bfloat16"]:
        """What the layers compute in on this machine; vectors of both can be searched together."""
        if self.precision == "auto":
            return "bfloat16" if self.packaged and multiplies_bfloat16() else "float32"
        return self.precision

    @cached_property
    def identity(self) -> EncoderIdentity:
        """Name, weights and dimension; only a model that is not packaged is loaded for it."""
        if self.packaged:
            return EncoderIdentity(DEFAULT_ENCODER, DEFAULT_SHA256, DEFAULT_DIM)
        dim = self._model.get_embedding_dimension()
        if dim is None:
            raise EncoderUnavailable(f"{self.model} does not say how many dimensions it has")
        folder = Path(self.model)
        digest = folder_digest(folder) if folder.is_dir() else self._parameters_digest
        return EncoderIdentity(folder.name if folder.is_dir() else self.model, digest, dim)

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Embed passages.

        Returns:
            float32, shape (len(texts), dim), rows of unit length; (0, dim) for no texts.

        Raises:
            EncoderUnavailable: the model cannot be loaded.
            WeightsMismatch: the packaged weights are not the published ones.
        """
        if not texts:
            return np.zeros((0, self.identity.dim), dtype=np.float32)
        return self._run(self._model.encode_document, list(texts))

    def encode_query(self, text: str) -> FloatArray:
        """Embed one question: float32, shape (dim,), unit length. Raises as ``encode``."""
        import torch  # noqa: PLC0415 (loaded when needed)

        model = self._model
        with self._lock:
            if text in self._questions:
                return self._questions[text]
            # One thread: as fast for a short text, and 10 ms at worst beside a busy core, where
            # two threads that wait for each other were seen to take 135 ms (p50 7 ms both).
            threads = torch.get_num_threads()
            torch.set_num_threads(1)
            try:
                row: FloatArray = self._run(model.encode_query, [text])[0]
            finally:
                torch.set_num_threads(threads)
            # The retriever and the reader ask for the same one; a few are enough.
            self._questions[text] = row
            while len(self._questions) > KEPT_QUESTIONS:
                self._questions.popitem(last=False)
        return row

    def encode_words(self, words: Sequence[str]) -> FloatArray:
        """Embed single words, without their context: the mean of their tokens' input vectors.

        It costs a table look-up, no forward pass. The vectors are centred first: what all tokens
        have in common says nothing of a word (Mu & Viswanath, "All-but-the-Top", ICLR 2018).

        Returns:
            float32, shape (len(words), width of the table), rows of unit length or zero.
        """
        table = self._word_table
        encoded = self._tokenizer.encode_batch_fast(list(words), add_special_tokens=False)
        rows = np.zeros((len(words), table.shape[1]), dtype=np.float32)
        for i, item in enumerate(encoded):
            if item.ids:
                rows[i] = table[item.ids].mean(0)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return rows

    @cached_property
    def _word_table(self) -> FloatArray:
        transformer: Any = self._model[0]
        weight = transformer.model.get_input_embeddings().weight
        table: FloatArray = weight.detach().float().numpy()
        centred: FloatArray = table - table.mean(0)
        return centred

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text by the model's tokenizer, without the special ones."""
        if not texts:
            return []
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(item) for item in encoded]

    @property
    def tokenizer(self) -> str | None:
        """What counts tokens, as the JSON of the tokenizers library."""
        text: str = self._tokenizer.to_str()
        return text

    def _run(self, encode: Callable[..., Any], texts: list[str]) -> FloatArray:
        rows = encode(
            texts,
            batch_size=self.batch_size,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.ascontiguousarray(rows, dtype=np.float32)

    def _lower_precision(self, model: SentenceTransformer) -> None:
        """Compute the layers in bfloat16, and pool what they give in float32."""
        import torch  # noqa: PLC0415 (loaded when needed)

        transformer: Any = model[0]
        transformer.model.to(torch.bfloat16)
        # Adding up 256 tokens in 8 bits of mantissa would lose more than all the layers do.
        transformer.register_forward_hook(_pool_in_float32)
        # Every new length makes oneDNN prepare, and keep, kernels of its own: over 9,000 passages
        # the process grew from 0.9 to 2.2 GB. With few lengths it stays, and is no slower.
        transformer.processing_kwargs = {"text": {"pad_to_multiple_of": PADDED_TO}}

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401 (tokenizers ships no types)
        if not self.packaged:
            # A copy: truncation and padding of the model's own must stay as they are.
            from tokenizers import Tokenizer  # noqa: PLC0415 (loaded when needed)

            tokenizer = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        else:
            from tokenizers import Tokenizer  # noqa: PLC0415 (loaded when needed)

            tokenizer = Tokenizer.from_file(str(packaged_folder() / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _loaded(self) -> SentenceTransformer:
        folder = packaged_weights().parent if self.packaged else Path(self.model)
        # Threads that spin while they wait starve whatever else the machine is doing.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        if folder.is_dir():
            # A local folder needs no network: say so before the hub's client is imported.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415 (3 s)
            from transformers.utils import logging  # noqa: PLC0415 (loaded when needed)

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # ships no types
            model = SentenceTransformer(
                str(folder) if folder.is_dir() else self.model,
                device="cpu",
                trust_remote_code=False,
            )
        except (ImportError, OSError, ValueError, RuntimeError) as exc:
            raise EncoderUnavailable(
                f"cannot load the embedding model {self.model!r}: {exc}. Give a folder that holds "
                f"a sentence-transformers model, or leave the setting out to use "
                f"{DEFAULT_ENCODER}, which comes with the project"
            ) from exc
        if not (self.packaged or folder.is_dir()):
            # Of the weights as they came: rounded ones would be another model by name.
            tensors = model.state_dict().items()
            self._parameters_digest = parameters_digest(
                {name: tensor.detach().cpu().float().numpy() for name, tensor in tensors}
            )
        if self.arithmetic == "bfloat16":
            self._lower_precision(model)
        return model

    @property
    def _model(self) -> SentenceTransformer:
        with self._lock:
            return self._loaded


def _pool_in_float32(_module: object, _inputs: object, output: dict[str, Any]) -> dict[str, Any]:
    return output | {"token_embeddings": output["token_embeddings"].float()}

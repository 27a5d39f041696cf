"""Texts in, unit vectors out, by the quickest way there is on this machine.

Enters: strings. Leaves: float32 rows of unit length, token counts, and the model's identity
(name, sha256 of its weights, dimension), which an index records so that it is never searched
with another model's vectors. Deliberately knows nothing of articles, passages or FAISS, nor how
weight files are found and checked (``weights.py``), nor how rows are computed: the packaged model
by this project's own layers (``encoder_packed.py``) or, where that is installed and quicker, by
OpenVINO (``encoder_openvino.py``), any other by sentence-transformers (``encoder_sentences.py``).

The default model comes as an ordinary package, so nothing is downloaded. Identity and token
counts need only its files; torch is imported when the first text or word is embedded.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import EncoderUnavailable
from embeddings.kept import Kept
from embeddings.processor import multiplies_bfloat16, wait_passively
from embeddings.weights import (
    PACKAGED_MODEL,
    PACKAGED_SHA256,
    folder_digest,
    packaged_folder,
    packaged_weights,
)

if TYPE_CHECKING:
    from embeddings.encoder_sentences import SentenceTransformersModel

FloatArray = NDArray[np.float32]
Precision = Literal["auto", "float32", "bfloat16"]
Backend = Literal["auto", "torch", "openvino"]

DEFAULT_ENCODER = PACKAGED_MODEL
DEFAULT_SHA256 = PACKAGED_SHA256
DEFAULT_DIM = 384
KEPT_QUESTIONS = 16


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
        """What it computes in: "float32", "bfloat16", with an engine that is not torch named."""
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


class _Model(Protocol):
    """A loaded model, of whichever kind."""

    def embed(self, texts: Sequence[str]) -> FloatArray: ...

    def embed_question(self, text: str) -> FloatArray: ...

    def word_rows(self, ids: Sequence[int]) -> FloatArray: ...

    def word_mean(self) -> FloatArray: ...


class SentenceEncoder:
    """An ``Encoder`` over any sentence-transformers model; safe to share between threads."""

    def __init__(
        self,
        model: str = DEFAULT_ENCODER,
        *,
        batch_size: int = 32,
        precision: Precision = "auto",
        backend: Backend = "auto",
    ) -> None:
        """Name the model; nothing is loaded before it is needed.

        Args:
            model: ``all-MiniLM-L6-v2`` (packaged), a folder, or a name on a model hub.
            batch_size: passages a forward pass.
            precision: ``auto`` computes the packaged model in bfloat16 where the processor
                multiplies it in hardware (cosine to float32 .9999 on average; a test holds it to
                that), and everything else in float32.
            backend: ``auto`` takes OpenVINO for the packaged model in float32 if it is installed,
                and torch otherwise; docs/speed.md has the figures.
        """
        self.model = model
        self.precision = precision
        self.backend = backend
        self.batch_size = batch_size
        self._loading = threading.Lock()
        self._questions: Kept[str, FloatArray] = Kept(
            KEPT_QUESTIONS, lambda texts: [self._model.embed_question(text) for text in texts]
        )

    @property
    def packaged(self) -> bool:
        """Whether this is the model that comes with the project."""
        return self.model == DEFAULT_ENCODER

    @cached_property
    def arithmetic(self) -> str:
        """What the layers compute in on this machine; vectors of all can be searched together."""
        return self._bits + (", OpenVINO" if self._engine == "openvino" else "")

    @cached_property
    def _bits(self) -> Literal["float32", "bfloat16"]:
        if self.precision == "auto":
            wait_passively()
            return "bfloat16" if self.packaged and multiplies_bfloat16() else "float32"
        return self.precision

    @cached_property
    def _engine(self) -> Literal["torch", "openvino"]:
        if self.backend != "auto":
            return self.backend
        wanted = self.packaged and self._bits == "float32"
        return "openvino" if wanted and find_spec("openvino") else "torch"

    @cached_property
    def identity(self) -> EncoderIdentity:
        """Name, weights and dimension; only a model that is not packaged is loaded for it."""
        if self.packaged:
            return EncoderIdentity(DEFAULT_ENCODER, DEFAULT_SHA256, DEFAULT_DIM)
        model, folder = self._other, Path(self.model)
        if folder.is_dir():
            return EncoderIdentity(folder.name, folder_digest(folder), model.dim)
        return EncoderIdentity(self.model, model.digest, model.dim)

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
        return self._model.embed(texts)

    def encode_query(self, text: str) -> FloatArray:
        """Embed one question: float32, shape (dim,), unit length. Raises as ``encode``."""
        # The retriever and the reader ask for the same one; a few are enough.
        return self._questions([text])[0]

    def encode_words(self, words: Sequence[str]) -> FloatArray:
        """Embed single words, without their context: the mean of their tokens' input vectors.

        It costs a table look-up, no forward pass. The vectors are centred first: what all tokens
        have in common says nothing of a word (Mu & Viswanath, "All-but-the-Top", ICLR 2018).

        Returns:
            float32, shape (len(words), width of the table), rows of unit length or zero.
        """
        encoded = self._tokenizer.encode_batch_fast(list(words), add_special_tokens=False)
        sizes = np.array([len(item) for item in encoded], dtype=np.int64)
        found = self._model.word_rows([i for item in encoded for i in item.ids])
        rows = np.zeros((len(words), found.shape[1]), dtype=np.float32)
        begins = np.cumsum(sizes) - sizes
        # Most words are one token or two: token by token is 20 times as fast as word by word.
        for i in range(sizes.max(initial=0)):
            longer = np.flatnonzero(sizes > i)
            rows[longer] += found[begins[longer] + i]
        some = sizes > 0
        rows[some] = rows[some] / sizes[some, None] - self._word_mean
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return rows

    @cached_property
    def _word_mean(self) -> FloatArray:
        return self._model.word_mean()

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

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401 (tokenizers ships no types)
        from embeddings.encoder_tokens import tokenizer_of  # noqa: PLC0415 (imports this module)

        return tokenizer_of(packaged_folder()) if self.packaged else self._other.tokenizer

    @cached_property
    def _folder(self) -> Path:
        """The packaged model's, its weights checked."""
        return packaged_weights().parent

    @cached_property
    def _loaded(self) -> _Model:
        if not self.packaged:
            return self._sentences()
        from embeddings.encoder_tokens import TokenBatches  # noqa: PLC0415 (imports this module)

        batches = TokenBatches(self._folder, self._tokenizer)
        if self._engine == "openvino":
            from embeddings.encoder_openvino import OpenVinoModel  # noqa: PLC0415 (optional)

            lowered: Literal["bf16", "f32"] = "bf16" if self._bits == "bfloat16" else "f32"
            size = self.batch_size
            return OpenVinoModel(self._folder, batches, precision=lowered, batch_size=size)
        wait_passively()
        import torch  # noqa: PLC0415 (1 s)

        from embeddings.encoder_packed import PackedModel  # noqa: PLC0415 (imports torch)

        dtype = torch.bfloat16 if self._bits == "bfloat16" else torch.float32
        return PackedModel(self._folder, batches, dtype=dtype, batch_size=self.batch_size)

    def _sentences(self) -> SentenceTransformersModel:
        if self.backend == "openvino":
            raise EncoderUnavailable(
                f"OpenVINO computes {DEFAULT_ENCODER} only, the encoder is {self.model!r}; leave "
                f"the back end to `auto`"
            )
        wait_passively()
        from embeddings.encoder_sentences import (  # noqa: PLC0415 (imports this module)
            SentenceTransformersModel,
        )

        lower = self._bits == "bfloat16"
        return SentenceTransformersModel(self.model, lower=lower, batch_size=self.batch_size)

    @property
    def _model(self) -> _Model:
        with self._loading:
            return self._loaded

    @property
    def _other(self) -> SentenceTransformersModel:
        """The model, where it is not the packaged one."""
        from embeddings.encoder_sentences import (  # noqa: PLC0415 (imports this module)
            SentenceTransformersModel,
        )

        model = self._model
        assert isinstance(model, SentenceTransformersModel)  # noqa: S101 (for the types)
        return model

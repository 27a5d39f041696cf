"""An embedding model without a model: words are hashed into unit vectors, and calls are counted."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from embeddings.encoder import EncoderIdentity, FloatArray

_WORD = re.compile(r"[^\W_]+")


class TinyEncoder:
    """An ``Encoder``: the same word gives the same direction in every process."""

    def __init__(self, name: str = "tiny", dim: int = 32) -> None:
        self.identity = EncoderIdentity(name, hashlib.sha256(name.encode()).hexdigest(), dim)
        self.calls = 0
        self.texts: list[str] = []

    arithmetic = "float32"

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.calls += 1
        self.texts.extend(texts)
        return self._rows(texts)

    def encode_query(self, text: str) -> FloatArray:
        return self._rows([text])[0]

    def encode_words(self, words: Sequence[str]) -> FloatArray:
        return self._rows(words)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) for text in texts]

    def embedded(self) -> list[str]:
        """The texts embedded since the last call, and start again."""
        texts, self.texts = self.texts, []
        return texts

    def _rows(self, texts: Sequence[str]) -> FloatArray:
        rows = np.zeros((len(texts), self.identity.dim), dtype=np.float32)
        for i, text in enumerate(texts):
            # The text as a whole weighs a little: no two texts lie in the same place.
            rows[i] = 0.01 * self._direction(text)
            for word in _WORD.findall(text.casefold()):
                rows[i] += self._direction(word)
            rows[i] /= np.linalg.norm(rows[i])
        return rows

    def _direction(self, word: str) -> FloatArray:
        seed = hashlib.sha256(word.encode()).digest()
        return np.random.default_rng(list(seed)).standard_normal(self.identity.dim, np.float32)

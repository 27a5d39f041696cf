"""Sentences in, their vectors out, each embedded once while it is remembered.

Deliberately knows nothing of questions or scores.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from embeddings.encoder import Encoder, FloatArray
from embeddings.kept import Kept

# 2 kB each.
KEPT_SENTENCES = 16_384


class SentenceVectors:
    """An encoder with a memory; safe to share between threads."""

    def __init__(self, encoder: Encoder) -> None:
        """Embed with ``encoder``."""
        self._encoder = encoder
        self._kept = Kept(KEPT_SENTENCES, encoder.encode)

    def __call__(self, sentences: Iterable[str]) -> FloatArray:
        """Unit rows, float32, shape (len(sentences), dim)."""
        rows = self._kept(sentences)
        return np.stack(rows) if rows else np.zeros((0, self._encoder.identity.dim), np.float32)

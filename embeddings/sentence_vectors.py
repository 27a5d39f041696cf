"""Sentences in, their vectors out, each embedded once while it is remembered.

Deliberately knows nothing of questions or scores.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

import numpy as np

from embeddings.encoder import Encoder, FloatArray

KEPT_SENTENCES = 50_000


class SentenceVectors:
    """An encoder with a memory; safe to share between threads."""

    def __init__(self, encoder: Encoder) -> None:
        """Embed with ``encoder``."""
        self._encoder = encoder
        self._kept: OrderedDict[str, FloatArray] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, sentences: Iterable[str]) -> FloatArray:
        """Unit rows, float32, shape (len(sentences), dim)."""
        texts = list(sentences)
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known |= dict(zip(new, self._encoder.encode(new), strict=True))
        with self._lock:
            self._kept.update(known)
            for text in known:
                self._kept.move_to_end(text)
            while len(self._kept) > KEPT_SENTENCES:
                self._kept.popitem(last=False)
        rows = [known[text] for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self._encoder.identity.dim), np.float32)

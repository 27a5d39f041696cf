"""txtai's hybrid index, as its documentation shows it.

https://neuml.github.io/txtai/embeddings/configuration/general/#hybrid
Over 5,000 passages its FAISS index is approximate by default (IVF); that is left as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.peers.systems import Given, named


class Hybrid:
    """``Embeddings(hybrid=True)``."""

    _embeddings: Any
    _k: int

    def load(self, model: Path) -> None:
        """Load the model through txtai."""
        self._embeddings = named("txtai:Embeddings")(path=str(model), hybrid=True, gpu=False)
        self._embeddings.batchtransform(["Is the model in memory?"])

    def build(self, given: Given, k: int) -> None:
        """Index the passages in memory, vectors and words."""
        self._embeddings.index(list(given.texts))
        self._k = k

    def search(self, question: str) -> Sequence[int]:
        """Numbers of the passages, as txtai gives them."""
        return [number for number, _ in self._embeddings.search(question, self._k)]

    def remarks(self) -> Sequence[str]:
        """Nothing."""
        return ()

"""Chroma in memory, as its page on getting started shows it.

https://docs.trychroma.com/docs/overview/getting-started
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.peers.systems import Given, named


class Vectors:
    """A collection of an ``EphemeralClient``."""

    _embed: Any
    _collection: Any
    _k: int

    def load(self, model: Path) -> None:
        """Load the model through Chroma's own function for it."""
        self._embed = named(
            "chromadb.utils.embedding_functions:SentenceTransformerEmbeddingFunction"
        )(
            model_name=str(model),
            device="cpu",
        )

    def build(self, given: Given, k: int) -> None:
        """Add the passages, as many at a time as it takes."""
        settings = named("chromadb.config:Settings")(anonymized_telemetry=False)
        client = named("chromadb:EphemeralClient")(settings=settings)
        self._collection = client.create_collection("passages", embedding_function=self._embed)
        batches = named("chromadb.utils.batch_utils:create_batches")(
            client,
            ids=[str(number) for number in range(len(given.texts))],
            documents=list(given.texts),
        )
        for ids, _, _, documents in batches:
            self._collection.add(ids=ids, documents=documents)
        self._k = k

    def search(self, question: str) -> Sequence[int]:
        """Ids of the passages."""
        found = self._collection.query(query_texts=[question], n_results=self._k, include=[])
        return [int(name) for name in found["ids"][0]]

    def remarks(self) -> Sequence[str]:
        """Nothing."""
        return ()

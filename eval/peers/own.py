"""This project, as a program that uses it would: sync a folder, retrieve.

Its build starts from the articles on disk and includes reading, cutting and storing them, which
no other system here does; so its build time is more than a peer's would be for the same work.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eval.peers.systems import Given

if TYPE_CHECKING:
    from embeddings.collection import Collection
    from embeddings.encoder import Backend, Precision, SentenceEncoder


class Own:
    """``Collection.sync`` and ``retrieve``."""

    precision: Precision = "auto"
    backend: Backend = "auto"
    rerank: bool = True
    _encoder: SentenceEncoder
    _collection: Collection
    _numbers: dict[tuple[str, int, int], int]
    _k: int

    def load(self, model: Path) -> None:
        """Load the packaged model; the folder is the same one that every peer is given."""
        from embeddings.encoder import SentenceEncoder  # noqa: PLC0415 (heavy)

        self._encoder = SentenceEncoder(precision=self.precision, backend=self.backend)
        self._encoder.encode_query(f"Are the weights of {model.name} in memory?")

    def build(self, given: Given, k: int) -> None:
        """Read, cut, embed and index the articles, and open the indexes."""
        from embeddings.collection import Collection  # noqa: PLC0415 (heavy)

        self._collection = Collection.open(given.scratch / "index", encoder=self._encoder)
        self._collection.sync(given.articles)
        self._collection.snapshot()
        self._numbers = {place: number for number, place in enumerate(given.places)}
        self._k = k

    def search(self, question: str) -> Sequence[int]:
        """The retriever's hits, as every app of this project gets them."""
        from embeddings.retrieval import retrieve  # noqa: PLC0415 (heavy)

        found = retrieve(self._collection, question, self._k, rerank=self.rerank)
        return [
            self._numbers[hit.article.id, hit.passage.start, hit.passage.end] for hit in found.hits
        ]

    def remarks(self) -> Sequence[str]:
        """That its arithmetic may not be the peers'."""
        if self.precision == "float32" or not self.rerank:
            return ()
        return (
            "this project embeds in bfloat16 where the processor multiplies it, the peers in "
            "float32; the row float32 is this project without that",
        )


class Unread(Own):
    """The same without its reader: what the peers do, who have none."""

    rerank = False


class Float32(Own):
    """The same in the peers' arithmetic, by the library that they use."""

    precision: Precision = "float32"
    backend: Backend = "torch"

"""Haystack, as its tutorial on hybrid retrieval shows it, without the cross-encoder at its end.

https://haystack.deepset.ai/tutorials/33_hybrid_retrieval
The tutorial leaves the order to a second model; here its other join, reciprocal rank fusion, does.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.peers.systems import Given, named

_EMBEDDERS = "haystack_integrations.components.embedders.sentence_transformers"
_RETRIEVERS = "haystack.components.retrievers.in_memory"


class Hybrid:
    """An ``InMemoryDocumentStore`` asked by BM25 and by embedding, joined."""

    _documents: Any
    _questions: Any
    _pipeline: Any
    _k: int

    def load(self, model: Path) -> None:
        """Load the model through sentence-transformers-haystack, once for each of its embedders."""
        named("haystack:Pipeline")
        options = {
            "model": str(model),
            "device": named("haystack.utils:ComponentDevice").from_str("cpu"),
            "progress_bar": False,
        }
        self._documents = named(f"{_EMBEDDERS}:SentenceTransformersDocumentEmbedder")(**options)
        self._questions = named(f"{_EMBEDDERS}:SentenceTransformersTextEmbedder")(**options)
        self._documents.warm_up()
        self._questions.warm_up()

    def build(self, given: Given, k: int) -> None:
        """Embed and write the passages, and connect the query pipeline."""
        store = named("haystack.document_stores.in_memory:InMemoryDocumentStore")()
        indexing = named("haystack:Pipeline")()
        indexing.add_component("embedder", self._documents)
        writer = named("haystack.components.writers:DocumentWriter")(document_store=store)
        indexing.add_component("writer", writer)
        indexing.connect("embedder", "writer")
        documents = [
            named("haystack:Document")(content=text, meta={"number": number})
            for number, text in enumerate(given.texts)
        ]
        indexing.run({"embedder": {"documents": documents}})
        self._k = k
        self._pipeline = self._asking(store)

    def _asking(self, store: Any) -> Any:  # noqa: ANN401 (the library's own)
        dense = named(f"{_RETRIEVERS}:InMemoryEmbeddingRetriever")(
            document_store=store, top_k=self._k
        )
        lexical = named(f"{_RETRIEVERS}:InMemoryBM25Retriever")(document_store=store, top_k=self._k)
        joiner = named("haystack.components.joiners:DocumentJoiner")(
            join_mode="reciprocal_rank_fusion",
            top_k=self._k,
        )
        pipeline = named("haystack:Pipeline")()
        pipeline.add_component("embedder", self._questions)
        pipeline.add_component("dense", dense)
        pipeline.add_component("lexical", lexical)
        pipeline.add_component("joiner", joiner)
        pipeline.connect("embedder.embedding", "dense.query_embedding")
        pipeline.connect("dense", "joiner")
        pipeline.connect("lexical", "joiner")
        return pipeline

    def search(self, question: str) -> Sequence[int]:
        """What the joiner gives."""
        found = self._pipeline.run({"embedder": {"text": question}, "lexical": {"query": question}})
        return [document.meta["number"] for document in found["joiner"]["documents"]]

    def remarks(self) -> Sequence[str]:
        """Nothing."""
        return ()

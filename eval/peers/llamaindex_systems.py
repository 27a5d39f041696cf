"""LlamaIndex, as its pages on the vector index and on reciprocal rank fusion show it.

https://developers.llamaindex.ai/python/framework/integrations/retrievers/reciprocal_rerank_fusion
https://developers.llamaindex.ai/python/framework-api-reference/retrievers/bm25
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.peers.systems import Given, named


class Vectors:
    """``VectorStoreIndex`` over nodes, and its retriever."""

    _model: Any
    _retriever: Any

    def load(self, model: Path) -> None:
        """Load the model through llama-index-embeddings-huggingface."""
        named("llama_index.core:VectorStoreIndex")
        self._model = named("llama_index.embeddings.huggingface:HuggingFaceEmbedding")(
            model_name=str(model),
            device="cpu",
        )

    def build(self, given: Given, k: int) -> None:
        """Embed the passages into the default index in memory."""
        # No metadata: it would be embedded with the text a second time.
        nodes = [
            named("llama_index.core.schema:TextNode")(id_=str(number), text=text)
            for number, text in enumerate(given.texts)
        ]
        index = named("llama_index.core:VectorStoreIndex")(nodes=nodes, embed_model=self._model)
        self._retriever = self._retriever_over(index, nodes, k)

    def _retriever_over(self, index: Any, nodes: list[Any], k: int) -> Any:  # noqa: ANN401, ARG002 (the library's own; the subclass needs the nodes)
        return index.as_retriever(similarity_top_k=k)

    def search(self, question: str) -> Sequence[int]:
        """The retriever's nodes."""
        return [int(found.node.node_id) for found in self._retriever.retrieve(question)]

    def remarks(self) -> Sequence[str]:
        """Nothing."""
        return ()


class Fusion(Vectors):
    """``QueryFusionRetriever`` over vectors and BM25, one query, no language model."""

    def load(self, model: Path) -> None:
        """Load the model, and import the two retrievers."""
        super().load(model)
        named("llama_index.core.retrievers:QueryFusionRetriever")
        named("llama_index.retrievers.bm25:BM25Retriever")

    def _retriever_over(self, index: Any, nodes: list[Any], k: int) -> Any:  # noqa: ANN401 (the library's own)
        lexical = named("llama_index.retrievers.bm25:BM25Retriever").from_defaults(
            nodes=nodes,
            similarity_top_k=k,
            stemmer=named("Stemmer:Stemmer")("english"),
            language="english",
        )
        return named("llama_index.core.retrievers:QueryFusionRetriever")(
            retrievers=[index.as_retriever(similarity_top_k=k), lexical],
            # Never asked with one query; without it the library looks for a key to OpenAI.
            llm=named("llama_index.core.llms:MockLLM")(),
            similarity_top_k=k,
            num_queries=1,
            mode="reciprocal_rerank",
            # The two run one after the other either way; an event loop a question only costs.
            use_async=False,
        )

"""A LangChain retriever over a collection; LangChain stays in this file.

Enters: a question. Leaves: LangChain ``Document``s. How they are found is the affair of
``retrieval.py``: whoever wants values and no LangChain asks there.
"""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import run_in_executor
from pydantic import ConfigDict, Field

from embeddings.collection import Collection
from embeddings.retrieval import retrieve
from embeddings.schema import Filters, Hit


def to_document(hit: Hit) -> Document:
    """A hit as LangChain knows it: the passage's text, its id, and all that is known of it."""
    passage, article, scores = hit.passage, hit.article, hit.scores
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "article": article.id,
            "path": article.path,
            "title": article.title,
            "author": article.author,
            "publisher": article.publisher,
            "published": article.published,
            "start": passage.start,
            "end": passage.end,
            "score": scores.fused,
            "dense": scores.dense,
            "lexical": scores.lexical,
            "fused": scores.fused,
            "reader": scores.reader,
            "copies": [each.id for each in hit.copies],
        },
    )


class HybridRetriever(BaseRetriever):
    """Vectors and words over a ``Collection``, for LangChain apps.

    ``k`` and ``filters`` can be given here and, for one call, to ``invoke`` and ``ainvoke``.
    ``recognise=False`` ranks by the question's words alone, ``rerank=False`` without the reader::

        retriever = HybridRetriever(collection=collection, k=8)
        retriever.invoke("Who led the delegation?", k=3, filters=Filters(publisher=("BBC",)))
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    collection: Collection
    k: int = Field(default=8, ge=1)
    filters: Filters | None = None
    recognise: bool = True
    rerank: bool = True

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain passes it)
        k: int | None = None,
        filters: Filters | None = None,
        **_: Any,  # noqa: ANN401 (LangChain passes its own through)
    ) -> list[Document]:
        return self._documents(query, k, filters)

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain passes it)
        k: int | None = None,
        filters: Filters | None = None,
        **_: Any,  # noqa: ANN401 (LangChain passes its own through)
    ) -> list[Document]:
        # Overridden with the same arguments: LangChain's default would refuse k and filters.
        return await run_in_executor(None, self._documents, query, k, filters)

    def _documents(self, query: str, k: int | None, filters: Filters | None) -> list[Document]:
        wanted = self.k if k is None else k
        limits = self.filters if filters is None else filters
        found = retrieve(self.collection, query, wanted, limits, recognise=self.recognise)
        return [to_document(hit) for hit in found.hits]

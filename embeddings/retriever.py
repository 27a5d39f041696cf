"""A LangChain retriever over a collection; LangChain stays in this file.

Enters: a question. Leaves: LangChain ``Document``s, or this project's own ``Hit``s for callers
that want values. Both indexes are searched, their scores fused (``fusion.py``), repetition made
to cost (``diversity.py``), ties broken by passage id.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import run_in_executor
from pydantic import ConfigDict, Field

from embeddings.collection import Collection
from embeddings.derived import Snapshot
from embeddings.diversity import diversify
from embeddings.errors import InvalidQuestion
from embeddings.fusion import convex_fusion
from embeddings.schema import Filters, Hit, Scores

T = TypeVar("T")

# Candidates each index gives to fusion, at least: deeper lists change nothing in the first ten.
POOL = 100
MAX_WORDS = 2_000


@dataclass(slots=True)
class Retrieval:
    """What was found for one question, best first, and how long each stage took."""

    hits: list[Hit]
    timings_ms: dict[str, float] = field(default_factory=dict)


def clean_question(question: str) -> str:
    """The question with control characters made spaces and white space collapsed.

    Raises:
        InvalidQuestion: nothing is left, or it is longer than any question.
    """
    printable = "".join(c if c.isprintable() else " " for c in question)
    # Lone surrogates cannot be encoded, so neither index could take them.
    words = printable.encode(errors="ignore").decode().split()
    if not any(c.isalnum() for word in words for c in word):
        raise InvalidQuestion("the question is empty: write what you want to know, in words")
    if len(words) > MAX_WORDS:
        raise InvalidQuestion(
            f"the question has {len(words):,} words, at most {MAX_WORDS:,} are taken: ask for one "
            f"thing at a time, and add long texts to the collection instead"
        )
    return " ".join(words)


def retrieve(
    collection: Collection, question: str, k: int = 8, filters: Filters | None = None
) -> Retrieval:
    """Find the k passages that best match a question.

    Args:
        collection: where to look.
        question: any text; no character of it is syntax.
        k: at most this many hits.
        filters: what to limit the search to.

    Raises:
        InvalidQuestion: the question is empty or far too long.
    """
    question = clean_question(question)
    snapshot = collection.snapshot()
    if k <= 0 or not len(snapshot.vectors):
        return Retrieval([])
    watch = Watch()
    row = watch("encode", lambda: collection.encoder.encode_query(question))
    articles, allowed = None, None
    if filters:
        articles, allowed = watch("filter", lambda: collection.matching(filters, snapshot))
    pool = max(POOL, k)
    found, cosines = watch("vectors", lambda: snapshot.vectors.search(row, pool, allowed))
    dense = dict(zip(found.tolist(), cosines.tolist(), strict=True))
    found, scores = watch("words", lambda: snapshot.words.search(question, pool, articles))
    lexical = dict(zip(found.tolist(), scores.tolist(), strict=True))
    missing = [key for key in lexical if key not in dense]
    dense |= watch("vectors", lambda: snapshot.vectors.cosines(row, missing))
    hits = watch("fuse", lambda: _rank(collection, snapshot, lexical, dense, k))
    return Retrieval(hits, watch.timings)


def _rank(
    collection: Collection,
    snapshot: Snapshot,
    lexical: dict[int, float],
    dense: dict[int, float],
    k: int,
) -> list[Hit]:
    fused = convex_fusion(lexical, dense)
    ranked = diversify(fused, collection.locations([*fused], snapshot), k)
    found = collection.passages([key for key, _ in ranked], snapshot)
    return [
        Hit(*found[key], Scores(score, dense.get(key), lexical.get(key)))
        for key, score in ranked
        if key in found
    ]


class Watch:
    """Adds up wall time by stage."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}

    def __call__(self, stage: str, work: Callable[[], T]) -> T:
        """Do the work and count its time under ``stage``."""
        begin = time.perf_counter()
        result = work()
        spent = 1000 * (time.perf_counter() - begin)
        self.timings[stage] = self.timings.get(stage, 0.0) + spent
        return result


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
        },
    )


class HybridRetriever(BaseRetriever):
    """Vectors and words over a ``Collection``, for LangChain apps.

    ``k`` and ``filters`` can be given here and, for one call, to ``invoke`` and ``ainvoke``::

        retriever = HybridRetriever(collection=collection, k=8)
        retriever.invoke("Who led the delegation?", k=3, filters=Filters(publisher=("BBC",)))
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    collection: Collection
    k: int = Field(default=8, ge=1)
    filters: Filters | None = None

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
        found = retrieve(self.collection, query, wanted, limits)
        return [to_document(hit) for hit in found.hits]

"""Articles in, passages found: the library under the question-answering app.

    from embeddings import Collection, HybridRetriever

Names are imported when they are first used, so that ``import embeddings`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embeddings.collection import Collection as Collection
    from embeddings.encoder import Encoder as Encoder
    from embeddings.encoder import SentenceEncoder as SentenceEncoder
    from embeddings.errors import CitedQAError as CitedQAError
    from embeddings.retrieval import retrieve as retrieve
    from embeddings.retriever import HybridRetriever as HybridRetriever
    from embeddings.schema import Article as Article
    from embeddings.schema import Filters as Filters
    from embeddings.schema import Hit as Hit
    from embeddings.schema import Passage as Passage
    from embeddings.status import CollectionStatus as CollectionStatus
    from embeddings.sync_report import SyncReport as SyncReport

_HOMES = {
    "Article": "schema",
    "CitedQAError": "errors",
    "Collection": "collection",
    "CollectionStatus": "status",
    "Encoder": "encoder",
    "Filters": "schema",
    "Hit": "schema",
    "HybridRetriever": "retriever",
    "Passage": "schema",
    "SentenceEncoder": "encoder",
    "SyncReport": "sync_report",
    "retrieve": "retrieval",
}

__all__ = [*_HOMES]  # noqa: PLE0604 (strings, all of them)


def __getattr__(name: str) -> Any:  # noqa: ANN401 (any of the names above)
    if name not in _HOMES:
        raise AttributeError(f"module 'embeddings' has no attribute {name!r}")
    return getattr(import_module(f"embeddings.{_HOMES[name]}"), name)

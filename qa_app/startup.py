"""Settings in, an open collection out: what every face does before the first question.

The first time, an empty collection is filled from ``settings.articles`` (the example articles in
a checkout). Later starts index nothing: `python -m embeddings index`, or the page's button, do.
"""

from __future__ import annotations

from embeddings.collection import Collection
from embeddings.sync_report import ProgressCallback
from qa_app.settings import Settings


def open_collection(settings: Settings, progress: ProgressCallback | None = None) -> Collection:
    """Open ``settings.index``, and fill it if nothing was ever put in.

    Raises:
        CollectionError: the folder cannot be used; the message says what to do.
    """
    collection = Collection.open(settings.index, encoder=settings.encoder)
    try:
        if collection.is_new() and settings.articles.exists():
            collection.sync(settings.articles, progress)
    except BaseException:
        collection.close()
        raise
    return collection

"""Sketches of articles in the store: kept as articles are staged, made for those without.

Enters: a ``Store``, sketches by article key. Leaves: rows of its table ``sketches``. Deliberately
knows nothing of what a sketch is (``copies.py``) or of the groups that come of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from embeddings.copies import sketch_of
from embeddings.identity import unpack_spans
from embeddings.register import forget_register
from embeddings.schema import Span
from embeddings.store import Store

# Articles whose sketches one transaction adds: a kill costs these.
AT_ONCE = 500


def keep_sketches(store: Store, sketches: Iterable[tuple[int, bytes]]) -> None:
    """Keep sketches by article key. Call inside a transaction."""
    store.connection.executemany("INSERT OR REPLACE INTO sketches VALUES (?, ?)", sketches)


def add_missing(store: Store) -> int:
    """Make the sketches of articles that were put in before there were any.

    No generation is made for it: the same articles are to be found. A process that has made its
    register already knows of the copies from the next generation on.

    Returns:
        how many were made.
    """
    # Both columns stand in an index: not one row of the articles is read for it.
    query = (
        "SELECT key FROM articles WHERE added <= ? "
        "AND NOT EXISTS (SELECT 1 FROM sketches s WHERE s.article = articles.key)"
    )
    missing = [row[0] for row in store.connection.execute(query, (store.generation,))]
    for at in range(0, len(missing), AT_ONCE):
        part = missing[at : at + AT_ONCE]
        sentences = _sentences(store, part)
        articles = store.articles_by_key(part)
        with store.transaction():
            keep_sketches(store, [(k, sketch_of(articles[k], sentences[k])) for k in part])
    if missing:
        forget_register(store)
    return len(missing)


def _sentences(store: Store, articles: list[int]) -> dict[int, list[Span]]:
    """The sentences of these articles, as their passages hold them."""
    query = (
        "SELECT p.article, p.sentences FROM json_each(?) j "
        "CROSS JOIN passages p ON p.article = j.value"
    )
    found: dict[int, list[Span]] = {key: [] for key in articles}
    for key, packed in store.connection.execute(query, (json.dumps(articles),)):
        found[key] += unpack_spans(packed)
    return found

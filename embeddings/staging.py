"""What a sync writes: staged rows, then one transaction that makes them current.

Enters: articles with passages and vectors, and what was learned of each source. Leaves: a new
generation in the ``Store``. Deliberately knows nothing of how articles are read or embedded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from embeddings.encoder import FloatArray
from embeddings.engines.values import Embedded, Plan, RemovedArticle, SourceRow
from embeddings.identity import content_digest, heading_to_json, pack_spans
from embeddings.schema import Article, Passage, Problem
from embeddings.sketches import keep_sketches
from embeddings.store import Store

# Facts that say whether a sync was interrupted after it stored vectors.
_STAGING, _INTERRUPTED = "staging", "interrupted"
_ORPHANED = "NOT EXISTS (SELECT 1 FROM passages p WHERE p.vector = vectors.key)"


def known_sources(store: Store, root: str) -> dict[str, SourceRow]:
    """What was recorded of the files of a root at its last sync, by path."""
    query = "SELECT root, path, signature, fingerprint, reader, problems FROM sources WHERE root=?"
    return {
        row[1]: SourceRow(
            *(row[0], row[1], row[2], row[3], row[4]),
            tuple(_problems(row[5])) if row[5] != "[]" else (),
        )
        for row in store.connection.execute(query, (root,))
    }


def roots(store: Store) -> list[str]:
    """The paths that were synced in."""
    rows = store.connection.execute("SELECT DISTINCT root FROM sources ORDER BY root")
    return [row[0] for row in rows]


def removed(store: Store) -> list[RemovedArticle]:
    """The articles that were taken out and can be restored."""
    rows = store.connection.execute("SELECT article, label, path FROM excluded ORDER BY label")
    return [RemovedArticle(*row) for row in rows]


def recorded_problems(store: Store) -> list[Problem]:
    """Every problem of the files as last read."""
    # Nearly all files have none: those are not even fetched.
    query = "SELECT problems FROM sources WHERE problems <> '[]' ORDER BY root, path"
    rows = store.connection.execute(query)
    return [problem for row in rows for problem in _problems(row[0])]


def _problems(data: str) -> list[Problem]:
    return [Problem(**item) for item in json.loads(data)]


def current_articles(store: Store) -> dict[str, tuple[int, str]]:
    """Key and content digest of every visible article, by id."""
    query = "SELECT id, key, content FROM articles a WHERE removed IS NULL AND added <= ?"
    rows = store.connection.execute(query, (store.generation,))
    return {row[0]: (row[1], row[2]) for row in rows}


def owners(store: Store, article: int) -> set[tuple[str, str]]:
    """The (root, path) pairs of the files that hold an article."""
    query = (
        "SELECT s.root, s.path FROM links l JOIN sources s ON s.key = l.source WHERE l.article = ?"
    )
    return {(row[0], row[1]) for row in store.connection.execute(query, (article,))}


def articles_of(store: Store, root: str, path: str) -> set[int]:
    """Keys of the articles that a file holds."""
    query = (
        "SELECT l.article FROM links l JOIN sources s ON s.key = l.source "
        "WHERE s.root = ? AND s.path = ?"
    )
    return {row[0] for row in store.connection.execute(query, (root, path))}


def excluded(store: Store, root: str) -> set[str]:
    """Ids of the articles under a root that were taken out by hand, whatever their file is now."""
    rows = store.connection.execute("SELECT article FROM excluded WHERE root = ?", (root,))
    return {row[0] for row in rows}


def exclude(store: Store, root: str, path: str, key: int, article: Article) -> None:
    """Unlink an article from a file, and keep later syncs from linking it again."""
    with store.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO excluded VALUES (?, ?, ?, ?)",
            (root, path, article.id, article.label),
        )
        connection.execute(
            "DELETE FROM links WHERE article = ? AND source = "
            "(SELECT key FROM sources WHERE root = ? AND path = ?)",
            (key, root, path),
        )


def include(store: Store, article: str) -> list[str]:
    """Undo ``exclude``: the files are read again at the next sync of the roots returned."""
    with store.transaction() as connection:
        query = "SELECT DISTINCT root FROM excluded WHERE article = ?"
        held = connection.execute(query, (article,)).fetchall()
        connection.execute("DELETE FROM excluded WHERE article = ?", (article,))
        connection.executemany(
            # All of the root: the file may have another name by now.
            "UPDATE sources SET signature = '', fingerprint = '' WHERE root = ?",
            {(row[0],) for row in held},
        )
    return sorted({row[0] for row in held})


def discard_staged(store: Store) -> None:
    """Forget rows that an interrupted sync staged; its vectors stay and are used again."""
    with store.transaction() as connection:
        connection.execute("DELETE FROM articles WHERE added > ?", (store.generation,))
        if store.meta(_STAGING) == "yes":
            store.set_meta(_INTERRUPTED, "yes")


def purge(store: Store) -> None:
    """Delete what has been invisible since before the current generation."""
    before = store.generation - 1
    with store.transaction() as connection:
        # Only vectors that may have lost their last passage are looked at: looking at all of them
        # took longer than syncing one article among 26,000.
        lost = "SELECT p.vector FROM passages p JOIN articles a ON a.key = p.article"
        connection.execute("DROP TABLE IF EXISTS temp.lost")
        connection.execute(
            f"CREATE TEMP TABLE lost AS {lost} WHERE a.removed <= ?",
            (before,),
        )
        deleted = connection.execute("DELETE FROM articles WHERE removed <= ?", (before,)).rowcount
        if deleted:
            connection.execute(
                "DELETE FROM vectors WHERE key IN (SELECT vector FROM temp.lost) "  # noqa: S608
                f"AND {_ORPHANED}"
            )
            store.set_meta("purged", str(before))


def known_vectors(store: Store, digests: Sequence[bytes]) -> dict[bytes, int]:
    """Keys of the vectors already stored for these encoder inputs."""
    query = "SELECT key FROM vectors WHERE digest = ?"
    found = {}
    for digest in dict.fromkeys(digests):
        row = store.connection.execute(query, (digest,)).fetchone()
        if row:
            found[digest] = int(row[0])
    return found


def stage_vectors(store: Store, digests: Sequence[bytes], rows: FloatArray) -> None:
    """Keep vectors under the sha256 of what was embedded; committed at once."""
    with store.transaction() as connection:
        store.set_meta(_STAGING, "yes")
        connection.executemany(
            "INSERT OR IGNORE INTO vectors (digest, value) VALUES (?, ?)",
            [
                (digest, row.astype("<f4").tobytes())
                for digest, row in zip(digests, rows, strict=True)
            ],
        )


def stage_articles(
    store: Store,
    batch: Sequence[tuple[Article, Sequence[Embedded]]],
    sketches: Sequence[bytes] = (),
) -> list[int]:
    """Insert articles with their passages for the next generation, in one transaction.

    Args:
        store: where to.
        batch: articles with their passages; each digest has a vector already.
        sketches: one an article; where there are none they are made at the end of the sync.

    Returns:
        the articles' keys.
    """
    digests = {digest for _, passages in batch for _, digest in passages}
    vectors = known_vectors(store, list(digests))
    with store.transaction():
        keys = [
            stage_article(store, article, [(each, vectors[digest]) for each, digest in passages])
            for article, passages in batch
        ]
        if sketches:
            keep_sketches(store, zip(keys, sketches, strict=True))
    return keys


def stage_article(store: Store, article: Article, passages: Sequence[tuple[Passage, int]]) -> int:
    """Insert an article and its passages (each with its vector's key) for the next generation.

    Returns:
        the article's key. Call inside a transaction.
    """
    connection = store.connection
    cursor = connection.execute(
        "INSERT INTO articles (id, content, format, path, text, heading, furniture, publisher, "
        "author, published, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            article.id,
            content_digest(article),
            article.format,
            article.path,
            article.text,
            heading_to_json(article.heading),
            pack_spans(article.furniture),
            article.publisher,
            article.author,
            article.published,
            store.generation + 1,
        ),
    )
    key = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO passages (id, article, start, end, sentences, vector) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [(p.id, key, p.start, p.end, pack_spans(p.sentences), vector) for p, vector in passages],
    )
    return key


def touch(store: Store, sources: Iterable[SourceRow]) -> None:
    """Record new signatures of files whose content is the same."""
    with store.transaction() as connection:
        connection.executemany(
            "UPDATE sources SET signature = ? WHERE root = ? AND path = ?",
            [(source.signature, source.root, source.path) for source in sources],
        )


def make_current(store: Store, plan: Plan) -> int:
    """Carry out a plan and make the next generation current, in one transaction.

    Returns:
        the new generation. Articles that no file holds any more are no longer visible in it.
    """
    with store.transaction() as connection:
        upcoming = store.generation + 1
        connection.executemany("DELETE FROM sources WHERE root = ? AND path = ?", plan.gone)
        for source, articles in plan.sources:
            key = _record_source(store, source)
            connection.executemany(
                "INSERT OR IGNORE INTO links VALUES (?, ?)",
                [(key, article) for article in articles],
            )
        connection.execute(
            "UPDATE articles SET removed = ? WHERE removed IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM links l WHERE l.article = articles.key)",
            (upcoming,),
        )
        if store.meta(_INTERRUPTED) == "yes":
            # Vectors of texts that were gone before the next sync could use them.
            connection.execute(f"DELETE FROM vectors WHERE {_ORPHANED}")  # noqa: S608 (no text of others)
            store.set_meta(_INTERRUPTED, "no")
        store.set_meta(_STAGING, "no")
        store.set_meta("generation", str(upcoming))
    return upcoming


def _record_source(store: Store, source: SourceRow) -> int:
    connection = store.connection
    connection.execute(
        "DELETE FROM sources WHERE root = ? AND path = ?", (source.root, source.path)
    )
    problems = [
        {"path": p.path, "reason": p.reason, "skipped": p.skipped, "line": p.line}
        for p in source.problems
    ]
    cursor = connection.execute(
        "INSERT INTO sources (root, path, signature, fingerprint, reader, problems) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            source.root,
            source.path,
            source.signature,
            source.fingerprint,
            source.reader,
            json.dumps(problems, ensure_ascii=False),
        ),
    )
    return int(cursor.lastrowid or 0)

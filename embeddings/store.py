"""The one truth: articles, passages, vectors and sources in SQLite.

Enters: values of ``embeddings.schema``. Leaves: the same values, as of one generation.
Deliberately knows nothing of files being read, models, FAISS or BM25.

Visibility is by generation. An article row is visible at generation g when ``added <= g`` and it
was not removed by then. A sync stages rows under g + 1, where nobody sees them, and one short
transaction makes g + 1 current: a process killed at any point leaves the old state or the new
one, and readers at g go on undisturbed. What became invisible is deleted one sync later.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.errors import CollectionCorrupt, CollectionUnwritable
from embeddings.schema import Article, Filters, Found, Heading, Passage, Span

LAYOUT_VERSION = "1"
DATABASE = "collection.sqlite3"
BUSY_SECONDS = 30
CHECKED_BYTES = 50_000_000

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    format TEXT NOT NULL,
    path TEXT NOT NULL,
    text TEXT NOT NULL,
    heading TEXT NOT NULL,
    furniture BLOB NOT NULL,
    publisher TEXT,
    author TEXT,
    published TEXT,
    added INTEGER NOT NULL,
    removed INTEGER
);
CREATE INDEX articles_by_id ON articles (id);
CREATE INDEX articles_by_added ON articles (added);
CREATE INDEX articles_by_removed ON articles (removed) WHERE removed IS NOT NULL;
CREATE TABLE vectors (
    key INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    value BLOB NOT NULL
);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    sentences BLOB NOT NULL,
    vector INTEGER NOT NULL REFERENCES vectors (key)
);
CREATE INDEX passages_by_article ON passages (article);
CREATE INDEX passages_by_vector ON passages (vector);
CREATE TABLE sources (
    key INTEGER PRIMARY KEY,
    root TEXT NOT NULL,
    path TEXT NOT NULL,
    signature TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    reader TEXT NOT NULL,
    problems TEXT NOT NULL,
    UNIQUE (root, path)
);
CREATE TABLE links (
    source INTEGER NOT NULL REFERENCES sources (key) ON DELETE CASCADE,
    article INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
    PRIMARY KEY (source, article)
) WITHOUT ROWID;
CREATE INDEX links_by_article ON links (article);
CREATE TABLE excluded (
    root TEXT NOT NULL,
    path TEXT NOT NULL,
    article TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (root, path, article)
) WITHOUT ROWID;
"""

_VISIBLE = "a.added <= :at AND (a.removed IS NULL OR a.removed > :at)"
_PATH = (
    "(SELECT min(s.path) FROM links l JOIN sources s ON s.key = l.source WHERE l.article = a.key)"
)
# Links are of the current state: an older snapshot falls back on where the article was first read.
_ARTICLE = f"a.key, a.id, a.format, a.text, a.heading, a.furniture, coalesce({_PATH}, a.path)"


def pack_spans(spans: Iterable[Span]) -> bytes:
    """Spans as little-endian int32 pairs."""
    return np.array([(s.start, s.end) for s in spans], dtype="<i4").tobytes()


def unpack_spans(data: bytes) -> tuple[Span, ...]:
    """What ``pack_spans`` packed."""
    pairs = np.frombuffer(data, dtype="<i4").reshape(-1, 2).tolist()
    return tuple(Span(start, end) for start, end in pairs)


def heading_to_json(heading: Heading) -> str:
    """A heading with its sources and spans, as JSON."""
    fields: dict[str, Any] = {}
    for name in Heading.__dataclass_fields__:
        found: Found | None = getattr(heading, name)
        if found is not None:
            span = None if found.span is None else [found.span.start, found.span.end]
            fields[name] = [found.value, found.source, span]
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def heading_from_json(data: str) -> Heading:
    """What ``heading_to_json`` wrote."""
    fields = {
        name: Found(value, source, None if span is None else Span(*span))
        for name, (value, source, span) in json.loads(data).items()
    }
    return Heading(**fields)


class _Held:
    """One thread's connection, closed when nobody holds it any more."""

    __slots__ = ("__weakref__", "connection")

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(
            path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = FULL")
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.connection.create_function("casefold", 1, _casefold, deterministic=True)

    def __del__(self) -> None:
        connection = getattr(self, "connection", None)
        if connection is not None:
            connection.close()


class Store:
    """The database of one collection; each thread gets its own connection."""

    def __init__(self, directory: Path) -> None:
        """Open or create ``collection.sqlite3`` in ``directory``.

        Raises:
            CollectionUnwritable: the file cannot be opened or created there.
            CollectionCorrupt: it is not a database, or a damaged one.
        """
        self.path = directory / DATABASE
        self._local = threading.local()
        # Weak: a thread's end lets go of its connection, and a page is a thread at every click.
        self._held: weakref.WeakSet[_Held] = weakref.WeakSet()
        self._lock = threading.Lock()
        with self.translated():
            if not self._is_made():
                self._make()
            if not self._is_made("meta"):
                raise sqlite3.DatabaseError("another program's database")
            # Damage is told when the collection is opened, not in mid-answer, where that is quick;
            # a large database is checked as it is read.
            if self.path.stat().st_size <= CHECKED_BYTES:
                found = self.connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if found != "ok":
                    raise sqlite3.DatabaseError(found)

    def _is_made(self, table: str = "%") -> bool:
        query = "SELECT count(*) FROM sqlite_master WHERE name LIKE ?"
        return bool(self.connection.execute(query, (table,)).fetchone()[0])

    def _make(self) -> None:
        with self.transaction() as connection:
            # Another process may have been as quick: looked at again, now that nobody else can.
            if self._is_made():
                return
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            self.set_meta("layout", LAYOUT_VERSION)
            self.set_meta("identity", uuid.uuid4().hex)
            self.set_meta("generation", "0")
            self.set_meta("purged", "0")

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection; it is closed when the thread ends."""
        held: _Held | None = getattr(self._local, "held", None)
        if held is None:
            held = _Held(self.path)
            self._local.held = held
            with self._lock:
                self._held.add(held)
        return held.connection

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for held in list(self._held):
                held.connection.close()
            self._held.clear()
            self._local = threading.local()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn SQLite's errors into this project's, saying what to do.

        Raises:
            CollectionCorrupt: the database is damaged or not one of ours.
            CollectionUnwritable: it cannot be opened or written.
        """
        try:
            yield
        except sqlite3.OperationalError as exc:
            raise CollectionUnwritable(
                f"cannot open or write {self.path}: {exc}; check that the folder exists, is "
                f"writable and not full, or choose another with --index"
            ) from exc
        except sqlite3.DatabaseError as exc:
            raise CollectionCorrupt(
                f"{self.path} is damaged or not a collection ({exc}); your articles are untouched: "
                f"move the folder {self.path.parent} away and run `python -m embeddings index PATH`"
            ) from exc

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a block as one write transaction: all of it or nothing."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def meta(self, name: str) -> str | None:
        """One recorded fact about the collection, or None."""
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        """Record a fact about the collection."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    @property
    def generation(self) -> int:
        """The current generation; 0 for a collection nothing was ever put in."""
        return int(self.meta("generation") or 0)

    def articles(self, at: int) -> Iterator[tuple[int, Article]]:
        """Every article visible at a generation, with its key, in order of path."""
        query = f"SELECT {_ARTICLE} AS path FROM articles a WHERE {_VISIBLE} ORDER BY path, a.key"  # noqa: S608
        for row in self.connection.execute(query, {"at": at}):
            yield row[0], _article(row)

    def articles_by_key(self, keys: Sequence[int]) -> dict[int, Article]:
        """Articles by key, whatever their generation."""
        query = f"SELECT {_ARTICLE} FROM json_each(?) j CROSS JOIN articles a ON a.key = j.value"  # noqa: S608
        rows = self.connection.execute(query, (json.dumps(list(keys)),))
        return {row[0]: _article(row) for row in rows}

    def find_article(self, name: str, at: int) -> list[tuple[int, Article]]:
        """Articles whose id, or the end of whose path, is ``name``."""
        name = name.encode(errors="replace").decode()
        query = (
            f"SELECT {_ARTICLE} FROM articles a WHERE {_VISIBLE} AND (a.id = :name OR EXISTS "  # noqa: S608
            "(SELECT 1 FROM links l JOIN sources s ON s.key = l.source WHERE l.article = a.key "
            "AND (s.path = :name OR substr(s.path, -length(:tail)) = :tail))) ORDER BY a.id"
        )
        rows = self.connection.execute(query, {"at": at, "name": name, "tail": f"/{name}"})
        return [(row[0], _article(row)) for row in rows]

    def matching_articles(self, filters: Filters, at: int) -> list[int]:
        """Keys of the visible articles that pass the filters, ascending."""
        clauses, named = [_VISIBLE], dict[str, Any](at=at)
        for column in ("publisher", "author"):
            wanted = [value.casefold() for value in getattr(filters, column)]
            if wanted:
                named[column] = json.dumps(wanted)
                chosen = f"(SELECT value FROM json_each(:{column}))"  # noqa: S608 (a column's name)
                clauses.append(f"casefold(a.{column}) IN {chosen}")
        if filters.after:
            named["after"] = filters.after.isoformat()
            clauses.append("a.published >= :after")
        if filters.before:
            named["before"] = filters.before.isoformat()
            clauses.append("a.published <= :before")
        if filters.article:
            keys = {key for name in filters.article for key, _ in self.find_article(name, at)}
            clauses.append(f"a.key IN ({','.join(map(str, sorted(keys))) or 'NULL'})")
        query = f"SELECT a.key FROM articles a WHERE {' AND '.join(clauses)} ORDER BY a.key"  # noqa: S608
        return [row[0] for row in self.connection.execute(query, named)]

    def passage_keys(self, articles: Sequence[int]) -> list[int]:
        """Keys of the passages of these articles."""
        query = "SELECT p.key FROM json_each(?) j CROSS JOIN passages p ON p.article = j.value"
        rows = self.connection.execute(query, (json.dumps(list(articles)),))
        return [row[0] for row in rows]

    def passages(self, keys: Sequence[int], at: int) -> dict[int, tuple[Passage, Article]]:
        """Passages by key with their articles; those not visible at ``at`` are left out."""
        query = (
            "SELECT p.key, p.id, p.start, p.end, p.sentences, a.key "  # noqa: S608
            "FROM passages p JOIN articles a ON a.key = p.article "
            f"WHERE p.key IN (SELECT value FROM json_each(:keys)) AND {_VISIBLE}"
        )
        named = {"keys": json.dumps(list(keys)), "at": at}
        rows = self.connection.execute(query, named).fetchall()
        articles = self.articles_by_key(sorted({row[5] for row in rows}))
        found = {}
        for key, name, start, end, spans, owner in rows:
            article = articles[owner]
            text = article.text[start:end]
            passage = Passage(name, article.id, start, end, text, unpack_spans(spans))
            found[key] = (passage, article)
        return found

    def facets(self, at: int) -> list[tuple[str | None, str | None]]:
        """Publisher and publication date of every visible article."""
        query = f"SELECT a.publisher, a.published FROM articles a WHERE {_VISIBLE}"  # noqa: S608
        return [(row[0], row[1]) for row in self.connection.execute(query, {"at": at})]

    def counts(self, at: int) -> tuple[int, int]:
        """How many articles and passages are visible."""
        articles = f"SELECT count(*) FROM articles a WHERE {_VISIBLE}"  # noqa: S608
        passages = (
            f"SELECT count(*) FROM passages p JOIN articles a ON a.key = p.article WHERE {_VISIBLE}"  # noqa: S608
        )
        count = self.connection.execute
        return (
            int(count(articles, {"at": at}).fetchone()[0]),
            int(count(passages, {"at": at}).fetchone()[0]),
        )


def _article(row: Sequence[Any]) -> Article:
    _, name, kind, text, heading, furniture, path = row
    return Article(name, path, kind, text, heading_from_json(heading), unpack_spans(furniture))


def _casefold(value: str | None) -> str | None:
    # SQLite's own lower() knows ASCII only.
    return None if value is None else value.casefold()

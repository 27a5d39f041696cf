"""The database file of a collection: its tables, connections, transactions and errors.

Enters: a folder. Leaves: a ``Database`` to query, one connection a thread. Deliberately knows
nothing of what the rows mean: ``store.py`` reads them, ``staging.py`` writes them.
"""

from __future__ import annotations

import sqlite3
import threading
import uuid
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.errors import CollectionCorrupt, CollectionUnwritable

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

# A layout made before there were sketches gets the table when it is opened.
_SKETCHES = """
CREATE TABLE IF NOT EXISTS sketches (
    article INTEGER PRIMARY KEY REFERENCES articles (key) ON DELETE CASCADE,
    sketch BLOB NOT NULL
)
"""


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


class Database:
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
            if not self._is_made("sketches"):
                self.connection.execute(_SKETCHES)
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


def _casefold(value: str | None) -> str | None:
    # SQLite's own lower() knows ASCII only.
    return None if value is None else value.casefold()

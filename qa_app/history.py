"""Conversations that outlive the page and the server, in one SQLite file.

Enters: questions, and answers as the records that ``Answer.record`` makes. Leaves: ``Turn`` and
``Conversation`` values. Deliberately knows nothing of articles, models or pages: a record is kept
as it came, so that a conversation looks the same whenever it is opened.

A question is kept before its answer is made, and the answer as far as it has got, so that
nothing asked is lost when a page is reloaded, an answer is stopped or the server ends.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from embeddings.errors import ConversationsUnavailable

FILE_NAME = "conversations.sqlite3"
LAYOUT = 1
# Longer than any write here takes; another process of the same index folder may hold the lock.
BUSY_SECONDS = 10.0
ID_BYTES = 16

_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, started TEXT NOT NULL, touched TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    question TEXT NOT NULL, asked TEXT NOT NULL, partial TEXT NOT NULL DEFAULT '', record TEXT
);
CREATE INDEX IF NOT EXISTS turns_of ON turns(conversation, id);
PRAGMA user_version = {LAYOUT:d};
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it.

    ``record`` is None while the answer is not finished; ``partial`` is then what was said of it.
    ``asked`` is UTC, ``YYYY-MM-DDTHH:MM:SS+00:00``.
    """

    id: int
    question: str
    asked: str
    record: dict[str, Any] | None = None
    partial: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as the list shows it; ``title`` is its first question."""

    id: str
    title: str
    started: str
    touched: str


def utc_now() -> str:
    """The time as it is kept, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class ConversationStore:
    """The conversations of one index folder; safe to share between threads.

    Where the file cannot be read it is moved aside, and where the folder cannot be written the
    conversations live as long as the process: ``problem`` then says so, for people.
    """

    def __init__(self, directory: str | Path, clock: Callable[[], str] = utc_now) -> None:
        """Open the conversations in a folder, or begin there with none."""
        self.problem: str | None = None
        self._clock = clock
        self._lock = threading.RLock()
        self._connection = self._open(Path(directory).expanduser().resolve() / FILE_NAME)

    def _open(self, path: Path) -> sqlite3.Connection:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return _connect(path)
        except sqlite3.OperationalError as exc:
            return self._in_memory(path, exc)
        except sqlite3.DatabaseError as exc:
            aside = path.with_name(f"{FILE_NAME}.unreadable-{secrets.token_hex(4)}")
            try:
                _move_aside(path, aside)
                connection = _connect(path)
            except (OSError, sqlite3.Error) as again:
                return self._in_memory(path, again)
            self.problem = (
                f"Earlier conversations could not be read ({exc}). Their file was kept as "
                f"{aside.name} beside the index, and a new one was begun."
            )
            return connection
        except OSError as exc:
            return self._in_memory(path, exc)

    def _in_memory(self, path: Path, exc: Exception) -> sqlite3.Connection:
        self.problem = (
            f"Conversations cannot be kept in {path.parent} ({exc}): this one is lost when the "
            "server ends. Make the folder writable, or choose another with QA_INDEX."
        )
        return _connect(":memory:")

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with self._connection:
                    yield self._connection
            except sqlite3.Error as exc:
                raise ConversationsUnavailable(
                    f"the conversation could not be kept: {exc}; free some disk space or close "
                    "what else uses the file, then ask again"
                ) from exc

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as exc:
                raise ConversationsUnavailable(
                    f"the conversations cannot be read: {exc}; restart the app"
                ) from exc

    def begin(self, question: str) -> tuple[str, int]:
        """Start a conversation with its first question.

        Returns:
            The conversation's id, which cannot be guessed, and the turn's.

        Raises:
            ConversationsUnavailable: it cannot be kept.
        """
        name = secrets.token_urlsafe(ID_BYTES)
        now = self._clock()
        with self._writing() as db:
            db.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?)", (name, question.strip(), now, now)
            )
            return name, _add_turn(db, name, question, now)

    def ask(self, conversation: str, question: str) -> int:
        """Keep the next question of a conversation, before its answer is made.

        Returns:
            The turn's id.

        Raises:
            ConversationsUnavailable: it cannot be kept, or the conversation was deleted.
        """
        now = self._clock()
        with self._writing() as db:
            turn = _add_turn(db, conversation, question, now)
            db.execute("UPDATE conversations SET touched = ? WHERE id = ?", (now, conversation))
            return turn

    def keep_partial(self, turn: int, text: str) -> None:
        """Keep what has been said so far.

        Raises:
            ConversationsUnavailable: it cannot be kept.
        """
        with self._writing() as db:
            db.execute("UPDATE turns SET partial = ? WHERE id = ?", (text, turn))

    def answer(self, turn: int, record: dict[str, Any]) -> None:
        """Keep a finished answer.

        Raises:
            ConversationsUnavailable: it cannot be kept.
        """
        kept = json.dumps(record, ensure_ascii=False)
        with self._writing() as db:
            db.execute("UPDATE turns SET record = ?, partial = '' WHERE id = ?", (kept, turn))

    def turns(self, conversation: str) -> list[Turn]:
        """The turns of a conversation in order; none where it is unknown.

        Raises:
            ConversationsUnavailable: the file cannot be read.
        """
        rows = self._rows(
            "SELECT id, question, asked, record, partial FROM turns WHERE conversation = ? "
            "ORDER BY id",
            conversation,
        )
        return [
            Turn(turn, question, asked, json.loads(record) if record else None, partial)
            for turn, question, asked, record, partial in rows
        ]

    def conversations(self, limit: int = 100) -> list[Conversation]:
        """The conversations, the one last asked in first.

        Raises:
            ConversationsUnavailable: the file cannot be read.
        """
        rows = self._rows(
            "SELECT c.id, c.title, c.started, c.touched FROM conversations AS c "
            "JOIN turns ON turns.conversation = c.id GROUP BY c.id "
            "ORDER BY c.touched DESC, MAX(turns.id) DESC LIMIT ?",
            limit,
        )
        return [Conversation(*row) for row in rows]

    def delete(self, conversation: str) -> None:
        """Forget a conversation for good.

        Raises:
            ConversationsUnavailable: the file cannot be written.
        """
        with self._writing() as db:
            db.execute("DELETE FROM conversations WHERE id = ?", (conversation,))


def _add_turn(db: sqlite3.Connection, conversation: str, question: str, now: str) -> int:
    turn = db.execute(
        "INSERT INTO turns (conversation, question, asked) VALUES (?, ?, ?)",
        (conversation, question, now),
    ).lastrowid
    assert turn is not None  # noqa: S101 (an INSERT sets it)
    return turn


def _connect(path: Path | str) -> sqlite3.Connection:
    """Open the file, check it and lay out its tables; raises sqlite3 errors as they come."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        # One statement, so that another process laying out the tables is seen whole or not at all.
        layout, tables = connection.execute(
            "SELECT user_version, (SELECT COUNT(*) FROM sqlite_schema) FROM pragma_user_version"
        ).fetchone()
        if layout != (LAYOUT if tables else 0):
            raise sqlite3.DatabaseError(f"its layout is {layout}, expected {LAYOUT}")
        if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("the file is damaged")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(_TABLES)
    except BaseException:
        connection.close()
        raise
    return connection


def _move_aside(path: Path, aside: Path) -> None:
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        extra = path.with_name(path.name + suffix)
        if extra.exists():
            extra.rename(aside.with_name(aside.name + suffix))

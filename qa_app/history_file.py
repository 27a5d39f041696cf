"""The SQLite file that conversations are kept in: opened, shared between threads, never lost.

Enters: a folder. Leaves: a file that can be written and read, with every sqlite3 error translated.
Deliberately knows nothing of what is kept in it (``history.py``) or of its tables
(``history_tables.py``).
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embeddings.errors import ConversationsUnavailable
from qa_app.history_tables import prepare

FILE_NAME = "conversations.sqlite3"
# Longer than any write here takes; another process of the same index folder may hold the lock.
BUSY_SECONDS = 10.0


class HistoryFile:
    """One file of conversations; safe to share between threads.

    Where the file cannot be read it is moved aside, and where the folder cannot be written the
    conversations live as long as the process: ``problem`` then says so, for people.
    """

    def __init__(self, directory: str | Path) -> None:
        """Open the file in a folder, or begin one there."""
        self.problem: str | None = None
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
        """Close the file; it cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all that is written in it is kept, or nothing.

        Raises:
            ConversationsUnavailable: it cannot be kept.
        """
        with self._lock:
            try:
                with self._connection:
                    yield self._connection
            except sqlite3.Error as exc:
                raise ConversationsUnavailable(
                    f"the conversation could not be kept: {exc}; free some disk space or close "
                    "what else uses the file, then ask again"
                ) from exc

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds.

        Raises:
            ConversationsUnavailable: the file cannot be read.
        """
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as exc:
                raise ConversationsUnavailable(
                    f"the conversations cannot be read: {exc}; restart the app"
                ) from exc


def _connect(path: Path | str) -> sqlite3.Connection:
    """Open the file, check it and lay out its tables; raises sqlite3 errors as they come."""
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        prepare(connection)
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

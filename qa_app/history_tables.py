"""The tables of the conversations' file, and how a file of an earlier layout becomes one of this.

Enters: an open SQLite connection. Leaves: one whose tables are of this layout, or an sqlite3
error as it came. Deliberately knows nothing of where the file lies (``history_file.py``) and of
what is asked of it (``history.py``).

Layout 1 had conversations and turns. Layout 2 adds names, readers' own understanding of a
question, settings, feedback, and the words that a conversation is found by.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from qa_app.history_words import TITLE, folded, said_in, turn_part, turn_words

LAYOUT = 2

# ``title`` is the first question, ``name`` what the reader calls it.
_CONVERSATIONS = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, started TEXT NOT NULL, touched TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID
"""
_TURNS = """
CREATE TABLE turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    question TEXT NOT NULL, asked TEXT NOT NULL, partial TEXT NOT NULL DEFAULT '', record TEXT,
    understood TEXT NOT NULL DEFAULT '', settings TEXT
)
"""
_TURNS_OF = "CREATE INDEX turns_of ON turns(conversation, id)"
_FEEDBACK = """
CREATE TABLE feedback (
    turn INTEGER PRIMARY KEY REFERENCES turns(id) ON DELETE CASCADE,
    verdict TEXT NOT NULL CHECK (verdict IN ('up', 'down')),
    comment TEXT NOT NULL DEFAULT '', given TEXT NOT NULL
)
"""
# Apart from the texts themselves, since a search reads all of it: answers with their sources are
# many times as long. ``part`` is the title, a turn or a comment (``history_words.py``).
_WORDS = """
CREATE TABLE words (
    conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    part TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (conversation, part)
)
"""
_FIRST: Mapping[str, set[str]] = {
    "conversations": {"id", "title", "started", "touched"},
    "turns": {"id", "conversation", "question", "asked", "partial", "record"},
}
_COLUMNS: Mapping[int, Mapping[str, set[str]]] = {
    0: {},
    1: _FIRST,
    2: {
        "conversations": _FIRST["conversations"] | {"name"},
        "turns": _FIRST["turns"] | {"understood", "settings"},
        "feedback": {"turn", "verdict", "comment", "given"},
        "words": {"conversation", "part", "text"},
    },
}


def prepare(connection: sqlite3.Connection) -> None:
    """Lay out the tables of an empty file, or bring those of an earlier layout up to this one.

    It happens in one transaction that other processes wait for: all of it, or nothing.

    Raises:
        sqlite3.DatabaseError: the file is damaged, or of a layout that is not known here.
        sqlite3.OperationalError: it cannot be read or written.
    """
    _check(connection)
    if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("the file is damaged")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        # Looked at again: another process may have done it while this one waited.
        layout = _check(connection)
        if layout == 0:
            for statement in (_CONVERSATIONS, _TURNS, _TURNS_OF, _FEEDBACK, _WORDS):
                connection.execute(statement)
        elif layout == 1:
            _from_first(connection)
        connection.execute(f"PRAGMA user_version = {LAYOUT:d}")


def _check(connection: sqlite3.Connection) -> int:
    """The layout of a file, 0 for an empty one.

    Raises:
        sqlite3.DatabaseError: it is none of those that are known here.
    """
    # One statement, so that another process laying out the tables is seen whole or not at all.
    layout, tables = connection.execute(
        "SELECT user_version, (SELECT json_group_array(json_array(s.name, c.name)) "
        "FROM sqlite_schema AS s JOIN pragma_table_info(s.name) AS c "
        "WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite%') FROM pragma_user_version"
    ).fetchone()
    found: dict[str, set[str]] = {}
    for table, column in json.loads(tables):
        found.setdefault(table, set()).add(column)
    if found != _COLUMNS.get(layout):
        raise sqlite3.DatabaseError(f"its layout is {layout}, expected {LAYOUT}")
    return int(layout)


def _from_first(connection: sqlite3.Connection) -> None:
    """Layout 1 -> 2; what is there stays as it is."""
    for table, column in (
        ("conversations", "name TEXT NOT NULL DEFAULT ''"),
        ("turns", "understood TEXT NOT NULL DEFAULT ''"),
        ("turns", "settings TEXT"),
    ):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    connection.execute(_FEEDBACK)
    connection.execute(_WORDS)
    connection.create_function("turn_part", 1, turn_part, deterministic=True)
    connection.create_function("folded", 1, folded, deterministic=True)
    connection.create_function("found_by", 3, _found_by, deterministic=True)
    connection.execute(
        "INSERT INTO words SELECT id, ?, folded(title) FROM conversations "
        "UNION ALL SELECT conversation, turn_part(id), found_by(question, partial, record) "
        "FROM turns",
        (TITLE,),
    )


def _found_by(question: str, partial: str, record: str | None) -> str:
    try:
        kept = json.loads(record) if record else {}
        understood, said = said_in(kept)
    except (ValueError, AttributeError):
        # What cannot be read is kept all the same, and found by its question.
        understood, said = "", ""
    return turn_words(question, understood, said or partial)

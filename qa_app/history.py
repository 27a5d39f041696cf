"""Conversations that outlive the page and the server, in one SQLite file.

Enters: questions, answers as the records that ``Answer.record`` makes, names, feedback, words to
look for. Leaves: ``Turn`` and ``Conversation`` values. Deliberately knows nothing of articles,
models or pages: a record is kept as it came, so that a conversation looks the same whenever it is
opened.

A question is kept before its answer is made, and the answer as far as it has got, so that
nothing asked is lost when a page is reloaded, an answer is stopped or the server ends.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa_app.history_file import HistoryFile
from qa_app.history_words import (
    TITLE,
    comment_part,
    folded,
    said_in,
    turn_part,
    turn_words,
    wanted,
)
from qa_app.turns import THUMBS, Conversation, Feedback, Thumb, Turn
from qa_app.wording import one_line

ID_BYTES = 16
NO_LIMIT = -1

_HAVING = "SELECT conversation FROM words WHERE instr(text, ?)"


def utc_now() -> str:
    """The time as it is kept, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class ConversationStore:
    """The conversations of one index folder; safe to share between threads and processes.

    Every method raises ``ConversationsUnavailable`` where the file cannot be read or written.
    """

    def __init__(self, directory: str | Path, clock: Callable[[], str] = utc_now) -> None:
        """Open the conversations in a folder, or begin there with none."""
        self._clock = clock
        self._file = HistoryFile(directory)

    @property
    def problem(self) -> str | None:
        """What is wrong with how they are kept, for people; None where nothing is."""
        return self._file.problem

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self._file.close()

    def begin(self, question: str, understood: str = "") -> tuple[str, int]:
        """Start a conversation with its first question.

        Returns:
            The conversation's id, which cannot be guessed, and the turn's.

        Raises:
            ConversationsUnavailable: it cannot be kept.
        """
        name = secrets.token_urlsafe(ID_BYTES)
        asked = _Asked(_storable(question), _storable(understood), self._clock())
        title = asked.question.strip()
        with self._file.writing() as db:
            db.execute(
                "INSERT INTO conversations (id, title, started, touched) VALUES (?, ?, ?, ?)",
                (name, title, asked.when, asked.when),
            )
            _find_by(db, name, TITLE, folded(title))
            return name, asked.add_to(db, name)

    def ask(self, conversation: str, question: str, understood: str = "") -> int:
        """Keep the next question of a conversation, before its answer is made.

        Args:
            conversation: its id.
            question: as it was asked.
            understood: the stand-alone question as the reader wrote it; empty to leave it to
                whoever answers.

        Returns:
            The turn's id.

        Raises:
            ConversationsUnavailable: it cannot be kept, or the conversation was deleted.
        """
        asked = _Asked(_storable(question), _storable(understood), self._clock())
        with self._file.writing() as db:
            turn = asked.add_to(db, conversation)
            db.execute(
                "UPDATE conversations SET touched = ? WHERE id = ?", (asked.when, conversation)
            )
            return turn

    def keep_partial(self, turn: int, text: str) -> None:
        """Keep what has been said so far."""
        text = _storable(text)
        with self._file.writing() as db:
            db.execute("UPDATE turns SET partial = ? WHERE id = ?", (text, turn))
            _index(db, turn, said=text)

    def answer(
        self, turn: int, record: Mapping[str, Any], settings: Mapping[str, Any] | None = None
    ) -> None:
        """Keep a finished answer, and what it was made with."""
        kept = _storable(json.dumps(record, ensure_ascii=False))
        made_with = None if settings is None else json.dumps(settings)
        understood, said = map(_storable, said_in(record))
        with self._file.writing() as db:
            db.execute(
                "UPDATE turns SET record = ?, settings = ?, partial = '' WHERE id = ?",
                (kept, made_with, turn),
            )
            _index(db, turn, understood, said)

    def rename(self, conversation: str, name: str) -> None:
        """Call a conversation something; by its first question again where ``name`` is empty."""
        name = one_line(_storable(name))
        with self._file.writing() as db:
            found = db.execute("SELECT title FROM conversations WHERE id = ?", (conversation,))
            for (title,) in found.fetchall():
                db.execute("UPDATE conversations SET name = ? WHERE id = ?", (name, conversation))
                _find_by(db, conversation, TITLE, turn_words(title, name, ""))

    def rate(self, turn: int, verdict: Thumb, comment: str = "") -> None:
        """Keep what the reader thinks of an answer, in place of what they thought before.

        Raises:
            ConversationsUnavailable: it cannot be kept, or the answer was deleted.
        """
        comment = _storable(comment).strip()
        with self._file.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO feedback (turn, verdict, comment, given) "
                "VALUES (?, ?, ?, ?)",
                (turn, verdict, comment, self._clock()),
            )
            _find_by(db, _conversation_of(db, turn), comment_part(turn), folded(comment))

    def unrate(self, turn: int) -> None:
        """Forget what the reader thought of an answer."""
        with self._file.writing() as db:
            db.execute("DELETE FROM feedback WHERE turn = ?", (turn,))
            db.execute("DELETE FROM words WHERE part = ?", (comment_part(turn),))

    def turns(self, conversation: str) -> list[Turn]:
        """The turns of a conversation in order; none where it is unknown."""
        rows = self._file.rows(
            "SELECT id, question, asked, record, partial, understood, settings, verdict, comment, "
            "given FROM turns LEFT JOIN feedback ON feedback.turn = turns.id "
            "WHERE conversation = ? ORDER BY id",
            conversation,
        )
        return [_turn(row) for row in rows]

    def conversation(self, name: str) -> Conversation | None:
        """The conversation of that id, or None."""
        rows = self._file.rows(
            "SELECT id, title, started, touched, name FROM conversations WHERE id = ?", name
        )
        return Conversation(*rows[0]) if rows else None

    def conversations(self, words: str = "", limit: int | None = None) -> list[Conversation]:
        """The conversations that hold every one of the words, the one last asked in first.

        A word is held where it stands in a title, a question, an answer or a comment, in any
        case, with or without accents, also inside another word.

        Args:
            words: what to look for; empty for all conversations.
            limit: at most so many; None for all of them.
        """
        found = self._with_words(words)
        rows = self._file.rows(
            "SELECT c.id, c.title, c.started, c.touched, c.name FROM conversations AS c "
            "JOIN turns ON turns.conversation = c.id GROUP BY c.id "
            "ORDER BY c.touched DESC, MAX(turns.id) DESC LIMIT ?",
            NO_LIMIT if limit is None or found is not None else limit,
        )
        kept = [Conversation(*row) for row in rows if found is None or row[0] in found]
        return kept[:limit]

    def _with_words(self, words: str) -> set[str] | None:
        """The ids of the conversations that hold them all; None where nothing is looked for."""
        if not (looked_for := wanted(words)):
            return None
        first, *others = looked_for
        if not others:
            return {row[0] for row in self._file.rows(_HAVING, first)}
        texts: dict[str, list[str]] = {}
        query = f"SELECT conversation, text FROM words WHERE conversation IN ({_HAVING})"  # noqa: S608 (no value)
        for conversation, text in self._file.rows(query, first):
            texts.setdefault(conversation, []).append(text)
        return {
            name
            for name, parts in texts.items()
            if all(any(word in part for part in parts) for word in others)
        }

    def ratings(self) -> dict[Thumb, int]:
        """How many answers were rated, by verdict; both are there."""
        rows = self._file.rows("SELECT verdict, COUNT(*) FROM feedback GROUP BY verdict")
        return dict.fromkeys(THUMBS, 0) | dict(rows)

    def delete(self, conversation: str) -> None:
        """Forget a conversation for good."""
        with self._file.writing() as db:
            db.execute("DELETE FROM conversations WHERE id = ?", (conversation,))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as it becomes a row."""

    question: str
    understood: str
    when: str

    def add_to(self, db: sqlite3.Connection, conversation: str) -> int:
        turn = db.execute(
            "INSERT INTO turns (conversation, question, asked, understood) VALUES (?, ?, ?, ?)",
            (conversation, self.question, self.when, self.understood),
        ).lastrowid
        assert turn is not None  # noqa: S101 (an INSERT sets it)
        words = turn_words(self.question, self.understood, "")
        _find_by(db, conversation, turn_part(turn), words)
        return turn


def _find_by(db: sqlite3.Connection, conversation: str, part: str, words: str) -> None:
    db.execute("INSERT OR REPLACE INTO words VALUES (?, ?, ?)", (conversation, part, words))


def _conversation_of(db: sqlite3.Connection, turn: int) -> str:
    found = db.execute("SELECT conversation FROM turns WHERE id = ?", (turn,)).fetchone()
    return str(found[0])


def _index(db: sqlite3.Connection, turn: int, understood: str = "", said: str = "") -> None:
    rows = db.execute(
        "SELECT conversation, question, understood FROM turns WHERE id = ?", (turn,)
    ).fetchall()
    for conversation, question, edited in rows:
        words = turn_words(question, edited or understood, said)
        _find_by(db, conversation, turn_part(turn), words)


def _turn(row: tuple[Any, ...]) -> Turn:
    turn, question, asked, record, partial, understood, settings, *rated = row
    return Turn(
        turn,
        question,
        asked,
        json.loads(record) if record else None,
        partial,
        understood,
        json.loads(settings) if settings else None,
        Feedback(*rated) if rated[0] else None,
    )


def _storable(text: str) -> str:
    """A text without halves of characters, which scripts may send and no file can hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

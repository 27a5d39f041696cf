"""Conversations as JSON that programs read: format "conversation", version 1.

Enters: conversations and turns as ``qa_app.history`` keeps them. Leaves: dictionaries, and text
that ``json.loads`` reads. Deliberately knows nothing of files and pages.

One conversation is one object; many are JSON Lines, one such object a line::

    {"format": "conversation", "version": 1, "exported": WHEN,
     "id": …, "title": …, "first_question": …, "started": WHEN, "touched": WHEN,
     "turns": [TURN, …]}

    TURN  the answer as ``ask --json`` prints it, less its id, and in any case:
      question, asked       as it was asked, and when
      understood, edited    as a question that stands alone; whether the reader wrote that
      finished, partial     whether there is an answer; if not, what was said of it
      status                "answered", "not_found", or null where it is not finished
      answer, sentences, citations
                            the text; its sentences with the numbers of their citations; these,
                            each with path, start, end and quote,
                            and the copies: other articles that have the same words
      model                 what asking a language model came to; null where none was asked
      settings              what it was made with (made_with.py); null where that was not kept
      feedback              {"verdict": "up" or "down", "comment": …, "given": WHEN}, or null

Every WHEN is UTC, ``YYYY-MM-DDTHH:MM:SS+00:00``. A later version may add keys; it gets another
number where one of these changes its meaning or goes away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from qa_app.history import ConversationStore
from qa_app.turns import Conversation, Turn

FORMAT = "conversation"
VERSION = 1
# What a turn has in any case, in this order; an answer's other keys come after them.
_UNSAID: Mapping[str, Any] = {
    "status": None,
    "answer": "",
    "sentences": [],
    "citations": [],
    "model": None,
}

# JSON lets them be, and many readers of lines end a line at them.
_LINE_ENDS = {ord(each): f"\\u{ord(each):04x}" for each in "\x85\u2028\u2029"}


def conversation_record(
    conversation: Conversation, turns: Iterable[Turn], exported: str
) -> dict[str, Any]:
    """One conversation as the format has it.

    Args:
        conversation: which.
        turns: its turns, in order.
        exported: when this is made.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "exported": exported,
        "id": conversation.id,
        "title": conversation.title,
        "first_question": conversation.question,
        "started": conversation.started,
        "touched": conversation.touched,
        "turns": [turn_record(turn) for turn in turns],
    }


def turn_record(turn: Turn) -> dict[str, Any]:
    """One question with all that is kept of it."""
    answer = {key: value for key, value in (turn.record or {}).items() if key != "id"}
    known = {
        "question": turn.question,
        "asked": turn.asked,
        "understood": turn.understood or answer.get("understood") or "",
        "edited": bool(turn.understood),
        "finished": turn.record is not None,
        "partial": turn.partial,
    }
    kept = {
        "settings": turn.settings,
        "feedback": asdict(turn.feedback) if turn.feedback else None,
    }
    return {**known, **_UNSAID, **answer, **known, **kept}


def conversation_json(conversation: Conversation, turns: Iterable[Turn], exported: str) -> str:
    """One conversation as a JSON document that people can read too."""
    record = conversation_record(conversation, turns, exported)
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def conversation_lines(store: ConversationStore, exported: str) -> Iterator[str]:
    """All conversations as JSON Lines, the one last asked in first.

    Raises:
        ConversationsUnavailable: they cannot be read.
    """
    return json_lines(
        conversation_record(each, turns, exported) for each, turns in with_turns(store)
    )


def with_turns(store: ConversationStore) -> Iterator[tuple[Conversation, Sequence[Turn]]]:
    """Every conversation with its turns, read one after the other."""
    for each in store.conversations():
        turns = store.turns(each.id)
        # Another page may have deleted it meanwhile.
        if turns:
            yield each, turns


def json_lines(records: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line a record, its end included; nothing else in it ends a line for any reader."""
    for record in records:
        yield json.dumps(record, ensure_ascii=False).translate(_LINE_ENDS) + "\n"

"""What can be saved as a file: a conversation, all of them, rated answers as cases.

Enters: the conversations. Leaves: buttons, and files made when one is pressed. Deliberately knows
nothing of how these files are written (``export.py``, ``export_json.py``, ``feedback_cases.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import streamlit as st

from qa_app.export import conversation_markdown
from qa_app.export_json import conversation_json, conversation_lines, json_lines, with_turns
from qa_app.feedback_cases import cases_from, cases_to_complete
from qa_app.history import ConversationStore, utc_now
from qa_app.turns import Turn
from qa_app.ui.view import plural

LINES = "application/jsonl"
Cases = Callable[[Iterable[Sequence[Turn]]], Iterator[dict[str, Any]]]


def draw_saving(store: ConversationStore, conversation: str) -> None:
    """Offer a conversation with its sources as a file."""

    def markdown() -> str:
        kept = store.conversation(conversation)
        name = kept.name if kept else ""
        return conversation_markdown(store.turns(conversation), made=utc_now(), name=name)

    def document() -> str:
        kept = store.conversation(conversation)
        return conversation_json(kept, store.turns(conversation), utc_now()) if kept else ""

    with st.container(key="conversation-end", horizontal=True):
        _file(
            "Save this conversation",
            markdown,
            "conversation.md",
            "text/markdown",
            "Questions, answers and every source with its place, as a Markdown file",
        )
        _file(
            "Save as JSON",
            document,
            "conversation.json",
            "application/json",
            "The same with settings and feedback, for programs",
        )


def draw_saving_all(store: ConversationStore) -> None:
    """Offer all conversations as a file, and what was rated as evaluation cases."""
    with st.container(key="saving-all"):
        _file(
            "Save all conversations",
            lambda: "".join(conversation_lines(store, utc_now())),
            "conversations.jsonl",
            LINES,
            "Every conversation with its answers, sources and feedback, as JSON Lines",
        )
        ratings = store.ratings()
        if ratings["up"]:
            _file(
                "Save good answers as cases",
                lambda: _cases(store, cases_from),
                "good.jsonl",
                LINES,
                f"{plural(ratings['up'], 'answer')} rated good as evaluation cases, the citations "
                "as evidence, as JSON Lines",
            )
        if ratings["down"]:
            _file(
                "Save poor answers as drafts",
                lambda: _cases(store, cases_to_complete),
                "poor.jsonl",
                LINES,
                f"{plural(ratings['down'], 'answer')} rated poor, with the comments: evaluation "
                "cases once somebody has said what would be right, as JSON Lines",
            )


def _cases(store: ConversationStore, made: Cases) -> str:
    return "".join(json_lines(made(turns for _, turns in with_turns(store))))


def _file(label: str, make: Callable[[], str], name: str, mime: str, about: str) -> None:
    # Made when it is asked for: drawing the page must not wait for what nobody may want.
    st.download_button(
        label,
        data=make,
        file_name=name,
        mime=mime,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"save-{name}",
        help=about,
    )

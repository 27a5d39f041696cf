"""The earlier conversations in the sidebar: found, opened, renamed, deleted, saved.

Enters: the conversations' file, what the reader types and chooses. Leaves: elements, and changes
kept in the file. Deliberately shows no answers.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

import streamlit as st

from embeddings.errors import CitedQAError
from qa_app.turns import Conversation
from qa_app.ui import components, manage
from qa_app.ui.listing import page_of
from qa_app.ui.saving import draw_saving_all
from qa_app.ui.shared import Shared
from qa_app.ui.state import Page
from qa_app.wording import cut, one_line, spoken_date

TITLE_CHARACTERS = 90


def draw_conversations(shared: Shared, page: Page) -> None:
    """Draw all of it."""
    try:
        _draw(shared, page)
    except CitedQAError as exc:
        components.message("error", "No conversations", str(exc), key="conversations-error")


def _draw(shared: Shared, page: Page) -> None:
    store = shared.conversations
    words = str(st.session_state.get("find-conversation") or "")
    found = store.conversations(words)
    if not found and not words:
        st.caption("None yet.")
        return
    st.text_input(
        "Find a conversation",
        key="find-conversation",
        placeholder="Words of questions, answers…",
        on_change=partial(setattr, page, "conversations_page", 1),
    )
    shown, page.conversations_page, pages = page_of(found, page.conversations_page)
    components.rows(
        [_item(each, current=each.id == page.conversation) for each in shown],
        "earlier",
        partial(_act, shared, page),
        partial(_write, shared, page),
        main="open",
        label="Earlier conversations",
        empty="No conversation has these words.",
        pager={"page": page.conversations_page, "pages": pages} if pages > 1 else None,
    )
    draw_saving_all(store)


def _item(conversation: Conversation, *, current: bool) -> dict[str, Any]:
    title = cut(conversation.title, TITLE_CHARACTERS)
    field = {
        "label": f"Name of the conversation: {title}",
        "value": one_line(conversation.title),
        "save": "Rename",
    }
    return {
        "id": conversation.id,
        "title": title,
        "label": f"Open conversation: {title}",
        "detail": local_time(conversation.touched),
        "current": current,
        "below": True,
        "actions": [
            {"name": "rename", "text": "Rename", "field": field},
            {"name": "delete", "text": "Delete", "sure": "Really delete?"},
        ],
    }


def _act(shared: Shared, page: Page, action: str, which: str) -> None:
    if action == "open":
        page.turn_to(which)
    elif action == "delete":
        manage.guarded(page, partial(shared.conversations.delete, which))
        if page.conversation == which:
            page.turn_to(None)
    elif action == "page" and which.isdecimal():
        page.conversations_page = int(which)


def _write(shared: Shared, page: Page, action: str, which: str, text: str) -> None:
    if action == "rename":
        manage.guarded(page, partial(shared.conversations.rename, which, text))


def local_time(moment: str) -> str:
    """A kept time as the server's clock shows it, "5 March 2020, 12:30"."""
    try:
        when = datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone()
    except ValueError:
        return moment
    return f"{spoken_date(when.date().isoformat())}, {when:%H:%M}"

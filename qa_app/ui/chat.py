"""The conversation on the page: its turns, what is thought of them, what to ask first.

Enters: turns from the conversation's file, what the reader asks and chooses. Leaves: elements on
the page, questions and feedback kept in the file. Deliberately decides nothing about answers, and
makes none (``streaming.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from embeddings.errors import CitedQAError
from embeddings.schema import Filters
from qa_app.turns import Turn
from qa_app.ui import components, streaming
from qa_app.ui.shared import Listing, Opened, Shared
from qa_app.ui.state import Page, clear_filters
from qa_app.ui.view import answer_view, chosen, rating_of, understood_view
from qa_app.wording import spoken_date

OWN_WORDS = "Answers are made of the articles’ own words."
BY_A_MODEL = (
    "Answers are written by a language model, and each statement is checked against the articles."
)
ABOUT = (
    "Every sentence is followed by the number of its source: choose it to read the words where "
    "they stand. What the articles do not say is not answered."
)
READER = ":material/person:"
ARTICLES = ":material/newspaper:"


def keep_question(shared: Shared, page: Page, question: str, understood: str = "") -> bool:
    """Keep a question, before anything else is done with it, and let it wait for its answer.

    Args:
        shared: where it is kept.
        page: the page it was asked on.
        question: as it was asked.
        understood: the stand-alone question as the reader wrote it, if they did.

    Returns:
        Whether it waits now: an empty one does not, nor one that could not be kept.
    """
    question = question.strip()
    if not question:
        return False
    try:
        known = page.conversation and shared.conversations.turns(page.conversation)
        if page.conversation and known:
            turn = shared.conversations.ask(page.conversation, question, understood)
        else:
            conversation, turn = shared.conversations.begin(question, understood)
            page.turn_to(conversation)
    except CitedQAError as exc:
        page.lost = (question, str(exc))
        return False
    page.lost = None
    page.pending = turn
    return True


def draw_turns(turns: Sequence[Turn], shared: Shared, page: Page, listing: Listing) -> None:
    """Draw what was asked and answered; the turn that waits for its answer comes after."""
    for turn in turns:
        if turn.id != page.pending:
            draw_question(turn)
            with st.chat_message("assistant", avatar=ARTICLES), st.container():
                if turn.record is not None:
                    _draw_answer(turn, turn.record, shared, page, listing)
                else:
                    _draw_unfinished(turn, shared, page)


def draw_question(turn: Turn) -> None:
    """Draw a question, as plain text."""
    with st.chat_message("user", avatar=READER):
        st.text(turn.question)


def _draw_answer(
    turn: Turn, record: Mapping[str, Any], shared: Shared, page: Page, listing: Listing
) -> None:
    def opened(key: str) -> None:
        source = chosen(record, key)
        if source is not None:
            page.open(source["article"], source, turn.id, key)

    place = page.place
    active = place.key if place is not None and place.turn == turn.id else None
    view = answer_view(turn, record, listing.labels, active, turn.id == page.fresh)
    components.answer(
        view,
        f"answer-{turn.id}",
        opened,
        partial(rate, shared, page, turn),
        partial(ask_as, shared, page, turn),
    )
    unkept = page.unkept.get(turn.id)
    if unkept:
        components.message("error", "This was not kept", unkept, key=f"unkept-{turn.id}")


def rate(shared: Shared, page: Page, turn: Turn, verdict: object, comment: object) -> None:
    """Keep what the reader thinks of an answer; None as verdict takes it back."""
    page.unkept.pop(turn.id, None)
    rating = rating_of(verdict, comment)
    try:
        if rating is None:
            shared.conversations.unrate(turn.id)
        else:
            shared.conversations.rate(turn.id, rating.verdict, rating.comment)
    except CitedQAError as exc:
        page.unkept[turn.id] = str(exc)


def ask_as(shared: Shared, page: Page, turn: Turn, understood: str) -> None:
    """Ask a question again, to be understood as the reader wrote."""
    if understood.strip():
        keep_question(shared, page, turn.question, understood.strip())


def _draw_unfinished(turn: Turn, shared: Shared, page: Page) -> None:
    _draw_understood(turn)
    if turn.partial:
        with st.container(key=f"streaming-{turn.id}"):
            st.text(turn.partial)
    if shared.answers(turn.id):
        streaming.draw_elsewhere(shared, turn)
        return
    failure = page.failures.get(turn.id)
    if failure:
        components.message("error", "This could not be answered", failure, key=f"fail-{turn.id}")
    else:
        components.message(
            "info", "This answer was not finished", "The question is kept.", key=f"fail-{turn.id}"
        )
    st.button(
        "Ask again",
        key=f"again-{turn.id}",
        icon=":material/refresh:",
        on_click=partial(_again, shared, page, turn.id),
    )


def _draw_understood(turn: Turn) -> None:
    view = understood_view(turn.understood_as, edited=bool(turn.understood))
    if view is not None:
        components.understood(view, key=f"understood-{turn.id}")


def _again(shared: Shared, page: Page, turn: int) -> None:
    # What nobody watched to its end may lie there yet, with the error that ended it.
    shared.made(turn)
    page.failures.pop(turn, None)
    page.pending = turn


def answer_pending(
    shared: Shared, opened: Opened, page: Page, turns: Sequence[Turn], limits: Filters
) -> None:
    """Make the answer that is waited for, and draw the page anew with it."""
    turn = next((each for each in turns if each.id == page.pending), None)
    if turn is None:
        page.pending = None
        return
    if turn.record is not None:
        # Finished while the page was drawn anew.
        page.pending, page.fresh = None, turn.id
        shared.made(turn.id)
        st.rerun()
    draw_question(turn)
    with st.chat_message("assistant", avatar=ARTICLES), st.container(key=f"streaming-{turn.id}"):
        components.arrive(f"arrive-{turn.id}")
        _draw_understood(turn)
        streaming.answer(shared, opened, page, streaming.asking(turns, turn, limits))
    st.rerun()


def draw_welcome(page: Page, shared: Shared, listing: Listing) -> None:
    """What an empty conversation begins with: what this is, and questions to try."""
    if page.conversation:
        components.message(
            "info",
            "This conversation is not here",
            "It was deleted, or the address is not complete. Asking a question begins a new one.",
            key="no-conversation",
        )
    with st.container(key="masthead"):
        st.title("Ask the articles", anchor=False)
        st.markdown(f"{OWN_WORDS if page.model is None else BY_A_MODEL} {ABOUT}")
    if not listing.rows:
        components.message(
            "info",
            "There are no articles yet",
            "Add some under “Add articles” in the sidebar, then ask about them.",
            key="no-articles",
        )
        return
    if not listing.examples:
        return
    items = [{"id": str(n), "title": text} for n, text in enumerate(listing.examples)]

    def ask(_: str, which: str) -> None:
        if which.isdecimal() and int(which) < len(listing.examples):
            keep_question(shared, page, listing.examples[int(which)])

    components.rows(
        items, "examples", ask, variant="choices", main="ask", label="Questions to begin with"
    )


def draw_limits(limits: Filters) -> None:
    """Say what the search is limited to, where one asks."""
    if not limits:
        return
    parts = [", ".join(limits.publisher)] if limits.publisher else []
    if limits.after:
        parts.append(f"from {spoken_date(limits.after.isoformat())}")
    if limits.before:
        parts.append(f"to {spoken_date(limits.before.isoformat())}")
    with st.container(horizontal=True, vertical_alignment="center", key="limits"):
        st.text("Only searching: " + " · ".join(parts), width="stretch")
        st.button("Search everything", on_click=clear_filters, key="clear-filters")


def draw_lost(page: Page) -> None:
    """Show a question that could not be kept, so that it can be asked again."""
    if page.lost is not None:
        question, why = page.lost
        components.message("error", "The question was not asked", why, key="lost", items=[question])

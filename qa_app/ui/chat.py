"""The conversation on the page: its turns, an answer as it is made, what to ask first.

Enters: turns from the conversation's file, events from the assistant. Leaves: elements on the
page, and turns kept in the file. Deliberately decides nothing about answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from embeddings.errors import CitedQAError
from embeddings.schema import Filters
from qa_app.events import Done, Said, Stage
from qa_app.export import conversation_markdown
from qa_app.history import Turn, utc_now
from qa_app.ui import components
from qa_app.ui.shared import Listing, Opened, Shared
from qa_app.ui.state import Page, clear_filters
from qa_app.ui.view import answer_view, chosen
from qa_app.wording import spoken_date

READER = ":material/person:"
ARTICLES = ":material/newspaper:"


def keep_question(shared: Shared, page: Page, question: str) -> bool:
    """Keep a question, before anything else is done with it, and let it wait for its answer.

    Returns:
        Whether it waits now: an empty one does not, nor one that could not be kept.
    """
    question = question.strip()
    if not question:
        return False
    try:
        known = page.conversation and shared.conversations.turns(page.conversation)
        if page.conversation and known:
            turn = shared.conversations.ask(page.conversation, question)
        else:
            conversation, turn = shared.conversations.begin(question)
            page.turn_to(conversation)
    except CitedQAError as exc:
        page.lost = (question, str(exc))
        return False
    page.lost = None
    page.pending = turn
    return True


def draw_turns(turns: Sequence[Turn], page: Page, listing: Listing) -> None:
    """Draw what was asked and answered; the turn that waits for its answer comes after."""
    for turn in turns:
        if turn.id != page.pending:
            draw_question(turn)
            with st.chat_message("assistant", avatar=ARTICLES), st.container():
                _draw_outcome(turn, page, listing)


def draw_question(turn: Turn) -> None:
    """Draw a question, as plain text."""
    with st.chat_message("user", avatar=READER):
        st.text(turn.question)


def _draw_outcome(turn: Turn, page: Page, listing: Listing) -> None:
    record = turn.record
    if record is not None:

        def opened(key: str) -> None:
            source = chosen(record, key)
            if source is not None:
                page.open(source["article"], source, turn.id, key)

        place = page.place
        active = place.key if place is not None and place.turn == turn.id else None
        view = answer_view(record, listing.labels, active, turn.id == page.fresh)
        components.answer(view, f"answer-{turn.id}", opened)
        return
    if turn.partial:
        with st.container(key=f"streaming-{turn.id}"):
            st.text(turn.partial)
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
        on_click=partial(_again, page, turn.id),
    )


def _again(page: Page, turn: int) -> None:
    page.failures.pop(turn, None)
    page.pending = turn


def answer_pending(
    shared: Shared, opened: Opened, page: Page, turns: Sequence[Turn], limits: Filters
) -> None:
    """Make the answer that is waited for, draw it as it grows, and keep it."""
    turn = next((each for each in turns if each.id == page.pending), None)
    if turn is None:
        page.pending = None
        return
    draw_question(turn)
    earlier = tuple(each.question for each in turns if each.id < turn.id)
    with st.chat_message("assistant", avatar=ARTICLES), st.container(key=f"streaming-{turn.id}"):
        components.arrive(f"arrive-{turn.id}")
        try:
            _stream(shared, opened, turn, earlier, limits)
        except StopException:
            # Stopped by the reader: what was said is kept, and nothing begins by itself.
            page.pending = None
            raise
        except CitedQAError as exc:
            page.failures[turn.id] = str(exc)
        except Exception:
            # A defect: it is shown as one, and not run into again at every choice on the page.
            page.pending = None
            raise
    page.pending, page.fresh = None, turn.id
    st.rerun()


def _stream(
    shared: Shared, opened: Opened, turn: Turn, earlier: tuple[str, ...], limits: Filters
) -> None:
    stage, words = st.empty(), st.empty()
    stage.caption("Searching the articles…")
    said: list[str] = []
    for event in opened.assistant.stream(turn.question, earlier, limits or None):
        match event:
            case Stage(name):
                with stage:
                    st.text(f"{name}…")
            case Said(sentence):
                said.append(sentence.text)
                shared.conversations.keep_partial(turn.id, " ".join(said))
                words.text(" ".join(said))
            case Done(answer):
                shared.conversations.answer(turn.id, answer.record())


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
        st.markdown(
            "Answers are made of the articles’ own words. Every sentence is followed by the "
            "number of its source: choose it to read the words where they stand. What the "
            "articles do not say is not answered."
        )
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


def draw_export(turns: Sequence[Turn]) -> None:
    """Offer the conversation with its sources as a file."""
    with st.container(key="conversation-end"):
        st.download_button(
            "Save this conversation",
            data=conversation_markdown(turns, made=utc_now()),
            file_name="conversation.md",
            mime="text/markdown",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key="export",
            help="Questions, answers and every source with its place, as a Markdown file",
        )

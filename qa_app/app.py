"""The chat page: ``streamlit run qa_app/app.py``.

Enters: a reader's questions and choices. Leaves: a page. It draws what the assistant answers and
the collection holds, and deliberately decides nothing itself.
"""

from __future__ import annotations

import streamlit as st

from embeddings.errors import ArticleNotFound, CitedQAError, SettingsInvalid
from qa_app.settings import read_settings
from qa_app.turns import Turn
from qa_app.ui import chat, components, manage, models, saving
from qa_app.ui.shared import Listing, Opened, Shared
from qa_app.ui.sidebar import Scene, draw_sidebar
from qa_app.ui.state import Page, filters, page
from qa_app.ui.view import article_view, gone_view


@st.cache_resource(show_spinner=False)
def shared_parts() -> Shared:
    """What all pages of this server share."""
    return Shared(read_settings())


def main() -> None:
    """Draw the page once; Streamlit calls this after every choice."""
    st.set_page_config("Ask the articles", components.ICON, layout="centered")
    components.style_page()
    try:
        shared = shared_parts()
    except SettingsInvalid as exc:
        components.message("error", "The page cannot start", str(exc), key="settings")
        st.stop()
    opened = _open(shared)
    if opened is None:
        st.stop()
    try:
        _draw(shared, opened, page())
    except CitedQAError as exc:
        components.message("error", "The articles cannot be shown", str(exc), key="broken")


def _open(shared: Shared) -> Opened | None:
    """Wait for the collection; the first time, that is as long as indexing takes."""
    job = shared.opening
    place = st.empty()
    if not job.done:
        with place.container(key="opening"):
            manage.watch(job, "Getting the articles ready")
    place.empty()
    try:
        return job.result()
    except CitedQAError as exc:
        components.message("error", "The articles cannot be opened", str(exc), key="not-opened")
        st.button("Try again", on_click=shared.open_again, icon=":material/refresh:")
        return None


def _draw(shared: Shared, opened: Opened, here: Page) -> None:
    models.begin(shared, here)
    status = opened.collection.status()
    listing = shared.listing(status.generation)
    turns = shared.conversations.turns(here.conversation) if here.conversation else []
    with st.container(key="viewer"):
        components.viewer(_viewed(opened, here), "article-viewer", here.close)
    draw_sidebar(Scene(shared, opened, here, status, listing))
    if shared.conversations.problem:
        components.message(
            "warning", "About your conversations", shared.conversations.problem, key="store-problem"
        )
    _draw_chat(shared, opened, here, turns, listing)
    manage.finish_job(here)


def _draw_chat(
    shared: Shared, opened: Opened, here: Page, turns: list[Turn], listing: Listing
) -> None:
    limits = filters()
    welcome = st.empty()
    if not turns:
        with welcome.container():
            chat.draw_welcome(here, shared, listing)
    chat.draw_turns(turns, shared, here, listing)
    waiting = st.container()
    chat.draw_lost(here)
    # Inside a container Streamlit leaves it in its place; page.css says why.
    with st.container(key="asking"):
        chat.draw_limits(limits)
        question = st.chat_input("Ask a question about the articles", submit_mode="stop", key="ask")
    if question and chat.keep_question(shared, here, str(question)):
        # Answered in this very run: only as long as that lasts does the input offer to stop it.
        welcome.empty()
        turns = shared.conversations.turns(here.conversation or "")
    elif question:
        st.rerun()
    with waiting:
        if here.pending is not None:
            chat.answer_pending(shared, opened, here, turns, limits)
        elif turns and here.conversation:
            saving.draw_saving(shared.conversations, here.conversation)


def _viewed(opened: Opened, here: Page) -> dict[str, object] | None:
    """The open article as the viewer shows it, or None."""
    place = here.place
    if place is None:
        return None
    try:
        view = article_view(opened.collection.article(place.article), place.source)
    except ArticleNotFound:
        view = gone_view(place.source or {})
    return {**view, "count": place.count}


main()

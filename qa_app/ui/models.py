"""The choice of who writes the answers: the articles' own sentences, or a language model.

Enters: what the reader picks in the sidebar. Leaves: the page's ``ModelChoice``, and the assistant
for it. Keys are looked up in the environment and in Streamlit's secrets; they are never asked for
on the page, shown or kept.
"""

from __future__ import annotations

import os

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from embeddings.errors import CitedQAError
from qa_app.assistant import Assistant
from qa_app.llm.providers import PROVIDERS, ModelChoice, choice_from, is_installed
from qa_app.ui import components
from qa_app.ui.shared import Opened, Shared
from qa_app.ui.state import Page

NONE = "none"
OWN = "The articles’ own sentences"
NAME_CHARACTERS = 300
# Where the question goes is the reader's to know; these are servers of their own choosing.
AT_AN_ADDRESS = frozenset(("ollama", "compatible"))
PROVIDER, NAME, ADDRESS = "model-provider", "model-name", "model-address"


def key_named(name: str) -> str | None:
    """A provider's key: from the environment, or else from Streamlit's secrets."""
    try:
        value = os.environ.get(name) or st.secrets.get(name)
    except (StreamlitSecretNotFoundError, OSError):
        return None
    return value if isinstance(value, str) else None


def assistant_for(shared: Shared, opened: Opened, page: Page) -> Assistant:
    """Who answers on this page; the articles' own sentences where the choice cannot be used."""
    try:
        return shared.assistant(opened, page.model, key_named)
    except CitedQAError as exc:
        page.model_problem = str(exc)
        return opened.assistant


def begin(shared: Shared, page: Page) -> None:
    """Let a new page begin with the model that the settings name, if they do."""
    if page.model_begun:
        return
    try:
        page.choose(choice_from(shared.settings.model, shared.settings.model_url))
    except CitedQAError as exc:
        page.choose(None, str(exc))


def draw_models(shared: Shared, opened: Opened, page: Page) -> None:
    """Draw the choice, and what is wrong with it."""
    labels = {NONE: OWN} | {
        name: each.title + ("" if is_installed(each) else " (not installed)")
        for name, each in PROVIDERS.items()
    }
    names, chosen = list(labels), page.model
    provider = st.selectbox(
        "Answers are written by",
        names,
        index=names.index(chosen.provider) if chosen else 0,
        format_func=lambda name: labels[name],
        key=PROVIDER,
    )
    if provider != NONE:
        same = chosen if chosen and chosen.provider == provider else ModelChoice(provider, "")
        _draw_model(shared, opened, page, same)
    elif page.model is not None:
        page.choose(None)
    if page.model_problem:
        components.message(
            "warning", "This model cannot be asked", page.model_problem, key="model-problem"
        )


def _draw_model(shared: Shared, opened: Opened, page: Page, begun: ModelChoice) -> None:
    provider, known = begun.provider, PROVIDERS[begun.provider]
    name = st.text_input(
        "Model",
        value=begun.model,
        placeholder=known.example,
        max_chars=NAME_CHARACTERS,
        key=f"{NAME}-{provider}",
    )
    own = provider == "compatible"
    address = st.text_input(
        "Address of its server" if own else "Address, if not the usual one",
        value=begun.url,
        placeholder="http://127.0.0.1:8000/v1" if own else "",
        max_chars=NAME_CHARACTERS,
        key=f"{ADDRESS}-{provider}",
    )
    try:
        page.choose(choice_from(f"{provider}:{name}", address) if name and name.strip() else None)
        shared.assistant(opened, page.model, key_named)
    except CitedQAError as exc:
        page.choose(None, str(exc))
    where = "its server" if provider in AT_AN_ADDRESS else known.title
    st.caption(
        f"The question and the passages found are sent to {where}. What it writes is checked here "
        "against the sentences that it names."
    )

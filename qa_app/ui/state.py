"""What one page remembers between its runs, under names that only this module knows.

Enters: choices made on the page. Leaves: the open conversation, the open article, the question
that waits for its answer, the filters. Deliberately holds no answers: those are in the
conversation's file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import streamlit as st

from embeddings.schema import Filters
from embeddings.sync_report import SyncReport
from qa_app.llm.providers import ModelChoice
from qa_app.ui.work import Job

PARAMETER = "conversation"
_STATE = "page"


@dataclass(slots=True)
class Place:
    """The article that is open; ``source`` is what was chosen, with its quote, if anything was."""

    article: str
    count: int
    source: Mapping[str, Any] | None = None
    turn: int | None = None
    key: str | None = None


@dataclass(slots=True)
class Page:
    """Everything a page remembers, besides what its widgets do."""

    conversation: str | None = None
    place: Place | None = None
    places: int = 0
    pending: int | None = None
    fresh: int | None = None
    failures: dict[int, str] = field(default_factory=dict)
    model: ModelChoice | None = None
    model_problem: str = ""
    model_begun: bool = False
    unkept: dict[int, str] = field(default_factory=dict)
    lost: tuple[str, str] | None = None
    job: Job[list[SyncReport]] | None = None
    said: tuple[str, str, str, list[str]] | None = None
    list_page: int = 1
    conversations_page: int = 1
    uploads: int = 0

    def open(
        self,
        article: str,
        source: Mapping[str, Any] | None = None,
        turn: int | None = None,
        key: str | None = None,
    ) -> None:
        """Open an article in the viewer, at the words of ``source``."""
        # Counted, so that choosing the same source again scrolls to its words again.
        self.places += 1
        self.place = Place(article, self.places, source, turn, key)

    def close(self) -> None:
        """Close the viewer."""
        self.place = None

    def choose(self, model: ModelChoice | None, problem: str = "") -> None:
        """Have answers written by this model, or by none; ``problem`` is what is wrong with it."""
        self.model, self.model_problem, self.model_begun = model, problem, True

    def turn_to(self, conversation: str | None) -> None:
        """Show another conversation, or an empty one for None; the address says which."""
        self.conversation = conversation
        self.place = None
        self.pending = None
        self.lost = None
        if conversation is None:
            st.query_params.pop(PARAMETER, None)
        else:
            st.query_params[PARAMETER] = conversation


def page() -> Page:
    """This page's memory; the first time, the address says which conversation is open."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = Page(conversation=st.query_params.get(PARAMETER))
    found: Page = st.session_state[_STATE]
    return found


def filters() -> Filters:
    """What the sidebar limits the search to."""
    return Filters(
        publisher=tuple(st.session_state.get("filter_publisher") or ()),
        after=_day("filter_after"),
        before=_day("filter_before"),
    )


def clear_filters() -> None:
    """Search everything again."""
    st.session_state["filter_publisher"] = []
    st.session_state["filter_after"] = None
    st.session_state["filter_before"] = None


def _day(key: str) -> date | None:
    value = st.session_state.get(key)
    return value if isinstance(value, date) else None

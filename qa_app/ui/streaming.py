"""One answer, from the question that waits for it to the record that is kept.

Enters: a turn, what was asked and answered before it, events from the assistant. Leaves: words on
the page as they come, and the turn's answer in the conversation's file. Deliberately decides
nothing about answers, and draws no finished one (``chat.py``).

What was said is kept sentence by sentence, so that an answer that is stopped is there as far as it
got. What is only written so far may still change, and is shown but not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from embeddings.errors import CitedQAError
from embeddings.schema import Filters
from qa_app.conversation import Exchange
from qa_app.events import Done, Event, Said, Stage, Withdrawn, Wrote
from qa_app.made_with import made_with
from qa_app.schema import Sentence
from qa_app.turns import Turn
from qa_app.ui.making import Making
from qa_app.ui.models import assistant_for
from qa_app.ui.shared import Opened, Shared
from qa_app.ui.state import Page
from qa_app.wording import support_note

LOOK_SECONDS = 1.0
# How long a page waits for more before it looks whether it was stopped.
TICK = 0.2


@dataclass(frozen=True, slots=True)
class Asking:
    """A turn that waits for its answer, what went before it, and what to limit the search to."""

    turn: Turn
    earlier: tuple[Exchange, ...]
    limits: Filters


def asking(turns: Sequence[Turn], turn: Turn, limits: Filters) -> Asking:
    """A turn with what was asked and answered before it, oldest first."""
    return Asking(turn, tuple(_exchange(each) for each in turns if each.id < turn.id), limits)


def _exchange(turn: Turn) -> Exchange:
    return Exchange(turn.question, (turn.record or {}).get("answer") or "", turn.understood_as)


def answer(shared: Shared, opened: Opened, page: Page, asked: Asking) -> None:
    """Make the answer to a turn, or go on watching it; draw it as it grows.

    An error is left in ``page.failures``; the turn does not wait any longer, however it ends,
    unless the page is drawn anew in the middle of it.
    """
    turn = asked.turn
    making = shared.making(turn.id, lambda: _begun(shared, opened, page, asked))
    try:
        _watch(making)
    except StopException:
        # Stopped by the reader (a choice is a rerun, config.toml sees to that): what was said is
        # kept, and nothing begins by itself.
        making.stop()
        shared.made(turn.id)
        page.pending = None
        raise
    except CitedQAError as exc:
        page.failures[turn.id] = str(exc)
    except Exception:
        # A defect: it is shown as one, and not run into again at every choice on the page.
        page.pending = None
        shared.made(turn.id)
        raise
    page.pending, page.fresh = None, turn.id
    shared.made(turn.id)


def _begun(shared: Shared, opened: Opened, page: Page, asked: Asking) -> Making:
    turn, assistant = asked.turn, assistant_for(shared, opened, page)
    events = assistant.stream(
        turn.question, asked.earlier, asked.limits or None, understood=turn.understood or None
    )
    said: list[str] = []

    def keep(event: Event) -> None:
        match event:
            case Withdrawn():
                said.clear()
                shared.conversations.keep_partial(turn.id, "")
            case Said(sentence) if sentence.supported:
                said.append(sentence.text)
                shared.conversations.keep_partial(turn.id, " ".join(said))
            case Done(made):
                settings = made_with(assistant.settings, asked.limits, assistant.name)
                shared.conversations.answer(turn.id, made.record(unsupported=True), settings)

    return Making(events, keep)


def _watch(making: Making) -> None:
    growing, seen, done = Growing(), 0, False
    growing.show(Stage("Searching the articles"))
    while not done:
        events, done = making.after(seen, TICK)
        for event in events:
            growing.show(event)
        seen += len(events)
        # Drawn also when nothing is new: drawing is where a page that is left or stopped ends.
        growing.draw()


class Growing:
    """The place on the page where an answer grows."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._stage, self._words = st.empty(), st.empty()
        self._doing = ""
        self._said: list[Sentence] = []
        self._written = ""

    def show(self, event: Event) -> None:
        """Take in what has happened; ``draw`` shows it."""
        match event:
            case Stage(name):
                self._doing = name
            case Wrote(text):
                self._written += text
            case Withdrawn():
                self._said.clear()
                self._written = ""
            case Said(sentence):
                before, found, after = self._written.partition(sentence.text)
                self._said.append(sentence)
                # It stands in place of the words that it became of.
                self._written = after if found and not before.strip() else ""

    def draw(self) -> None:
        """Draw it as it is now."""
        with self._stage:
            st.text(f"{self._doing}…")
        self._words.text(" ".join([*map(marked, self._said), self._written.strip()]).strip())


def marked(sentence: Sentence) -> str:
    """A sentence with the numbers of its sources, and what is to be said against it."""
    marks = "".join(f"[{number}]" for number in sentence.citations)
    note = support_note(sentence.support) if sentence.support else ""
    return f"{sentence.text} {marks}" + (f" ({note})" if note else "")


def draw_elsewhere(shared: Shared, turn: Turn) -> None:
    """Wait, beside everything else on the page, for an answer that another page makes."""

    @st.fragment(run_every=LOOK_SECONDS)
    def look() -> None:
        st.text("This is being answered on another page…")
        if not shared.answers(turn.id):
            st.rerun(scope="app")

    look()

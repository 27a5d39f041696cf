"""One answer, from the question that waits for it to the record that is kept.

Enters: a turn, what was asked and answered before it, events from the assistant. Leaves: words on
the page as they come, and the turn's answer in the conversation's file. Deliberately decides
nothing about answers, and draws no finished one (``chat.py``).

What was said is kept sentence by sentence, so that an answer that is stopped is there as far as it
got. What is only written so far may still change, and is shown but not kept.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import StopException

from embeddings.errors import CitedQAError
from embeddings.schema import Filters
from qa_app.assistant import Assistant
from qa_app.conversation import Exchange
from qa_app.events import Done, Event, Said, Stage, Waiting, Withdrawn, Wrote
from qa_app.made_with import made_with
from qa_app.schema import Sentence
from qa_app.turns import Turn
from qa_app.ui.models import assistant_for
from qa_app.ui.shared import Opened, Shared
from qa_app.ui.state import Page
from qa_app.wording import support_note

LOOK_SECONDS = 1.0


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
    """Make the answer to a turn, draw it as it grows, and keep it.

    An error is left in ``page.failures``; the turn does not wait any longer, however it ends,
    unless the page is drawn anew in the middle of it.
    """
    turn = asked.turn
    assistant = assistant_for(shared, opened, page)
    events = assistant.stream(
        turn.question, asked.earlier, asked.limits or None, understood=turn.understood or None
    )
    try:
        with _in_the_making(shared, turn):
            _follow(shared, assistant, asked, events)
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
    finally:
        if isinstance(events, Generator):
            # A model that nobody listens to any more is not left writing.
            events.close()
    page.pending, page.fresh = None, turn.id


def _follow(shared: Shared, assistant: Assistant, asked: Asking, events: Iterator[Event]) -> None:
    turn, growing = asked.turn.id, Growing()
    growing.stage("Searching the articles")
    for event in events:
        match event:
            case Stage(name):
                growing.stage(name)
            case Wrote(text):
                growing.write(text)
            case Waiting():
                growing.draw()
            case Withdrawn():
                growing.forget()
                shared.conversations.keep_partial(turn, "")
            case Said(sentence):
                growing.say(sentence)
                shared.conversations.keep_partial(turn, growing.said)
            case Done(made):
                settings = made_with(assistant.settings, asked.limits, assistant.name)
                shared.conversations.answer(turn, made.record(unsupported=True), settings)


class Growing:
    """The place on the page where an answer grows."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._stage, self._words = st.empty(), st.empty()
        self._doing = ""
        self._said: list[Sentence] = []
        self._written = ""

    @property
    def said(self) -> str:
        """The sentences that are complete and supported, as one text."""
        return " ".join(sentence.text for sentence in self._said if sentence.supported)

    def stage(self, name: str) -> None:
        """Say what is being done."""
        self._doing = name
        self.draw()

    def write(self, text: str) -> None:
        """Show words that may yet become a sentence."""
        self._written += text
        self.draw()

    def say(self, sentence: Sentence) -> None:
        """Show a sentence with its marks in place of the words that it became of."""
        before, found, after = self._written.partition(sentence.text)
        self._said.append(sentence)
        self._written = after if found and not before.strip() else ""
        self.draw()

    def forget(self) -> None:
        """Show none of what was said and written."""
        self._said.clear()
        self._written = ""
        self.draw()

    def draw(self) -> None:
        """Draw it as it is now; this is also where a page that is left or stopped ends."""
        with self._stage:
            st.text(f"{self._doing}…")
        self._words.text(" ".join([*map(marked, self._said), self._written.strip()]).strip())


def marked(sentence: Sentence) -> str:
    """A sentence with the numbers of its sources, and what is to be said against it."""
    marks = "".join(f"[{number}]" for number in sentence.citations)
    note = support_note(sentence.support) if sentence.support else ""
    return f"{sentence.text} {marks}" + (f" ({note})" if note else "")


@contextmanager
def _in_the_making(shared: Shared, turn: Turn) -> Iterator[None]:
    """Let the server's other pages know that somebody is at it."""
    shared.answering.add(turn.id)
    try:
        yield
    finally:
        shared.answering.discard(turn.id)


def draw_elsewhere(shared: Shared, turn: Turn) -> None:
    """Wait, beside everything else on the page, for an answer that another page makes."""

    @st.fragment(run_every=LOOK_SECONDS)
    def look() -> None:
        st.text("This is being answered on another page…")
        if turn.id not in shared.answering:
            st.rerun(scope="app")

    look()

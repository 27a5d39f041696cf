"""Asking a collection through a server: an assistant over it, and what its events come to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from embeddings.collection import Collection
from embeddings.similarity import SimilarityReader
from qa_app.assistant import Assistant
from qa_app.events import Done, Event, Said, Withdrawn, Wrote
from qa_app.schema import Answer
from qa_app.settings import Settings
from tests.language_models.scripted import ScriptedServer

QUESTION = "Which river flooded Lisbon?"
FLOODED = "The river flooded Lisbon on Sunday."
# The model as answers keep it, and as people are told of it.
MODEL, TITLE = "compatible:tiny", "tiny"


class Printed(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str


Run = Callable[..., Printed]


@dataclass(frozen=True, slots=True)
class Library:
    """A collection, and the texts of its articles as they were given."""

    collection: Collection

    def assistant(self, server: ScriptedServer | str | None, **options: Any) -> Assistant:
        """One that asks the server; None asks no language model."""
        url = server.base_url if isinstance(server, ScriptedServer) else server
        named = {} if url is None else {"model": MODEL, "model_url": url}
        # An answer in the articles' own words whatever is asked: it is what has to stand in.
        given = {"index": self.collection.directory, "rerank": False, "threshold": 0.0}
        settings = Settings(_env_file=None, **{**given, **named, **options})
        return Assistant(self.collection, settings, SimilarityReader(self.collection.encoder))

    def ask(
        self, server: ScriptedServer | str | None, question: str = QUESTION, **options: Any
    ) -> Asked:
        """Ask once, and keep everything that happened."""
        return Asked.of(self.assistant(server, **options).stream(question))


@dataclass(frozen=True, slots=True)
class Asked:
    """The events of one answer."""

    events: tuple[Event, ...]

    @classmethod
    def of(cls, events: Iterable[Event]) -> Asked:
        """All of them."""
        return cls(tuple(events))

    @property
    def answer(self) -> Answer:
        """The answer, which comes last and once."""
        assert [type(event) for event in self.events].count(Done) == 1
        last = self.events[-1]
        assert isinstance(last, Done)
        return last.answer

    @property
    def wrote(self) -> str:
        """All words that were shown while they were written."""
        return "".join(event.text for event in self.events if isinstance(event, Wrote))

    @property
    def withdrawn(self) -> list[str]:
        """Why what was shown did not count, each time."""
        return [event.why for event in self.events if isinstance(event, Withdrawn)]

    @property
    def standing(self) -> list[str]:
        """The sentences said since something was withdrawn last: those of the answer."""
        said: list[str] = []
        for event in self.events:
            if isinstance(event, Withdrawn):
                said.clear()
            elif isinstance(event, Said):
                said.append(event.sentence.text)
        return said


def nobody() -> str:
    """An address at which nothing listens."""
    with socket.socket() as once:
        once.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{once.getsockname()[1]}/v1"


def exact(answer: Answer) -> None:
    """Every sentence is cited, every citation is used, and each is what its article says."""
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    used = {number for sentence in answer.sentences for number in sentence.citations}
    assert used == set(numbers)
    assert all(sentence.citations for sentence in answer.sentences)
    for each in answer.citations:
        assert each.article.text[each.start : each.end] == each.quote

"""What all pages of one server share: the collection, the assistant, the conversations.

Enters: ``Settings``. Leaves: one ``Shared``, safe to use from every session's thread. Deliberately
draws nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from embeddings.collection import Collection
from embeddings.sync_report import ProgressCallback, SyncReport
from qa_app import assistant, startup
from qa_app.generative import open_writer
from qa_app.history import ConversationStore
from qa_app.llm.providers import Key, ModelChoice
from qa_app.settings import SEEDS, Settings
from qa_app.ui.listing import Row, example_questions, row, seed_questions
from qa_app.ui.making import Making
from qa_app.ui.work import Job


@dataclass(frozen=True, slots=True)
class Opened:
    """An open collection and who answers from it."""

    collection: Collection
    assistant: assistant.Assistant


@dataclass(frozen=True, slots=True)
class Listing:
    """The articles of one generation of the collection."""

    generation: int
    rows: tuple[Row, ...]
    labels: dict[str, str]
    examples: tuple[str, ...]


Write = Callable[[ProgressCallback], list[SyncReport]]


class Shared:
    """The parts of the app that outlive a page."""

    def __init__(self, settings: Settings) -> None:
        """Begin to open the collection, in a thread of its own."""
        self.settings = settings
        self.conversations = ConversationStore(settings.folder)
        # Answers that are being made, by their turns.
        self._makings: dict[int, Making] = {}
        # Held while an assistant is made for a making: entered twice by one thread.
        self._lock = threading.RLock()
        self._listing: Listing | None = None
        self._assistants: dict[ModelChoice, assistant.Assistant] = {}
        self._opening = Job("Opening the articles", self._open)
        self._write: Job[list[SyncReport]] | None = None

    def _open(self, progress: ProgressCallback) -> Opened:
        collection = startup.open_collection(self.settings, progress)
        own = self.settings.model_copy(update={"model": None, "model_url": None})
        return Opened(collection, assistant.Assistant(collection, own))

    def assistant(
        self, opened: Opened, choice: ModelChoice | None, key: Key
    ) -> assistant.Assistant:
        """Who answers with a language model, one for each; without one, who is there already.

        Raises:
            ModelUnavailable: its package or its key is missing.
        """
        if choice is None:
            return opened.assistant
        with self._lock:
            found = self._assistants.get(choice)
            if found is None:
                named = {"model": f"{choice.provider}:{choice.model}", "model_url": choice.url}
                settings = self.settings.model_copy(update=named)
                found = assistant.Assistant(
                    opened.collection,
                    settings,
                    opened.assistant.reader,
                    open_writer(settings, key),
                )
                self._assistants[choice] = found
            return found

    def making(self, turn: int, begin: Callable[[], Making]) -> Making:
        """The answer to a turn that is being made; begun here if nobody did."""
        with self._lock:
            if turn not in self._makings:
                self._makings[turn] = begin()
            return self._makings[turn]

    def answers(self, turn: int) -> bool:
        """Whether some page of this server is making the answer to a turn."""
        making = self._makings.get(turn)
        return making is not None and not making.done

    def made(self, turn: int) -> None:
        """Forget the making of an answer: it is kept, or it failed."""
        with self._lock:
            self._makings.pop(turn, None)

    @property
    def opening(self) -> Job[Opened]:
        """The opening of the collection, which may be under way, done or failed."""
        return self._opening

    def open_again(self) -> None:
        """Try once more after opening failed."""
        with self._lock:
            if self._opening.failed:
                self._opening = Job("Opening the articles", self._open)

    def write(self, what: str, work: Write) -> Job[list[SyncReport]]:
        """Begin a change to the collection; one at a time, the next waits for it."""
        with self._lock:
            before = self._write

            def next_in_turn(progress: ProgressCallback) -> list[SyncReport]:
                if before is not None:
                    while not before.wait(3600):
                        pass
                return work(progress)

            self._write = Job(what, next_in_turn)
            return self._write

    def listing(self, generation: int) -> Listing:
        """The articles as rows, read once for each generation of the collection."""
        with self._lock:
            if self._listing is None or self._listing.generation != generation:
                self._listing = self._read(generation)
            return self._listing

    def _read(self, generation: int) -> Listing:
        collection = self._opening.result().collection
        rows = tuple(row(article) for article in collection.each_article())
        seeds = collection.status().roots == (str(SEEDS),)
        examples = seed_questions() if seeds and rows else example_questions(rows)
        return Listing(generation, rows, {each.id: each.label for each in rows}, tuple(examples))

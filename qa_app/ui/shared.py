"""What all pages of one server share: the collection, the assistant, the conversations.

Enters: ``Settings``. Leaves: one ``Shared``, safe to use from every session's thread. Deliberately
draws nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from embeddings.collection import Collection
from embeddings.sync import ProgressCallback, SyncReport
from qa_app import assistant, startup
from qa_app.history import ConversationStore
from qa_app.settings import SEEDS, Settings
from qa_app.ui.listing import Row, example_questions, row, seed_questions
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
        self.conversations = ConversationStore(settings.index)
        self._lock = threading.Lock()
        self._listing: Listing | None = None
        self._opening = Job("Opening the articles", self._open)
        self._write: Job[list[SyncReport]] | None = None

    def _open(self, progress: ProgressCallback) -> Opened:
        collection = startup.open_collection(self.settings, progress)
        return Opened(collection, assistant.Assistant(collection, self.settings))

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
        rows = tuple(row(article) for article in collection.articles())
        seeds = collection.status().roots == (str(SEEDS),)
        examples = seed_questions() if seeds and rows else example_questions(rows)
        return Listing(generation, rows, {each.id: each.label for each in rows}, tuple(examples))

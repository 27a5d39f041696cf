"""A collection in one folder of one machine: SQLite is the truth, FAISS and tantivy are derived.

Enters: a folder. Leaves: an ``Engine`` over it, and snapshots to search (``local_snapshot.py``).
Adds nothing to what ``store``, ``staging`` and ``current`` do: it is their common door.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from embeddings import staging
from embeddings.current import CurrentSnapshot
from embeddings.encoder import FloatArray
from embeddings.engines.local_snapshot import LocalSnapshot
from embeddings.engines.values import Embedded, Plan, RemovedArticle, SourceRow
from embeddings.locking import writer_lock
from embeddings.register import register_of
from embeddings.schema import Article, Passage, Problem
from embeddings.sketches import add_missing
from embeddings.store import Store


class LocalEngine:
    """An ``Engine`` over one folder; safe to share between threads."""

    def __init__(self, folder: Path, dim: int) -> None:
        """Open or make the database in a folder that exists.

        Args:
            folder: the index folder.
            dim: dimension of its vectors.

        Raises:
            CollectionCorrupt, CollectionUnwritable: the database cannot be used.
        """
        self.folder = folder
        self.store = Store(folder)
        self._current = CurrentSnapshot(folder, self.store, dim)

    @property
    def address(self) -> str:
        """The folder."""
        return str(self.folder)

    def translated(self) -> AbstractContextManager[None]:
        """A block in which SQLite's errors become this project's."""
        return self.store.translated()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A block in which no other process writes."""
        with writer_lock(self.folder), self.store.translated():
            yield

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    @property
    def generation(self) -> int:
        """The current generation."""
        return self.store.generation

    def meta(self, name: str) -> str | None:
        """One recorded fact."""
        return self.store.meta(name)

    def set_meta(self, name: str, value: str) -> None:
        """Record a fact."""
        self.store.set_meta(name, value)

    def articles(self) -> Iterator[Article]:
        """Every article, in order of path."""
        for _, article in self.store.articles(self.generation):
            yield article

    def find_article(self, name: str) -> list[tuple[int, Article]]:
        """Articles by id or by the end of their path."""
        return self.store.find_article(name, self.generation)

    def passages_of(self, article: int) -> list[Passage]:
        """The passages of one article."""
        found = self.store.passages(self.store.passage_keys([article]), self.generation)
        return sorted((passage for passage, _ in found.values()), key=lambda p: p.start)

    def counts(self) -> tuple[int, int]:
        """How many articles and passages."""
        return self.store.counts(self.generation)

    def headings(self) -> Iterable[tuple[int, str | None, str | None, str | None]]:
        """Key, publisher, author and day of every article."""
        return self.store.headings(self.generation)

    def copies(self) -> Mapping[int, int]:
        """The first of its near-copies, by the key of every article that has some."""
        return register_of(self.store, self.generation).leaders

    def roots(self) -> list[str]:
        """The paths that were synced in."""
        return staging.roots(self.store)

    def problems(self) -> list[Problem]:
        """Every problem of the files as last read."""
        return staging.recorded_problems(self.store)

    def removed(self) -> list[RemovedArticle]:
        """The articles that can be restored."""
        return staging.removed(self.store)

    def snapshot(self) -> LocalSnapshot:
        """The newest generation whose indexes are there."""
        return LocalSnapshot(self.store, self._current.get())

    def catch_up(self) -> Mapping[str, float]:
        """Bring FAISS and tantivy to the current generation, and sketches to every article."""
        spent: dict[str, float] = {}
        self._current.catch_up(spent)
        add_missing(self.store)
        return spent

    def discard_staged(self) -> None:
        """Forget rows that an interrupted sync staged."""
        staging.discard_staged(self.store)

    def purge(self) -> None:
        """Delete what nobody can see any more."""
        staging.purge(self.store)

    def current_articles(self) -> dict[str, tuple[int, str]]:
        """Key and content digest of every article."""
        return staging.current_articles(self.store)

    def known_sources(self, root: str) -> dict[str, SourceRow]:
        """What was recorded of the files of a root."""
        return staging.known_sources(self.store, root)

    def excluded(self, root: str) -> set[str]:
        """Ids that were taken out by hand."""
        return staging.excluded(self.store, root)

    def owners(self, article: int) -> set[tuple[str, str]]:
        """The files that hold an article."""
        return staging.owners(self.store, article)

    def articles_of(self, root: str, path: str) -> set[int]:
        """Keys of the articles that a file holds."""
        return staging.articles_of(self.store, root, path)

    def exclude(self, root: str, path: str, key: int, article: Article) -> None:
        """Unlink an article from a file."""
        staging.exclude(self.store, root, path, key, article)

    def include(self, article: str) -> list[str]:
        """Undo ``exclude``."""
        return staging.include(self.store, article)

    def known_vectors(self, digests: Sequence[bytes]) -> set[bytes]:
        """Which of these have a vector."""
        return set(staging.known_vectors(self.store, digests))

    def stage_vectors(self, digests: Sequence[bytes], rows: FloatArray) -> None:
        """Keep vectors, committed at once."""
        staging.stage_vectors(self.store, digests, rows)

    def stage_articles(
        self, batch: Sequence[tuple[Article, Sequence[Embedded]]], sketches: Sequence[bytes] = ()
    ) -> list[int]:
        """Write articles with their passages for the next generation."""
        return staging.stage_articles(self.store, batch, sketches)

    def touch(self, sources: Sequence[SourceRow]) -> None:
        """Record new signatures."""
        staging.touch(self.store, sources)

    def make_current(self, plan: Plan) -> int:
        """Make the next generation current."""
        return staging.make_current(self.store, plan)

"""A collection on Milvus: the door to what the modules beside this one do.

Enters: an address. Leaves: an ``Engine`` over it. ``schema.py`` says how a collection lies there,
``writing.py`` how it changes, ``snapshot.py`` how it is searched, ``lease.py`` who may write.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from embeddings.encoder import FloatArray
from embeddings.engines.milvus.address import milvus_address
from embeddings.engines.milvus.connection import connect, disconnect
from embeddings.engines.milvus.grouping import all_copies
from embeddings.engines.milvus.lease import Lease
from embeddings.engines.milvus.snapshot import MilvusSnapshot
from embeddings.engines.milvus.tables import Tables
from embeddings.engines.milvus.truth import Truth
from embeddings.engines.milvus.writing import Writer
from embeddings.engines.values import Embedded, Plan, RemovedArticle, SourceRow
from embeddings.schema import Article, Passage, Problem


class MilvusEngine:
    """An ``Engine`` over Milvus; safe to share between threads."""

    def __init__(self, address: str | Path, dim: int, *, create: bool = True) -> None:
        """Open a collection, or make an empty one.

        Args:
            address: as ``address.py`` says.
            dim: dimension of its vectors.
            create: make it where there is none.

        Raises:
            SettingsInvalid: the address is none.
            EngineUnavailable: a package is missing, or nobody answers there.
            CollectionNotFound: there is none and ``create`` is False.
            CollectionLocked, CollectionUnwritable: the file cannot be opened.
        """
        self._at = milvus_address(address)
        self._client = connect(self._at, create=create)
        try:
            self._tables = Tables(self._client, self._at, dim)
            self._tables.make(create=create)
        except BaseException:
            disconnect(self._at, self._client)
            raise
        self._truth = Truth(self._tables)
        self._lease = Lease(self._tables.leases, self._at.shown, alone=self._at.file is not None)
        self._writer = Writer(self._tables, self._truth, self._lease.check)
        self._snapshot: MilvusSnapshot | None = None

    @property
    def address(self) -> str:
        """The address, without anything secret."""
        return self._at.shown

    @property
    def folder(self) -> Path:
        """A folder on this machine for uploaded files; it may not exist yet."""
        return self._at.folder

    def translated(self) -> AbstractContextManager[None]:
        """Nothing to do: each call's errors are translated (``table.py``)."""
        return nullcontext()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A block in which nobody else writes, as far as a lease can see to it."""
        with self._lease.held():
            # What a block writes is made current together: nothing of another may be there.
            self._writer.discard_staged()
            yield

    def close(self) -> None:
        """Close the connection, and Milvus Lite with the last one of its file."""
        disconnect(self._at, self._client)

    @property
    def generation(self) -> int:
        """The current generation."""
        return self._tables.state().generation

    def meta(self, name: str) -> str | None:
        """One recorded fact."""
        return self._tables.fact(name)

    def set_meta(self, name: str, value: str) -> None:
        """Record a fact."""
        self._tables.set_fact(name, value)

    def articles(self) -> Iterator[Article]:
        """Every article, in order of path."""
        return self._truth.in_order(self.generation)

    def find_article(self, name: str) -> list[tuple[int, Article]]:
        """Articles by id or by the end of their path."""
        return self._truth.find(name, self.generation)

    def passages_of(self, article: int) -> list[Passage]:
        """The passages of one article."""
        return self._truth.passages_of(article, self.generation)

    def counts(self) -> tuple[int, int]:
        """How many articles and passages."""
        state = self._tables.state()
        return state.articles, state.passages

    def headings(self) -> Iterable[tuple[int, str | None, str | None, str | None]]:
        """Key, publisher, author and day of every article."""
        for head in self._truth.heads(self.generation):
            yield head.key, head.publisher, head.author, head.published

    def copies(self) -> Mapping[int, int]:
        """The first of its near-copies, by the key of every article that has some."""
        return all_copies(self._tables, self.generation)

    def roots(self) -> list[str]:
        """The paths that were synced in."""
        return self._truth.roots(self.generation)

    def problems(self) -> list[Problem]:
        """Every problem of the files as last read."""
        return self._truth.problems(self.generation)

    def removed(self) -> list[RemovedArticle]:
        """The articles that can be restored."""
        found = [each for _, _, each in self._truth.excluded(self.generation)]
        return sorted(found, key=lambda each: each.label)

    def snapshot(self) -> MilvusSnapshot:
        """The current generation; what was learned of it is kept while it is."""
        state = self._tables.state()
        kept = self._snapshot
        if kept is None or kept.generation != state.generation:
            tables = self._tables.settled(time.monotonic())
            kept = self._snapshot = MilvusSnapshot(tables, Truth(tables), state)
        return kept

    def catch_up(self) -> Mapping[str, float]:
        """Milvus indexes by itself; Milvus Lite is told when."""
        self._tables.settle()
        return {}

    def discard_staged(self) -> None:
        """Nothing to do: it was done as the writing began."""

    def purge(self) -> None:
        """Delete what nobody can see any more."""
        self._writer.purge()

    def current_articles(self) -> dict[str, tuple[int, str]]:
        """Key and content digest of every article."""
        return {head.id: (head.key, head.content) for head in self._truth.heads(self.generation)}

    def known_sources(self, root: str) -> dict[str, SourceRow]:
        """What was recorded of the files of a root."""
        return self._truth.known_sources(root, self.generation)

    def excluded(self, root: str) -> set[str]:
        """Ids that were taken out by hand."""
        found = self._truth.excluded(self.generation)
        return {each.id for _, whose, each in found if whose == root}

    def owners(self, article: int) -> set[tuple[str, str]]:
        """The files that hold an article."""
        return self._truth.owners(article, self.generation)

    def articles_of(self, root: str, path: str) -> set[int]:
        """Keys of the articles that a file holds."""
        return self._truth.articles_of(root, path, self.generation)

    def exclude(self, root: str, path: str, key: int, article: Article) -> None:
        """Unlink an article from a file."""
        self._writer.exclude(root, path, key, article)

    def include(self, article: str) -> list[str]:
        """Undo ``exclude``."""
        return self._writer.include(article)

    def known_vectors(self, digests: Sequence[bytes]) -> set[bytes]:
        """Which of these have a vector."""
        return self._writer.known_vectors(digests)

    def stage_vectors(self, digests: Sequence[bytes], rows: FloatArray) -> None:
        """Keep vectors."""
        self._writer.stage_vectors(digests, rows)

    def stage_articles(
        self, batch: Sequence[tuple[Article, Sequence[Embedded]]], sketches: Sequence[bytes] = ()
    ) -> list[int]:
        """Write articles with their passages for the next generation."""
        return self._writer.stage_articles(batch, sketches)

    def touch(self, sources: Sequence[SourceRow]) -> None:
        """Record new signatures."""
        self._writer.touch(sources)

    def make_current(self, plan: Plan) -> int:
        """Make the next generation current."""
        return self._writer.make_current(plan)

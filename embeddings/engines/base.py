"""What a collection asks of the engine that it lives on.

An ``Engine`` holds the truth (articles, passages, vectors, sources) and writes it; a ``Snapshot``
is what searches run on. Every engine passes ``tests/embeddings/engines``. Deliberately knows
nothing of how files are read, of models, or of ranking.

Visibility is by generation: what a sync stages is seen by nobody before ``make_current``, and a
snapshot goes on showing the generation that it was made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from embeddings.encoder import FloatArray
from embeddings.engines.values import Embedded, Facets, Plan, RemovedArticle, SourceRow, Sources
from embeddings.schema import Article, Filters, Location, Passage, Problem

# What a search is limited to, as the engine that made it understands it.
Scope = Any


class Words(Protocol):
    """What can be asked of single words."""

    def __len__(self) -> int:
        """How many passages there are."""
        ...

    def idf(self, stem: str) -> float:
        """Inverse document frequency of a stem, as BM25 weighs it: >= 0, highest where unknown."""
        ...

    def stems(self, text: str) -> list[str]:
        """The stems of a text, question words left out; empty where it has no others."""
        ...

    def is_unknown(self, text: str) -> bool:
        """Whether none of the text's stems stands in any passage; False where it has none."""
        ...


class Snapshot(Protocol):
    """One generation of a collection, to be searched; safe to share between threads."""

    @property
    def generation(self) -> int:
        """Which one."""
        ...

    @property
    def words(self) -> Words:
        """What can be asked of single words."""
        ...

    def __len__(self) -> int:
        """How many passages it holds."""
        ...

    def facets(self) -> Facets:
        """Publishers, authors and days; quick when asked again."""
        ...

    def scope(self, limit: Filters | None, sources: Sources | None = None) -> Scope:
        """What to limit searches to: articles that pass ``limit`` and are of these ``sources``.

        Either may be None: then it limits nothing.
        """
        ...

    def nearest(self, row: FloatArray, k: int, scope: Scope | None = None) -> dict[int, float]:
        """The k passages with the highest cosines, by key, best first."""
        ...

    def matching(self, text: str, k: int, scope: Scope | None = None) -> dict[int, float]:
        """The k passages with the highest BM25 scores (> 0), by key, best first.

        None for words that stand in no passage; no character of ``text`` is syntax.
        """
        ...

    def cosines(self, row: FloatArray, keys: Sequence[int]) -> dict[int, float]:
        """The cosine of each of these passages; keys it does not hold are left out."""
        ...

    def locations(self, keys: Sequence[int]) -> dict[int, Location]:
        """Where passages stand and what their articles' headings say; unknown keys left out."""
        ...

    def passages(self, keys: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """Passages with their articles, by key; unknown keys left out."""
        ...

    def copies(self, articles: Sequence[int]) -> dict[int, int]:
        """Which of these articles have near-copies in this generation.

        Returns:
            the key of the group's first article (``copies.py``) by the key of each article that is
            in a group, itself where it is the first. Quick: asked for at every question.
        """
        ...


class Engine(Protocol):
    """A collection's truth and its indexes. Reading methods speak of the current generation."""

    @property
    def address(self) -> str:
        """Where it is, for people: a folder, or an address without anything secret."""
        ...

    @property
    def folder(self) -> Path:
        """A folder on this machine for what belongs to the collection besides (uploads)."""
        ...

    def translated(self) -> AbstractContextManager[None]:
        """A block in which the engine's own errors become this project's."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """A block in which nobody else writes; its errors are translated.

        Raises:
            CollectionLocked: another process is writing.
        """
        ...

    def close(self) -> None:
        """Let go of it; it cannot be used afterwards."""
        ...

    # What it holds

    @property
    def generation(self) -> int:
        """The current generation; 0 where nothing was ever put in."""
        ...

    def meta(self, name: str) -> str | None:
        """One recorded fact about the collection, or None."""
        ...

    def set_meta(self, name: str, value: str) -> None:
        """Record a fact about the collection."""
        ...

    def articles(self) -> Iterator[Article]:
        """Every article, in order of path."""
        ...

    def find_article(self, name: str) -> list[tuple[int, Article]]:
        """Articles whose id is ``name``; where there is none, those whose path ends in it."""
        ...

    def passages_of(self, article: int) -> list[Passage]:
        """The passages of one article, by its key, in order of the text."""
        ...

    def counts(self) -> tuple[int, int]:
        """How many articles and passages there are."""
        ...

    def headings(self) -> Iterable[tuple[int, str | None, str | None, str | None]]:
        """Key, publisher, author and day (YYYY-MM-DD) of every article."""
        ...

    def copies(self) -> Mapping[int, int]:
        """The first of its near-copies, by the key of every article that has some."""
        ...

    def roots(self) -> list[str]:
        """The paths that were synced in, sorted."""
        ...

    def problems(self) -> list[Problem]:
        """Every problem of the files as last read, by root and path."""
        ...

    def removed(self) -> list[RemovedArticle]:
        """The articles that were taken out and can be restored, by label."""
        ...

    # What is searched

    def snapshot(self) -> Snapshot:
        """The newest generation that can be searched."""
        ...

    def catch_up(self) -> Mapping[str, float]:
        """Bring the indexes to the current generation; inside ``writing``.

        Returns:
            busy seconds by stage ("vectors", "words"); empty where the engine does it by itself.
        """
        ...

    # What a sync asks

    def discard_staged(self) -> None:
        """Forget articles that an interrupted sync staged; vectors may stay, to be used again."""
        ...

    def purge(self) -> None:
        """Delete what has been invisible since before the current generation."""
        ...

    def current_articles(self) -> dict[str, tuple[int, str]]:
        """Key and content digest of every article, by id."""
        ...

    def known_sources(self, root: str) -> dict[str, SourceRow]:
        """What was recorded of the files of a root at its last sync, by path."""
        ...

    def excluded(self, root: str) -> set[str]:
        """Ids of the articles under a root that were taken out by hand."""
        ...

    def owners(self, article: int) -> set[tuple[str, str]]:
        """The (root, path) pairs of the files that hold an article."""
        ...

    def articles_of(self, root: str, path: str) -> set[int]:
        """Keys of the articles that a file holds."""
        ...

    def exclude(self, root: str, path: str, key: int, article: Article) -> None:
        """Unlink an article from a file, and keep later syncs from linking it again."""
        ...

    def include(self, article: str) -> list[str]:
        """Undo ``exclude``; the files of the roots returned are read again at the next sync."""
        ...

    def known_vectors(self, digests: Sequence[bytes]) -> set[bytes]:
        """Which of these encoder inputs (their sha256) have a vector already."""
        ...

    def stage_vectors(self, digests: Sequence[bytes], rows: FloatArray) -> None:
        """Keep vectors under the sha256 of what was embedded; there to stay when it returns."""
        ...

    def stage_articles(
        self, batch: Sequence[tuple[Article, Sequence[Embedded]]], sketches: Sequence[bytes] = ()
    ) -> list[int]:
        """Write articles with their passages for the next generation; returns the articles' keys.

        Every digest has a vector by then. ``sketches`` are one an article, which near-copies are
        found by; without them the engine makes its own, or finds no copies.
        """
        ...

    def touch(self, sources: Sequence[SourceRow]) -> None:
        """Record new signatures of files whose content is the same."""
        ...

    def make_current(self, plan: Plan) -> int:
        """Carry out a plan and make the next generation current, as one step for readers.

        Returns:
            the new generation. Articles that no file holds any more are no longer visible in it.
        """
        ...

"""What a collection holds, for people and for ``status --json``.

Enters: a ``Store``. Leaves: counts, dates, publishers, roots, problems, and what was taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from embeddings import staging
from embeddings.schema import Problem
from embeddings.store import Store


@dataclass(frozen=True, slots=True)
class CollectionStatus:
    """What a collection holds, for people and for ``status --json``."""

    directory: str
    generation: int
    articles: int
    passages: int
    publishers: tuple[str, ...]
    first_published: str | None
    last_published: str | None
    undated: int
    encoder: str
    roots: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class RemovedArticle:
    """An article that was taken out by hand and stays out until it is restored."""

    id: str
    label: str
    path: str


def read_status(store: Store, directory: Path, encoder: str) -> CollectionStatus:
    """What the store holds now."""
    at = store.generation
    articles, passages = store.counts(at)
    headings = store.facets(at)
    dates = sorted(date for _, date in headings if date)
    names = {name for name, _ in headings if name}
    return CollectionStatus(
        directory=str(directory),
        generation=at,
        articles=articles,
        passages=passages,
        publishers=tuple(sorted(names, key=lambda name: (name.casefold(), name))),
        first_published=dates[0] if dates else None,
        last_published=dates[-1] if dates else None,
        undated=len(headings) - len(dates),
        encoder=encoder,
        roots=tuple(read_roots(store)),
        problems=tuple(staging.recorded_problems(store)),
    )


def read_roots(store: Store) -> list[str]:
    """The paths that were synced in."""
    rows = store.connection.execute("SELECT DISTINCT root FROM sources ORDER BY root")
    return [row[0] for row in rows]


def read_removed(store: Store) -> list[RemovedArticle]:
    """The articles that were taken out and can be restored."""
    rows = store.connection.execute("SELECT article, label, path FROM excluded ORDER BY label")
    return [RemovedArticle(*row) for row in rows]

"""What a collection holds, for people and for ``status --json``.

Enters: an ``Engine``. Leaves: counts, dates, publishers, roots, problems.
"""

from __future__ import annotations

from dataclasses import dataclass

from embeddings.engines.base import Engine
from embeddings.schema import Problem


@dataclass(frozen=True, slots=True)
class CollectionStatus:
    """What a collection holds, for people and for ``status --json``.

    ``copied`` articles are near-copies of each other, in ``copy_groups`` groups.
    """

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
    copied: int = 0
    copy_groups: int = 0


def read_status(engine: Engine, encoder: str) -> CollectionStatus:
    """What the engine holds now."""
    articles, passages = engine.counts()
    leaders = engine.copies()
    headings = [(publisher, day) for _, publisher, _, day in engine.headings()]
    dates = [day for _, day in headings if day]
    names = {name for name, _ in headings if name}
    return CollectionStatus(
        directory=engine.address,
        generation=engine.generation,
        articles=articles,
        passages=passages,
        publishers=tuple(sorted(names, key=lambda name: (name.casefold(), name))),
        first_published=min(dates, default=None),
        last_published=max(dates, default=None),
        undated=len(headings) - len(dates),
        encoder=encoder,
        roots=tuple(engine.roots()),
        problems=tuple(engine.problems()),
        copied=len(leaders),
        copy_groups=len(set(leaders.values())),
    )

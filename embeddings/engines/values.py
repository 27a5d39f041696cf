"""The values that a collection and its engine exchange; frozen but for ``Plan``.

Enters: nothing. Leaves: ``Days``, ``Sources``, ``Facets``, ``SourceRow``, ``Plan``,
``RemovedArticle``. Deliberately knows nothing of any engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from embeddings.schema import Passage, Problem


@dataclass(frozen=True, slots=True)
class Days:
    """Days from ``first`` to ``last``, both included; None leaves that side open."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """Articles by any of these publishers or authors, or published in any of these stretches.

    Publishers and authors are heading values, letter by letter.
    """

    publishers: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    days: tuple[Days, ...] = ()


@dataclass(frozen=True, slots=True)
class Facets:
    """The different publishers and authors of a collection, and its first and last day."""

    publishers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What is recorded of one file, so that the next sync can tell whether it changed."""

    root: str
    path: str
    signature: str
    fingerprint: str
    reader: str
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Plan:
    """What makes the next generation.

    ``sources`` are new or changed, each with the keys of its articles; ``touched`` have only a
    new signature; ``gone`` are (root, path) pairs that no longer exist.
    """

    sources: list[tuple[SourceRow, list[int]]] = field(default_factory=list)
    touched: list[SourceRow] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything that readers could notice."""
        return bool(self.sources or self.gone)


@dataclass(frozen=True, slots=True)
class RemovedArticle:
    """An article that was taken out by hand and stays out until it is restored."""

    id: str
    label: str
    path: str


# A passage to stage, and the sha256 of what was embedded for it.
Embedded = tuple[Passage, bytes]

"""Which articles a recognised name or period stands for, as of one generation.

Enters: the headings of a collection. Leaves: a ``Register`` to look names, days and articles up in.
It is made once per generation and kept beside the collection: a question costs look-ups, not a walk
over the articles. Deliberately knows nothing of ranking.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import date
from weakref import WeakKeyDictionary

from embeddings.collection import Collection
from embeddings.derived import Snapshot
from embeddings.names import Name
from embeddings.periods import Period
from embeddings.understanding import Known, known_from

Heading = tuple[int, str | None, str | None, date | None]


class Register:
    """Articles by publisher, author and day."""

    def __init__(self, headings: Sequence[Heading]) -> None:
        """Learn from (article key, publisher, author, day of publication)."""
        self.known: Known = known_from(heading[1:] for heading in headings)
        self._published = {key: day for key, _, _, day in headings if day}
        self._publishers: dict[str, set[int]] = {}
        self._authors: dict[str, set[int]] = {}
        for key, publisher, author, _ in headings:
            if publisher:
                self._publishers.setdefault(publisher, set()).add(key)
            if author:
                self._authors.setdefault(author, set()).add(key)

    def by(self, names: Iterable[Name]) -> set[int]:
        """The articles that any of these names stands for."""
        found: set[int] = set()
        for name in names:
            found.update(*(self._publishers.get(value, ()) for value in name.publishers))
            found.update(*(self._authors.get(value, ()) for value in name.authors))
        return found

    def within(self, periods: Sequence[Period]) -> set[int]:
        """The articles published in any of these periods."""
        return {
            key
            for key, day in (self._published.items() if periods else ())
            if any(not period.distance(day) for period in periods)
        }

    def distance(self, article: int, periods: Iterable[Period]) -> int | None:
        """Days between an article and the nearest of these; None where either is not known."""
        day = self._published.get(article)
        return None if day is None else min((p.distance(day) for p in periods), default=None)


_registers: WeakKeyDictionary[Collection, tuple[int, Register]] = WeakKeyDictionary()
_lock = threading.Lock()


def register_of(collection: Collection, snapshot: Snapshot) -> Register:
    """The register of a snapshot's generation; made where it is not the one last asked for."""
    with _lock:
        kept = _registers.get(collection)
    if kept is not None and kept[0] == snapshot.generation:
        return kept[1]
    with collection.store.translated():
        rows = collection.store.headings(snapshot.generation)
    register = Register(
        [(key, p, a, date.fromisoformat(d) if d else None) for key, p, a, d in rows]
    )
    with _lock:
        _registers[collection] = snapshot.generation, register
    return register

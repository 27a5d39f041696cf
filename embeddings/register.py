"""Which articles are whose, of which day, and which passages are theirs; as of one generation.

Enters: a ``Store``. Leaves: a ``Register`` to look publishers, authors, days, articles and their
near-copies up in. It is made once per generation: a question costs look-ups, not a walk over the
articles. Deliberately knows nothing of ranking.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from weakref import WeakKeyDictionary

import numpy as np

from embeddings.copies import groups
from embeddings.engines.values import Days, Facets, Sources
from embeddings.schema import Filters
from embeddings.store import Store
from embeddings.vectors import IntArray

Heading = tuple[int, str | None, str | None, str | None]


class Register:
    """Articles by publisher, author and day; passages and near-copies by article.

    ``leaders`` gives, for each article that has near-copies, the first of them: the one that was
    published first, or else has the smallest key.
    """

    def __init__(
        self,
        headings: Iterable[Heading],
        runs: Iterable[tuple[int, int, int, int]] = (),
        sketches: Mapping[int, bytes] | None = None,
    ) -> None:
        """Learn the articles.

        Args:
            headings: key, publisher, author and day (YYYY-MM-DD) of each.
            runs: key, first and last passage key, and number of passages of each.
            sketches: by key; those of other articles are left alone.

        Raises:
            ValueError: an article's passages are not numbered one after the other.
        """
        self._publishers: dict[str, list[int]] = {}
        self._authors: dict[str, list[int]] = {}
        self._days: dict[date, list[int]] = {}
        self.everything: set[int] = set()
        sketches = sketches or {}
        sketched: list[tuple[bool, str, int]] = []
        for key, publisher, author, day in headings:
            self.everything.add(key)
            if publisher:
                self._publishers.setdefault(publisher, []).append(key)
            if author:
                self._authors.setdefault(author, []).append(key)
            if day:
                self._days.setdefault(date.fromisoformat(day), []).append(key)
            if key in sketches:
                sketched.append((not day, day or "", key))
        self.leaders = groups({key: sketches[key] for _, _, key in sorted(sketched)})
        self._runs = {key: (first, last) for key, first, last, _ in runs}
        if any(last - first + 1 != count for _, first, last, count in runs):
            raise ValueError("an article's passages are not numbered one after the other")
        self.facets = Facets(
            tuple(self._publishers),
            tuple(self._authors),
            min(self._days, default=None),
            max(self._days, default=None),
        )

    def of(self, sources: Sources) -> set[int]:
        """The articles by any of these publishers or authors, or published in these stretches."""
        found: set[int] = set()
        found.update(*(self._publishers.get(name, ()) for name in sources.publishers))
        found.update(*(self._authors.get(name, ()) for name in sources.authors))
        for days in sources.days:
            found |= self._within(days)
        return found

    def passing(self, filters: Filters, named: set[int]) -> set[int]:
        """The articles that pass filters; ``named`` are those that its ``article`` names."""
        found = set(named) & self.everything if filters.article else set(self.everything)
        for wanted, known in (
            (filters.publisher, self._publishers),
            (filters.author, self._authors),
        ):
            if wanted:
                folded = {value.casefold() for value in wanted}
                passing = [known[name] for name in known if name.casefold() in folded]
                found &= set().union(*passing)
        if filters.after or filters.before:
            found &= self._within(Days(filters.after, filters.before))
        return found

    def _within(self, days: Days) -> set[int]:
        passing = [
            keys
            for day, keys in self._days.items()
            if (days.first is None or days.first <= day) and (days.last is None or day <= days.last)
        ]
        return set().union(*passing)

    def passages_of(self, articles: Sequence[int]) -> IntArray:
        """The passage keys of these articles, ascending where the articles are."""
        runs = [self._runs[key] for key in articles if key in self._runs]
        if not runs:
            return np.zeros(0, dtype=np.int64)
        first, last = np.array(runs, dtype=np.int64).T
        counts = last - first + 1
        # Each run counts up from its first key.
        starts = np.repeat(first - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        return np.asarray(starts + np.arange(counts.sum()), dtype=np.int64)


_registers: WeakKeyDictionary[Store, tuple[int, Register]] = WeakKeyDictionary()
_lock = threading.Lock()


def register_of(store: Store, generation: int) -> Register:
    """The register of a generation; made where it is not the one last asked for."""
    with _lock:
        kept = _registers.get(store)
    if kept is not None and kept[0] == generation:
        return kept[1]
    with store.translated():
        register = Register(
            store.headings(generation), store.passage_runs(generation), store.sketches()
        )
    with _lock:
        _registers[store] = generation, register
    return register


def forget_register(store: Store) -> None:
    """Have the register made again: articles of its generation got the sketches they lacked."""
    with _lock:
        _registers.pop(store, None)

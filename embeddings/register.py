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
from embeddings.vectors import IntArray, as_keys

# Publisher, author and day.
Heading = tuple[str | None, str | None, str | None]


class Register:
    """Articles by publisher, author and day; passages and near-copies by article.

    ``headings`` gives publisher, author and day (YYYY-MM-DD) of every article by key; ``leaders``,
    for each article that has near-copies, the first of them: the one that was published first, or
    else has the smallest key.
    """

    def __init__(
        self,
        headings: Iterable[tuple[int, *Heading]],
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
        self.headings: dict[int, Heading] = {}
        sketches = sketches or {}
        # Thousands of articles have few publishers and days: each of their names is kept once.
        once: dict[str | None, str | None] = {}
        sketched: list[tuple[bool, str, int]] = []
        for key, *heading in headings:
            publisher, author, day = (once.setdefault(each, each) for each in heading)
            self.headings[key] = publisher, author, day
            if publisher:
                self._publishers.setdefault(publisher, []).append(key)
            if author:
                self._authors.setdefault(author, []).append(key)
            if day:
                self._days.setdefault(date.fromisoformat(day), []).append(key)
            if key in sketches:
                sketched.append((not day, day or "", key))
        self.leaders = groups({key: sketches[key] for _, _, key in sorted(sketched)})
        self._runs = np.array(sorted(runs), dtype=np.int64).reshape(-1, 4)
        if not np.array_equal(self._runs[:, 2] - self._runs[:, 1] + 1, self._runs[:, 3]):
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
        found = set(self.headings)
        if filters.article:
            found &= named
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
        """The passage keys of these articles, ascending."""
        among = np.isin(self._runs[:, 0], as_keys(articles))
        _, first, _, counts = self._runs[among].T
        # Each run counts up from its first key.
        before = np.cumsum(counts) - counts
        return np.asarray(np.repeat(first - before, counts) + np.arange(counts.sum()))


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

"""A question and its parts -> scored candidates: the stages before the choice of k.

Enters: a question, what was recognised in it, and a snapshot to search on. Leaves: ``Candidates``,
every passage that any search found with one score, its place, and the part it answers best. They
are what a reranker would take. Deliberately knows nothing of LangChain or of diversity.

A recognised name or period is a boost. Its articles are searched by themselves too, so that their
best passages are among the candidates, but nothing else is left out: a question may name the wrong
source (docs/retrieval.md says what filtering gains and loses).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Self, TypeVar

from embeddings.collection import Collection
from embeddings.encoder import FloatArray
from embeddings.engines.base import Scope, Snapshot
from embeddings.engines.values import Days, Sources
from embeddings.fusion import convex_fusion, fuse_parts
from embeddings.names import Name
from embeddings.parts import Part
from embeddings.periods import Period
from embeddings.schema import Article, Filters, Location, Passage
from embeddings.understanding import Understanding

T = TypeVar("T")

# Candidates each index gives to fusion, at least: deeper lists change nothing in the first ten.
POOL = 100


@dataclass(frozen=True, slots=True)
class Weights:
    """How much what was recognised counts, in units of the fused score (at most 1.3).

    ``name`` for a passage of a named source; ``period`` for one published in a named period, half
    of it for one published ``near`` days before or after; ``whole`` for the question as a whole
    against its parts. docs/retrieval.md says how they were chosen.
    """

    name: float = 0.5
    period: float = 0.5
    near: int = 1
    whole: float = 0.5


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Found:
    """What both indexes found for one text: BM25 scores and cosines by passage key."""

    lexical: Mapping[int, float]
    dense: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Searched:
    """What was found for the whole question, and for each of its parts."""

    whole: Found
    parts: tuple[Found, ...] = ()

    def lexical(self, key: int) -> float | None:
        """BM25 of a passage for the whole question, or else for the part that it fits best."""
        return _best(key, self.whole.lexical, [part.lexical for part in self.parts])

    def dense(self, key: int) -> float | None:
        """Cosine of a passage with the whole question, or else with the part that it fits best."""
        return _best(key, self.whole.dense, [part.dense for part in self.parts])

    def keys(self) -> list[int]:
        """Every passage that was found."""
        found = (self.whole, *self.parts)
        return [*dict.fromkeys(key for each in found for key in (*each.lexical, *each.dense))]


def _best(
    key: int, whole: Mapping[int, float], parts: Sequence[Mapping[int, float]]
) -> float | None:
    if key in whole:
        return whole[key]
    return max((part[key] for part in parts if key in part), default=None)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages with their fused scores and places, not yet in order.

    ``part`` is the number of the part that a passage answers best, where there are parts.
    """

    scores: dict[int, float]
    places: Mapping[int, Location]
    part: Mapping[int, int] = field(default_factory=dict)


class Watch:
    """Adds up wall time by stage."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}

    def __call__(self, stage: str, work: Callable[[], T]) -> T:
        """Do the work and count its time under ``stage``."""
        begin = time.perf_counter()
        result = work()
        spent = 1000 * (time.perf_counter() - begin)
        self.timings[stage] = self.timings.get(stage, 0.0) + spent
        return result


class Passages:
    """The passages that one question asks for, each read once."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Read them from ``snapshot``."""
        self._snapshot = snapshot
        self._read: dict[int, tuple[Passage, Article]] = {}

    def __call__(self, keys: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """Those that there are of these keys, ascending, with their articles."""
        new = [key for key in keys if key not in self._read]
        if new:
            self._read |= self._snapshot.passages(new)
        return {key: self._read[key] for key in sorted({*keys}) if key in self._read}


class Search:
    """One question's searches on one snapshot."""

    def __init__(
        self, collection: Collection, snapshot: Snapshot, pool: int, watch: Watch | None = None
    ) -> None:
        """Search ``snapshot``; each index gives up to ``pool`` candidates a search."""
        self.collection = collection
        self.snapshot = snapshot
        self.pool = pool
        self.watch = watch or Watch()
        self.passages = Passages(snapshot)
        # Parts may have the same text and other names.
        self._kept: dict[str, tuple[FloatArray, dict[int, float], dict[int, float]]] = {}

    def deeper(self) -> Self:
        """The same with four times as many candidates a search."""
        search = type(self)(self.collection, self.snapshot, 4 * self.pool, self.watch)
        search.passages = self.passages
        return search

    def __call__(
        self, question: str, understanding: Understanding, filters: Filters | None = None
    ) -> Searched:
        """Search for the question and for each part; ``filters`` hold for all of them."""
        limit = self._scope(filters) if filters else None
        whole = self._found(question, limit)
        parts = []
        for part in understanding.parts:
            sources = sources_of(part)
            favoured = self._scope(filters, sources) if sources else None
            parts.append(self._found(part.text, limit, favoured))
        return Searched(whole, tuple(parts))

    def _scope(self, filters: Filters | None, sources: Sources | None = None) -> Scope:
        return self.watch("filter", lambda: self.snapshot.scope(filters or None, sources))

    def _found(self, text: str, limit: Scope | None, favoured: Scope | None = None) -> Found:
        """Search as far as the filters let, and in the favoured articles by themselves."""
        if text not in self._kept:
            # Words need no vector: they are searched while the question is embedded.
            lexical = _beside().submit(self._words, text, limit)
            encode = self.collection.encoder.encode_query
            row = self.watch("encode", lambda: encode(text))
            self._kept[text] = row, self._vectors(row, limit), lexical.result()
        row, dense, found = self._kept[text]
        if favoured is not None:
            found = found | self._words(text, favoured)
            dense = dense | self._vectors(row, favoured)
        missing = [key for key in found if key not in dense]
        cosines = self.watch("vectors", lambda: self.snapshot.cosines(row, missing))
        return Found(found, dense | cosines)

    def _words(self, text: str, scope: Scope | None) -> dict[int, float]:
        return self.watch("words", lambda: self.snapshot.matching(text, self.pool, scope))

    def _vectors(self, row: FloatArray, scope: Scope | None) -> dict[int, float]:
        return self.watch("vectors", lambda: self.snapshot.nearest(row, self.pool, scope))


@lru_cache
def _beside() -> ThreadPoolExecutor:
    """Threads for the searches that go on beside another, of all questions of this process."""
    return ThreadPoolExecutor(2 * (os.cpu_count() or 1), "words")


def sources_of(part: Part) -> Sources | None:
    """The sources that a part of a question names; its days count where it names nobody."""
    if part.names:
        return Sources(
            frozenset(value for name in part.names for value in name.publishers),
            frozenset(value for name in part.names for value in name.authors),
        )
    if part.periods:
        return Sources(days=tuple(Days(each.first, each.last) for each in part.periods))
    return None


def score(
    searched: Searched,
    understanding: Understanding,
    places: Mapping[int, Location],
    weights: Weights = WEIGHTS,
) -> tuple[dict[int, float], list[dict[int, float]]]:
    """Both indexes fused and what was recognised counted: for the whole question, for each part."""

    def raised(found: Found, names: Sequence[Name], periods: Sequence[Period]) -> dict[int, float]:
        fused = convex_fusion(found.lexical, found.dense)
        for key in fused if names or periods else ():
            if key in places:
                place = places[key]
                fused[key] += weights.name * is_named(place, names)
                fused[key] += weights.period * _closeness(place, periods, weights.near)
        return fused

    pairs = zip(searched.parts, understanding.parts, strict=True)
    parts = [raised(found, part.names, part.periods) for found, part in pairs]
    return raised(searched.whole, understanding.names, understanding.periods), parts


def fuse(
    searched: Searched,
    understanding: Understanding,
    places: Mapping[int, Location],
    weights: Weights = WEIGHTS,
) -> Candidates:
    """One score a passage. Where nothing was recognised, that of ``convex_fusion`` alone."""
    whole, parts = score(searched, understanding, places, weights)
    if not parts:
        return Candidates(whole, places)
    scores, best = fuse_parts(whole, parts, weights.whole)
    return Candidates(scores, places, best)


def is_named(place: Location, names: Sequence[Name]) -> bool:
    """Whether a passage's article is of a publisher or author that any of the names stands for."""
    return any(place.publisher in n.publishers or place.author in n.authors for n in names)


def named_apart(understanding: Understanding, places: Mapping[int, Location]) -> dict[int, int]:
    """Passages of sources that different parts of a question name, by the number of the part.

    Who asks what two papers say wants both, also where one prints what the other does.
    """
    return {
        key: number
        for number, part in enumerate(understanding.parts)
        if part.names
        for key, place in places.items()
        if is_named(place, part.names)
    }


def _closeness(place: Location, periods: Sequence[Period], near: int) -> float:
    if place.published is None or not periods:
        return 0.0
    day = date.fromisoformat(place.published)
    days = min(period.distance(day) for period in periods)
    if days > near:
        return 0.0
    return 0.5 if days else 1.0

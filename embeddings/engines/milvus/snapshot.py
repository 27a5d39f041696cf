"""One generation of a collection on Milvus, searched there.

Enters: the tables and a generation. Leaves: keys with cosines and BM25 scores, places, passages.
Deliberately knows nothing of how the generation came about or of ranking.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from embeddings.encoder import FloatArray
from embeddings.engines.milvus.grouping import copies_of
from embeddings.engines.milvus.pieces import day_number
from embeddings.engines.milvus.schema import number, visible
from embeddings.engines.milvus.tables import State, Tables
from embeddings.engines.milvus.truth import Truth
from embeddings.engines.milvus.words import Clause, MilvusWords, at_most
from embeddings.engines.values import Days, Facets, Sources
from embeddings.schema import Article, Filters, Location, Passage

# The most that Milvus gives for one search.
MOST = 16_384


@dataclass(frozen=True, slots=True)
class MilvusScope:
    """What searches are limited to, as a filter; ``nothing`` where no passage can pass."""

    where: str = ""
    nothing: bool = False


class MilvusSnapshot:
    """A generation; safe to share between threads."""

    def __init__(self, tables: Tables, truth: Truth, state: State) -> None:
        """Search the generation of ``state``."""
        self._tables, self._truth, self._state = tables, truth, state
        self._facets: Facets | None = None
        self._lock = threading.Lock()
        self.words = MilvusWords(tables.terms, state.generation, state.passages)

    @property
    def generation(self) -> int:
        """Which one."""
        return self._state.generation

    def __len__(self) -> int:
        """How many passages it holds."""
        return self._state.passages

    def facets(self) -> Facets:
        """Publishers, authors and days."""
        with self._lock:
            if self._facets is None:
                publishers: dict[str, None] = {}
                authors: dict[str, None] = {}
                days: set[str] = set()
                for head in self._truth.heads(self.generation) if len(self) else ():
                    publishers.update({head.publisher: None} if head.publisher else {})
                    authors.update({head.author: None} if head.author else {})
                    days.update({head.published} if head.published else ())
                self._facets = _facets(publishers, authors, days)
            return self._facets

    def scope(self, limit: Filters | None, sources: Sources | None = None) -> MilvusScope:
        """What to limit searches to, as a filter."""
        clauses = []
        if limit:
            if limit.article:
                named = [self._truth.find(name, self.generation) for name in limit.article]
                keys = sorted({key for found in named for key, _ in found})
                if not keys:
                    return MilvusScope(nothing=True)
                clauses.append(f"article in {keys}")
            clauses += _folded("publisher", limit.publisher)
            clauses += _folded("author", limit.author)
            if limit.after or limit.before:
                clauses.append(_within(Days(limit.after, limit.before)))
        if sources is not None:
            ways = [_exactly("publisher", sources.publishers), _exactly("author", sources.authors)]
            ways += [_within(days) for days in sources.days]
            ways = [way for way in ways if way]
            if not ways:
                return MilvusScope(nothing=True)
            clauses.append(f"({' or '.join(ways)})")
        return MilvusScope(" and ".join(clauses))

    def _where(self, scope: MilvusScope | None) -> str:
        limit = scope.where if scope else ""
        return f"{visible(self.generation)}{limit and ' and '}{limit}"

    def _is_empty(self, k: int, scope: MilvusScope | None) -> bool:
        return k <= 0 or not len(self) or bool(scope and scope.nothing)

    def nearest(
        self, row: FloatArray, k: int, scope: MilvusScope | None = None
    ) -> dict[int, float]:
        """The k passages with the highest cosines."""
        if self._is_empty(k, scope):
            return {}
        query = np.asarray(row, dtype=np.float32)
        where = self._where(scope)
        hits = self._tables.passages.search("vector", [query], min(k, MOST), where)[0]
        return _ranked(((key, cosine) for key, cosine, _ in hits), k)

    def matching(self, text: str, k: int, scope: MilvusScope | None = None) -> dict[int, float]:
        """The k passages with the highest BM25 scores."""
        if self._is_empty(k, scope):
            return {}
        clauses = self.words.clauses(text)
        if not clauses:
            return {}
        where = self._where(scope)
        if all(len(clause.ways) == 1 and len(clause.ways[0]) == 1 for clause in clauses):
            query = [at_most(clauses)]
            hits = self._tables.passages.search("words", query, min(k, MOST), where)[0]
            return _ranked(((key, score) for key, score, _ in hits), k)
        return self._matching_any(clauses, k, where)

    def _matching_any(self, clauses: Sequence[Clause], k: int, where: str) -> dict[int, float]:
        """The same where a clause has several ways: Milvus sums, and only the best one counts.

        What Milvus is asked for is never less than the score. So whatever it leaves out scores at
        most what its last hit was found with: once k scores are as high, they are the highest.
        """
        query = [at_most(clauses)]
        limit = min(2 * k, MOST)
        while True:
            hits = self._tables.passages.search("words", query, limit, where, "words")[0]
            scores = [
                (key, sum(clause.score(row["words"]) for clause in clauses)) for key, _, row in hits
            ]
            found = _ranked(((key, score) for key, score in scores if score > 0), k)
            whole = len(hits) < limit or limit == MOST
            if whole or (len(found) == k and min(found.values()) >= hits[-1][1]):
                return found
            limit = min(4 * limit, MOST)

    def cosines(self, row: FloatArray, keys: Sequence[int]) -> dict[int, float]:
        """The cosine of each of these passages."""
        query = np.asarray(row, dtype=np.float32)
        where = visible(self.generation)
        rows = self._tables.passages.looked_up("pk", keys, "pk", "vector", where=where)
        return {
            each["pk"]: float(np.asarray(each["vector"], dtype=np.float32) @ query) for each in rows
        }

    def locations(self, keys: Sequence[int]) -> dict[int, Location]:
        """Where passages stand."""
        return self._truth.locations(keys, self.generation)

    def passages(self, keys: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """Passages with their articles."""
        return self._truth.passages(keys, self.generation)

    def copies(self, articles: Sequence[int]) -> dict[int, int]:
        """Which of these articles have near-copies, with the first of them."""
        return copies_of(self._tables, articles, self.generation)


def _facets(publishers: Iterable[str], authors: Iterable[str], days: set[str]) -> Facets:
    since, until = (min(days), max(days)) if days else (None, None)
    return Facets(
        tuple(publishers),
        tuple(authors),
        date.fromisoformat(since) if since else None,
        date.fromisoformat(until) if until else None,
    )


def _ranked(found: Iterable[tuple[int, float]], k: int) -> dict[int, float]:
    """The k best, ties by key."""
    return dict(sorted(found, key=lambda each: (-each[1], each[0]))[:k])


def _folded(field: str, values: Sequence[str]) -> list[str]:
    found = _exactly(f"{field}_folded", [value.casefold() for value in values])
    return [found] if found else []


def _exactly(field: str, values: Iterable[str]) -> str:
    numbers = sorted(number(value) for value in values)
    return f"{field} in {numbers}" if numbers else ""


def _within(days: Days) -> str:
    """Published in a stretch of days; what has no date is in none."""
    first = day_number(days.first) or 1
    last = f" and published <= {day_number(days.last)}" if days.last else ""
    return f"(published >= {first}{last})"

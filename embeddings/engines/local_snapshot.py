"""One generation of a collection in a folder, to be searched.

Enters: the store, and both indexes at a generation. Leaves: a ``Snapshot``. Deliberately knows
nothing of how anything is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from embeddings.derived import Snapshot as Indexes
from embeddings.encoder import FloatArray
from embeddings.engines.base import Snapshot
from embeddings.engines.values import Facets, Sources
from embeddings.lexical import WordIndex
from embeddings.register import Register, register_of
from embeddings.schema import Article, Filters, Location, Passage
from embeddings.store import Store
from embeddings.vectors import IntArray, VectorIndex


@dataclass(frozen=True, slots=True)
class LocalScope:
    """Articles to search in, and the keys of their passages."""

    articles: list[int]
    keys: IntArray


@dataclass(frozen=True, eq=False)
class LocalSnapshot:
    """Both indexes at one generation, and the store as of it."""

    store: Store
    indexes: Indexes

    @property
    def generation(self) -> int:
        """Which one."""
        return self.indexes.generation

    @property
    def vectors(self) -> VectorIndex:
        """The vector index itself, for studies of it."""
        return self.indexes.vectors

    @property
    def words(self) -> WordIndex:
        """The word index itself; what can be asked of single words."""
        return self.indexes.words

    def __len__(self) -> int:
        """How many passages it holds."""
        return len(self.indexes.vectors)

    def showing(
        self, *, vectors: VectorIndex | None = None, words: WordIndex | None = None
    ) -> LocalSnapshot:
        """The same with another index in place of one, for studies of what each is worth."""
        shown = self.indexes
        changed = replace(
            shown,
            # An empty index is one too.
            vectors=shown.vectors if vectors is None else vectors,
            words=shown.words if words is None else words,
        )
        return replace(self, indexes=changed)

    def facets(self) -> Facets:
        """Publishers, authors and days."""
        return self._register().facets

    def _register(self) -> Register:
        return register_of(self.store, self.generation)

    def scope(self, limit: Filters | None, sources: Sources | None = None) -> LocalScope:
        """What to limit searches to."""
        register = self._register()
        chosen: set[int] | None = None
        if limit:
            chosen = register.passing(limit, self._named(limit))
        if sources is not None:
            of = register.of(sources)
            chosen = of if chosen is None else chosen & of
        articles = sorted(register.headings if chosen is None else chosen)
        return LocalScope(articles, register.passages_of(articles))

    def _named(self, limit: Filters) -> set[int]:
        """The keys of the articles that a filter names."""
        with self.store.translated():
            found = [self.store.find_article(name, self.generation) for name in limit.article]
        return {key for each in found for key, _ in each}

    def nearest(self, row: FloatArray, k: int, scope: LocalScope | None = None) -> dict[int, float]:
        """The k passages with the highest cosines."""
        allowed = None if scope is None else scope.keys
        keys, cosines = self.indexes.vectors.search(row, k, allowed)
        return dict(zip(keys.tolist(), cosines.tolist(), strict=True))

    def matching(self, text: str, k: int, scope: LocalScope | None = None) -> dict[int, float]:
        """The k passages with the highest BM25 scores."""
        articles = None if scope is None else scope.articles
        keys, scores = self.indexes.words.search(text, k, articles)
        return dict(zip(keys.tolist(), scores.tolist(), strict=True))

    def cosines(self, row: FloatArray, keys: Sequence[int]) -> dict[int, float]:
        """The cosine of each of these passages."""
        return self.indexes.vectors.cosines(row, keys)

    def locations(self, keys: Sequence[int]) -> dict[int, Location]:
        """Where passages stand."""
        register = self._register()
        with self.store.translated():
            places = self.store.places(keys)
        return {
            key: Location(name, article, start, end, *register.headings[article])
            for key, name, article, start, end in places
            if article in register.headings
        }

    def passages(self, keys: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """Passages with their articles."""
        with self.store.translated():
            return self.store.passages(keys, self.generation)

    def copies(self, articles: Sequence[int]) -> dict[int, int]:
        """The first of their near-copies, for those that have some."""
        leaders = self._register().leaders
        return {key: leaders[key] for key in articles if key in leaders}


def local(snapshot: Snapshot) -> LocalSnapshot:
    """A snapshot whose two indexes can be looked into.

    Raises:
        TypeError: it is another engine's.
    """
    if not isinstance(snapshot, LocalSnapshot):
        raise TypeError(f"expected a snapshot of an index folder, found {type(snapshot).__name__}")
    return snapshot

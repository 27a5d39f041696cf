"""What can be asked of single words on Milvus, and what a question weighs.

Enters: texts. Leaves: stems, how rare each is among the passages of one generation, and a
question's clauses with their weights. The counts are rows of the truth like all others
(``writing.py`` keeps them), so that asking costs one look-up, not one search a stem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from embeddings.countries import mentions
from embeddings.engines.milvus.schema import visible
from embeddings.engines.milvus.table import Table
from embeddings.engines.milvus.weights import SparseRow, idf, term_number
from embeddings.lexical import OTHER_NAME, QUESTION_WORDS, analyzer, normalize, question_terms


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing asked for: any of some ways to say it, of which the best counts.

    Each way is a sparse vector; a passage that lacks one of its terms does not say it.
    """

    ways: tuple[SparseRow, ...]

    def score(self, passage: Mapping[int, float]) -> float:
        """What it adds to the BM25 score of a passage."""
        return max(
            sum(weight * passage[term] for term, weight in way.items())
            if way.keys() <= passage.keys()
            else 0.0
            for way in self.ways
        )


def at_most(clauses: Iterable[Clause]) -> SparseRow:
    """One sparse vector whose inner product with a passage is never less than its score."""
    total: SparseRow = {}
    for clause in clauses:
        highest: SparseRow = {}
        for way in clause.ways:
            for term, weight in way.items():
                highest[term] = max(weight, highest.get(term, 0.0))
        for term, weight in highest.items():
            total[term] = total.get(term, 0.0) + weight
    return total


class MilvusWords:
    """The words of one generation; safe to share between threads."""

    def __init__(self, terms: Table, generation: int, passages: int) -> None:
        """Ask ``terms`` of a generation that has this many passages."""
        self._terms = terms
        self._generation = generation
        self._passages = passages
        self._kept: dict[str, int] = {}

    @cached_property
    def _analyze(self) -> Callable[[str], list[str]]:
        return analyzer().analyze

    def __len__(self) -> int:
        """How many passages there are."""
        return self._passages

    def stems(self, text: str) -> list[str]:
        """The stems of a text, question words left out."""
        words = [word for word in normalize(text).split() if word.lower() not in QUESTION_WORDS]
        return self._analyze(" ".join(words))

    def idf(self, stem: str) -> float:
        """Inverse document frequency of a stem."""
        return idf(self._passages, self._having([stem])[0])

    def is_unknown(self, text: str) -> bool:
        """Whether none of the text's stems stands in any passage."""
        stems = self.stems(text)
        return bool(stems) and not any(self._having(stems))

    def clauses(self, question: str) -> list[Clause]:
        """What a question asks for; nothing that stands in no passage."""
        terms = question_terms(question, analyzer())
        ways: dict[tuple[str, ...], list[tuple[tuple[str, ...], float]]] = {
            (term,): [((term,), 1.0)] for term in terms
        }
        for own, others in self._countries(question, terms):
            for stem in own:
                ways.pop((stem,), None)
            ways[own] = [(own, 1.0), *((name, OTHER_NAME) for name in others)]
        # All at once: each look-up is a call.
        self._having([stem for each in ways.values() for names, _ in each for stem in names])
        made = (tuple(filter(None, (self._way(*way) for way in each))) for each in ways.values())
        return [Clause(found) for found in made if found]

    def _countries(
        self, question: str, terms: Sequence[str]
    ) -> Iterable[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
        """The stems of each country that is named, and those of its other names."""
        for mention in mentions(normalize(question)):
            own = tuple(stem for stem in self._analyze(mention.words) if stem in terms)
            if own:
                names = {tuple(self._analyze(normalize(name))) for name in mention.others}
                yield own, sorted(names - {own})

    def _way(self, stems: Sequence[str], worth: float) -> SparseRow | None:
        """One way to say something; None where no passage can."""
        counts = self._having(stems)
        if not stems or not all(counts):
            return None
        row: SparseRow = {}
        for stem, having in zip(stems, counts, strict=True):
            term = term_number(stem)
            row[term] = row.get(term, 0.0) + worth * idf(self._passages, having)
        return row

    def _having(self, stems: Sequence[str]) -> list[int]:
        """How many passages have each of these stems."""
        missing = [stem for stem in dict.fromkeys(stems) if stem not in self._kept]
        if missing and self._passages:
            rows = self._terms.looked_up(
                "term",
                map(term_number, missing),
                "term",
                "passages",
                where=visible(self._generation),
            )
            found = {row["term"]: row["passages"] for row in rows}
            self._kept.update({stem: found.get(term_number(stem), 0) for stem in missing})
        return [self._kept.get(stem, 0) for stem in stems]

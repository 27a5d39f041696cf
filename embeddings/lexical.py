"""Passages in, BM25 ranking out: the word index, on disk and updated in place.

Enters: passage texts with their heading fields under integer keys. Leaves: keys with BM25
scores, best first. Deliberately knows nothing of vectors or SQLite; it is derived and can be
rebuilt from the collection at any time.

The library is tantivy (MIT); docs/retrieval.md has the measurements behind the choice and behind
the field layout. The question never reaches a query parser: it goes through the same analyzer as
the passages and becomes a disjunction of terms, so no punctuation in it has a meaning; a country
becomes a choice among its names (``countries.py``).
"""

from __future__ import annotations

import math
import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from tantivy import Filter, Occur, Query, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from embeddings.countries import mentions
from embeddings.encoder import FloatArray
from embeddings.errors import CollectionCorrupt, CollectionUnwritable
from embeddings.vectors import IntArray, as_keys

# Part of what an index is made of: another value means rebuilding the word index.
LEXICAL_VERSION = "1"

ANALYZER = "english"
LONGEST_WORD = 60
# Bytes that the writer gathers before it writes a segment.
WRITER_MEMORY = 64_000_000
LARGE_WRITER_MEMORY = 256_000_000
PORTION = 2048
# Stems whose number of passages is kept: a count reads all that has the stem.
COUNTED = 100_000
# What a country's other name is worth, beside the one that was asked with (docs/retrieval.md).
OTHER_NAME = 0.5
# Words that say how a question is put, not what it is about. In a passage they are kept.
_ASKING = """
    a an the of in on at to for from by with and or is are was were be been being do does did
    has have had what which who whom whose when where why how that this these those it its
    as about into there any many much can could would should will may might if than i you we he
    she they
"""
QUESTION_WORDS = frozenset(_ASKING.split())
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WordEntry:
    """One passage as the word index sees it: its heading and its words in one text.

    ``article`` is the article's key, for filters. One field, not one a heading part: BM25 then
    weighs a publisher's name by how rare it is among all words (docs/retrieval.md has both).
    """

    key: int
    article: int
    text: str


def analyzer() -> TextAnalyzer:
    """Lower case, accents folded, English stems (Snowball)."""
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stemmer("english"))
        .build()
    )


def normalize(text: str) -> str:
    """Join accents to letters and dotted initials ("U.S." is "US"), drop the possessive."""
    text = unicodedata.normalize("NFC", text)
    return _POSSESSIVE.sub("", _DOTTED.sub(lambda found: found[0].replace(".", ""), text))


def question_terms(question: str, analyze: TextAnalyzer) -> list[str]:
    """The distinct stems of a question, question words left out unless nothing else is there."""
    words = normalize(question).split()
    content = [word for word in words if word.lower().strip("?.,!:;") not in QUESTION_WORDS]
    return list(dict.fromkeys(analyze.analyze(" ".join(content or words))))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", indexed=True, fast=True)
    builder.add_unsigned_field("article", indexed=True)
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="freq")
    return builder.build()


class WordIndex:
    """BM25 (k1 = 1.2, b = 0.75) over passages; safe to search from many threads."""

    def __init__(self, directory: Path | None) -> None:
        """Open or create the index in ``directory``; None keeps it in memory.

        Raises:
            CollectionCorrupt: what lies there is not a word index of this version.
            CollectionUnwritable: it cannot be created there.
        """
        # What a country's other name is worth beside the one that was asked with; 0 is nothing.
        self.other_name = OTHER_NAME
        self._schema = _schema()
        self._analyzer = analyzer()
        try:
            if directory is None:
                self._index = tantivy.Index(self._schema)
            else:
                directory.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(self._schema, path=str(directory))
        except ValueError as exc:
            raise CollectionCorrupt(f"the word index in {directory} cannot be read: {exc}") from exc
        except OSError as exc:
            raise CollectionUnwritable(f"cannot write to {directory}: {exc}") from exc
        self._index.register_tokenizer(ANALYZER, self._analyzer)
        self._searcher = self._index.searcher()
        # How many passages have a stem, as far as it was asked; true for this searcher.
        self._counted: dict[str, int] = {}

    @staticmethod
    def discard(directory: Path) -> None:
        """Delete a word index, so that it can be built again."""
        shutil.rmtree(directory, ignore_errors=True)

    def __len__(self) -> int:
        """How many passages it holds."""
        return int(self._searcher.num_docs)

    def idf(self, stem: str) -> float:
        """Inverse document frequency of a stem, as BM25 weighs it: >= 0, highest where unknown."""
        count, frequency = len(self), self._frequency(stem)
        return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5)) if count else 0.0

    def stems(self, text: str) -> list[str]:
        """The stems of a text, question words left out; empty where it has no others."""
        words = [w for w in normalize(text).split() if w.lower() not in QUESTION_WORDS]
        return self._analyzer.analyze(" ".join(words))

    def is_unknown(self, text: str) -> bool:
        """Whether none of the text's stems stands in any passage; False where it has none."""
        stems = self.stems(text)
        return bool(stems) and not any(self._frequency(stem) for stem in stems)

    def _frequency(self, stem: str) -> int:
        known = self._counted.get(stem)
        if known is None:
            # Counted by searching: the index's own figure includes passages that were removed.
            query = Query.term_query(self._schema, "text", stem, index_option="freq")
            found: Any = self._searcher.search(query, limit=1, count=True)  # its stub lacks count
            if len(self._counted) >= COUNTED:
                self._counted = {}
            known = self._counted[stem] = int(found.count or 0)
        return known

    def update(self, removed: Iterable[int], added: Iterable[WordEntry]) -> None:
        """Forget keys, add entries, and make both visible at once.

        An entry replaces what stood under its key, so an update that was cut off can be repeated.
        Entries are taken as they come: no more than some thousand are in memory at a time.

        Raises:
            CollectionUnwritable: the index cannot be written (disk full, another writer).
        """
        entries = iter(added)
        first = list(islice(entries, PORTION))
        large = len(first) == PORTION
        memory = LARGE_WRITER_MEMORY if large else WRITER_MEMORY
        try:
            writer = self._index.writer(heap_size=memory, num_threads=1)
            self._forget(writer, list(removed))
            for portion in chain([first], iter(lambda: list(islice(entries, PORTION)), [])):
                self._forget(writer, [entry.key for entry in portion])
                for entry in portion:
                    document = tantivy.Document()
                    document.add_unsigned("key", entry.key)
                    document.add_unsigned("article", entry.article)
                    document.add_text("text", normalize(entry.text))
                    writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()
        except (ValueError, OSError) as exc:
            raise CollectionUnwritable(f"the word index cannot be written: {exc}") from exc
        self._index.reload()
        self._searcher = self._index.searcher()
        self._counted = {}

    def _forget(self, writer: tantivy.IndexWriter, keys: list[int]) -> None:
        if keys and len(self):
            # By query: deleting an unsigned field by term finds nothing in tantivy 0.27.
            writer.delete_documents_by_query(Query.term_set_query(self._schema, "key", keys))

    def _clauses(self, question: str, terms: Sequence[str]) -> list[Query]:
        """One query a term; for a country one over all its names, of which the best counts."""
        clauses: dict[tuple[str, ...], Query] = {(term,): self._all([term]) for term in terms}
        for mention in mentions(normalize(question)) if self.other_name else ():
            own = tuple(stem for stem in self._analyzer.analyze(mention.words) if stem in terms)
            if not own:
                continue
            names = {tuple(self._analyzer.analyze(normalize(name))) for name in mention.others}
            others = [
                Query.boost_query(self._all(name), self.other_name)
                for name in sorted(names - {own})
            ]
            for stem in own:
                clauses.pop((stem,), None)
            clauses[own] = Query.disjunction_max_query([self._all(own), *others])
        return [*clauses.values()]

    def _all(self, stems: Sequence[str]) -> Query:
        """Passages with all of these stems."""
        each = [Query.term_query(self._schema, "text", stem, index_option="freq") for stem in stems]
        return each[0] if len(each) == 1 else Query.boolean_query([(Occur.Must, q) for q in each])

    def search(
        self, question: str, k: int, articles: Sequence[int] | None = None
    ) -> tuple[IntArray, FloatArray]:
        """Find the passages that share words with a question.

        Args:
            question: any text; none of its characters is syntax.
            k: at most this many.
            articles: search the passages of these articles only (their keys); None for all.

        Returns:
            keys and BM25 scores (> 0), best first; none for words the index does not know.
        """
        terms = question_terms(question, self._analyzer)
        searcher = self._searcher
        if k <= 0 or not terms or (articles is not None and not articles):
            return as_keys([]), np.zeros(0, dtype=np.float32)
        wanted = Query.boolean_query([(Occur.Should, c) for c in self._clauses(question, terms)])
        if articles is not None:
            among = Query.term_set_query(self._schema, "article", list(articles))
            wanted = Query.boolean_query(
                [(Occur.Must, wanted), (Occur.Must, Query.const_score_query(among, 0.0))]
            )
        found = searcher.search(wanted, limit=k, count=False).hits
        values = searcher.fast_field_values("key", [address for _, address in found])
        keys = [int(value) for value in values if value is not None]
        scores = np.array([score for score, _ in found], dtype=np.float32)
        return as_keys(keys), scores

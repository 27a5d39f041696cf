"""Queries made out of unlabelled articles, and what the search does with them.

Enters: an open collection, its passages and titles. Leaves: for each query the rank at which what
it was made from came back, and every passage that any query reached. Deliberately knows nothing
of intervals or reports.

A sentence without its rarest word, and a headline, are known-item queries: what should be found
is known without a label. They are easy, since the words of the query stand in what is sought; so
a low figure means that something is wrong, and a high one does not mean that questions in other
words are answered.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from embeddings.collection import Collection
from embeddings.errors import InvalidQuestion
from embeddings.retrieval import retrieve
from embeddings.schema import Article, Hit, Passage
from embeddings.words import words_of

DEPTH = 10
# How far down to look for what did not come among the first ten, and for ten different articles.
FAR = 100
# Fewer content words than this fit many passages.
LEAST_WORDS = 5

# Dotted initials are one word, as they are for the word index.
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[-'’.][^\W_]+)*")

T = TypeVar("T")
Progress = Callable[[int], object]


class Words(Protocol):
    """What is asked of a collection's words, as ``Collection.words`` tells it."""

    def stems(self, text: str) -> list[str]:
        """The stems of a text, question words left out."""
        ...

    def idf(self, stem: str) -> float:
        """How rare a stem is in the collection."""
        ...


@dataclass(frozen=True, slots=True)
class Blanked:
    """A sentence of a passage, the word taken out, and what is left to ask."""

    passage: Passage
    sentence: str
    word: str
    query: str


@dataclass(frozen=True, slots=True)
class Sought:
    """A query and where what it was made from came: 1 for first, 0 for not within ``FAR``.

    ``first`` is the id of the article that came first, empty where nothing came.
    """

    query: str
    article: str
    rank: int
    first: str
    passage: str = ""
    sentence: str = ""
    word: str = ""

    def within(self, depth: int) -> bool:
        """Whether it came among the first ``depth``."""
        return 0 < self.rank <= depth


@dataclass(slots=True)
class Reach:
    """Passages that came among the first ten of any query, and how many queries there were."""

    passages: set[str] = field(default_factory=set)
    queries: int = 0

    def saw(self, hits: Sequence[Hit]) -> None:
        """Count a query's hits."""
        self.queries += 1
        self.passages.update(hit.passage.id for hit in hits[:DEPTH])


def sampled(items: Iterable[T], name: Callable[[T], str], limit: int) -> list[T]:
    """At most ``limit`` items, the same ones whatever their order: lowest sha256 of their names."""
    return sorted(items, key=lambda item: _digest(name(item)))[:limit]


def blanked(passage: Passage, others: Sequence[Passage], words: Words) -> Blanked | None:
    """What to ask for a passage: one of its sentences without its key word.

    A sentence that no neighbouring passage repeats is preferred: its passage alone holds it.

    Args:
        passage: what should be found.
        others: all passages of its article.
        words: says how rare a word is in the collection.

    Returns:
        None where no sentence has enough words.
    """
    held = Counter(span for other in others for span in other.sentences)
    order = sorted(
        passage.sentences, key=lambda span: (held[span] > 1, _digest(f"{passage.id} {span.start}"))
    )
    for span in order:
        text = passage.text[span.start - passage.start : span.end - passage.start]
        sentence = " ".join(text.split())
        made = _without_key_word(sentence, words)
        if made is not None:
            return Blanked(passage, sentence, *made)
    return None


def _without_key_word(sentence: str, words: Words) -> tuple[str, str] | None:
    """The rarest content word, by inverse document frequency, and the sentence without it."""
    found = [(match, tuple(words.stems(match[0]))) for match in _WORD.finditer(sentence)]
    content = [(match, stems) for match, stems in found if stems]
    if len({stems for _, stems in content}) <= LEAST_WORDS:
        return None
    rarest, key = max(
        content,
        key=lambda one: (max(map(words.idf, one[1])), len(one[0][0]), -one[0].start()),
    )
    kept, position = [], 0
    for match, stems in content:
        if stems == key:
            kept.append(sentence[position : match.start()])
            position = match.end()
    return rarest[0], " ".join("".join([*kept, sentence[position:]]).split())


def ask_sentences(
    collection: Collection, asked: Sequence[Blanked], reach: Reach, progress: Progress
) -> list[Sought]:
    """Ask for each sentence; found is a passage that holds its words, in whichever article."""
    found = []
    for one in asked:
        hits = retrieve(collection, one.query, DEPTH).hits
        reach.saw(hits)
        sentence = " ".join(words_of(one.sentence))
        rank = _rank(hits, sentence)
        if not rank:
            rank = _rank(retrieve(collection, one.query, FAR).hits, sentence)
        place = one.passage.article
        found.append(
            Sought(one.query, place, rank, _first(hits), one.passage.id, one.sentence, one.word)
        )
        progress(1)
    return found


def _rank(hits: Sequence[Hit], sentence: str) -> int:
    for rank, hit in enumerate(hits, start=1):
        if f" {sentence} " in f" {' '.join(words_of(hit.passage.text))} ":
            return rank
    return 0


def with_headlines(articles: Iterable[Article], limit: int) -> list[Article]:
    """A sample of articles with a title that can be asked, one for each different title."""
    by_title = {tuple(words_of(one.title)): one for one in articles if one.title}
    by_title.pop((), None)
    return sampled(by_title.values(), lambda article: article.id, limit)


def ask_headlines(
    collection: Collection, articles: Sequence[Article], reach: Reach, progress: Progress
) -> list[Sought]:
    """Ask each title; found is an article with that title, its rank counted in articles."""
    found = []
    for article in articles:
        query = article.title or ""
        try:
            hits = retrieve(collection, query, FAR).hits
        except InvalidQuestion:
            # Longer than any question: it finds nothing, and that is the headline's failure.
            hits = []
        reach.saw(hits)
        wanted = words_of(query)
        titles = {hit.article.id: words_of(hit.article.title or "") for hit in hits}
        ranks = [rank for rank, title in enumerate(titles.values(), start=1) if title == wanted]
        found.append(Sought(query, article.id, next(iter(ranks), 0), _first(hits)))
        progress(1)
    return found


def _first(hits: Sequence[Hit]) -> str:
    return hits[0].article.id if hits else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()

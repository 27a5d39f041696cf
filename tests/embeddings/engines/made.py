"""Articles enough to search in, and what ought to be found in them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from weakref import WeakKeyDictionary

import numpy as np

from embeddings.collection import Collection
from embeddings.encoder import FloatArray
from embeddings.inputs import encoder_input
from embeddings.schema import Article, Filters, Passage
from tests.fakes import TinyEncoder
from tests.news import write_lines

PUBLISHERS = ("Público", "DAGEN", "Dagen", 'The "Daily" \\ Star\'s', "新聞", "", None)
AUTHORS = ("Ana Sá", "ana sá", "Kari Moe", None)
_WORDS = """
    river flood mayor strike train union vote port museum statue storm harvest budget court film
    school doctor bridge winter island
"""
WORDS = _WORDS.split()
FIRST = date(2024, 2, 27)


class QuickEncoder(TinyEncoder):
    """The same numbers, and no word's are made twice."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, FloatArray] = {}

    def _direction(self, word: str) -> FloatArray:
        if word not in self._known:
            self._known[word] = super()._direction(word)
        return self._known[word]


def write_made(folder: Path, count: int = 60, seed: int = 0) -> None:
    """A file of articles with every mixture of publisher, author and date, or none."""
    choose = random.Random(seed)  # noqa: S311 (made-up articles)
    rows: list[dict[str, object]] = []
    for n in range(count):
        sentences = (
            f"The {' '.join(choose.choices(WORDS, k=9))} of number{n} part{part}."
            for part in range(choose.randint(1, 60))
        )
        heading = {
            "publisher": PUBLISHERS[n % len(PUBLISHERS)],
            "author": AUTHORS[n % len(AUTHORS)],
            "published": (FIRST + timedelta(n // 4)).isoformat() if n % 5 else None,
        }
        given = {name: value for name, value in heading.items() if value}
        rows.append({"id": f"made-{n}", "text": " ".join(sentences), **given})
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "made.jsonl", rows)


_everything: WeakKeyDictionary[Collection, list[tuple[Passage, Article]]] = WeakKeyDictionary()


def everything(collection: Collection) -> list[tuple[Passage, Article]]:
    """Every passage with its article, of a collection that does not change."""
    if collection not in _everything:
        _everything[collection] = [
            (one, each) for each in collection.articles() for one in collection.passages_of(each.id)
        ]
    return _everything[collection]


def passes(filters: Filters) -> Callable[[Article], bool]:
    """Whether an article passes, said another way than the engines do."""

    def among(value: str | None, wanted: tuple[str, ...]) -> bool:
        folded = {each.casefold() for each in wanted}
        return not wanted or (value is not None and value.casefold() in folded)

    def check(article: Article) -> bool:
        day = date.fromisoformat(article.published) if article.published else None
        return (
            among(article.publisher, filters.publisher)
            and among(article.author, filters.author)
            and (not filters.article or article.id in filters.article)
            and (filters.after is None or (day is not None and day >= filters.after))
            and (filters.before is None or (day is not None and day <= filters.before))
        )

    return check


def nearest_ids(
    found: list[tuple[Passage, Article]], question: str, encoder: TinyEncoder
) -> list[tuple[str, float]]:
    """Passage ids with cosines, best first, by brute force."""
    texts = [encoder_input(article, one.start, one.end) for one, article in found]
    if not texts:
        return []
    cosines = encoder.encode(texts) @ encoder.encode_query(question)
    order = np.argsort(-cosines, kind="stable")
    return [(found[i][0].id, float(cosines[i])) for i in order]

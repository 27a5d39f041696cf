"""The articles of a collection as short rows: found by words, shown by the page.

Enters: articles. Leaves: ``Row`` values, pages of them, example questions. Deliberately keeps no
texts, so that a list of tens of thousands of articles stays small, and knows no Streamlit.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from embeddings.schema import Article
from qa_app.wording import cut, spoken_date

T = TypeVar("T")

PAGE_ROWS = 12
EXAMPLES = 4
# In a headline written as a sentence, capitalised words after the first are a name.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
# Where every word of a headline is capitalised, two together are a name if several have them.
_PAIR = re.compile(r"(?=\b([A-Z][\w’'-]+ [A-Z][\w’'-]+))")
_SMALL = (
    "a about after all an and are as at be before best but by can do does first for from get has "
    "have here here's here’s how if in into is it its it’s just latest more most needs new news no "
    "not now of off on one or our out over says should than that the their these they this to top "
    "up us was we what what's what’s when where which who why will with you your"
)
_SMALL_WORDS = frozenset(_SMALL.split())
_SHORT_TITLE = 110


@dataclass(frozen=True, slots=True)
class Row:
    """One article in the list; ``label`` is its title or first words, ``found_by`` in one case."""

    id: str
    label: str
    titled: bool
    author: str
    publisher: str
    published: str
    file: str
    found_by: str

    @property
    def detail(self) -> str:
        """Publisher, author and date in one line; what is unknown is left out, the date said."""
        parts = [self.publisher, self.author, spoken_date(self.published or None)]
        return " · ".join(part for part in parts if part)


def row(article: Article) -> Row:
    """An article without its text."""
    author, publisher = article.author or "", article.publisher or ""
    file = Path(article.path).name
    words = (article.label, author, publisher, article.published or "", file)
    return Row(
        id=article.id,
        label=cut(article.label, 160),
        titled=article.title is not None,
        author=cut(author, 80),
        publisher=cut(publisher, 80),
        published=article.published or "",
        file=file,
        found_by="\n".join(words).casefold(),
    )


def search(rows: Sequence[Row], words: str) -> list[Row]:
    """The rows that have every word, anywhere, in any case; all rows for no words."""
    wanted = words.casefold().split()
    return [each for each in rows if all(word in each.found_by for word in wanted)]


def page_of(rows: Sequence[T], page: int, size: int = PAGE_ROWS) -> tuple[Sequence[T], int, int]:
    """The rows of a page (from 1), the page that really is, and how many there are."""
    pages = max(1, -(-len(rows) // size))
    page = min(max(page, 1), pages)
    return rows[(page - 1) * size : page * size], page, pages


def example_questions(rows: Iterable[Row], count: int = EXAMPLES) -> list[str]:
    """Questions to begin with, from the titles: those that are questions, then names in them."""
    titles = [each.label for each in rows if each.titled and len(each.label) <= _SHORT_TITLE]
    asked = [title for title in titles if title.rstrip().endswith("?")]
    once = Counter(name for title in titles for name in set(_named(title)))
    pairs = Counter(pair for title in titles for pair in set(_paired(title)))
    names = once + Counter({pair: n for pair, n in pairs.items() if n > 1})
    frequent = sorted(names, key=lambda name: (-names[name], name))
    about = [f"What do the articles say about {name}?" for name in frequent]
    half = count // 2 if about else count
    return list(dict.fromkeys([*asked[:half], *about, *asked[half:]]))[:count]


def _named(title: str) -> list[str]:
    words = title.split()
    as_sentence = 2 * sum(word[0].islower() for word in words) >= len(words)
    return _NAME.findall(title) if as_sentence else []


def _paired(title: str) -> list[str]:
    pairs: list[str] = _PAIR.findall(title)
    return [pair for pair in pairs if _SMALL_WORDS.isdisjoint(pair.casefold().split())]


def seed_questions() -> list[str]:
    """The hand-written questions to the example articles of this project."""
    text = Path(__file__).with_name("examples.json").read_text(encoding="utf-8")
    questions: list[str] = json.loads(text)
    return questions

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

from embeddings.schema import Article
from qa_app.ui.view import cut, spoken_date

PAGE_ROWS = 12
EXAMPLES = 4
# Two or more capitalised words in a row: in headlines that leave most words small, a name.
_NAME = re.compile(r"\b[A-Z][\w’'.-]+(?:\s+[A-Z][\w’'.-]+)+")
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


def page_of(
    rows: Sequence[Row], page: int, size: int = PAGE_ROWS
) -> tuple[Sequence[Row], int, int]:
    """The rows of a page (from 1), the page that really is, and how many there are."""
    pages = max(1, -(-len(rows) // size))
    page = min(max(page, 1), pages)
    return rows[(page - 1) * size : page * size], page, pages


def example_questions(rows: Iterable[Row], count: int = EXAMPLES) -> list[str]:
    """Questions to begin with, from the titles: those that are questions, then names in them."""
    titles = [each.label for each in rows if each.titled and len(each.label) <= _SHORT_TITLE]
    asked = [title for title in titles if title.rstrip().endswith("?")]
    # A headline in capitals throughout has no names to tell from its other words.
    spoken = [title for title in titles if any(w.islower() for w in title.split())]
    names = Counter(name for title in spoken for name in set(_NAME.findall(title)))
    frequent = sorted(names, key=lambda name: (-names[name], name))
    about = [f"What do the articles say about {name.rstrip('.')}?" for name in frequent]
    half = count // 2 if about else count
    return list(dict.fromkeys([*asked[:half], *about, *asked[half:]]))[:count]


def seed_questions() -> list[str]:
    """The hand-written questions to the example articles of this project."""
    text = Path(__file__).with_name("examples.json").read_text(encoding="utf-8")
    questions: list[str] = json.loads(text)
    return questions

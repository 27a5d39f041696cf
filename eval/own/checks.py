"""What can be said of articles by looking at them, without asking anything.

Enters: articles, how many passages each became, today's date. Leaves: for every check the
articles that it names, with a note each. Deliberately knows nothing of queries, of other articles
(``near_duplicates``), or of how grave a finding is (``advice.py``).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from embeddings.lexical import QUESTION_WORDS
from embeddings.schema import Article
from embeddings.words import words_of

SHORT_WORDS = 50
FIRST_YEAR = 1900
# Of 5,213 English news articles 27 have a smaller share, all of them lists and tables; German,
# Spanish, Italian and Dutch prose has .03 to .12.
ENGLISH_SHARE = 0.15
# A day with more of the articles than this was set by a program, in a collection of at least so
# many articles.
ONE_DAY_SHARE, ONE_DAY_ARTICLES = 0.5, 20

# UTF-8 read as Latin-1 or Windows-1252, and characters that were already lost.
_BROKEN = re.compile(r"\ufffd|â€[\u0080-\u00a6\u0153\u2018-\u201e\u2122]|Ã[\u0080-\u00bf]")


@dataclass(frozen=True, slots=True)
class Flag:
    """An article that a check names, and what it saw there (may be empty)."""

    article: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """An article as the checks see it: its own prose apart, and how many passages it became."""

    article: Article
    prose: str
    passages: int
    today: date


Check = Callable[[Looked], str | None]


def prose_of(article: Article) -> str:
    """The article's text without its furniture."""
    return "\n".join(article.text[start:end] for start, end in _between(article))


def check_articles(
    articles: Sequence[Article], passages: Mapping[str, int], today: date
) -> dict[str, list[Flag]]:
    """Every check over every article.

    Args:
        articles: what the collection holds.
        passages: how many each became, by id; 0 where it is missing.
        today: the last day that is not in the future.

    Returns:
        For every name in ``CHECKS``, and ``same_day`` and ``same_title``, the articles it names.
    """
    found: dict[str, list[Flag]] = {name: [] for name in CHECKS}
    for article in articles:
        looked = Looked(article, prose_of(article), passages.get(article.id, 0), today)
        for name, check in CHECKS.items():
            note = check(looked)
            if note is not None:
                found[name].append(Flag(article.id, note))
    return {**found, "same_day": _same_day(articles), "same_title": _same_title(articles)}


def _between(article: Article) -> Iterator[tuple[int, int]]:
    position = 0
    for span in sorted(article.furniture):
        if span.start > position:
            yield position, span.start
        position = max(position, span.end)
    yield position, len(article.text)


def _without(field: str) -> Check:
    return lambda looked: None if getattr(looked.article, field) else ""


def _dated(looked: Looked, wrong: Callable[[date], bool]) -> str | None:
    found = looked.article.heading.published
    if found is None or not wrong(date.fromisoformat(found.value)):
        return None
    return f"{found.value}, read from: {found.source}"


def _guessed(looked: Looked) -> str | None:
    """A date that a program left in the file says when the file was made."""
    found = looked.article.heading.published
    if found is None or found.source not in {"PDF creation date", "DOCX properties"}:
        return None
    return f"{found.value}, from: {found.source}"


def _empty(looked: Looked) -> str | None:
    return None if looked.passages else "no sentence of its own"


def _short(looked: Looked) -> str | None:
    count = len(words_of(looked.prose))
    return f"{count} words" if looked.passages and count < SHORT_WORDS else None


def _furniture(looked: Looked) -> str | None:
    own, all_ = len(words_of(looked.prose)), len(words_of(looked.article.text))
    # A heading block counts as furniture too; it alone has fewer words than this.
    if looked.passages and all_ - own >= SHORT_WORDS and all_ - own > own:
        return f"{own} of {all_} words are its own"
    return None


def _foreign(looked: Looked) -> str | None:
    words = words_of(looked.prose)
    if len(words) < SHORT_WORDS:
        return None
    share = sum(word in QUESTION_WORDS for word in words) / len(words)
    return f"begins: {looked.prose.strip()[:80]}" if share < ENGLISH_SHARE else None


def _broken(looked: Looked) -> str | None:
    text = looked.article.text
    found = _BROKEN.search(text)
    if found is None:
        return None
    return f"…{text[max(0, found.start() - 25) : found.end() + 25]}…"


CHECKS: Mapping[str, Check] = {
    "no_date": _without("published"),
    "no_publisher": _without("publisher"),
    "no_title": _without("title"),
    "no_author": _without("author"),
    "future_date": lambda looked: _dated(looked, lambda day: day > looked.today),
    "old_date": lambda looked: _dated(looked, lambda day: day.year < FIRST_YEAR),
    "guessed_date": _guessed,
    "nothing_to_cite": _empty,
    "short": _short,
    "furniture": _furniture,
    "not_english": _foreign,
    "broken_characters": _broken,
}


def _same_day(articles: Sequence[Article]) -> list[Flag]:
    days = Counter(article.published for article in articles if article.published)
    if len(articles) < ONE_DAY_ARTICLES or not days:
        return []
    day, count = days.most_common(1)[0]
    if count <= ONE_DAY_SHARE * len(articles):
        return []
    return [Flag(article.id, day) for article in articles if article.published == day]


def _same_title(articles: Sequence[Article]) -> list[Flag]:
    by_title: dict[tuple[str, ...], list[Article]] = defaultdict(list)
    for article in articles:
        if article.title:
            by_title[tuple(words_of(article.title))].append(article)
    return [
        Flag(article.id, article.title or "")
        for group in by_title.values()
        if len(group) > 1
        for article in group
    ]

"""Questions for measuring speed, made out of articles that nobody labelled.

Enters: articles. Leaves: texts to ask, half of them titles, half the content words of a sentence.
The same articles give the same questions in every process. Deliberately knows nothing of what
would be right: a question of an article's own words is easy, and says nothing of quality.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from embeddings.lexical import QUESTION_WORDS
from embeddings.segment import sentences
from embeddings.words import words_of
from eval.bench.news import NewsRow
from eval.own.queries import LEAST_WORDS

# As many content words as people type; a whole sentence would be a far longer query.
MOST_WORDS = 8
# Of a longer text: where a news article tells what it is about.
HEAD = 5_000
FEWEST_LETTERS = 3


def questions_of(rows: Sequence[NewsRow], limit: int) -> list[str]:
    """At most ``limit`` different questions: of one article its title, of the next a sentence.

    Where there are too few articles for that, they are gone through a second time, the other way
    round.
    """
    asked: dict[str, None] = {}
    for turn in range(2):
        for number, row in enumerate(rows):
            if len(asked) == limit:
                return list(asked)
            question = _title(row) if (number + turn) % 2 == 0 else _sentence(row)
            if question:
                asked.setdefault(question)
    return list(asked)


def _title(row: NewsRow) -> str:
    title = " ".join((row.title or "").split())
    return title if words_of(title) else ""


def _sentence(row: NewsRow) -> str:
    """The content words of one sentence; the same one every time."""
    found = [words for words in _contents(row.text[:HEAD]) if len(words) > LEAST_WORDS]
    if not found:
        return ""
    chosen = min(found, key=lambda words: hashlib.sha256(" ".join(words).encode()).digest())
    return " ".join(chosen[:MOST_WORDS])


def _contents(text: str) -> Iterator[list[str]]:
    for span in sentences(text):
        words = text[span.start : span.end].split()
        bare = (word.strip(".,;:!?()[]\"'“”‘’—–-") for word in words)
        yield [w for w in bare if len(w) >= FEWEST_LETTERS and w.lower() not in QUESTION_WORDS]

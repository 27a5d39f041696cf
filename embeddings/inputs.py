"""What the encoder and the word index read of a passage: its heading, then its words.

Enters: an article and offsets. Leaves: a string. A passage in mid-article seldom says who
published it or when; a question often does.
"""

from __future__ import annotations

from datetime import date

from embeddings.schema import Article

# Part of what an index is made of: another value means that its vectors are of other texts.
INPUT_VERSION = "1"


def heading_line(article: Article) -> str:
    """Title, publisher, author and date, as far as they are known, in one line."""
    written = None
    if article.published:
        day = date.fromisoformat(article.published)
        # Both ways of writing it: BM25 matches words, and questions use either.
        written = f"{day.day} {day:%B} {day.year} ({article.published})"
    parts = (article.title, article.publisher, article.author, written)
    return ". ".join(part for part in parts if part)


def encoder_input(article: Article, start: int, end: int) -> str:
    """The heading line and ``article.text[start:end]``, as both indexes read it."""
    return f"{heading_line(article)}\n{article.text[start:end]}".lstrip("\n")

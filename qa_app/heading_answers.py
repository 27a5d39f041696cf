"""Questions about the articles themselves: who wrote it, who published it, when, under what title.

Enters: a question and the hits for it. Leaves: which field of which article is asked for, or
None. Such a question is answered with the line of the article that says it; what only a sidecar
or a database field says cannot be quoted, and is told as a notice instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.schema import Article, Found, Hit, Span

_PIECE = r"(?:article|piece|story|report|text|column|post|essay|op-ed|editorial|commentary)"
_ASKED = (
    (
        "author",
        re.compile(
            rf"\bwho(?:\s+(?:is|was|are|were))?\s+(?:the\s+)?(?:wrote|written|author(?:s|ed)?\s+of|"
            rf"author(?:s|ed)?|writer\s+of)\b.*\b{_PIECE}\b|\bwho\s+wrote\s+[“\"']|"
            rf"\bby\s+whom\b.*\bwritten\b|\bwhose\s+(?:byline|{_PIECE})\b|"
            rf"\b(?:author|writer|byline)\s+of\s+(?:the|this|that|an?)\b.*\b{_PIECE}\b",
            re.IGNORECASE,
        ),
    ),
    (
        "published",
        re.compile(
            rf"\b(?:when|what\s+(?:date|day|year)|which\s+(?:date|day|year))\b.*\b{_PIECE}\b.*"
            rf"\b(?:published|written|appear(?:ed)?|released|posted|dated|come\s+out)\b|"
            rf"\b(?:publication\s+date|date\s+of\s+publication)\b|"
            rf"\bwhat\s+is\s+the\s+date\s+of\s+(?:the|this)\b.*\b{_PIECE}\b",
            re.IGNORECASE,
        ),
    ),
    (
        "publisher",
        re.compile(
            rf"\b(?:who|which|what)\b[^?]*\b(?:published|carried|ran|printed)\b[^?]*\b{_PIECE}\b|"
            rf"\b(?:which|what)\s+(?:outlet|publication|publisher|newspaper|magazine|website|site)"
            rf"\b[^?]*\b(?:published|carried|ran|printed|from)\b|"
            rf"\bwhere\s+(?:was|did)\b[^?]*\b{_PIECE}\b[^?]*\b(?:published|appear)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "title",
        re.compile(
            rf"\b(?:title|headline)\s+of\b[^?]*\b{_PIECE}\b|"
            rf"\bwhat\s+is\b[^?]*\b{_PIECE}\b[^?]*\b(?:called|titled|headlined)\b",
            re.IGNORECASE,
        ),
    ),
)
_WORD = re.compile(r"[^\W_]+")
# A longer line is a paragraph, of which the value is only a part.
LONGEST_LINE = 160
NAMES = {
    "author": "author",
    "published": "publication date",
    "publisher": "publisher",
    "title": "title",
}


@dataclass(frozen=True, slots=True)
class HeadingQuestion:
    """One field of one article; ``found`` is None where the article does not give it."""

    field: str
    article: Article
    found: Found | None


def heading_question(question: str, hits: Sequence[Hit]) -> HeadingQuestion | None:
    """Recognise a question about an article's heading; None for any other question."""
    field = next((name for name, asked in _ASKED if asked.search(question)), None)
    if field is None or not hits:
        return None
    article = _meant(question, hits)
    found: Found | None = getattr(article.heading, field)
    return HeadingQuestion(field, article, found)


def _meant(question: str, hits: Sequence[Hit]) -> Article:
    """The article the question names by title, publisher or author, else the nearest one."""
    asked = {word.casefold() for word in _WORD.findall(question)}
    articles = list({hit.article.id: hit.article for hit in hits}.values())

    def named(article: Article) -> float:
        parts = (article.title, article.publisher, article.author)
        shares = []
        for part in parts:
            words = {word.casefold() for word in _WORD.findall(part or "")}
            shares.append(len(words & asked) / len(words) if words else 0.0)
        # Half a name is chance ("the US", "news"); most of one is a reference.
        return max(share if share >= 0.6 else 0.0 for share in shares)

    return max(articles, key=lambda article: (named(article), -articles.index(article)))


def line_of(text: str, span: Span) -> Span:
    """The line that a value stands in ("By A. Author"), or the value itself in a long line."""
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end
    line = text[start:end]
    if len(line) > LONGEST_LINE:
        return span
    return Span(start + len(line) - len(line.lstrip()), start + len(line.rstrip()))

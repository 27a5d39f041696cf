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

# Words for an article as such. "Report", "text" and "statement" are left out: news is about those.
_PIECE = r"(?:articles?|pieces?|story|column|essay|op-ed|editorial|commentary)"
_TITLE = r"(?:[“\"][^”\"]+[”\"])"
_OUTLET = r"(?:outlet|publication|publisher|newspaper|paper|magazine|website|web\s+site|site)"
_WRITER = r"(?:writer|author|journalist|reporter|columnist|correspondent)"
_SENT_OUT = (
    r"(?:publish(?:ed)?|wr(?:itten|ote|ite)|appear(?:ed)?|released?|posted|dated|come\s+out)"
)
_WHEN = r"(?:\bwhen\b|\b(?:what|which)\s+(?:date|day|month|year)\b)"
_ASKED = (
    (
        "author",
        rf"\bwho\s+(?:wrote|authored)\b.*\b{_PIECE}\b|\bwho\s+(?:wrote|authored)\s+{_TITLE}|"
        rf"\bwho\s+wrote\s+about\b|\bby\s+whom\b.*(?:\b{_PIECE}\b|{_TITLE}).*\bwritten\b|"
        rf"\bwho\s+(?:is|was|are|were)\s+the\s+{_WRITER}s?\s+of\b.*(?:\b{_PIECE}\b|{_TITLE})|"
        rf"\b(?:which|what)\s+{_WRITER}\b.*\b(?:wrote|contributed|covered|authored)\b|"
        rf"\bwhose\s+(?:byline|{_PIECE})\b|\bwhat\s+is\s+the\s+byline\b",
    ),
    (
        "published",
        rf"{_WHEN}.*(?:\b{_PIECE}\b|{_TITLE}).*\b(?:{_SENT_OUT}|carry|bear|have)\b|"
        rf"{_WHEN}.*\b(?:publish|write)\b.*\b{_PIECE}\b|"
        rf"\bdate\s+(?:of|on)\b.*(?:\b{_PIECE}\b|{_TITLE})|"
        rf"\b(?:publication\s+date|date\s+of\s+publication)\b",
    ),
    (
        "publisher",
        rf"\b(?:who|which|what)\b.*\b(?:published|carried|ran|printed)\b.*"
        rf"(?:\b{_PIECE}\b|{_TITLE})|"
        rf"\b(?:which|what)\s+(?:\w+\s+)?{_OUTLET}\b.*\b(?:published|carried|ran|printed|write)\b|"
        rf"\b(?:which|what)\s+(?:\w+\s+)?{_OUTLET}\s+is\b.*\b{_PIECE}\b.*\bfrom\b|"
        rf"\bwhere\s+(?:was|did)\b.*(?:\b{_PIECE}\b|{_TITLE}).*\b(?:published|appear)\b",
    ),
    (
        "title",
        rf"\b(?:title|headline)\s+of\b.*\b{_PIECE}\b|"
        rf"\bwhat\s+is\b.*\b{_PIECE}\b.*\b(?:called|titled|headlined)\b",
    ),
)
_WORD = re.compile(r"[^\W_]+")
# A longer line is a paragraph, of which the value is only a part.
LONGEST_LINE = 160
# They say that articles are asked about, not what they tell; with a capital they belong to a name.
_ABOUT = (
    "article articles author authors publish published publishes write writes writing written wrote"
)
OF_ARTICLES = frozenset(_ABOUT.split())
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
    field = next((n for n, asked in _ASKED if re.search(asked, question, re.IGNORECASE)), None)
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

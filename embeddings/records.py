"""Values as every ``--json`` of this project prints them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from embeddings.schema import Article, Hit


def article_record(article: Article) -> dict[str, Any]:
    """The fields that stand beside every quote and every hit."""
    names = ("path", "title", "author", "publisher", "published")
    return {"article": article.id} | {name: getattr(article, name) for name in names}


def copies_record(copies: Iterable[Article]) -> list[dict[str, Any]]:
    """Other articles that carry the same words, each by what a reader knows it by."""
    names = ("path", "title", "publisher", "published")
    return [{"article": a.id} | {name: getattr(a, name) for name in names} for a in copies]


def hit_record(hit: Hit) -> dict[str, Any]:
    """A passage with its article, offsets, scores and the other articles that carry it."""
    scores = {n: None if s is None else round(s, 6) for n, s in asdict(hit.scores).items()}
    passage = hit.passage
    return {
        **article_record(hit.article),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": scores["fused"],
        "scores": scores,
        "copies": copies_record(hit.copies),
    }

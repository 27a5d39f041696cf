"""Values as every ``--json`` of this project prints them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from embeddings.schema import Article, Hit


def article_record(article: Article) -> dict[str, Any]:
    """The fields that stand beside every quote and every hit."""
    names = ("path", "title", "author", "publisher", "published")
    return {"article": article.id} | {name: getattr(article, name) for name in names}


def hit_record(hit: Hit) -> dict[str, Any]:
    """A passage with its article, offsets and scores."""
    scores = {n: None if s is None else round(s, 6) for n, s in asdict(hit.scores).items()}
    passage = hit.passage
    return {
        **article_record(hit.article),
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": scores["fused"],
        "scores": scores,
    }

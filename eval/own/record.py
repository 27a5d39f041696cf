"""What ``own`` saw, as JSON values: articles by name and place, copies, problems, replies.

Enters: what the other modules of ``own`` found. Leaves: parts of ``own.json``. Deliberately
decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embeddings.articles import find_sources
from embeddings.errors import ArticleUnreadable
from embeddings.schema import Article, Problem
from eval.own.elsewhere import Reply
from eval.own.near_duplicates import Pair, SharedSentence
from eval.own.queries import DEPTH, Sought

Names = Callable[[str], dict[str, Any]]


def missed(sought: Sequence[Sought], names: Names) -> list[dict[str, Any]]:
    """The queries that did not bring what they were made from among the first ten."""
    return [
        {
            **names(one.article),
            **{key: getattr(one, key) for key in ("query", "sentence", "word", "rank")},
            "first": names(one.first) if one.first else None,
        }
        for one in sought
        if not one.within(DEPTH)
    ]


def reply_record(reply: Reply, names: Names) -> dict[str, Any]:
    """A question, what was said to it, and the quotes that it rested on."""
    quotes = [{**names(cited.article), "quote": cited.quote} for cited in reply.citations]
    question = {"id": reply.question.id, "kind": reply.question.kind}
    return {
        **question,
        "question": reply.question.question,
        "confidence": reply.confidence,
        "answer": reply.answer,
        "error": reply.error,
        "citations": quotes,
    }


def names_of(articles: Sequence[Article], root: Path | None) -> Names:
    """How an article is called in the record, by its id."""
    known = {article.id: article for article in articles}

    def named(name: str) -> dict[str, Any]:
        article = known[name]
        return {
            "article": name,
            "label": article.label,
            "path": within(article.path, root),
            "format": article.format,
            "publisher": article.publisher,
            "published": article.published,
        }

    return named


def within(path: str, root: Path | None) -> str:
    """A path as the user would write it from the folder that was given."""
    if root is None or not Path(path).is_relative_to(root):
        return path
    return str(Path(path).relative_to(root)) if Path(path) != root else root.name


def groups_record(
    groups: Sequence[Sequence[str]], pairs: Sequence[Pair], names: Names
) -> list[dict[str, Any]]:
    """Near-duplicates, the oldest of each group first, undated ones last."""
    made = []
    for group in groups:
        inside = [pair for pair in pairs if pair.first in group]
        members = sorted(
            (names(one) for one in group),
            key=lambda one: (one["published"] or "9999", one["article"]),
        )
        dates = [one["published"] for one in members]
        oldest = all(dates) and dates.count(dates[0]) == 1
        made.append(
            {
                "similarity": [
                    min(p.similarity for p in inside),
                    max(p.similarity for p in inside),
                ],
                "oldest": members[0]["article"] if oldest else None,
                "articles": members,
                "pairs": [asdict(pair) for pair in inside],
            }
        )
    return sorted(made, key=lambda one: -one["similarity"][1])


def shared_record(one: SharedSentence, names: Names) -> dict[str, Any]:
    """A sentence and the articles that hold it."""
    return {"text": one.text, "articles": [names(each) for each in one.articles]}


def copied_files(root: Path | None) -> list[list[str]]:
    """Files that are the same byte for byte: the collection holds one article for them."""
    if root is None or not root.is_dir():
        return []
    same: dict[str, list[str]] = {}
    for source in find_sources(root):
        try:
            same.setdefault(source.fingerprint(), []).append(within(source.path, root))
        except ArticleUnreadable:
            # It is among the problems, with its reason.
            continue
    return [paths for paths in same.values() if len(paths) > 1]


def problems_record(problems: Sequence[Problem], root: Path | None) -> dict[str, Any]:
    """Files and lines that were skipped, and warnings about the others, each with its reason."""

    def told(problem: Problem) -> dict[str, Any]:
        return {**asdict(problem), "path": within(problem.path, root)}

    return {
        "skipped": [told(problem) for problem in problems if problem.skipped],
        "warnings": [told(problem) for problem in problems if not problem.skipped],
    }

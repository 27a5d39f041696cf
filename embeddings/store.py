"""The one truth: articles, passages, vectors and sources in SQLite.

Enters: values of ``embeddings.schema``. Leaves: the same values, as of one generation.
Deliberately knows nothing of files being read, models, FAISS or BM25.

Visibility is by generation. An article row is visible at generation g when ``added <= g`` and it
was not removed by then. A sync stages rows under g + 1, where nobody sees them, and one short
transaction makes g + 1 current: a process killed at any point leaves the old state or the new
one, and readers at g go on undisturbed. What became invisible is deleted one sync later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from embeddings.database import Database
from embeddings.identity import heading_from_json, unpack_spans
from embeddings.schema import Article, Passage

_VISIBLE = "a.added <= :at AND (a.removed IS NULL OR a.removed > :at)"
_PATH = (
    "(SELECT min(s.path) FROM links l JOIN sources s ON s.key = l.source WHERE l.article = a.key)"
)
# Links are of the current state: an older snapshot falls back on where the article was first read.
_ARTICLE = f"a.key, a.id, a.format, a.text, a.heading, a.furniture, coalesce({_PATH}, a.path)"


class Store(Database):
    """What a collection holds, read as of a generation."""

    def articles(self, at: int) -> Iterator[tuple[int, Article]]:
        """Every article visible at a generation, with its key, in order of path."""
        query = f"SELECT {_ARTICLE} AS path FROM articles a WHERE {_VISIBLE} ORDER BY path, a.key"  # noqa: S608
        for row in self.connection.execute(query, {"at": at}):
            yield row[0], _article(row)

    def articles_by_key(self, keys: Sequence[int], at: int | None = None) -> dict[int, Article]:
        """Articles by key: those visible at a generation, or whatever their generation."""
        visible = "" if at is None else f"WHERE {_VISIBLE}"
        query = (
            f"SELECT {_ARTICLE} FROM json_each(:keys) j "  # noqa: S608
            f"CROSS JOIN articles a ON a.key = j.value {visible}"
        )
        rows = self.connection.execute(query, {"keys": json.dumps(list(keys)), "at": at})
        return {row[0]: _article(row) for row in rows}

    def find_article(self, name: str, at: int) -> list[tuple[int, Article]]:
        """Articles whose id is ``name``; where there is none, those whose path ends in it."""
        name = name.encode(errors="replace").decode()
        named = {"at": at, "name": name, "tail": f"/{name}"}
        by_path = (
            "EXISTS (SELECT 1 FROM links l JOIN sources s ON s.key = l.source WHERE l.article = "
            "a.key AND (s.path = :name OR substr(s.path, -length(:tail)) = :tail))"
        )
        # The first is one look at an index, the second reads every article's row.
        for condition in ("a.id = :name", by_path):
            query = f"SELECT {_ARTICLE} FROM articles a WHERE {condition} AND {_VISIBLE} "  # noqa: S608
            rows = self.connection.execute(query + "ORDER BY a.id", named).fetchall()
            if rows:
                return [(row[0], _article(row)) for row in rows]
        return []

    def passage_keys(self, articles: Sequence[int]) -> list[int]:
        """Keys of the passages of these articles."""
        query = "SELECT p.key FROM json_each(?) j CROSS JOIN passages p ON p.article = j.value"
        rows = self.connection.execute(query, (json.dumps(list(articles)),))
        return [row[0] for row in rows]

    def passages(self, keys: Sequence[int], at: int) -> dict[int, tuple[Passage, Article]]:
        """Passages by key with their articles; those not visible at ``at`` are left out."""
        query = (
            "SELECT p.key, p.id, p.start, p.end, p.sentences, p.article "
            "FROM json_each(?) j CROSS JOIN passages p ON p.key = j.value"
        )
        rows = self.connection.execute(query, (json.dumps(list(keys)),)).fetchall()
        articles = self.articles_by_key(sorted({row[5] for row in rows}), at)
        found = {}
        for key, name, start, end, spans, owner in rows:
            if owner in articles:
                article = articles[owner]
                text = article.text[start:end]
                passage = Passage(name, article.id, start, end, text, unpack_spans(spans))
                found[key] = (passage, article)
        return found

    def places(self, keys: Sequence[int]) -> list[tuple[int, str, int, int, int]]:
        """Key, id, article, start and end of passages, whatever their generation."""
        query = (
            "SELECT p.key, p.id, p.article, p.start, p.end "
            "FROM json_each(?) j CROSS JOIN passages p ON p.key = j.value"
        )
        return self.connection.execute(query, (json.dumps(list(keys)),)).fetchall()

    def passage_runs(self, at: int) -> list[tuple[int, int, int, int]]:
        """Of every visible article with passages: its key, their first and last key, their number.

        They are numbered one after the other, since one transaction writes all of an article.
        """
        query = (
            "SELECT a.key, min(p.key), max(p.key), count(*) FROM articles a "  # noqa: S608
            f"JOIN passages p ON p.article = a.key WHERE {_VISIBLE} GROUP BY a.key"
        )
        return self.connection.execute(query, {"at": at}).fetchall()

    def headings(self, at: int) -> list[tuple[int, str | None, str | None, str | None]]:
        """Key, publisher, author and day of publication of every visible article."""
        query = f"SELECT a.key, a.publisher, a.author, a.published FROM articles a WHERE {_VISIBLE}"  # noqa: S608
        return self.connection.execute(query, {"at": at}).fetchall()

    def sketches(self) -> dict[int, bytes]:
        """The sketch of every article, whatever its generation; empty where it has none."""
        return dict(self.connection.execute("SELECT article, sketch FROM sketches").fetchall())

    def counts(self, at: int) -> tuple[int, int]:
        """How many articles and passages are visible."""
        articles = f"SELECT count(*) FROM articles a WHERE {_VISIBLE}"  # noqa: S608
        passages = (
            f"SELECT count(*) FROM passages p JOIN articles a ON a.key = p.article WHERE {_VISIBLE}"  # noqa: S608
        )
        count = self.connection.execute
        return (
            int(count(articles, {"at": at}).fetchone()[0]),
            int(count(passages, {"at": at}).fetchone()[0]),
        )


def _article(row: Sequence[Any]) -> Article:
    _, name, kind, text, heading, furniture, path = row
    return Article(name, path, kind, text, heading_from_json(heading), unpack_spans(furniture))

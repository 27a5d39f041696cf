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
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from embeddings.database import Database
from embeddings.schema import Article, Filters, Found, Heading, Location, Passage, Span

_VISIBLE = "a.added <= :at AND (a.removed IS NULL OR a.removed > :at)"
_PATH = (
    "(SELECT min(s.path) FROM links l JOIN sources s ON s.key = l.source WHERE l.article = a.key)"
)
# Links are of the current state: an older snapshot falls back on where the article was first read.
_ARTICLE = f"a.key, a.id, a.format, a.text, a.heading, a.furniture, coalesce({_PATH}, a.path)"


def pack_spans(spans: Iterable[Span]) -> bytes:
    """Spans as little-endian int32 pairs."""
    return np.array([(s.start, s.end) for s in spans], dtype="<i4").tobytes()


def unpack_spans(data: bytes) -> tuple[Span, ...]:
    """What ``pack_spans`` packed."""
    pairs = np.frombuffer(data, dtype="<i4").reshape(-1, 2).tolist()
    return tuple(Span(start, end) for start, end in pairs)


def heading_to_json(heading: Heading) -> str:
    """A heading with its sources and spans, as JSON."""
    fields: dict[str, Any] = {}
    for name in Heading.__dataclass_fields__:
        found: Found | None = getattr(heading, name)
        if found is not None:
            span = None if found.span is None else [found.span.start, found.span.end]
            fields[name] = [found.value, found.source, span]
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def heading_from_json(data: str) -> Heading:
    """What ``heading_to_json`` wrote."""
    fields = {
        name: Found(value, source, None if span is None else Span(*span))
        for name, (value, source, span) in json.loads(data).items()
    }
    return Heading(**fields)


class Store(Database):
    """What a collection holds, read as of a generation."""

    def articles(self, at: int) -> Iterator[tuple[int, Article]]:
        """Every article visible at a generation, with its key, in order of path."""
        query = f"SELECT {_ARTICLE} AS path FROM articles a WHERE {_VISIBLE} ORDER BY path, a.key"  # noqa: S608
        for row in self.connection.execute(query, {"at": at}):
            yield row[0], _article(row)

    def articles_by_key(self, keys: Sequence[int]) -> dict[int, Article]:
        """Articles by key, whatever their generation."""
        query = f"SELECT {_ARTICLE} FROM json_each(?) j CROSS JOIN articles a ON a.key = j.value"  # noqa: S608
        rows = self.connection.execute(query, (json.dumps(list(keys)),))
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

    def matching_articles(self, filters: Filters, at: int) -> list[int]:
        """Keys of the visible articles that pass the filters, ascending."""
        clauses, named = [_VISIBLE], dict[str, Any](at=at)
        for column in ("publisher", "author"):
            wanted = [value.casefold() for value in getattr(filters, column)]
            if wanted:
                named[column] = json.dumps(wanted)
                chosen = f"(SELECT value FROM json_each(:{column}))"  # noqa: S608 (a column's name)
                clauses.append(f"casefold(a.{column}) IN {chosen}")
        if filters.after:
            named["after"] = filters.after.isoformat()
            clauses.append("a.published >= :after")
        if filters.before:
            named["before"] = filters.before.isoformat()
            clauses.append("a.published <= :before")
        if filters.article:
            keys = {key for name in filters.article for key, _ in self.find_article(name, at)}
            clauses.append(f"a.key IN ({','.join(map(str, sorted(keys))) or 'NULL'})")
        query = f"SELECT a.key FROM articles a WHERE {' AND '.join(clauses)} ORDER BY a.key"  # noqa: S608
        return [row[0] for row in self.connection.execute(query, named)]

    def passage_keys(self, articles: Sequence[int]) -> list[int]:
        """Keys of the passages of these articles."""
        query = "SELECT p.key FROM json_each(?) j CROSS JOIN passages p ON p.article = j.value"
        rows = self.connection.execute(query, (json.dumps(list(articles)),))
        return [row[0] for row in rows]

    def passages(self, keys: Sequence[int], at: int) -> dict[int, tuple[Passage, Article]]:
        """Passages by key with their articles; those not visible at ``at`` are left out."""
        query = (
            "SELECT p.key, p.id, p.start, p.end, p.sentences, a.key "  # noqa: S608
            "FROM passages p JOIN articles a ON a.key = p.article "
            f"WHERE p.key IN (SELECT value FROM json_each(:keys)) AND {_VISIBLE}"
        )
        named = {"keys": json.dumps(list(keys)), "at": at}
        rows = self.connection.execute(query, named).fetchall()
        articles = self.articles_by_key(sorted({row[5] for row in rows}))
        found = {}
        for key, name, start, end, spans, owner in rows:
            article = articles[owner]
            text = article.text[start:end]
            passage = Passage(name, article.id, start, end, text, unpack_spans(spans))
            found[key] = (passage, article)
        return found

    def locations(self, keys: Sequence[int], at: int) -> dict[int, Location]:
        """Where passages stand by key; those not visible at ``at`` are left out."""
        query = (
            "SELECT p.key, p.id, p.article, p.start, p.end "  # noqa: S608
            "FROM passages p JOIN articles a ON a.key = p.article "
            f"WHERE p.key IN (SELECT value FROM json_each(:keys)) AND {_VISIBLE}"
        )
        rows = self.connection.execute(query, {"keys": json.dumps(list(keys)), "at": at})
        return {row[0]: Location(*row[1:]) for row in rows}

    def facets(self, at: int) -> list[tuple[str | None, str | None]]:
        """Publisher and publication date of every visible article."""
        query = f"SELECT a.publisher, a.published FROM articles a WHERE {_VISIBLE}"  # noqa: S608
        return [(row[0], row[1]) for row in self.connection.execute(query, {"at": at})]

    def headings(self, at: int) -> list[tuple[int, str | None, str | None, str | None]]:
        """Key, publisher, author and day of publication of every visible article."""
        query = f"SELECT a.key, a.publisher, a.author, a.published FROM articles a WHERE {_VISIBLE}"  # noqa: S608
        return self.connection.execute(query, {"at": at}).fetchall()

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

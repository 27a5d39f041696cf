"""What a collection on Milvus holds, read as of a generation.

Enters: tables. Leaves: articles, passages, files and what is recorded of them. Deliberately knows
nothing of how they came there (``writing.py``) or of ranking (``snapshot.py``).
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from embeddings.engines.milvus.pieces import article_of, problems_of, spans_of
from embeddings.engines.milvus.schema import number, visible
from embeddings.engines.milvus.table import Row
from embeddings.engines.milvus.tables import Tables
from embeddings.engines.values import RemovedArticle, SourceRow
from embeddings.schema import Article, Location, Passage, Problem

# The number of a part within an article's key: a million parts are 65 GB of text.
PARTS = 2**20
# Articles that are read whole in one go, and those that are kept for the next question.
TOGETHER, KEPT = 100, 256
_PLACED = ("pk", "id", "article", "first", "last", "head")


@dataclass(frozen=True, slots=True)
class ArticleHead:
    """What is known of an article without its text."""

    key: int
    id: str
    content: str
    publisher: str | None
    author: str | None
    published: str | None
    parts: int


class Truth:
    """Reads a collection; safe to share between threads."""

    def __init__(self, tables: Tables) -> None:
        """Read from these tables."""
        self._tables = tables
        # Texts are whatever generation it is; only the path they lie at may change.
        self._kept: OrderedDict[int, Article] = OrderedDict()
        self._lock = threading.Lock()

    # Articles

    def heads(self, at: int) -> Iterator[ArticleHead]:
        """Every article visible at a generation, without its text."""
        where = f"part == 0 and {visible(at)}"
        for row in self._tables.articles.scan(where, "article", "content", "head"):
            yield _head(row)

    def articles(self, keys: Sequence[int], at: int) -> dict[int, Article]:
        """Articles by key, whatever their generation, at the paths that they have at ``at``."""
        found = {}
        for start in range(0, len(keys), TOGETHER):
            part = keys[start : start + TOGETHER]
            paths = self.paths(part, at)
            for key, article in self._texts(part).items():
                found[key] = replace(article, path=paths.get(key, article.path))
        return found

    def in_order(self, at: int) -> Iterator[Article]:
        """Every article visible at a generation, by path."""
        keys = [head.key for head in self.heads(at)]
        paths = self.paths(keys, at)
        keys.sort(key=lambda key: (paths.get(key, ""), key))
        for start in range(0, len(keys), TOGETHER):
            part = keys[start : start + TOGETHER]
            found = self.articles(part, at)
            # What was deleted meanwhile has not been visible for two syncs.
            yield from (found[key] for key in part if key in found)

    def paths(self, keys: Iterable[int], at: int) -> dict[int, str]:
        """The path of each article: the first one of the files that hold it."""
        paths: dict[int, list[str]] = defaultdict(list)
        where = f'kind == "link" and {visible(at)}'
        for row in self._tables.records.looked_up("article", keys, "article", "head", where=where):
            paths[row["article"]].append(json.loads(row["head"])[1])
        return {key: min(each) for key, each in paths.items()}

    def find(self, name: str, at: int) -> list[tuple[int, Article]]:
        """Articles whose id is ``name``; where there is none, those whose path ends in it."""
        name = name.encode(errors="replace").decode()
        where = f"part == 0 and name == {number(name)} and {visible(at)}"
        rows = self._tables.articles.rows(where, "article", "content", "head")
        keys = [head.key for head in map(_head, rows) if head.id == name]
        if not keys:
            file = name.rpartition("/")[2]
            where = f'kind == "link" and tag == {number(file)} and {visible(at)}'
            links = self._tables.records.rows(where, "article", "head")
            paths = [(row["article"], json.loads(row["head"])[1]) for row in links]
            keys = [key for key, path in paths if path == name or path.endswith(f"/{name}")]
        found = self.articles(list(dict.fromkeys(keys)), at)
        return sorted(found.items(), key=lambda each: each[1].id)

    def _texts(self, keys: Sequence[int]) -> dict[int, Article]:
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        pieces: dict[int, dict[int, str]] = defaultdict(dict)
        longer = []
        missing = [PARTS * key for key in keys if key not in found]
        fields = ("pk", "article", "part", "content", "head", "body")
        for row in self._tables.articles.looked_up("pk", missing, *fields):
            pieces[row["article"]][0] = row["body"]
            longer += [row["pk"] + part for part in range(1, _head(row).parts)]
        for row in self._tables.articles.looked_up("pk", longer, "article", "part", "body"):
            pieces[row["article"]][row["part"]] = row["body"]
        made = {key: article_of([parts[n] for n in sorted(parts)]) for key, parts in pieces.items()}
        with self._lock:
            self._kept.update(made)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found | made

    # Passages

    def locations(self, keys: Iterable[int], at: int) -> dict[int, Location]:
        """Where passages stand, by key; those not visible are left out."""
        rows = self._tables.passages.looked_up("pk", keys, *_PLACED, where=visible(at))
        return {row["pk"]: _location(row) for row in rows}

    def passages(self, keys: Iterable[int], at: int) -> dict[int, tuple[Passage, Article]]:
        """Passages with their articles, by key; those not visible are left out."""
        fields = (*_PLACED, "sentences")
        rows = self._tables.passages.looked_up("pk", keys, *fields, where=visible(at))
        return self._whole(list(rows), at)

    def passages_of(self, article: int, at: int) -> list[Passage]:
        """The passages of one article, in order of the text."""
        where = f"article == {article} and {visible(at)}"
        rows = self._tables.passages.rows(where, *_PLACED, "sentences")
        found = [passage for passage, _ in self._whole(rows, at).values()]
        return sorted(found, key=lambda passage: passage.start)

    def _whole(self, rows: Sequence[Row], at: int) -> dict[int, tuple[Passage, Article]]:
        articles = self.articles(sorted({row["article"] for row in rows}), at)
        found = {}
        for row in rows:
            if row["article"] not in articles:
                continue  # deleted meanwhile
            article = articles[row["article"]]
            start, end = row["first"], row["last"]
            spans = spans_of(row["sentences"])
            passage = Passage(row["id"], article.id, start, end, article.text[start:end], spans)
            found[row["pk"]] = passage, article
        return found

    # Files

    def sources(self, where: str, at: int) -> list[SourceRow]:
        """What is recorded of the files that a filter lets through."""
        heads: dict[int, str] = {}
        bodies: dict[int, dict[int, str]] = defaultdict(dict)
        where = f'kind == "source" and {where} and {visible(at)}'
        for row in self._tables.records.scan(where, "item", "part", "head", "body"):
            bodies[row["item"]][row["part"]] = row["body"]
            if row["part"] == 0:
                heads[row["item"]] = row["head"]
        found = []
        for item, head in heads.items():
            text = "".join(bodies[item][part] for part in sorted(bodies[item]))
            root, path, signature, fingerprint, reader = json.loads(head)
            found.append(SourceRow(root, path, signature, fingerprint, reader, problems_of(text)))
        return sorted(found, key=lambda source: (source.root, source.path))

    def known_sources(self, root: str, at: int) -> dict[str, SourceRow]:
        """What is recorded of the files of a root, by path."""
        found = self.sources(f"root == {number(root)}", at)
        return {source.path: source for source in found if source.root == root}

    def roots(self, at: int) -> list[str]:
        """The paths that were synced in."""
        where = f'kind == "source" and part == 0 and {visible(at)}'
        rows = self._tables.records.scan(where, "head")
        return sorted({json.loads(row["head"])[0] for row in rows})

    def problems(self, at: int) -> list[Problem]:
        """Every problem of the files as last read."""
        return [problem for source in self.sources("tag == 1", at) for problem in source.problems]

    def owners(self, article: int, at: int) -> set[tuple[str, str]]:
        """The (root, path) pairs of the files that hold an article."""
        where = f'kind == "link" and article == {article} and {visible(at)}'
        rows = self._tables.records.rows(where, "head")
        return {(root, path) for root, path in (json.loads(row["head"]) for row in rows)}

    def articles_of(self, root: str, path: str, at: int) -> set[int]:
        """Keys of the articles that a file holds."""
        where = f'kind == "link" and item == {item(root, path)} and {visible(at)}'
        return {row["article"] for row in self._tables.records.rows(where, "article")}

    def excluded(self, at: int, where: str = "") -> list[tuple[str, str, RemovedArticle]]:
        """The row's key, the root, and the article, of every one that was taken out by hand."""
        filters = f'kind == "excluded" and {visible(at)}{where and " and "}{where}'
        found = []
        for row in self._tables.records.scan(filters, "head"):
            root, path, name, label = json.loads(row["head"])
            found.append((row["pk"], root, RemovedArticle(name, label, path)))
        return found


def item(root: str, path: str) -> int:
    """A file as filters compare it."""
    return number(f"{root}\0{path}")


def _head(row: Row) -> ArticleHead:
    name, publisher, author, published, parts = json.loads(row["head"])
    return ArticleHead(row["article"], name, row["content"], publisher, author, published, parts)


def _location(row: Row) -> Location:
    publisher, author, published = json.loads(row["head"])
    return Location(
        row["id"], row["article"], row["first"], row["last"], publisher, author, published
    )

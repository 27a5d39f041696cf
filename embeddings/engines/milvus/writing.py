"""What a sync writes on Milvus: rows of the next generation, then the row that makes it current.

Enters: articles with passages and vectors, and what was learned of each file. Leaves: a new
generation. Deliberately knows nothing of how articles are read or embedded. Use it with the lease
held.

Milvus has no transactions, so the order is what makes a kill harmless. Everything is written for
generation g + 1, where readers of g do not see it: rows that are new with ``added`` g + 1, rows
that go with ``removed`` g + 1. Then one row is replaced, and g + 1 is current. What a writer left
before that is undone by the next one before it writes anything: rows of g + 1 are deleted, and
those that were to go at g + 1 stay. What nobody can see any more is deleted one sync later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

import numpy as np

from embeddings.encoder import FloatArray
from embeddings.engines.milvus.carrying_out import carry_out
from embeddings.engines.milvus.grouping import regroup
from embeddings.engines.milvus.pieces import dumped, source_head
from embeddings.engines.milvus.rows import (
    article_rows,
    excluded_row,
    passage_rows,
)
from embeddings.engines.milvus.schema import FOREVER, number, visible
from embeddings.engines.milvus.table import Row
from embeddings.engines.milvus.tables import State, Tables
from embeddings.engines.milvus.truth import Truth, item
from embeddings.engines.values import Embedded, Plan, SourceRow
from embeddings.errors import CollectionError
from embeddings.lexical import analyzer
from embeddings.schema import Article

# Keys are handed out from here, and never twice.
_KEYS = "keys"
_DELETED = 500


class Writer:
    """Writes one collection."""

    def __init__(self, tables: Tables, truth: Truth, check: Callable[[], None]) -> None:
        """Write to these tables.

        ``check`` raises where the lease is no longer held. It is asked before every step, since
        what comes after would be written among the rows of the next writer.
        """
        self._tables, self._truth, self._check = tables, truth, check

    def _upcoming(self) -> int:
        return self._tables.state().generation + 1

    # What is left of others

    def discard_staged(self) -> None:
        """Undo what an interrupted writer left; vectors stay, to be used again."""
        now = self._tables.state().generation
        for table in self._tables.generational():
            table.delete(f"added > {now}")
            staying = table.scan(f"removed > {now} and removed < {FOREVER}")
            table.patch([row[table.key] for row in staying], removed=FOREVER)

    def purge(self) -> None:
        """Delete what has been invisible since before the current generation."""
        before = self._tables.state().generation - 1
        if before < 1:
            return
        gone = f"removed <= {before}"
        heads = self._tables.articles.scan(f"part == 0 and {gone}", "article")
        keys = [row["article"] for row in heads]
        # Parts first: who is stopped here finds them by their heads again.
        for start in range(0, len(keys), _DELETED):
            among = f"article in {keys[start : start + _DELETED]}"
            self._tables.articles.delete(f"{among} and part > 0")
        for table in self._tables.generational():
            table.delete(gone)

    # Vectors

    def known_vectors(self, digests: Sequence[bytes]) -> set[bytes]:
        """Which of these encoder inputs have a vector already."""
        wanted = [digest.hex() for digest in digests]
        made = {row["pk"] for row in self._tables.vectors.looked_up("pk", wanted, "pk")}
        others = [digest for digest in wanted if digest not in made]
        rows = self._tables.passages.looked_up("input", others, "input")
        return {bytes.fromhex(digest) for digest in made | {row["input"] for row in rows}}

    def stage_vectors(self, digests: Sequence[bytes], rows: FloatArray) -> None:
        """Keep vectors until their passages are current."""
        self._check()
        pairs = zip(digests, np.asarray(rows, dtype=np.float32), strict=True)
        self._tables.vectors.upsert({"pk": each.hex(), "vector": row} for each, row in pairs)

    def _vectors(self, digests: Iterable[bytes]) -> dict[bytes, FloatArray]:
        wanted = {digest.hex() for digest in digests}
        made = self._tables.vectors.looked_up("pk", sorted(wanted), "pk", "vector")
        found = {row["pk"]: row["vector"] for row in made}
        rows = self._tables.passages.looked_up(
            "input", sorted(wanted - found.keys()), "input", "vector"
        )
        found |= {row["input"]: row["vector"] for row in rows}
        return {
            bytes.fromhex(digest): np.asarray(row, dtype=np.float32)
            for digest, row in found.items()
        }

    # Articles

    def stage_articles(
        self, batch: Sequence[tuple[Article, Sequence[Embedded]]], sketches: Sequence[bytes]
    ) -> list[int]:
        """Write articles with their passages for the next generation; returns their keys."""
        self._check()
        upcoming = self._upcoming()
        vectors = self._vectors(digest for _, found in batch for _, digest in found)
        article, passage = self._reserve(len(batch), sum(len(found) for _, found in batch))
        keys = list(range(article, article + len(batch)))
        rows: list[Row] = []
        analyze = analyzer().analyze
        for key, (each, found) in zip(keys, batch, strict=True):
            whole = [(one, vectors[digest], digest) for one, digest in found]
            rows += passage_rows(
                each, whole, first=passage, owner=key, generation=upcoming, analyze=analyze
            )
            passage += len(found)
        self._tables.articles.upsert(
            row
            for key, (each, _), sketch in zip(
                keys, batch, sketches or [b""] * len(batch), strict=True
            )
            for row in article_rows(key, each, upcoming, sketch)
        )
        self._tables.passages.upsert(rows)
        return keys

    def _reserve(self, articles: int, passages: int) -> tuple[int, int]:
        """The first of so many new keys of each; recorded before any of them is used."""
        article, passage = json.loads(self._tables.fact(_KEYS) or "[1, 1]")
        self._tables.set_fact(_KEYS, json.dumps([article + articles, passage + passages]))
        return article, passage

    # Files

    def touch(self, sources: Sequence[SourceRow]) -> None:
        """Record new signatures of files whose content is the same."""
        self._check()
        heads = {item(source.root, source.path): source_head(source) for source in sources}
        where = f'kind == "source" and part == 0 and {visible(self._tables.state().generation)}'
        found = self._tables.records.looked_up("item", heads, "pk", "item", where=where)
        self._tables.records.patch_rows(
            {"pk": row["pk"], "head": heads[row["item"]]} for row in list(found)
        )

    def exclude(self, root: str, path: str, key: int, article: Article) -> None:
        """Unlink an article from a file, and keep later syncs from linking it again."""
        self._check()
        upcoming = self._upcoming()
        where = f'kind == "link" and article == {key} and item == {item(root, path)}'
        links = self._tables.records.rows(f"{where} and {visible(upcoming)}", "pk")
        self._tables.records.patch([row["pk"] for row in links], removed=upcoming)
        row = excluded_row(root, path, article, upcoming)
        where = f"tag == {row['tag']} and item == {row['item']}"
        if not self._truth.excluded(upcoming, where):
            self._tables.records.upsert([row])

    def include(self, article: str) -> list[str]:
        """Undo ``exclude``: the files of the roots returned are read again."""
        self._check()
        now = self._tables.state().generation
        held = [
            (pk, root)
            for pk, root, each in self._truth.excluded(now, f"tag == {number(article)}")
            if each.id == article
        ]
        roots = sorted({root for _, root in held})
        # All of the root: the file may have another name by now.
        for root in roots:
            where = f'kind == "source" and part == 0 and root == {number(root)} and {visible(now)}'
            stale = []
            for row in self._tables.records.scan(where, "head"):
                named, path, _, _, reader = json.loads(row["head"])
                if named == root:
                    stale.append({"pk": row["pk"], "head": dumped([root, path, "", "", reader])})
            self._tables.records.patch_rows(stale)
        if held:
            listed = ", ".join(f'"{pk}"' for pk, _ in held)
            self._tables.records.delete(f"pk in [{listed}]")
        return roots

    # The next generation

    def make_current(self, plan: Plan) -> int:
        """Carry out a plan and make the next generation current, as one step for readers."""
        self._check()
        state = self._tables.state()
        upcoming = state.generation + 1
        articles, passages = carry_out(plan, self._tables, upcoming)
        regroup(self._tables, upcoming)
        self._check()
        self._tables.set_state(
            State(upcoming, state.articles + articles, state.passages + passages)
        )
        # Their passages hold them now. All is current, so that this must not fail any more: what
        # stays is deleted by the next one.
        with suppress(CollectionError):
            self._tables.vectors.delete('pk != ""')
        return upcoming

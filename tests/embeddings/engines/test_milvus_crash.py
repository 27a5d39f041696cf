"""Milvus has no transactions: stopped before any one of its writes, a sync shows nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings.collection import Collection
from embeddings.engines.milvus.table import Table
from embeddings.retrieval import retrieve
from tests.fakes import TinyEncoder
from tests.news import NEWS, QUESTION, row, write_lines

LISBON, OSLO, HAIFA, CAIRO = (row(name, text, **heading) for name, heading, text in NEWS)
WRITES = {"upsert", "delete", "flush"}


class StoppedError(Exception):
    """The process ended here, as far as what it writes is concerned."""


def shown(collection: Collection) -> list[tuple[object, ...]]:
    """All that a reader can see."""
    hits = retrieve(collection, QUESTION, 9, rerank=False).hits
    status = collection.status()
    return [
        (status.generation, status.articles, status.passages, status.problems),
        *((a.id, a.path, a.text) for a in collection.articles()),
        # What lies in a segment is summed in another order than what does not.
        *(
            (h.passage.id, h.passage.text, *_rounded(h.scores.dense, h.scores.lexical))
            for h in hits
        ),
        *((each.id, each.path) for each in collection.removed()),
        *((word, collection.words().idf(word)) for word in ("oslo", "museum", "rain")),
    ]


def _rounded(*scores: float | None) -> list[float | None]:
    return [None if score is None else round(score, 4) for score in scores]


def stopping(monkeypatch: pytest.MonkeyPatch, at: int) -> Callable[[], int]:
    """Let ``at`` writes happen and none after; returns how many were asked for."""
    real = Table._call
    asked = [0]

    def call(self: Table, method: str, *given: object, **named: object) -> object:
        if method in WRITES and not self.name.endswith("_leases"):
            asked[0] += 1
            if asked[0] > at:
                raise StoppedError
        return real(self, method, *given, **named)

    monkeypatch.setattr(Table, "_call", call)
    return lambda: asked[0]


@pytest.mark.parametrize("kind", ["sync", "remove"])
def test_stopped_before_any_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    news = tmp_path / "articles"
    news.mkdir()
    old = [LISBON, OSLO, CAIRO]
    new = [
        LISBON,
        {**OSLO, "text": "The strike in Oslo is over."},
        HAIFA,
        row("rain", "Rain fell."),
    ]

    def change(collection: Collection) -> None:
        if kind == "sync":
            write_lines(news / "news.jsonl", new)
            collection.sync(news)
        else:
            collection.remove("cairo")

    def begin(collection: Collection) -> None:
        # Two generations, so that there is something to purge.
        write_lines(news / "news.jsonl", [LISBON, HAIFA])
        collection.sync(news)
        write_lines(news / "news.jsonl", old)
        collection.sync(news)

    with Collection.open(f"milvus+lite:{tmp_path / 'whole.db'}", encoder=TinyEncoder()) as whole:
        begin(whole)
        before = shown(whole)
        with monkeypatch.context() as patched:
            count = stopping(patched, 10_000)
            change(whole)
        after, writes = shown(whole), count()
    assert before != after
    flips = 0
    with Collection.open(f"milvus+lite:{tmp_path / 'cut.db'}", encoder=TinyEncoder()) as cut:
        begin(cut)
        for at in range(writes):
            with monkeypatch.context() as patched:
                stopping(patched, at)
                with pytest.raises(StoppedError):
                    change(cut)
            seen = shown(cut)
            assert seen in (before, after)
            flips += seen == after
            if seen == after:
                break
        else:
            pytest.fail("no write made the new generation current")
        assert flips == 1
        assert at > 3
        # What comes next is as if nothing had been cut short.
        change_again = row("last", "A last one.")
        write_lines(news / "news.jsonl", [*new, change_again])
        cut.sync(news)
        texts = {article.id: article.text for article in cut.articles()}
    with Collection.open(f"milvus+lite:{tmp_path / 'fresh.db'}", encoder=TinyEncoder()) as fresh:
        if kind == "remove":
            write_lines(news / "news.jsonl", [*old])
            fresh.sync(news)
            fresh.remove("cairo")
            write_lines(news / "news.jsonl", [*new, change_again])
        fresh.sync(news)
        assert {article.id: article.text for article in fresh.articles()} == texts

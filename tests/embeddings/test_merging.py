"""Large segments are merged beside the searches: same hits, fewer files, whoever was faster."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embeddings import derived, vector_segments, vectors
from embeddings.collection import Collection
from embeddings.errors import CollectionLocked
from embeddings.vector_segments import Segment
from embeddings.vectors import SegmentedIndex
from tests.news import hits, write_lines

Reopen = Callable[[], Collection]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large begins at 64 rows."""
    monkeypatch.setattr(vectors, "COMPRESSED_FROM", 64)
    monkeypatch.setattr(vector_segments, "COMPRESSED_FROM", 64)
    monkeypatch.setattr(vectors, "SMALLEST", 1)


def write(folder: Path, name: str, numbers: range) -> None:
    texts = [{"id": f"{name}{n}", "text": f"The {n} trams of Oslo and {n + 7}."} for n in numbers]
    write_lines(folder / f"{name}.jsonl", texts)


def wait() -> None:
    for thread in threading.enumerate():
        if thread.name == "merging":
            thread.join(60)


def segments(collection: Collection) -> list[tuple[bool, int]]:
    found = collection.snapshot().vectors
    assert isinstance(found, SegmentedIndex)
    return [(segment.compressed, len(segment)) for segment in found.segments]


def listed(collection: Collection) -> set[str]:
    manifest = json.loads((collection.directory / derived.MANIFEST).read_text())["vectors"]
    return {entry["name"] for entry in manifest["segments"]}


def on_disk(collection: Collection) -> set[str]:
    folder = collection.directory / derived.VECTORS
    return {path.stem for path in folder.iterdir() if path.suffix == ".rows"}


def test_merged_beside_the_searches(collection: Collection, reopen: Reopen, news: Path) -> None:
    write(news, "first", range(96))
    collection.sync(news)
    assert segments(collection) == [(True, 100)]
    write(news, "second", range(200, 230))
    collection.sync(news)
    expected = hits(collection, "the 205 trams")
    wait()
    assert segments(collection) == [(True, 130)]
    assert len(listed(collection)) == 1
    assert on_disk(collection) == listed(collection)
    assert hits(collection, "the 205 trams") == expected
    assert hits(reopen(), "the 205 trams") == expected


def test_a_sync_in_the_meantime(
    collection: Collection, reopen: Reopen, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(news, "first", range(96))
    collection.sync(news)
    inside, go_on, real = threading.Event(), threading.Event(), SegmentedIndex.whole

    def slow(index: SegmentedIndex, parts: tuple[Segment, ...], folder: Path) -> Segment:
        if threading.current_thread().name == "merging":
            inside.set()
            assert go_on.wait(60)
        return real(index, parts, folder)

    monkeypatch.setattr(SegmentedIndex, "whole", slow)
    write(news, "second", range(200, 230))
    collection.sync(news)
    assert inside.wait(60)
    # Another article comes and one of the first goes; nobody waits for the merge.
    write(news, "third", range(300, 301))
    write(news, "first", range(1, 96))
    collection.sync(news)
    assert sum(count for _, count in segments(collection)) == 130
    go_on.set()
    wait()
    again = reopen()
    assert segments(again) == [(True, 129), (False, 1)]
    assert hits(again, "the 300 trams") == hits(collection, "the 300 trams")
    # The next sync goes on from what lies on disk.
    write(news, "fourth", range(400, 401))
    collection.sync(news)
    wait()
    assert sum(count for _, count in segments(collection)) == 131
    assert hits(reopen(), "the 400 trams") == hits(collection, "the 400 trams")
    found = collection.snapshot().vectors.search(collection.encoder.encode_query("trams"), 200)[0]
    assert len(np.unique(found)) == 131


def test_a_merge_that_cannot_be_kept_changes_nothing(
    collection: Collection, reopen: Reopen, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(news, "first", range(96))
    collection.sync(news)

    def locked(*_: object) -> None:
        raise CollectionLocked("another process is writing")

    with monkeypatch.context() as patch:
        patch.setattr(derived, "writer_lock", locked)
        write(news, "second", range(200, 230))
        collection.sync(news)
        wait()
    assert segments(collection) == segments(reopen()) == [(True, 100), (False, 30)]
    write(news, "third", range(300, 301))
    collection.sync(news)
    wait()
    # What the first attempt left behind is gone too.
    assert segments(collection) == [(True, 131)]
    assert on_disk(collection) == listed(collection)

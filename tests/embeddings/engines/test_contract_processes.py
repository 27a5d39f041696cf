"""The same on every engine: killed, read while written, and opened again by another process."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from embeddings import sync as sync_module
from embeddings.collection import Collection
from embeddings.engines.milvus import lease
from embeddings.errors import CollectionLocked
from embeddings.retrieval import retrieve
from tests.embeddings.engines.places import ROOT, Place, run
from tests.fakes import TinyEncoder
from tests.news import NEWS, QUESTION, row, write_lines

LISBON, OSLO, HAIFA, CAIRO = (row(name, text, **heading) for name, heading, text in NEWS)
REOPEN = """
import json, sys
from embeddings.collection import Collection
from embeddings.retrieval import retrieve
from tests.fakes import TinyEncoder
with Collection.open(sys.argv[1], encoder=TinyEncoder(), create=False) as collection:
    hits = retrieve(collection, sys.argv[2], 9, rerank=False).hits
    print(json.dumps([[h.passage.id, h.passage.text, h.article.path, h.scores.dense,
                       h.scores.lexical, h.scores.fused] for h in hits]))
"""
# Stops for good as the encoder is asked for the third batch, and says so.
KILLED = """
import sys, time
from embeddings import sync
from embeddings.collection import Collection
from tests.fakes import TinyEncoder

class Slow(TinyEncoder):
    def encode(self, texts):
        if self.calls == 2:
            print("inside", flush=True)
            time.sleep(600)
        return super().encode(texts)

sync.BATCH_PASSAGES = 1
with Collection.open(sys.argv[1], encoder=Slow()) as collection:
    collection.sync(sys.argv[2])
"""


def shown(collection: Collection) -> list[list[object]]:
    hits = retrieve(collection, QUESTION, 9, rerank=False).hits
    return [
        [h.passage.id, h.passage.text, h.article.path,
         h.scores.dense, h.scores.lexical, h.scores.fused]
        for h in hits
    ]  # fmt: skip


def ids(collection: Collection) -> list[str]:
    return sorted(article.id for article in collection.articles())


def test_a_new_process_finds_the_same(place: Place, news: Path) -> None:
    with place.open() as collection:
        collection.sync(news)
        collection.remove("cairo")
        write_lines(news / "news.jsonl", [LISBON, {**OSLO, "text": "The strike is over."}, HAIFA])
        collection.sync(news)
        before = json.loads(json.dumps(shown(collection)))
    assert len(before) == 3
    assert json.loads(run(REOPEN, place.address, QUESTION)) == before
    with place.open(create=False) as collection:
        assert shown(collection) == before
        assert [each.id for each in collection.removed()] == ["cairo"]


def test_a_killed_sync_goes_on_where_it_was(place: Place, news: Path) -> None:
    with place.open() as collection:
        collection.sync(news)
    extra = [row(f"n{n}", f"Number {n} of the new ones.") for n in range(5)]
    write_lines(news / "more.jsonl", extra)
    killed = subprocess.Popen(
        [sys.executable, "-c", KILLED, place.address, str(news)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert killed.stdout is not None
    with killed.stdout as output:
        assert output.readline() == "inside\n"
    if place.shared:
        # Alive, it keeps other writers out, and shows readers nothing of what it does.
        with place.open() as collection:
            assert ids(collection) == ["cairo", "haifa", "lisbon", "oslo"]
            assert len(collection.snapshot()) == 4
            assert collection.snapshot().matching("number", 9) == {}
    killed.kill()
    killed.wait()
    encoder = TinyEncoder()
    with place.open(encoder) as collection:
        assert ids(collection) == ["cairo", "haifa", "lisbon", "oslo"]
        report = collection.sync(news)
        assert report.added == ("n0", "n1", "n2", "n3", "n4")
        # Two batches of one were stored before the kill.
        assert report.embedded == 3
        assert len(encoder.embedded()) == 3
        assert len(collection.snapshot().matching("number", 9)) == 5
        assert collection.status().passages == 9
        # And whatever was kept for it is gone when it is not needed any more.
        write_lines(news / "more.jsonl", [])
        (news / "more.jsonl").unlink()
        collection.sync(news)
        assert ids(collection) == ["cairo", "haifa", "lisbon", "oslo"]


def test_readers_see_one_generation_while_another_is_written(
    place: Place, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_PASSAGES", 1)
    with place.open() as writer, place.open() as reader:
        writer.sync(news)
        snapshot = reader.snapshot()
        found = shown(reader)
        write_lines(news / "news.jsonl", [LISBON, {**OSLO, "text": "The strike in Oslo is over."}])
        looks: list[list[list[object]]] = []
        report = writer.sync(news, lambda _: looks.append(shown(reader)))
        assert (report.changed, report.removed) == (("oslo",), ("cairo", "haifa"))
        # Of what a sync tells, the last may be told when the new generation is there.
        then = shown(reader)
        texts = [[text for _, text, *_ in look] for look in looks]
        old, new = ([text for _, text, *_ in look] for look in (found, then))
        assert looks[0] == found
        assert texts == [old] * texts.count(old) + [new] * texts.count(new)
        # The snapshot that was taken before goes on showing what it showed.
        texts = [passage.text for passage, _ in snapshot.passages([*range(1, 20)]).values()]
        assert sorted(texts) == sorted(text for _, _, text in NEWS)
        assert (len(snapshot), snapshot.generation) == (4, 1)
        assert len(snapshot.matching("Oslo strike", 9)) == 1
        assert not snapshot.words.is_unknown("museum")
        after = reader.snapshot()
        assert (len(after), after.generation) == (2, 2)
        assert after.words.is_unknown("museum")
        assert shown(reader)[0][1] == "The strike in Oslo is over."


def test_threads_may_share_it(place: Place, news: Path) -> None:
    with place.open() as collection:
        collection.sync(news)
        wanted = shown(collection)
        wrong: list[object] = []

        def look() -> None:
            for _ in range(10):
                got = shown(collection)
                if got != wanted:
                    wrong.append(got)

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


def test_one_writer_at_a_time(place: Place, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "WAIT_SECONDS", 0.3)
    monkeypatch.setattr("embeddings.locking.LOCK_SECONDS", 0.3)
    with place.open() as one, place.open() as other:
        with one.engine.writing(), pytest.raises(CollectionLocked, match="is writing"):
            other.sync(news)
        assert ids(other) == []
        other.sync(news)
        assert ids(one) == ["cairo", "haifa", "lisbon", "oslo"]


def test_an_error_in_mid_sync_leaves_the_old_state(place: Place, news: Path) -> None:
    class Failing(TinyEncoder):
        def encode(self, texts):  # type: ignore[no-untyped-def]
            raise RuntimeError("no power")

    with place.open() as collection:
        collection.sync(news)
        before = shown(collection)
    write_lines(news / "news.jsonl", [row("new", "Entirely new words stand here.")])
    with place.open(Failing()) as collection:
        with pytest.raises(RuntimeError, match="no power"):
            collection.sync(news)
        assert len(collection.snapshot()) == 4
        # Another write makes nothing of it visible.
        collection.remove("cairo")
        assert ids(collection) == ["haifa", "lisbon", "oslo"]
    with place.open() as collection:
        assert [each for each in before if each[1] != NEWS[3][2]] != before
        assert collection.sync(news).added == ("new",)
        assert ids(collection) == ["new"]

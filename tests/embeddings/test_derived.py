"""The indexes follow the database: rebuilt when damaged, and each reader at its own state."""

from __future__ import annotations

import errno
import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from embeddings import locking as module
from embeddings.collection import Collection
from embeddings.database import DATABASE
from embeddings.errors import CollectionLocked, CollectionUnwritable
from embeddings.locking import LOCK
from embeddings.vector_files import Written
from embeddings.vector_folder import MERGING
from tests.fakes import TinyEncoder
from tests.news import hits, matching, write_lines

Reopen = Callable[[], Collection]


def break_manifest(directory: Path) -> None:
    (directory / "derived.json").write_text('{"generation": 1')


def delete_manifest(directory: Path) -> None:
    (directory / "derived.json").unlink()


def break_vectors(directory: Path) -> None:
    (path,) = directory.glob("vectors/*.rows")
    path.write_bytes(b"\0" * path.stat().st_size)


def delete_vectors(directory: Path) -> None:
    (path,) = directory.glob("vectors/*.rows")
    path.unlink()


def delete_all_vectors(directory: Path) -> None:
    shutil.rmtree(directory / "vectors")


def manifest_of_an_earlier_version(directory: Path) -> None:
    path = directory / "derived.json"
    name = "vectors-1.faiss"
    (directory / name).write_bytes(b"IxM2")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"vectors": name, "sha256": "0"}))


def a_name_that_leads_elsewhere(directory: Path) -> None:
    path = directory / "derived.json"
    manifest = json.loads(path.read_text())
    manifest["vectors"]["segments"][0]["name"] = "../../articles/news"
    path.write_text(json.dumps(manifest))


def delete_words(directory: Path) -> None:
    shutil.rmtree(directory / "words")


def break_words(directory: Path) -> None:
    for path in (directory / "words").iterdir():
        path.write_bytes(b"\0" * path.stat().st_size)


def shorten_words(directory: Path) -> None:
    for path in (directory / "words").iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def words_of_another_version(directory: Path) -> None:
    path = directory / "derived.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"lexical": "0"}))


def empty_words(directory: Path) -> None:
    for path in (directory / "words").iterdir():
        path.unlink()


@pytest.mark.parametrize(
    "damage",
    [
        break_manifest,
        delete_manifest,
        break_vectors,
        delete_vectors,
        delete_all_vectors,
        manifest_of_an_earlier_version,
        a_name_that_leads_elsewhere,
        delete_words,
        break_words,
        shorten_words,
        words_of_another_version,
        empty_words,
    ],
)
def test_damaged_indexes_are_rebuilt(
    filled: Collection, reopen: Reopen, damage: Callable[[Path], None]
) -> None:
    expected = hits(filled)
    damage(filled.directory)
    again = reopen()
    assert hits(again) == expected
    assert again.encoder.calls == 0  # type: ignore[attr-defined]
    # What was rebuilt is written: the next one only loads it.
    assert hits(reopen()) == expected


def test_old_index_files_are_not_kept(filled: Collection, news: Path) -> None:
    write_lines(news / "more.jsonl", [{"id": "more", "text": "The port of Porto reopened."}])
    filled.sync(news)
    names = sorted(path.name for path in filled.directory.iterdir() if path.is_file())
    # SQLite's own two files lie beside the database while it is open.
    assert [name for name in names if not name.startswith("collection.")] == [
        "derived.json",
        LOCK,
    ]
    # Five rows are cheaper to write again than to keep in two places.
    names = [path.name for path in (filled.directory / "vectors").iterdir()]
    listed = json.loads((filled.directory / "derived.json").read_text())["vectors"]
    (segment,) = listed["segments"]
    kept = [f"{segment['name']}.keys", f"{segment['name']}.rows", MERGING]
    assert (sorted(names), listed["gone"]) == (sorted(kept), None)


def test_indexes_far_behind_are_rebuilt(filled: Collection, reopen: Reopen, news: Path) -> None:
    saved = filled.directory.with_name("saved")
    shutil.copytree(filled.directory, saved)
    for number in range(3):
        write_lines(news / "news.jsonl", [{"id": "a", "text": f"Sentence number {number}."}])
        filled.sync(news)
    for name in ("derived.json", "vectors", "words"):
        old, new = saved / name, filled.directory / name
        if old.is_dir():
            shutil.rmtree(new)
            shutil.copytree(old, new)
        else:
            shutil.copy(old, new)
    assert [text for _, _, text in hits(reopen(), "sentence")] == ["Sentence number 2."]


def test_indexes_of_another_database_are_not_used(
    filled: Collection, reopen: Reopen, tmp_path: Path
) -> None:
    filled.close()
    for path in filled.directory.glob(f"{DATABASE}*"):
        path.unlink()
    texts = ("A tram was late.", "Kiwis are green.", "The vote is on Friday.", "It rained.")
    rows = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
    other = reopen()
    other.sync(write_lines(tmp_path / "other.jsonl", rows))
    with Collection.open(tmp_path / "fresh", encoder=TinyEncoder()) as fresh:
        fresh.sync(tmp_path / "other.jsonl")
        assert hits(other, "green kiwis") == hits(fresh, "green kiwis")


def test_only_one_writes(filled: Collection, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.01)
    with FileLock(filled.directory / LOCK):
        with pytest.raises(CollectionLocked, match="another process is writing"):
            filled.sync(news)
        with pytest.raises(CollectionLocked):
            filled.remove("oslo")
        assert len(hits(filled)) == 4
    assert not filled.sync(news)


def test_indexes_that_cannot_be_written_are_caught_up_later(
    filled: Collection, reopen: Reopen, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lines(news / "more.jsonl", [{"id": "more", "text": "The strike in Oslo is over."}])

    def full(*_: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Written, "add", full)
        with pytest.raises(CollectionUnwritable, match=r"cannot write to .*No space left"):
            filled.sync(news)
    # What was read is in the database; the indexes follow as soon as there is room.
    assert matching(filled) == ["cairo", "haifa", "lisbon", "more", "oslo"]
    assert hits(filled) == hits(reopen())


def test_a_reader_sees_what_another_wrote(filled: Collection, reopen: Reopen, news: Path) -> None:
    reader = reopen()
    assert len(hits(reader)) == 4
    write_lines(news / "more.jsonl", [{"id": "more", "text": "The strike in Oslo is over."}])
    filled.sync(news)
    assert hits(reader) == hits(filled)
    assert matching(reader) == ["cairo", "haifa", "lisbon", "more", "oslo"]


def test_a_snapshot_outlives_the_next_sync(filled: Collection, news: Path) -> None:
    snapshot = filled.snapshot()
    row = filled.encoder.encode_query("strike")
    write_lines(news / "news.jsonl", [{"id": "only", "text": "The strike in Oslo is over."}])
    filled.sync(news)
    keys = [*snapshot.nearest(row, 9)]
    found = filled.passages(keys, snapshot)
    assert {article.id for _, article in found.values()} == {"cairo", "haifa", "lisbon", "oslo"}
    assert next(iter(snapshot.matching("museum Cairo", 1))) in keys
    assert matching(filled) == ["only"]


def test_an_older_snapshot_still_knows_the_path(filled: Collection, news: Path) -> None:
    snapshot = filled.snapshot()
    keys = [*snapshot.nearest(filled.encoder.encode_query("strike"), 9)]
    write_lines(news / "news.jsonl", [{"id": "only", "text": "The strike in Oslo is over."}])
    filled.sync(news)
    found = filled.passages(keys, snapshot)
    assert {article.path for _, article in found.values()} == {str(news / "news.jsonl")}


def test_a_question_during_the_first_sync_finds_nothing(
    tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.01)
    inside, go_on = threading.Event(), threading.Event()

    class Slow(TinyEncoder):
        def encode(self, texts: object) -> object:  # type: ignore[override]
            inside.set()
            assert go_on.wait(60)
            return super().encode(texts)  # type: ignore[arg-type]

    with Collection.open(tmp_path / "slow", encoder=Slow()) as collection:  # type: ignore[arg-type]
        writer = threading.Thread(target=collection.sync, args=(news,))
        writer.start()
        try:
            assert inside.wait(60)
            assert hits(collection) == []
        finally:
            go_on.set()
            writer.join()
        assert len(hits(collection)) == 4

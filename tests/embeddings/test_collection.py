"""The one store: opening, filters, removing, uploads, and indexes that can always be rebuilt."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from filelock import FileLock

from embeddings import collection as module
from embeddings.collection import LOCK, Collection, RemovedArticle
from embeddings.errors import (
    ArticleNotFound,
    CollectionCorrupt,
    CollectionLocked,
    CollectionMismatch,
    CollectionNotFound,
    CollectionUnwritable,
)
from embeddings.retriever import retrieve
from embeddings.schema import Filters
from embeddings.store import DATABASE
from tests.conftest import NEWS, write_lines
from tests.fakes import TinyEncoder

ROOT = Path(__file__).parents[2]
QUESTION = "Who went on strike in Oslo after the flood?"
Reopen = Callable[[], Collection]

SEARCH = """
import json, sys
from embeddings.collection import Collection
from embeddings.retriever import retrieve
from tests.fakes import TinyEncoder

with Collection.open(sys.argv[1], encoder=TinyEncoder(), create=False) as collection:
    hits = retrieve(collection, sys.argv[2], 9).hits
    print(json.dumps([[h.passage.id, h.scores.fused, h.passage.text] for h in hits]))
"""


def hits(collection: Collection, question: str = QUESTION) -> list[list[object]]:
    found = retrieve(collection, question, 9).hits
    return [[hit.passage.id, hit.scores.fused, hit.passage.text] for hit in found]


def matching(collection: Collection, **limits: object) -> list[str]:
    """Ids of the articles that pass the filters, by way of a search."""
    filters = Filters(**limits)  # type: ignore[arg-type]
    return sorted({h.article.id for h in retrieve(collection, QUESTION, 9, filters).hits})


@pytest.fixture
def filled(collection: Collection, news: Path) -> Collection:
    collection.sync(news)
    return collection


# Opening


def test_a_new_collection_is_empty(collection: Collection) -> None:
    assert collection.is_new()
    assert (collection.articles(), collection.roots(), collection.removed()) == ([], [], [])
    status = collection.status()
    assert (status.generation, status.articles, status.passages) == (0, 0, 0)
    assert (status.first_published, status.last_published, status.undated) == (None, None, 0)
    assert hits(collection) == []


def test_status(filled: Collection, news: Path) -> None:
    status = filled.status()
    assert (status.generation, status.articles, status.passages) == (1, 4, 4)
    assert status.publishers == ("DAGEN", "Dagen", "Público")
    assert (status.first_published, status.last_published) == ("2024-03-01", "2024-03-09")
    assert (status.undated, status.roots) == (1, (str(news),))
    assert status.encoder == str(TinyEncoder().identity)
    assert not filled.is_new()


def test_the_same_hits_in_another_process(filled: Collection) -> None:
    expected = hits(filled)
    assert len(expected) == 4
    filled.close()
    done = subprocess.run(
        [sys.executable, "-c", SEARCH, str(filled.directory), QUESTION],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert json.loads(done.stdout) == expected


def test_nothing_there_and_not_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(CollectionNotFound, match="python -m embeddings index"):
        Collection.open(tmp_path / "none", encoder=TinyEncoder(), create=False)
    assert not (tmp_path / "none").exists()


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for path in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(CollectionUnwritable, match="choose another with --index"):
            Collection.open(path, encoder=TinyEncoder())
    assert (tmp_path / "file").read_text() == "not a folder"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a /proc")
def test_a_folder_that_cannot_be_made() -> None:
    with pytest.raises(CollectionUnwritable, match="choose another with --index"):
        Collection.open("/proc/no_such_folder", encoder=TinyEncoder())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "other"}, "made with encoder tiny, this is encoder other"),
        ({"dim": 16}, "made with dim 32, this is dim 16"),
    ],
)
def test_another_encoder(filled: Collection, change: dict[str, object], told: str) -> None:
    with pytest.raises(CollectionMismatch) as raised:
        Collection.open(filled.directory, encoder=TinyEncoder(**change))  # type: ignore[arg-type]
    assert told in str(raised.value)
    assert "python -m embeddings index PATH --index ANOTHER_FOLDER" in str(raised.value)


@pytest.mark.parametrize("name", ["SEGMENTER_VERSION", "INPUT_VERSION", "LAYOUT_VERSION"])
def test_another_version(filled: Collection, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, name, "99")
    with pytest.raises(CollectionMismatch, match="python -m embeddings index PATH"):
        Collection.open(filled.directory, encoder=TinyEncoder())


@pytest.mark.parametrize("damage", ["garbage", "truncated", "overwritten"])
def test_a_damaged_database(filled: Collection, damage: str) -> None:
    filled.close()
    path = filled.directory / DATABASE
    data = path.read_bytes()
    path.write_bytes(
        {
            "garbage": b"not a database" * 999,
            "truncated": data[: len(data) // 2],
            "overwritten": data[:4096] + b"\xff" * (len(data) - 4096),
        }[damage]
    )
    with pytest.raises(CollectionCorrupt, match="your articles are untouched: move the folder"):
        Collection.open(filled.directory, encoder=TinyEncoder())


@pytest.mark.xfail(strict=True, raises=CollectionUnwritable, reason="told as a full disk")
def test_another_programs_database(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("CREATE TABLE songs (name TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(CollectionCorrupt, match="not a collection"):
        Collection.open(tmp_path, encoder=TinyEncoder())


@pytest.mark.xfail(strict=True, reason="whether tables are missing is asked before the lock")
def test_two_that_create_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from embeddings.store import Store

    first = threading.Event()
    begin = Store.transaction

    def transaction(store: Store) -> object:
        # The other one creates its tables between this one's look and this one's lock.
        if not first.is_set():
            first.set()
            Collection.open(tmp_path, encoder=TinyEncoder()).close()
        return begin(store)

    monkeypatch.setattr(Store, "transaction", transaction)
    with Collection.open(tmp_path, encoder=TinyEncoder()) as opened:
        assert opened.is_new()


# Derived indexes


def break_manifest(directory: Path) -> None:
    (directory / "derived.json").write_text('{"generation": 1')


def delete_manifest(directory: Path) -> None:
    (directory / "derived.json").unlink()


def break_vectors(directory: Path) -> None:
    (path,) = directory.glob("vectors-*.faiss")
    path.write_bytes(b"\0" * path.stat().st_size)


def delete_vectors(directory: Path) -> None:
    (path,) = directory.glob("vectors-*.faiss")
    path.unlink()


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
        delete_words,
        break_words,
        shorten_words,
        words_of_another_version,
        pytest.param(
            empty_words,
            marks=pytest.mark.xfail(strict=True, reason="an empty folder passes for an index"),
        ),
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
        "vectors-2.faiss",
        LOCK,
    ]


def test_indexes_far_behind_are_rebuilt(filled: Collection, reopen: Reopen, news: Path) -> None:
    saved = filled.directory.with_name("saved")
    shutil.copytree(filled.directory, saved)
    for number in range(3):
        write_lines(news / "news.jsonl", [{"id": "a", "text": f"Sentence number {number}."}])
        filled.sync(news)
    for name in ("derived.json", "vectors-1.faiss", "words"):
        old, new = saved / name, filled.directory / name
        if old.is_dir():
            shutil.rmtree(new)
            shutil.copytree(old, new)
        else:
            shutil.copy(old, new)
    assert [text for _, _, text in hits(reopen(), "sentence")] == ["Sentence number 2."]


@pytest.mark.xfail(strict=True, reason="an index does not say which database it was made from")
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


# Filters and look-ups


def test_filters(filled: Collection) -> None:
    assert matching(filled) == ["cairo", "haifa", "lisbon", "oslo"]
    assert matching(filled, publisher=("dagen",)) == ["haifa", "oslo"]
    assert matching(filled, publisher=("PÚBLICO", "nobody")) == ["lisbon"]
    assert matching(filled, author=("kari moe",)) == ["oslo"]
    assert matching(filled, author=("Kari",)) == []
    assert matching(filled, publisher=("Dagen",), author=("Ana Sá",)) == []
    assert matching(filled, article=("cairo", "oslo", "none")) == ["cairo", "oslo"]
    assert matching(filled, article=("none",)) == []


def test_days_are_inclusive_and_the_undated_match_none(filled: Collection) -> None:
    assert matching(filled, after=date(2024, 3, 5)) == ["haifa", "oslo"]
    assert matching(filled, after=date(2024, 3, 6)) == ["haifa"]
    assert matching(filled, before=date(2024, 3, 5)) == ["lisbon", "oslo"]
    assert matching(filled, before=date(2024, 3, 4)) == ["lisbon"]
    assert matching(filled, after=date(2024, 3, 5), before=date(2024, 3, 5)) == ["oslo"]
    assert matching(filled, after=date(2024, 3, 9), publisher=("dagen",)) == ["haifa"]


def test_filters_by_path_and_file_name(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in (("a.txt", "The river flooded."), ("ba.txt", "Drivers went on strike.")):
        (folder / name).write_text(text)
    collection.sync(folder)
    texts = {article.path: article.id for article in collection.articles()}
    expected = [texts[str(folder / "a.txt")]]
    assert matching(collection, article=("a.txt",)) == expected
    assert matching(collection, article=("texts/a.txt",)) == expected
    assert matching(collection, article=(str(folder / "a.txt"),)) == expected
    assert collection.article("a.txt").text == "The river flooded."


@pytest.mark.xfail(strict=True, reason="articles are compared with regard to case")
def test_articles_are_found_without_regard_to_case(filled: Collection) -> None:
    assert matching(filled, article=("OSLO",)) == ["oslo"]


def test_an_article_that_is_not_there_or_not_the_only_one(filled: Collection) -> None:
    assert filled.article("oslo").title == "Strike in Oslo"
    with pytest.raises(ArticleNotFound, match="no article 'paris'.*embeddings status"):
        filled.article("paris")
    with pytest.raises(ArticleNotFound, match="fits 4 articles: give one id of cairo, haifa"):
        filled.article("news.jsonl")
    with pytest.raises(ArticleNotFound):
        filled.article("")


# Removing, restoring, forgetting


def test_remove_and_restore(filled: Collection, news: Path) -> None:
    before = filled.article("oslo")
    filled.remove("oslo")
    assert matching(filled) == ["cairo", "haifa", "lisbon"]
    assert filled.removed() == [RemovedArticle("oslo", "Strike in Oslo", str(news / "news.jsonl"))]
    assert (news / "news.jsonl").exists()
    assert not filled.sync(news)
    # Not even when its file is read again.
    rows = [{"id": name, "text": text, **heading} for name, heading, text in NEWS]
    write_lines(news / "news.jsonl", [*rows, {"id": "new", "text": "A tram was late."}])
    assert filled.sync(news).added == ("new",)
    with pytest.raises(ArticleNotFound):
        filled.article("oslo")

    assert filled.restore("oslo").added == ("oslo",)
    assert (filled.removed(), filled.article("oslo")) == ([], before)
    with pytest.raises(ArticleNotFound, match="no article 'oslo' was taken out"):
        filled.restore("oslo")
    with pytest.raises(ArticleNotFound):
        filled.remove("none")


def test_remove_takes_every_copy(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text("The river flooded.")
    collection.sync(folder)
    collection.remove("a.txt")
    assert collection.articles() == []
    assert not collection.sync(folder)


@pytest.mark.xfail(strict=True, reason="a new name lets an article in that was taken out")
def test_a_removed_article_stays_out_under_a_new_name(
    collection: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("The river flooded.")
    collection.sync(folder)
    collection.remove("a.txt")
    (folder / "a.txt").rename(folder / "b.txt")
    collection.sync(folder)
    assert collection.articles() == []


def test_forget(filled: Collection, news: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("A tram was late.")
    filled.sync(other)
    filled.forget(news)
    assert filled.roots() == [str(other)]
    assert [text for _, _, text in hits(filled)] == ["A tram was late."]
    assert (news / "news.jsonl").exists()
    assert filled.sync(news).added == ("cairo", "haifa", "lisbon", "oslo")


# Uploads


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("flood.txt", "flood.txt"),
        ("../../flood.txt", "flood.txt"),
        ("..\\..\\flood.txt", "flood.txt"),
        ("/etc/flood.txt", "flood.txt"),
        ("C:\\texts\\flood.txt", "flood.txt"),
        ("", "article.txt"),
        ("..", "article.txt"),
        (".hidden.txt", "hidden.txt"),
        ("flo\x00od.txt", "flood.txt"),
        ("überschwemmung “1” 🎉.txt", "überschwemmung “1” 🎉.txt"),
        ("طوفان.txt", "طوفان.txt"),
    ],
)
def test_an_upload_lands_in_its_folder(collection: Collection, name: str, kept: str) -> None:
    report = collection.add_upload(name, "The river flooded “Lisbon”.".encode())
    (article,) = collection.articles()
    assert (report.added, article.text) == ((article.id,), "The river flooded “Lisbon”.")
    assert article.path == str(collection.directory / "uploads" / kept)
    assert [path.name for path in (collection.directory / "uploads").iterdir()] == [kept]


def test_an_upload_replaces_its_namesake(collection: Collection) -> None:
    collection.add_upload("a.txt", b"The river flooded.")
    collection.add_upload("a.txt", b"The river fell again.")
    assert [article.text for article in collection.articles()] == ["The river fell again."]


def test_an_upload_that_is_no_article(collection: Collection) -> None:
    report = collection.add_upload("song.mp3", b"\xff\xfb\x90")
    assert [Path(problem.path).name for problem in report.problems] == ["song.mp3"]
    assert collection.articles() == []


def test_removing_an_upload_removes_its_file(collection: Collection) -> None:
    collection.add_upload("a.txt", b"The river flooded.")
    collection.remove("a.txt")
    assert (collection.articles(), collection.removed()) == ([], [])
    assert list((collection.directory / "uploads").iterdir()) == []


def test_removing_one_of_many_uploaded_articles(collection: Collection) -> None:
    lines = "".join(json.dumps({"id": name, "text": text}) + "\n" for name, _, text in NEWS)
    collection.add_upload("news.jsonl", lines.encode())
    collection.remove("oslo")
    assert matching(collection) == ["cairo", "haifa", "lisbon"]
    assert [removed.id for removed in collection.removed()] == ["oslo"]
    assert collection.restore("oslo").added == ("oslo",)


@pytest.mark.parametrize(
    "name",
    [
        "x" * 300 + ".txt",
        pytest.param(
            "half \ud800.txt",
            marks=pytest.mark.xfail(strict=True, raises=UnicodeEncodeError, reason="not told"),
        ),
    ],
)
def test_a_name_that_no_file_can_have(collection: Collection, name: str) -> None:
    with pytest.raises(CollectionUnwritable, match="cannot keep"):
        collection.add_upload(name, b"The river flooded.")


# One writes, many read


def test_only_one_writes(filled: Collection, news: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.01)
    with FileLock(filled.directory / LOCK):
        with pytest.raises(CollectionLocked, match="another process is writing"):
            filled.sync(news)
        with pytest.raises(CollectionLocked):
            filled.remove("oslo")
        assert len(hits(filled)) == 4
    assert not filled.sync(news)


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
    keys = snapshot.vectors.search(row, 9)[0].tolist()
    found = filled.passages(keys, snapshot)
    assert {article.id for _, article in found.values()} == {"cairo", "haifa", "lisbon", "oslo"}
    assert snapshot.words.search("museum Cairo", 1)[0].tolist()[0] in keys
    assert matching(filled) == ["only"]


@pytest.mark.xfail(strict=True, reason="the path is that of the files now, not then")
def test_an_older_snapshot_still_knows_the_path(filled: Collection, news: Path) -> None:
    snapshot = filled.snapshot()
    keys = snapshot.vectors.search(filled.encoder.encode_query("strike"), 9)[0].tolist()
    write_lines(news / "news.jsonl", [{"id": "only", "text": "The strike in Oslo is over."}])
    filled.sync(news)
    found = filled.passages(keys, snapshot)
    assert {article.path for _, article in found.values()} == {str(news / "news.jsonl")}


@pytest.mark.xfail(strict=True, raises=CollectionLocked, reason="a reader waits for the writer")
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

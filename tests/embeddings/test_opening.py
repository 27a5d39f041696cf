"""An index folder is opened: new, full, damaged, somebody else's, or not to be had."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from embeddings import opening as module
from embeddings.collection import Collection
from embeddings.database import DATABASE
from embeddings.errors import (
    CollectionCorrupt,
    CollectionMismatch,
    CollectionNotFound,
    CollectionUnwritable,
)
from embeddings.store import Store
from tests.fakes import TinyEncoder
from tests.news import QUESTION, hits, write_lines

ROOT = Path(__file__).parents[2]

SEARCH = """
import json, sys
from embeddings.collection import Collection
from embeddings.retrieval import retrieve
from tests.fakes import TinyEncoder

with Collection.open(sys.argv[1], encoder=TinyEncoder(), create=False) as collection:
    hits = retrieve(collection, sys.argv[2], 9).hits
    print(json.dumps([[h.passage.id, h.scores.fused, h.passage.text] for h in hits]))
"""


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
    assert sorted(status.publishers) == ["DAGEN", "Dagen", "Público"]
    assert (status.first_published, status.last_published) == ("2024-03-01", "2024-03-09")
    assert (status.undated, status.roots) == (1, (str(news),))
    assert status.encoder == str(TinyEncoder().identity)
    assert not filled.is_new()


def test_publishers_have_one_order(collection: Collection, tmp_path: Path) -> None:
    names = ["DAGEN", "DAGEn", "DAGeN", "DAgEN", "DaGEN", "Dagen", "dAGEN", "dagEN", "dageN"]
    rows = [{"id": n, "text": "A tram was late.", "publisher": n} for n in [*names, "dagen"]]
    collection.sync(write_lines(tmp_path / "names.jsonl", rows))
    assert collection.status().publishers == (*names, "dagen")


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


def test_another_programs_database(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / DATABASE)
    connection.execute("CREATE TABLE songs (name TEXT)")
    connection.commit()
    connection.close()
    with pytest.raises(CollectionCorrupt, match="not a collection"):
        Collection.open(tmp_path, encoder=TinyEncoder())


def test_two_that_create_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_an_index_inside_the_articles_is_not_an_article(news: Path) -> None:
    with Collection.open(news / "my_index", encoder=TinyEncoder()) as collection:
        assert collection.sync(news).problems == ()
        assert not collection.sync(news)
        assert collection.status().generation == 1

"""Over Milvus: servers that are not there, packages that are missing, other indexes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings.__main__ import main
from embeddings.collection import Collection
from embeddings.engines.milvus import connection, table
from embeddings.engines.milvus.engine import MilvusEngine
from embeddings.engines.milvus.table import Table
from embeddings.errors import (
    CollectionLocked,
    CollectionNotFound,
    CollectionUnwritable,
    EngineUnavailable,
)
from embeddings.retrieval import retrieve
from tests.embeddings.engines.made import QuickEncoder, everything, nearest_ids, write_made
from tests.embeddings.engines.places import ROOT, Server, free_port, place_of, serving
from tests.fakes import TinyEncoder


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILVUS_TOKEN", "root:geheim")
    address = f"milvus://127.0.0.1:{free_port()}/news"
    with pytest.raises(EngineUnavailable, match=r"does not answer.*start it, or check") as caught:
        Collection.open(address, encoder=TinyEncoder())
    assert address in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_something_else_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.5)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(EngineUnavailable, match="does not answer"):
            Collection.open(f"milvus://127.0.0.1:{mute.getsockname()[1]}/n", encoder=TinyEncoder())


def test_the_server_dies_in_between(tmp_path: Path, news: Path) -> None:
    with serving(tmp_path / "data") as server:
        collection = place_of("server", tmp_path, server.port).open()
        collection.sync(news)
        server.kill()
        for ask in (
            collection.status,
            lambda: retrieve(collection, "Oslo"),
            lambda: collection.sync(news),
            lambda: collection.remove("oslo"),
            collection.articles,
        ):
            with pytest.raises(EngineUnavailable, match="does not answer"):
                ask()
        collection.close()


def test_what_was_acknowledged_outlives_a_killed_server(tmp_path: Path, news: Path) -> None:
    with serving(tmp_path / "data") as server:
        place = place_of("server", tmp_path, server.port)
        with place.open() as collection:
            collection.sync(news)
    with serving(tmp_path / "data") as server:
        address = f"milvus://127.0.0.1:{server.port}/{place.address.rpartition('/')[2]}"
        with Collection.open(address, encoder=TinyEncoder(), create=False) as collection:
            assert collection.status().articles == 4
            assert len(collection.snapshot().matching("Oslo strike", 9)) == 1
            assert not collection.sync(news)


def test_the_tables_are_gone(milvus_server: Server, tmp_path: Path, news: Path) -> None:
    with place_of("server", tmp_path, milvus_server.port).open() as collection:
        collection.sync(news)
        engine = collection.engine
        assert isinstance(engine, MilvusEngine)
        engine._client.drop_collection(engine._tables.passages.name)
        with pytest.raises(CollectionNotFound, match="is gone"):
            collection.snapshot().matching("Oslo", 3)


def test_a_file_is_open_in_one_process(tmp_path: Path) -> None:
    address = f"milvus+lite:{tmp_path / 'news.db'}"
    script = (
        "import sys\nfrom embeddings.collection import Collection\n"
        "from tests.fakes import TinyEncoder\n"
        "Collection.open(sys.argv[1], encoder=TinyEncoder())\n"
        "print('open', flush=True)\nsys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, address],
        stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == "open\n"
    with pytest.raises(CollectionLocked, match="milvus-lite server --data-dir"):
        Collection.open(address, encoder=TinyEncoder())
    # A process that never closes it ends all the same.
    other.communicate("", timeout=30)
    assert other.returncode == 0
    with (
        Collection.open(address, encoder=TinyEncoder()) as one,
        Collection.open(address, encoder=TinyEncoder()) as two,
    ):
        assert (one.is_new(), two.is_new()) == (True, True)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "news.db").write_text("hello")
    with pytest.raises(CollectionUnwritable, match="Milvus Lite cannot open"):
        Collection.open(f"milvus+lite:{tmp_path / 'news.db'}", encoder=TinyEncoder())
    with pytest.raises(CollectionUnwritable, match="Milvus Lite cannot open"):
        Collection.open("milvus+lite:/proc/nothing/news.db", encoder=TinyEncoder())
    missing = f"milvus+lite:{tmp_path / 'other.db'}"
    with pytest.raises(CollectionNotFound, match="embeddings index PATH --index"):
        Collection.open(missing, encoder=TinyEncoder(), create=False)
    assert not (tmp_path / "other.db").exists()


@pytest.mark.parametrize(
    ("package", "address"),
    [("pymilvus", "milvus://127.0.0.1:1/n"), ("milvus_lite", "milvus+lite:{}/news.db")],
)
def test_a_package_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str, address: str
) -> None:
    for name in [*sys.modules]:
        if name.partition(".")[0] == package:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EngineUnavailable, match=r"pip install '.\[milvus\]'"):
        Collection.open(address.format(tmp_path), encoder=TinyEncoder())


def test_what_is_long_there_is_read_without_waiting(
    milvus_server: Server, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strongly consistent at first; later within Milvus's bound, which the generation is past."""
    levels: list[object] = []
    real = Table._call

    def call(self: Table, method: str, *given: object, **named: object) -> object:
        if method in {"query", "search"}:
            levels.append(named["consistency_level"])
        return real(self, method, *given, **named)

    encoder = TinyEncoder()
    row = encoder.encode_query("a strike in Oslo")
    with place_of("server", tmp_path, milvus_server.port).open(encoder) as collection:
        collection.sync(news)
        snapshot = collection.snapshot()
        monkeypatch.setattr(Table, "_call", call)
        first = snapshot.nearest(row, 4), snapshot.locations([1, 2, 3, 4])
        assert set(levels) == {"Strong"}
        levels.clear()
        monkeypatch.setattr(table, "BOUND_SECONDS", 0.0)
        assert (snapshot.nearest(row, 4), snapshot.locations([1, 2, 3, 4])) == first
        assert snapshot.matching("strike", 4)
        assert set(levels) == {"Bounded"}
        levels.clear()
        # Which generation is current is always asked for strongly.
        assert collection.snapshot() is snapshot
        collection.remove("oslo")
        assert set(levels) == {"Strong"}


def test_hnsw(tmp_path: Path) -> None:
    """Another index finds the same, on so few; it is the collection's, not the caller's."""
    encoder = QuickEncoder()
    write_made(tmp_path / "made", 30)
    address = f"milvus+lite:{tmp_path / 'news.db'}"
    with Collection.open(f"{address}?index=HNSW", encoder=encoder) as collection:
        collection.sync(tmp_path / "made")
    with Collection.open(address, encoder=encoder) as collection:
        snapshot = collection.snapshot()
        found = snapshot.nearest(encoder.encode_query("a flood of the river"), 10)
        wanted = nearest_ids(everything(collection), "a flood of the river", encoder)[:10]
        assert [snapshot.locations([key])[key].id for key in found] == [name for name, _ in wanted]


def test_the_command_line(
    tmp_path: Path, news: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"milvus+lite:{tmp_path / 'news.db'}"
    monkeypatch.setattr("embeddings.collection.SentenceEncoder", TinyEncoder)

    def embeddings(*arguments: str) -> str:
        assert main([*arguments, "--index", address]) == 0
        return capsys.readouterr().out

    assert "4 added" in embeddings("index", str(news))
    status = json.loads(embeddings("status", "--json"))
    assert (status["directory"], status["passages"]) == (address, 4)
    found = json.loads(embeddings("search", "Who went on strike?", "--json", "--k", "1"))
    assert [Path(hit["path"]).name for hit in found["hits"]] == ["news.jsonl"]
    embeddings("remove", "oslo")
    assert json.loads(embeddings("status", "--json"))["passages"] == 3

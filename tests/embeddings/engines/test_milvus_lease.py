"""Over Milvus: one writer at a time, by a lease that is renewed, lost, or left behind."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embeddings.collection import Collection
from embeddings.engines.milvus import lease
from embeddings.engines.milvus.engine import MilvusEngine
from embeddings.errors import CollectionLocked
from tests.embeddings.engines.places import Server, place_of


def _left_lease(collection: Collection, **values: object) -> None:
    """A lease as another process would have left it."""
    engine = collection.engine
    assert isinstance(engine, MilvusEngine)
    row = {
        "owner": "other", "process": "other", "place": "elsewhere", "pid": 1,
        "until": time.time() + 60, **values,
    }  # fmt: skip
    engine._tables.leases.upsert([{"pk": "writer", "body": json.dumps(row)}])


@pytest.mark.parametrize(
    ("values", "free"),
    [
        ({}, False),
        ({"until": time.time() - 1}, True),
        ({"place": lease._place(), "pid": os.getpid()}, False),
        ({"place": lease._place(), "pid": 2**22 + 1}, True),
    ],
)
def test_whose_lease_is_over(  # noqa: PLR0917 (fixtures and a case)
    milvus_server: Server,
    tmp_path: Path,
    news: Path,
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, object],
    free: bool,
) -> None:
    monkeypatch.setattr(lease, "WAIT_SECONDS", 0.2)
    with place_of("server", tmp_path, milvus_server.port).open() as collection:
        _left_lease(collection, **values)
        if free:
            assert len(collection.sync(news).added) == 4
        else:
            with pytest.raises(CollectionLocked, match="another process is writing"):
                collection.sync(news)


def test_who_lost_the_lease_makes_nothing_visible(
    milvus_server: Server, tmp_path: Path, news: Path
) -> None:
    with place_of("server", tmp_path, milvus_server.port).open() as collection:
        with pytest.raises(CollectionLocked, match="no longer the writer"):
            collection.sync(news, lambda _: _left_lease(collection))
        assert (collection.is_new(), collection.articles()) == (True, [])


def test_a_lease_is_renewed(
    milvus_server: Server, tmp_path: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE_SECONDS", 0.6)
    monkeypatch.setattr(lease, "WAIT_SECONDS", 0.1)
    place = place_of("server", tmp_path, milvus_server.port)
    with place.open() as one, place.open() as other, one.engine.writing():
        time.sleep(1.5)
        with pytest.raises(CollectionLocked):
            other.sync(news)


def test_a_lease_that_ended_is_not_revived(
    milvus_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "LEASE_SECONDS", 0.6)
    with place_of("server", tmp_path, milvus_server.port).open() as collection:
        engine = collection.engine
        assert isinstance(engine, MilvusEngine)
        with engine.writing():
            _left_lease(collection, owner=engine._lease._mine, until=time.time() - 1)
            time.sleep(0.5)
            with pytest.raises(CollectionLocked, match="no longer the writer"):
                engine._lease.check()


def test_who_lost_the_lease_writes_nothing_more(milvus_server: Server, tmp_path: Path) -> None:
    with place_of("server", tmp_path, milvus_server.port).open() as collection:
        engine = collection.engine
        assert isinstance(engine, MilvusEngine)
        with engine.writing():
            _left_lease(collection)
            with pytest.raises(CollectionLocked, match="no longer the writer"):
                engine.stage_vectors([b"1" * 32], np.zeros((1, 8), dtype=np.float32))
            assert not engine.known_vectors([b"1" * 32])


def test_threads_of_one_engine_take_turns(
    milvus_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with place_of("server", tmp_path, milvus_server.port).open() as collection:
        monkeypatch.setattr(lease, "WAIT_SECONDS", 0.2)

        def write() -> None:
            with collection.engine.writing():
                pass

        with ThreadPoolExecutor(1) as pool, collection.engine.writing():
            # As if it had ended by the clock: another thread still waits for this one.
            _left_lease(collection, until=time.time() - 1)
            with pytest.raises(CollectionLocked, match="another process is writing"):
                pool.submit(write).result()
        write()

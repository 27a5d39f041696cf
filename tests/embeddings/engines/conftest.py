"""Every test here runs on every engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.collection import Collection
from tests.embeddings.engines.places import KINDS, Place, Server, place_of, serving
from tests.fakes import TinyEncoder


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests; each has a collection of its own there."""
    with serving(tmp_path_factory.mktemp("milvus")) as server:
        yield server


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    port = request.getfixturevalue("milvus_server").port if request.param == "server" else 0
    return place_of(request.param, tmp_path, port)


@pytest.fixture
def collection(place: Place, encoder: TinyEncoder) -> Iterator[Collection]:
    with place.open(encoder) as opened:
        yield opened

"""Every test here runs on every engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.collection import Collection
from tests.embeddings.engines.made import QuickEncoder, write_made
from tests.embeddings.engines.places import KINDS, Place, Server, place_of, serving
from tests.fakes import TinyEncoder


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests; each has a collection of its own there."""
    with serving(tmp_path_factory.mktemp("milvus")) as server:
        yield server


def _place(request: pytest.FixtureRequest, folder: Path) -> Place:
    port = request.getfixturevalue("milvus_server").port if request.param == "server" else 0
    return place_of(request.param, folder, port)


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return _place(request, tmp_path)


@pytest.fixture(scope="session", params=KINDS)
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Collection]:
    """Sixty articles to search in; no test changes them."""
    folder = tmp_path_factory.mktemp("made")
    write_made(folder / "articles")
    with _place(request, folder).open(QuickEncoder()) as opened:
        opened.sync(folder / "articles")
        yield opened


@pytest.fixture
def collection(place: Place, encoder: TinyEncoder) -> Iterator[Collection]:
    with place.open(encoder) as opened:
        yield opened

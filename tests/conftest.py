"""Fixtures that more than one file uses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from embeddings.collection import Collection
from embeddings.encoder import SentenceEncoder
from tests.browsers import CHROMIUM, FLAGS
from tests.fakes import TinyEncoder
from tests.language_models.fixtures import model_server
from tests.news import FLOOD, NEWS, SEEDS, STRIKE, write_lines

__all__ = ["model_server"]

# How long an example takes is the machine's affair.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser; on a machine without one its tests are skipped, in CI they fail."""
    if not CHROMIUM.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"no browser at {CHROMIUM}: install Debian's chromium, or name it in CHROMIUM")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def encoder() -> TinyEncoder:
    return TinyEncoder()


@pytest.fixture
def news(tmp_path: Path) -> Path:
    """A folder with ``news.jsonl``: four articles of one passage each."""
    folder = tmp_path / "articles"
    folder.mkdir()
    rows = [{"id": name, "text": text, **heading} for name, heading, text in NEWS]
    write_lines(folder / "news.jsonl", rows)
    return folder


@pytest.fixture
def collection(tmp_path: Path, encoder: TinyEncoder) -> Iterator[Collection]:
    """An empty collection with the counting encoder."""
    with Collection.open(tmp_path / "index", encoder=encoder) as opened:
        yield opened


@pytest.fixture
def filled(collection: Collection, news: Path) -> Collection:
    """The collection of those four articles."""
    collection.sync(news)
    return collection


@pytest.fixture
def reopen(collection: Collection) -> Iterator[Callable[[], Collection]]:
    """Open the folder of ``collection`` again, as another process would."""
    opened: list[Collection] = []

    def again() -> Collection:
        opened.append(Collection.open(collection.directory, encoder=TinyEncoder()))
        return opened[-1]

    yield again
    for each in opened:
        each.close()


@pytest.fixture(scope="session")
def sentence_encoder() -> SentenceEncoder:
    """The packaged model, loaded once."""
    return SentenceEncoder()


@pytest.fixture(scope="session")
def seeds(
    tmp_path_factory: pytest.TempPathFactory, sentence_encoder: SentenceEncoder
) -> Iterator[Collection]:
    """The five example articles, indexed once with the packaged model; not to be changed."""
    directory = tmp_path_factory.mktemp("seeds") / "index"
    with Collection.open(directory, encoder=sentence_encoder) as opened:
        assert opened.sync(SEEDS).problems == ()
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two text files, FLOOD and STRIKE."""
    made = tmp_path / "texts"
    made.mkdir()
    (made / "flood.txt").write_text(FLOOD)
    (made / "strike.txt").write_text(STRIKE)
    return made

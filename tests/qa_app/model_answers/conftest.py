"""A small collection, an assistant whose words come from a server, and no waiting in between."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings.collection import Collection
from embeddings.similarity import SimilarityReader
from qa_app import generative, verification
from qa_app.__main__ import main
from tests.fakes import TinyEncoder
from tests.news import NEWS, row, write_lines
from tests.qa_app.llm_fakes import WordChecker
from tests.qa_app.model_answers.asking import Library, Printed, Run


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """The four articles of ``NEWS``, asked with fast stand-ins for all but the language model."""
    folder = tmp_path_factory.mktemp("library")
    path = write_lines(
        folder / "news.jsonl", [row(name, text, **head) for name, head, text in NEWS]
    )
    with Collection.open(folder / "index", encoder=TinyEncoder()) as collection:
        collection.sync(path)
        yield Library(collection)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause before a second try, a checker that counts words, and no settings from outside."""
    monkeypatch.setattr(generative, "BACKOFF", 0.0)
    checker = WordChecker()
    monkeypatch.setattr(verification, "released_checker", lambda: checker)
    for name in ("QA_MODEL", "QA_MODEL_URL", "QA_MODEL_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Run:
    """The command line over the library, in this process: arguments in, what it printed out."""

    def opened(*_: object) -> Collection:
        return Collection.open(library.collection.directory, encoder=TinyEncoder())

    monkeypatch.setattr("qa_app.startup.open_collection", opened)
    monkeypatch.setattr("qa_app.assistant.reader_for", SimilarityReader)
    monkeypatch.setenv("QA_RERANK", "false")
    monkeypatch.setenv("QA_THRESHOLD", "0")
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, typed: str = "") -> Printed:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        command, *rest = arguments
        status = main([command, *rest, "--index", str(tmp_path)])
        return Printed(status, *capsys.readouterr())

    return run

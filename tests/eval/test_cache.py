"""Indexes kept by content: found again, never taken for another, and honest about their time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.cache import RECORD, digest, open_collection
from tests.fakes import TinyEncoder


class Interrupting(TinyEncoder):
    """Stops at the first passage, as Ctrl-C does."""

    def encode(self, texts):
        raise KeyboardInterrupt


def test_an_index_is_built_once(news: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with open_collection(news, cache=cache, encoder=TinyEncoder()) as (collection, first):
        names = {article.id for article in collection.articles()}
    assert names == {"cairo", "haifa", "lisbon", "oslo"}
    with open_collection(news, cache=cache, encoder=TinyEncoder()) as (_, second):
        pass
    assert (first.cached, second.cached) == (False, True)
    assert (first.articles, first.passages, second.passages) == (4, 4, 4)
    assert first.seconds is not None
    assert second.seconds == first.seconds
    assert second.passages_per_second == pytest.approx(4 / first.seconds)
    assert first.fingerprint == second.fingerprint
    assert len(list((cache / "indexes").iterdir())) == 1


def test_other_articles_are_another_index(news: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with open_collection(news, cache=cache, encoder=TinyEncoder()) as (_, first):
        pass
    with (news / "news.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "åre", "text": "It snowed in Åre. “Finally!”"}) + "\n")
    with open_collection(news, cache=cache, encoder=TinyEncoder()) as (_, second):
        assert (second.cached, second.articles) == (False, 5)
    assert first.fingerprint != second.fingerprint


def test_hidden_files_are_not_content(news: Path) -> None:
    before = digest(news)
    (news / ".cited_qa_eval").mkdir()
    (news / ".cited_qa_eval" / "notes.txt").write_text("kept by an earlier run")
    assert digest(news) == before
    (news / "notes.txt").write_text("an article")
    assert digest(news) != before


def test_an_interrupted_build_has_no_time(news: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with (
        pytest.raises(KeyboardInterrupt),
        open_collection(news, cache=cache, encoder=Interrupting()),
    ):
        pass
    with open_collection(news, cache=cache, encoder=TinyEncoder()) as (_, record):
        assert (record.cached, record.seconds, record.passages_per_second) == (False, None, None)
    with open_collection(news, cache=cache, encoder=TinyEncoder()) as (_, again):
        assert (again.cached, again.seconds) == (True, None)


def test_a_damaged_record_is_written_again(news: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with open_collection(news, cache=cache, encoder=TinyEncoder()):
        pass
    file = next((cache / "indexes").iterdir()) / RECORD
    file.write_text("{")
    with open_collection(news, cache=cache, encoder=TinyEncoder()) as (_, record):
        assert (record.cached, record.seconds) == (False, None)
    assert json.loads(file.read_text())["passages"] == 4

"""The reader's say in the ranking, with a reader whose judgement is made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings import rerank, retrieval
from embeddings.collection import Collection
from embeddings.reader import Excerpt, PassageReader, PassageReading
from embeddings.rerank import Rereading, Worth
from embeddings.retrieval import retrieve
from embeddings.search import Candidates
from tests.fakes import TinyEncoder
from tests.news import write_lines

ROWS = [{"id": f"a{i:02}", "text": f"The river rose {i} feet in Lisbon."} for i in range(40)]


class Judge(PassageReader):
    """Finds one text relevant and no other; remembers what it was given."""

    def __init__(self, wanted: str) -> None:
        self.wanted, self.read_texts = wanted, list[tuple[str, str]]()

    def read_pairs(self, pairs: object) -> list[PassageReading]:
        told = []
        for question, excerpt in pairs:  # type: ignore[attr-defined]
            assert isinstance(excerpt, Excerpt)
            self.read_texts.append((question, excerpt.text))
            logit = 20.0 if self.wanted in excerpt.text else -20.0
            told.append(PassageReading(logit, logit, (), ()))
        return told


@pytest.fixture
def rivers(tmp_path: Path) -> Collection:
    collection = Collection.open(tmp_path / "index", encoder=TinyEncoder())
    collection.sync(write_lines(tmp_path / "rivers.jsonl", ROWS))
    return collection


def test_what_the_reader_finds_relevant_comes_first(rivers: Collection) -> None:
    plain = retrieve(rivers, "How far did the river rise?", 10, rerank=False).hits
    last = plain[-1]
    judge = Judge(last.passage.text)
    hits = retrieve(rivers, "How far did the river rise?", 10, rerank=judge).hits
    assert hits[0].passage == last.passage
    assert hits[0].scores.reader == pytest.approx(1.0)
    assert hits[0].scores.dense == last.scores.dense
    assert hits[1].scores.reader == pytest.approx(0.0, abs=1e-6)
    # The others stay as they were.
    assert [hit.passage.id for hit in hits[1:]] == [hit.passage.id for hit in plain[:-1]]


def test_a_part_and_the_whole_have_their_own_worth() -> None:
    keys = [1, 2, 3, 4]
    candidates = Candidates(dict.fromkeys(keys, 0.5), {}, {2: 0, 3: 1})
    relevance = {1: 1.0, 2: 1.0, 3: 0.5}

    class Told(Rereading):
        def relevance(self, *_: object) -> dict[int, float]:
            return relevance

    rereading = Told(Judge(""), ("whole?", "one?", "other?"), lambda _: {})
    counted, told = rereading(candidates, keys, None, Worth(0.4, 0.2))  # type: ignore[arg-type]
    assert counted.scores == pytest.approx({1: 0.9, 2: 0.7, 3: 0.6, 4: 0.5})
    assert told == relevance


def test_only_so_many_are_read_and_each_once(rivers: Collection) -> None:
    judge = Judge("nothing")
    retrieve(rivers, "How far did the river rise?", 30, rerank=judge)
    assert len(judge.read_texts) == len(set(judge.read_texts)) == rerank.READ
    assert {question for question, _ in judge.read_texts} == {"How far did the river rise?"}


def test_without_weights_the_ranking_is_the_one_without_a_reader(
    rivers: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "released_reader", lambda: None)
    hits = retrieve(rivers, "How far did the river rise?", 10).hits
    assert hits == retrieve(rivers, "How far did the river rise?", 10, rerank=False).hits
    assert {hit.scores.reader for hit in hits} == {None}

"""How long a first word takes: measured through the real client, and told with its n."""

from __future__ import annotations

import pytest

from embeddings.collection import Collection
from embeddings.similarity import SimilarityReader
from eval.cases import Case
from eval.studies import first_word
from tests.qa_app.llm_fakes import WordChecker


def test_every_question_gives_a_time(filled: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa_app.assistant.reader_for", SimilarityReader)
    monkeypatch.setattr("qa_app.verification.released_checker", WordChecker)
    monkeypatch.setattr(first_word, "SILENCE", 0.0)
    cases = [Case("a", "Who went on strike in Oslo?", True), Case("b", "Où? 🚆", False)]
    found = first_word.first_words(filled, cases, {"rerank": False, "_env_file": None})
    assert len(found) == 2
    assert all(took > 0 for took in found)


def test_the_table_says_how_many_and_how_sure() -> None:
    # 1 to 100 ms: the median lies between 50 and 51, and half are within the target.
    assert first_word.table(range(1, 101)).splitlines() == [
        "| n | p50 ms | p95 ms | max ms | within 50 ms |",
        "| --- | --- | --- | --- | --- |",
        "| 100 | 50.5 | 95.0 | 100.0 | 0.500 |",
    ]

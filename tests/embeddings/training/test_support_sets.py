"""Claims out of the files that a support model is trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from embeddings.errors import TrainingDataMissing
from embeddings.training import claims, sets
from embeddings.training.sets import SETS
from embeddings.training.support_sets import Stated, fever, readings, summaries
from tests.embeddings.training.made import museum, write_gzip, write_set

DOCUMENT = "Ann: Buy butter, Zoë. 🙂\r\nZoë: Ok."
RIGHT = "Ann wants butter. Zoë agrees."


def summary(told: str, label: str, document: str = DOCUMENT) -> dict[str, Any]:
    return {"doc": document, "summary": told, "label": label, "original_summary": RIGHT}


@pytest.fixture(autouse=True)
def nothing_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sets, claims):
        monkeypatch.setattr(module, "HELD_OUT_TENTHS", 0)


def test_a_summary_is_wrong_where_it_was_changed(tmp_path: Path) -> None:
    rows = [
        summary(RIGHT, "1"),
        summary("Ann wants milk. Zoë agrees.", "0"),
        summary("Ann would like butter. Zoë agrees.", "1"),
        summary("Ann wants milk. Zoë agrees.", "1"),
    ]
    write_gzip(tmp_path / "summedits_train.jsonl.gz", rows)
    told = [(each.claim, each.supported) for each in summaries(tmp_path)]
    assert told == [
        ("Ann wants butter.", True),
        ("Zoë agrees.", True),
        ("Ann wants milk.", False),
        ("Ann would like butter.", True),
    ]
    assert {each.evidence for each in summaries(tmp_path)} == {(DOCUMENT,)}


def test_all_claims_of_a_document_are_held_out_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sets, "HELD_OUT_TENTHS", 5)
    rows = [summary(RIGHT, "1", f"{i} {DOCUMENT}") for i in range(40)]
    write_gzip(tmp_path / "summedits_train.jsonl.gz", rows)
    held: dict[tuple[str, ...], set[bool]] = {}
    for each in summaries(tmp_path):
        held.setdefault(each.evidence, set()).add(each.held_out)
    assert len(held) == 40
    assert sorted({len(each) for each in held.values()}) == [1]
    assert set().union(*held.values()) == {True, False}


def test_statements(tmp_path: Path) -> None:
    rows = [
        {"claim": "It rained .", "label": "REFUTES", "evidence": ["It snowed ."]},
        {"claim": "It -LRB- maybe -RRB- snowed.", "label": "SUPPORTS", "evidence": ["It snowed ."]},
        {"claim": "It hailed.", "label": "NOT ENOUGH INFO", "evidence": ["It snowed ."]},
    ]
    write_gzip(tmp_path / "fever_train.jsonl.gz", rows)
    assert fever(tmp_path) == [
        Stated("It rained.", ("It snowed.",), False, False),
        Stated("It (maybe) snowed.", ("It snowed.",), True, False),
    ]


def test_missing_files_say_where_they_come_from(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataMissing, match=r"salesforce/factualNLG .*Apache-2\.0.*--data"):
        summaries(tmp_path)
    with pytest.raises(TrainingDataMissing, match="fever_train"):
        fever(tmp_path)


def test_questions_with_their_place_and_the_other_answers(tmp_path: Path) -> None:
    read = readings(write_set(tmp_path / "data", "squad_part", 3), SETS[0])
    city, text, asked = museum(1)
    assert [each.title for each in read.texts] == ["Museum Oslo", "Museum Lisbon", "Museum Haifa"]
    assert read.texts[1].text == text
    assert read.kin == {"Museum Oslo": (0,), f"Museum {city}": (1,), "Museum Haifa": (2,)}
    first = read.asked[3]
    assert (first.question, first.answer) == asked[0]
    assert text[first.start :].startswith(first.answer)
    assert (first.text, first.others) == (1, (asked[1][1], asked[2][1]))

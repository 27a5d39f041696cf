"""How often a follow-up is understood: from a file to the table."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from eval.studies.followups import WAYS, figures, load, main, score, stems
from qa_app.conversation import Exchange

LED = ["Mullah Baradar", "Career", "Who led the delegation?", "Mullah Baradar"]


def row(question: str, rewrite: str, history: list[str], number: int = 1) -> dict[str, Any]:
    return {
        "History": history, "QuAC_dialog_id": f"C_{history[0]}", "Question": question,
        "Question_no": number, "Rewrite": rewrite,
    }  # fmt: skip


ROWS = [
    row("When was he born?", "When was Mullah Baradar born?", LED, 2),
    row("Was he, in 2010, in Pakistan?", "Was Mullah Baradar in Pakistan in 2010?", LED, 3),
    row("Where is Kabul?", "where is Kabul", [*LED, "Why?", "I don't know."], 4),
    row("Did it sell?", "Did the album Élan sell?", ["Élan (album)", "Sales"]),
]


def write(data: Path, *rows: object) -> None:
    path = data / "followup" / "canard_dev.jsonl.gz"
    path.parent.mkdir()
    path.write_bytes(gzip.compress("\n".join(json.dumps(each) for each in rows).encode()))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(tmp_path, *ROWS)
    return tmp_path


def test_the_cases(data: Path) -> None:
    first, second, third, fourth = load(data)
    assert first.before == (Exchange("Who led the delegation?", "Mullah Baradar"),)
    assert (first.added, first.alone, first.kind) == (stems("Mullah Baradar"), False, "pronoun")
    assert second.added == stems("Mullah Baradar")
    assert third.before[1] == Exchange("Why?", "")
    assert (third.added, third.alone, third.kind) == (frozenset(), True, "no pronoun")
    assert fourth.added == stems("album Élan") == {"album", "elan"}
    assert [each.conversation for each in load(data, 1)] == ["C_Mullah Baradar"]


def test_what_counts(data: Path) -> None:
    first, _, third, fourth = load(data)
    assert score(first, "When was Baradar of Kabul born?") == (1, 0, 1, 2, 2, 1, 0, 0)
    assert score(first, "When was Mullah Baradar born?") == (1, 1, 1, 2, 2, 2, 0, 0)
    assert score(third, "Where is Kabul?") == (0, 0, 0, 0, 0, 0, 1, 1)
    assert score(third, "Where is Kabul ?") == (0, 0, 0, 0, 0, 0, 1, 0)
    assert score(fourth, "Did it sell?") == (1, 0, 0, 2, 0, 0, 0, 0)


def test_the_figures(data: Path) -> None:
    cases = load(data)
    texts = ["When was Baradar of Kabul born?", "Was Mullah Baradar?", "Where is Kabul?", "Élan?"]
    found = {name: value for name, (value, _, _) in figures(cases, texts).items()}
    assert found == {
        "all": pytest.approx(1 / 3), "any": 1.0, "recall": pytest.approx(4 / 6),
        "precision": pytest.approx(4 / 5), "F1": pytest.approx(8 / 11), "unchanged": 1.0,
    }  # fmt: skip


def test_the_ways(data: Path) -> None:
    first, _, third, fourth = load(data)
    assert {name: way(first) for name, way in WAYS.items()} == {
        "as it is": "When was he born?",
        "last question in front": "Who led the delegation? When was he born?",
        "title in front, always": "Mullah Baradar: When was he born?",
        "rules": "When was Mullah Baradar born?",
        "rules, no answers": "When was the one who led the delegation born?",
        "rules, no title": "When was Mullah Baradar born?",
    }
    assert WAYS["rules"](third) == WAYS["last question in front"](third) == "Where is Kabul?"
    assert WAYS["last question in front"](fourth) == "Élan (album) Did it sell?"


def test_the_command(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(data), "--way", "rules", "--way", "as it is", "--wrong", "1"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("all: 3 follow-ups, 1 that stand alone\n")
    assert "\npronoun: 3 follow-ups, 0 that stand alone\n" in out
    assert "as it is, wrong:\nWhen was he born?\n  person: When was Mullah Baradar born?\n" in out


def test_what_is_missing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path)]) == 1
    assert "expected followup/canard_dev.jsonl.gz" in capsys.readouterr().err
    write(tmp_path, {"Question": "Why?"})
    assert main(["--data", str(tmp_path)]) == 1
    assert "canard_dev.jsonl.gz:1: " in capsys.readouterr().err

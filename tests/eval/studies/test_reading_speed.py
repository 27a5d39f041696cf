"""Engines side by side: the table by hand, and an engine that is not installed."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.pairs import Batch
from embeddings.reader import Excerpt, PassageReading, Place
from embeddings.schema import Span
from eval.studies import reading_speed as module
from eval.studies.reading_engines import KINDS, Kind, Material
from eval.studies.reading_speed import (
    BEFORE,
    EXACT,
    Measured,
    batches_of,
    calibration_pairs,
    clock,
    table,
    take,
)
from tests.fakes import pair_tokenizer

TEXT = "The Müller café opened 🎉.\r\nNobody came."
PAIR = ("Who opened it? 🎉", Excerpt("Ports", TEXT, (Span(0, 25), Span(27, 39))))


class Constant:
    """A network that says the same of every pair, and counts what it was given."""

    def __init__(self, answerable: float) -> None:
        self.answerable, self.rows = answerable, 0

    def read(self, batch: Batch) -> tuple[np.ndarray, ...]:
        self.rows += len(batch.ids)
        flat = np.where(batch.text == 1, 0.0, -1e4).astype(np.float32)
        return np.zeros(len(flat)), np.full(len(flat), self.answerable), flat, flat


def reading(answerable: float, start: int) -> PassageReading:
    return PassageReading(0.0, answerable, (Place(Span(start, start + 3), 0.5),), (1.0,))


def measured(answerable: float, start: int, seconds: list[float], megabytes: float) -> Measured:
    told = [reading(0.0, 4), reading(answerable, start)]
    return Measured(Constant(0.0), 1.25, told, megabytes, seconds)  # type: ignore[arg-type]


def test_a_table_by_hand() -> None:
    # The logistic function of log 3 is .75: .25 from that of 0.
    engines = {
        EXACT: measured(0.0, 4, [4.0, 4.0, 8.0], 0),
        BEFORE: measured(0.0, 4, [1.0, 2.0, 2.0], 0),
        "OpenVINO": measured(float(np.log(3)), 9, [0.5, 0.5, 4.0], 185.4),
    }
    assert table(engines, 2).splitlines()[2:] == [
        f"| {EXACT} | 0 | 0.25 | 0.000 | 0.0000 | 100.0% | 1.2 | 0 |",
        f"| {BEFORE} | 1 | 1.00 | 0.000 | 0.0000 | 100.0% | 1.2 | 0 |",
        "| OpenVINO | 4 | 2.00 | 0.250 | 0.1250 | 50.0% | 1.2 | 185 |",
    ]


def test_without_what_it_is_held_against_there_are_dashes() -> None:
    line = table({"OpenVINO": measured(0.0, 4, [0.5], 1.0)}, 2).splitlines()[2]
    assert line == "| OpenVINO | 4 | - | - | - | - | 1.2 | 1 |"


def test_an_engine_that_is_not_installed_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    kinds = {
        "here": Kind(lambda _: tmp_path, lambda _, __: Constant(2.0)),  # type: ignore[arg-type,return-value]
        "elsewhere": Kind(lambda _: tmp_path, lambda _, __: Constant(2.0), ("no-such-é", "numpy")),  # type: ignore[arg-type,return-value]
    }
    monkeypatch.setattr(module, "KINDS", kinds)
    engines = take(["elsewhere", "here"], [PAIR], pair_tokenizer(), Material([], tmp_path, 1))
    assert capsys.readouterr().err == "elsewhere is left out: no-such-é not installed\n"
    assert list(engines) == ["here"]
    assert engines["here"].readings[0].answerable == 2.0
    assert engines["here"].megabytes == 0
    assert KINDS["ONNX Runtime int8"].packages == ("onnxruntime",)
    assert Kind(lambda _: tmp_path, lambda _, __: Constant(0.0), ("numpy",)).megabytes() > 1  # type: ignore[arg-type,return-value]


def test_every_round_asks_all_engines_for_all_pairs() -> None:
    calls = batches_of([PAIR] * 5, pair_tokenizer(), 2)
    assert [len(batch.ids) for call in calls for batch in call] == [2, 2, 1]
    engines = {name: measured(0.0, 4, [], 0) for name in "ab"}
    clock(engines, calls, 3)
    assert [each.engine.rows for each in engines.values()] == [15, 15]  # type: ignore[attr-defined]
    assert [len(each.seconds) for each in engines.values()] == [3, 3]


def test_calibration_pairs_come_from_all_of_the_training_set(tmp_path: Path) -> None:
    passages = [{"id": f"p{i}", "title": "A_Café", "text": TEXT} for i in range(6)]
    asked = [
        {"id": f"q{i}", "question": f"Who {i}?", "passage": f"p{i}", "answers": ["Müller"],
         "starts": [4]}
        for i in range(6)
    ]  # fmt: skip
    folder = tmp_path / "reading"
    folder.mkdir()
    for name, rows in (("passages", passages), ("questions", asked)):
        with gzip.open(folder / f"squad_part_{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    pairs = calibration_pairs(tmp_path, 3)
    assert [question for question, _ in pairs] == ["Who 0?", "Who 2?", "Who 4?"]
    assert pairs[0][1] == Excerpt("A Café", TEXT, (Span(0, 25), Span(27, 39)))


def test_other_engines_are_not_imported() -> None:
    # In a process of its own: other tests in this one may have asked for them.
    script = (
        "import sys\n"
        "import eval.studies.reading_speed\n"
        "print(*{'onnxruntime', 'openvino', 'nncf'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []

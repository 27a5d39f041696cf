"""python -m embeddings.training: one complete run on museums, and how it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from embeddings import trained
from embeddings.reader import PassageReader
from embeddings.trained import QUESTION_NAMES, SENTENCE_COLUMNS
from embeddings.training import trainer
from tests.embeddings.training.conftest import OneEncoder
from tests.embeddings.training.made import CITIES, Run, options, write_set


def test_a_complete_run(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], encoders: OneEncoder
) -> None:
    data = write_set(tmp_path / "data", "squad_part", len(CITIES))
    out = tmp_path / "reader"
    assert run(*options(data, out)) == 0
    assert encoders.made == 1
    told = capsys.readouterr()
    printed = json.loads(told.out)
    assert set(printed) == {"sha256", "bytes", "seconds", "scores"}
    names = {path.name for path in out.iterdir()}
    assert names == {
        "reader.safetensors", "question_weights.json", "MODEL_CARD.md", "training.json",
        "checkpoint", "work",
    }  # fmt: skip
    weights = (out / "reader.safetensors").read_bytes()
    assert printed["sha256"] == sha256(weights).hexdigest()
    assert printed["bytes"] == len(weights)
    record = json.loads((out / "training.json").read_text(encoding="utf-8"))
    (made,) = record["sets"]
    assert made["questions"] + made["held_out"] == 3 * len(CITIES)
    assert made["passages"] == len(CITIES)
    assert record["scores"]["n"] == made["held_out"] > 3
    assert (record["plan"]["epochs"], record["plan"]["begins_from"]) == (1, "")
    assert [row["step"] for row in record["history"]][-1] == record["steps"]
    # The words of museums that hashed vectors put side by side, kept for the next time.
    (kept,) = (out / "work").glob("synonyms-*.json")
    assert json.loads(kept.read_text(encoding="utf-8")) == {}
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"sha256 `{printed['sha256']}`" in card
    question = json.loads((out / "question_weights.json").read_text(encoding="utf-8"))
    assert list(question["sentence"]["weights"]) == list(SENTENCE_COLUMNS)
    assert list(question["question"]["weights"]) == list(QUESTION_NAMES)
    assert 0 <= question["threshold"] <= 1
    assert PassageReader.load(out / "reader.safetensors", sha256=printed["sha256"])

    # Again: nothing is left to train, and the same comes out.
    before = {name: (out / name).read_bytes() for name in names if (out / name).is_file()}
    assert run(*options(data, out)) == 0
    assert {name: (out / name).read_bytes() for name in before} == before
    assert capsys.readouterr().out == told.out

    # Other options than the checkpoint's are refused.
    assert run(*options(data, out), "--seed", 8) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"error: the checkpoint in {out / 'checkpoint'} is of another plan")
    assert trained.WEIGHTS.parent != out


def test_too_little_to_train_on(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_set(tmp_path / "data", "squad_part", 1)
    assert run(*options(data, tmp_path / "reader")) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "error: no question to train on, or none held out to score with: give more\n"
    )


def test_an_interrupted_run(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer.Trainer, "train", interrupted)
    data = write_set(tmp_path / "data", "squad_part", len(CITIES))
    assert run(*options(data, tmp_path / "reader")) == 130
    assert capsys.readouterr().err == (
        "interrupted: the same command goes on from the last checkpoint\n"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "the following arguments are required: --data"),
        (["--data", "x", "--sets", "squad2_dev"], "invalid choice: 'squad2_dev'"),
        (["--data", "x", "--epochs", "0"], "--epochs: expected a whole number above 0, found '0'"),
        (["--data", "x", "--questions", "-1"], "--questions: expected a whole number above 0"),
        (["--data", "x", "--held-out", "0"], "--held-out: expected a whole number above 0"),
        (
            ["--data", "x", "--share", "0"],
            "--share: expected a number above 0, at most 1, found '0'",
        ),
        (["--data", "x", "--share", "1.01"], "--share: expected a number above 0, at most 1"),
        (["--data", "x", "--share", "nan"], "--share: expected a number above 0, at most 1"),
        (["--data", "x", "--share", "½ 🎉"], "--share: expected a number above 0, at most 1"),
        (["--data", "x", "--negatives", "web"], "invalid choice: 'web'"),
        (["--data", "x", "--heads", "two"], "invalid choice: 'two'"),
    ],
)
def test_misuse(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert told in printed.err


def test_missing_data(tmp_path: Path) -> None:
    command_line = [sys.executable, "-m", "embeddings.training", "--data", tmp_path / "é 🎉"]
    done = subprocess.run(
        [*map(str, command_line), "--out", str(tmp_path / "out")],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONUTF8": "1", "PATH": "/usr/bin:/bin"},
        cwd=Path(__file__).parents[3],
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        f"error: {tmp_path / 'é 🎉' / 'squad_part_passages.jsonl.gz'} is not there"
    )
    assert "rajpurkar/squad" in line
    assert "CC BY-SA 4.0" in line

"""python -m embeddings.training: what its options begin from, train on and train with."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from embeddings.training import __main__ as command
from embeddings.training.examples import Recipe
from embeddings.training.losses import Weights
from embeddings.training.trainer import Plan, Trained, Trainer
from tests.embeddings.training.conftest import OneEncoder
from tests.embeddings.training.made import CITIES, Run, options, write_gzip, write_set
from tests.fakes import tiny_network


def test_going_on_from_a_trained_reader(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = tiny_network(seed=5).adapter()
    path = tmp_path / "é 🎉.safetensors"
    save_file(earlier, path)
    began: list[dict[str, torch.Tensor]] = []
    train = Trainer.train

    def watched(training: Trainer, *arguments: object, **named: object) -> Trained:
        began.append({name: value.clone() for name, value in training._exact.items()})
        return train(training, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Trainer, "train", watched)
    data, out = write_set(tmp_path / "data", "squad_part", len(CITIES)), tmp_path / "out"
    given = [*options(data, out), "--questions", 40]
    assert run(*given, "--begin", path) == 0
    assert began[0].keys() == earlier.keys()
    assert all(torch.equal(value, earlier[name]) for name, value in began[0].items())
    digest = sha256(path.read_bytes()).hexdigest()
    record = json.loads((out / "training.json").read_text(encoding="utf-8"))
    assert record["plan"]["begins_from"] == digest
    state = json.loads((out / "checkpoint" / "checkpoint.json").read_text(encoding="utf-8"))
    assert state["plan"]["begins_from"] == digest
    assert digest in (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    # No record of the earlier training lay beside its weights.
    assert record["earlier"] == []
    # Its checkpoint is none of a training from the embedding model, nor from another reader.
    assert run(*given) == 1
    save_file(tiny_network(seed=6).adapter(), path)
    assert run(*given, "--begin", path) == 1


def test_what_is_gone_on_from_is_kept_on_record(run: Run, tmp_path: Path) -> None:
    data = write_set(tmp_path / "data", "squad_part", len(CITIES))
    first, second, third = (tmp_path / name for name in ("é1", "é2", "é3"))
    assert run(*options(data, first), "--questions", 40) == 0
    given = ["--questions", 40, "--begin"]
    assert run(*options(data, second), *given, first / "reader.safetensors") == 0
    assert run(*options(data, third), *given, second / "reader.safetensors") == 0
    records = [
        json.loads((out / "training.json").read_text(encoding="utf-8"))
        for out in (first, second, third)
    ]
    told = [{key: each[key] for key in command.EARLIER} for each in records]
    assert [each["earlier"] for each in records] == [[], told[:1], [told[1], told[0]]]
    # A record of other weights is none of these.
    other = records[0] | {"sha256": "0" * 64}
    (first / "training.json").write_text(json.dumps(other), encoding="utf-8")
    assert command._earlier(first / "reader.safetensors", records[0]["sha256"]) == []


def test_without_one_it_begins_from_the_embedding_model(
    run: Run, tmp_path: Path, begun: list[Trainer]
) -> None:
    data = write_set(tmp_path / "data", "squad_part", len(CITIES))
    assert run(*options(data, tmp_path / "out")) == 130
    (training,) = begun
    model = tiny_network().adapter()
    assert all(torch.equal(value, model[name]) for name, value in training._exact.items())


def test_statements_are_trained_on_beside_questions(
    run: Run, tmp_path: Path, begun: list[Trainer], capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_set(tmp_path / "data", "squad_part", len(CITIES))
    rows = [
        {"claim": f"Fact {i} is {kind}.", "label": label, "evidence": [f"Fact {i} is known 🎉."]}
        for i in range(60)
        for kind, label in (("known", "SUPPORTS"), ("secret", "REFUTES"))
    ]
    stated = write_gzip(tmp_path / "é claims.jsonl.gz", rows)
    assert run(*options(data, tmp_path / "out"), "--claims", stated) == 130
    assert len(begun[0].material.claims) == 120
    missing = tmp_path / "none.jsonl.gz"
    assert run(*options(data, tmp_path / "out"), "--claims", missing) == 1
    assert f"error: {missing} is not there; claims come from" in capsys.readouterr().err


def write_odd(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("no weights 🎉\r\n", encoding="utf-8")
    elif kind == "empty":
        path.touch()
    elif kind == "other":
        save_file({"body.x": torch.zeros(2)}, path)
    elif kind == "shape":
        weights = tiny_network().adapter()
        save_file(weights | {"relevance.bias": torch.zeros(7)}, path)


@pytest.mark.parametrize("kind", ["missing", "folder", "text", "empty", "other", "shape"])
def test_what_is_no_reader_is_nothing_to_go_on_from(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    path = tmp_path / "é.safetensors"
    write_odd(path, kind)
    assert run(*options(tmp_path, tmp_path / "out"), "--begin", path) == 1
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    assert line.startswith(f"error: cannot begin from {path}: ")
    assert line.endswith("; give the reader.safetensors of an earlier training")
    # It is said before anything is mined.
    assert not (tmp_path / "out").exists()


def test_what_is_gone_on_from_is_not_written_over(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    path = out / "reader.safetensors"
    save_file(tiny_network().adapter(), path)
    assert run(*options(tmp_path, out), "--begin", tmp_path / "out" / ".." / "out" / path.name) == 1
    assert capsys.readouterr().err.endswith(
        "reader.safetensors would be written over: give --begin a copy of it\n"
    )


@pytest.mark.parametrize(
    "case",
    [
        ("cuda", 0, "cpu"),
        ("cuda:0", 0, "cpu"),
        ("cuda:2", 2, "cpu, cuda, cuda:0, cuda:1"),
        ("tpu", 1, "cpu, cuda, cuda:0"),
        ("", 0, "cpu"),
    ],
)
def test_a_device_that_is_not_here(
    run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[str, int, str],
) -> None:
    device, count, seen = case
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    out = tmp_path / "out"
    assert run(*options(tmp_path, out)[:-1], device) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        f"error: --device {device} is not here: torch sees {seen}; leave the option out, or "
        f"install torch with CUDA to train on a GPU\n"
    )
    assert not out.exists()


@pytest.mark.parametrize(
    ("device", "count", "used"),
    [
        ("auto", 0, "cpu"), ("auto", 1, "cuda"), ("cpu", 1, "cpu"), ("cuda", 1, "cuda"),
        ("cuda:1", 2, "cuda:1"),
    ],
)  # fmt: skip
def test_a_device_that_is(
    monkeypatch: pytest.MonkeyPatch, device: str, count: int, used: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    assert command.device_of(Namespace(device=device)) == used


@pytest.mark.parametrize(
    ("arguments", "plan"),
    [
        ([], Plan(epochs=1)),
        (["--share", 0.35], Plan(epochs=1, share=0.35)),
        (["--no-altered"], Plan(epochs=1, recipe=replace(Recipe(), altered=0.0, emptied=0.0))),
        (
            ["--sentences"],
            Plan(epochs=1, recipe=replace(Recipe(), only_sentence=True, emptied=0.0)),
        ),
        (
            ["--negatives", "dense", "bm25", "--heads", "reading", "--seed", 8],
            Plan(
                epochs=1, seed=8, recipe=replace(Recipe(), sources=("dense", "bm25")),
                weights=Weights(relevance=0.0),
            ),
        ),
    ],
)  # fmt: skip
def test_options_make_the_plan(
    run: Run, tmp_path: Path, begun: list[Trainer], arguments: list[object], plan: Plan
) -> None:
    data = write_set(tmp_path / "data", "squad_part", len(CITIES))
    assert run(*options(data, tmp_path / "out"), *arguments) == 130
    assert begun[0].plan == plan


def test_other_words_come_from_what_is_trained_on(
    run: Run, tmp_path: Path, begun: list[Trainer], encoders: OneEncoder
) -> None:
    data = write_set(tmp_path / "data", "squad_part", len(CITIES))
    out = tmp_path / "out"
    assert run(*options(data, out)) == 130
    (kept,) = (out / "work").glob("synonyms-*.json")
    assert begun[0].material.synonyms == {}
    # Kept: read the next time, not made again.
    kept.write_text(json.dumps({"café": ["bar", "thé 🎉"]}), encoding="utf-8")
    assert run(*options(data, out)) == 130
    assert begun[1].material.synonyms == {"café": ("bar", "thé 🎉")}
    # Fewer questions are other folders, and other folders have other words.
    assert run(*options(data, out), "--questions", 40) == 130
    assert begun[2].material.synonyms == {}

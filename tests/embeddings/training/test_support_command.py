"""python -m embeddings.training support: one complete run on museums, and how it fails."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from safetensors.torch import save_file

from embeddings.support import FITTED_NAMES, SupportModel
from tests.embeddings.training.made import CITIES, Run, museum, write_gzip, write_set
from tests.fakes import tiny_network


def write_all(data: Path) -> list[object]:
    """The support sets and one reading set, and the options that name them."""
    (data / "support").mkdir(parents=True)
    write_set(data / "reading", "squad_part", len(CITIES))
    stated, told = [], []
    for i, city in enumerate(CITIES):
        text = museum(i)[1]
        for label, year in (("SUPPORTS", 1900 + 3 * i), ("REFUTES", 1999)):
            claim = f"The museum of {city} opened in {year}."
            stated.append({"claim": claim, "label": label, "evidence": [text]})
        right = f"{city} has a museum 🙂. It opened."
        row = {"doc": f"{text} Told.", "summary": right, "label": "1", "original_summary": right}
        told += [row, row | {"summary": f"{city} has no museum 🙂. It opened.", "label": "0"}]
    write_gzip(data / "support" / "fever_train.jsonl.gz", stated)
    write_gzip(data / "support" / "summedits_train.jsonl.gz", told)
    network = tiny_network()
    begin = data / "reader.safetensors"
    save_file({k: v.contiguous() for k, v in network.adapter().items()}, begin)
    return ["--data", data, "--sets", "squad_part", "--begin", begin, "--epochs", 1]


def test_a_complete_run(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = [*write_all(tmp_path / "data"), "--out", tmp_path / "out", "--device", "cpu"]
    assert run("support", *options) == 0
    out = tmp_path / "out"
    told = capsys.readouterr()
    printed = json.loads(told.out)
    assert set(printed) == {"sha256", "bytes", "seconds", "scores"}
    assert set(printed["scores"]) == {"fever", "summary", "asked", "sentence"}
    weights = (out / "support.safetensors").read_bytes()
    assert printed["sha256"] == sha256(weights).hexdigest()
    record = json.loads((out / "training.json").read_text(encoding="utf-8"))
    assert [(s["name"], s["claims"] + s["held_out"]) for s in record["sets"]] == [
        ("fever_train", 2 * len(CITIES)),
        ("summedits_train", 3 * len(CITIES)),
        ("squad_part", 3 * len(CITIES)),
    ]
    fitted = json.loads((out / "support_weights.json").read_text(encoding="utf-8"))
    assert list(fitted["support"]["weights"]) == list(FITTED_NAMES)
    assert 0 <= fitted["unsupported_below"] <= fitted["supported_from"] <= 1
    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"sha256 `{printed['sha256']}`" in card
    assert "salesforce/factualNLG" in card
    model = SupportModel.load(out, sha256=printed["sha256"])
    (found,) = model.probabilities([("The museum of Oslo opened.", [museum(0)[1]])])
    assert 0 < found < 1

    # Again: nothing is left to train, and the same comes out.
    assert run("support", *options) == 0
    assert capsys.readouterr().out == told.out
    assert run("support", *options, "--seed", 8) == 1
    assert "is of another plan or other data" in capsys.readouterr().err


def test_missing_data(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("support", "--data", tmp_path / "é 🎉", "--out", tmp_path / "out") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "squad_part_passages.jsonl.gz is not there; the set squad_part comes from" in told.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "the following arguments are required: --data"),
        (["--data", "x", "--epochs", "0"], "--epochs: expected a whole number above 0, found '0'"),
        (["--data", "x", "--sets", "squad2_dev"], "invalid choice: 'squad2_dev'"),
    ],
)
def test_misuse(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        run("support", *arguments)
    assert caught.value.code == 2
    assert told in capsys.readouterr().err

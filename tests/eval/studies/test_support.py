"""How well support is told, from files to the table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from embeddings.support import SupportModel
from embeddings.training import claims as training_claims
from eval.errors import DatasetInvalid, DatasetMissing
from eval.studies import support as study
from eval.studies.support import main, measure
from eval.studies.support_scores import figures
from eval.studies.support_sets import SETS, Given, load
from tests.eval.made_sets import write

HELD = "Zoë’s trial began 🙂."


class ToldModel(SupportModel):
    """A model that says of every claim what it is told to."""

    def __init__(self, said: dict[str, float]) -> None:
        self.said = said
        self.name = "told"
        self.supported_from, self.unsupported_below = 0.5, 0.25

    def probabilities(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
        return [self.said.get(claim, 0.0) for claim, _ in pairs]


def wice(name: str, label: str) -> dict[str, Any]:
    meta = {"id": name, "claim_title": "Åre"}
    return {"label": label, "claim": name, "evidence": [HELD, "No."], "meta": meta}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(training_claims, "HELD_OUT_TENTHS", 10)
    folder = tmp_path / "support"
    write(
        folder / "wice_claim_dev.jsonl.gz",
        wice("yes", "supported"),
        wice("partly", "partially_supported"),
        wice("no", "not_supported"),
    )
    bench = {"references": [HELD], "src_dataset": "LFQA"}
    write(
        folder / "attributionbench_dev.jsonl.gz",
        {"id": "a", "claim": "yes", "attribution_label": "attributable", **bench},
        {"id": "b", "claim": "no", "attribution_label": "not attributable", **bench},
        {"id": "c", "claim": "no", "attribution_label": "attributable", **bench}
        | {"src_dataset": "ExpertQA"},
    )
    write(
        folder / "summedits_news.jsonl.gz",
        {"id": "s", "doc": HELD, "summary": "yes", "label": "1"},
        {"id": "t", "doc": HELD, "summary": "partly", "label": 0},
    )
    write(
        folder / "fever_train.jsonl.gz",
        {"claim": "yes", "label": "SUPPORTS", "evidence": [HELD]},
        {"claim": "no", "label": "REFUTES", "evidence": [HELD]},
    )
    return tmp_path


def test_the_sets(data: Path) -> None:
    found = {name: load(which, data) for name, which in SETS.items()}
    assert found["wice"][1] == Given(
        "partly", "partly", (HELD, "No."), False, "partially_supported"
    )
    assert [(c.supported, c.part) for c in found["attributionbench"]] == [
        (True, "LFQA"), (False, "LFQA"), (True, "ExpertQA"),
    ]  # fmt: skip
    assert [(c.claim, c.evidence, c.supported) for c in found["summedits_news"]] == [
        ("yes", (HELD,), True), ("partly", (HELD,), False),
    ]  # fmt: skip
    assert [(c.claim, c.supported) for c in found["fever"]] == [("yes", True), ("no", False)]
    # The folder itself will do too, and a sample is always the same.
    assert load(SETS["wice"], data / "support") == found["wice"]
    (kept,) = load(SETS["wice"], data, 1)
    assert [kept] == load(SETS["wice"], data, 1)


def test_what_is_wrong_with_a_set(data: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"expected .*wice_claim_dev.* ryokamoi/wice"):
        load(SETS["wice"], tmp_path / "elsewhere")
    write(data / "support" / "wice_claim_dev.jsonl.gz", wice("x", "perhaps"))
    with pytest.raises(DatasetInvalid, match="label"):
        load(SETS["wice"], data)


def given(supported: str, part: str = "") -> list[Given]:
    return [Given(str(i), "c", (HELD,), each == "+", part) for i, each in enumerate(supported)]


def test_figures_worked_out_by_hand() -> None:
    claims = [*given("++-", "one"), *given("-+--", "two")]
    said = [0.9, 0.3, 0.6, 0.1, 0.7, 0.2, 0.3]
    found = {each.name: (each.value, each.n) for each in figures(claims, said, 0.5, 0.25)}
    assert found == {
        # Of 12 pairs 9 are in order, and .3 stands on both sides of one.
        "AUROC": (pytest.approx((4 + 4 + 2.5) / 12), 7),
        "Balanced accuracy": (pytest.approx((2 / 3 + 3 / 4) / 2), 7),
        "Balanced accuracy, best threshold": (pytest.approx((2 / 3 + 1) / 2), 7),
        "Told supported and is": (pytest.approx(2 / 3), 3),
        "Told not supported and is not": (1.0, 2),
        "AUROC, one": (0.5, 3),
        "Balanced accuracy, one": (0.25, 3),
        "AUROC, two": (1.0, 4),
        "Balanced accuracy, two": (1.0, 4),
    }


def test_one_kind_of_claims_has_no_figures_but_shares() -> None:
    found = {each.name: each.value for each in figures(given("++"), [0.9, 0.3], 0.5, 0.25)}
    assert found == {"Told supported and is": 1.0}
    assert figures([], [], 0.5, 0.25) == []


def test_a_run(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = ToldModel({"yes": 0.9, "partly": 0.4})
    monkeypatch.setattr(study.SupportModel, "released", classmethod(lambda _: model))
    out = tmp_path / "out.json"
    assert main(["--data", str(data), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("told; supported from 0.5, not below 0.25\n\nWiCE dev, whole claims:")
    assert "3 claims, 1 supported" in told
    record = json.loads(out.read_text(encoding="utf-8"))
    assert record["sets"]["wice"]["judged"] == [
        {"id": "yes", "supported": True, "probability": 0.9},
        {"id": "partly", "supported": False, "probability": 0.4},
        {"id": "no", "supported": False, "probability": 0.0},
    ]
    bench = {f["name"]: f["value"] for f in record["sets"]["attributionbench"]["figures"]}
    assert bench["Balanced accuracy"] == 0.75
    assert record["alone"]["n"] == 10


def test_only_some_sets(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = ToldModel({"yes": 0.9})
    found = measure(model, {"fever": load(SETS["fever"], data)})
    assert {f["name"]: f["value"] for f in found["fever"]["figures"]}["AUROC"] == 1.0
    monkeypatch.setattr(study.SupportModel, "released", classmethod(lambda _: model))
    assert main(["--data", str(data / "nowhere"), "--sets", "wice"]) == 1

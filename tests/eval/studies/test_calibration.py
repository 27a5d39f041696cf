"""Runs of known confidence and truth -> the probability it stands for, and the threshold."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from eval.results import RESULTS, Outcome, Result, Said, write_result
from eval.studies import calibration
from eval.studies.calibration import Asked, Fit, asked_in, fit, table

N = 4000


def logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def result(i: int, confidence: float, right: float | None, answerable: bool = True) -> Result:
    scores = {"confidence": confidence, "right": right, "failed": 0.0}
    outcome = Outcome(said=Said(True, confidence))
    return Result(f"{i} 🎉", "fact", "Wér?\r\n", answerable, (), {}, outcome, scores)


def run(folder: Path, results: list[Result]) -> Path:
    folder.mkdir()
    (folder / RESULTS).write_text("".join(map(write_result, results)), encoding="utf-8")
    return folder


@pytest.fixture
def skewed() -> Asked:
    """Odds twice too far from even, as of a reader too sure of itself."""
    rng = np.random.default_rng(3)
    truth = rng.normal(0.3, 1.5, N)
    right = (rng.random(N) < 1 / (1 + np.exp(-truth))).astype(float)
    return Asked(2 * truth + 1, right, np.ones(N), np.full(N, 1 / N))


def test_it_finds_the_slope_and_the_intercept(skewed: Asked) -> None:
    found = fit(skewed)
    # truth = (odds - 1) / 2
    assert found.slope == pytest.approx(0.5, abs=0.04)
    assert found.intercept == pytest.approx(-0.5, abs=0.1)
    figures = table(skewed, Fit(1.0, 0.0))
    assert figures["ECE as it was"] > 0.08
    assert figures["ECE"] < 0.03
    assert figures["n"] == N


def test_the_threshold_for_a_precision() -> None:
    # Ten answers a confidence: 10, 9, 8 … of them right.
    odds = np.repeat(np.arange(10, 0, -1), 10).astype(float)
    right = np.concatenate([np.repeat([1.0, 0.0], [n, 10 - n]) for n in range(10, 0, -1)])
    asked = Asked(odds, right, np.ones(100), np.full(100, 0.01))
    # 10 + 9 + 8 of 30 are right, 34 of 40 are fewer than nine in ten.
    found = fit(asked, precision=0.9)
    given = found(odds) >= found.threshold
    assert given.sum() == 30
    # The highest F1 by hand: 2 * correct / (given + 100) at every possible threshold.
    f1 = [2 * right[:n].sum() / (n + 100) for n in range(10, 101, 10)]
    best = fit(asked)
    assert (best(odds) >= best.threshold).sum() == 10 * (int(np.argmax(f1)) + 1)


def test_runs_count_the_same_and_what_is_unknown_is_left_out(tmp_path: Path) -> None:
    small = [result(i, 0.8, float(i % 2)) for i in range(50)]
    large = [result(i, 0.3, 0.0, answerable=False) for i in range(100)]
    unknown = [result(i, 0.9, None) for i in range(7)]
    asked = asked_in(
        [run(tmp_path / "one", small + unknown), run(tmp_path / "two", large)], Fit(1.0, 0.0)
    )
    assert len(asked.odds) == 150
    assert asked.weight[:50].sum() == pytest.approx(1.0)
    assert asked.weight[50:].sum() == pytest.approx(1.0)
    assert asked.odds[0] == pytest.approx(logit(0.8))
    assert asked.answerable.sum() == 50


def test_a_run_made_with_a_fit_gives_what_was_before_it(tmp_path: Path) -> None:
    folder = run(tmp_path / "one", [result(i, 0.8, 1.0) for i in range(50)])
    asked = asked_in([folder], Fit(0.5, 0.2))
    assert asked.odds[0] == pytest.approx((logit(0.8) - 0.2) / 0.5)


def test_sure_of_everything_stays_finite(tmp_path: Path) -> None:
    rows = [result(i, float(i % 2), float(i % 2)) for i in range(60)]
    found = fit(asked_in([run(tmp_path / "one", rows)], Fit(1.0, 0.0)))
    assert np.isfinite([found.slope, found.intercept, found.threshold]).all()


@pytest.mark.parametrize(("made", "said"), [(None, "not the folder of a run"), (3, "too few")])
def test_what_is_no_run_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    made: int | None,
    said: str,
) -> None:
    folder = tmp_path / "run"
    if made is not None:
        run(folder, [result(i, 0.5, 1.0) for i in range(made)])
    monkeypatch.setattr(sys, "argv", ["calibration", str(folder)])
    assert calibration.main() == 1
    assert said in capsys.readouterr().err


def test_writing_keeps_the_rest_of_the_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    told = rng.random(400)
    right = (rng.random(400) < told**2).astype(float)
    rows = [result(i, c, r) for i, (c, r) in enumerate(zip(told, right, strict=True))]
    weights = tmp_path / "weights.json"
    weights.write_text(json.dumps({"sentence": {"kept": 1}, "threshold": 0.1}), encoding="utf-8")
    argv = ["calibration", str(run(tmp_path / "squad2", rows)), "--weights", str(weights)]
    monkeypatch.setattr(sys, "argv", argv)
    assert calibration.main() == 0
    assert json.loads(weights.read_text(encoding="utf-8"))["threshold"] == 0.1
    monkeypatch.setattr(sys, "argv", [*argv, "--precision", "0.9", "--write"])
    assert calibration.main() == 0
    kept = json.loads(weights.read_text(encoding="utf-8"))
    assert kept["sentence"] == {"kept": 1}
    assert kept["calibration"]["fitted_on"] == ["squad2"]
    assert kept["rule"] == "the lowest probability from which 90% of the answers are right"
    # Twice the same: the fit is taken back before it is made again.
    assert "AUROC" in capsys.readouterr().out
    assert 0 < kept["threshold"] < 1

"""``python -m eval run`` and ``baseline`` as a person runs them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from eval.__main__ import main
from eval.comparing.baselines import read_run
from eval.results import REPORT, RESULTS, SUMMARY, read_results
from eval.runner import Plan, execute
from tests.eval.planted import planted
from tests.eval.test_runner import case, plan

RUN = ["run", "seeds", "--out"]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The seeds replaced by three cases of a planted system, one of which fails."""
    cases = [case("fine", "fine?"), case("bad", "raise it"), case("no", "refuse?", False)]
    made = plan(tmp_path, *cases)
    monkeypatch.setattr("eval.sets.datasets.load", lambda *_, **__: made.dataset)

    def instead(wanted: Plan, *arguments: object, **named: object) -> object:
        return execute(
            Plan(wanted.dataset, wanted.cache, wanted.settings, wanted.timeout, planted),
            *arguments,
            **named,
        )

    monkeypatch.setattr("eval.runner.execute", instead)
    return [*RUN, str(tmp_path / "run"), "--cache", str(tmp_path / "cache")]


def test_run_prints_its_figures(
    small: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(small) == 0
    out, err = capsys.readouterr()
    assert out.startswith("made: 3 cases over 1 articles, 2 passages\n")
    assert re.search(r"^First sentence right +0\.500 +0\.000 to 1\.000 +2$", out, re.M)
    assert re.search(r"^Failed cases +0\.333 ", out, re.M)
    assert "1 cases failed:\n  bad: ZeroDivisionError: by “nought”\n" in out
    assert out.endswith(f"report: {tmp_path / 'run' / REPORT}\n")
    assert err == ""


def test_run_as_json(small: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*small, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    kept = json.loads((tmp_path / "run" / SUMMARY).read_text(encoding="utf-8"))
    assert printed == kept
    assert (kept["set"], kept["cases"], kept["complete"]) == ("made", 3, True)
    assert kept["failed"] == [{"id": "bad", "reason": "ZeroDivisionError: by “nought”"}]
    assert kept["made_of"] == {"code": "planted"}
    assert {"processor", "cores"} <= kept["machine"].keys()
    assert str(tmp_path) not in json.dumps(kept)
    assert [result.id for result in read_results(tmp_path / "run" / RESULTS)] == [
        "fine",
        "bad",
        "no",
    ]
    assert "<title>" in (tmp_path / "run" / REPORT).read_text(encoding="utf-8")


def test_after_ctrl_c_it_says_how_to_go_on(
    small: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupted:
        def __init__(self, _cases: int) -> None:
            self.seen = 0

        def indexing(self, _share: float) -> None: ...

        def told(self, _result: object) -> None:
            self.seen += 1
            if self.seen == 2:
                raise KeyboardInterrupt

        def close(self) -> None: ...

    with monkeypatch.context() as patched:
        patched.setattr("eval.commands._Bars", Interrupted)
        assert main(small) == 130
    assert "interrupted after 2 of 3 cases; the same command goes on" in capsys.readouterr().err
    assert main(small) == 0
    assert "3 cases" in capsys.readouterr().out


def test_a_baseline_of_a_run(
    small: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(small) == 0
    kept = tmp_path / "kept" / "made.json"
    assert main(["baseline", str(tmp_path / "run"), str(kept)]) == 0
    assert capsys.readouterr().out.endswith(f"{kept}\n")
    assert read_run(kept).ids == ("fine", "bad", "no")
    assert main(["baseline", str(tmp_path), str(kept)]) == 1
    assert "holds no run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "squad2"], "no folder was given. Its public home is rajpurkar/squad_v2"),
        (["run", "scifact", "--data", "nowhere"], "nowhere"),
        (["compare", "nowhere", "nowhere"], "there is no run at nowhere"),
        (["gate", "nowhere"], "there is no run at nowhere"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("error: ")
    assert said in err


def test_a_setting_that_cannot_be_used(
    small: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QA_K", "many")
    assert main(small) == 1
    assert capsys.readouterr().err.startswith("error: a setting cannot be used: QA_K: ")


@pytest.mark.parametrize(
    "arguments", [[], ["run"], ["run", "atlantis"], ["run", "seeds", "--limit", "0"]]
)
def test_misuse_is_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2

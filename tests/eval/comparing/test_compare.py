"""A planted change is found where it is, nothing is found where nothing changed."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.comparing.baselines import RecordedRun, read_run, write_baseline
from eval.comparing.compare import Comparison, add_compare, compare
from eval.comparing.compare_text import render
from eval.errors import RunInvalid
from eval.results import Outcome, Result
from tests.eval.made_runs import (
    changed,
    made_results,
    made_summary,
    name_of,
    regressed,
    write_run,
)

FIRST_RIGHT = name_of("first_right")


def run_of(folder: Path, results: list[Result], **conditions: object) -> RecordedRun:
    return read_run(write_run(folder, results, **conditions))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Comparison, list[str]]:
    """A run, and one whose first sentence is no longer right in 20 of its cases."""
    folder = tmp_path_factory.mktemp("planted")
    results, ids = regressed(made_results())
    a, b = run_of(folder / "a", made_results()), run_of(folder / "b", results)
    return compare(a, b, permutations=2000), ids


def test_a_planted_regression_is_found(planted: tuple[Comparison, list[str]]) -> None:
    comparison, ids = planted
    change = next(one for one in comparison.changes if one.name == FIRST_RIGHT)
    it = change.contrast
    assert change.verdict == "worse"
    assert (it.a, it.b) == (pytest.approx(110 / 150), pytest.approx(90 / 150))
    assert it.difference == pytest.approx(-20 / 150)
    assert it.low < -20 / 150 < it.high < 0
    assert (it.n_a, it.n_b) == (150, 150)
    assert it.p <= change.adjusted < 0.05
    assert tuple(one.id for one in comparison.worse) == tuple(ids)
    assert (comparison.better, comparison.newly_failed) == ((), ())
    one = comparison.worse[0]
    assert (one.score, one.a, one.b) == ("first_right", 1.0, 0.0)


def test_what_did_not_change_has_no_verdict(planted: tuple[Comparison, list[str]]) -> None:
    others = [one for one in planted[0].changes if one.name != FIRST_RIGHT]
    assert len(others) > 10
    assert {one.verdict for one in others} == {"no clear difference"}
    assert {one.contrast.p for one in others} == {1.0}
    assert {(one.contrast.low, one.contrast.high) for one in others} == {(0.0, 0.0)}


def test_the_other_way_round_it_is_better(tmp_path: Path) -> None:
    results, ids = regressed(made_results())
    a, b = run_of(tmp_path / "a", results), run_of(tmp_path / "b", made_results())
    comparison = compare(a, b, permutations=2000)
    assert [c.name for c in comparison.changes if c.verdict == "better"] == [FIRST_RIGHT]
    assert [one.id for one in comparison.better] == ids


def test_a_run_and_its_baseline_do_not_differ(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", made_results())
    write_baseline(made_results(), made_summary(made_results()), tmp_path / "b.json")
    for a, b in [(run, read_run(tmp_path / "b.json")), (read_run(tmp_path / "b.json"), run)]:
        comparison = compare(a, b)
        assert {change.contrast.p for change in comparison.changes} == {1.0}
        assert (comparison.better, comparison.worse, comparison.notes) == ((), (), ())
        assert comparison.differs == ()


def test_what_counts_for_an_unanswerable_case_and_without_answers(tmp_path: Path) -> None:
    results = made_results()
    asked = changed(results, ["near-000"], lambda _: {"not_found": 0.0})
    comparison = compare(run_of(tmp_path / "a", results), run_of(tmp_path / "b", asked))
    assert [(one.id, one.score) for one in comparison.worse] == [("near-000", "not_found")]

    kept = ("hits@1", "hits@4", "hits@10", "rr@10", "failed")
    bare = [replace(r, scores={k: r.scores.get(k) for k in kept}) for r in results]
    lost = changed(bare, ["fact-007"], lambda _: {"hits@10": 0.0, "rr@10": 0.0})
    comparison = compare(run_of(tmp_path / "c", bare), run_of(tmp_path / "d", lost))
    assert [(one.id, one.score) for one in comparison.worse] == [("fact-007", "hits@10")]


def test_new_failures_are_named_with_their_reason(tmp_path: Path) -> None:
    results = made_results()
    crashed = [
        replace(one, outcome=Outcome(error="ended by SIGKILL")) if one.id == "fact-140" else one
        for one in changed(results, ["fact-140"], lambda _: {"failed": 1.0})
    ]
    a, b = run_of(tmp_path / "a", results), run_of(tmp_path / "b", crashed)
    (failed,) = compare(a, b, permutations=500).newly_failed
    assert (failed.id, failed.reason) == ("fact-140", "ended by SIGKILL")
    back = compare(b, a, permutations=500)
    assert (back.newly_failed, [one.id for one in back.no_longer_failed]) == ((), ["fact-140"])


def test_runs_of_different_sets_or_cases_are_refused(tmp_path: Path) -> None:
    results = made_results()
    a = run_of(tmp_path / "a", results)
    with pytest.raises(
        RunInvalid, match=r"a run of harbour and .* of scifact; only runs of one set"
    ):
        compare(a, run_of(tmp_path / "b", results, set="scifact"))
    others = [replace(one, id=f"other-{one.id}") for one in results]
    with pytest.raises(RunInvalid, match="have no case in common"):
        compare(a, run_of(tmp_path / "c", others))


def test_other_cases_are_said_aloud_and_the_common_ones_compared(tmp_path: Path) -> None:
    results = made_results()
    new = replace(results[0], id="new-é")
    a, b = run_of(tmp_path / "a", results), run_of(tmp_path / "b", [*results[:100], new])
    comparison = compare(a, b)
    assert comparison.cases == 100
    assert comparison.only_in_b == ("new-é",)
    assert comparison.only_in_a[:2] == ("fact-100", "fact-101")
    assert len(comparison.only_in_a) == 100
    assert comparison.notes[0] == (
        "A has 200 cases and B 101; compared on the 100 that both have: the values are of these, "
        "not of the whole runs"
    )
    first = next(one for one in comparison.changes if one.name == FIRST_RIGHT)
    assert (first.contrast.a, first.contrast.b, first.contrast.n_a) == (1.0, 1.0, 100)


def test_edited_cases_are_said_aloud(tmp_path: Path) -> None:
    results = made_results()
    edited = [replace(results[0], question="Who?"), *results[1:]]
    identity = {"cases_sha256": "d" * 64, "code_sha256": "1" * 64}
    a = run_of(tmp_path / "a", results)
    b = run_of(tmp_path / "b", edited, identity=identity)
    assert compare(a, b).notes == (
        "the cases were edited in between: same ids, other questions or gold answers",
        "the question was edited in 1 case: fact-000",
    )


def test_a_measure_that_only_one_has_is_named(tmp_path: Path) -> None:
    results = made_results()
    bare = [replace(r, scores={k: v for k, v in r.scores.items() if k != "f1"}) for r in results]
    comparison = compare(run_of(tmp_path / "a", bare), run_of(tmp_path / "b", results))
    assert comparison.notes == (f"{name_of('f1')} is not compared: only B has it",)


def test_what_else_differs(tmp_path: Path) -> None:
    results = made_results()
    a = run_of(tmp_path / "a", results)
    b = run_of(
        tmp_path / "b",
        results,
        settings={"k": 12, "fusion": {"words": 0.25}, "new": True},
        versions={"python": "3.13.0"},
        machine={"cores": 8},
        index={"fingerprint": "def", "encoder": "tiny", "passages_per_second": 75.0},
        identity={"cases_sha256": "c" * 64, "code_sha256": "2" * 64},
    )
    comparison = compare(a, b)
    assert comparison.differs == (
        "settings.k: 10 -> 12",
        "settings.fusion.words: 0.5 -> 0.25",
        "identity.code_sha256: 111111111111… -> 222222222222…",
        "versions.python: 3.11.2 -> 3.13.0",
        "machine.cores: 2 -> 8",
        "index.fingerprint: abc -> def",
        "settings.new: not told -> yes",
    )
    rate = next(one for one in comparison.speeds if one.name == "indexing, passages/s")
    assert (rate.a, rate.b, rate.ratio) == (50.0, 75.0, 1.5)
    assert [one.name for one in comparison.speeds[:2]] == ["p50 total ms", "p95 total ms"]
    assert not {one.group for one in comparison.changes} & {"speed"}
    assert "the machines differ: these ratios say nothing about the code" in render(comparison)
    assert "the machines differ" not in render(compare(a, a))


def test_the_text(planted: tuple[Comparison, list[str]]) -> None:
    lines = render(planted[0]).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0] == "harbour: 200 cases in both runs"
    (row,) = [line for line in lines if line.startswith(FIRST_RIGHT)]
    assert row.split()[-1] == "worse"
    assert " 150 " in row
    assert " .733 " in row
    assert " .600 " in row
    assert (
        "case by case: 0 got better, 20 got worse, 0 failed in B only, 0 failed in A only" in lines
    )
    at = lines.index("20 cases got worse")
    assert lines[at + 1] == "  fact-000  first_right 1 -> 0  Who keeps “lamp 0” at Setúbal? 🌊"
    assert [line.split()[0] for line in lines[at + 1 : at + 21]] == planted[1]
    assert any(line.startswith("0 better, 1 worse; no clear difference in") for line in lines)
    few = render(planted[0], 2)
    assert "fact-005" in few
    assert "fact-010" not in few
    assert "and 18 more; --json names all" in few


def test_a_question_cannot_move_the_cursor(planted: tuple[Comparison, list[str]]) -> None:
    comparison, _ = planted
    hostile = replace(comparison.worse[0], question="\x1b[31mred\nnext\ud800" + "x" * 200)
    text = render(replace(comparison, worse=(hostile,)))
    assert "\x1b" not in text
    assert "\ud800" not in text
    assert "[31mred next xxx" in text
    assert max(map(len, text.splitlines())) == 100


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command(as_json: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results, ids = regressed(made_results())
    folders = [write_run(tmp_path / "a", made_results()), write_run(tmp_path / "b", results)]
    parser = argparse.ArgumentParser()
    add_compare(parser)
    options = parser.parse_args([*map(str, folders), "--cases", "3", *["--json"][: int(as_json)]])
    assert options.run(options) == 0
    out = capsys.readouterr().out
    if not as_json:
        assert "20 cases got worse" in out
        assert "and 17 more" in out
        return
    told = json.loads(out)
    assert [one["id"] for one in told["worse"]] == ids
    (worse,) = [one for one in told["changes"] if one["verdict"] == "worse"]
    assert worse["name"] == FIRST_RIGHT
    assert worse["contrast"]["b"] == pytest.approx(0.6)

"""Bars: what clears them, what misses them, and files that are refused."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from eval.comparing.baselines import RecordedRun, read_run, write_baseline
from eval.comparing.gate import BARS, Verdict, add_gate, check, read_bars, render
from eval.errors import BarsInvalid, RunInvalid
from eval.scoring.measures import MEASURES
from tests.eval.made_runs import changed, made_results, made_summary, name_of, regressed, write_run

FIRST = name_of("first_right")
FAILED = name_of("failed")
SPEED = next(name for name, measure in MEASURES.items() if measure.group == "speed")
BASELINES = BARS.parent / "baselines"


def bars_file(folder: Path, text: str, head: str = 'set = "harbour"\n') -> Path:
    path = folder / "bars.toml"
    path.write_text(head + text, encoding="utf-8")
    return path


def bar(measure: str, rest: str) -> str:
    return f"[[bars]]\nmeasure = {json.dumps(measure)}\n{rest}\n"


@pytest.fixture
def run(tmp_path: Path) -> RecordedRun:
    return read_run(write_run(tmp_path / "run", made_results()))


def verdicts_of(run: RecordedRun, folder: Path, text: str) -> list[Verdict]:
    """What came of the bars, the first verdict (complete) left out."""
    complete, *others = check(run, read_bars(bars_file(folder, text)))
    assert complete.name == "complete"
    return others


def test_bars_that_are_cleared(run: RecordedRun, tmp_path: Path) -> None:
    text = bar(FIRST, "at_least = 0.73\nn_at_least = 150") + bar(FAILED, "at_most = 0")
    first, failed = verdicts_of(run, tmp_path, text)
    wanted = "at least 0.73, n at least 150"
    assert first == Verdict(FIRST, wanted, pytest.approx(110 / 150), 150, True)
    assert (failed.found, failed.n, failed.passed) == (0.0, 200, True)


def test_a_planted_regression_is_named_and_exits_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results, _ = regressed(made_results())
    good, bad = write_run(tmp_path / "good", made_results()), write_run(tmp_path / "bad", results)
    text = bar(FAILED, "at_most = 0") + bar(FIRST, "at_least = 0.7")
    bars = bars_file(tmp_path, text)
    parser = argparse.ArgumentParser()
    add_gate(parser)
    options = parser.parse_args([str(good), "--bars", str(bars)])
    assert options.run(options) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "all cleared"
    options = parser.parse_args([str(bad), "--bars", str(bars)])
    assert options.run(options) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-2:] == ["1 of 3 missed", f"  {FIRST}: 0.6 is below 0.7"]
    options = parser.parse_args([str(bad), "--bars", str(bars), "--json"])
    assert options.run(options) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["set"], told["passed"]) == ("harbour", False)
    assert [one["passed"] for one in told["verdicts"]] == [True, True, False]
    assert told["verdicts"][2]["why"] == "0.6 is below 0.7"


def test_a_bar_is_exact(run: RecordedRun, tmp_path: Path) -> None:
    """110/150 is .73333...: the printed .7334 is above it."""
    low, high = verdicts_of(
        run, tmp_path, bar(FIRST, "at_least = 0.7333") + bar(FIRST, "at_least = 0.7334")
    )
    assert (low.passed, high.passed) == (True, False)


def test_a_range(run: RecordedRun, tmp_path: Path) -> None:
    inside, above = verdicts_of(
        run,
        tmp_path,
        bar(FIRST, "at_least = 0.7\nat_most = 0.8") + bar(FIRST, "at_least = 0.1\nat_most = 0.5"),
    )
    assert inside.passed
    assert above.why == "0.733333 is above 0.5"


def test_a_kind_of_its_own(run: RecordedRun, tmp_path: Path) -> None:
    """30 of the 50 near misses are refused."""
    text = bar("Not found recall", 'at_least = 0.6\nkind = "near_miss"\nn_at_least = 50')
    (verdict,) = verdicts_of(run, tmp_path, text)
    assert (verdict.name, verdict.found) == ("Not found recall, near_miss", 0.6)
    assert (verdict.n, verdict.passed) == (50, True)
    (verdict,) = verdicts_of(run, tmp_path, text.replace("near_miss", "near_mis"))
    assert not verdict.passed
    assert verdict.why == "the run has no case of the kind 'near_mis'; it has fact, near_miss"


def test_a_missing_measure_is_missed(run: RecordedRun, tmp_path: Path) -> None:
    (verdict,) = verdicts_of(run, tmp_path, bar(name_of("gold_covered"), "at_least = 0"))
    assert verdict == Verdict(
        name_of("gold_covered"), "at least 0", None, 0, False, "the run does not have this figure"
    )


def test_too_few_cases_are_missed(tmp_path: Path) -> None:
    few = read_run(write_run(tmp_path / "few", made_results()[:60]))
    (verdict,) = verdicts_of(few, tmp_path, bar(FIRST, "at_least = 0.7\nn_at_least = 150"))
    assert (verdict.found, verdict.passed) == (1.0, False)
    assert verdict.why == "60 cases are fewer than 150"


def test_an_interrupted_and_an_empty_run_are_missed(tmp_path: Path) -> None:
    part = read_run(write_run(tmp_path / "part", made_results()[:60], complete=False))
    complete, first = check(part, read_bars(bars_file(tmp_path, bar(FIRST, "at_least = 0.7"))))
    assert (complete.passed, first.passed) == (False, True)
    assert complete.why == "the run was interrupted after 60 cases; run it again to go on"
    empty = read_run(write_run(tmp_path / "empty", []))
    complete, failed = check(empty, read_bars(bars_file(tmp_path, bar(FAILED, "at_most = 0"))))
    assert (failed.passed, failed.why) == (False, "the run does not have this figure")


def test_another_set_is_refused(run: RecordedRun, tmp_path: Path) -> None:
    path = bars_file(tmp_path, bar(FIRST, "at_least = 0.7"), 'set = "seeds"\n')
    with pytest.raises(RunInvalid, match="is a run of harbour, and the bars are for seeds"):
        check(run, read_bars(path))


BASELINE = 'set = "harbour"\nbaseline = "kept/harbour.json"\n'


def test_not_worse_than_the_baseline(run: RecordedRun, tmp_path: Path) -> None:
    write_baseline(made_results(), made_summary(made_results()), tmp_path / "kept/harbour.json")
    rule = "not_worse_than_baseline = true"
    bars = read_bars(bars_file(tmp_path, bar(FIRST, rule) + bar(FAILED, rule), BASELINE))
    assert bars.baseline == tmp_path / "kept/harbour.json"
    assert [verdict.passed for verdict in check(run, bars)] == [True, True, True]

    results, _ = regressed(made_results())
    worse = read_run(write_run(tmp_path / "worse", results))
    _, first, failed = check(worse, bars)
    assert first.why.startswith("worse than the baseline's 0.733333 (p ")
    assert (first.passed, failed.passed) == (False, True)

    slightly = changed(made_results(), ["fact-001"], lambda _: {"first_right": 0.0})
    verdicts = check(read_run(write_run(tmp_path / "slightly", slightly)), bars)
    assert all(verdict.passed for verdict in verdicts)

    part = read_run(write_run(tmp_path / "part", made_results()[:190]))
    assert check(part, bars)[1].why == "10 of the baseline's 200 cases are not in the run"


def test_a_baseline_of_another_set_or_none(run: RecordedRun, tmp_path: Path) -> None:
    bars = read_bars(bars_file(tmp_path, bar(FIRST, "not_worse_than_baseline = true"), BASELINE))
    with pytest.raises(RunInvalid, match=r"there is no run at .*kept/harbour.json"):
        check(run, bars)
    summary = made_summary(made_results(), set="lamps")
    write_baseline(made_results(), summary, tmp_path / "kept/harbour.json")
    with pytest.raises(RunInvalid, match="is of lamps, the run of harbour"):
        check(run, bars)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[bars]", "cannot read the bars"),
        ("bars = []", "bars: List should have at least 1 item"),
        (bar(FIRST, "at_lest = 0.5"), "bars 1 at_lest: no such key; did you mean at_least"),
        (bar(FIRST, "at_least = 0.5") + "[other]\n", "other: no such key; known are set, bars"),
        (bar(FIRST, 'at_least = "0.5"'), "bars 1 at_least: Input should be a valid number"),
        (bar(FIRST, "at_least = true"), "bars 1 at_least: Input should be a valid number"),
        (bar(FIRST, "at_least = nan"), "bars 1 at_least: Input should be a finite number"),
        (bar(FIRST, "at_least = 0.5\nn_at_least = 0"), "bars 1 n_at_least"),
        (bar(FIRST, ""), "nothing can miss it"),
        (bar(FIRST, "n_at_least = 9"), "nothing can miss it"),
        (bar(FIRST, "at_most = 0.5"), "higher is better, so give at_least"),
        (bar(FAILED, "at_least = 0"), "lower is better, so give at_most"),
        (bar(FIRST, "at_least = 0.9\nat_most = 0.8"), "at_least 0.9 is above at_most 0.8"),
        (bar(FIRST, "not_worse_than_baseline = true"), "needs a baseline"),
        (bar(SPEED, "at_most = 100"), "a time never decides"),
        (bar("ms:total", "at_most = 100"), "no such measure"),
    ],
)
def test_files_that_are_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(BarsInvalid, match=message.replace("(", r"\(")):
        read_bars(bars_file(tmp_path, text))


def test_a_misspelt_measure_gets_the_nearest_names(tmp_path: Path) -> None:
    name = FIRST.upper()[:-1]
    with pytest.raises(BarsInvalid) as caught:
        read_bars(bars_file(tmp_path, bar(name, "at_least = 0.5")))
    told = str(caught.value)
    assert f"bar 1 ({name}): no such measure; did you mean {FIRST}" in told


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BarsInvalid, match="cannot read the bars in"):
        read_bars(tmp_path / "é.toml")


def test_the_text() -> None:
    verdicts = [
        Verdict("complete", "every case run", None, 200, True),
        Verdict("Hits@4", "at least 0.7", 0.65, 1200, False, "0.65 is below 0.7"),
    ]
    assert render(verdicts) == (
        "pass  complete           n 200    every case run\n"
        "FAIL  Hits@4     0.6500  n 1200   at least 0.7\n"
        "\n"
        "1 of 2 missed\n"
        "  Hits@4: 0.65 is below 0.7\n"
    )


def test_the_bars_of_the_seeds_can_be_read() -> None:
    bars = read_bars(BARS)
    assert bars.set == "seeds"
    wanted = {"Hits@10", "First sentence right", "Not found recall", "Citations verbatim"}
    assert wanted | {"Failed cases"} <= {bar.measure for bar in bars.bars}
    assert all(verdict.passed for verdict in check(read_run(BASELINES / "seeds.json"), bars))


@pytest.mark.parametrize("path", sorted(BASELINES.glob("*.json")), ids=lambda path: path.stem)
def test_every_kept_baseline_can_be_read(path: Path) -> None:
    run = read_run(path)
    assert (run.set, run.summary["complete"], run.summary["failed"]) == (path.stem, True, [])
    assert len(run.ids) == run.summary["cases"]


def test_the_seeds_bars_want_every_case_that_a_figure_is_over() -> None:
    cases = (BARS.parent / "data" / "seeds.jsonl").read_text(encoding="utf-8").split("\n")
    answerable = [json.loads(line)["answerable"] for line in cases if line]
    least = {bar.measure: bar.n_at_least for bar in read_bars(BARS).bars}
    assert least["First sentence right"] == sum(answerable)
    assert least["Not found recall"] == len(answerable) - sum(answerable)
    assert least["Failed cases"] == len(answerable)

"""Reading runs, and keeping one in a file: nothing lost that a paired test needs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.comparing.baselines import RecordedRun, read_run, rounded, write_baseline
from eval.errors import EvalError, RunInvalid
from eval.results import RESULTS, SUMMARY, Outcome
from eval.scoring.measures import MEASURES
from tests.eval.made_runs import made_results, made_summary, name_of, write_run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", made_results())


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    path = tmp_path / "baselines" / "harbour.json"
    write_baseline(made_results(), made_summary(made_results()), path)
    return path


def test_a_run_is_read_case_by_case(folder: Path) -> None:
    run = read_run(folder)
    assert (run.name, run.set, len(run.ids)) == (str(folder), "harbour", 200)
    assert (run.ids[0], run.kinds[0]) == ("fact-000", "fact")
    assert run.questions[0] == "Who keeps “lamp 0” at Setúbal? 🌊"
    assert run.columns["rr@10"][:2] == (1 / 3, 1.0)
    assert run.score("rr@10", 150) is None
    assert run.score("no such score", 0) is None
    assert "ms:total" not in run.columns


def test_a_baseline_gives_the_same_cases_and_figures_as_its_run(
    folder: Path, baseline: Path
) -> None:
    run, kept = read_run(folder), read_run(baseline)
    assert kept.questions == ()
    assert (kept.ids, kept.kinds) == (run.ids, run.kinds)
    assert (kept.score("rr@10", 0), kept.score("rr@10", 1)) == (0.3333, 1.0)
    assert kept.score("rr@10", 150) is None
    for measure in MEASURES.values():
        np.testing.assert_array_equal(kept.rows(measure), rounded(run.rows(measure)))
    figures = {figure["name"]: figure["value"] for figure in run.summary["figures"]}
    again = {figure["name"]: figure["value"] for figure in kept.summary["figures"]}
    assert again == pytest.approx(figures, abs=1e-4)
    assert again[name_of("first_right")] == 0.7333


def test_rows_are_nan_where_a_measure_does_not_apply(folder: Path) -> None:
    rows = read_run(folder).rows(MEASURES[name_of("first_right")])
    assert rows.shape == (200, 1)
    assert (rows[109, 0], rows[110, 0]) == (1.0, 0.0)
    assert np.isnan(rows[150:]).all()


def test_the_file_is_the_same_each_time_and_has_a_column_a_line(
    baseline: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.json"
    write_baseline(made_results(), made_summary(made_results()), again)
    assert again.read_bytes() == baseline.read_bytes()
    lines = baseline.read_text(encoding="utf-8").splitlines()
    first = next(line for line in lines if line.startswith('  "first_right": '))
    assert first == f'  "first_right": [{",".join(["1"] * 110 + ["0"] * 40 + ["null"] * 50)}],'
    rr = next(line for line in lines if line.startswith('  "rr@10": [0.3333,1,1,0.3333,'))
    assert rr.endswith(",null],")
    assert not any("multihop" in line for line in lines)  # a column of nothing is left out


def test_no_place_on_this_machine_is_kept(tmp_path: Path) -> None:
    summary = made_summary(
        made_results(),
        settings={
            "index": "/home/João Falcão/index",
            "url": "https://example.org/a/b",
            "x": "1/2",
            "tiny": 1e-7,
        },
        failed=[{"id": "x", "reason": "no file /srv/data/a.txt, nor C:\\Users\\ines\\b.txt: stop"}],
        by_kind={"fact": []},
    )
    write_baseline(made_results(), summary, tmp_path / "b.json")
    kept = read_run(tmp_path / "b.json").summary
    assert kept["settings"] == {
        "index": "index",
        "url": "https://example.org/a/b",
        "x": "1/2",
        "tiny": 1e-7,
    }
    assert kept["failed"] == [{"id": "x", "reason": "no file a.txt, nor b.txt: stop"}]
    assert "by_kind" not in kept


@pytest.mark.parametrize(
    ("results", "conditions"),
    [([], {}), (made_results(), {"complete": False}), (made_results(), {"cases": 250})],
)
def test_only_a_whole_run_becomes_a_baseline(results, conditions, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    with pytest.raises(RunInvalid, match=r"stopped after (0|200) cases|counts 250 cases"):
        write_baseline(results, made_summary(results, **conditions), path)
    assert not path.exists()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("é")
    with pytest.raises(EvalError, match="cannot write"):
        write_baseline(made_results(), made_summary(made_results()), tmp_path / "file" / "b.json")


def test_what_is_no_run(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(RunInvalid, match="there is no run at"):
        read_run(tmp_path / "nothing")
    (tmp_path / "photos").mkdir()
    with pytest.raises(RunInvalid, match=r"holds no run: expected results.jsonl and summary.json"):
        read_run(tmp_path / "photos")
    with pytest.raises(RunInvalid, match="is a part of a run; give the folder"):
        read_run(folder / SUMMARY)
    (folder / SUMMARY).unlink()
    with pytest.raises(RunInvalid, match=r"was not brought to an end: it has only results.jsonl"):
        read_run(folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as a baseline"),
        ("[1]", "is not a baseline"),
        ('{"name": "a package"}', "is not a baseline"),
    ],
)
def test_files_that_are_no_baseline(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_text(text)
    with pytest.raises(RunInvalid, match=message):
        read_run(path)


def test_damaged_results(folder: Path) -> None:
    lines = (folder / RESULTS).read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / RESULTS).write_text("".join([lines[0], lines[1][:40] + "\n", *lines[2:]]))
    with pytest.raises(RunInvalid, match=r"damaged: .*results.jsonl:2: not a result"):
        read_run(folder)
    (folder / RESULTS).write_text("".join([*lines[:150], lines[150][:40]]))
    with pytest.raises(RunInvalid, match="its summary counts 200 cases, and there are 150"):
        read_run(folder)
    (folder / RESULTS).write_text("".join([*lines[:199], lines[0]]))
    with pytest.raises(RunInvalid, match="the case 'fact-000' is in it twice"):
        read_run(folder)


@pytest.mark.parametrize("score", ['"high"', "NaN", "[1]"])
def test_a_score_that_is_no_number(score: str, folder: Path) -> None:
    text = (folder / RESULTS).read_text(encoding="utf-8")
    (folder / RESULTS).write_text(text.replace('"f1": 0.5', f'"f1": {score}', 1))
    with pytest.raises(RunInvalid, match="is damaged: a score is no number"):
        read_run(folder)


def test_damaged_summaries(folder: Path) -> None:
    (folder / SUMMARY).write_text("{")
    with pytest.raises(RunInvalid, match="is damaged"):
        read_run(folder)
    (folder / SUMMARY).write_text('{"set": "harbour", "complete": "yes"}')
    with pytest.raises(RunInvalid, match=r"the summary of .* is not one of a run: cases"):
        read_run(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.update(format=2), "format: Input should be 1"),
        (lambda data: data.update(columsn={}), "columsn: Extra inputs"),
        (lambda data: data["columns"].update({"f1": ["x"]}), "columns.f1.0"),
        (lambda data: data["columns"].update({"f1": [1]}), "200 ids, but 1 values of f1"),
        (lambda data: data["ids"].pop(), "199 ids, but 200 values"),
    ],
)
def test_damaged_baselines(change, message: str, baseline: Path) -> None:
    data = json.loads(baseline.read_text(encoding="utf-8"))
    change(data)
    baseline.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(RunInvalid, match=message):
        read_run(baseline)


def test_a_run_of_failures_is_read(tmp_path: Path) -> None:
    failed = [
        replace(one, outcome=Outcome(error="no answer"), scores={"failed": 1.0, "f1": 0.0})
        for one in made_results()[:3]
    ]
    run: RecordedRun = read_run(write_run(tmp_path / "run", failed))
    assert run.columns["failed"] == (1.0, 1.0, 1.0)
    assert run.columns["f1"] == (0.0, 0.0, 0.0)

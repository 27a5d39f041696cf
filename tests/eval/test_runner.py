"""Runs of planted systems: what fails is a row, what was done is kept, and nothing is mixed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from eval.cases import Case, Dataset, Evidence
from eval.errors import EvalError, RunInvalid
from eval.results import REPORT, RESULTS, SUMMARY, Result, read_results
from eval.run_folder import RUN, RunFolder, alone
from eval.runner import Plan, execute, spec_of
from eval.worker import Worker
from tests.eval.planted import RIGHT, TEXT, broken, dying, planted, unreadable

ROOT = Path(__file__).parents[2]


def case(name: str, question: str, answerable: bool = True) -> Case:
    evidence = (Evidence("åre", TEXT[18:], 18, len(TEXT)),) if answerable else ()
    answers = ("Monday",) if answerable else ()
    return Case(name, question, answerable, "fact", answers=answers, evidence=evidence)


def plan(tmp_path: Path, *cases: Case, timeout: float = 20.0) -> Plan:
    articles = tmp_path / "articles.jsonl"
    articles.write_text(json.dumps({"id": "åre", "text": TEXT}) + "\n", encoding="utf-8")
    dataset = Dataset("made", articles, cases, {"åre": TEXT})
    return Plan(dataset, tmp_path / "cache", {"k": 12}, timeout, planted)


def rows(out: Path) -> list[Result]:
    return list(read_results(out / RESULTS))


def test_every_failure_is_a_row_with_its_reason(tmp_path: Path) -> None:
    names = ["fine", "raise", "exit", "kill", "hang", "refuse"]
    cases = [case(name, f"{name} now?") for name in names]
    run = execute(plan(tmp_path, *cases, timeout=4), tmp_path / "run")
    assert [result.id for result in run.results] == names
    assert {result.id: result.failed for result in run.results} == {
        "fine": "",
        "raise": "ZeroDivisionError: by “nought”",
        "exit": "the process ended with exit status 3",
        "kill": "the process was ended by SIGKILL",
        "hang": "no answer within 4 s",
        "refuse": "",
    }
    scores = {result.id: result.scores for result in run.results}
    assert [scores[name]["first_right"] for name in names] == [1, 0, 0, 0, 0, 0]
    assert [scores[name]["hits@1"] for name in names] == [1, 0, 0, 0, 0, 1]
    assert [scores[name]["right"] for name in names] == [1, 0, 0, 0, 0, 1]
    assert run.complete
    assert run.index == {"fingerprint": "planted", "articles": 1, "passages": 2}
    assert rows(tmp_path / "run") == list(run.results)


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    cases = [case(str(n), f"question {n}?") for n in range(4)]
    wanted, out = plan(tmp_path, *cases), tmp_path / "run"

    def interrupt(result: Result) -> None:
        if result.id == "1":
            raise KeyboardInterrupt

    first = execute(wanted, out, told=interrupt)
    assert (first.complete, [r.id for r in first.results]) == (False, ["0", "1"])
    with (out / RESULTS).open("a", encoding="utf-8") as file:
        file.write('{"id": "2", "half a li')
    with (out / RESULTS).open("ab") as file:
        file.write("n “".encode()[:-1])  # cut inside a character
    told: list[str] = []
    second = execute(wanted, out, told=lambda result: told.append(result.id))
    assert (second.complete, told) == (True, ["0", "1", "2", "3"])
    assert second.started == first.started
    assert [r.id for r in rows(out)] == ["0", "1", "2", "3"]


def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    script = (
        "import signal\n"
        "from pathlib import Path\n"
        "from tests.eval.test_runner import case, plan\n"
        "from eval.runner import execute\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "if __name__ == '__main__':\n"
        # A shell's background job begins with Ctrl-C ignored.
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "    cases = [case(str(n), 'slow?') for n in range(200)]\n"
        "    run = execute(plan(folder, *cases), folder / 'run')\n"
        "    print(run.complete, len(run.results))\n"
    )
    (tmp_path / "script.py").write_text(script)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    results = tmp_path / "run" / RESULTS
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (results.exists() and results.stat().st_size):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    complete, number = said.split()
    assert (complete, process.returncode) == ("False", 0)
    assert 1 <= int(number) == len(rows(tmp_path / "run")) < 200


class Interrupted(dict[str, Result]):
    """Where Ctrl-C falls between writing a result and noting it."""

    def __setitem__(self, name: str, result: Result) -> None:
        raise KeyboardInterrupt


def test_ctrl_c_right_after_writing_counts_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = RunFolder.check_system

    def interrupted(folder: RunFolder, made_of: dict[str, object]) -> None:
        prepare(folder, made_of)
        folder.done = Interrupted()

    monkeypatch.setattr(RunFolder, "check_system", interrupted)
    run = execute(plan(tmp_path, case("a", "one?"), case("b", "two?")), tmp_path / "run")
    assert not run.complete
    assert [result.id for result in run.results] == ["a"]
    assert [result.id for result in rows(tmp_path / "run")] == ["a"]


def finish(out: Path) -> None:
    for name in (SUMMARY, REPORT):
        (out / name).write_text("made of all cases")


def test_another_run_moves_the_earlier_one_aside(tmp_path: Path) -> None:
    out = tmp_path / "run"
    first = plan(tmp_path, case("a", "one?"))
    execute(first, out)
    finish(out)
    kept = (out / RESULTS).read_text(encoding="utf-8")
    for _ in range(2):
        execute(replace(first, settings={"k": 3}), out)
        finish(out)
    aside = sorted(path for path in tmp_path.iterdir() if path.name.startswith("run-"))
    assert len(aside) == 2
    assert kept in [(path / RESULTS).read_text(encoding="utf-8") for path in aside]
    settings = [
        json.loads((path / RUN).read_text())["identity"]["settings"] for path in [out, *aside]
    ]
    assert sorted(s["k"] for s in settings) == [3, 3, 12]


def test_a_run_without_its_report_is_not_run_again(tmp_path: Path) -> None:
    out, wanted = tmp_path / "run", plan(tmp_path, case("a", "one?"))
    first = execute(wanted, out)
    (out / SUMMARY).write_text("made, and then the disk was full")
    second = execute(replace(wanted, build=planted), out)
    assert (second.results, second.started) == (first.results, first.started)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("run-")] == []


def test_a_run_is_not_gone_on_with_by_another_system(tmp_path: Path) -> None:
    out, wanted = tmp_path / "run", plan(tmp_path, case("a", "one?"), case("b", "two?"))

    def interrupt(_: Result) -> None:
        raise KeyboardInterrupt

    execute(wanted, out, told=interrupt)
    state = json.loads((out / RUN).read_text())
    state["made_of"] = {**state["made_of"], "code": "0" * 64}
    (out / RUN).write_text(json.dumps(state))
    with pytest.raises(RunInvalid, match="began with other code, and results of two systems"):
        execute(wanted, out)
    assert [result.id for result in rows(out)] == ["a"]


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    out, wanted = tmp_path / "run", plan(tmp_path, case("a", "one?"))
    with alone(out), pytest.raises(RunInvalid, match="another run is writing to"):
        execute(wanted, out)
    assert not out.exists()


def test_a_place_that_cannot_be_a_run_folder(tmp_path: Path) -> None:
    wanted = plan(tmp_path, case("a", "one?"))
    with pytest.raises(RunInvalid, match="is a file; --out takes a folder"):
        execute(wanted, wanted.dataset.articles)
    with pytest.raises(EvalError, match=r"cannot write to .*; choose another with --out"):
        execute(wanted, wanted.dataset.articles / "under" / "it")


def test_a_folder_that_is_no_run_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "letters"
    out.mkdir()
    (out / "mother.txt").write_text("Dear mother")
    with pytest.raises(RunInvalid, match="something else than a run; choose a new folder"):
        execute(plan(tmp_path, case("a", "one?")), out)
    (out / RUN).write_text("{")
    with pytest.raises(RunInvalid, match="damaged"):
        execute(plan(tmp_path, case("a", "one?")), out)
    (out / RUN).write_text("[]")
    with pytest.raises(RunInvalid, match="not of a run"):
        execute(plan(tmp_path, case("a", "one?")), out)
    assert (out / "mother.txt").read_text() == "Dear mother"


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (broken, "^the index is damaged; delete it$"),
        (unreadable, "OSError: .*No space left on device"),
        (dying, "could not be opened: the process ended with exit status 7"),
    ],
)
def test_a_system_that_cannot_be_opened(tmp_path: Path, build: object, reason: str) -> None:
    wanted = replace(plan(tmp_path, case("a", "one?")), build=build)
    with pytest.raises(EvalError, match=reason):
        execute(wanted, tmp_path / "run")


def test_the_worker_tells_of_progress_and_memory(tmp_path: Path) -> None:
    told: list[float] = []
    made = plan(tmp_path, case("a", "one?"))
    worker = Worker(planted, spec_of(made), 20, told.append)
    try:
        outcome = worker.answer(made.dataset.cases[0])
    finally:
        worker.stop()
    assert (told, outcome.hits) == ([0.5], (RIGHT,))
    assert worker.peak_memory > 2**20
    assert worker.first_answer_seconds is not None
    assert worker.ready_seconds is not None
    assert 0 < worker.ready_seconds <= worker.first_answer_seconds

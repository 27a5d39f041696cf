"""A bench that does not come to its end: interrupted, dead, hanging, or without articles."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.bench.command import plan_of
from eval.bench.plan import BY_SIZE, Measured, Plan, measure
from eval.errors import DatasetMissing, EvalError
from tests.eval.bench.fakes import ROOT
from tests.eval.bench.runs import SYSTEM, bench, options, record_of

pytestmark = pytest.mark.timeout(900)


def test_ctrl_c_keeps_what_is_done(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    performed: list[str] = []

    def press(child: Any, *_: Any) -> dict[str, Any]:
        performed.append(json.loads(child.job.read_text(encoding="utf-8"))["measurement"])
        if len(performed) == 2:
            raise KeyboardInterrupt
        return {"memory": {}}

    monkeypatch.setattr("eval.children.perform", press)
    chosen = options(data, tmp_path / "out", "--sizes", "6", "--vectors", "0")
    assert bench(monkeypatch, chosen) == 130
    assert performed == ["bare", "ingest"]
    shown = capsys.readouterr()
    assert "interrupted; the same command goes on from here" in shown.err
    record = record_of(tmp_path / "out")
    assert (record["complete"], len(record["figures"])) == (False, 2)
    assert [each["value"] for each in record["figures"]] == [None, None]
    assert "Stopped before its end" in (tmp_path / "out" / "bench.html").read_text(encoding="utf-8")


def errors(done: list[Measured]) -> dict[str, str]:
    return {each.name: each.error for each in done}


def small_plan(data: Path, out: Path, system: str, timeout: float = 300) -> Plan:
    chosen = options(data, out, "--sizes", "6", "--vectors", "0")
    return replace(plan_of(chosen), system=SYSTEM + system, timeout=timeout)


def test_a_process_that_dies_is_a_row_and_so_is_what_needed_it(data: Path, tmp_path: Path) -> None:
    found = errors(list(measure(small_plan(data, tmp_path, "dying"))))
    assert found.pop("bare") == ""
    assert found.pop("ingest") == "the process was killed by SIGKILL"
    why = "not measured, since there is no index: the process was killed by SIGKILL"
    assert found == dict.fromkeys(BY_SIZE[1:], why)


def test_more_work_has_more_time(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: dict[str, float] = {}

    def noted(child: Any, limit: float, _: Any) -> dict[str, Any]:
        limits[json.loads(child.job.read_text(encoding="utf-8"))["measurement"]] = limit
        return {}

    monkeypatch.setattr("eval.children.perform", noted)
    done = list(measure(replace(small_plan(data, tmp_path, "quick", 100), vectors=2_000)))
    assert (done[-1].name, done[-1].size) == ("vectors", 2_000)
    # Half a second an article, the second that sessions ask for, two milliseconds a row.
    more = {"ingest": 103, "retrieval sessions": 101, "answer sessions": 101, "vectors": 104}
    assert limits == {**dict.fromkeys(("bare", *BY_SIZE), 100), **more}


def test_a_process_that_hangs_is_ended(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("eval.bench.plan.SECONDS_AN_ARTICLE", 0.0)
    chosen = options(data, tmp_path / "o", "--sizes", "6", "--vectors", "0", "--timeout", "15")
    assert bench(monkeypatch, chosen, "hanging") == 1
    shown = capsys.readouterr().out
    assert "failed, 6 articles: timeout: not done after 15 s" in shown
    page = (tmp_path / "o" / "bench.html").read_text(encoding="utf-8")
    assert "taking in, 6: timeout: not done after 15 s" in page
    assert page.count("not measured, since there is no index") >= len(BY_SIZE) - 1


def test_a_question_that_raises_is_counted(data: Path, tmp_path: Path) -> None:
    plan = small_plan(data, tmp_path, "stumbling")
    plan = replace(plan, questions=("Harbour 3 in Oslo", "Harbour 4 in Oslo", "Harbour in Cairo"))
    wanted = ("ingest", "retrieval", "retrieval sessions")
    done = {}
    for each in measure(plan):
        if each.name in wanted:
            done[each.name] = each
        if len(done) == len(wanted):
            break
    assert done["retrieval"].values["failed"] == ["KeyError: 'three'"]
    assert len(done["retrieval"].values["ms"]) == 2


def test_a_worker_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    worker = (
        "from eval.bench.worker import end_with_parent; import sys, time; end_with_parent(); "
        "print(1, flush=True); time.sleep(60); open(sys.argv[1], 'w')"
    )
    starts = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', *sys.argv[1:]], stdout=subprocess.PIPE)\n"
        "child.stdout.read(2)\n"
        "print(child.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    command = [sys.executable, "-c", starts, worker, str(tmp_path / "alive")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    pid = int(done.stdout)
    for _ in range(300):
        if not _runs(pid):
            break
        time.sleep(0.1)
    assert not _runs(pid)
    assert not (tmp_path / "alive").exists()


def _runs(pid: int) -> bool:
    """Whether the process is there and has not ended; one that nobody waited for is a zombie."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
            != "Z"
        )
    except OSError:
        return False


@pytest.mark.parametrize("own", [True, False])
def test_both_folders_are_taken(data: Path, tmp_path: Path, own: bool) -> None:
    plan = plan_of(options(data / "news" if own else data, tmp_path, "--sizes", "6"))
    assert (len(plan.rows), plan.sizes, len(plan.questions)) == (12, (6,), 8)


def test_without_articles_it_says_where_they_are(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match="RealTime QA's news articles: expected news/articles"):
        plan_of(options(tmp_path, tmp_path / "out"))


def test_articles_that_no_question_can_be_made_of(tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text('{"id": "a", "text": "No. Yes."}\n', encoding="utf-8")
    (tmp_path / "articles.jsonl.gz").write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(EvalError, match="no question can be made of 1 articles"):
        plan_of(options(tmp_path, tmp_path / "out"))

"""Order of the rounds, and workers that work, crash, die, hang or talk."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eval.peers.rounds import Plan, Round, order, run_rounds
from eval.peers.systems import Peer
from eval.peers.worker import Job, peak_memory
from tests.eval.peers.fakes import fake

ROOT = Path(__file__).resolve().parents[3]
TEXTS = ["The flood in Kraków rose", "The strike ended “today”", "A 🦜 was found"]
QUESTIONS = (("q1", "what of the flood in kraków"), ("q2", "when was the strike over"))


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    path = tmp_path / "passages.json"
    places = [[f"a{i}", 0, len(text)] for i, text in enumerate(TEXTS)]
    path.write_text(json.dumps({"texts": TEXTS, "places": places}), encoding="utf-8")
    return Job(str(tmp_path), str(tmp_path), str(path), "", "", k=2, questions=QUESTIONS)


def run(job: Job, *peers: Peer, rounds: int = 1, timeout: float = 120) -> list[Round]:
    plan = Plan(peers, rounds=rounds, threads=1, timeout=timeout, cache=Path())
    scored = {"Hits@4": 0.5}
    return list(run_rounds(plan, job, lambda queries: scored if queries else {}))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("abcdefgh", ["abcdefgh", "hgfedcba", "efghabcd", "dcbahgfe"]),
        ("abc", ["abc", "cba", "cab", "bac"]),
        ("ab", ["ab", "ba", "ba", "ab"]),
        ("a", ["a", "a", "a", "a"]),
        ("", ["", "", "", ""]),
    ],
)
def test_the_order_changes_from_round_to_round(names: str, expected: list[str]) -> None:
    assert ["".join(order(names, number)) for number in range(4)] == expected


def test_two_systems_take_turns(job: Job) -> None:
    done = run(job, fake("Good"), fake("Stumbling"), rounds=2)
    assert [(each.number, each.position, each.system) for each in done] == [
        (0, 0, "good"),
        (0, 1, "stumbling"),
        (1, 0, "stumbling"),
        (1, 1, "good"),
    ]
    assert [each.error for each in done] == ["", "", "", ""]
    assert [query["found"] for query in done[0].queries] == [[0, 1], [1, 0]]
    assert done[0].figures["Hits@4"] == 0.5
    assert set(done[0].figures) == {"load_s", "build_s", "peak_memory_mb", "Hits@4"}
    assert done[0].remarks == ("Good is a fake",)
    assert [each.failed_questions for each in done] == [0, 1, 1, 0]
    assert done[1].queries[1]["error"] == "KeyError: 'strike'"


@pytest.mark.parametrize(
    ("peer", "reason"),
    [
        (fake("Crashing"), "RuntimeError: no room for a naïve “café” 🦜"),
        (fake("Dying"), "the process was killed by SIGKILL; its last line: about to go"),
        (fake("Absent"), "AttributeError: module 'tests.eval.peers.fakes' has no attribute"),
        (Peer("gone", "Gone", "no_such_module:X"), "ModuleNotFoundError: No module named"),
    ],
)
def test_a_failure_is_a_row_and_the_next_one_runs(job: Job, peer: Peer, reason: str) -> None:
    failed, good = run(job, peer, fake("Good"))
    assert failed.error.startswith(reason)
    assert (dict(failed.figures), failed.queries) == ({}, ())
    assert good.error == ""


def test_a_system_that_hangs_is_ended(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Seen(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr("eval.children.subprocess.Popen", Seen)
    (failed,) = run(job, fake("Hanging"), timeout=3)
    assert failed.error == "timeout: not done after 3 s"
    assert [each.returncode for each in started] == [-signal.SIGKILL]


def test_nothing_reaches_the_network_and_who_tried_is_told(job: Job) -> None:
    (done,) = run(job, fake("Talking"))
    assert (done.error, done.refused) == ("", ("telemetry.example",))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the parent's memory may count")
def test_a_worker_is_not_charged_for_the_memory_of_who_started_it(job: Job) -> None:
    held = bytearray(b"x") * 400_000_000
    (done,) = run(job, fake("Good"))
    assert len(held) <= peak_memory()
    assert done.figures["peak_memory_mb"] < 300

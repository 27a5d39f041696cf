"""Medians, ratios and the tables, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.peers.rounds import Round
from eval.peers.systems import OURS, Peer
from eval.peers.table import Spread, render, rows

OWN = Peer(OURS, "this project", "x:y")
OTHER = Peer("other", "Örtlich “eins”", "x:y")
ABSENT = Peer("absent", "Absent", "x:y", ("absent-package",))


def made(
    number: int, system: str, four: tuple[float, float, float, float], failed: int = 0
) -> Round:
    build, p50, memory, hits = four
    figures = {
        "load_s": 2.0,
        "build_s": build,
        "p50 total ms": p50,
        "p95 total ms": 2 * p50,
        "peak_memory_mb": memory,
        "Hits@4": hits,
        "Hits@10": 0.9,
        "MRR@10": 0.5,
        "nDCG@10": 0.6,
        "Evidence recall@10": 0.7,
    }
    return Round(number, 0, system, figures, failed_questions=failed)


ROUNDS = [
    made(0, OURS, (10, 5, 500, 0.8)),
    made(0, "other", (20, 15, 1000, 0.6)),
    made(1, "other", (40, 10, 1100, 0.6)),
    made(1, OURS, (8, 4, 500, 0.8)),
    made(2, OURS, (12, 6, 500, 0.8)),
    made(2, "other", (30, 12, 900, 0.4), failed=3),
]


def test_a_spread_is_median_least_and_greatest() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert Spread.of([4.0, 1.0]) == Spread(2.5, 1.0, 4.0)


def test_ratios_are_of_the_same_round() -> None:
    ours, other = rows([OWN, OTHER], ROUNDS, {})
    assert other.figures["build_s"] == Spread(30, 20, 40)
    # 20/10, 40/8, 30/12: the median of the ratios, not the ratio of the medians (30/10).
    assert other.ratios["build_s"] == Spread(2.5, 2.0, 5.0)
    assert other.ratios["p50 total ms"] == Spread(2.5, 2.0, 3.0)
    assert other.ratios["Hits@4"].median == pytest.approx(0.75)
    assert ours.ratios["build_s"] == Spread(1.0, 1.0, 1.0)
    assert other.failed_questions == 3


def test_a_round_in_which_either_failed_gives_no_ratio() -> None:
    rounds = [
        Round(0, 0, OURS, error="timeout: not done after 5 s"),
        made(0, "other", (20, 15, 1000, 0.6)),
        made(1, OURS, (8, 4, 500, 0.8)),
        made(1, "other", (40, 10, 1100, 0.6)),
    ]
    ours, other = rows([OWN, OTHER], rounds, {})
    assert other.ratios["build_s"] == Spread(5.0, 5.0, 5.0)
    assert other.figures["build_s"] == Spread(30, 20, 40)
    assert ours.failures == ("round 1: timeout: not done after 5 s",)
    assert (ours.rounds, ours.figures["build_s"]) == (2, Spread(8, 8, 8))


def test_no_ratio_to_nothing() -> None:
    zero = made(0, OURS, (10, 5, 500, 0.0))
    (_, other) = rows([OWN, OTHER], [zero, made(0, "other", (20, 15, 1000, 0.6))], {})
    assert "Hits@4" not in other.ratios
    assert other.ratios["Hits@10"] == Spread(1.0, 1.0, 1.0)


def test_the_tables() -> None:
    text = render(rows([OWN, OTHER, ABSENT], ROUNDS, {"absent": "absent-package not installed"}))
    assert text + "\n" == Path(__file__).with_name("tables.txt").read_text(encoding="utf-8")


def test_without_this_project_there_are_no_ratios() -> None:
    text = render(rows([OTHER], [each for each in ROUNDS if each.system == "other"], {}))
    assert "ratio" not in text
    assert "Örtlich “eins”" in text


def test_a_system_that_failed_in_every_round_keeps_its_row() -> None:
    rounds = [Round(i, 0, "other", error="RuntimeError: “no”") for i in range(2)]
    text = render(rows([OTHER], rounds, {}))
    lines = text.splitlines()
    assert lines[2].split() == ["Örtlich", "“eins”", "(failed", "2", "of", "2)", *"–––––"]
    assert lines[-2:] == [
        "failed other, round 1: RuntimeError: “no”",
        "failed other, round 2: RuntimeError: “no”",
    ]

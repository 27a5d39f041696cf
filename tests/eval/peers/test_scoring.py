"""Which questions are asked, and what a worker's numbers are worth; worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eval.cases import Case, Dataset, Evidence
from eval.peers.scoring import Passages, Scorer, retrievable

# Two articles of two passages each; offsets count characters.
FLOOD = "The Vistula rose in Kraków. Nobody was hurt “so far” 🌊."
STRIKE = "The strike began on Monday. It ended the day after."
CUT = {"flood": FLOOD.index("Nobody"), "strike": STRIKE.index("It")}
TEXTS = {"flood": FLOOD, "strike": STRIKE}
PLACES = [
    ("id-flood", 0, CUT["flood"]),
    ("id-flood", CUT["flood"], len(FLOOD)),
    ("id-strike", 0, CUT["strike"]),
    ("id-strike", CUT["strike"], len(STRIKE)),
]
PASSAGES = Passages(["…"] * 4, PLACES, ["flood", "flood", "strike", "strike"], 2, "f00d")


def evidence(article: str, quote: str) -> Evidence:
    start = TEXTS[article].index(quote)
    return Evidence(article, quote, start, start + len(quote))


HURT = Case("c1", "Who was hurt?", True, evidence=(evidence("flood", "Nobody was hurt"),))
BOTH = Case(
    "c2",
    "What rose, and what ended?",
    True,
    evidence=(evidence("flood", "rose in Kraków"), evidence("strike", "ended the day after")),
)
DATASET = Dataset("tiny", Path("none"), (HURT, BOTH), TEXTS)


def query(name: str, ms: float, found: list[int] | None, error: str = "") -> dict[str, object]:
    return {"id": name, "ms": ms, "found": found, "error": error}


def test_figures_by_hand() -> None:
    score = Scorer(DATASET, DATASET.cases, PASSAGES)
    figures = score([query("c1", 4.0, [2, 1, 0]), query("c2", 8.0, [3, 2])])
    assert figures["Hits@4"] == 1.0
    assert figures["MRR@10"] == pytest.approx((1 / 2 + 1) / 2)
    # All of the first's evidence, one of two of the second's.
    assert figures["Evidence recall@10"] == pytest.approx((1 + 1 / 2) / 2)
    assert figures["p50 total ms"] == pytest.approx(6.0)


def test_a_question_that_raised_scores_zero_and_has_no_time() -> None:
    score = Scorer(DATASET, DATASET.cases, PASSAGES)
    figures = score([query("c1", 4.0, [1]), query("c2", 0.1, None, "KeyError: 'x'")])
    assert figures["Hits@10"] == 0.5
    assert figures["Evidence recall@10"] == 0.5
    assert (figures["p50 total ms"], figures["p95 total ms"]) == (4.0, 4.0)


def test_finding_nothing_scores_zero() -> None:
    figures = Scorer(DATASET, DATASET.cases, PASSAGES)([query("c1", 1, []), query("c2", 1, [])])
    assert (figures["Hits@10"], figures["MRR@10"], figures["Evidence recall@10"]) == (0, 0, 0)


def test_bounds_are_by_the_sets_own_names() -> None:
    assert PASSAGES.bounds == {
        "flood": ((0, CUT["flood"]), (CUT["flood"], len(FLOOD))),
        "strike": ((0, CUT["strike"]), (CUT["strike"], len(STRIKE))),
    }


def test_only_what_a_ranking_can_be_judged_by_is_asked() -> None:
    cases = (
        Case("none", "Is it told?", answerable=False),
        Case("later", "And he?", True, history=("Who?",), evidence=HURT.evidence),
        Case("bare", "What?", True, answers=("this",)),
        HURT,
        Case("whole", "Which article?", True, relevant=("strike",)),
        BOTH,
    )
    dataset = replace(DATASET, cases=cases)
    assert [case.id for case in retrievable(dataset, None)] == ["c1", "whole", "c2"]
    (one,) = retrievable(dataset, 1)
    two = retrievable(dataset, 2)
    assert one in two
    assert retrievable(dataset, 2) == two

"""Cases judged: what was right, which scores apply, and the worst of each for a failure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.results import Outcome, from_record
from eval.scoring.judging import SCORES, SILENT
from tests.eval.made_harbour import (
    CRANES,
    LONG,
    LOSS,
    NOWHERE,
    SHUT,
    STILL,
    at,
    gold,
    judged,
    of,
    refused,
    said,
)


def test_a_right_answer() -> None:
    hits = (at(CRANES), at(STILL), at(SHUT))
    timings = {"encode": 2.5, "total": 4.0}
    result = judged(LONG, Outcome(hits=hits, said=said(CRANES, STILL), timings_ms=timings))
    assert result.right_hits == (False, True, True)
    assert result.right_sentences == (False, True)
    assert result.right_citations == (False, True)
    assert result.verbatim_citations == (True, True)
    assert of(result, "hits@1", "hits@4", "rr@10", "hits_rank") == (0.0, 1.0, 0.5, 2.0)
    assert of(result, "multihop_hits@4", "multihop_rr@10") == (1.0, 0.5)
    assert of(result, "contains", "em", "first_right", "any_right") == (1.0, 0.0, 0.0, 1.0)
    # "two cranes had fallen setúbals port stood still for 11 days": 2 of 11 tokens and 2.
    assert result.scores["f1"] == pytest.approx(2 * 2 / (11 + 2))
    assert of(result, "squad2_em", "squad2_f1") == of(result, "em", "f1")
    assert of(result, "citations", "verbatim", "right_citations") == (2.0, 2.0, 1.0)
    assert of(result, "citation_recall", "sources_covered") == (0.5, 0.5)
    assert of(result, "gold_covered", "wrong_told", "all_and_only") == (None, None, None)
    assert of(result, "answerable", "not_found", "confidence", "right") == (1.0, 0.0, 0.8, 0.0)
    assert of(result, "ms:encode", "ms:total", "failed") == (2.5, 4.0, 0.0)
    assert result.failed == ""


def test_the_result_says_what_was_asked_and_known() -> None:
    case = replace(LONG, history=("What of the port?",), relevant=("port.txt",), all_answers=True)
    result = judged(case, Outcome(said=refused()))
    assert (result.id, result.kind, result.answerable) == ("long", "fact", True)
    assert result.history == ("What of the port?",)
    assert result.gold == {
        "answers": ["eleven days", "11 days"],
        "wrong_answers": [],
        "evidence": [
            {"article": "port.txt", "quote": SHUT, "start": 0, "end": len(SHUT)},
            {"article": "paper.txt", "quote": STILL, "start": 0, "end": len(STILL)},
        ],
        "relevant": ["port.txt"],
        "all_answers": True,
    }
    assert from_record(result.record()) == result


def test_a_refusal_of_a_question_that_has_an_answer() -> None:
    forced = said(SHUT, confidence=0.2)
    result = judged(LONG, Outcome(hits=(at(SHUT),), said=refused(), forced=forced))
    names = ("contains", "em", "f1", "first_right", "any_right", "squad2_em", "squad2_f1")
    assert of(result, *names) == (0.0,) * 7
    assert of(result, "citations", "verbatim", "right_citations") == (None, None, None)
    assert of(result, "citation_recall", "sources_covered") == (0.0, 0.0)
    # What it would have said is right, with 0.2.
    assert of(result, "answerable", "not_found", "confidence", "right") == (1.0, 1.0, 0.2, 1.0)
    assert result.scores["rightly_refused"] is None
    assert (result.right_sentences, result.right_citations) == ((), ())
    assert of(result, "hits@1", "rr@10") == (1.0, 1.0)
    unforced = judged(LONG, Outcome(said=refused(0.05)))
    assert of(unforced, "confidence", "right") == (0.05, 0.0)


def test_a_question_without_an_answer() -> None:
    right = judged(NOWHERE, Outcome(hits=(at(SHUT),), said=refused(), forced=said(SHUT)))
    assert of(right, "squad2_em", "squad2_f1", "not_found", "answerable") == (1.0, 1.0, 1.0, 0.0)
    assert of(right, "rightly_refused", "confidence", "right") == (1.0, 0.8, 0.0)
    for name in ("hits@10", "hits_rank", "contains", "em", "first_right", "citation_recall"):
        assert right.scores[name] is None
    wrong = judged(NOWHERE, Outcome(said=said(CRANES)))
    assert of(wrong, "squad2_em", "squad2_f1", "not_found", "right") == (0.0, 0.0, 0.0, 0.0)
    assert wrong.scores["rightly_refused"] == 0.0
    assert of(wrong, "citations", "verbatim", "right_citations") == (1.0, 1.0, 0.0)
    assert wrong.right_citations == (False,)
    assert set(wrong.scores) == set(SCORES)


def test_a_set_that_does_not_ask() -> None:
    outcome = Outcome(hits=(at(SHUT),), timings_ms={"total": 1.0})
    result = judged(LONG, outcome, asks=False)
    told = {name for name, value in result.scores.items() if value is not None}
    assert told == {
        *("hits@1", "hits@4", "hits@10", "rr@10", "ndcg@10", "evidence_recall@10", "hits_rank"),
        *("multihop_hits@4", "multihop_hits@10", "multihop_rr@10", "failed", "ms:total"),
    }
    assert result.scores["evidence_recall@10"] == 0.5
    broken = judged(LONG, Outcome(error="OSError: gone"), asks=False)
    values = {name: value for name, value in broken.scores.items() if value is not None}
    assert values == {**dict.fromkeys(told - {"ms:total"}, 0.0), "failed": 1.0}


def test_sources_matter_only_where_there_are_several() -> None:
    one = replace(LONG, evidence=(gold(SHUT), gold(CRANES)))
    assert judged(one, Outcome(said=said(SHUT))).scores["sources_covered"] is None
    # Another sentence of a source does not cover what that source tells.
    beside = judged(LONG, Outcome(said=said(SHUT, LOSS)))
    assert beside.scores["sources_covered"] == 0.5


def test_several_answers_and_wrong_ones() -> None:
    case = replace(LONG, all_answers=True, wrong_answers=("twelve days", "two cranes"))
    names = ("gold_covered", "wrong_told", "all_and_only")
    assert of(judged(case, Outcome(said=said(SHUT))), *names) == (0.5, 0.0, 0.0)
    assert of(judged(case, Outcome(said=said(SHUT, STILL))), *names) == (1.0, 0.0, 1.0)
    assert of(judged(case, Outcome(said=said(SHUT, STILL, CRANES))), *names) == (1.0, 0.5, 0.0)
    assert of(judged(case, Outcome(said=refused())), *names) == (0.0, 0.0, 0.0)
    only_all = replace(LONG, all_answers=True)
    assert of(judged(only_all, Outcome(said=said(SHUT, STILL))), *names) == (1.0, None, 1.0)
    only_wrong = replace(NOWHERE, wrong_answers=("Falcão",))
    assert of(judged(only_wrong, Outcome(said=said(LOSS))), *names) == (None, 1.0, None)


def test_a_case_whose_answer_is_not_told() -> None:
    """With evidence, citations can be judged and words cannot; without it, neither."""
    silent = replace(LONG, answers=())
    result = judged(silent, Outcome(said=said(SHUT)))
    assert of(result, "contains", "squad2_em", "right") == (None, None, None)
    assert of(result, "right_citations", "citation_recall", "not_found") == (1.0, 1.0, 0.0)
    unknown = replace(silent, evidence=())
    result = judged(unknown, Outcome(said=said(SHUT)))
    assert of(result, "verbatim", "right_citations", "citation_recall") == (1.0, None, None)
    failed = judged(unknown, Outcome(error="x"))
    assert of(failed, "verbatim", "right_citations", "right") == (0.0, None, None)


def test_a_failed_case_has_the_worst_of_every_score() -> None:
    case = replace(LONG, all_answers=True, wrong_answers=("twelve days",))
    outcome = Outcome(hits=(at(SHUT),), timings_ms={"total": 9.0}, error="TimeoutError: 60 s")
    failed = judged(case, outcome)
    whole = judged(case, replace(outcome, said=said(SHUT, STILL), error=""))
    applies = {name for name, value in whole.scores.items() if value is not None}
    assert applies - {"ms:total"} == {k for k, v in failed.scores.items() if v is not None}
    other = {name: failed.scores[name] for name in applies if failed.scores.get(name)}
    assert other == {
        "citations": 1.0,
        "wrong_told": 1.0,
        "answerable": 1.0,
        "not_found": 1.0,
        "confidence": 1.0,
        "failed": 1.0,
    }
    assert failed.failed == "TimeoutError: 60 s"
    assert (failed.right_hits, failed.right_sentences, failed.right_citations) == ((), (), ())
    unanswerable = judged(NOWHERE, Outcome(error="killed"))
    values = {name: value for name, value in unanswerable.scores.items() if value is not None}
    assert values == {
        **dict.fromkeys(("squad2_em", "squad2_f1", "verbatim", "right_citations"), 0.0),
        **dict.fromkeys(("answerable", "not_found", "rightly_refused", "right"), 0.0),
        **dict.fromkeys(("citations", "confidence", "failed"), 1.0),
    }


def test_a_system_that_says_nothing_has_failed() -> None:
    result = judged(LONG, Outcome(hits=(at(SHUT),)))
    assert (result.failed, result.scores["failed"], result.scores["hits@1"]) == (SILENT, 1.0, 0.0)

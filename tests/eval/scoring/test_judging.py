"""Cases judged: what was right, which scores apply, and the worst of each for a failure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, Dataset, Evidence
from eval.results import Outcome, Place, Result, Said, from_record
from eval.scoring.judging import SCORES, SILENT, Judge

TEXTS = {
    "port.txt": "The harbour of Setúbal was shut for “eleven days” 🌊. Two cranes had fallen.",
    "paper.txt": "Setúbal’s port stood still for 11 days. João Falcão reckons the loss at €3.4m.",
    "log.txt": "No. It took them eleven days 🌊. On the eleventh day, it ended.",
}
SHUT = "The harbour of Setúbal was shut for “eleven days” 🌊."
CRANES = "Two cranes had fallen."
STILL = "Setúbal’s port stood still for 11 days."
LOSS = "João Falcão reckons the loss at €3.4m."


def at(quote: str) -> Place:
    for article, text in TEXTS.items():
        if quote in text:
            start = text.index(quote)
            return Place(article, start, start + len(quote), quote)
    raise AssertionError(quote)


def gold(quote: str) -> Evidence:
    place = at(quote)
    return Evidence(place.article, quote, place.start, place.end)


BOUNDS = {
    name: tuple((at(q).start, at(q).end) for q in quotes)
    for name, quotes in {"port.txt": (SHUT, CRANES), "paper.txt": (STILL, LOSS)}.items()
}
LONG = Case(
    id="long",
    question="How long was the harbour shut?",
    answerable=True,
    kind="fact",
    answers=("eleven days", "11 days"),
    evidence=(gold(SHUT), gold(STILL)),
)
NOWHERE = Case(id="none", question="Who shut it?", answerable=False, kind="near_miss")


def dataset(asks: bool = True) -> Dataset:
    return Dataset("harbour", Path("harbour"), (LONG, NOWHERE), TEXTS, asks=asks)


def judged(case: Case, outcome: Outcome, asks: bool = True) -> Result:
    return Judge(dataset(asks), BOUNDS).judge(case, outcome)


def said(*quotes: str, confidence: float = 0.8) -> Said:
    """An answer of the articles' own sentences, each citing itself."""
    return Said(
        answered=True,
        confidence=confidence,
        sentences=tuple((quote, (i,)) for i, quote in enumerate(quotes)),
        citations=tuple(at(quote) for quote in quotes),
    )


def refused(confidence: float = 0.1) -> Said:
    return Said(False, confidence, missing="Nothing says who.")


def of(result: Result, *names: str) -> tuple[Any, ...]:
    return tuple(result.scores[name] for name in names)


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


@pytest.mark.parametrize(
    ("place", "verbatim"),
    [
        (at(SHUT), 1.0),
        (replace(at(SHUT), text=SHUT.replace("“", '"')), 0.0),
        (replace(at(SHUT), start=1), 0.0),
        (Place("port.txt", -7, 0, "fallen."), 0.0),
        (Place("port.txt", -7, -1, "fallen"), 0.0),  # what Python would slice from the end
        (Place("port.txt", 53, 999, CRANES), 0.0),
        (Place("port.txt", 4, 4, ""), 0.0),
        (replace(at(SHUT), article="other.txt"), 0.0),
    ],
)
def test_a_citation_is_what_stands_there(place: Place, verbatim: float) -> None:
    answer = replace(said(SHUT), citations=(place,))
    result = judged(LONG, Outcome(said=answer))
    assert result.scores["verbatim"] == verbatim
    assert result.verbatim_citations == (bool(verbatim),)


@pytest.mark.parametrize(
    ("place", "right"),
    [
        (at(SHUT), True),
        (at("for “eleven"), True),  # a clause of the evidence
        (Place("port.txt", 0, 75, TEXTS["port.txt"][:75]), True),  # all of it and more
        (at("🌊. Two cranes had fallen."), False),  # reaches into it
        (at(LOSS), False),
        (at("It took them eleven days 🌊."), True),  # the gold answer
        (at("On the eleventh day, it ended."), False),
        # Made up: other words at the evidence, gold answers where they do not stand.
        (replace(at(SHUT), text="The harbour of Setúbal was shut for “nine days” 🌊."), False),
        (replace(at(SHUT), text=""), False),
        (replace(at(CRANES), text="It took eleven days."), False),
        (Place("elsewhere.txt", 0, len(SHUT), SHUT), False),
        (Place("port.txt", 900, 900 + len(SHUT), SHUT), False),
        (replace(at("It took them eleven days 🌊."), start=5), False),
    ],
)
def test_a_citation_is_right_by_place_or_by_answer(place: Place, right: bool) -> None:
    result = judged(LONG, Outcome(said=replace(said(SHUT), citations=(place,))))
    assert result.right_citations == (right,)
    assert result.scores["citation_recall"] == float(right)


def test_a_bare_no_in_a_citation_is_no_answer() -> None:
    case = replace(LONG, answers=("No",))
    result = judged(case, Outcome(said=replace(said(SHUT), citations=(at("No."),))))
    assert (result.right_citations, result.verbatim_citations) == ((False,), (True,))
    verdict = Said(True, 0.9, (("No, it was not.", (0,)), ("No crane fell.", (0,))), (at(SHUT),))
    told = judged(case, Outcome(said=verdict))
    assert told.right_sentences == (True, False)
    assert told.right_citations == (True,)


def test_citation_recall_is_over_sentences_and_precision_over_citations() -> None:
    answer = Said(
        True,
        0.7,
        ((SHUT, (0, 2)), (CRANES, (1,)), ("So it was.", ())),
        (at(SHUT), at(CRANES), at(LOSS)),
    )
    result = judged(LONG, Outcome(said=answer))
    assert of(result, "citations", "right_citations") == (3.0, 1.0)
    assert result.scores["citation_recall"] == pytest.approx(1 / 3)
    both = judged(LONG, Outcome(said=said(SHUT, STILL)))
    assert of(both, "citation_recall", "sources_covered", "first_right") == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    "lie",
    [replace(at(STILL), text="Setúbal’s port stood still for weeks."), Place("?", 0, 39, STILL)],
)
def test_a_citation_that_was_made_up_counts_nowhere(lie: Place) -> None:
    answer = replace(said(SHUT, STILL), citations=(at(SHUT), lie))
    result = judged(LONG, Outcome(said=answer))
    assert of(result, "citations", "verbatim", "right_citations") == (2.0, 1.0, 1.0)
    assert of(result, "citation_recall", "sources_covered") == (0.5, 0.5)
    assert result.verbatim_citations == result.right_citations == (True, False)
    assert from_record(result.record()) == result
    older = {k: v for k, v in result.record().items() if k != "verbatim_citations"}
    assert from_record(older) == replace(result, verbatim_citations=())


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

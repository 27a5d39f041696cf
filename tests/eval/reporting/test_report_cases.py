import json
from dataclasses import replace

import pytest

from eval.reporting.report_cases import outcome_of, payload
from eval.results import Outcome, Place, Result, Said
from tests.eval.made_results import TEXTS, made_results

ANSWER = Said(True, 0.8, (("Inês said so.", (0,)),), (Place("a.txt", 3, 7, "said"),))
REFUSAL = Said(False, 0.1, missing="nothing")


def result(said=ANSWER, answerable=True, error="", **scores):
    outcome = Outcome(said=said, error=error)
    return Result("x", "fact", "Who?", answerable, (), {}, outcome, scores)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (result(error="crash", first_right=0.0), "failed"),
        (result(first_right=1.0), "right"),
        (result(first_right=0.0), "wrong"),
        (result(first_right=None, right=1.0), "right"),
        (result(), "unjudged"),
        (result(REFUSAL, first_right=0.0), "wrongly_refused"),
        (result(REFUSAL, answerable=False), "rightly_refused"),
        (result(answerable=False), "should_refuse"),
        (result(None, **{"hits@10": 1.0}), "found"),
        (result(None, **{"hits@10": 0.0}), "missed"),
        (result(None), "unjudged"),
    ],
)
def test_what_a_case_came_to(case, expected):
    assert outcome_of(case) == expected


def test_the_made_up_results_begin_with_one_of_each_outcome():
    assert [outcome_of(each) for each in made_results(8)] == [
        "right",
        "wrong",
        "wrongly_refused",
        "failed",
        "right",
        "right",
        "should_refuse",
        "rightly_refused",
    ]


def test_failed_cases_come_first_and_the_others_as_they_were_run():
    data = payload(made_results(8))
    assert [case["id"].rpartition("-")[2] for case in data["cases"]] == [
        *("004", "001", "002", "003", "005", "006", "007", "008")
    ]
    assert list(data["outcomes"]) == [
        *("failed", "wrong", "wrongly_refused", "should_refuse", "right", "rightly_refused")
    ]


def test_a_passage_stands_once_and_keeps_its_words_whoever_shows_them():
    first = Place("a.txt", 0, 5, "", "Título", "P", "2024-01-02")
    second = replace(first, text="Olá 🌊")
    cases = [
        Result(name, "", "q", True, (), gold, Outcome(hits=hits), {}, right)
        for name, gold, hits, right in (
            ("one", {"relevant": ["a.txt"]}, (first,), (True,)),
            ("two", {"evidence": [{"article": "a.txt", "start": 2, "end": 5, "quote": "á 🌊"}]},
             (second, Place("b.txt", 1, 4, "abc")), (True, False)),
        )
    ]  # fmt: skip
    data = payload(cases)
    assert data["heads"] == [["a.txt", "Título", "P", "2024-01-02"], ["b.txt", "", "", ""]]
    assert data["places"] == [[0, 0, 5, "Olá 🌊"], [0, 2, 5, "á 🌊"], [1, 1, 4, "abc"]]
    assert data["cases"][0]["hits"] == [[0, True]]
    assert data["cases"][1]["hits"] == [[0, True], [2, False]]
    assert data["cases"][1]["evidence"] == [1]
    assert data["cases"][0]["relevant"] == [0]


def test_every_place_is_shown_under_its_own_heading():
    true = Place("a.txt", 0, 5, "Olá 🌊", "Título", "P", "2024-01-02")
    lie = replace(true, title="Manchete falsa", published="")
    gold = {"evidence": [{"article": "a.txt", "start": 0, "end": 5, "quote": "Olá 🌊"}]}
    said = Said(True, 0.8, (("Olá.", (0,)),), (lie,))
    case = Result("x", "", "q", True, (), gold, Outcome(said=said, hits=(true,)), {})

    def headings(*cases):
        data = payload(cases)
        last = data["cases"][-1]
        numbers = (last["evidence"][0], last["hits"][0][0], last["said"]["citations"][0][0])
        return [data["heads"][data["places"][number][0]][1:] for number in numbers]

    own, other = ["Título", "P", "2024-01-02"], ["Manchete falsa", "P", ""]
    assert headings(case) == [own, own, other]
    # Where rankings disagree nobody can say what the article is called.
    twice = replace(case, outcome=Outcome(said=said, hits=(lie,)))
    assert headings(twice, case) == [["", "", ""], own, other]


def cites(name, text, marks, gold=None, hits=()):
    """A case that cites a.txt 0-5 as ``text``; ``marks`` are right, verbatim."""
    said = Said(True, 0.8, (("Olá.", (0,)),), (Place("a.txt", 0, 5, text),))
    outcome = Outcome(said=said, hits=hits)
    case = Result(name, "", "q", True, (), gold or {}, outcome, {})
    return replace(case, right_citations=marks[:1], verbatim_citations=marks[1:])


@pytest.mark.parametrize("lie_first", [False, True])
def test_a_citation_is_shown_with_its_own_words_and_lends_them_to_nobody(lie_first):
    gold = {"evidence": [{"article": "a.txt", "start": 0, "end": 5, "quote": "Olá 🌊"}]}
    true = cites("true", "Olá 🌊", (True, True), gold)
    lie = cites("lie", "Adeus", (False, False))
    data = payload([lie, true] if lie_first else [true, lie])
    shown = {case["id"]: case for case in data["cases"]}

    def citation(name):
        number, *marks = shown[name]["said"]["citations"][0]
        return [data["places"][number][3], *marks]

    assert citation("true") == ["Olá 🌊", True, True]
    assert citation("lie") == ["Adeus", False, False]
    (number,) = shown["true"]["evidence"]
    assert data["places"][number] == [0, 0, 5, "Olá 🌊"]
    assert len(data["places"]) == 2


def test_what_was_not_shown_is_taken_from_rankings_that_agree_and_never_from_a_citation():
    bare, told = Place("a.txt", 0, 5), Place("a.txt", 0, 5, "Olá 🌊")

    def words(*results):
        data = payload(results)
        return [data["places"][case["hits"][0][0]][3] for case in data["cases"]]

    assert words(cites("a", "Adeus", (False, False), hits=(bare,))) == [""]
    shown = [cites(name, "Adeus", (False, False), hits=(hit,)) for name, hit in
             (("a", bare), ("b", told))]  # fmt: skip
    assert words(*shown) == ["Olá 🌊", "Olá 🌊"]
    other = cites("c", "Adeus", (False, False), hits=(replace(told, text="Tchau"),))
    assert words(*shown, other) == ["", "Olá 🌊", "Tchau"]
    data = payload([cites("d", "", (False, False), hits=(told,))])
    number = data["cases"][0]["said"]["citations"][0][0]
    assert data["places"][number][3] == ""


def test_marks_stand_beside_what_they_judge_and_none_where_nobody_judged():
    case = replace(
        result(first_right=1.0, right=1.0, **{"ms:total": 4.0}),
        right_sentences=(True,),
        right_citations=(False,),
        verbatim_citations=(True,),
    )
    one = payload([case])["cases"][0]
    assert one["said"]["sentences"] == [["Inês said so.", [0], True]]
    assert one["said"]["citations"] == [[0, False, True]]
    assert one["said"]["confidence"] == 0.8


def test_of_a_withheld_answer_the_first_sentence_is_judged():
    held = replace(ANSWER, sentences=(("Inês.", (0,)), ("So.", ())))
    case = result(REFUSAL, first_right=0.0, right=1.0)
    case = replace(case, outcome=replace(case.outcome, forced=held))
    one = payload([case])["cases"][0]
    assert one["forced"]["sentences"] == [["Inês.", [0], True], ["So.", [], None]]
    assert one["forced"]["citations"] == [[0, None, None]]


def test_scores_stand_in_the_order_of_their_names_and_times_are_not_scores():
    data = payload([result(contains=1.0, f1=1 / 3), result(f1=None, em=0.0, **{"ms:total": 2.0})])
    assert data["score_names"] == ["contains", "f1", "em"]
    assert [case["scores"] for case in data["cases"]] == [[1.0, 0.3333, None], [None, None, 0.0]]


def test_thousands_of_cases_hold_each_passage_once():
    data = payload(made_results(2000))
    texts = [text for *_, text in data["places"]]
    # ten passages, and every sentence that is cited or is evidence
    assert len(texts) == len(set(texts)) <= 10 + sum(t.count(".") for t in TEXTS.values())
    assert json.loads(json.dumps(data)) == data

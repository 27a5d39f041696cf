"""Citations judged: verbatim, right by place or by answer, and what they add up to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.results import Outcome, Place, Said, from_record
from tests.eval.made_harbour import (
    CRANES,
    LONG,
    LOSS,
    SHUT,
    STILL,
    TEXTS,
    at,
    judged,
    of,
    said,
)


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

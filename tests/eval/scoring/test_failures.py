"""No failure improves a measure, but for the exceptions that ``eval.scoring.measures`` states."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.cases import Case, Dataset, Evidence
from eval.results import Outcome, Place, Result, Said
from eval.scoring.judging import Judge
from eval.scoring.measures import MEASURES, Measure

# Cases as they come from a judge: a made-up set, a system that is right as chance has it.

TEXTS = {
    "a": "Zoë won 12 medals. She was born in Évora. “No,” she said. It rained 🌧 all day.",
    "b": "Zoë won a dozen medals. They say 14 medals. Nobody knows. It was cold.",
}
SENTENCES = {
    name: [Place(name, i := text.index(part), i + len(part), part) for part in parts]
    for name, text in TEXTS.items()
    for parts in [[f"{each.rstrip('.')}." for each in text.split(". ")]]
}
ALL = [place for places in SENTENCES.values() for place in places]
MEDALS = tuple(
    Evidence(place.article, place.text, place.start, place.end)
    for place in (SENTENCES["a"][0], SENTENCES["b"][0])
)
ASKED = (
    Case("1", "What?", True, answers=("12 medals", "Nobody knows", "It was cold"), evidence=MEDALS),
    Case(
        *("2", "How many?", True),
        answers=("12 medals", "a dozen"),
        wrong_answers=("14 medals",),
        evidence=MEDALS,
        all_answers=True,
    ),
    Case("3", "Where?", True, answers=("Évora", "It rained 🌧 all day"), evidence=MEDALS[:1]),
    Case("4", "Who?", False),
    Case("5", "Why?", False, wrong_answers=("cold",)),
)
SET = Dataset("made", Path("made"), ASKED, TEXTS)
BOUNDS = {name: tuple((p.start, p.end) for p in places) for name, places in SENTENCES.items()}


def spoken(chance: random.Random) -> Said:
    cited = chance.sample(ALL, chance.randint(1, 4))
    lying = chance.random() < 0.2
    places = tuple(Place(p.article, p.start, p.end, "lie" if lying else p.text) for p in cited)
    sentences = tuple((p.text, (i,)) for i, p in enumerate(cited))
    return Said(True, round(chance.random(), 1), sentences, places)


def outcome(chance: random.Random) -> Outcome:
    answer = spoken(chance)
    refused = chance.random() < 0.4
    return Outcome(
        hits=tuple(chance.sample(ALL, 6)),
        said=Said(False, answer.confidence) if refused else answer,
        forced=answer if refused else None,
        timings_ms={"total": chance.random()},
    )


def is_better(measure: Measure, before: list[Result], after: list[Result]) -> bool:
    """Whether the second value is better; where either is not defined, neither is."""
    was, became = (float(measure.statistic(measure.rows(each)[1])) for each in (before, after))
    rise = became - was if measure.higher_is_better else was - became
    return not np.isnan(rise) and rise > 1e-12


def may_improve(measure: Measure, replaced: Result) -> bool:
    """The exceptions that the module's docstring states, no wider."""
    scores: dict[str, Any] = dict(replaced.scores)
    if measure.name in {"Citations verbatim", "Citation precision"}:
        good = scores[measure.columns[0]]
        return scores["citations"] is not None and scores["citations"] - good > 1
    if measure.name == "AUROC of confidence":
        return bool(scores["right"] == 1.0)
    return measure.name == "ECE" or measure.group in ("speed", "model")


def test_no_failure_improves_a_measure() -> None:
    judge, chance = Judge(SET, BOUNDS), random.Random(11)  # noqa: S311 (made-up data)
    worse = set()
    for _ in range(700):
        cases = chance.choices(ASKED, k=chance.randint(2, 12))
        before = [judge.judge(case, outcome(chance)) for case in cases]
        if chance.random() < 0.3:
            before[0] = judge.judge(cases[0], Outcome(error="earlier"))
        place = chance.randrange(len(cases))
        after = list(before)
        after[place] = judge.judge(cases[place], Outcome(error="TimeoutError: 60 s"))
        for measure in MEASURES.values():
            if may_improve(measure, before[place]):
                continue
            assert not is_better(measure, before, after), measure.name
            if is_better(measure, after, before):
                worse.add(measure.name)
    assert worse == {
        name
        for name, measure in MEASURES.items()
        if name != "ECE" and measure.group not in ("speed", "model")
    }


@pytest.mark.parametrize(
    ("name", "before", "failed"),
    [
        # Two wrong citations of four become one of three.
        ("Citation precision", [(2, 2), (0, 2)], (0, 1)),
        # The least sure of two right ones stood below three wrong ones; it is a wrong one now.
        ("AUROC of confidence", [(0.9, 1), (0.5, 0), (0.5, 0), (0.5, 0), (0.1, 1)], (1, 0)),
        # All right at .95, which was too modest; with one wrong among 20 it is .9525 to .95.
        ("ECE", [(0.95, 1)] * 20, (1, 0)),
    ],
)
def test_the_exceptions_are_what_the_docstring_says(
    name: str, before: list[tuple[float, float]], failed: tuple[float, float]
) -> None:
    measure = MEASURES[name]
    was, became = (measure.statistic(np.array(r, float)) for r in (before, [*before[:-1], failed]))
    assert (became > was) is measure.higher_is_better

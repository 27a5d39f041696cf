"""Three short articles, a question they answer, one they do not, and answers to be judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.cases import Case, Dataset, Evidence
from eval.results import Outcome, Place, Result, Said
from eval.scoring.judging import Judge

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

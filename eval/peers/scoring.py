"""What was found, judged and measured as every run of the evaluation is.

Enters: a set, its passages, and what a worker wrote. Leaves: figures by name. Deliberately holds
no measure of its own: ``judging.py`` says what is right, ``measures.py`` adds it up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from eval.cases import Case, Dataset
from eval.peers.table import MEASURED
from eval.results import Outcome, Place, Result
from eval.scoring.judging import Judge
from eval.scoring.measures import MEASURES
from eval.sets.datasets import sample


@dataclass(frozen=True, slots=True)
class Passages:
    """The passages that every system searched, by number."""

    texts: Sequence[str]
    places: Sequence[tuple[str, int, int]]
    keys: Sequence[str]
    articles: int
    fingerprint: str

    @property
    def bounds(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """Every passage's offsets by article, as judging wants them."""
        found: dict[str, list[tuple[int, int]]] = {}
        for key, (_, start, end) in zip(self.keys, self.places, strict=True):
            found.setdefault(key, []).append((start, end))
        return {key: tuple(spans) for key, spans in found.items()}


def retrievable(dataset: Dataset, limit: int | None) -> tuple[Case, ...]:
    """The cases that a ranking can be judged by, or a fixed sample of them, in the set's order.

    Questions that nothing in the articles answers are left out, and those that need an earlier
    turn to be understood. A larger sample holds the smaller one.
    """
    cases = [
        case
        for case in dataset.cases
        if case.answerable and (case.evidence or case.relevant) and not case.history
    ]
    return sample(cases, limit)


class Scorer:
    """Judges one round's queries."""

    def __init__(self, dataset: Dataset, cases: Sequence[Case], passages: Passages) -> None:
        """Judge ``cases``; nothing is asked of an assistant here, whatever the set asks."""
        self._judge = Judge(replace(dataset, asks=False), passages.bounds)
        self._cases = {case.id: case for case in cases}
        self._passages = passages

    def __call__(self, queries: Sequence[Mapping[str, Any]]) -> dict[str, float]:
        """The measures that apply to at least one case."""
        results: list[Result] = [
            self._judge.judge(self._cases[query["id"]], self._outcome(query)) for query in queries
        ]
        figures = {}
        for name in MEASURED:
            counted, scores = MEASURES[name].rows(results)
            if counted:
                figures[name] = float(MEASURES[name].statistic(scores))
        return figures

    def _outcome(self, query: Mapping[str, Any]) -> Outcome:
        if query["error"]:
            return Outcome(error=query["error"])
        hits = tuple(self._place(number) for number in query["found"])
        return Outcome(hits=hits, timings_ms={"total": query["ms"]})

    def _place(self, number: int) -> Place:
        _, start, end = self._passages.places[number]
        return Place(article=self._passages.keys[number], start=start, end=end)

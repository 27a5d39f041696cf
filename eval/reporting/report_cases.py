"""The cases of a report as one JSON value, small enough for thousands of them in a page.

Enters: judged cases. Leaves: ``payload``: plain lists and mappings, in which a heading
and a passage's words stand once however many cases show them. Deliberately knows nothing of HTML:
what is text here stays text, the page's script puts it into text nodes.

Every place keeps the heading and the words that were shown for it: a citation that tells others
than its article never lends them to a case that shows the article's, nor is it shown with those.
What was shown without, gets what all rankings agree on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from eval.results import Place, Result, Said
from qa_app.wording import SUPPORT_WORDS

# What a case came to, and how a reader is told, in the order of the filter.
OUTCOMES = {
    "failed": "Failed",
    "wrong": "Wrong",
    "wrongly_refused": "Wrongly refused",
    "should_refuse": "Should have refused",
    "missed": "Not found",
    "right": "Right",
    "rightly_refused": "Rightly refused",
    "found": "Found",
    "unjudged": "Not judged",
}
SHOWN_HITS = 10

K = TypeVar("K")
V = TypeVar("V")


def outcome_of(result: Result) -> str:
    """What a case came to: a key of ``OUTCOMES``.

    An answer is right when its first sentence is. Where the set does not ask, a case is found
    when a relevant passage is among the first ten.
    """
    said, scores = result.outcome.said, result.scores
    if result.failed:
        return "failed"
    if said is None:
        return {None: "unjudged", 0.0: "missed"}.get(scores.get("hits@10"), "found")
    if not result.answerable:
        return "should_refuse" if said.answered else "rightly_refused"
    if not said.answered:
        return "wrongly_refused"
    right = scores.get("first_right")
    if right is None:
        right = scores.get("right")
    return {None: "unjudged", 0.0: "wrong"}.get(right, "right")


def payload(results: Sequence[Result]) -> dict[str, Any]:
    """Everything the table of cases shows; failed cases come first, the others as they were run.

    ``heads`` are [key, title, publisher, date], several for an article that was shown under
    several headings; ``places`` are [head, start, end, words]. Evidence are numbers into
    ``places``, hits are [number, relevant], citations [number, right, verbatim], with None where
    nobody judged. ``scores`` of a case stand in the order of ``score_names``.
    ``refused`` is what the app says where it found nothing.
    """
    pool = _Pool(results)
    names = list(
        dict.fromkeys(name for r in results for name in r.scores if not name.startswith("ms:"))
    )
    failed_first = sorted(results, key=lambda result: not result.failed)
    cases = [_case(result, names, pool) for result in failed_first]
    present = {case["outcome"] for case in cases}
    return {
        "outcomes": {key: label for key, label in OUTCOMES.items() if key in present},
        "refused": SUPPORT_WORDS["not found"],
        "score_names": names,
        "cases": cases,
        "heads": pool.heads,
        "places": pool.places,
    }


def _case(result: Result, names: Iterable[str], pool: _Pool) -> dict[str, Any]:
    gold, outcome = result.gold, result.outcome
    scores = (result.scores.get(name) for name in names)
    return {
        "id": result.id,
        "kind": result.kind,
        "question": result.question,
        "answerable": result.answerable,
        "outcome": outcome_of(result),
        "history": list(result.history),
        "understood": outcome.understood,
        "answers": list(gold.get("answers", ())),
        "wrong": list(gold.get("wrong_answers", ())),
        "all": bool(gold.get("all_answers")),
        "evidence": [pool.quote(each) for each in gold.get("evidence", ())],
        "relevant": [pool.head(key) for key in gold.get("relevant", ())],
        "hits": [
            [pool.hit(hit), _at(result.right_hits, rank)]
            for rank, hit in enumerate(outcome.hits[:SHOWN_HITS])
        ],
        "said": _said(outcome.said, result.right_sentences, result, pool),
        "forced": _said(outcome.forced, _forced_right(result), None, pool),
        "times": {stage: round(ms, 2) for stage, ms in outcome.timings_ms.items()},
        "scores": [None if score is None else round(score, 4) for score in scores],
        "error": outcome.error,
    }


def _forced_right(result: Result) -> tuple[bool, ...]:
    """Of an answer that was held back only the first sentence is judged."""
    right = result.scores.get("right")
    return () if right is None else (bool(right),)


def _said(
    said: Said | None, sentences: Sequence[bool], judged: Result | None, pool: _Pool
) -> dict[str, Any] | None:
    """An answer; its citations are marked as ``judged`` says, if somebody judged them."""
    if said is None:
        return None
    right = judged.right_citations if judged else ()
    verbatim = judged.verbatim_citations if judged else ()
    return {
        "answered": said.answered,
        "confidence": round(said.confidence, 4),
        "sentences": [
            [text, list(numbers), _at(sentences, place)]
            for place, (text, numbers) in enumerate(said.sentences)
        ],
        "citations": [
            [pool.place(each), _at(right, number), _at(verbatim, number)]
            for number, each in enumerate(said.citations)
        ],
        "missing": said.missing,
    }


def _heading(place: Place) -> tuple[str, str, str]:
    return place.title, place.publisher, place.published


def _at(right: Sequence[bool], number: int) -> bool | None:
    """Whether it was right; None where nobody judged."""
    return bool(right[number]) if number < len(right) else None


def _agreed(shown: Iterable[tuple[K, V]]) -> dict[K, V]:
    """What was shown of each thing; not where two values were."""
    found: dict[K, set[V]] = {}
    for key, value in shown:
        found.setdefault(key, set()).add(value)
    return {key: next(iter(values)) for key, values in found.items() if len(values) == 1}


class _Pool:
    """Headings and passages, each kept once.

    Evidence names an article alone, and only the first hits of a ranking carry their words: they
    get what all rankings that show it agree on. Citations are not asked, since what they show is
    what is to be checked; one without words stays without.
    """

    def __init__(self, results: Sequence[Result]) -> None:
        hits = [hit for result in results for hit in result.outcome.hits]
        self._headings = _agreed((hit.article, _heading(hit)) for hit in hits)
        self._words = _agreed(
            ((hit.article, hit.start, hit.end), hit.text) for hit in hits if hit.text
        )
        self.heads: list[list[str]] = []
        self.places: list[list[Any]] = []
        self._heads: dict[tuple[str, ...], int] = {}
        self._places: dict[tuple[int, int, int, str], int] = {}

    def head(self, key: str) -> int:
        return self._head(key, self._headings.get(key, ("", "", "")))

    def hit(self, hit: Place) -> int:
        agreed = self._words.get((hit.article, hit.start, hit.end), "")
        return self.place(replace(hit, text=hit.text or agreed))

    def place(self, place: Place) -> int:
        head = self._head(place.article, _heading(place))
        return self._add(head, place.start, place.end, place.text)

    def quote(self, evidence: Mapping[str, Any]) -> int:
        head = self.head(evidence["article"])
        return self._add(head, evidence["start"], evidence["end"], evidence["quote"])

    def _head(self, key: str, heading: tuple[str, str, str]) -> int:
        number = self._heads.setdefault((key, *heading), len(self.heads))
        if number == len(self.heads):
            self.heads.append([key, *heading])
        return number

    def _add(self, head: int, start: int, end: int, text: str) -> int:
        number = self._places.setdefault((head, start, end, text), len(self.places))
        if number == len(self.places):
            self.places.append([head, start, end, text])
        return number

"""What a question says of its sources and dates, and in how many parts: pure.

Enters: a question, and what the collection's headings hold (``Known``). Leaves: an
``Understanding``, empty where nothing was recognised. Deliberately knows nothing of search: what is
recognised raises a ranking, it never hides an article (``search.py``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from embeddings.names import Name, Names
from embeddings.parts import Part, split
from embeddings.periods import Period, find_periods


@dataclass(frozen=True, slots=True)
class Known:
    """What a collection's headings hold: their names, and the first and last day of publication."""

    names: Names = field(default_factory=Names)
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was recognised in a question; offsets are of the question as it was searched for."""

    names: tuple[Name, ...] = ()
    periods: tuple[Period, ...] = ()
    parts: tuple[Part, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was recognised."""
        return bool(self.names or self.periods or self.parts)

    def record(self) -> dict[str, Any]:
        """All of it as JSON values; a part names its names and periods by their words."""
        return {
            "names": [
                {
                    "words": each.words,
                    "start": each.start,
                    "end": each.end,
                    "publishers": list(each.publishers),
                    "authors": list(each.authors),
                }
                for each in self.names
            ],
            "periods": [
                {
                    "words": each.words,
                    "start": each.start,
                    "end": each.end,
                    "first": each.first and each.first.isoformat(),
                    "last": each.last and each.last.isoformat(),
                }
                for each in self.periods
            ],
            "parts": [
                {
                    "text": part.text,
                    "names": [each.words for each in part.names],
                    "periods": [each.words for each in part.periods],
                }
                for part in self.parts
            ],
        }


def understand(question: str, known: Known) -> Understanding:
    """Recognise the names, periods and parts of a question.

    A period counts where it tells articles apart: some of the collection's time lies in it, and
    some does not.
    """
    names = tuple(known.names.find(question))
    named = [(each.start, each.end) for each in names]
    periods = tuple(
        each
        for each in find_periods(question, known.since, known.until)
        if _tells_apart(each, known)
        and not any(start < each.end and each.start < end for start, end in named)
    )
    return Understanding(names, periods, split(question, names, periods))


def _tells_apart(period: Period, known: Known) -> bool:
    if known.since is None or known.until is None:
        return False
    starts_in_time = period.first is None or period.first <= known.until
    ends_in_time = period.last is None or period.last >= known.since
    holds_all = not period.distance(known.since) and not period.distance(known.until)
    return starts_in_time and ends_in_time and not holds_all


def known_from(headings: Iterable[tuple[str | None, str | None, date | None]]) -> Known:
    """Learn from (publisher, author, day of publication) of every article."""
    rows = list(headings)
    days = [day for _, _, day in rows if day]
    names = Names((p for p, _, _ in rows if p), (a for _, a, _ in rows if a))
    return Known(names, min(days, default=None), max(days, default=None))

"""Days, months and years that a question names: pure.

Enters: a question, and between which days the collection's articles were published. Leaves:
``Period``s, each with its first and last day and the words that named it. Deliberately knows
nothing of articles or of what is done with a period.

A day or month without a year is the one that lies in the collection's own time, where there is
exactly one. Words that need to know what day it is ("last week", "recently") are left alone, and so
are dates with two readings. Months are English; whole dates as ``dates.py`` reads them.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from embeddings.dates import find_dates

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
# Before a bare month or year: "May" and "March" are words, 2000 is a number.
_LEAD = (
    r"\b(?:in|during|since|until|till|by|before|after|of|early|mid|late|from|between|and|to)[\s-]+"
)
_MONTH_DAY = re.compile(
    rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,?\s+\d{{4}}|[:.]\d)"
)
_DAY_MONTH = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?!,?\s+\d{{4}})"
)
_MONTH_YEAR = re.compile(rf"\b{_MONTH},?\s+(?:of\s+)?(?P<year>(?:19|20)\d\d)\b")
_BARE_MONTH = re.compile(rf"(?i:{_LEAD}){_MONTH}(?!,?\s*\d)")
_YEAR = re.compile(rf"(?i:{_LEAD})(?P<year>(?:19|20)\d\d)\b(?![-/.,]\d|\s+\w+s\b)")
_BEFORE = re.compile(r"\b(?:before|until|till|prior\s+to|earlier\s+than)\s+$", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:after|since|following|later\s+than)\s+$", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s+$", re.IGNORECASE)
_AND = re.compile(r"\s*(?:and|to|until|till|[-–—])\s*", re.IGNORECASE)
_LEAD_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Period:
    """The days ``first`` to ``last``, both included; ``question[start:end] == words``.

    None where the question leaves that side open: "before 5 October 2023" has no first day.
    """

    words: str
    start: int
    end: int
    first: date | None
    last: date | None

    def distance(self, day: date) -> int:
        """How many days lie between a day and the period; 0 inside."""
        if self.first is not None and day < self.first:
            return (self.first - day).days
        if self.last is not None and day > self.last:
            return (day - self.last).days
        return 0


@dataclass(frozen=True, slots=True)
class _Written:
    start: int
    end: int
    first: date
    last: date


def find_periods(
    question: str, since: date | None = None, until: date | None = None
) -> list[Period]:
    """The periods in a question, in order.

    Args:
        question: any text.
        since: the first day of publication in the collection; None where no article is dated.
        until: the last.
    """
    found = [*_whole_dates(question), *_months_and_years(question)]
    if since is not None and until is not None:
        found += _without_year(question, since, until)
    apart: list[_Written] = []
    for each in sorted(found, key=lambda w: (w.start, -w.end)):
        if not apart or each.start >= apart[-1].end:
            apart.append(each)
    return list(_joined(question, apart))


def _whole_dates(question: str) -> Iterator[_Written]:
    for written in find_dates(question):
        if written.day is not None:
            yield _Written(written.start, written.end, written.day, written.day)


def _months_and_years(question: str) -> Iterator[_Written]:
    for match in _MONTH_YEAR.finditer(question):
        yield _Written(*match.span(), *_month(int(match["year"]), _number(match)))
    for match in _YEAR.finditer(question):
        year = int(match["year"])
        yield _Written(*match.span("year"), date(year, 1, 1), date(year, 12, 31))


def _without_year(question: str, since: date, until: date) -> Iterator[_Written]:
    years = range(since.year, until.year + 1)
    for pattern in (_MONTH_DAY, _DAY_MONTH):
        for match in pattern.finditer(question):
            days = [_day(year, _number(match), int(match["day"])) for year in years]
            inside = [day for day in days if day and since <= day <= until]
            if len(inside) == 1:
                yield _Written(*match.span(), inside[0], inside[0])
    for match in _BARE_MONTH.finditer(question):
        months = [_month(year, _number(match)) for year in years]
        near = [(first, last) for first, last in months if first <= until and last >= since]
        if len(near) == 1:
            yield _Written(match.start("month"), match.end(), *near[0])


def _number(match: re.Match[str]) -> int:
    return 1 + _MONTHS.index(match["month"][:3].lower())


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _joined(question: str, written: list[_Written]) -> Iterator[Period]:
    """Two that are the ends of one period made one; "before" and "after" taken into account."""
    at = 0
    while at < len(written):
        one, other = written[at], written[at + 1] if at + 1 < len(written) else None
        at += 1
        lead_start = max(0, one.start - _LEAD_LENGTH)
        lead = question[lead_start : one.start]
        before, after = _BEFORE.search(lead), _AFTER.search(lead)
        start, end, first, last = one.start, one.end, one.first, one.last
        if other and _BETWEEN.search(lead) and _AND.fullmatch(question, one.end, other.start):
            at += 1
            yield Period(question[start : other.end], start, other.end, first, other.last)
        elif before:
            start = lead_start + before.start()
            yield Period(question[start:end], start, end, None, first - timedelta(days=1))
        elif after:
            # From the day itself: what came "after 5 October" is often told that day. A month or
            # a year is over first, unless it is "since" then.
            over = last > first and not after[0].lower().startswith("since")
            start = lead_start + after.start()
            begins = last + timedelta(days=1) if over else first
            yield Period(question[start:end], start, end, begins, None)
        else:
            yield Period(question[start:end], start, end, first, last)

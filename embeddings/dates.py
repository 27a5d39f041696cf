"""Written dates -> calendar days.

Enters: one short string (a line of a heading, a metadata value). Leaves: ``Written`` dates with
their place in the string and every plausible reading, or an ISO day. Deliberately knows nothing of
articles, lines or which date matters: choosing is the heading's business.

A dotted date is day first (10.09.2021 is in September); a slashed or dashed one that ends in the
year (03/04/2020) has two readings unless one is impossible, and is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

EARLIEST = date(1900, 1, 1)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = r"(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?\s+"
_TIME = (
    r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\.\d+)?(?:\s?[ap]\.?m\b\.?)?"
    r"(?:\s?(?:[+-]\d{2}:?\d{2}|\(?(?-i:\b[A-Z]{1,4}T|UTC|Z)\b\)?))*"
)
_UPDATED = r"(?:last\s+)?(?:updated?|modified|revised|edited)"
_PUBLISHED = (
    r"(?:(?:originally|first)\s+)?(?:publish(?:ed)?|posted|dated?|issued|released|uploaded|created)"
    r"|(?:publication|release|publishing|post(?:ing)?)\s+date"
)
_WRITTEN = re.compile(
    rf"""
    (?:(?<!\w)(?:(?P<updated>{_UPDATED})|(?P<published>{_PUBLISHED}))\b
       (?:\s+(?:on|at|date))?\s*[:：\-–]?\s*)?
    (?:{_TIME},?\s+(?:on\s+)?)?
    (?:{_WEEKDAY})?
    (?P<date>
        (?<![\w/.-])(?P<y1>\d{{4}})(?P<sep>[-/.])(?P<m1>\d{{1,2}})(?P=sep)(?P<d1>\d{{1,2}})(?!\d)
      | (?<![\w/.-])(?P<d2>\d{{1,2}})\.\s?(?P<m2>\d{{1,2}})\.\s?(?P<y2>\d{{4}})(?!\d)
      | (?<![\w/.-])(?P<a3>\d{{1,2}})(?P<sep3>[/-])(?P<b3>\d{{1,2}})(?P=sep3)(?P<y3>\d{{4}})(?!\d)
      | (?<![\w/.-])(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]+(?P<m4>{_MONTH}),?[\s-]+
        (?P<y4>\d{{4}})(?!\d)
      | \b(?P<m5>{_MONTH})\s+(?P<d5>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y5>\d{{4}})(?!\d)
      | (?P<y6>\d{{4}})\s?年\s?(?P<m6>\d{{1,2}})\s?月\s?(?P<d6>\d{{1,2}})\s?日
    )
    (?:t(?={_TIME})|,?\s+(?:at\s+|[-–|]\s+)?)?(?:{_TIME})?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_YEAR = re.compile(r"\d{4}")
# "5 mars 2020", "10 de septiembre de 2021", "10. September 2021", "5 مارس 2020"
_FOREIGN = re.compile(r"\d{1,2}(?:er|\.|º|°)?\s+(?:de\s+)?[^\W\d_]{3,12}\.?,?\s+(?:de\s+)?\d{4}")
_LANGUAGES = ["fr", "de", "es", "it", "pt", "nl", "sv", "pl", "ru", "uk", "tr", "ar", "fa"]


@dataclass(frozen=True, slots=True)
class Written:
    """One date as written: ``text[start:end]``; ``outer`` adds label, weekday and time around it.

    ``readings`` holds one day, or two where day and month cannot be told apart.
    """

    start: int
    end: int
    outer: tuple[int, int]
    label: str  # "published", "updated" or ""
    readings: tuple[date, ...]

    @property
    def day(self) -> date | None:
        """The day, or None where there are two readings."""
        return self.readings[0] if len(self.readings) == 1 else None


def find_dates(text: str) -> list[Written]:
    """Every plausible date in a short string, in order; implausible ones are left out."""
    if not _YEAR.search(text):  # most lines: spares the long pattern
        return []
    return list(_english(text)) or _foreign(text)


def iso_day(value: str) -> str | None:
    """An ISO date or datetime -> ``YYYY-MM-DD`` as written (no conversion of time zones)."""
    try:
        return datetime.fromisoformat(value.strip()).date().isoformat()
    except ValueError:
        return None


def given_day(value: object) -> str | None:
    """A metadata value (text, date or datetime) -> ``YYYY-MM-DD``; None where it is no clear day.

    Whoever gives a date answers for it: an ISO value is taken however early or late it is.
    """
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return None
    iso = iso_day(value)
    if iso is not None:
        return iso
    found = find_dates(value[:80])
    if len(found) != 1 or found[0].day is None:
        return None
    start, end = found[0].outer
    alone = not (value[:start] + value[end:]).strip(" .,;()")
    return found[0].day.isoformat() if alone else None


def _english(text: str) -> Iterator[Written]:
    for match in _WRITTEN.finditer(text):
        readings = _readings(match)
        if readings:
            label = "updated" if match["updated"] else "published" if match["published"] else ""
            start, end = match.span("date")
            yield Written(start, end, match.span(), label, readings)


def _readings(match: re.Match[str]) -> tuple[date, ...]:
    if match["y3"]:
        first, second, year = int(match["a3"]), int(match["b3"]), int(match["y3"])
        both = {_plausible(year, second, first), _plausible(year, first, second)}
        return tuple(sorted(day for day in both if day))
    if match["y2"]:
        first, second, year = int(match["d2"]), int(match["m2"]), int(match["y2"])
        day = _plausible(year, second, first) or _plausible(year, first, second)
        return (day,) if day else ()
    for number in "1456":
        if match[f"y{number}"]:
            month = match[f"m{number}"]
            value = int(month) if month.isdecimal() else 1 + _MONTHS.index(month[:3].lower())
            day = _plausible(int(match[f"y{number}"]), value, int(match[f"d{number}"]))
            return (day,) if day else ()
    return ()


def _plausible(year: int, month: int, day: int) -> date | None:
    """The day, if it exists and lies between 1900 and tomorrow."""
    try:
        value = date(year, month, day)
    except ValueError:
        return None
    # Tomorrow: an article may be dated in a time zone ahead of this machine's.
    return value if EARLIEST <= value <= date.today() + timedelta(days=1) else None


def _foreign(text: str) -> list[Written]:
    """A date with a month's name in another language, alone in a short string."""
    match = _FOREIGN.search(text) if len(text) <= 60 else None
    if match is None:
        return []
    import dateparser  # type: ignore[import-untyped]  # noqa: PLC0415  no types; slow to import and seldom needed

    moment = dateparser.parse(
        match[0],
        languages=_LANGUAGES,
        settings={
            "PARSERS": ["absolute-time"],
            "REQUIRE_PARTS": ["day", "month", "year"],
            "DATE_ORDER": "DMY",
        },
    )
    day = _plausible(moment.year, moment.month, moment.day) if moment else None
    return [Written(*match.span(), match.span(), "", (day,))] if day else []

"""Expressions of time in a question, and what "a year later" makes of them: pure.

Enters: a text. Leaves: where its expressions of time stand, prepositions included, or the same
time moved. Deliberately knows nothing of articles; ``embeddings/periods.py`` reads what days a
period holds, here its words are what counts.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache

_MONTHS = [name for name in calendar.month_name if name]
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_UNIT = (
    r"(?i:night|day|week|weekend|month|year|decade|century|spring|summer|autumn|fall|winter|time)"
)
_NUMBER = r"(?i:an?|one|two|three|four|five|six|seven|eight|nine|ten|twenty|\d{1,3})"
_LEAD = r"(?:(?i:in|on|since|by|before|after|during|until|till|from|around|between|as\s+of|at)\s+)"
_PART = (
    r"(?:(?i:the\s+(?:end|start|beginning|fall|spring|summer|autumn|winter|month|year)\s+of)\s+)?"
)
_EARLY = r"(?:(?i:early|mid|late)[\s-]+)?"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?)"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
_DATE = (
    rf"(?:{_DAY}(?:,?\s+{_YEAR})?|{_MONTH},?\s+{_YEAR}|\d{{4}}-\d\d-\d\d"
    rf"|(?:the\s+)?(?:1[5-9]|20)?\d0s|{_WEEKDAY})"
)
_DEICTIC = (
    rf"(?:(?i:last|this|next|that|the\s+same|the\s+(?:next|following|previous))\s+{_UNIT}"
    r"|(?i:yesterday|today|tomorrow|nowadays)|(?i:the\s+(?:past|last)\s+\w+\s+\w+))"
)
_TIME = re.compile(
    rf"\b(?:{_LEAD}{_PART}{_EARLY}(?:{_DATE}|{_MONTH}|{_YEAR})(?:\s+and\s+(?:{_DATE}|{_MONTH}|{_YEAR}))?"
    rf"|(?:{_LEAD})?{_DEICTIC}|{_DATE})(?!\w)"
)
_SHIFT = re.compile(
    rf"\b(?:(?P<number>{_NUMBER}|(?i:a\s+few|several|some))\s+(?P<unit>{_UNIT})s?\s+"
    r"(?P<way>(?i:later|earlier|before|after|afterwards))"
    rf"|(?i:the)\s+(?P<next>(?i:next|following|previous))\s+(?P<unit2>{_UNIT})"
    rf"|(?i:the)\s+(?P<unit3>{_UNIT})\s+(?P<way3>(?i:before|after)))\b"
)
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twenty": 20,
}  # fmt: skip


@lru_cache(maxsize=256)
def time_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where expressions of time stand, each with its preposition."""
    return tuple(found.span() for found in _TIME.finditer(text))


def is_shift(text: str) -> bool:
    """Whether the text is a time told from another one, and nothing else: "a year later"."""
    found = _SHIFT.search(text)
    return found is not None and not (text[: found.start()] + text[found.end() :]).strip(" ?.,!")


def shifted(text: str, by: str) -> str | None:
    """A time moved: "in 2019" by "a year later" is "in 2020"; None where that cannot be told.

    Args:
        text: an expression of time with a year in it, for days and months with those.
        by: a text that holds a shift.
    """
    found = _SHIFT.search(by)
    if found is None:
        return None
    unit = (found["unit"] or found["unit2"] or found["unit3"]).lower()
    way = (found["way"] or found["next"] or found["way3"]).lower()
    number = _NUMBERS.get((found["number"] or "one").lower())
    if number is None and found["number"].isdecimal():
        number = int(found["number"])
    if number is None:
        return None
    number *= -1 if way in ("earlier", "before", "previous") else 1
    return _moved(text, unit, number)


def _moved(text: str, unit: str, number: int) -> str | None:
    year, month = re.search(rf"{_YEAR}(?!\w)", text), re.search(_MONTH, text)
    if year is not None and unit in ("year", "decade"):
        to = int(year[0]) + number * (10 if unit == "decade" else 1)
        return f"{text[: year.start()]}{to}{text[year.end() :]}"
    if year is None or month is None:
        return None
    at = [name[:3] for name in _MONTHS].index(month[0][:3])
    day = re.search(r"\b\d{1,2}", text[: month.start()] + text[month.end() : year.start()])
    if unit == "month" and day is None:
        years, index = divmod(int(year[0]) * 12 + at + number, 12)
        return f"in {_MONTHS[index]} {years}"
    if unit not in ("day", "week") or day is None:
        return None
    try:
        begin = date(int(year[0]), at + 1, int(day[0]))
        moved = begin + timedelta(days=number * (7 if unit == "week" else 1))
    except (ValueError, OverflowError):
        return None
    return f"on {moved.day} {_MONTHS[moved.month - 1]} {moved.year}"

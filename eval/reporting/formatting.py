"""Numbers as text, the same in every report: pure functions, no markup.

Enters: numbers. Leaves: short strings. A share is written ``.783`` as the field's papers do, a
time with its unit, a count with a comma at the thousands. Deliberately knows nothing of what a
number measures beyond its unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Literal

Unit = Literal["share", "ms", "s", "MB", "per_second", "number"]
NOTHING = "–"


def number_text(value: float | None, unit: Unit = "share") -> str:
    """A number with its unit; a dash for None and for what is not finite."""
    if value is None or not isfinite(value):
        return NOTHING
    if unit == "share":
        return _share(value)
    if unit == "ms":
        return f"{_three(value)} ms" if abs(value) < 9_999.5 else f"{_three(value / 1000)} s"
    suffix = {"s": " s", "MB": " MB", "per_second": "/s", "number": ""}[unit]
    return f"{_three(value)}{suffix}"


def interval_text(low: float | None, high: float | None, unit: Unit = "share") -> str:
    """Both ends of an interval, the unit once where it is the same."""
    first, last = number_text(low, unit), number_text(high, unit)
    if NOTHING in (first, last):
        return NOTHING
    mark = last.rpartition(" ")[2]
    if " " in last and first.endswith(f" {mark}"):
        first = first.removesuffix(f" {mark}")
    return f"{first}–{last}"


def count_text(count: int, noun: str = "", plural: str = "") -> str:
    """A count with its noun: ``1 case``, ``6,000 cases``."""
    word = noun if count == 1 else (plural or f"{noun}s") if noun else ""
    return f"{count:,} {word}".rstrip()


def duration_text(seconds: float) -> str:
    """A time span as a person says it: ``0.84 s``, ``2 min 5 s``, ``1 h 3 min``."""
    if seconds < 59.95:
        return f"{_three(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"


def value_text(value: object) -> str:
    """A setting or a version in a line of text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {value_text(each)}" for key, each in value.items()) or NOTHING
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(value_text(each) for each in value) or NOTHING
    return NOTHING if value is None else str(value)


def table_line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """A line of a table for a terminal: the first cell to the left, the others to the right."""
    first, *others = zip(cells, widths, strict=True)
    return f"{first[0]:{first[1]}}" + "".join(f"  {cell:>{width}}" for cell, width in others)


def _share(value: float) -> str:
    text = f"{abs(value):.3f}"
    text = text.removeprefix("0") if text != "0.000" else ".000"
    return f"−{text}" if value < 0 and text != ".000" else text


def _three(value: float) -> str:
    """Three significant digits, none of them made up, a comma at the thousands."""
    size = abs(value)
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    sign = "−" if value < 0 and round(size, digits) else ""
    return f"{sign}{size:,.{digits}f}"

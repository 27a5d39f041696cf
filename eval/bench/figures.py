"""Measurements -> figures: every number with its size, its unit and its n.

Enters: ``Measured`` values. Leaves: ``Figure`` values, one for a failure too, and how the main
ones grow. Deliberately knows nothing of tables, pages or processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import numpy as np

from eval.bench.growth import Fit, Point, fit
from eval.bench.ingestion import STAGES
from eval.bench.plan import Measured
from eval.reporting.formatting import Unit

MB = 2**20
WHOLE = "whole"
# Groups in the order of the report, by measurement.
GROUPS = {
    "ingest": "taking in",
    "disk": "on disk",
    "resync": "sync again",
    "open": "opening",
    "retrieval": "retrieval without the reader",
    "reading": "retrieval with the reader",
    "answer": "whole answer",
    "memory": "memory",
    "retrieval sessions": "sessions at once, retrieval without the reader",
    "answer sessions": "sessions at once, whole answers",
    "bare": "torch alone",
    "vectors": "vectors alone",
}
# Groups that a measurement has figures in beside its own.
_ALSO = {"ingest": ("disk",), "answer": ("memory",)}


@dataclass(frozen=True, slots=True)
class Figure:
    """A number: ``value`` in ``unit`` over ``n`` observations, or the ``error`` in its place.

    ``size`` is the number of articles; for vectors alone, of rows.
    """

    size: int
    group: str
    name: str
    value: float | None
    unit: Unit = "number"
    n: int = 1
    error: str = ""

    def record(self) -> dict[str, Any]:
        """The figure as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Growth:
    """How one figure grows with the articles; no fit where there are not two sizes of it."""

    name: str
    unit: Unit
    points: tuple[Point, ...]
    fit: Fit | None

    def record(self) -> dict[str, Any]:
        """The growth as a JSON object."""
        return asdict(self)


# What grows, by group and name of its figures.
GROWS = (
    ("seconds to take in", "taking in", WHOLE),
    ("retrieval p50", "retrieval without the reader", f"{WHOLE} p50"),
    ("whole answer p50", "whole answer", f"{WHOLE} p50"),
    ("bytes on disk", "on disk", WHOLE),
    ("memory while serving", "memory", "resident, above torch alone"),
)


def figures(measured: Sequence[Measured]) -> list[Figure]:
    """All figures in the order measured; a measurement without any is one that says why."""
    alone = next((each.values for each in measured if each.name == "bare"), {})
    found: list[Figure] = []
    for each in measured:
        if each.error:
            groups = (GROUPS[each.name], *(GROUPS[also] for also in _ALSO.get(each.name, ())))
            found += [Figure(each.size, g, WHOLE, None, n=0, error=each.error) for g in groups]
        else:
            found += _FIGURES[each.name](each, alone.get("memory", {}))
    return found


def growths(found: Sequence[Figure]) -> list[Growth]:
    """The exponents of what grows."""
    made = []
    for title, group, name in GROWS:
        chosen = [each for each in found if (each.group, each.name) == (group, name)]
        points = tuple((float(e.size), e.value) for e in chosen if e.value is not None)
        unit = chosen[0].unit if chosen else "number"
        made.append(Growth(title, unit, points, fit(points)))
    return made


def _ingest(each: Measured, _: Mapping[str, int]) -> Iterator[Figure]:
    values, size, group = each.values, each.size, GROUPS[each.name]
    yield Figure(size, group, "articles", values["articles"])
    yield Figure(size, group, "passages", values["passages"])
    yield Figure(size, group, "files with problems", values["problems"])
    yield Figure(size, group, "loading the model", values["load_s"], "s")
    for name in STAGES:
        yield Figure(size, group, name, values["stages_s"].get(name), "s")
    yield Figure(size, group, WHOLE, values["whole_s"], "s")
    rate = values["passages"] / values["whole_s"]
    yield Figure(size, group, "passages a second", rate, "per_second")
    peak = values["peak_memory"]
    yield Figure(size, group, "peak memory", peak / MB if peak else None, "MB")
    for name, size_in_bytes in values["disk"].items():
        yield Figure(size, GROUPS["disk"], name, size_in_bytes / MB, "MB")
    yield Figure(size, GROUPS["disk"], WHOLE, sum(values["disk"].values()) / MB, "MB")


def _resync(each: Measured, _: Mapping[str, int]) -> Iterator[Figure]:
    same, changed = each.values["unchanged_s"], each.values["changed"]
    group = GROUPS[each.name]
    yield Figure(each.size, group, "nothing changed, p50", 1000 * median(same), "ms", len(same))
    spent = [one["whole_s"] for one in changed]
    middle = 1000 * median(spent) if spent else None
    yield Figure(each.size, group, "one article changed, p50", middle, "ms", len(spent))
    for name in STAGES:
        parts = [one["stages_s"][name] for one in changed if name in one["stages_s"]]
        part = 1000 * median(parts) if parts else None
        yield Figure(each.size, group, f"of it {name}, p50", part, "ms", len(parts))


def _open(each: Measured, _: Mapping[str, int]) -> Iterator[Figure]:
    for name, seconds in each.values["stages_s"].items():
        yield Figure(each.size, GROUPS[each.name], name, seconds, "s")
    yield Figure(each.size, GROUPS[each.name], WHOLE, each.values["whole_s"], "s")


def _asked(each: Measured, alone: Mapping[str, int]) -> Iterator[Figure]:
    group = GROUPS[each.name]
    for name, spent in [(WHOLE, each.values["ms"]), *each.values["stages_ms"].items()]:
        yield from _percentiles(each.size, group, name, spent)
    yield _failures(each, group)
    if each.name == "answer":
        yield from _memory(each, alone)


def _percentiles(size: int, group: str, name: str, spent: Sequence[float]) -> Iterator[Figure]:
    for short, share in (("p50", 50), ("p95", 95)):
        value = float(np.percentile(spent, share)) if len(spent) else None
        yield Figure(size, group, f"{name} {short}", value, "ms", len(spent))


def _failures(each: Measured, group: str) -> Figure:
    failed, asked = each.values["failed"], len(each.values["ms"])
    why = f"the first: {failed[0]}" if failed else ""
    return Figure(
        each.size, group, "questions that failed", len(failed), n=asked + len(failed), error=why
    )


def _memory(each: Measured, alone: Mapping[str, int]) -> Iterator[Figure]:
    """After all questions: resident, and of it what no file holds; above torch alone."""
    now, n = each.values["memory"], len(each.values["ms"])
    names = (
        ("resident", "resident, above torch alone"),
        ("anonymous", "anonymous, above torch alone"),
    )
    for key, above in names:
        value = now.get(key)
        base = alone.get(key)
        shown = None if value is None else value / MB
        yield Figure(each.size, GROUPS["memory"], f"{key}, all", shown, "MB", n)
        more = None if value is None or base is None else (value - base) / MB
        yield Figure(each.size, GROUPS["memory"], above, more, "MB", n)


def _bare(each: Measured, _: Mapping[str, int]) -> Iterator[Figure]:
    for key in ("resident", "anonymous"):
        value = each.values["memory"].get(key)
        shown = None if value is None else value / MB
        yield Figure(0, GROUPS["bare"], key, shown, "MB")


def _crowd(each: Measured, _: Mapping[str, int]) -> Iterator[Figure]:
    group, values = GROUPS[each.name], each.values
    n = len(values["ms"])
    yield Figure(each.size, group, "sessions", values["sessions"])
    yield Figure(each.size, group, "questions a second", n / values["elapsed_s"], "per_second", n)
    yield from _percentiles(each.size, group, WHOLE, values["ms"])
    yield Figure(each.size, group, "asked before by another", values["repeated"], n=n)
    yield _failures(each, group)


def _vectors(each: Measured, _: Mapping[str, int]) -> Iterator[Figure]:
    group, values, rows = GROUPS[each.name], each.values, each.values["rows"]
    yield Figure(rows, group, "build", values["build_s"], "s")
    yield from _percentiles(rows, group, "search", values["ms"])
    yield Figure(rows, group, "recall@10", values["recall"], "share", len(values["ms"]))
    yield Figure(rows, group, "on disk", values["disk"] / MB, "MB")
    for key in ("resident", "anonymous"):
        value = values["memory"].get(key)
        yield Figure(rows, group, key, None if value is None else value / MB, "MB")


_FIGURES: Mapping[str, Callable[[Measured, Mapping[str, int]], Iterator[Figure]]] = {
    "bare": _bare,
    "ingest": _ingest,
    "resync": _resync,
    "open": _open,
    "retrieval": _asked,
    "reading": _asked,
    "answer": _asked,
    "retrieval sessions": _crowd,
    "answer sessions": _crowd,
    "vectors": _vectors,
}

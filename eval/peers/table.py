"""Rounds as medians, ratios and text: pure functions.

Enters: rounds. Leaves: a ``Row`` for every system, and the tables. Deliberately knows nothing of
processes or of how a figure came about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from eval.peers.rounds import Round
from eval.peers.systems import OURS, Peer
from eval.reporting.formatting import Unit, interval_text, number_text


@dataclass(frozen=True, slots=True)
class Column:
    """A figure that every round gives: its name in records, its heading, its unit."""

    name: str
    heading: str
    unit: Unit


COSTS = (
    Column("load_s", "load", "s"),
    Column("build_s", "build", "s"),
    Column("p50 total ms", "query p50", "ms"),
    Column("p95 total ms", "query p95", "ms"),
    Column("peak_memory_mb", "peak memory", "MB"),
)
# Shown where nothing but speed is measured; elsewhere the build's seconds say the same.
RATE = Column("passages_per_second", "passages/s", "per_second")
SCORES = tuple(
    Column(name, name, "share")
    for name in ("Hits@4", "Hits@10", "MRR@10", "nDCG@10", "Evidence recall@10")
)
# Canonical names of measures; the rest is told by the worker.
MEASURED = ("p50 total ms", "p95 total ms", *(column.name for column in SCORES))


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and greatest over the rounds that gave the figure."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of at least one value."""
        return cls(median(values), min(values), max(values))


@dataclass(frozen=True, slots=True)
class Row:
    """A system over all rounds.

    ``ratios`` are its figure through this project's of the same round. ``failures`` say which
    round failed and why; ``skipped`` why it was not run at all.
    """

    name: str
    title: str
    rounds: int
    figures: Mapping[str, Spread]
    ratios: Mapping[str, Spread]
    failures: tuple[str, ...] = ()
    failed_questions: int = 0
    skipped: str = ""

    def record(self) -> dict[str, Any]:
        """The row as one JSON object."""
        return asdict(self)


def rows(peers: Sequence[Peer], rounds: Sequence[Round], skipped: Mapping[str, str]) -> list[Row]:
    """One row a system, in the order given, also for those that failed or were skipped."""
    ours = {each.number: each.figures for each in rounds if each.system == OURS}
    made = []
    for peer in peers:
        own = [each for each in rounds if each.system == peer.name]
        made.append(
            Row(
                name=peer.name,
                title=peer.title,
                rounds=len(own),
                figures=_figures([each.figures for each in own]),
                ratios=_figures([_ratio(each, ours.get(each.number, {})) for each in own]),
                failures=tuple(f"round {e.number + 1}: {e.error}" for e in own if e.error),
                failed_questions=sum(each.failed_questions for each in own),
                skipped=skipped.get(peer.name, ""),
            )
        )
    return made


def _ratio(mine: Round, ours: Mapping[str, float]) -> dict[str, float]:
    return {name: value / ours[name] for name, value in mine.figures.items() if ours.get(name)}


def _figures(rounds: Sequence[Mapping[str, float]]) -> dict[str, Spread]:
    return {
        column.name: Spread.of(values)
        for column in (*COSTS, RATE, *SCORES)
        if (values := [each[column.name] for each in rounds if column.name in each])
    }


def render(made: Sequence[Row], *, labelled: bool = True) -> str:
    """Three tables: what it costs, what is found, and both as ratios to this project.

    Without labels there is nothing to say of what is found; passages a second are shown instead.
    """
    costs = COSTS if labelled else (*COSTS, RATE)
    parts = ["cost: median over the rounds (least–greatest)", _table(made, costs, "figures"), ""]
    if labelled:
        parts += [
            "found: median over the rounds (least–greatest where they differ)",
            _table(made, SCORES, "figures"),
        ]
    else:
        parts.append("found: not judged, since nobody labelled what would be right")
    if any(row.ratios for row in made):
        better = "a higher score" if labelled else "more passages a second"
        parts += [
            "",
            "ratio to this project in the same round, median: above 1 is slower, larger, or"
            f" {better}",
            _table(made, (*costs, *SCORES) if labelled else costs, "ratios"),
        ]
    return "\n".join([*parts, *_reasons(made, labelled)])


def _table(made: Sequence[Row], columns: Sequence[Column], kind: str) -> str:
    cells = [["system", *(column.heading for column in columns)]]
    for row in made:
        values: Mapping[str, Spread] = getattr(row, kind)
        shown = [_cell(values.get(column.name), column, kind) for column in columns]
        cells.append([row.title + _mark(row), *shown])
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns) + 1)]
    lines = []
    for line in cells:
        rest = (f"{text:>{width}}" for text, width in zip(line[1:], widths[1:], strict=True))
        lines.append("  ".join([f"{line[0]:<{widths[0]}}", *rest]))
    return "\n".join(lines)


def _cell(spread: Spread | None, column: Column, kind: str) -> str:
    if spread is None:
        return number_text(None)
    if kind == "ratios":
        return f"{spread.median:.2f}"
    text = number_text(spread.median, column.unit)
    if spread.low == spread.high:
        return text
    return f"{text} ({interval_text(spread.low, spread.high, column.unit)})"


def _mark(row: Row) -> str:
    if row.skipped:
        return " (skipped)"
    if row.failures:
        return f" (failed {len(row.failures)} of {row.rounds})"
    return ""


def _reasons(made: Sequence[Row], labelled: bool) -> list[str]:
    lines = [f"skipped {row.name}: {row.skipped}" for row in made if row.skipped]
    for row in made:
        lines += [f"failed {row.name}, {reason}" for reason in row.failures]
        if row.failed_questions:
            so = "score zero" if labelled else "have no time"
            lines.append(f"{row.name}: {row.failed_questions} questions raised and {so}")
    return ["", *lines] if lines else []

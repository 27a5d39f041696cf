"""A run's results and summary -> ``report.html``, one file that asks for nothing else.

Enters: judged cases, and the summary as it stands in ``summary.json``. Leaves: the file.
Deliberately computes no figure: values, intervals and n are the summary's, so that the page and
the JSON cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from eval.reporting.formatting import (
    Unit,
    count_text,
    duration_text,
    interval_text,
    number_text,
    value_text,
)
from eval.reporting.pages import embedded_json, render, save
from eval.reporting.report_cases import payload
from eval.results import Result
from eval.scoring.measures import unit_of

GROUPS = {
    "retrieval": "Retrieval",
    "answers": "Answers",
    "citations": "Citations",
    "abstention": "Abstention and confidence",
    "conflict": "Conflicting sources",
    "model": "Language model",
    "speed": "Speed",
    "run": "The run",
}
# Times differ from kind to kind for reasons of length alone, and a run has no kinds.
NOT_BY_KIND = ("speed", "run")
LABELS = {
    "passages_per_second": "passages per second",
    "first_answer_s": "process start to first answer, s",
    "import_s": "imports, s",
    "memory_gb": "memory, GB",
    "seconds": "time to index, s",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a value and its interval stand on a scale, in per cent of its width."""

    low: float
    high: float
    value: float


@dataclass(frozen=True, slots=True)
class Row:
    """A figure as it is shown; ``bar`` is None where it has no interval."""

    name: str
    value: str
    interval: str
    n: str
    definition: str
    lower_is_better: bool
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that belong together."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class KindTable:
    """Figures by kind of question: for each figure a cell a kind, None where it does not apply."""

    kinds: tuple[str, ...]
    groups: tuple[tuple[str, tuple[tuple[str, tuple[Row | None, ...]], ...]], ...]


def write_report(results: Sequence[Result], summary: Mapping[str, Any], path: Path) -> None:
    """Write the report of a run; an earlier one is replaced whole.

    Raises:
        OSError: it cannot be written.
    """
    from eval.reporting.charts import charts  # noqa: PLC0415 (numpy and scipy; the help must not wait)

    page = render(
        "report.html.j2",
        set_name=summary["set"],
        lede=lede(summary),
        stopped=stopped(results, summary),
        failed=summary.get("failed", []),
        cases=count_text(len(results), "case"),
        about=about(summary),
        groups=groups(summary["figures"]),
        by_kind=kind_table(summary.get("by_kind", {})),
        charts=charts(results),
        data=embedded_json(payload(results)),
    )
    save(path, page)


def lede(summary: Mapping[str, Any]) -> str:
    """What was run, when and for how long, in a sentence."""
    index = summary.get("index", {})
    articles, passages = index.get("articles"), index.get("passages")
    over = f" over {count_text(articles, 'article')}" if articles is not None else ""
    cut = f" in {count_text(passages, 'passage')}" if over and passages is not None else ""
    parts = [f"{count_text(summary['cases'], 'case')}{over}{cut}"]
    if summary.get("started"):
        parts.append(f"run on {when(summary['started'])}")
    if summary.get("seconds") is not None:
        parts.append(f"in {duration_text(summary['seconds'])}")
    return f"{', '.join(parts)}."


def when(moment: str) -> str:
    """``1 June 2024, 09:30 UTC`` of a moment in ISO 8601; other text as it is."""
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    zone = f" {read.tzname()}" if read.tzinfo else ""
    return f"{read.day} {read:%B %Y, %H:%M}{zone}"


def stopped(results: Sequence[Result], summary: Mapping[str, Any]) -> str:
    """What a reader must know of a run that did not come to its end; empty for one that did."""
    if summary.get("complete", True):
        return ""
    total = summary.get("identity", {}).get("cases")
    of = f" of {count_text(total)}" if total else ""
    return (
        f"This run was stopped before its end: {count_text(len(results))}{of} cases were done."
        " Every figure is over these alone; the same command run again goes on from here."
    )


def about(summary: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """How the run was made: titled lists of names and values."""
    start = dict(summary.get("start") or {})
    if summary.get("peak_memory_mb") is not None:
        start["peak memory, MB"] = summary["peak_memory_mb"]
    sections = (
        ("Index", summary.get("index")),
        ("Settings", summary.get("settings")),
        ("Start and memory", start),
        ("Machine", summary.get("machine")),
        ("Versions", summary.get("versions")),
        ("Identity", summary.get("identity")),
    )
    return [
        (title, [(label(name), value_text(value)) for name, value in values.items()])
        for title, values in sections
        if values
    ]


def label(name: str) -> str:
    """A key of the summary as a reader's word."""
    return LABELS.get(name, name.replace("_", " "))


def row_of(figure: Mapping[str, Any], scale: float = 1.0) -> Row:
    """A figure's record as text; ``scale`` is the value at the right end of its bar."""
    unit, low, high = _unit(figure), figure["low"], figure["high"]
    shown = scale > 0 and low is not None and high is not None
    return Row(
        name=figure["name"],
        value=number_text(figure["value"], unit),
        interval=interval_text(low, high, unit),
        n=count_text(figure["n"]),
        definition=figure["definition"],
        lower_is_better=not figure["higher_is_better"],
        bar=Bar(*(_percent(each, scale) for each in (low, high, figure["value"])))
        if shown
        else None,
    )


def groups(figures: Sequence[Mapping[str, Any]]) -> list[Group]:
    """Figures in their groups: times have one scale, shares theirs from 0 to 1, counts none."""
    found = []
    for key in dict.fromkeys(figure["group"] for figure in figures):
        chosen = [figure for figure in figures if figure["group"] == key]
        highest = max((f["high"] or 0.0 for f in chosen if _unit(f) == "ms"), default=0.0)
        scales = {"share": 1.0, "ms": highest}
        rows = tuple(row_of(f, scales.get(_unit(f), 0.0)) for f in chosen)
        found.append(Group(GROUPS.get(key, key), rows))
    return found


def kind_table(by_kind: Mapping[str, Sequence[Mapping[str, Any]]]) -> KindTable | None:
    """Figures by kind of question; None where there is one kind or none."""
    if len(by_kind) < 2:
        return None
    cells = {
        (figure["group"], figure["name"], kind): row_of(figure)
        for kind, figures in by_kind.items()
        for figure in figures
        if figure["group"] not in NOT_BY_KIND
    }
    names = list(dict.fromkeys((group, name) for group, name, _ in cells))
    order = list(GROUPS)
    keys = sorted({g for g, _ in names}, key=lambda g: order.index(g) if g in order else 99)
    return KindTable(
        kinds=tuple(by_kind),
        groups=tuple(
            (
                GROUPS.get(key, key),
                tuple(
                    (name, tuple(cells.get((key, name, kind)) for kind in by_kind))
                    for group, name in names
                    if group == key
                ),
            )
            for key in keys
        ),
    )


def _unit(figure: Mapping[str, Any]) -> Unit:
    return unit_of(figure["name"], figure["group"])


def _percent(value: float, scale: float) -> float:
    return round(100 * min(max(value / scale, 0.0), 1.0), 2)

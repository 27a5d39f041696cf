"""The bench as one page that asks for nothing outside itself.

Enters: a report's record, figures and growths. Leaves: ``bench.html``. Deliberately computes
nothing: it shows what the record holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.bench.charts import charts
from eval.bench.figures import Figure, Growth
from eval.bench.table import grids
from eval.reporting.formatting import count_text, duration_text, value_text
from eval.reporting.pages import render, save


def write_page(
    record: Mapping[str, Any], found: Sequence[Figure], grown: Sequence[Growth], path: Path
) -> None:
    """Write the page, whole or not at all.

    Raises:
        EvalError: it cannot be written.
    """
    page = render(
        "bench.html.j2",
        lede=lede(record),
        complete=record["complete"],
        failures=[f"{e.group}, {e.size:,}: {e.error}" for e in found if e.error],
        charts=charts(found, grown),
        grids=grids(found),
        notes=record["notes"],
        about=about(record),
    )
    save(path, page)


def lede(record: Mapping[str, Any]) -> str:
    """What was measured, in a sentence."""
    *others, last = [count_text(size) for size in record["sizes"]]
    sizes = f"{', '.join(others)} and {last}" if others else last
    asked = count_text(record["questions"], "question")
    spent = duration_text(record["seconds"])
    return f"{sizes} news articles, {asked}; measured on {record['started'][:10]} in {spent}."


def about(record: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """How it was made: titled lists of names and values."""
    return [
        (title.capitalize(), [(name.replace("_", " "), value_text(v)) for name, v in part.items()])
        for title in ("machine", "versions", "options")
        if (part := record[title])
    ]

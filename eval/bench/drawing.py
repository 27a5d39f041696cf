"""The bench's charts as drawings: points in, SVG text out, in the colours of every report.

Enters: panels of points. Leaves: SVG. Deliberately knows nothing of where the points come from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.reporting.drawing import (
    BAND,
    MAIN,
    QUIET,
    SECOND,
    altair_module,
    log_ticks,
    to_svg,
)

WIDTH = 400
ROW = 24
# A logarithmic scale has no place for 0.
FLOOR = 0.01

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a chart with a title of its own."""

    title: str
    rows: Rows


def bars(panels: Sequence[Panel], unit: str) -> str:
    """A bar for each row (``name``, ``value``), each panel on a scale of its own."""
    alt = altair_module()
    made = []
    for panel in panels:
        base = alt.Chart(alt.Data(values=list(panel.rows))).encode(
            y=_names(panel),
            x=alt.X("value:Q", title=unit, axis=alt.Axis(format=",~f", tickCount=5)),
        )
        bar = base.mark_bar(color=BAND, stroke=MAIN, strokeWidth=0.7, height=12)
        made.append(_titled(bar, panel))
    return _drawn(made)


def ranges(panels: Sequence[Panel], unit: str) -> str:
    """A line from ``p50`` to ``p95`` for each row, a dot at ``p50``; one logarithmic scale."""
    alt = altair_module()
    panels = [Panel(each.title, [_floored(row) for row in each.rows]) for each in panels]
    values = [row[name] for each in panels for row in each.rows for name in ("p50", "p95")]
    low, high = min(values) / 1.3, max(values) * 1.3
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    axis = alt.Axis(values=log_ticks(low, high), format=",~g", labelOverlap=True)
    made = []
    for panel in panels:
        base = alt.Chart(alt.Data(values=list(panel.rows))).encode(y=_names(panel))
        x = alt.X("p50:Q", title=unit, scale=scale, axis=axis)
        line = base.mark_rule(color=MAIN, strokeWidth=1.5).encode(x=x, x2="p95:Q")
        dot = base.mark_point(color=MAIN, fill=MAIN, size=44, opacity=1).encode(x=x)
        tick = base.mark_tick(color=SECOND, thickness=2, size=12).encode(
            x=alt.X("p95:Q", scale=scale)
        )
        made.append(_titled(alt.layer(line, dot, tick), panel))
    return _drawn(made)


def growth(panels: Sequence[Panel]) -> str:
    """Points (``x``, ``value``) and the law through them (``law``, None for none), both log."""
    alt = altair_module()
    made = []
    for panel in panels:
        xs = [row["x"] for row in panel.rows]
        ys = [v for row in panel.rows for v in (row["value"], row["law"]) if v is not None]
        x = alt.X("x:Q", title="Articles", scale=_log(xs), axis=_axis(xs))
        y = alt.Y("value:Q", title=panel.title, scale=_log(ys), axis=_axis(ys))
        base = alt.Chart(alt.Data(values=list(panel.rows))).encode(x=x)
        layers = [base.mark_point(color=MAIN, fill=MAIN, size=60, opacity=1).encode(y=y)]
        if all(row["law"] is not None for row in panel.rows):
            law = base.mark_line(color=QUIET, strokeDash=[5, 4], strokeWidth=1.5)
            layers.insert(0, law.encode(y=alt.Y("law:Q", scale=_log(ys))))
        made.append(alt.layer(*layers).properties(width=WIDTH - 20, height=110))
    return _drawn(made)


def _drawn(panels: Sequence[Any]) -> str:
    # Room for labels: a browser's letters are wider than those that the drawing was measured with.
    room = {"left": 24, "right": 5, "top": 5, "bottom": 5}
    return to_svg(altair_module().vconcat(*panels, spacing=14).properties(padding=room))


def _floored(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": row["name"], **{p: max(row[p], FLOOR) for p in ("p50", "p95")}}


def _names(panel: Panel) -> Any:  # noqa: ANN401 (altair is imported when something is drawn)
    alt = altair_module()
    order = [row["name"] for row in panel.rows]
    axis = alt.Axis(ticks=False, domain=False, labelLimit=220)
    return alt.Y("name:N", title=None, sort=order, axis=axis)


def _titled(chart: Any, panel: Panel) -> Any:  # noqa: ANN401 (as above)
    title = {"text": panel.title, "anchor": "start", "fontSize": 12, "color": QUIET}
    return chart.properties(width=WIDTH - 60, height=ROW * len(panel.rows), title=title)


def _log(values: Sequence[float]) -> Any:  # noqa: ANN401 (as above)
    low, high = _ends(values)
    return altair_module().Scale(type="log", domain=[low, high], nice=False)


def _axis(values: Sequence[float]) -> Any:  # noqa: ANN401 (as above)
    ticks = log_ticks(*_ends(values))
    return altair_module().Axis(values=ticks, format=",~g", labelOverlap=True)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """Room for the points, and at least a tick within it."""
    return min(values) / 1.8, max(values) * 1.8

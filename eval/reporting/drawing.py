"""The report's charts as drawings: points in, SVG text out, through Altair and vl-convert.

Enters: lists of points, one mapping each. Leaves: SVG with a view box and no background, in the
colours of ``INK``, ``QUIET``, ``GRID``, ``MAIN``, ``SECOND`` and ``BAND`` alone, so that the page's
style sheet can turn them for dark. Deliberately knows nothing of where the points come from.

Colours for data are of Okabe and Ito's palette, which is told apart with any kind of sight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import altair as alt

Points = Sequence[Mapping[str, Any]]

INK, QUIET, GRID = "#1d2733", "#55616e", "#dfe4ea"
MAIN, SECOND, BAND = "#0072b2", "#d55e00", "#b9d6e8"
WIDTH = 400
HEIGHT = 230
SHARE = ".1f"
FLOOR_MS = 0.01

_names = count(1)


def hits(points: Points) -> str:
    """Share by k with its interval."""
    alt = altair_module()
    low = min(point["low"] for point in points)
    # Bars would have to begin at 0; points need not, and most sets crowd near the top.
    bottom = max(0.0, int(low * 10) / 10)
    base = alt.Chart(alt.Data(values=list(points))).encode(
        x=alt.X("k:O", title="k, passages read", axis=alt.Axis(labelAngle=0))
    )
    scale = alt.Scale(domain=[bottom, 1.0])
    share = alt.Y("share:Q", title="Share with a relevant passage", scale=scale)
    chart = alt.layer(
        base.mark_line(color=MAIN, strokeWidth=1.5).encode(y=share),
        base.mark_rule(color=MAIN, strokeWidth=2).encode(
            y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        base.mark_point(color=MAIN, fill=MAIN, size=46, opacity=1).encode(y=share),
    )
    return to_svg(chart.properties(width=WIDTH, height=HEIGHT))


def risk(curve: Points, everything: float, now: Mapping[str, float] | None) -> str:
    """The risk-coverage curve, beside confidence that knows nothing, and the point of now."""
    alt = altair_module()
    x = alt.X(
        "coverage:Q",
        title="Share of cases answered, the surest first",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=SHARE),
    )
    y = alt.Y("risk:Q", title="Share of these wrong", scale=alt.Scale(domainMin=0))
    flat = [{"coverage": 0.0, "risk": everything}, {"coverage": 1.0, "risk": everything}]
    layers = [
        alt.Chart(alt.Data(values=flat)).mark_line(color=QUIET, strokeDash=[5, 4], strokeWidth=1.5),
        alt.Chart(alt.Data(values=list(curve))).mark_line(color=MAIN, strokeWidth=2),
    ]
    if now:
        layers.append(
            alt.Chart(alt.Data(values=[dict(now)])).mark_point(
                shape="diamond", color=SECOND, fill=SECOND, size=110, opacity=1
            )
        )
    chart = alt.layer(*(layer.encode(x=x, y=y) for layer in layers))
    return to_svg(chart.properties(width=WIDTH, height=HEIGHT))


def calibration(bins: Points) -> str:
    """Share right by confidence over a count of the cases in each bin."""
    alt = altair_module()
    ends = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format=SHARE, values=[tenth / 10 for tenth in range(0, 11, 2)])
    bare = alt.Axis(values=axis.values, labels=False, ticks=False)
    x = alt.X("confidence:Q", title=None, scale=ends, axis=bare)
    quarters = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format=".2f")
    y = alt.Y("share:Q", title="Share right", scale=ends, axis=quarters)
    diagonal = [{"confidence": end, "share": end} for end in (0.0, 1.0)]
    base = alt.Chart(alt.Data(values=list(bins))).encode(x=x)
    upper = alt.layer(
        alt.Chart(alt.Data(values=diagonal))
        .mark_line(color=QUIET, strokeDash=[5, 4], strokeWidth=1.5)
        .encode(x=x, y=y),
        base.mark_rule(color=MAIN, strokeWidth=2).encode(y=alt.Y("low:Q", scale=ends), y2="high:Q"),
        base.mark_point(color=MAIN, fill=MAIN, size=60, opacity=1).encode(y=y),
    )
    columns = alt.Chart(alt.Data(values=list(bins))).encode(
        x=alt.X("from:Q", title="Confidence stated", scale=ends, axis=axis),
        x2="to:Q",
        y=alt.Y("n:Q", title="Cases", axis=alt.Axis(tickCount=2, format=",d")),
        y2=alt.datum(0),
    )
    lower = columns.mark_rect(color=BAND, stroke=MAIN, strokeWidth=0.7)
    both = alt.vconcat(
        upper.properties(width=WIDTH, height=HEIGHT - 40),
        lower.properties(width=WIDTH, height=50),
        spacing=6,
    )
    return to_svg(both)


def latency(total: Sequence[float], stages: Points) -> str:
    """How often a question takes how long, over quantiles by stage; one logarithmic scale.

    A logarithmic scale has no place for 0: times below ``FLOOR_MS`` stand there.
    """
    alt = altair_module()
    rows = [
        {name: each if name == "stage" else max(each, FLOOR_MS) for name, each in row.items()}
        for row in stages
    ]
    low = min(row["p5"] for row in rows) / 1.15
    high = max(*(row["p95"] for row in rows), *total, FLOOR_MS) * 1.15
    scale = alt.Scale(type="log", domain=[low, high], nice=False)
    ticks = log_ticks(low, high)
    lines = _stage_lines(rows, scale, alt.Axis(values=ticks, format=",~g", labelOverlap=True))
    if not total:
        return to_svg(lines)
    bare = alt.Axis(values=ticks, labels=False, ticks=False)
    columns = alt.Chart(alt.Data(values=_log_bins(total, low, high))).encode(
        x=alt.X("from:Q", title=None, scale=scale, axis=bare),
        x2="to:Q",
        y=alt.Y("n:Q", title="Questions", axis=alt.Axis(tickCount=3, format=",d")),
        y2=alt.datum(0),
    )
    upper = columns.mark_rect(color=BAND, stroke=MAIN, strokeWidth=0.7)
    return to_svg(alt.vconcat(upper.properties(width=WIDTH - 30, height=110), lines, spacing=8))


def _stage_lines(rows: Points, scale: alt.Scale, axis: alt.Axis) -> Any:  # noqa: ANN401 (untyped)
    """For each stage a line from p5 to p95, a box for the middle half, a dot for the median."""
    alt = altair_module()
    order = [row["stage"] for row in rows]
    stage = alt.Y("stage:N", title=None, sort=order, axis=alt.Axis(ticks=False, domain=False))
    base = alt.Chart(alt.Data(values=list(rows))).encode(y=stage)
    ends = alt.X("p5:Q", title="Milliseconds", scale=scale, axis=axis)
    line = base.mark_rule(color=MAIN, strokeWidth=1.5).encode(x=ends, x2="p95:Q")
    box = base.mark_bar(color=BAND, stroke=MAIN, strokeWidth=0.7, height=11)
    dot = base.mark_point(color=MAIN, fill=MAIN, size=44, opacity=1)
    layers = alt.layer(
        line,
        box.encode(x=alt.X("p25:Q", scale=scale), x2="p75:Q"),
        dot.encode(x=alt.X("p50:Q", scale=scale)),
    )
    return layers.properties(width=WIDTH - 30, height=26 * len(rows))


def log_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, 20 …; over more than three decades, the powers of ten alone."""
    steps = (1, 2, 5) if high / low < 1000 else (1,)
    found = [step * 10.0**power for power in range(-3, 8) for step in steps]
    return [each for each in found if low <= each <= high]


def _log_bins(values: Sequence[float], low: float, high: float) -> list[dict[str, float]]:
    import numpy as np  # noqa: PLC0415 (with the drawing libraries)

    counts, edges = np.histogram(np.log(np.maximum(values, low)), 28, (np.log(low), np.log(high)))
    ends = np.exp(edges).tolist()
    return [
        {"from": ends[number], "to": ends[number + 1], "n": n}
        for number, n in enumerate(counts.tolist())
        if n
    ]


def altair_module() -> Any:  # noqa: ANN401 (the module, imported when something is drawn)
    """The library that draws."""
    import altair  # noqa: PLC0415 (slow to import; the command line's help must not wait)

    return altair


def to_svg(chart: alt.TopLevelMixin) -> str:
    """The drawing, its ids its own so that several can stand in one page."""
    import vl_convert  # noqa: PLC0415 (with altair)

    spec = {**chart.to_dict(), "config": _CONFIG}
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version="6.4")
    own = f"c{next(_names)}-"
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{own}", svg)
    return svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)


_CONFIG: dict[str, Any] = {
    "aria": False,
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": QUIET,
        "labelFontSize": 12,
        "titleColor": INK,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "gridColor": GRID,
        "domainColor": QUIET,
        "tickColor": QUIET,
        "tickSize": 4,
        "labelFlush": False,
    },
    "axisBand": {"grid": False},
}

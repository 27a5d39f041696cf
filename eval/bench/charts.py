"""The bench's charts: what each shows, in numbers, in words and as a drawing.

Enters: figures and growths. Leaves: ``Chart`` values, one for each chart that there are data for.
Deliberately knows nothing of the page they stand in and of how they are drawn (``drawing.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.bench import drawing
from eval.bench.drawing import Panel
from eval.bench.figures import Figure, Growth
from eval.bench.ingestion import STAGES
from eval.bench.table import growth_rows
from eval.reporting.charts import Chart
from eval.reporting.formatting import count_text, number_text

ASKED = ("retrieval without the reader", "retrieval with the reader", "whole answer")


def charts(found: Sequence[Figure], grown: Sequence[Growth]) -> list[Chart]:
    """The charts that these figures have data for, in the order to show."""
    made = (stages(found), *(asked(found, group) for group in ASKED), disk(found), memory(found))
    return [chart for chart in (*made, growth(grown)) if chart]


def stages(found: Sequence[Figure]) -> Chart | None:
    """Seconds of taking in, by stage."""
    names = (*STAGES, "whole")
    return _bars(
        [each for each in found if each.group == "taking in" and each.name in names],
        id="stages",
        title="Taking articles in",
        unit="Seconds",
        reading="Busy seconds of each stage. Stages work at the same time, so that they add up to"
        " more than the whole, which is the time on the clock. Each size has a scale of its own.",
        key="whole",
    )


def disk(found: Sequence[Figure]) -> Chart | None:
    """Megabytes of the index folder, by part."""
    return _bars(
        [each for each in found if each.group == "on disk"],
        id="disk",
        title="The index on disk",
        unit="Megabytes",
        reading="What the index folder holds after everything was taken in. Vectors and words are"
        " derived from the database and can be built again.",
        key="whole",
    )


def memory(found: Sequence[Figure]) -> Chart | None:
    """Megabytes of the processes."""
    peaks = [each for each in found if each.name == "peak memory"]
    return _bars(
        [*peaks, *(each for each in found if each.group == "memory" and each.size)],
        id="memory",
        title="Memory",
        unit="Megabytes",
        reading="Peak memory is of the process that took everything in. The others are of one that"
        " has answered every question: anonymous memory is what the system cannot take back,"
        " the rest are files that it holds in memory while there is room.",
        key="resident, above torch alone",
    )


def asked(found: Sequence[Figure], group: str) -> Chart | None:
    """p50 and p95 of a question, by stage."""
    panels, rows = [], []
    for size in _sizes(found):
        stages = _percentiles([e for e in found if e.group == group and e.size == size])
        if stages:
            shown = [{"name": n, "p50": a.value, "p95": b.value} for n, (a, b) in stages.items()]
            panels.append(Panel(_articles(size), shown))
        for name, (p50, p95) in stages.items():
            values = (number_text(p50.value, "ms"), number_text(p95.value, "ms"))
            rows.append((count_text(size), name, *values, count_text(p50.n)))
    if not panels:
        return None
    return Chart(
        id=f"asked-{group.replace(' ', '-')}",
        title=f"Time of a question: {group}",
        reading="From the median (dot) to the 95th percentile (stroke), one question at a time."
        " Stages may work at the same time; the whole is the time on the clock."
        " The scale is logarithmic.",
        alt=_whole(rows),
        svg=drawing.ranges(panels, "Milliseconds"),
        columns=("Articles", "Stage", "p50", "p95", "n"),
        rows=tuple(rows),
    )


def growth(grown: Sequence[Growth]) -> Chart | None:
    """Figures over the number of articles, and the power law through them."""
    shown = [each for each in grown if each.points and all(y > 0 for _, y in each.points)]
    if not shown:
        return None
    panels = [
        Panel(
            f"{each.name}, {_unit(each)}",
            [{"x": x, "value": y, "law": each.fit.at(x) if each.fit else None}
             for x, y in each.points],
        )
        for each in shown
    ]  # fmt: skip
    rows = growth_rows(grown)
    told = "; ".join(f"{name}: {exponent}" for name, exponent, _, _ in rows)
    return Chart(
        id="growth",
        title="Growth with the number of articles",
        reading="Both scales are logarithmic: the steeper, the faster it grows. The dashed line is"
        " the power law by least squares; an exponent of 1 is in proportion, 0 stays as it is.",
        alt=f"Exponents: {told}.",
        svg=drawing.growth(panels),
        columns=("Figure", "Exponent", "Articles: value", "Points"),
        rows=tuple(rows),
    )


def _bars(chosen: Sequence[Figure], *, unit: str, key: str, **words: str) -> Chart | None:
    measured = [each for each in chosen if each.value is not None]
    if not measured:
        return None
    panels = [
        Panel(
            _articles(size),
            [{"name": e.name, "value": e.value} for e in measured if e.size == size],
        )
        for size in _sizes(measured)
    ]
    rows = tuple(
        (count_text(e.size), e.name, number_text(e.value, e.unit), count_text(e.n))
        for e in measured
    )
    told = [
        f"{number_text(e.value, e.unit)} at {_articles(e.size)}" for e in measured if e.name == key
    ]
    return Chart(
        id=words["id"],
        title=words["title"],
        reading=words["reading"],
        alt=f"{key.capitalize()}: {'; '.join(told)}." if told else "",
        svg=drawing.bars(panels, unit),
        columns=("Articles", "What", "Value", "n"),
        rows=rows,
    )


def _percentiles(chosen: Sequence[Figure]) -> Mapping[str, tuple[Figure, Figure]]:
    """p50 and p95 by stage, the whole first."""
    by_name = {each.name: each for each in chosen if each.value is not None}
    names = [name.removesuffix(" p50") for name in by_name if name.endswith(" p50")]
    return {name: (by_name[f"{name} p50"], by_name[f"{name} p95"]) for name in names}


def _whole(rows: Sequence[Sequence[str]]) -> str:
    told = [
        f"{p50} at the median and {p95} at the 95th percentile over {articles} articles (n {n})"
        for articles, name, p50, p95, n in rows
        if name == "whole"
    ]
    return f"It takes {'; '.join(told)}."


def _sizes(found: Sequence[Figure]) -> list[int]:
    return sorted({each.size for each in found})


def _articles(size: int) -> str:
    return count_text(size, "article")


def _unit(each: Growth) -> str:
    return {"s": "s", "ms": "ms", "MB": "MB"}.get(each.unit, each.unit)

"""The report's charts: what each one shows, in numbers, in words and as a drawing.

Enters: judged cases. Leaves: ``Chart`` values, one for each chart there are data for; each has
its numbers as a table, so that nothing is told by the drawing alone. Deliberately knows nothing
of the page they stand in (``report.py``) and of how they are drawn (``drawing.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.reporting import drawing
from eval.reporting.formatting import count_text, interval_text, number_text
from eval.results import Result
from eval.scoring.statistics import aurc, bootstrap_interval, ece, reliability, risk_coverage
from eval.scoring.weighted import MEAN

DEPTH = 10
# More points than a line of this width can show.
CURVE_POINTS = 240
STAGE = "ms:"
TOTAL = "total"
QUANTILES = {"p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95}
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: ``reading`` says how to read it, ``alt`` what it shows, ``rows`` its numbers."""

    id: str
    title: str
    reading: str
    alt: str
    svg: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def charts(results: Sequence[Result]) -> list[Chart]:
    """The charts that these results have data for, in the order to show."""
    made = (hits_by_k(results), risk_curve(results), calibration(results), latency(results))
    return [chart for chart in made if chart]


def column(results: Sequence[Result], *names: str) -> FloatArray:
    """Scores by name, one row for each case that has them all: shape (n, len(names))."""
    rows = [[result.scores.get(name) for name in names] for result in results]
    whole = [row for row in rows if None not in row]
    return np.array(whole, dtype=np.float64).reshape(len(whole), len(names))


def hits_by_k(results: Sequence[Result]) -> Chart | None:
    """Share of questions with a relevant passage among the first k, k from 1 to 10."""
    ranks = column(results, "hits_rank")[:, 0]
    if not len(ranks):
        return None
    points = []
    for k in range(1, DEPTH + 1):
        found = ((ranks >= 1) & (ranks <= k)).astype(np.float64)
        low, high = bootstrap_interval(found[:, None], MEAN, resamples=2000, seed=0)
        points.append({"k": k, "share": float(found.mean()), "low": low, "high": high})
    first, last = points[0]["share"], points[-1]["share"]
    n = count_text(len(ranks), "question")
    return Chart(
        id="hits",
        title="Hits by k",
        reading="How often at least one relevant passage is among the first k: a steep start means"
        " that few passages need to be read. Bars are 95% bootstrap intervals.",
        alt=f"Over {n}, Hits@1 is {number_text(first)} and Hits@10 is {number_text(last)}.",
        svg=drawing.hits(points),
        columns=("k", "Hits@k", "95% interval"),
        rows=tuple(
            (str(p["k"]), number_text(p["share"]), interval_text(p["low"], p["high"]))
            for p in points
        ),
    )


def risk_curve(results: Sequence[Result]) -> Chart | None:
    """Share wrong among the surest answers, by how many are given."""
    both = column(results, "confidence", "right")
    if not len(both) or len(set(both[:, 0].tolist())) == 1:
        return None
    coverage, risk = risk_coverage(both[:, 0], both[:, 1])
    curve = [{"coverage": float(c), "risk": float(r)} for c, r in zip(coverage, risk, strict=True)]
    everything, now = curve[-1]["risk"], _stands(results)
    area = number_text(aurc(both[:, 0], both[:, 1]))
    alt = (
        f"Over {count_text(len(both), 'case')}, the area under the curve is {area}"
        f" (knowing nothing: {number_text(everything)})."
    )
    if now:
        alt += (
            f" As set, it answers {number_text(now['coverage'])} of the cases,"
            f" {number_text(now['risk'])} of these wrongly."
        )
    tenths = [_nearest(curve, tenth / 10) for tenth in range(1, 11)]
    return Chart(
        id="risk",
        title="Risk by coverage",
        reading="Were only the surest answers given, how many of them would be wrong: the curve"
        " should stay low for long. The dashed line is confidence that knows nothing;"
        " the diamond is where the system stands.",
        alt=alt,
        svg=drawing.risk(_thinned(curve), everything, now),
        columns=("Share answered", "Share of these wrong"),
        rows=tuple((number_text(p["coverage"]), number_text(p["risk"])) for p in tenths),
    )


def calibration(results: Sequence[Result]) -> Chart | None:
    """Share right by stated confidence, with the number of cases in each bin."""
    both = column(results, "confidence", "right")
    if not len(both):
        return None
    bins = _bins(both)
    error = number_text(ece(both[:, 0], both[:, 1]))
    return Chart(
        id="reliability",
        title="Reliability of confidence",
        reading="A dot on the diagonal means that answers given with this confidence are right"
        " that often; below it, the system is too sure. Bars are 95% Wilson intervals;"
        " the columns count the cases of each bin.",
        alt=f"Over {count_text(len(both), 'case')}, confidence is off by {error} on average"
        " (expected calibration error).",
        svg=drawing.calibration(bins),
        columns=("Confidence", "n", "Mean confidence", "Share right", "95% interval"),
        rows=tuple(
            (
                interval_text(one["from"], one["to"]),
                count_text(int(one["n"])),
                number_text(one["confidence"]),
                number_text(one["share"]),
                interval_text(one["low"], one["high"]),
            )
            for one in bins
        ),
    )


def latency(results: Sequence[Result]) -> Chart | None:
    """Time of a question, as a whole and by stage."""
    stages = _stages(results)
    if not stages:
        return None
    top = stages[0]
    median, slow = number_text(top["p50"], "ms"), number_text(top["p95"], "ms")
    return Chart(
        id="latency",
        title="Time of a question",
        reading="Each line runs from the 5th to the 95th percentile, the box holds the middle"
        " half, the dot is the median; the columns count questions by their whole time."
        " The scale is logarithmic.",
        alt=f"Over {count_text(top['n'], 'question')}, {top['stage']} takes {median} at the"
        f" median and {slow} at the 95th percentile.",
        svg=drawing.latency(column(results, f"{STAGE}{TOTAL}")[:, 0].tolist(), stages),
        columns=("Stage", "n", *QUANTILES, "max"),
        rows=tuple(
            (
                row["stage"],
                count_text(row["n"]),
                *(number_text(row[name], "ms") for name in (*QUANTILES, "max")),
            )
            for row in stages
        ),
    )


def _stands(results: Sequence[Result]) -> dict[str, float] | None:
    """Coverage and risk of the answers as given; None where none was."""
    given = column(results, "not_found", "right")
    answered = given[given[:, 0] == 0, 1]
    if not len(answered):
        return None
    return {"coverage": len(answered) / len(given), "risk": 1 - float(answered.mean())}


def _bins(both: FloatArray) -> list[dict[str, float]]:
    bins = []
    for low, high, n, confidence, share in reliability(both[:, 0], both[:, 1], bins=10):
        if n:
            least, most = wilson(share, n)
            bins.append(
                {"from": low, "to": high, "n": n, "confidence": confidence, "share": share}
                | {"low": least, "high": most}
            )
    return bins


def _stages(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Quantiles by stage in ms, the whole first, then the slowest."""
    names = {name for result in results for name in result.scores if name.startswith(STAGE)}
    stages: list[dict[str, Any]] = []
    for name in sorted(names):
        times = column(results, name)[:, 0]
        if len(times):
            cuts = np.percentile(times, list(QUANTILES.values())).tolist()
            stages.append(
                {"stage": name.removeprefix(STAGE), "n": len(times), "max": float(times.max())}
                | dict(zip(QUANTILES, cuts, strict=True))
            )
    return sorted(stages, key=lambda row: (row["stage"] != TOTAL, -row["p50"]))


def wilson(share: float, n: float, z: float = 1.959964) -> tuple[float, float]:
    """The 95% Wilson score interval of a share (Wilson 1927).

    For the bins of a reliability diagram: a bin of three cases that are all right has a bootstrap
    interval of no width.
    """
    spread = z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def _nearest(curve: Sequence[dict[str, float]], coverage: float) -> dict[str, float]:
    return min(curve, key=lambda point: abs(point["coverage"] - coverage))


def _thinned(curve: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    keep = np.linspace(0, len(curve) - 1, min(len(curve), CURVE_POINTS)).round().astype(int)
    return [curve[number] for number in dict.fromkeys(keep.tolist())]

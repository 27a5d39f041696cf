import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from eval.reporting.charts import (
    calibration,
    charts,
    column,
    hits_by_k,
    latency,
    risk_curve,
    wilson,
)
from eval.reporting.report import row_of
from eval.results import Outcome, Result
from eval.scoring.measures import figures
from tests.eval.made_results import HOSTILE, made_results


def results(*scores):
    return [
        Result(str(number), "", "q", True, (), {}, Outcome(), each)
        for number, each in enumerate(scores)
    ]


def test_hits_by_k_counts_ranks_up_to_k():
    chart = hits_by_k(results(*({"hits_rank": rank} for rank in (1.0, 1.0, 3.0, 0.0, None, 11.0))))
    assert [row[:2] for row in chart.rows] == [
        ("1", ".400"),
        ("2", ".400"),
        *((str(k), ".600") for k in range(3, 11)),
    ]
    assert chart.alt == "Over 5 questions, Hits@1 is .400 and Hits@10 is .600."
    low, high = (float(end) for end in chart.rows[0][2].split("–"))
    assert low <= 0.4 <= high


def test_hits_by_k_agrees_with_the_figures_to_the_digit():
    made = made_results()
    told = {row[0]: row[1:] for row in hits_by_k(made).rows}
    for figure in figures(made):
        if figure.name in {"Hits@1", "Hits@4", "Hits@10"}:
            shown = row_of(figure.record())
            assert told[figure.name.removeprefix("Hits@")] == (shown.value, shown.interval)


def test_risk_by_coverage_is_the_share_wrong_among_the_surest():
    rows = [(0.9, 1.0, 0.0), (0.8, 1.0, 0.0), (0.6, 0.0, 0.0), (0.1, 0.0, 1.0)]
    cases = [{"confidence": c, "right": r, "not_found": n} for c, r, n in rows]
    chart = risk_curve(results(*cases))
    told = dict(chart.rows)
    assert told["1.000"] == ".500"  # all four: two wrong
    assert told["0.750".removeprefix("0")] == ".333"
    assert told[".500"] == ".000"
    assert chart.alt.endswith("As set, it answers .750 of the cases, .333 of these wrongly.")


def test_where_everything_is_refused_there_is_no_point_of_now():
    cases = [{"confidence": c, "right": 1.0, "not_found": 1.0} for c in (0.2, 0.1)]
    assert "As set" not in risk_curve(results(*cases)).alt


def test_reliability_has_a_row_for_each_bin_that_holds_a_case():
    rows = [(0.91, 1.0), (0.93, 1.0), (0.95, 0.0), (0.97, 1.0), (0.12, 0.0)]
    chart = calibration(results(*({"confidence": c, "right": r} for c, r in rows)))
    low, high = wilson(0.75, 4)
    interval = f"{low:.3f}–{high:.3f}".replace("0.", ".")
    assert chart.rows[1] == (".900–1.000", "4", ".940", ".750", interval)
    assert chart.rows[0][:4] == (".100–.200", "1", ".120", ".000")
    # 4/5 * |.94 - .75| + 1/5 * |.12 - 0|
    assert "off by .176 on average" in chart.alt


@pytest.mark.parametrize(
    # From Wilson's formula by hand; 8 of 10 is the textbook's .490 to .943.
    ("share", "n", "low", "high"),
    [(0.8, 10, 0.4902, 0.9433), (0.0, 3, 0.0, 0.5615), (1.0, 3, 0.4385, 1.0)],
)
def test_wilsons_interval(share, n, low, high):
    assert wilson(share, n) == pytest.approx((low, high), abs=5e-5)


def test_latency_tells_quantiles_by_stage_the_whole_first():
    cases = [{"ms:total": float(ms), "ms:words": ms / 100} for ms in range(1, 102)]
    chart = latency(results(*cases, {"failed": 1.0}))
    assert chart.rows == (
        ("total", "101", "6.00 ms", "26.0 ms", "51.0 ms", "76.0 ms", "96.0 ms", "101 ms"),
        ("words", "101", "0.06 ms", "0.26 ms", "0.51 ms", "0.76 ms", "0.96 ms", "1.01 ms"),
    )
    assert chart.alt == (
        "Over 101 questions, total takes 51.0 ms at the median and 96.0 ms at the 95th percentile."
    )


def test_times_of_nothing_and_stages_with_odd_names_can_be_drawn():
    chart = latency(results({"ms:total": 0.0, f"ms:{HOSTILE}": 0.0}))
    assert "<img" not in chart.svg
    ElementTree.fromstring(chart.svg)  # noqa: S314 (made here)


def test_there_is_no_chart_without_its_data():
    assert charts([]) == []
    assert charts(results({"failed": 1.0}, {"confidence": None, "right": 1.0})) == []
    only = charts(results({"hits_rank": 1.0, "confidence": None}))
    assert [chart.id for chart in only] == ["hits"]


def test_confidence_that_never_differs_ranks_nothing():
    assert risk_curve(results(*({"confidence": 1.0, "right": 1.0},) * 3)) is None


def test_every_chart_of_a_run_is_a_drawing_with_its_own_ids_and_no_colour_of_the_ground():
    made = charts(made_results())
    assert [chart.id for chart in made] == ["hits", "risk", "reliability", "latency"]
    named = []
    for chart in made:
        ElementTree.fromstring(chart.svg)  # noqa: S314 (made here)
        assert 'fill="white"' not in chart.svg
        assert chart.svg.count("<text") > 8
        assert all(len(row) == len(chart.columns) for row in chart.rows)
        named += re.findall(r'id="([^"]+)"', chart.svg)
        assert set(re.findall(r"url\(#([^)]+)\)", chart.svg)) <= set(named)
    assert len(named) == len(set(named))


def test_colours_are_those_that_the_style_sheet_turns_for_dark():
    known = {"#1d2733", "#55616e", "#dfe4ea", "#0072b2", "#d55e00", "#b9d6e8"}
    for chart in charts(made_results()):
        assert set(re.findall(r"#[0-9a-f]{6}\b", chart.svg)) <= known


def test_a_long_run_keeps_the_curve_drawable():
    cases = [{"confidence": n / 6000, "right": float(n % 2), "not_found": 0.0} for n in range(6000)]
    assert len(risk_curve(results(*cases)).svg) < 30_000


def test_columns_leave_out_cases_to_which_a_score_does_not_apply():
    cases = results({"a": 1.0, "b": 2.0}, {"a": 1.0}, {"a": None, "b": 1.0})
    assert column(cases, "a", "b").tolist() == [[1.0, 2.0]]
    assert column([], "a").shape == (0, 1)
    assert column([replace(cases[0], scores={})], "a").shape == (0, 1)

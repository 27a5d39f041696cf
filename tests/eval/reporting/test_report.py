"""The report as a file."""

import re

import pytest

from eval.reporting.report import groups, kind_table, lede, row_of, stopped, when
from eval.scoring.measures import figures
from tests.eval.made_report import hostile, written
from tests.eval.made_results import HOSTILE, made_results, made_summary

FIGURE = {
    "name": "Hits@4",
    "group": "retrieval",
    "value": 0.7834,
    "low": 0.71,
    "high": 0.85,
    "n": 1294,
    "definition": "Share with a relevant passage in the first 4.",
    "higher_is_better": True,
}


def test_a_figure_is_shown_with_its_interval_n_and_definition():
    row = row_of(FIGURE)
    assert (row.value, row.interval, row.n) == (".783", ".710–.850", "1,294")
    assert (row.bar.low, row.bar.value, row.bar.high) == (71.0, 78.34, 85.0)
    assert row.definition == FIGURE["definition"]
    assert not row.lower_is_better


def test_times_share_a_scale_that_ends_at_the_highest():
    slow = {**FIGURE, "group": "speed", "value": 40.0, "low": 30.0, "high": 50.0}
    quick = {**slow, "value": 5.0, "low": 4.0, "high": 6.0}
    (speed,) = groups([slow, quick])
    assert [row.value for row in speed.rows] == ["40.0 ms", "5.00 ms"]
    assert [(r.bar.low, r.bar.value, r.bar.high) for r in speed.rows] == [
        (60.0, 80.0, 100.0),
        (8.0, 10.0, 12.0),
    ]


def test_figures_stand_in_their_groups():
    made = groups([FIGURE, {**FIGURE, "group": "run", "name": "Failed"}])
    assert [(group.title, [row.name for row in group.rows]) for group in made] == [
        ("Retrieval", ["Hits@4"]),
        ("The run", ["Failed"]),
    ]


def test_by_kind_a_figure_that_does_not_apply_leaves_its_cell_empty():
    other = {**FIGURE, "group": "abstention", "name": "Not found"}
    table = kind_table({"fact": [FIGURE, other], "foreign": [other]})
    assert table.kinds == ("fact", "foreign")
    (title, ((name, cells),)), (_, ((_, both),)) = table.groups
    assert (title, name, cells[0].value, cells[1]) == ("Retrieval", "Hits@4", ".783", None)
    assert [cell.value for cell in both] == [".783", ".783"]


def test_one_kind_makes_no_table():
    assert kind_table({"fact": [FIGURE]}) is None


def test_the_first_sentence_says_what_was_run_when_and_for_how_long():
    assert lede(made_summary(made_results(120))) == (
        "120 cases over 4 articles in 10 passages, run on 1 June 2024, 09:30 UTC, in 21.7 s."
    )
    assert lede({"cases": 1}) == "1 case."


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2024-06-01T09:30:00Z", "1 June 2024, 09:30 UTC"),
        ("2024-12-31T23:05:59+02:00", "31 December 2024, 23:05 UTC+02:00"),
        ("yesterday", "yesterday"),
        ("", ""),
    ],
)
def test_a_moment_as_a_reader_says_it(moment, text):
    assert when(moment) == text


def test_a_run_cut_short_says_how_far_it_came():
    results = made_results(40)
    assert stopped(results, made_summary(results)) == ""
    cut = {**made_summary(results, complete=False), "identity": {"cases": 120}}
    assert stopped(results, cut).startswith(
        "This run was stopped before its end: 40 of 120 cases were done."
    )


def test_the_file_names_no_other(tmp_path):
    html = written(tmp_path).read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    # Namespaces of SVG are names, not addresses that anything is fetched from.
    assert set(re.findall(r"https?://[^\s\"'<>]+", html)) == {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not re.search(r"<(link|script|img|iframe)[^>]+(src|href)=\"(?!data:)", html)
    assert "@import" not in html


def test_texts_of_articles_stand_escaped_wherever_they_are(tmp_path):
    html = written(tmp_path, hostile(), set=HOSTILE).read_text(encoding="utf-8")
    assert "<img" not in html
    assert "&lt;/script&gt;&lt;img src=x" in html
    assert html.count("</script>") == 2


def test_a_report_of_no_cases_can_be_written(tmp_path):
    path = written(tmp_path, [])
    assert "0 cases over 4 articles" in path.read_text(encoding="utf-8")


def test_a_figure_without_an_interval_is_shown_without_one(tmp_path):
    bare = {**FIGURE, "low": None, "high": None}
    row = row_of(bare)
    assert (row.value, row.interval, row.bar) == (".783", "–", None)
    by_kind = {"fact": [bare], "foreign": [bare]}
    html = written(tmp_path, figures=[bare], by_kind=by_kind).read_text(encoding="utf-8")
    assert html.count("<b>.783</b>") == 2


def test_the_figures_of_a_run_as_they_are_measured_can_be_shown(tmp_path):
    results = made_results()
    measured = [figure.record() for figure in figures(results, resamples=50)]
    kinds = {"all": measured, "again": measured}
    html = written(tmp_path, results, figures=measured, by_kind=kinds).read_text(encoding="utf-8")
    for figure in measured:
        assert html.count(f'<th scope="row">{figure["name"]}</th>') == (
            1 if figure["group"] in {"speed", "run"} else 2
        )

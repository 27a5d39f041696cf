"""Measures over judged cases: their names, by hand, and where undefined."""

from __future__ import annotations

import pytest

from embeddings.collection import Collection
from eval.results import Outcome, Result
from eval.scoring.measures import (
    MEASURES,
    STAGES,
    Figure,
    figure_from,
    figures,
    measures_of,
    speed_measures,
)
from qa_app.assistant import Assistant
from qa_app.settings import Settings

NAMES = [
    *("Hits@1", "Hits@4", "Hits@10", "MRR@10", "nDCG@10", "Evidence recall@10"),
    *("MultiHop-RAG Hits@4", "MultiHop-RAG Hits@10", "MultiHop-RAG MRR@10"),
    *("Answer contained", "EM", "F1", "First sentence right", "Any sentence right"),
    *("EM (SQuAD 2.0)", "F1 (SQuAD 2.0)"),
    *("Citations verbatim", "Citation precision", "Citation recall", "Sources covered"),
    *("Gold answers covered", "Wrong answers told", "All and only right answers"),
    *("Not found precision", "Not found recall", "Not found F1"),
    *("AUROC of confidence", "AURC", "ECE"),
    *("Written by the model", "Unsupported claims", "Dropped by answer", "Input tokens"),
    *("Output tokens", "Model seconds", "First word seconds"),
    *(
        f"{p} {s} ms"
        for s in ("understand", "filter", "encode", "vectors", "words", "fuse", "rerank", "read")
        for p in ("p50", "p95")
    ),
    *("p50 total ms", "p95 total ms", "Failed cases"),
]
LOWER = {
    *("Wrong answers told", "AURC", "ECE", "Failed cases", "Unsupported claims"),
    *("Dropped by answer", "Input tokens", "Output tokens", "Model seconds", "First word seconds"),
}


def result(number: int = 0, **scores: float | None) -> Result:
    named = {name.replace("_at_", "@").replace("ms_", "ms:"): s for name, s in scores.items()}
    return Result(
        id=f"é{number}",
        kind="",
        question="Où?",
        answerable=True,
        history=(),
        gold={},
        outcome=Outcome(),
        scores=named,
    )


def values(results: list[Result]) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures(results, resamples=200)}


def test_names_groups_and_directions() -> None:
    assert list(MEASURES) == NAMES
    assert all(measure.name == name for name, measure in MEASURES.items())
    lower = {name for name, measure in MEASURES.items() if not measure.higher_is_better}
    assert lower == LOWER | {name for name in NAMES if name.endswith(" ms")}
    assert {name for name, each in MEASURES.items() if each.group == "abstention"} == {
        *("Not found precision", "Not found recall", "Not found F1"),
        *("AUROC of confidence", "AURC", "ECE"),
    }
    assert {name: each.unit for name, each in MEASURES.items() if each.group == "model"} == {
        "Written by the model": "share", "Unsupported claims": "share",
        "Dropped by answer": "number", "Input tokens": "number", "Output tokens": "number",
        "Model seconds": "s", "First word seconds": "s",
    }  # fmt: skip
    for name in ("Citation precision", "Citation recall", "Sources covered"):
        assert "right citation (verbatim, and " in MEASURES[name].definition
    assert MEASURES["Hits@4"].is_mean
    assert MEASURES["Not found recall"].is_mean
    assert not MEASURES["Citation precision"].is_mean
    for measure in MEASURES.values():
        assert measure.definition.endswith("."), measure.name
        assert measure.definition[0].isupper() or measure.definition[0].isdigit()


def test_a_case_counts_where_it_has_every_score() -> None:
    results = [
        result(confidence=0.5, right=1.0),
        result(confidence=None, right=1.0),
        result(right=0.0),
        result(confidence=0.25, right=0.0),
    ]
    indexes, rows = MEASURES["ECE"].rows(results)
    assert indexes == [0, 3]
    assert rows.tolist() == [[0.5, 1.0], [0.25, 0.0]]
    indexes, rows = MEASURES["Citation precision"].rows(results)
    assert (indexes, rows.shape) == ([], (0, 2))


def test_figures_by_hand() -> None:
    results = [
        result(1, hits_at_1=1.0, citations=3.0, right_citations=1.0, verbatim=3.0, ms_total=10.0),
        result(2, hits_at_1=0.0, citations=1.0, right_citations=1.0, verbatim=0.0, ms_total=30.0),
        result(3, hits_at_1=None, citations=None, right_citations=None, verbatim=None),
    ]
    found = values(results)
    assert list(found) == [
        *("Hits@1", "Citations verbatim", "Citation precision", "p50 total ms", "p95 total ms")
    ]
    assert (found["Hits@1"].value, found["Hits@1"].n) == (0.5, 2)
    assert (found["Hits@1"].low, found["Hits@1"].high) == (0.0, 1.0)
    assert found["Citations verbatim"].value == 0.75  # 3 of 4, not the mean of 1 and 0
    assert found["Citation precision"].value == 0.5
    assert found["p50 total ms"].value == 20.0
    assert found["p95 total ms"].value == pytest.approx(29.0)
    assert found["p95 total ms"].group == "speed"


def test_abstention_by_hand() -> None:
    told = [  # answerable, not_found, rightly_refused, confidence, right
        (1.0, 0.0, None, 0.9, 1.0),
        (1.0, 0.0, None, 0.6, 0.0),
        (1.0, 1.0, None, 0.2, 1.0),
        (0.0, 1.0, 1.0, 0.1, 0.0),
        (0.0, 0.0, 0.0, 0.7, 0.0),
    ]
    names = ("answerable", "not_found", "rightly_refused", "confidence", "right")
    found = values([result(i, **dict(zip(names, row, strict=True))) for i, row in enumerate(told)])
    assert found["Not found precision"].value == 0.5
    assert found["Not found recall"].value == 0.5
    assert found["Not found F1"].value == 0.5
    # Above wrong ones of .7, .6 and .1: .9 is above 3, .2 above 1, of 6 pairs.
    assert found["AUROC of confidence"].value == pytest.approx(4 / 6)
    # By confidence right, wrong, wrong, right, wrong.
    assert found["AURC"].value == pytest.approx((0 + 1 / 2 + 2 / 3 + 2 / 4 + 3 / 5) / 5)
    assert found["ECE"].value == pytest.approx((0.1 + 0.7 + 0.6 + 0.8 + 0.1) / 5)
    # Two have no answer; any of the five might have been refused.
    assert {name: figure.n for name, figure in found.items() if figure.n != 5} == {
        "Not found recall": 2
    }


def test_recall_of_not_found_is_told_of_a_kind_without_answers() -> None:
    """As a share of its own cases; precision would be 1 whatever is refused, and is left out."""
    kind = [
        result(i, answerable=0.0, not_found=float(i < 3), rightly_refused=float(i < 3))
        for i in range(4)
    ]
    found = values(kind)
    assert list(found) == ["Not found recall"]
    assert (found["Not found recall"].value, found["Not found recall"].n) == (0.75, 4)


def test_what_is_not_defined_is_left_out() -> None:
    all_answerable = [
        result(i, answerable=1.0, not_found=float(i == 0), confidence=0.5, right=1.0)
        for i in range(4)
    ]
    assert list(values(all_answerable)) == ["AURC", "ECE"]
    none_refused = [
        result(0, answerable=0.0, not_found=0.0, rightly_refused=0.0),
        result(1, answerable=1.0, not_found=0.0),
    ]
    found = values(none_refused)
    assert "Not found precision" not in found
    assert (found["Not found recall"].value, found["Not found F1"].value) == (0.0, 0.0)
    assert figures([]) == []


def test_an_interval_that_cannot_be_told_is_none() -> None:
    rare = [
        result(i, answerable=float(i > 0), not_found=float(i == 0), confidence=0.5, right=1.0)
        for i in range(5)
    ]
    found = values(rare)["Not found F1"]  # a third of the resamples miss the only one
    assert (found.value, found.low, found.high) == (1.0, None, None)
    assert figure_from(found.record()) == found


def test_a_figure_as_a_record() -> None:
    figure = values([result(failed=0.0)])["Failed cases"]
    assert figure.record() == {
        "name": "Failed cases",
        "group": "run",
        "value": 0.0,
        "low": 0.0,
        "high": 0.0,
        "n": 1,
        "definition": MEASURES["Failed cases"].definition,
        "higher_is_better": False,
    }
    assert figure_from(figure.record()) == figure
    with pytest.raises(TypeError):
        figure_from({"name": "Hits@1"})


def test_every_stage_that_the_system_reports_is_known(filled: Collection) -> None:
    chosen = Settings(_env_file=None)  # type: ignore[call-arg]
    answer = Assistant(filled, chosen).ask("What did the newspaper Dagen report of Haifa?")
    assert set(answer.timings_ms) == set(STAGES)


def test_stages_nobody_knew_of_are_measured_too() -> None:
    results = [result(failed=0.0, **{"ms:écoute": 2.0, "ms:total": 3.0})]
    assert [figure.name for figure in figures(results, resamples=20)] == [
        *("p50 total ms", "p95 total ms", "p50 écoute ms", "p95 écoute ms", "Failed cases")
    ]
    assert measures_of([]) == list(MEASURES.values())
    half, most = speed_measures(["écoute"])
    assert (half.name, most.name) == ("p50 écoute ms", "p95 écoute ms")
    assert half.columns == ("ms:écoute",)
    assert half.definition.startswith("Median of the time that the stage écoute takes")


def test_the_same_seed_gives_the_same_intervals() -> None:
    results = [result(i, f1=i / 30, failed=0.0) for i in range(30)]
    once, again = figures(results, resamples=100), figures(results, resamples=100)
    assert once == again
    assert figures(results, resamples=100, seed=1)[0].low != once[0].low
    low, high = once[0].low, once[0].high
    assert low is not None
    assert high is not None
    assert once[0].value == pytest.approx(14.5 / 30)
    assert low < once[0].value < high

"""The hand-written cases as a set: the real ones, and files with planted faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, Dataset, Evidence
from eval.errors import DatasetInvalid, DatasetMissing
from eval.sets.datasets import load
from eval.sets.seed_set import seed_set

TEXT = "“Né” à Åre.\r\nIl a dit 🙂: non.\r\n"


def planted(tmp_path: Path, **changes: Any) -> tuple[Path, Path]:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "åre.txt").write_text(TEXT, encoding="utf-8", newline="")
    place = {"article": "åre.txt", "quote": "Il a dit 🙂: non.", "start": 13, "end": 29}
    case = {
        "id": "c1",
        "kind": "followup",
        "question": "Et lui ?",
        "history": ["Qui ?"],
        "answerable": True,
        "answers": ["non"],
        "evidence": [{**place, **changes.pop("place", {})}],
        "note": "for people",
        **changes,
    }
    path = tmp_path / "cases.jsonl"
    path.write_text(f"\n{json.dumps(case)}\n", encoding="utf-8")
    return path, articles


def test_a_case_keeps_what_was_written(tmp_path: Path) -> None:
    cases, articles = planted(tmp_path)
    assert seed_set(cases, articles) == Dataset(
        "seeds",
        articles,
        (
            Case(
                id="c1",
                question="Et lui ?",
                answerable=True,
                kind="followup",
                history=("Qui ?",),
                answers=("non",),
                evidence=(Evidence("åre.txt", "Il a dit 🙂: non.", 13, 29),),
            ),
        ),
        {"åre.txt": TEXT},
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"place": {"start": 12}},
            "expected 'Il a dit 🙂: non.' at 12 to 29 of åre.txt, found '\\nIl a dit 🙂: non.'; "
            "correct start and end, or the quote",
        ),
        (
            {"place": {"start": -18, "end": -2}},
            "expected 'Il a dit 🙂: non.' at -18 to -2 of åre.txt, found ''; "
            "correct start and end, or the quote",
        ),
        (
            {"place": {"quote": "", "end": 13}},
            "expected '' at 13 to 13 of åre.txt, found ''; correct start and end, or the quote",
        ),
        (
            {"place": {"article": "x.txt"}},
            "no article is called 'x.txt'; expected one of åre.txt",
        ),
        (
            {"answer": "non"},
            "answer: Extra inputs are not permitted; expected one JSON object a line with "
            "id, kind, question, answerable, answers, evidence, history, note",
        ),
    ],
)
def test_a_wrong_case_is_named(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    cases, articles = planted(tmp_path, **changes)
    with pytest.raises(DatasetInvalid) as told:
        seed_set(cases, articles)
    assert str(told.value) == f"{cases}:2: {reason}"


def test_an_article_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    cases, articles = planted(tmp_path)
    (articles / "åre.txt").write_bytes(b"\xe9")
    with pytest.raises(DatasetInvalid, match=r"åre\.txt: cannot be read as UTF-8"):
        seed_set(cases, articles)


def test_missing_articles_are_told(tmp_path: Path) -> None:
    cases, _ = planted(tmp_path)
    with pytest.raises(DatasetMissing, match=r"nowhere; the example articles .* checkout"):
        seed_set(cases, tmp_path / "nowhere")


def test_the_real_set_loads_without_data(tmp_path: Path) -> None:
    dataset = load("seeds", None, scratch=tmp_path)
    assert len(dataset.cases) == 250
    assert sum(case.answerable for case in dataset.cases) == 186
    assert sum(bool(case.history) for case in dataset.cases) == 19
    assert set(dataset.texts) == {path.name for path in dataset.articles.iterdir()}
    first = dataset.cases[0]
    assert (first.id, first.kind, first.answers[0]) == (
        "fact-001",
        "fact",
        "Mullah Abdul Ghani Baradar",
    )
    assert first.evidence == (
        Evidence(
            "002_2c4d026b990d7c81.txt",
            "The delegation was led by Mullah Abdul Ghani Baradar Akund, "
            "the Taliban’s lead negotiator.",
            153,
            243,
        ),
    )
    for case in dataset.cases:
        for place in case.evidence:
            assert dataset.texts[place.article][place.start : place.end] == place.quote
    assert not list(tmp_path.iterdir())

"""The hand-written cases over seeds/: every quote is there, every answer is in a quote."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LINES = (ROOT / "eval/data/seeds.jsonl").read_text(encoding="utf-8").split("\n")
CASES = [json.loads(line) for line in LINES if line]
BY_ID = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])

AT_LEAST = {
    "fact": 30,
    "reworded": 25,
    "two_articles": 12,
    "differ": 6,
    "who_said": 12,
    "who_wrote": 3,
    "when_published": 4,
    "order": 6,
    "followup": 12,
    "near_miss": 30,
    "foreign": 12,
}
KEYS = {"id", "kind", "question", "history", "answerable", "answers", "evidence", "note"}
OPTIONAL = {"history", "note"}


def article(name: str) -> str:
    with (ROOT / "seeds" / name).open(encoding="utf-8", newline="") as file:
        return file.read()


def normal(text: str) -> str:
    """SQuAD's normal form, with every Unicode punctuation mark and symbol taken out."""
    kept = "".join(c for c in text.lower() if unicodedata.category(c)[0] not in "PS")
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


@BY_ID
def test_keys_are_the_documented_ones(case: dict) -> None:
    assert set(case) <= KEYS
    assert set(case) >= KEYS - OPTIONAL
    assert case["kind"] in AT_LEAST


@BY_ID
def test_every_quote_is_its_articles_slice(case: dict) -> None:
    for place in case["evidence"]:
        assert place["quote"].strip() == place["quote"] != ""
        assert article(place["article"])[place["start"] : place["end"]] == place["quote"]
    places = [(place["article"], place["start"]) for place in case["evidence"]]
    assert places == sorted(set(places))


@BY_ID
def test_an_answer_stands_in_a_quote_or_there_is_none(case: dict) -> None:
    if not case["answerable"]:
        assert case["answers"] == case["evidence"] == []
        return
    assert all(normal(answer) for answer in case["answers"])
    quotes = [place["quote"].lower() for place in case["evidence"]]
    assert any(answer.lower() in quote for answer in case["answers"] for quote in quotes)
    for article_name in {place["article"] for place in case["evidence"]}:
        told = [normal(p["quote"]) for p in case["evidence"] if p["article"] == article_name]
        assert any(normal(answer) in quote for answer in case["answers"] for quote in told)


@BY_ID
def test_history_belongs_to_followups_and_answers_to_their_kinds(case: dict) -> None:
    assert bool(case.get("history")) == (case["kind"] == "followup")
    if case["kind"] != "followup":
        assert case["answerable"] == (case["kind"] not in {"near_miss", "foreign"})
    if case["kind"] == "two_articles":
        assert len({place["article"] for place in case["evidence"]}) >= 2


def test_ids_and_questions_are_unique() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES)
    asked = {(case["question"], *case.get("history", ())) for case in CASES}
    assert len(asked) == len(CASES)


def test_there_are_enough_of_each_kind() -> None:
    counts = Counter(case["kind"] for case in CASES)
    assert {kind: n for kind, n in AT_LEAST.items() if counts[kind] < n} == {}
    assert len(CASES) >= 120
    assert sum(not case["answerable"] for case in CASES) >= 35

"""What counts as a right answer, worked out by hand."""

from __future__ import annotations

import pytest

from embeddings.schema import Article
from eval.answers import Outcome, holds, judge, normalize
from qa_app.schema import Answer, Citation, Sentence


def test_normalisation() -> None:
    assert normalize("The  U.S. “peace” deal, an end—A") == "u s peace deal end"


@pytest.mark.parametrize(
    ("sentence", "golds", "right"),
    [
        ("More than 124,000 people left.", ["124,000"], True),
        ("The year was 1968.", ["the year"], True),
        ("Some 175,000 died.", ["5,000"], False),  # whole words only
        ("Nothing.", [], False),
    ],
)
def test_a_sentence_holds_an_answer(sentence: str, golds: list[str], right: bool) -> None:
    assert holds(sentence, golds) is right


def test_an_answer_is_judged() -> None:
    article = Article("a", "a.txt", "txt", "It rained. He was born in 1968.")
    answer = Answer(
        question="q",
        status="answered",
        confidence=0.5,
        sentences=(Sentence("It rained.", (1,)), Sentence("He was born in 1968.", (2,))),
        citations=(Citation.at(1, article, 0, 10), Citation.at(2, article, 11, 31)),
        timings_ms={"total": 3.0},
    )
    case = {"answers": ["1968"], "answerable": True}
    assert judge(case, answer) == Outcome(True, True, False, True, {"total": 3.0})
    refused = Answer(question="q", status="not_found", confidence=0.0)
    assert judge(case, refused) == Outcome(True, False, False, False, {})

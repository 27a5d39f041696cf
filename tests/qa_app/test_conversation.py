"""Follow-ups -> questions that stand alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_app.conversation import points_back, stand_alone

LED = "Who led the Taliban delegation to Iran?"


@pytest.mark.parametrize(
    "question",
    [
        "What did he say there?",
        "When was she born?",
        "And in Moscow?",
        "What about Iran?",
        "Why?",
        "why did it fail",
        "But when?",
        "How about the others?",
        "Who else?",
        "Is this true?",
    ],
)
def test_questions_that_point_back(question: str) -> None:
    assert points_back(question)
    assert stand_alone(question, [LED]) == f"{LED} {question}"


@pytest.mark.parametrize(
    "question",
    [
        LED,
        "What did Milley say about his talks with Austin?",
        "How many troops are in Afghanistan?",
        "Quelle est la capitale de l’Élysée ?",
        "מי הוביל את המשלחת?",
    ],
)
def test_questions_that_stand_alone(question: str) -> None:
    assert not points_back(question)
    assert stand_alone(question, [LED]) == question


@pytest.mark.parametrize(
    "question",
    ["When was Mullah Baradar born?", "Where is Kabul?", "Why did the talks collapse?"],
)
def test_short_questions_that_stand_alone(question: str) -> None:
    assert stand_alone(question, [LED]) == question


def test_without_history_nothing_changes() -> None:
    assert stand_alone("What did he say?", []) == "What did he say?"


def test_the_last_that_stood_alone_is_meant() -> None:
    history = ["Who is Zamir Kabulov?", LED, "What did he say?", "And in Moscow?"]
    assert stand_alone("Why?", history) == f"{LED} Why?"
    assert stand_alone("Why?", ["What did he say?", "And then?"]) == "And then? Why?"
    assert stand_alone("Why?", [f" {LED}\n"]) == f"{LED} Why?"


@given(st.text(), st.lists(st.text(), max_size=4))
def test_the_question_itself_is_always_kept(question: str, history: list[str]) -> None:
    understood = stand_alone(question, history)
    assert understood.endswith(question)
    assert understood == question or understood[: -len(question) - 1] in {
        earlier.strip() for earlier in history
    }

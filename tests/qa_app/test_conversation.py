"""Follow-ups -> questions that stand alone: what is kept, what is asked for, what never happens."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_app.conversation import LOOKED_AT, Exchange, stand_alone

LED = "Who led the Taliban delegation to Iran?"
BORN = "When was the one who led the Taliban delegation to Iran born?"


@pytest.mark.parametrize(
    "question",
    [
        LED,
        "What did Milley say about his talks with Austin?",
        "How many troops are in Afghanistan?",
        "When was Mullah Baradar born?",
        "Where is Kabul?",
        "Why did the talks collapse?",
        "How do vaccines work?",
        "What is inflation?",
        "Did Biden say when he would leave?",
        "Did Iran open its borders?",
        "Did the Taliban say they would fight?",
        "When Ghani was captured, where was he held?",
        "Is it true that the war is over?",
        "What time is it?",
        "How long does it take to fly to Kabul?",
        "Why is it that Trump withdrew from the accord?",
        "Who said that the war is over?",
        "What is the agreement that was signed in Doha?",
        "Who were those who died in Kabul?",
        "What do these articles say about Iran?",
        "Which of these sources names Baradar?",
        "What happened in Kabul this week?",
        "And what did Pompeo announce in Kabul?",
        "  Where is\tKabul ?\r\n",
        "Quelle est la capitale de l’Élysée ?",
        "מי הוביל את המשלחת?",
        "ما هي عاصمة إيران؟",
        "🙂",
        "",
        " \n",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    history = [Exchange("What is the capital of Mongolia?", "Ulaanbaatar"), Exchange(LED)]
    assert stand_alone(question, history) == question


@pytest.mark.parametrize("question", ["What did he say?", "Why?", "And in Moscow?", "Who else?"])
def test_without_history_nothing_changes(question: str) -> None:
    assert stand_alone(question, []) == question


def test_strings_are_questions_of_unknown_answer() -> None:
    assert stand_alone("When was he born?", [LED]) == BORN
    assert stand_alone("When was he born?", [Exchange(LED)]) == BORN
    assert stand_alone("When was he born?", [f" {LED}\r\n"]) == BORN


def test_the_answer_names_whom_it_asked_for() -> None:
    named = "When was Mullah Baradar born?"
    assert stand_alone("When was he born?", [Exchange(LED, "Mullah Baradar")]) == named
    told = "The delegation, which went to Tehran, was led by Mullah Baradar of the Taliban."
    assert stand_alone("When was he born?", [Exchange(LED, told)]) == named
    told = "At a Pentagon event with Lloyd Austin, Mullah Baradar led the delegation. It was long."
    assert stand_alone("When was he born?", [Exchange(LED, told)]) == named


def test_an_unknown_answer_is_asked_for_once() -> None:
    asked: list[str] = []

    def answer_of(question: str) -> str:
        asked.append(question)
        return " Mullah\nBaradar "

    history = [LED, "When was he born?", "And where?"]
    assert stand_alone("Was he captured?", history, answer_of) == "Was Mullah Baradar captured?"
    assert asked == [LED]


def test_nobody_is_asked_where_nothing_points_at_an_answer() -> None:
    def answer_of(question: str) -> str:
        raise AssertionError(question)

    assert stand_alone("Where is Kabul?", [LED], answer_of) == "Where is Kabul?"
    history = [LED, "When did Biden speak to the country?"]
    assert stand_alone("What did he say?", history, answer_of) == "What did Biden say?"
    known = [Exchange(LED, "Mullah Baradar")]
    assert stand_alone("When was he born?", known, answer_of) == "When was Mullah Baradar born?"


def test_an_answer_that_is_not_known_is_described() -> None:
    assert stand_alone("When was he born?", [LED], lambda _: "") == BORN
    captured = BORN.replace("When", "Where").replace("born", "captured")
    assert stand_alone("And where was he captured?", [LED, "When was he born?"]) == captured


def test_at_most_two_answers_are_asked_for() -> None:
    asked: list[str] = []
    history = [f"Who led the {noun} party?" for noun in ("green", "blue", "red", "white")]
    stand_alone("When was he born?", history, lambda q: asked.append(q) or "")  # type: ignore[func-returns-value]
    assert len(asked) <= 2
    assert asked[:1] == ["Who led the white party?"]


def test_what_was_understood_then_counts() -> None:
    history = [Exchange("And he?", understood="When was Zamir Kabulov born?")]
    assert stand_alone("Where did he live?", history) == "Where did Zamir Kabulov live?"


def test_earlier_follow_ups_are_understood_in_their_order() -> None:
    history = ["Who is Zamir Kabulov?", "What does he do?", "And since when?"]
    assert stand_alone("Where does he live?", history) == "Where does Zamir Kabulov live?"


def test_a_change_of_topic_is_followed() -> None:
    history = ["What did Biden say about the war?", "Who is Zamir Kabulov?"]
    assert stand_alone("Where does he live?", history) == "Where does Zamir Kabulov live?"


def test_the_first_and_the_last_of_a_long_conversation_are_looked_at() -> None:
    between = [f"What is the capital of country number {i}?" for i in range(300)]
    history = ["Who is Zamir Kabulov?", *between]
    assert stand_alone("Where was he born?", history) == "Where was Zamir Kabulov born?"


def test_a_very_long_question_is_no_follow_up() -> None:
    question = "Why did he " + "really " * LOOKED_AT + "go?"
    assert stand_alone(question, ["Who is Zamir Kabulov?"]) == question
    history = ["Who is Zamir Kabulov?" + " and why" * 5000]
    assert len(stand_alone("Why did he go?", history)) < 1000


SPOKEN = (
    "who what which when where why how many did does is was were has will the a this that these "
    "those there then he she it they them her his its one others else instead more and but so of "
    "in to with about after not any Taliban Biden Kabul US talks troops withdrawal went said held "
    "2001 March 3 later next day ? , . \" ' “ ” ( ) 🙂 É ß İ ﬃ \u202e ا"
)
WORDS = st.sampled_from(SPOKEN.split(" "))
TEXTS = st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=12).map(" ".join))
EXCHANGES = st.builds(Exchange, TEXTS, TEXTS, TEXTS)


@given(TEXTS, st.lists(st.one_of(TEXTS, EXCHANGES), max_size=4), st.none() | TEXTS)
def test_it_never_fails_and_never_empties_a_question(
    question: str, history: list[str | Exchange], told: str | None
) -> None:
    answer_of = None if told is None else lambda _: told
    understood = stand_alone(question, history, answer_of)
    assert understood == stand_alone(question, history, answer_of)
    assert understood == question or any(c.isalnum() for c in understood)
    if not history:
        assert understood == question


@given(st.text(alphabet=string.punctuation + " \r\n“”", max_size=20), st.lists(TEXTS, max_size=3))
def test_what_says_nothing_is_left_as_it_is(question: str, history: list[str]) -> None:
    assert stand_alone(question, history) == question


@pytest.mark.parametrize(
    "question", ["And there?", "Tell me more.", "Really?", "Anything else?", "¿Why?!"]
)
def test_what_says_nothing_by_itself_goes_with_the_last_question(question: str) -> None:
    last = "Who went on strike in Oslo?"
    understood = stand_alone(question, ["What is the price of fish?", last])
    assert "strike" in understood
    assert stand_alone(question, []) == question

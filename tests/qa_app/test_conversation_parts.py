"""The parts of a question that following it up needs: verbs, subjects, phrases, times."""

from __future__ import annotations

import pytest

from qa_app.follow_up.clauses import event, statement
from qa_app.follow_up.phrases import phrases_of, phrases_said
from qa_app.follow_up.question import take_apart
from qa_app.follow_up.times import is_shift, shifted, time_spans
from qa_app.follow_up.words import base_of, gerund_of, noun_of, past_of, tokenize


@pytest.mark.parametrize(
    ("base", "past", "gerund", "noun"),
    [
        ("call", "called", "calling", "calling"),
        ("blame", "blamed", "blaming", "blaming"),
        ("stop", "stopped", "stopping", "stopping"),
        ("carry", "carried", "carrying", "carrying"),
        ("evacuate", "evacuated", "evacuating", "evacuation"),
        ("withdraw", "withdrew", "withdrawing", "withdrawal"),
        ("overthrow", "overthrew", "overthrowing", "overthrowing"),
        ("release", "released", "releasing", "release"),
        ("agree", "agreed", "agreeing", "agreement"),
    ],
)
def test_the_forms_of_verbs(base: str, past: str, gerund: str, noun: str) -> None:
    assert (past_of(base), gerund_of(base), noun_of(base)) == (past, gerund, noun)
    assert base_of(past) == base


def test_words_and_their_places() -> None:
    text = "Did the U.S. – or US – meet O’Neill’s café-owner, 14,000 strong?"
    words = [token.text for token in tokenize(text)]
    assert words == ["Did", "the", "U.S.", "or", "US", "meet", "O’Neill’s", "café-owner",
                     "14,000", "strong"]  # fmt: skip
    assert [token.low for token in tokenize(text)][4:7] == ["US", "meet", "o'neill's"]
    assert all(text[t.start : t.end] == t.text for t in tokenize(text))


@pytest.mark.parametrize(
    ("question", "wh", "subject", "behind"),
    [
        ("Who led the delegation to Iran?", "Who", "", "led the delegation to Iran"),
        ("How long was the call between A. Trump and B. Mir?", "How long",
         "the call between A. Trump and B. Mir", ""),
        ("To how many troops will the US occupation force be reduced?", "To how many troops",
         "the US occupation force", "be reduced"),
        ("When did Baradar and his team go to Moscow?", "When", "Baradar and his team",
         "go to Moscow"),
        ("How many attacks on the checkpoints were there?", "How many attacks on the checkpoints",
         "", "were there"),
        ("How many prisoners does the Doha agreement say should be freed?", "How many prisoners",
         "the Doha agreement", "say should be freed"),
        ("Where did the drone strike against Taliban fighters take place?", "Where",
         "the drone strike against Taliban fighters", "take place"),
        ("Was Milley skeptical about it?", "", "Milley", "skeptical about it"),
        ("Was Ben a writer?", "", "Ben", "a writer"),
        ("And by whom was he released?", "by whom", "he", "released"),
        ("What happened next?", "What", "", "happened next"),
    ],
)  # fmt: skip
def test_a_question_taken_apart(question: str, wh: str, subject: str, behind: str) -> None:
    asked = take_apart(question)
    assert (asked.said(*asked.wh), asked.said(*asked.subject)) == (wh, subject)
    assert (asked.said(asked.subject[1]) if asked.inverted else asked.behind) == behind


def test_the_phrases_of_a_question() -> None:
    found = phrases_of(
        take_apart("When did Baradar go from the Kabul airport to Iran in May 2019?")
    )
    assert [(p.text, p.role) for p in found] == [
        ("Baradar", "subject"), ("the Kabul airport", "place"), ("Kabul", "inside"),
        ("Iran", "topic"),
    ]  # fmt: skip
    kinds = {p.text: max(("person", "place", "group", "thing"), key=p.fit) for p in found}
    assert kinds == {"Baradar": "person", "the Kabul airport": "place", "Kabul": "place",
                     "Iran": "place"}  # fmt: skip


def test_the_phrases_of_an_answer() -> None:
    text = "On May 5 the Taliban met Shah Mahmood Qureshi, who heads the House of Commons."
    assert [p.text for p in phrases_said(text)] == [
        "Taliban", "Shah Mahmood Qureshi", "House of Commons",
    ]  # fmt: skip
    assert [p.text for p in phrases_said("the former adviser")] == ["the former adviser"]
    assert phrases_said("in 2010") == phrases_said("") == []


@pytest.mark.parametrize(
    ("question", "told", "happened"),
    [
        ("When did Baradar go to Moscow?", "Baradar went to Moscow", "Baradar's going to Moscow"),
        ("When was Baradar captured?", "Baradar was captured", "the capture of Baradar"),
        ("How many people were evacuated from Kabul?", "people were evacuated from Kabul",
         "the evacuation of people from Kabul"),
        ("What did Pompeo blame Iran for?", "Pompeo blamed Iran for",
         "what Pompeo blamed Iran for"),
        ("Who is Zamir Kabulov?", "Zamir Kabulov is", ""),
        ("Iran", "", ""),
    ],
)  # fmt: skip
def test_what_a_question_tells(question: str, told: str, happened: str) -> None:
    assert statement(take_apart(question)) == told
    assert event(take_apart(question)) == happened


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("How many died in 2019?", ["in 2019"]),
        ("Who spoke on March 3, 2020 or 5 May?", ["on March 3, 2020", "5 May"]),
        ("What was it like in the 1990s and last year?", ["in the 1990s", "last year"]),
        ("Between June and July what may happen?", ["Between June and July"]),
        ("Did May march with 14,000?", []),
    ],
)
def test_times(text: str, times: list[str]) -> None:
    assert [text[slice(*span)] for span in time_spans(text)] == times


@pytest.mark.parametrize(
    ("time", "by", "moved"),
    [
        ("in 2019", "a year later", "in 2020"),
        ("in the 1990s", "a year later", None),
        ("since 2001", "two decades later", "since 2021"),
        ("in December 2019", "And a month later?", "in January 2020"),
        ("on 31 December 2019", "the next day", "on 1 January 2020"),
        ("on March 3, 2020", "the week before", "on 25 February 2020"),
        ("on 31 February 2020", "the next day", None),
        ("in 2019", "a month later", None),
        ("on October 3", "a year later", None),
        ("in 2019", "a few years later", None),
        ("in 2019", "in Syria", None),
    ],
)
def test_times_moved(time: str, by: str, moved: str | None) -> None:
    assert shifted(time, by) == moved


def test_what_is_a_time_told_from_another() -> None:
    texts = ("a year later?", "the day before", "a year later in Iran", "in 2019")
    assert [text for text in texts if is_shift(text)] == ["a year later?", "the day before"]

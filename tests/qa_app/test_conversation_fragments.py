"""Questions without a verb, and questions that leave out what they are about."""

from __future__ import annotations

import pytest

from qa_app.conversation import Exchange, stand_alone

LED = "Who led the Taliban delegation to Iran?"
KILLED = "How many US soldiers were killed in Afghanistan in 2019?"
WENT = "Where did the Taliban go on October 3?"


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        # another time
        ("And since 2001?", KILLED, "How many US soldiers were killed in Afghanistan since 2001?"),
        ("And a year later?", KILLED,
         "How many US soldiers were killed in Afghanistan in 2020?"),
        ("Two years earlier?", KILLED,
         "How many US soldiers were killed in Afghanistan in 2017?"),
        ("What about September 22?", WENT, "Where did the Taliban go on September 22?"),
        ("And the next day?", "Where did Biden speak on 31 December 2020?",
         "Where did Biden speak on 1 January 2021?"),
        ("A month later?", "Who led the talks in December 2019?",
         "Who led the talks in January 2020?"),
        ("And a year later?", "Who led the talks?", "Who led the talks a year later?"),
        # another place, another person
        ("And in Syria?", KILLED, "How many US soldiers were killed in Syria in 2019?"),
        ("And Khamenei?", "What did Raisi lament about Afghanistan?",
         "What did Khamenei lament about Afghanistan?"),
        ("What about Austin?", "Was Milley skeptical about the Taliban?",
         "Was Austin skeptical about the Taliban?"),
        ("What about Pompeo?", LED, "Did Pompeo lead the Taliban delegation to Iran?"),
        ("How about inflation?", "Was Ghani captured?",
         "Inflation: Was Ghani captured?"),
        # another question about the same
        ("Why?", WENT, "Why did the Taliban go on October 3?"),
        ("But when?", LED, "When did they lead the Taliban delegation to Iran?"),
        ("To meet whom?", WENT, "To meet whom did the Taliban go on October 3?"),
        ("From whom?", "Why has Biden received criticism?",
         "From whom has Biden received criticism?"),
        ("Why not?", "Did Ghani sign the accord?", "Why did Ghani not sign the accord?"),
        ("Why not Saudi Arabia?", "Which country hosted the talks?",
         "Why did Saudi Arabia not host the talks?"),
        ("And how many Afghans?", "How many Americans died in the attack?",
         "How many Afghans died in the attack?"),
        ("And how many police since 2001?", KILLED,
         "How many police were killed in Afghanistan since 2001?"),
        ("How many of them?", "Who were killed in the drone strike?",
         "How many were killed in the drone strike?"),
        ("And how many were sent to Iraq?", "How many US troops landed in Kuwait?",
         "How many US troops were sent to Iraq?"),
        ("Who else?", LED, "Who else led the Taliban delegation to Iran?"),
        ("And the others?", LED, "Who else led the Taliban delegation to Iran?"),
        # what came next
        ("And then?", "When was Baradar captured?", "What happened after Baradar was captured?"),
        ("What happened next?", "When was Baradar captured?",
         "What happened after Baradar was captured?"),
        ("What happened after that?", "When was Baradar captured?",
         "What happened after the capture of Baradar?"),
        ("Why ?!", "Frank Zappa", "Why Frank Zappa?"),
    ],
)  # fmt: skip
def test_a_fragment_is_made_whole(question: str, before: str, expected: str) -> None:
    assert stand_alone(question, [before]) == expected


def test_who_did_it_is_known() -> None:
    history = [Exchange(LED, "Mullah Baradar")]
    expected = "When did Mullah Baradar lead the Taliban delegation to Iran?"
    assert stand_alone("When?", history) == expected


def test_where_it_went_on_to() -> None:
    history = [Exchange("Where did Khalilzad go in October?", "Pakistan")]
    expected = "Where did Khalilzad go in October after Pakistan?"
    assert stand_alone("And then?", history) == expected


def test_a_time_told_from_an_answer() -> None:
    history = [Exchange("When was Mullah Baradar captured?", "in 2010")]
    expected = "What happened in 2011, after Mullah Baradar was captured?"
    assert stand_alone("And a year later?", history) == expected


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        ("Was Austin's deputy less sure?", "What did Milley say about cooperation with Iran?",
         "Was Austin's deputy less sure?"),
        ("Was the secretary more optimistic?", "What did Milley say about cooperation with Iran?",
         "Was the secretary more optimistic about cooperation with Iran?"),
        ("Were there any casualties?", "Where did the US drone strike take place?",
         "Were there any casualties in the US drone strike?"),
        ("Any casualties?", "Where did the US drone strike take place?",
         "Were there any casualties in the US drone strike?"),
        ("Did the other side accept it?", "What did Iran say about the Doha accord?",
         "Did the other side accept the Doha accord?"),
        ("Where were they held instead?", "Why did Iran refuse to hold the talks in Saudi Arabia?",
         "Where were the talks held instead of in Saudi Arabia?"),
        ("Why did the delegation leave?", LED,
         "Why did the Taliban delegation to Iran leave?"),
        ("What happened in 2015?", "Who is Zamir Kabulov?",
         "What happened to Zamir Kabulov in 2015?"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_named(question: str, before: str, expected: str) -> None:
    assert stand_alone(question, [before]) == expected


def test_this_article_is_the_one_about_the_topic() -> None:
    history = ["Who is Zamir Kabulov?"]
    expected = "What else is in the article about Zamir Kabulov?"
    assert stand_alone("What else is in this article?", history) == expected

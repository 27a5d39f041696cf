"""What pronouns, "there", "that" and "this noun" are replaced by."""

from __future__ import annotations

import pytest

from qa_app.conversation import Exchange, stand_alone


def understood(question: str, *history: str) -> str:
    return stand_alone(question, history)


@pytest.mark.parametrize(
    ("question", "before", "expected"),
    [
        # he and she
        ("What did he tweet?", "What did Colonel Leggett call the attack?",
         "What did Colonel Leggett tweet?"),
        ("What office had she held before?", "What did Susan Rice write about the Doha accord?",
         "What office had Susan Rice held before?"),
        ("What has he tried to set up?", "Who is the principal rival of Ghani?",
         "What has the principal rival of Ghani tried to set up?"),
        ("Who met him?", "Who is the Russian envoy?", "Who met the Russian envoy?"),
        ("What is her rank?", "What did Liz Cheney's group warn of?",
         "What is Liz Cheney's rank?"),
        ("Who is his wife?", "When was Inês Conceição born?", "Who is Inês Conceição's wife?"),
        ("When was he born?", "Where did Gen. O’Neill live?", "When was Gen. O’Neill born?"),
        # they
        ("Whom did they meet?", "When did Baradar and his team go to Moscow?",
         "Whom did Baradar and his team meet?"),
        ("How many soldiers were killed in them?", "How many attacks were there on March 3?",
         "How many soldiers were killed in attacks on March 3?"),
        ("Who represented the US in them?", "Why did the US-Taliban talks collapse?",
         "Who represented the US in the US-Taliban talks?"),
        ("Where were they held?", "Why did the Taliban refuse to hold the talks in Riyadh?",
         "Where were the talks held?"),
        ("Where did they meet?", "What did Iran tell Mullah Baradar?",
         "Where did Iran and Mullah Baradar meet?"),
        ("How many of them are there?", "What did Ghani say about the release of prisoners?",
         "How many of prisoners are there?"),
        # it
        ("What did Trump say about it?", "How long was the call between Trump and Baradar?",
         "What did Trump say about the call between Trump and Baradar?"),
        ("Who instigated it?", "From which organizations was DAESH created?",
         "Who instigated DAESH?"),
        ("When was it held?", "Who won the presidential election?",
         "When was the presidential election held?"),
        ("What did Austin call it?", "How many people were evacuated from Kabul airport?",
         "What did Austin call the evacuation of people from Kabul airport?"),
        ("Was it carried out?", "How many troops did Pompeo announce would be withdrawn?",
         "Was the withdrawal of troops that Pompeo announced carried out?"),
        ("How many did it kill?", "Which group attacked the airport gate?",
         "How many did the group that attacked the airport gate kill?"),
        # that and this
        ("Has Ghani agreed to that?", "How many prisoners are to be released?",
         "Has Ghani agreed to the release of prisoners?"),
        ("What did Leggett say about this attack?", "When was the attack on Helmand’s checkpoints?",
         "What did Leggett say about the attack on Helmand’s checkpoints?"),
        ("How long was the delegation there?", "Who led the Taliban delegation to Iran?",
         "How long was the delegation in Iran?"),
        ("What did Baradar warn of there?", "When did the Taliban team go to Beijing?",
         "What did Baradar warn of in Beijing?"),
        ("Where did he go from there?", "When did Khalilzad go to Kabul?",
         "Where did Khalilzad go from Kabul?"),
        ("Who was president then?", "Who led the talks in May 2019?",
         "Who was president in May 2019?"),
        ("What did Iran do that year?", "How many were killed in 2019?",
         "What did Iran do in 2019?"),
        ("How many days after the last one?", "Where did the US drone strike take place?",
         "How many days after the last US drone strike?"),
    ],
)  # fmt: skip
def test_what_a_pronoun_means(question: str, before: str, expected: str) -> None:
    assert understood(question, before) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Where was that?", "Where was Mullah Baradar captured?"),
        ("Why did that happen?", "Why was Mullah Baradar captured?"),
        ("How did it come about?", "How did the capture of Mullah Baradar come about?"),
        ("And where did this take place?", "Where was Mullah Baradar captured?"),
    ],
)
def test_what_happened_is_asked_again(question: str, expected: str) -> None:
    assert understood(question, "When was Mullah Baradar captured?") == expected


def test_said_that_is_what_was_said() -> None:
    history = [Exchange("Who called the Taliban ruthless?", "General Milley")]
    expected = "At what event did General Milley call the Taliban ruthless?"
    assert stand_alone("At what event did he say that?", history) == expected
    history = [Exchange("What did Zarif say about the Taliban?")]
    expected = "When did Zarif say that about the Taliban?"
    assert stand_alone("When was that?", history) == expected


def test_a_place_that_was_asked_for() -> None:
    asked = "Where did the Taliban go on October 3?"
    assert stand_alone("Whom did they meet there?", [Exchange(asked, "Pakistan")]) == (
        "Whom did the Taliban meet in Pakistan?"
    )
    assert stand_alone("Whom did they meet there?", [asked]) == (
        "Whom did the Taliban meet where the Taliban went on October 3?"
    )


def test_a_thing_that_was_asked_for() -> None:
    history = [Exchange("What was the name of her first film?", "Double Dragon")]
    assert stand_alone("Did it do well?", history) == "Did Double Dragon do well?"
    assert stand_alone("Did that film do well?", history) == "Did the film Double Dragon do well?"


def test_she_and_he_are_told_apart() -> None:
    history = ["Who is the actress Inês Faro?", "Whom did Mr Dunn marry?"]
    assert stand_alone("When was she born?", history) == "When was the actress Inês Faro born?"
    assert stand_alone("When was he born?", history) == "When was Mr Dunn born?"


def test_who_was_called_she_is_not_he() -> None:
    history = ["What did Liz Cheney say to Adam Kinzinger?", "When did she say so?"]
    expected = "When was Adam Kinzinger born?"
    assert stand_alone("When was he born?", history) == expected


def test_a_question_is_not_about_whom_it_names_itself() -> None:
    history = ["What did Trump say to Mullah Baradar?"]
    expected = "What did Trump ask Mullah Baradar for?"
    assert stand_alone("What did Trump ask him for?", history) == expected


def test_two_pronouns_are_two_persons() -> None:
    history = ["When did the US oust the Taliban?"]
    expected = "How long did the US fight against the Taliban?"
    assert stand_alone("And how long did it fight against them?", history) == expected


def test_only_the_first_of_a_pronoun_is_replaced() -> None:
    expected = "When did Zamir Kabulov say that he would leave his office?"
    question = "When did he say that he would leave his office?"
    assert understood(question, "Who is Zamir Kabulov?") == expected

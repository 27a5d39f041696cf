"""Numbers, dates and names of a claim that its sources do not have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_app.unfounded import names_in, unfounded

SOURCE = (
    "Pompeo said on 5 March 2020 that 1,000 US troops, about 3.50 percent, left Al-Asad; three "
    "of Abdul Ghani Baradar’s men met Zoë O’Neill there."
)


@pytest.mark.parametrize(
    "claim",
    [
        "Pompeo said that 1000 American troops left.",
        "Three men of Baradar met O'Neill on March 5, 2020.",
        "In March 2020, 3 men met Zoe O’Neill.",
        "About 3.5 percent of US troops left Al-Asad.",
        "However, the United States withdrew troops.",
        "They may march there again.",
        "One of them was there.",
        "Troops were withdrawn. Afterwards there was quiet.",
        "“Nothing” was said by Mr Pompeo.",
        "",
        "…",
    ],
)
def test_what_the_source_has_is_not_told(claim: str) -> None:
    assert unfounded(claim, [SOURCE]) == ()


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("Pompeo said that 1,500 troops left.", ("1,500",)),
        ("Joe Biden said so in 2021.", ("Joe", "Biden", "2021")),
        ("It was Susan Rice who said it.", ("Susan", "Rice")),
        ("Four men met in April.", ("Four", "April")),
        ("Nine men met Pompeo on Tuesday.", ("Nine", "Tuesday")),
        ("Pompeo met Pakistan’s envoy.", ("Pakistan",)),
        ("Some 35 percent left.", ("35",)),
        ("He met Élodie 🌧.", ("Élodie",)),
        ("NATO said so.", ("NATO",)),
    ],
)
def test_what_it_has_not_is_told_as_it_was_written(claim: str, words: tuple[str, ...]) -> None:
    assert unfounded(claim, [SOURCE]) == words


def test_a_first_word_is_a_name_where_it_is_known_as_one() -> None:
    names = names_in(["It was Biden’s plan. Troops left. The US Army stayed.", "With NATO."])
    assert names == {"biden", "us", "army", "nato"}
    assert unfounded("Biden said so.", [SOURCE]) == ()
    assert unfounded("Biden said so.", [SOURCE], names) == ("Biden",)
    assert unfounded("Troops left.", ["It rained."], names) == ()


def test_a_date_in_figures_tells_month_and_day() -> None:
    assert unfounded("On 5 March 2020 it rained.", ["It rained (2020-03-05)."]) == ()
    assert unfounded("On Thursday it rained.", ["It rained (2020-03-05)."]) == ()
    assert unfounded("On Friday it rained.", ["It rained (2020-03-05)."]) == ("Friday",)


def test_a_word_is_told_once_and_in_order() -> None:
    assert unfounded("Rice met Rice in 2021 and 2021.", ["They met."]) == ("Rice", "2021")


def test_without_sources_everything_is_missing() -> None:
    assert unfounded("In 2021 they met Rice.", []) == ("2021", "Rice")


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_texts_are_compared(claim: str, source: str) -> None:
    assert all(word in claim for word in unfounded(claim, [source]))


@given(st.text(alphabet="Ab1, .-'’é5\n", max_size=60))
def test_a_text_has_all_of_itself(text: str) -> None:
    assert unfounded(text, [text]) == ()

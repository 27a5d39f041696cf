"""Days, months and years that a question names, by their first and last day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.periods import Period, find_periods

SINCE, UNTIL = date(2023, 9, 26), date(2024, 2, 3)


def found(question: str) -> list[tuple[str, str | None, str | None]]:
    periods = find_periods(question, SINCE, UNTIL)
    for each in periods:
        assert question[each.start : each.end] == each.words
    return [
        (each.words, each.first and each.first.isoformat(), each.last and each.last.isoformat())
        for each in periods
    ]


@pytest.mark.parametrize(
    ("question", "words", "first", "last"),
    [
        ("Who won on 5 October 2023?", "5 October 2023", "2023-10-05", "2023-10-05"),
        ("Who won on October 5th, 2023?", "October 5th, 2023", "2023-10-05", "2023-10-05"),
        ("Who won on 2023-10-05?", "2023-10-05", "2023-10-05", "2023-10-05"),
        ("Who won in October 2023?", "October 2023", "2023-10-01", "2023-10-31"),
        ("Who won in early Feb. 2024?", "Feb. 2024", "2024-02-01", "2024-02-29"),
        ("Who won in 2023?", "2023", "2023-01-01", "2023-12-31"),
        ("Who won in mid-2023?", "2023", "2023-01-01", "2023-12-31"),
        # Without a year: the one in the collection's time.
        ("Who won on October 5?", "October 5", "2023-10-05", "2023-10-05"),
        ("Who won on the 3rd of February?", "3rd of February", "2024-02-03", "2024-02-03"),
        ("Who won on January 18th at 1pm?", "January 18th", "2024-01-18", "2024-01-18"),
        ("Who won in December?", "December", "2023-12-01", "2023-12-31"),
        ("Who won in September?", "September", "2023-09-01", "2023-09-30"),
        # One side open
        ("Who won before October 5, 2023?", "before October 5, 2023", None, "2023-10-04"),
        ("Who won since December?", "since December", "2023-12-01", None),
        ("Who won after October 2023?", "after October 2023", "2023-11-01", None),
        ("Who won after 2020?", "after 2020", "2021-01-01", None),
        ("Who won since 2020?", "since 2020", "2020-01-01", None),
        ("Who won following 5 October 2023?", "following 5 October 2023", "2023-10-05", None),
        ("Who won prior to 2024?", "prior to 2024", None, "2023-12-31"),
        # Both ends
        (
            "Who won between 5 October 2023 and 9 October 2023?",
            "5 October 2023 and 9 October 2023",
            "2023-10-05",
            "2023-10-09",
        ),
        ("Who won from October to December?", "October to December", "2023-10-01", "2023-12-31"),
        (
            "Who won between November 2023 and 2024-01-05?",
            "November 2023 and 2024-01-05",
            "2023-11-01",
            "2024-01-05",
        ),
    ],
)
def test_a_period(question: str, words: str, first: str | None, last: str | None) -> None:
    assert found(question) == [(words, first, last)]


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Who won last week?",
        "Who won yesterday, or recently?",
        "Who won on Monday?",
        "What may happen in the march of the 2000 men?",
        "Who paid 2023 kroner?",
        "Who may win?",
        "Did May march?",
        "Who sold 2021 cars in 1450?",
        "Who won on March 5?",  # outside of the collection's time
        "Who won on 03/04/2020?",  # two readings
        "Who won on February 30?",
        "Was it at 12.30 or 23:02?",
        "في أي يوم؟ 🎉",
    ],
)
def test_no_period(question: str) -> None:
    assert found(question) == []


def test_two_that_are_apart_stay_two() -> None:
    question = (
        "Between the report of October 31, 2023, and that of November 13, 2023, what changed?"
    )
    assert found(question) == [
        ("October 31, 2023", "2023-10-31", "2023-10-31"),
        ("November 13, 2023", "2023-11-13", "2023-11-13"),
    ]


def test_a_day_that_several_years_have_is_left_alone() -> None:
    assert find_periods("Who won on October 5?", date(2020, 1, 1), date(2023, 1, 1)) == []
    assert find_periods("Who won in October?", date(2020, 1, 1), date(2023, 1, 1)) == []
    assert find_periods("Who won on October 5?") == []


def test_days_from_a_period() -> None:
    period = Period("", 0, 0, date(2023, 10, 5), date(2023, 10, 9))
    days = [date(2023, 10, 3), date(2023, 10, 5), date(2023, 10, 9), date(2023, 10, 12)]
    assert [period.distance(day) for day in days] == [2, 0, 0, 3]
    assert Period("", 0, 0, None, date(2023, 10, 9)).distance(date(1900, 1, 1)) == 0
    assert Period("", 0, 0, date(2023, 10, 9), None).distance(date(2100, 1, 1)) == 0


@given(st.text(st.characters(exclude_categories=["Cs"])), st.dates(), st.dates())
def test_any_question(question: str, one: date, other: date) -> None:
    end = 0
    for period in find_periods(question, min(one, other), max(one, other)):
        assert question[period.start : period.end] == period.words
        assert period.start >= end
        end = period.end
        assert period.first or period.last


@given(st.dates(date(1950, 1, 1), date(2020, 12, 31)))
def test_a_written_day_is_that_day(day: date) -> None:
    for written in (f"{day.day} {day:%B} {day.year}", f"{day:%b} {day.day}, {day.year}"):
        (period,) = find_periods(f"Who won on {written}?")
        assert (period.first, period.last) == (day, day)

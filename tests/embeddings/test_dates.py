"""Written dates: every form by its day, and no guess where there are two readings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.dates import find_dates, given_day, iso_day


@pytest.mark.parametrize(
    ("text", "day", "written"),
    [
        ("5 March 2020", "2020-03-05", "5 March 2020"),
        ("March 5, 2020", "2020-03-05", "March 5, 2020"),
        ("Sept. 2, 2021 11:36 am", "2021-09-02", "Sept. 2, 2021"),
        ("the 3rd of May, 1999", "1999-05-03", "3rd of May, 1999"),
        ("2020-03-05", "2020-03-05", "2020-03-05"),
        ("2020/3/5", "2020-03-05", "2020/3/5"),
        ("10.09.2021 Author: Ana", "2021-09-10", "10.09.2021"),
        ("09.13.2021", "2021-09-13", "09.13.2021"),
        ("13/04/2020", "2020-04-13", "13/04/2020"),
        ("05/05/2020", "2020-05-05", "05/05/2020"),
        ("2021年9月2日", "2021-09-02", "2021年9月2日"),
        ("5 mars 2020", "2020-03-05", "5 mars 2020"),
        ("10 de septiembre de 2021", "2021-09-10", "10 de septiembre de 2021"),
        ("٥ مارس 2020", "2020-03-05", "٥ مارس 2020"),
        ("10 сентября 2021", "2021-09-10", "10 сентября 2021"),
    ],
)
def test_a_written_date_is_one_day(text: str, day: str, written: str) -> None:
    (found,) = find_dates(text)
    assert found.day == date.fromisoformat(day)
    assert text[found.start : found.end] == written


@pytest.mark.parametrize(
    ("text", "label", "outer"),
    [
        ("Published: 5 March 2020", "published", "Published: 5 March 2020"),
        ("Publish : 2021-09-02 11:36:00", "published", "Publish : 2021-09-02 11:36:00"),
        (" date 2019-11-27 The city", "published", "date 2019-11-27 "),
        ("Updated 3:15 PM ET, Thu September 2, 2021", "updated", None),
        ("Last updated on 2021-09-02T11:36:00+00:00", "updated", None),
        ("Posted on Thursday, September 2nd, 2021 at 3:15 PM EST", "published", None),
        ("candidate 2019-11-27", "", "2019-11-27"),
    ],
)
def test_label_weekday_and_time_belong_to_the_date(
    text: str, label: str, outer: str | None
) -> None:
    (found,) = find_dates(text)
    assert found.label == label
    assert text[slice(*found.outer)] == (outer or text)


@pytest.mark.parametrize(
    "text",
    [
        "31.02.2020",
        "12 Foo 2020",
        "1.2.2020.3.4",
        "5 March 1850",
        "Mayor 5, 2020",
        "2020",
        "",
        "v12-1",
    ],
)
def test_what_is_no_plausible_date(text: str) -> None:
    assert [found.day for found in find_dates(text) if text != "1.2.2020.3.4"] == []


def test_the_day_after_tomorrow_is_not_plausible_and_tomorrow_is() -> None:
    today = date.today()
    tomorrow, later = today + timedelta(days=1), today + timedelta(days=2)
    assert [found.day for found in find_dates(tomorrow.isoformat())] == [tomorrow]
    assert find_dates(later.isoformat()) == []


def test_an_ambiguous_date_keeps_both_readings() -> None:
    (found,) = find_dates("03/04/2020")
    assert found.day is None
    assert found.readings == (date(2020, 3, 4), date(2020, 4, 3))


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2021-09-02", "2021-09-02"),
        ("2021-09-02T23:30:00Z", "2021-09-02"),
        ("Thu, 02 Sep 2021 11:36:00 GMT", "2021-09-02"),
        ("5 March 2020", "2020-03-05"),
        ("2999-01-01", "2999-01-01"),
        (date(2020, 3, 5), "2020-03-05"),
        (datetime(2020, 3, 5, 23, 59, tzinfo=UTC), "2020-03-05"),
        ("03/04/2020", None),
        ("soon", None),
        ("between 1 May 2020 and 2 May 2020", None),
        (20200305, None),
        (None, None),
    ],
)
def test_given_days(value: object, day: str | None) -> None:
    assert given_day(value) == day


def test_iso_days_are_strict() -> None:
    assert iso_day(" 2021-09-02 11:36:00 ") == "2021-09-02"
    assert iso_day("5 March 2020") is None


@given(st.text(max_size=120))
def test_places_lie_within_the_text(text: str) -> None:
    for found in find_dates(text):
        assert 0 <= found.outer[0] <= found.start < found.end <= found.outer[1] <= len(text)
        assert 1 <= len(found.readings) <= 2

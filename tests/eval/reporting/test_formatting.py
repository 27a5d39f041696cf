import pytest

from eval.reporting.formatting import (
    count_text,
    duration_text,
    interval_text,
    number_text,
    value_text,
)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.7834, "share", ".783"),
        (0.0, "share", ".000"),
        (1.0, "share", "1.000"),
        (0.9996, "share", "1.000"),
        (-0.0121, "share", "−.012"),
        (-0.0001, "share", ".000"),
        (None, "share", "–"),
        (float("nan"), "share", "–"),
        (0.0, "ms", "0.00 ms"),
        (4.206, "ms", "4.21 ms"),
        (31.46, "ms", "31.5 ms"),
        (9.996, "ms", "10.0 ms"),
        (99.96, "ms", "100 ms"),
        (3150.4, "ms", "3,150 ms"),
        (12_345.0, "ms", "12.3 s"),
        (612.4, "MB", "612 MB"),
        (11.93, "per_second", "11.9/s"),
        (-2.5, "number", "−2.50"),
    ],
)
def test_a_number_with_its_unit(value, unit, text):
    assert number_text(value, unit) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.71, 0.894, "share", ".710–.894"),
        (29.6, 33.4, "ms", "29.6–33.4 ms"),
        (9000.0, 11_000.0, "ms", "9,000 ms–11.0 s"),
        (None, 0.5, "share", "–"),
    ],
)
def test_an_interval_says_its_unit_once(low, high, unit, text):
    assert interval_text(low, high, unit) == text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((1, "case"), "1 case"),
        ((6000, "case"), "6,000 cases"),
        ((0, "query", "queries"), "0 queries"),
        ((1294,), "1,294"),
    ],
)
def test_a_count_with_its_noun(arguments, text):
    assert count_text(*arguments) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.84, "0.84 s"),
        (21.7, "21.7 s"),
        (59.96, "1 min 0 s"),
        (125.2, "2 min 5 s"),
        (3784, "1 h 3 min"),
    ],
)
def test_a_time_span(seconds, text):
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (None, "–"),
        (12, "12"),
        (0.123456, "0.1235"),
        ("é", "é"),
        ([], "–"),
        (["a", 1], "a, 1"),
        ({"words": 0.5, "vectors": 0.25}, "words 0.5, vectors 0.25"),
    ],
)
def test_a_setting_as_text(value, text):
    assert value_text(value) == text

"""What is recognised, as one value, and as JSON."""

from __future__ import annotations

import json
from datetime import date

from embeddings.understanding import Known, Understanding, known_from, understand

KNOWN = known_from(
    [
        ("Dagen", "Kari Moe", date(2024, 3, 5)),
        ("Público", None, date(2024, 3, 1)),
        (None, None, None),
        ("Dagen", None, date(2024, 3, 9)),
    ]
)


def test_what_is_known() -> None:
    assert (KNOWN.since, KNOWN.until) == (date(2024, 3, 1), date(2024, 3, 9))
    nothing = known_from([(None, None, None)])
    assert (len(nothing.names), nothing.since, nothing.until) == (0, None, None)


def test_as_json() -> None:
    question = (
        "What does the Dagen article say of the strike, and the Público article of 1 March 2024?"
    )
    found = understand(question, KNOWN)
    assert found
    record = found.record()
    assert record == {
        "names": [
            {"words": "Dagen", "start": 14, "end": 19, "publishers": ["Dagen"], "authors": []},
            {"words": "Público", "start": 55, "end": 62, "publishers": ["Público"], "authors": []},
        ],
        "periods": [
            {
                "words": "1 March 2024",
                "start": 74,
                "end": 86,
                "first": "2024-03-01",
                "last": "2024-03-01",
            }
        ],
        "parts": [
            {"text": "What does the article say of the strike,", "names": ["Dagen"], "periods": []},
            {"text": "and the article of ?", "names": ["Público"], "periods": ["1 March 2024"]},
        ],
    }
    assert json.loads(json.dumps(record)) == record


def test_an_open_period_as_json() -> None:
    (period,) = understand("Who won before 5 March 2024?", KNOWN).record()["periods"]
    assert (period["first"], period["last"]) == (None, "2024-03-04")


def test_a_period_that_tells_no_articles_apart_is_left_alone() -> None:
    for question in ("Who won in 2024?", "Who won in 1999?", "Who won since January 2024?"):
        assert not understand(question, KNOWN)
    assert understand("Who won since 5 March 2024?", KNOWN)
    assert not understand("Who won on 5 March 2024?", Known())


def test_a_date_in_a_name_is_the_name() -> None:
    known = known_from([("In 2024 Weekly", None, date(2023, 1, 1)), ("B", None, date(2024, 5, 5))])
    found = understand("What did In 2024 Weekly say?", known)
    assert [name.words for name in found.names] == ["In 2024 Weekly"]
    assert found.periods == ()


def test_nothing() -> None:
    assert understand("Who led the delegation?", KNOWN) == Understanding()
    assert not Understanding()
    assert Understanding().record() == {"names": [], "periods": [], "parts": []}

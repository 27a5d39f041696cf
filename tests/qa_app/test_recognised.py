"""What was recognised in a question: as values, and in plain words."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from embeddings.understanding import Understanding, known_from, understand
from qa_app.recognised import (
    Recognised,
    RecognisedName,
    RecognisedPart,
    RecognisedPeriod,
    recognised_in,
)
from qa_app.wording import recognised_words
from tests.qa_app.recognised_words import HOSTILE_NAMES, HOSTILE_WORDS, MARKUP

KNOWN = known_from(
    [
        ("Público", "Ana Sá", date(2020, 3, 1)),
        ("TechCrunch", "Élodie Roux, Bo Ek", date(2021, 9, 2)),
        ("Sporting News | NFL", None, date(2021, 9, 2)),
        ("Sporting News | NBA", None, date(2022, 1, 1)),
        (f"Harbour Gazette | {MARKUP}", None, date(2021, 9, 2)),
    ]
)


def told(question: str, known: Any = KNOWN) -> dict[str, Any]:
    """The part of an answer's record that is said to people, as it comes back from a file."""
    recognised = recognised_in(understand(question, known))
    record = {"question": question, "understood": question, "recognised": recognised.record()}
    return json.loads(json.dumps(record))  # type: ignore[no-any-return]


def test_what_was_recognised_as_values() -> None:
    question = "What did Publico report in March 2020, and what did Tech Crunch say after 2021?"
    found = recognised_in(understand(question, KNOWN))
    march = RecognisedPeriod("March 2020", date(2020, 3, 1), date(2020, 3, 31))
    after = RecognisedPeriod("after 2021", date(2022, 1, 1))
    first = RecognisedPart("What did report in ,", ("Publico",), ("March 2020",))
    second = RecognisedPart("and what did say ?", ("Tech Crunch",), ("after 2021",))
    names = (
        RecognisedName("Publico", ("Público",)),
        RecognisedName("Tech Crunch", ("TechCrunch",)),
    )
    assert found == Recognised(names, (march, after), (first, second))
    assert found.record() == {
        "names": [
            {"words": "Publico", "publishers": ["Público"], "authors": []},
            {"words": "Tech Crunch", "publishers": ["TechCrunch"], "authors": []},
        ],
        "periods": [
            {"words": "March 2020", "first": "2020-03-01", "last": "2020-03-31"},
            {"words": "after 2021", "first": "2022-01-01", "last": None},
        ],
        "parts": [
            {"text": "What did report in ,", "names": ["Publico"], "periods": ["March 2020"]},
            {"text": "and what did say ?", "names": ["Tech Crunch"], "periods": ["after 2021"]},
        ],
    }


def test_nothing_recognised_is_empty_lists_and_no_words() -> None:
    nothing = recognised_in(Understanding())
    assert nothing == Recognised()
    assert nothing.record() == {"names": [], "periods": [], "parts": []}
    assert told("Who led it? 🎉")["recognised"] == nothing.record()
    # Kept by other versions, or by none.
    for record in ({}, {"recognised": None}, {"recognised": {}}, told("Who led it? 🎉")):
        assert recognised_words(record) == []


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What did Tech Crunch report?", ["published by TechCrunch"]),
        # A person's name is the question's; the heading may name more people.
        ("What did Élodie Roux write?", ["written by Élodie Roux"]),
        # Two sections of one paper.
        ("What did Sporting News report?", ["published by Sporting News"]),
        ("What did TechCrunch, Público and Tech Crunch report?",
         ["published by TechCrunch and Público"]),
        (
            "What did Ana Sá write in Público before 5 March 2021?",
            ["written by Ana Sá", "published by Público", "dated up to 4 March 2021"],
        ),
        ("What was said on 2 September 2021?", ["dated 2 September 2021"]),
        ("What was said in 2021 and what in March 2020?", ["dated 2021 and March 2020"]),
        ("What was said from March 2020 to May 2020?", ["dated March 2020 to May 2020"]),
        ("What was said between 2020 and 2021?", ["dated 2020 to 2021"]),
        (
            "What did the papers of the whole south say after 2021?",
            ["dated from 1 January 2022 on"],
        ),
        (
            "Who led the whole delegation to Lisbon 🎉, and why was the harbour shut all spring?",
            ["asked in two parts: “Who led the whole delegation to Lisbon 🎉” and “and why was "
             "the harbour shut all spring?”"],
        ),
        (
            "What did Público say of the harbour’s closing, while TechCrunch praised the trains?",
            ["published by Público and TechCrunch", "asked in two parts"],
        ),
    ],
)  # fmt: skip
def test_in_plain_words(question: str, words: list[str]) -> None:
    assert recognised_words(told(question)) == words


def test_who_may_have_published_or_written() -> None:
    known = known_from([("Ana Sá", "Ana Sá", None), ("Público", "Ana Sá, Bo Ek", None)])
    assert recognised_words(told("What did Ana Sá write?", known)) == [
        "published or written by Ana Sá"
    ]


def test_hostile_headings_stay_one_line_of_text() -> None:
    record = {"understood": "?", "recognised": HOSTILE_NAMES.record()}
    assert recognised_words(record) == HOSTILE_WORDS
    # From a heading, through the recognition itself.
    (words,) = recognised_words(told("What did the Harbour Gazette report?"))
    assert words == "published by Harbour Gazette | <img src=x onerror=alert(1)>…"


def test_many_and_long_parts_stay_short() -> None:
    texts = [f"{'word ' * 40}{n}," for n in range(7)]
    parts = [{"text": text, "names": [], "periods": []} for text in (*texts, texts[0])]
    record = {"question": " ".join(texts), "recognised": {"parts": parts}}
    (words,) = recognised_words(record)
    assert words.startswith("asked in 7 parts: “word word ")
    assert len(words) < 7 * 70
    assert words.count("…”") == 7

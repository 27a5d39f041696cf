"""Places of quotes, worked out by hand."""

from __future__ import annotations

import pytest

from eval.cases import Evidence
from eval.sets.quotes import evidence_at, locate, locate_words, merged

TEXT = "Zoë said:\r\n“No  deal” 🙂.\n\nNo deal,\u00a0no talks."


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("Zoë said", "Zoë said"),
        ("No deal", "No deal"),  # exact, though another one stands earlier, white space aside
        ("“No deal” 🙂.", "“No  deal” 🙂."),
        ("said: “No deal”", "said:\r\n“No  deal”"),
        ("  deal, no talks.\n", "deal,\u00a0no talks."),
        ("Nodeal,notalks", "No deal,\u00a0no talks"),
        ("🙂.No", "🙂.\n\nNo"),
        ("no deal.", None),  # case and marks count
        ("Zoe said", None),
        ("", None),
        (" \n", None),
    ],
)
def test_a_quote_is_found_character_for_character_or_white_space_aside(
    quote: str, found: str | None
) -> None:
    span = locate(TEXT, quote)
    assert (TEXT[slice(*span)] if span else None) == found


def test_the_first_exact_place_wins() -> None:
    assert locate("a  b, a b, a b", "a b") == (6, 9)
    assert locate(TEXT, "No deal") == (26, 33)


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("571", (8, 11)),
        ("ÉLAN vital", (13, 24)),
        ("Élan", (13, 17)),
        ("7571", (0, 4)),
        ("vita", None),
        ("$5 (about)", (26, 36)),
        ("", None),
        (" ", None),
    ],
)
def test_words_stand_whole_and_in_any_case(words: str, span: tuple[int, int] | None) -> None:
    assert locate_words("7571 or 571: élan\n vital, $5 (about) .*", words) == span


def test_overlapping_spans_become_one_and_touching_ones_stay_apart() -> None:
    assert merged([(9, 12), (0, 4), (2, 6), (6, 8), (3, 5), (9, 12)]) == [(0, 6), (6, 8), (9, 12)]
    assert merged([]) == []


def test_evidence_holds_the_text_of_its_place() -> None:
    assert evidence_at("å", "né à Åre 🙂 hier", [(5, 10), (0, 4), (3, 4)]) == [
        Evidence("å", "né à", 0, 4),
        Evidence("å", "Åre 🙂", 5, 10),
    ]

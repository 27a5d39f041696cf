"""Countries in a question, and their other names."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from embeddings import countries
from embeddings.countries import Mention, mentions


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Why is Iran suspicious of the American president?", ["Iran", "American"]),
        ("North Koreans, South Sudanese 🎉, Sudan", ["North Koreans", "South Sudanese", "Sudan"]),
        ("Does the White House trust Downing Street?", ["White House", "Downing Street"]),
        ("Tehran's partnership", ["Tehran"]),
        ("Bogotá, Türkiye and São Tomé", ["Bogotá", "Türkiye"]),
        ("turkey and china for dinner with us", []),
        ("Iranians; Iranology, non-Iranian, Chinatown", ["Iranians"]),
        ("", []),
    ],
)  # fmt: skip
def test_mentions(text: str, words: list[str]) -> None:
    assert [mention.words for mention in mentions(text)] == words


def test_the_others_are_all_but_the_one_that_was_said() -> None:
    assert mentions("in Tehran?") == [Mention("Tehran", ("Iran", "Iranian", "Iranians"))]
    assert "Kremlin" in mentions("Moscow")[0].others
    assert mentions("Bogotá")[0].others == ("Colombia", "Colombian", "Colombians")


def test_a_name_stands_for_one_country() -> None:
    names = [n.strip() for n in countries._COUNTRIES.replace("\n", ",").split(",") if n.strip()]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert all(re.fullmatch(r"[A-Z][A-Za-z' -]+", name) for name in names)
    assert len(countries._COUNTRIES.strip().splitlines()) > 150

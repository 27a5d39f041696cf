"""Texts and an encoder -> other words for words, with vectors made by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from embeddings.encoder import FloatArray
from embeddings.training.alter import OPPOSITES
from embeddings.training.synonyms import (
    ABOUT_THE_SAME,
    KEPT,
    SEEN,
    USED_ALIKE,
    WITH_OPPOSITES,
    synonyms,
)
from tests.fakes import TinyEncoder


class Angles(TinyEncoder):
    """Words in a plane: at these angles as words used, and at these as texts; others at 0."""

    def __init__(self, used: Mapping[str, float], about: Mapping[str, float]) -> None:
        super().__init__()
        self.used, self.about = used, about

    def encode_words(self, words: Sequence[str]) -> FloatArray:
        return rows([self.used.get(word, 0.0) for word in words])

    def encode(self, texts: Sequence[str]) -> FloatArray:
        return rows([self.about.get(text, 0.0) for text in texts])


def rows(angles: Sequence[float]) -> FloatArray:
    return np.array([(math.cos(a), math.sin(a)) for a in angles], dtype=np.float32)


ALL_THE_SAME = Angles({}, {})


def found(
    words: str, used: Mapping[str, float] | None = None, about: Mapping[str, float] | None = None
) -> dict[str, tuple[str, ...]]:
    return synonyms([f"{words} 🎉.\r\n"] * SEEN, Angles(used or {}, about or {}))


def test_both_views_must_agree() -> None:
    near, far = math.acos(USED_ALIKE) - 0.01, math.acos(USED_ALIKE) + 0.01
    both = {"vessel": ("boat",), "boat": ("vessel",)}
    assert found("vessel boat", {"boat": near}) == both
    assert found("vessel boat", {"boat": far}) == {}
    near, far = math.acos(ABOUT_THE_SAME) - 0.01, math.acos(ABOUT_THE_SAME) + 0.01
    assert found("vessel boat", about={"boat": near}) == both
    assert found("vessel boat", about={"boat": far}) == {}


def test_nearest_first_and_few() -> None:
    angles = {"boat": 0.5, "craft": 0.1, "ferry": 0.3, "barge": 0.2, "yacht": 0.4}
    assert found("vessel boat craft ferry barge yacht", angles)["vessel"] == (
        "craft", "barge", "ferry", "yacht",
    )  # fmt: skip
    assert KEPT == 4
    # As near as each other: by name.
    assert found("vessel ferry boat")["vessel"] == ("boat", "ferry")


@pytest.mark.parametrize(
    "words",
    [
        # The same stem, and the same beginning or end.
        "visit visits", "opened opens", "organise organisation", "theatre theater",
        "known unknown", "named renamed",
        # Another ending is another part of speech, or number.
        "boat vessels", "boat sailing", "quick rapidly", "boat sailed", "huge greatest",
        # Siblings, known by their class: numbers, sides, colours, times, kin, measures.
        "third fifth", "million thousand", "north south", "black green", "hour week",
        "mother uncle", "mile feet",
        # Words that ask, and words too short to be told apart.
        "which where", "would could", "cat dog",
        # Opposites.
        "rise fall", "largest smallest", "accepted rejected",
    ],
)  # fmt: skip
def test_what_is_no_synonym(words: str) -> None:
    assert found(words) == {}
    # Beside them, what is one is still found.
    assert "craft" in found(f"{words} vessel craft")["vessel"]


def test_what_has_an_opposite_must_be_nearer_to_what_replaces_it() -> None:
    assert "rise" in OPPOSITES
    assert "climb" not in OPPOSITES
    near, far = math.acos(WITH_OPPOSITES) - 0.01, math.acos(WITH_OPPOSITES) + 0.01
    assert found("rise climb", about={"climb": near}) == {"rise": ("climb",), "climb": ("rise",)}
    assert found("rise climb", about={"climb": far}) == {"climb": ("rise",)}


def test_names_have_none() -> None:
    names = "Paris London Zürich Łódź Moe O'Brien Jean-luc NATO"
    assert found(names) == {}
    # A piece of a word is no word: an accent, a hyphen, an apostrophe or a digit goes on with it.
    assert found("vessel naïveté rôles boat's well-known boat’s vessel2 cafeteria_x") == {}
    # Written both ways, it is the word in lower case that counts.
    both = ["The Mark was a sign."] * SEEN + ["Mark saw a mark."] * (SEEN - 1)
    assert synonyms(both, ALL_THE_SAME) == {}
    assert synonyms([*both, "a mark"], ALL_THE_SAME) == {"mark": ("sign",), "sign": ("mark",)}


def test_rare_words_are_left_out() -> None:
    texts = ["vessel boat"] * (SEEN - 1)
    assert synonyms(texts, ALL_THE_SAME) == {}
    # Seen often enough over all texts together.
    assert synonyms([*texts, "vessel", "boat"], ALL_THE_SAME) == {
        "boat": ("vessel",), "vessel": ("boat",),
    }  # fmt: skip


@pytest.mark.parametrize(
    "texts", [[], [""], ["", " ", "\r\n", "🎉"], ["שלום עולם"] * 9, ["Ünïcödé ÉTÉ été"] * 9]
)
def test_no_words_at_all(texts: list[str]) -> None:
    encoder = TinyEncoder()
    assert synonyms(texts, encoder) == {}
    assert encoder.calls == 0


def test_texts_may_come_one_by_one() -> None:
    assert synonyms((text for text in ["vessel boat"] * SEEN), ALL_THE_SAME) == {
        "boat": ("vessel",), "vessel": ("boat",),
    }  # fmt: skip

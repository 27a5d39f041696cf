"""Figures on held-out documents, with readings given by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embeddings.reader import Excerpt, PassageReader, PassageReading, Place
from embeddings.schema import Span
from embeddings.training.claims import Claim
from embeddings.training.examples import Material
from embeddings.training.scores import held_out, sentence_scores, token_f1
from tests.embeddings.training.made import mined, museum


@pytest.mark.parametrize(
    ("said", "wanted", "f1"),
    [
        ("The Eiffel Tower!", "eiffel tower", 1.0),
        ("in 1998", "1998", 2 / 3),
        ("a b b c", "b b b", 2 * 2 / (3 + 3)),
        ("Paris", "Lyon", 0.0),
        ("", "", 1.0),
        ("", "x", 0.0),
        ("the", "a", 1.0),
        ("Córdoba 🎉", "Córdoba", 2 / 3),
    ],
)
def test_token_f1(said: str, wanted: str, f1: float) -> None:
    assert token_f1(said, wanted) == pytest.approx(f1)


def test_sentence_scores() -> None:
    reading = PassageReading(0.0, 2.0, (None, None), (0.5, 0.0))
    assert sentence_scores(reading).tolist() == pytest.approx(
        [2 + math.log(0.5), 2 + math.log(1e-6)], abs=1e-5
    )


class Knows(PassageReader):
    """Finds the answer to every question in its own museum, and says less of all others."""

    def __init__(self, right: float) -> None:
        self.right = right
        self.asked: list[tuple[str, int]] = []

    def read(self, question: str, excerpts: list[Excerpt]) -> list[PassageReading]:  # type: ignore[override]
        self.asked.append((question, len(excerpts)))
        return [self.reading(question, each) for each in excerpts]

    def reading(self, question: str, excerpt: Excerpt) -> PassageReading:
        wanted = [
            answer
            for i in range(20)
            for asked, answer in museum(i)[2]
            if asked == question and museum(i)[1] == excerpt.text
        ]
        count = len(excerpt.sentences)
        if not wanted:
            return PassageReading(-1.0, -self.right, (None,) * count, (1 / count,) * count)
        start = excerpt.text.index(wanted[0])
        place = Place(Span(start, start + len(wanted[0])), 0.9)
        inside = [s.start <= start < s.end for s in excerpt.sentences]
        places = tuple(place if each else None for each in inside)
        return PassageReading(self.right, self.right, places, tuple(map(float, inside)))


def test_a_reader_that_knows_everything() -> None:
    reader = Knows(3.0)
    # Of 20 museums 4 are held out, with 3 questions each.
    assert held_out(reader, Material([mined()]), 100) == {
        "n": 12, "place_f1": 1.0, "relevant_first": 1.0, "sentence_first": 1.0,
        "auroc_neighbours": 1.0, "auroc_altered": 1.0,
    }  # fmt: skip
    # Eight neighbours each, the right one first.
    assert [n for _, n in reader.asked if n > 1] == [9] * 12


def test_a_reader_that_has_it_backwards() -> None:
    found = held_out(Knows(-3.0), Material([mined()]), 100)
    assert found == {
        "n": 12, "place_f1": 1.0, "relevant_first": 0.0, "sentence_first": 0.0,
        "auroc_neighbours": 0.0, "auroc_altered": 0.0,
    }  # fmt: skip


def test_a_sample_is_the_same_for_its_seed() -> None:
    def asked(seed: int) -> list[tuple[str, int]]:
        reader = Knows(1.0)
        assert held_out(reader, Material([mined()]), 5, seed)["n"] == 5
        return reader.asked

    assert asked(1) == asked(1)
    assert asked(1) != asked(2)


def test_nothing_held_out() -> None:
    none = mined()
    empty = type(none)(none.name, none.place, none.excerpts, [])
    found = held_out(Knows(1.0), Material([empty]), 5)
    assert found.pop("n") == 0
    assert np.isnan(list(found.values())).all()


class Believes(Knows):
    """Takes a statement for supported where its sentences hold its last word."""

    def reading(self, question: str, excerpt: Excerpt) -> PassageReading:
        right = self.right if question.rsplit(maxsplit=1)[-1] in excerpt.text else -self.right
        return PassageReading(0.0, right, (None,), (1.0,))


def test_held_out_claims_are_scored() -> None:
    sentences = ("It opened in Oslo 🎉.", "She led it.")
    claims = [
        Claim("It is in Oslo", sentences, True, True),
        Claim("It is in Malmö", sentences, False, True),
        # Not held out: never scored.
        Claim("It is in Doha", sentences, True, False),
    ]
    material = Material([], claims=claims)
    assert held_out(Believes(2.0), material, 5)["auroc_claims"] == 1.0
    assert held_out(Believes(-2.0), material, 5)["auroc_claims"] == 0.0
    reader = Believes(2.0)
    assert math.isnan(held_out(reader, material, 5)["place_f1"])
    assert sorted(asked for asked, _ in reader.asked) == ["It is in Malmö", "It is in Oslo"]
    few = Believes(2.0)
    held_out(few, Material([], claims=claims[:2] * 5), 2)
    assert len(few.asked) == 4
    assert "auroc_claims" not in held_out(Knows(1.0), Material([], claims=claims[2:]), 5)

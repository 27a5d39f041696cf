"""The study of encoders: its figures by hand, and its texts from the example articles."""

from __future__ import annotations

import numpy as np
import pytest

from eval.studies.encoders import QUESTIONS, Measured, Nearness, nearness, row, texts_of, ways
from tests.news import SEEDS

ROWS = np.eye(4, dtype=np.float32)


def test_rows_are_near_themselves() -> None:
    assert nearness(ROWS, ROWS, 1) == Nearness(1.0, 1.0, 1.0)
    assert nearness(ROWS, ROWS, 1).enough


def test_nearness_by_hand() -> None:
    exact = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    # The middle one moves from the first to the last: cosine .96, and their neighbours change.
    moved = np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)
    found = nearness(exact, moved, 2)
    assert found.mean == pytest.approx((1 + 0.96 + 1) / 3)
    assert found.least == pytest.approx(0.96)
    # First: {1st, middle} both times; middle: {middle, 1st} and {middle, last}; last: the same.
    assert found.kept == pytest.approx((1 + 0.5 + 1) / 3)
    assert not found.enough


@pytest.mark.parametrize(
    ("mean", "kept", "enough"),
    [(0.9995, 0.97, True), (0.9994, 1.0, False), (1.0, 0.969, False)],
)
def test_what_is_near_enough(mean: float, kept: float, enough: bool) -> None:
    assert Nearness(mean, 0.5, kept).enough is enough


def test_a_line_of_the_table() -> None:
    class Nothing:
        def embed(self, texts):
            raise AssertionError

        embed_question = embed

    own = Measured(Nothing(), 1.24, ROWS, [1.0, 2.0, 4.0], [2.0, 4.0, 4.0], [0.001, 0.0025, 0.9])
    assert row("own", own, Nearness(0.99995, 0.9999, 0.995), 200) == [
        "own", "100", "50.0", "2.5", "1.2", "0.99995", "0.99990", "99.5%",
    ]  # fmt: skip


def test_texts_come_from_all_articles() -> None:
    passages, sentences = texts_of(SEEDS, 5)
    assert (len(passages), len(sentences)) == (5, 5)
    # With the heading line, as an index embeds them.
    assert all("\n" in passage for passage in passages)
    assert len({*passages, *sentences}) == 10


def test_every_way_is_named_and_one_embeds() -> None:
    assert list(ways()) == [
        "sentence-transformers, float32",
        "sentence-transformers, bfloat16",
        "own layers, float32",
        "own layers, bfloat16",
        "OpenVINO, float32",
        "OpenVINO, bfloat16",
    ]
    way = ways()["own layers, float32"]()
    one, other = way.embed(QUESTIONS[:1])[0], way.embed_question(QUESTIONS[0])
    np.testing.assert_allclose(one, other, atol=1e-6)

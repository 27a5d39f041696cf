"""What is seen of a question and a sentence, worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from embeddings.features import (
    NAMES,
    Asked,
    Candidate,
    stems_around,
    take_apart,
    text_rows,
)

WEIGHTS = {"led": 1.0, "taliban": 2.0, "deleg": 3.0, "iran": 4.0}
SENTENCE = "Taliban delegations went to Iran, led by Baradar."


def idf(stem: str) -> float:
    return WEIGHTS.get(stem, 5.0)


def unit(words: Sequence[str]) -> np.ndarray:
    """Fixed vectors of three words; all others are at right angles to them."""
    known = {"led": [1, 0, 0], "headed": [0.6, 0.8, 0], "iran": [0, 0, 1]}
    return np.array([known.get(word, [0, 0, 0]) for word in words], dtype=np.float32).reshape(-1, 3)


def candidate(text: str, *around: str) -> Candidate:
    return Candidate(text, around)


def features(question: str, *candidates: Candidate) -> list[dict[str, float]]:
    table = text_rows(take_apart(question, idf), candidates, unit)
    assert (table.shape, table.dtype) == ((len(candidates), len(NAMES)), np.float32)
    return [dict(zip(NAMES, row, strict=True)) for row in table.tolist()]


def test_a_question_taken_apart() -> None:
    asked = take_apart("Who led the Taliban’s delegation to Iran in 2019?", idf)
    assert asked == Asked(
        weights={"led": 1.0, "taliban": 2.0, "deleg": 3.0, "iran": 4.0, "2019": 5.0},
        order=("led", "taliban", "deleg", "iran", "2019"),
        words={"led": 1.0, "taliban": 2.0, "delegation": 3.0, "iran": 4.0, "2019": 5.0},
        names=frozenset({"taliban", "iran", "2019"}),
        kind="name",
    )


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many troops are there?", "number"),
        ("What percentage was it?", "number"),
        ("When did it begin?", "time"),
        ("In what year did it begin?", "time"),
        ("Why did it begin?", "reason"),
        ("Where did it begin?", "name"),
        ("Which country began it?", "name"),
        ("What happened?", None),
        ("Describe the talks.", None),
    ],
)
def test_the_kind_of_answer(question: str, kind: str | None) -> None:
    assert take_apart(question, idf).kind == kind


def test_what_stands_around() -> None:
    found = stems_around(candidate("They flew to Iran.", "The Taliban’s delegations."))
    assert found == {"they", "flew", "to", "iran", "the", "taliban", "deleg"}


def test_likeness_counts_similar_words() -> None:
    (row,) = features("Who led it in Iran?", candidate("He headed it.", "Back in Iran."))
    # led (1) is like headed by 0.6; iran (4) stands only around.
    assert row["likeness"] == pytest.approx(0.6 * 1 / 5)
    assert row["likeness_around"] == pytest.approx((0.6 * 1 + 4) / 5)
    assert row["weakest_around"] == pytest.approx(0.6)
    (row,) = features("Who led it in Iran?", candidate("He headed it."))
    assert row["weakest_around"] == 0.0


@pytest.mark.parametrize(
    ("question", "text", "kind"),
    [
        ("How many died?", "Some forty people died.", True),
        ("How many died?", "People died.", False),
        ("When did he die?", "He died in March.", True),
        ("When did he die?", "He died two days later.", True),
        ("When did he die?", "He died.", False),
        ("Why did he go?", "He went because it was late.", True),
        ("Why did he go?", "He went.", False),
        ("Who went?", "It was Élodie who went.", True),
        ("Who went?", "It was he who went.", False),
        ("What happened?", "He went.", None),
    ],
)
def test_the_kind_is_there_or_not(question: str, text: str, kind: bool | None) -> None:
    (row,) = features(question, candidate(text))
    assert (row["kind_found"], row["kind_absent"]) == (kind is True, kind is False)


def test_the_form_of_the_sentence() -> None:
    (row,) = features("Who?", candidate("“Who trusts the U.S. now?”"))
    # who trust the us now: five words.
    assert (row["is_question"], row["short"], row["length"]) == (1, 1, pytest.approx(math.log(6)))
    assert row["cosine"] == 0.0  # filled in by the reader
    (row,) = features("Who?", candidate("One two three four five six."))
    assert (row["is_question"], row["short"], row["length"]) == (0, 0, pytest.approx(math.log(7)))


def test_text_without_words() -> None:
    (row,) = features("Who led it?", candidate("שלום… 🎉", "\r\n"))
    assert row["likeness"] == 0.0
    (row,) = features("Who led it?", candidate("🎉"))
    assert (row["length"], row["likeness"], row["likeness_around"]) == (0.0, 0.0, 0.0)


def test_no_sentences() -> None:
    assert features("Who led it?") == []

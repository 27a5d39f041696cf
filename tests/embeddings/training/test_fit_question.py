"""Threshold, calibration and labels of the question regression, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from embeddings.schema import Article, Hit, Passage, Scores, Span
from embeddings.trained import COLUMNS, SENTENCE_COLUMNS
from embeddings.training import fit_question as module
from embeddings.training.fit_question import calibration_error, threshold_for
from embeddings.training.mining import Case, Excerpt


def f32(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def yes(*values: int) -> np.ndarray:
    return np.array(values, bool)


@pytest.mark.parametrize(
    ("confidence", "right", "importance", "answerable", "threshold"),
    [
        # F1 by answers given: 2/4, 4/5, 4/6, 6/7.
        ((0.9, 0.8, 0.7, 0.6), (1, 1, 0, 1), (1, 1, 1, 1), (1, 1, 0, 1), 0.6),
        # Any order, and the last one wrong: 6/8 after it.
        ((0.6, 0.9, 0.7, 0.8, 0.5), (1, 1, 0, 1, 0), (1, 1, 1, 1, 1), (1, 1, 0, 1, 0), 0.6),
        # A wrong one that counts for five: 2/4, 4/5, 4/10, 6/11.
        ((0.9, 0.8, 0.7, 0.6), (1, 1, 0, 1), (1, 1, 5, 1), (1, 1, 0, 1), 0.8),
        # Answerable but wrong: 2/4, 2/5, 2/6.
        ((0.9, 0.8, 0.7), (1, 0, 0), (1, 1, 1), (1, 1, 1), 0.9),
        # Two of one confidence are answered together: 2/4 and 4/6, not 4/5 after one of them.
        ((0.9, 0.8, 0.8), (1, 1, 0), (1, 1, 1), (1, 1, 1), 0.8),
    ],
)
def test_threshold(
    confidence: tuple[float, ...],
    right: tuple[int, ...],
    importance: tuple[int, ...],
    answerable: tuple[int, ...],
    threshold: float,
) -> None:
    found = threshold_for(f32(*confidence), yes(*right), f32(*importance), yes(*answerable))
    assert found == pytest.approx(threshold)


def test_calibration_error() -> None:
    # Bins .2 to .3 and .9 to 1: |.25 - .5| of two, |.95 - 1| of one, and 1.0 is in the last.
    confidence, right = f32(0.25, 0.25, 0.95, 1.0), yes(1, 0, 1, 1)
    alike = f32(1, 1, 1, 1)
    assert calibration_error(confidence, right, alike) == pytest.approx(
        0.25 * 0.5 + 0.025 * 0.5, abs=1e-4
    )
    # The wrong one counts for three: |.25 - .25| of four sixths.
    assert calibration_error(confidence, right, f32(1, 3, 1, 1)) == pytest.approx(
        0.025 * 2 / 6, abs=1e-4
    )
    assert calibration_error(f32(1.0, 0.0), yes(1, 0), f32(1, 1)) == 0.0


def asked(answerable: bool, shares: tuple[float, ...], right: tuple[int, ...]) -> module._Asked:
    table = np.zeros((len(shares), len(COLUMNS)), np.float32)
    table[:, COLUMNS.index("share")] = np.log(shares)
    return module._Asked(table, yes(*right), answerable, True)


def test_readings_of_both_kinds_count_half() -> None:
    ranking = np.array([name == "share" for name in SENTENCE_COLUMNS], np.float32)
    three = [
        asked(True, (0.2, 0.8), (0, 1)),
        asked(False, (0.5, 0.4), (0, 0)),
        asked(False, (0.1, 0.2), (0, 0)),
        asked(True, (0.6, 0.3), (0, 1)),
        asked(False, (0.6,), (0,)),
    ]
    features, right, importance = module._readings(three, ranking)
    assert right.tolist() == [True, False, False, False, False]
    assert importance.tolist() == pytest.approx([1.25, 5 / 6, 5 / 6, 1.25, 5 / 6])
    lead = [math.log(4), math.log(1.25), math.log(2), math.log(2), 0.0]
    assert features[:, module.QUESTION_NAMES.index("lead")] == pytest.approx(lead, abs=1e-5)
    for answerable in (True, False):
        _, _, importance = module._readings([asked(answerable, (1.0,), (0,))] * 2, ranking)
        assert importance.tolist() == [0.5, 0.5]


def test_which_sentences_answer() -> None:
    text = "Heading 🎉\r\nIt opened in 1998. Nobody came."
    article = Article("a", "a.txt", "txt", text)
    sentences = (Span(11, 29), Span(30, 42))
    passage = Passage("p", "a", 11, 42, text[11:42], sentences)
    excerpt = Excerpt("a", "", text[11:42], (Span(0, 18), Span(19, 31)), True)
    case = Case("When?", 0, (Span(13, 17),), {}, True)
    assert text[11:42][13:17] == "1998"
    hit = Hit(passage, article, Scores(1.0))
    assert [module._answers(hit, span, excerpt, case) for span in sentences] == [True, False]
    other = Hit(passage, Article("b", "b.txt", "txt", text), Scores(1.0))
    assert not module._answers(other, sentences[0], excerpt, case)

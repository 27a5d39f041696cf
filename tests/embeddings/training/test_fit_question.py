"""Threshold, calibration and labels of the question regression, by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embeddings import collection as collection_module
from embeddings import trained
from embeddings.reader import PassageReader
from embeddings.schema import Article, Hit, Passage, Scores, Span
from embeddings.trained import COLUMNS, SENTENCE_COLUMNS
from embeddings.training import fit_question as module
from embeddings.training.examples import Material
from embeddings.training.fit_question import calibration_error, fit, threshold_for
from embeddings.training.mining import Case, Excerpt, Mined, mine
from embeddings.training.sets import ReadingSet
from tests.embeddings.training.made import CITIES, write_set
from tests.fakes import TinyEncoder, pair_tokenizer, tiny_network


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


def test_questions_are_asked_in_other_words_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = TinyEncoder()
    monkeypatch.setattr(trained, "LOOKED_AT", 48)
    which = ReadingSet("made", True, "someone/made", "CC BY 4.0")
    data = write_set(tmp_path / "data", "made", len(CITIES))
    sets = [mine(data, which, tmp_path / "work", encoder=encoder)] * 2
    # One encoder for every set: none is made besides.
    for each in (module, collection_module):
        monkeypatch.setattr(each, "SentenceEncoder", None)
    asked: list[str] = []
    retrieve = module.retrieve

    def heard(collection: Any, question: str, *rest: Any, **options: Any) -> Any:
        assert collection.encoder is encoder
        asked.append(question)
        return retrieve(collection, question, *rest, **options)

    monkeypatch.setattr(module, "retrieve", heard)

    def fitted(synonyms: dict[str, tuple[str, ...]]) -> tuple[dict[str, Any], list[str]]:
        asked.clear()
        reader = PassageReader(pair_tokenizer(), tiny_network)
        material = Material(sets, synonyms)
        found = fit(reader, material, tmp_path / "work", 100, 7, encoder=encoder)
        return found, list(asked)

    def changed(questions: list[str]) -> float:
        return sum("gallery" in question for question in questions) / len(questions)

    others = {"museum": ("gallery",), "statues": ("gallery",)}
    found, questions = fitted(others)
    assert fitted(others) == (found, questions)
    # Of 4 questions in 10 each word, one a question here, is replaced 6 times in 10.
    assert 0.1 < changed(questions) < 0.4
    assert changed(fitted({})[1]) == 0.0
    monkeypatch.setattr(module, "OTHER_WORDS", 0.0)
    assert changed(fitted(others)[1]) == 0.0


@pytest.mark.parametrize(
    ("fitted", "readings"),
    [
        ([], 0),
        # None answers, though one could; none shows an answer at all; all answer.
        ([(True, (0.1, 0.9), (1, 0)), (False, (0.5, 0.4), (0, 0))], 2),
        ([(True, (0.1, 0.9), (0, 0))], 1),
        ([(True, (0.1, 0.9), (1, 1))], 1),
    ],
)
def test_too_few_to_fit_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fitted: list[tuple[bool, tuple[float, ...], tuple[int, ...]]],
    readings: int,
) -> None:
    made = Mined("made", "made-0", [], [])
    monkeypatch.setattr(module, "_ask_all", lambda *_: [asked(*each) for each in fitted])
    # The ranking that is fitted goes by what the network says.
    monkeypatch.setattr(
        module, "conditional_logit", lambda *_: f32(*(n == "share" for n in SENTENCE_COLUMNS))
    )
    reader = PassageReader(pair_tokenizer(), tiny_network)
    with pytest.raises(ValueError, match=rf"^{readings} readings of held-out .* --held-out"):
        fit(reader, Material([made]), tmp_path, 5, 7, encoder=TinyEncoder())

"""(question, hits) -> scored sentences, with weights that can be worked out by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from embeddings import similarity as module
from embeddings.collection import Collection
from embeddings.features import CONFIDENCE_NAMES, NAMES, SENTENCE_NAMES
from embeddings.lexical import WordEntry, WordIndex
from embeddings.reading import ScoredSentence, distinct_sentences
from embeddings.retrieval import retrieve
from embeddings.schema import Article, Hit, Passage, Scores, Span
from embeddings.similarity import (
    READING_NAMES,
    SimilarityReader,
    load_weights,
    reading_features,
)
from tests.fakes import TinyEncoder

TEXT = "Talks ended “early”. Baradar led the delegation. It rained in Doha 🎉."
FIRST, SECOND, THIRD = Span(0, 20), Span(21, 48), Span(49, 70)


def hit(spans: tuple[Span, ...], name: str = "a", text: str = TEXT, score: float = 1.0) -> Hit:
    start, end = spans[0].start, spans[-1].end
    passage = Passage(f"{name}{start}", name, start, end, text[start:end], spans)
    return Hit(passage, Article(name, f"{name}.txt", "txt", text), Scores(score, score, score))


@pytest.fixture
def words() -> WordIndex:
    index = WordIndex(None)
    index.update([], [WordEntry(1, 1, TEXT), WordEntry(2, 2, "It rained and rained.")])
    return index


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentence and reading score by likeness alone."""
    sentence = np.zeros(len(SENTENCE_NAMES), np.float32)
    sentence[SENTENCE_NAMES.index("likeness")] = 8.0
    reading = np.zeros(len(READING_NAMES), np.float32)
    reading[READING_NAMES.index("likeness")] = 4.0
    weights = {"sentence": (sentence, -4.0), "reading": (reading, 0.0)}
    monkeypatch.setattr(module, "load_weights", lambda: weights)


def test_the_spans_are_the_sentences() -> None:
    assert [TEXT[s.start : s.end] for s in (FIRST, SECOND, THIRD)] == [
        "Talks ended “early”.",
        "Baradar led the delegation.",
        "It rained in Doha 🎉.",
    ]


def test_best_first_with_its_probability(
    by_hand: None, encoder: TinyEncoder, words: WordIndex
) -> None:
    hits = [hit((FIRST, SECOND, THIRD))]
    reading = SimilarityReader(encoder).read("Who led the delegation?", hits, words)
    # All of "led delegation" is in the second sentence: its likeness is 1.
    assert reading.sentences[0].text == "Baradar led the delegation."
    assert {s.text for s in reading.sentences[1:]} == {
        "Talks ended “early”.",
        "It rained in Doha 🎉.",
    }
    assert reading.answerable == pytest.approx(1 / (1 + math.exp(-4)), abs=1e-6)
    assert sum(s.score for s in reading.sentences) == pytest.approx(1.0, abs=1e-6)
    assert reading.sentences[0].score > 0.5
    np.testing.assert_array_equal(
        reading.vectors, encoder.encode([sentence.text for sentence in reading.sentences])
    )
    assert reading.unmatched == ()


def test_names_that_stand_nowhere_near(
    by_hand: None, encoder: TinyEncoder, words: WordIndex
) -> None:
    reader = SimilarityReader(encoder)
    reading = reader.read("Who led the Vatican delegation to Doha?", [hit((FIRST, SECOND))], words)
    assert reading.sentences[0].span == SECOND
    assert reading.unmatched == ("vatican", "doha")
    # The next sentence names Doha.
    reading = reader.read("Who led the Vatican delegation to Doha?", [hit((SECOND, THIRD))], words)
    assert reading.unmatched == ("vatican",)


def test_overlapping_passages_count_once(encoder: TinyEncoder, words: WordIndex) -> None:
    best, second = hit((SECOND, THIRD)), hit((FIRST, SECOND), score=0.5)
    other = hit((FIRST,), name="b")
    assert distinct_sentences([best, second, other]) == [
        (best, SECOND),
        (best, THIRD),
        (second, FIRST),
        (other, FIRST),
    ]
    reading = SimilarityReader(encoder).read("Who led?", [best, second, other], words)
    assert len(reading.sentences) == 4
    assert [s.score for s in reading.sentences] == sorted(
        (s.score for s in reading.sentences), reverse=True
    )


def test_no_hits(encoder: TinyEncoder, words: WordIndex) -> None:
    reading = SimilarityReader(encoder).read("Who led?", [], words)
    assert (reading.sentences, reading.answerable, reading.unmatched) == ((), 0.0, ())
    assert reading.vectors.shape == (0, 32)


def test_sentences_are_embedded_once(
    encoder: TinyEncoder, words: WordIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = SimilarityReader(encoder)
    reader.read("Who led?", [hit((FIRST, SECOND))], words)
    assert encoder.embedded() == ["Talks ended “early”.", "Baradar led the delegation."]
    reader.read("Who rained?", [hit((FIRST, SECOND, THIRD)), hit((FIRST,), "b")], words)
    assert encoder.embedded() == ["It rained in Doha 🎉."]
    reader._vectors._kept.most = 1
    reader.read("Who?", [hit((FIRST,))], words)
    encoder.embedded()
    reader.read("Who?", [hit((FIRST, SECOND))], words)
    assert encoder.embedded() == ["Baradar led the delegation."]


def test_reading_features_by_hand() -> None:
    table = np.arange(2 * len(NAMES), dtype=np.float32).reshape(2, -1)
    logits = np.array([0.0, math.log(3)], dtype=np.float32)
    found = dict(zip(READING_NAMES, reading_features(table, logits).tolist(), strict=True))
    assert found.pop("lead") == pytest.approx(math.log(3), abs=1e-6)
    assert found == {name: table[1, NAMES.index(name)] for name in CONFIDENCE_NAMES}
    alone = reading_features(table[1:], logits[1:])
    assert alone[-1] == 0.0


def test_only_the_likest_sentences_are_embedded(
    encoder: TinyEncoder, words: WordIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EMBEDDED", 1)
    hits = [hit((FIRST, SECOND, THIRD))]
    reading = SimilarityReader(encoder).read("Who led the delegation?", hits, words)
    assert [sentence.span for sentence in reading.sentences] == [SECOND]
    assert encoder.embedded() == ["Baradar led the delegation."]


def test_the_weights_that_ship() -> None:
    weights = load_weights()
    assert weights["sentence"][0].shape == (len(SENTENCE_NAMES),)
    assert weights["reading"][0].shape == (len(READING_NAMES),)
    assert 0 < SimilarityReader(TinyEncoder()).threshold < 1


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who led the Taliban delegation to Iran?", "was led by Mullah Abdul Ghani Baradar"),
        ("When was Mullah Baradar born?", "Mullah Baradar was born in 1968"),
        ("How many attacks on government checkpoints were there on March 3?", "been 43 attacks"),
        ("Where has the US Embassy in Kabul been relocated?", "relocated to Doha, Qatar."),
    ],
)
def test_example_articles(seeds: Collection, question: str, words: str) -> None:
    reader = SimilarityReader(seeds.encoder)
    hits = retrieve(seeds, question, 8).hits
    reading = reader.read(question, hits, seeds.snapshot().words)
    assert words in reading.sentences[0].text
    assert reading.answerable > reader.threshold
    nonsense = reader.read("Who won the World Cup in Chess?", hits, seeds.snapshot().words)
    assert nonsense.answerable < reader.threshold
    assert {"cup", "chess"} <= set(nonsense.unmatched)


def test_a_scored_sentence_is_a_value() -> None:
    sentence = ScoredSentence(hit((FIRST,)), FIRST, 0.5)
    assert sentence.text == "Talks ended “early”."
    with pytest.raises(dataclasses.FrozenInstanceError):
        sentence.score = 1.0  # type: ignore[misc]

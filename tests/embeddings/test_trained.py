"""(question, hits) -> a reading on the network's word, with readings and weights given by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from embeddings import trained as module
from embeddings.lexical import WordEntry, WordIndex
from embeddings.reader import PassageReading, Place
from embeddings.schema import Article, Hit, Passage, Scores, Span
from embeddings.trained import (
    COLUMNS,
    QUESTION_COLUMNS,
    QUESTION_NAMES,
    SENTENCE_COLUMNS,
    SMALL,
    TrainedReader,
    columns,
    load_weights,
    question_features,
)
from tests.fakes import GivenReadings, TinyEncoder

BEFORE = "Doha 🎉\r\n"
TEXT = "Talks ended “early”. Baradar led the delegation. It rained in Dohá 🎉."
ARTICLE = BEFORE + TEXT
FIRST, SECOND, THIRD = (Span(8, 28), Span(29, 56), Span(57, 78))


def hit(spans: tuple[Span, ...], name: str = "a", text: str = ARTICLE, score: float = 1.0) -> Hit:
    start, end = spans[0].start, spans[-1].end
    passage = Passage(f"{name}{start}-{end}", name, start, end, text[start:end], spans)
    return Hit(passage, Article(name, f"{name}.txt", "txt", text), Scores(score))


def said(
    answerable: float, *sentences: tuple[float, tuple[int, int] | None], relevance: float = 0.0
) -> PassageReading:
    """A reading: for each sentence its share, and where its best words are."""
    places = tuple(None if at is None else Place(Span(*at), 0.5) for _, at in sentences)
    return PassageReading(relevance, answerable, places, tuple(share for share, _ in sentences))


@pytest.fixture
def words() -> WordIndex:
    index = WordIndex(None)
    index.update([], [WordEntry(1, 1, TEXT), WordEntry(2, 2, "It rained and rained.")])
    return index


Read = Callable[[Mapping[str, PassageReading]], TrainedReader]


@pytest.fixture
def reader_of(encoder: TinyEncoder, monkeypatch: pytest.MonkeyPatch) -> Read:
    """A reader whose sentences score answerable + log share, and whose confidence is half that."""
    sentence = np.array([n in {"answerable", "share"} for n in SENTENCE_COLUMNS], np.float32)
    question = 0.5 * np.array([n in {"answerable", "share"} for n in QUESTION_NAMES], np.float32)
    weights = {"sentence": (sentence, 0.0), "question": (question, 0.25)}
    monkeypatch.setattr(module, "load_weights", lambda: weights)
    monkeypatch.setattr(module, "_weights_file", lambda: {"threshold": 0.4})
    return lambda readings: TrainedReader(encoder, GivenReadings(readings))


def test_the_sentences_are_what_they_should_be() -> None:
    assert [ARTICLE[s.start : s.end] for s in (FIRST, SECOND, THIRD)] == [
        "Talks ended “early”.",
        "Baradar led the delegation.",
        "It rained in Dohá 🎉.",
    ]


def test_best_first_with_absolute_answers(
    reader_of: Read, encoder: TinyEncoder, words: WordIndex
) -> None:
    only = hit((FIRST, SECOND, THIRD))
    readings = {"a8-78": said(2.0, (0.2, (0, 5)), (0.7, (21, 28)), (0.1, (62, 67)))}
    reader = reader_of(readings)
    reading = reader.read("Who led?", [only], words)
    assert [s.span for s in reading.sentences] == [SECOND, FIRST, THIRD]
    assert [s.answer and ARTICLE[s.answer.start : s.answer.end] for s in reading.sentences] == [
        "Baradar",
        "Talks",
        "Dohá ",
    ]
    # The scores are softmax(2 + log share): the shares themselves.
    assert [s.score for s in reading.sentences] == pytest.approx([0.7, 0.2, 0.1], abs=1e-5)
    logit = 0.5 * (2.0 + math.log(0.7 + SMALL)) + 0.25
    assert reading.answerable == pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-6)
    np.testing.assert_allclose(
        reading.vectors, encoder.encode([s.text for s in reading.sentences]), atol=1e-7
    )
    assert reader.threshold == 0.4
    assert reader.name == "the trained reader"


def test_equal_features_leave_it_to_the_network(reader_of: Read, words: WordIndex) -> None:
    """Two articles of the same words: only what the network says is different."""
    one, other = hit((SECOND,)), hit((SECOND,), "b")
    low, high = said(-1.0, (1.0, (0, 7))), said(3.0, (1.0, (0, 7)))
    for first, second, best in ((low, high, "b"), (high, low, "a")):
        reading = reader_of({"a29-56": first, "b29-56": second}).read("Who?", [one, other], words)
        assert [s.hit.article.id for s in reading.sentences] == sorted(
            "ab", key=lambda n: n != best
        )
        assert reading.sentences[0].score == pytest.approx(1 / (1 + math.exp(-4)), abs=1e-5)
    # The same of both: the better hit's comes first.
    reading = reader_of({"a29-56": low, "b29-56": low}).read("Who?", [other, one], words)
    assert [s.hit.article.id for s in reading.sentences] == ["b", "a"]


def test_overlapping_passages_give_a_sentence_once(reader_of: Read, words: WordIndex) -> None:
    hits = [hit((FIRST, SECOND)), hit((SECOND, THIRD), score=0.5)]
    readings = {
        "a8-56": said(0.0, (0.5, (0, 5)), (0.5, None)),
        "a29-78": said(1.0, (0.9, (0, 7)), (0.1, (41, 46)), relevance=4.0),
    }
    reading = reader_of(readings).read("Who led?", hits, words)
    assert [s.span for s in reading.sentences] == [SECOND, FIRST, THIRD]
    best = reading.sentences[0]
    assert (best.hit, best.answer) == (hits[1], Span(29, 36))
    sight = reader_of(readings).look("Who led?", hits, words)
    assert sight.spans == [(hits[1], SECOND), (hits[0], FIRST), (hits[1], THIRD)]
    assert columns(sight.table, ("answerable", "share", "certainty", "relevance", "fused"))[
        0
    ].tolist() == pytest.approx([1.0, math.log(0.9 + SMALL), math.log(0.5 + SMALL), 4.0, 0.5])
    # The same sentence of another article is another sentence.
    assert len(reader_of(readings | {"b29-56": said(0.0, (1.0, None))}).look(
        "Who led?", [*hits, hit((SECOND,), "b")], words).spans) == 4  # fmt: skip


def test_the_features_of_a_sentence(
    reader_of: Read, encoder: TinyEncoder, words: WordIndex
) -> None:
    readings = {"a8-78": said(2.0, (0.2, (0, 5)), (0.7, None), (0.1, None))}
    sight = reader_of(readings).look(
        "Who led the delegation?", [hit((FIRST, SECOND, THIRD))], words
    )
    assert sight.table.shape == (3, len(COLUMNS))
    row = dict(zip(COLUMNS, sight.table[0].tolist(), strict=True))
    assert row["certainty"] == pytest.approx(math.log(SMALL), abs=1e-4)
    assert row["likeness"] == pytest.approx(1.0, abs=1e-6)
    assert (row["fused"], row["kind_found"], row["short"]) == (1.0, 0.0, 1.0)
    question = encoder.encode_query("Who led the delegation?")
    np.testing.assert_allclose(
        columns(sight.table, ("cosine",))[:, 0], sight.vectors @ question, atol=1e-6
    )
    assert (sight.answers[0], sight.answers[1]) == (None, Span(8, 13))
    assert sight.candidates[0].around == ("", "Talks ended “early”.", "It rained in Dohá 🎉.")


def test_names_that_stand_nowhere_near(reader_of: Read, words: WordIndex) -> None:
    readings = {"a29-78": said(0.0, (0.9, (0, 7)), (0.1, None))}
    reading = reader_of(readings).read(
        "Who led the Vatican delegation to Doha?", [hit((SECOND, THIRD))], words
    )
    assert reading.sentences[0].span == SECOND
    assert reading.unmatched == ("vatican",)


@pytest.mark.parametrize("question", ["Who led?", "", "?! 🎉"])
def test_nothing_to_read(reader_of: Read, words: WordIndex, question: str) -> None:
    reading = reader_of({}).read(question, [], words)
    assert (reading.sentences, reading.answerable, reading.unmatched) == ((), 0.0, ())
    assert reading.vectors.shape == (0, 32)
    bare = Passage("a", "a", 0, 4, ARTICLE[:4], ())
    nothing = Hit(bare, Article("a", "a.txt", "txt", ARTICLE), Scores(0.0))
    reading = reader_of({"a": said(9.0)}).read(question, [nothing], words)
    assert (reading.sentences, reading.answerable) == ((), 0.0)


def test_a_question_without_words(reader_of: Read, words: WordIndex) -> None:
    readings = {"a8-56": said(0.0, (0.4, (0, 5)), (0.6, (21, 28)))}
    reading = reader_of(readings).read("?! 🎉", [hit((FIRST, SECOND), score=0.0)], words)
    assert [s.span for s in reading.sentences] == [SECOND, FIRST]
    assert 0 < reading.answerable < 1


def test_only_the_most_promising_are_looked_at(
    reader_of: Read, encoder: TinyEncoder, words: WordIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOKED_AT", 1)
    readings = {"a8-78": said(0.0, (0.2, None), (0.1, None), (0.7, None))}
    reading = reader_of(readings).read("Who led?", [hit((FIRST, SECOND, THIRD))], words)
    assert [s.span for s in reading.sentences] == [THIRD]
    assert reading.sentences[0].score == 1.0
    assert encoder.embedded() == ["It rained in Dohá 🎉."]


def test_question_features_by_hand() -> None:
    table = np.arange(3 * len(COLUMNS), dtype=np.float32).reshape(3, -1)
    table[0, COLUMNS.index("relevance")] = 99.0
    logits = np.array([0.0, 2.5, 1.0], dtype=np.float32)
    found = dict(zip(QUESTION_NAMES, question_features(table, logits).tolist(), strict=True))
    assert found.pop("lead") == 1.5
    # What the passage says that most likely answers, and the one that fits best.
    assert found.pop("most_answerable") == table[2, COLUMNS.index("answerable")]
    assert found.pop("most_relevant") == 99.0
    assert found == {name: table[1, COLUMNS.index(name)] for name in QUESTION_COLUMNS}
    alone = dict(zip(QUESTION_NAMES, question_features(table[1:2], logits[1:2]), strict=True))
    assert alone["lead"] == 0.0


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A weights file of its own."""
    path = tmp_path / "question_weights.json"
    monkeypatch.setattr(module, "WEIGHTS", path)
    module._weights_file.cache_clear()
    load_weights.cache_clear()
    yield path
    module._weights_file.cache_clear()
    load_weights.cache_clear()


def test_weights_are_read_by_name(written: Path) -> None:
    sentence = {name: float(i) for i, name in enumerate(SENTENCE_COLUMNS)}
    question = {name: -float(i) for i, name in enumerate(QUESTION_NAMES)}
    data = {
        "threshold": 0.625,
        "sentence": {"intercept": 0.0, "weights": dict(reversed(sentence.items()))},
        "question": {"intercept": -1.5, "weights": question},
    }
    written.write_text(json.dumps(data), encoding="utf-8")
    weights = load_weights()
    assert weights["sentence"][0].tolist() == [*range(len(SENTENCE_COLUMNS))]
    assert weights["sentence"][1] == 0.0
    assert weights["question"][0].tolist() == [-i for i in range(len(QUESTION_NAMES))]
    assert weights["question"][1] == -1.5
    assert TrainedReader(TinyEncoder(), GivenReadings({})).threshold == 0.625

"""(question, passage) -> relevance, the words that answer, and whether they do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from embeddings import reader as module
from embeddings.pairs import Batch
from embeddings.reader import Excerpt, PassageReader, PassageReading, Place, excerpt_at
from embeddings.schema import Article, Found, Heading, Passage, Span
from tests.fakes import pair_tokenizer, tiny_network

TEXT = (
    "Der Müller of Bra\u0301tislava arrived 🎉.\r\nA sign said שלום עולם to “the crews”. "
    "Nothing else happened in the naïve café."
)
QUESTION = "Who arrived in Bratislava? 🎉"


def spans_of(text: str, *parts: str) -> tuple[Span, ...]:
    return tuple(Span(text.index(part), text.index(part) + len(part)) for part in parts)


SENTENCES = spans_of(
    TEXT,
    "Der Müller of Bra\u0301tislava arrived 🎉.",
    "A sign said שלום עולם to “the crews”.",
    "Nothing else happened in the naïve café.",
)
EXCERPT = Excerpt("Ports", TEXT, SENTENCES)


def logistic(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


@pytest.fixture
def read() -> Callable[..., PassageReading]:
    reader = PassageReader(pair_tokenizer(), lambda: tiny_network(spread=40.0))
    return lambda question, excerpt: reader.read(question, [excerpt])[0]


class Scripted:
    """A network that puts an answer's start and end at certain tokens of the text."""

    def __init__(self, start: dict[int, float], end: dict[int, float]) -> None:
        self.start, self.end = start, end

    def eval(self) -> Scripted:
        return self

    def read(self, batch: Batch) -> tuple[np.ndarray, ...]:
        start, end = (np.where(batch.text == 1, 0.0, -1e4) for _ in range(2))
        for values, logits in ((start, self.start), (end, self.end)):
            for row, text in zip(values, batch.text, strict=True):
                for token, logit in logits.items():
                    row[int(np.argmax(text)) + token] = logit
        return np.full(len(start), 2.0), np.full(len(start), -1.0), start, end


def scripted(start: dict[int, float], end: dict[int, float]) -> PassageReader:
    return PassageReader(pair_tokenizer(), lambda: Scripted(start, end))  # type: ignore[arg-type,return-value]


def test_a_reading_by_hand() -> None:
    # Tokens: Train 0, drivers 1, struck 2, "." 3, It 4, rained 5, "." 6.
    text = "Train drivers struck. It rained."
    sentences = spans_of(text, "Train drivers struck.", "It rained.")
    reading = scripted({1: 3.0, 5: 1.0}, {2: 3.0, 5: 2.0}).read(
        "Who?", [Excerpt("", text, sentences)]
    )[0]
    assert (reading.relevance, reading.answerable) == (2.0, -1.0)
    starts = np.exp([0, 3, 0, 0, 0, 1, 0])
    ends = np.exp([0, 0, 3, 0, 0, 2, 0])
    starts, ends = starts / starts.sum(), ends / ends.sum()
    assert [place and text[place.span.start : place.span.end] for place in reading.places] == [
        "drivers struck",
        "rained",
    ]
    assert [place and place.certainty for place in reading.places] == pytest.approx(
        [starts[1] * ends[2], starts[5] * ends[5]], rel=1e-5
    )
    assert reading.shares == pytest.approx((starts[:4].sum(), starts[4:].sum()), rel=1e-5)
    assert reading.place == reading.places[0]


def test_an_answer_ends_after_it_starts_and_soon_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "one two six ten."
    whole = (Span(0, len(text)),)
    backwards = scripted({3: 5.0}, {0: 5.0, 3: 1.0}).read("Who?", [Excerpt("", text, whole)])[0]
    assert backwards.place is not None
    assert backwards.place.span == Span(12, 15)
    monkeypatch.setattr(module, "LONGEST_ANSWER", 2)
    far = scripted({0: 5.0}, {1: 1.0, 3: 3.0}).read("Who?", [Excerpt("", text, whole)])[0]
    assert far.place is not None
    assert far.place.span == Span(0, 7)


@pytest.mark.parametrize(
    ("text", "token", "word"),
    [
        # "Baradar" is three tokens: the one in the middle stands for all of it.
        ("Mullah Baradar led.", 3, "Baradar"),
        # The accent is a character of its own, and the word does not end before it.
        ("Le cafe\u0301 bar", 1, "cafe\u0301"),
        ("A ❤\ufe0f here", 1, "❤\ufe0f"),
        ("He’s 1,250 m tall", 3, "1"),
        ("the COVID-19 virus", 1, "COVID"),
    ],
)
def test_whole_words(text: str, token: int, word: str) -> None:
    excerpt = Excerpt("", text, (Span(0, len(text)),))
    place = scripted({token: 9.0}, {token: 9.0}).read("What?", [excerpt])[0].place
    assert place is not None
    assert text[place.span.start : place.span.end] == word


def test_a_word_stays_in_its_sentence() -> None:
    # Cut where there is no space, as a sentence beyond the encoder's reach is.
    text = "日本語テキスト"
    cut = (Span(0, 3), Span(3, 7))
    reading = scripted({1: 9.0, 4: 8.0}, {1: 9.0, 4: 8.0}).read("?", [Excerpt("", text, cut)])[0]
    assert [place and place.span for place in reading.places] == [Span(0, 3), Span(3, 7)]


def test_answers_are_exact_characters_of_the_article(read: Callable[..., PassageReading]) -> None:
    before = "Ports 🎉\r\n\r\n"
    article = Article(
        "a", "a.txt", "txt", before + TEXT, Heading(title=Found("Ports 🎉", "line 1"))
    )
    begin = len(before)
    sentences = tuple(Span(s.start + begin, s.end + begin) for s in SENTENCES)
    passage = Passage("p", "a", begin, begin + len(TEXT), TEXT, sentences)
    excerpt = excerpt_at(passage, article)
    assert excerpt == Excerpt("Ports 🎉", TEXT, SENTENCES)
    for question in (QUESTION, "", "Why?", "שלום 🎉"):
        reading = read(question, excerpt)
        for place, sentence in zip(reading.places, sentences, strict=True):
            assert place is not None
            found = place.within(begin)
            words = article.text[found.start : found.end]
            assert words == TEXT[place.span.start : place.span.end] != ""
            assert sentence.start <= found.start < found.end <= sentence.end
            for edge in (found.start, found.end):
                assert not (article.text[edge - 1].isalnum() and article.text[edge].isalnum())


def test_shares_are_probabilities(read: Callable[..., PassageReading]) -> None:
    assert sum(read(QUESTION, EXCERPT).shares) == pytest.approx(1.0, abs=1e-6)
    # Where a sentence is left out, so is its share.
    fewer = read(QUESTION, Excerpt("Ports", TEXT, SENTENCES[1:]))
    assert fewer.shares == pytest.approx(read(QUESTION, EXCERPT).shares[1:], rel=1e-5)
    assert sum(fewer.shares) < 1


def test_nothing_to_read(read: Callable[..., PassageReading]) -> None:
    empty = read(QUESTION, Excerpt("", "", ()))
    assert (empty.places, empty.shares, empty.place) == ((), (), None)
    blank = read(QUESTION, Excerpt("Ports", " \r\n\u200b", (Span(0, 4),)))
    assert (blank.places, blank.shares, blank.place) == ((None,), (0.0,), None)
    assert np.isfinite([blank.relevance, blank.answerable, empty.relevance]).all()
    none = read(QUESTION, Excerpt("Ports", TEXT, ()))
    assert (none.places, none.shares) == ((), ())


def test_nothing_but_punctuation(read: Callable[..., PassageReading]) -> None:
    reading = read("?!", Excerpt("", "…!? 🎉", (Span(0, 3), Span(4, 5))))
    assert reading.shares == pytest.approx((reading.shares[0], 1 - reading.shares[0]), abs=1e-6)
    assert reading.places[1] is not None
    assert reading.places[1].span == Span(4, 5)


def test_a_sentence_beyond_what_is_read(read: Callable[..., PassageReading]) -> None:
    text = "led " * 500 + "Baradar."
    reading = read("Who?", Excerpt("", text, (Span(0, 1999), Span(2000, 2008))))
    assert reading.places[1] is None
    assert reading.shares == (pytest.approx(1.0, abs=1e-6), 0.0)


def test_the_order_is_that_of_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    excerpts = [Excerpt("", f"{i} " + "led " * (7 * i % 40 + 1), (Span(0, 3),)) for i in range(24)]
    pairs = [(question, each) for each in excerpts for question in ("Who?", "Why did he leave?")]
    network, tokenizer = tiny_network(spread=9.0), pair_tokenizer()
    alone = [PassageReader(tokenizer, lambda: network).read_pairs([pair])[0] for pair in pairs[:6]]
    for tokens in (64, 300, 2_048):
        monkeypatch.setattr(module, "BATCH_TOKENS", tokens)
        reader = PassageReader(tokenizer, lambda: network)
        together = reader.read_pairs(pairs)
        assert len(together) == 48
        for one, other in zip(alone, together, strict=False):
            assert other.relevance == pytest.approx(one.relevance, abs=1e-4)
            assert other.answerable == pytest.approx(one.answerable, abs=1e-4)
            assert other.shares == pytest.approx(one.shares, abs=1e-4)
    assert len({reading.relevance for reading in together}) == 48
    assert reader.read_pairs([]) == []


def test_a_pair_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[int] = []
    network = tiny_network()
    inner = network.read
    monkeypatch.setattr(
        network, "read", lambda batch: (rows.append(len(batch.ids)), inner(batch))[1]
    )
    made: list[int] = []
    reader = PassageReader(pair_tokenizer(), lambda: (made.append(1), network)[1])
    assert made == []
    other = Excerpt("Elsewhere", TEXT, SENTENCES)
    first = reader.read(QUESTION, [EXCERPT, other, EXCERPT])
    assert first[0] is first[2]
    assert reader.read(QUESTION, [other])[0] is first[1]
    assert (sum(rows), made) == (2, [1])
    reader._kept.most = 1
    assert reader.read("Why?", [EXCERPT])[0].shares != ()
    reader.read(QUESTION, [EXCERPT])
    assert sum(rows) == 4
    assert len(reader._kept) == 1


def test_lower_precision_reads_the_same() -> None:
    exact = PassageReader(pair_tokenizer(), lambda: tiny_network(spread=9.0))
    rounded_network = tiny_network(spread=9.0)
    rounded_network.lower_precision()
    assert rounded_network.body.embeddings.word_embeddings.weight.dtype == torch.bfloat16
    assert rounded_network.place.weight.dtype == torch.float32
    rounded = PassageReader(pair_tokenizer(), lambda: rounded_network)
    for question in (QUESTION, "Why?", "What did the sign say to the crews?"):
        one, other = (reader.read(question, [EXCERPT])[0] for reader in (exact, rounded))
        assert logistic(other.relevance) == pytest.approx(logistic(one.relevance), abs=0.02)
        assert logistic(other.answerable) == pytest.approx(logistic(one.answerable), abs=0.02)
        assert other.shares == pytest.approx(one.shares, abs=0.02)


def test_a_place_in_an_article() -> None:
    assert Place(Span(3, 7), 0.5).within(100) == Span(103, 107)

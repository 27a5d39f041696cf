"""A citation cannot lie: every wrong quote is refused when the citation is made."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from embeddings.errors import CitationMismatch
from embeddings.schema import Article, Found, Heading, Hit, Passage, Scores, Span
from qa_app.recognised import Recognised, RecognisedName, RecognisedPeriod
from qa_app.schema import WELL_SUPPORTED, Answer, Citation, Sentence

TEXT = "\ufeffÉlodie said “no” 🎉.\r\nשלום, e\u0301tait-ce tout?"
HEADING = Heading(title=Found("Été", "sidecar"), published=Found("2024-03-01", "sidecar"))
ARTICLE = Article("a1", "news/a.txt", "txt", TEXT, HEADING)


def test_the_exact_words() -> None:
    citation = Citation(1, ARTICLE, 1, 20, "Élodie said “no” 🎉.")
    assert citation == Citation.at(1, ARTICLE, 1, 20)
    assert Citation.at(2, ARTICLE, 0, len(TEXT)).quote == TEXT


@pytest.mark.parametrize(
    ("start", "end", "quote"),
    [
        (1, 20, 'Élodie said "no" 🎉.'),  # straight quotes
        (1, 20, "Élodie said “no” 🎉!"),
        (1, 20, "élodie said “no” 🎉."),
        (1, 20, "Élodie said “no” 🎉"),
        (1, 20, " Élodie said “no” 🎉."),
        (1, 20, ""),
        (0, 19, "Élodie said “no” 🎉."),  # the mark at the beginning forgotten
        (2, 21, "Élodie said “no” 🎉."),
        (20, 22, "\n"),
        (28, 36, "était-ce"),  # composed, where the text has e and an accent
    ],
)
def test_other_words(start: int, end: int, quote: str) -> None:
    with pytest.raises(CitationMismatch, match=r"citation 7 of news/a\.txt at .* expected"):
        Citation(7, ARTICLE, start, end, quote)


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, 0), (5, 5), (6, 5), (-1, 3), (-5, -1), (0, len(TEXT) + 1), (len(TEXT), len(TEXT) + 1)],
)
def test_offsets_that_are_none(start: int, end: int) -> None:
    # Python would slice with any of them.
    with pytest.raises(CitationMismatch, match=r"empty or outside the text of 43 characters"):
        Citation(1, ARTICLE, start, end, TEXT[start:end])


any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(any_text, st.data())
def test_any_slice_is_taken_and_nothing_else(text: str, data: st.DataObject) -> None:
    article = Article("a", "a.txt", "txt", text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert Citation(1, article, start, end, text[start:end]).quote == text[start:end]
    other = data.draw(st.one_of(any_text, st.just(text[start:end] + " "), st.just("")))
    assume(other != text[start:end])
    with pytest.raises(CitationMismatch):
        Citation(1, article, start, end, other)


@given(any_text, st.integers(-60, 60), st.integers(-60, 60))
def test_offsets_of_a_citation_are_real(text: str, start: int, end: int) -> None:
    article = Article("a", "a.txt", "txt", text)
    try:
        citation = Citation.at(1, article, start, end)
    except CitationMismatch:
        assert not 0 <= start < end <= len(text)
    else:
        assert 0 <= start < end <= len(text)
        assert len(citation.quote) == end - start


def test_a_citation_stays_as_it_is() -> None:
    citation = Citation.at(1, ARTICLE, 1, 7)
    with pytest.raises(dataclasses.FrozenInstanceError):
        citation.quote = "Other"  # type: ignore[misc]
    with pytest.raises(CitationMismatch):
        dataclasses.replace(citation, start=2)


def test_records() -> None:
    citation = Citation.at(1, ARTICLE, 1, 7)
    assert citation.record() == {
        "number": 1,
        "article": "a1",
        "path": "news/a.txt",
        "title": "Été",
        "author": None,
        "publisher": None,
        "published": "2024-03-01",
        "start": 1,
        "end": 7,
        "quote": "Élodie",
        "copies": [],
    }
    sentence = Sentence("Élodie", (1,), (1, 4))
    answer = Answer(
        "Who?", "answered", 0.123456, (sentence,), (citation,), timings_ms={"total": 1.23456}
    )
    assert answer.record("c1") == {
        "id": "c1",
        "question": "Who?",
        "understood": "Who?",
        "recognised": {"names": [], "periods": [], "parts": []},
        "status": "answered",
        "answer": "Élodie",
        "short_answer": "lod",
        "support": "partly supported",
        "confidence": 0.1235,
        "sentences": [{"text": "Élodie", "citations": [1], "answer": [1, 4], "support": None}],
        "citations": [citation.record()],
        "missing": "",
        "nearest": [],
        "notices": [],
        "timings_ms": {"total": 1.23},
        "model": None,
    }


def test_the_record_of_nothing_found() -> None:
    passage = Passage("p1", "a1", 1, 7, "Élodie", (Span(1, 7),))
    hit = Hit(passage, ARTICLE, Scores(0.12345678, None, 2.0))
    answer = Answer(
        *("Who?", "not_found", 0.1),
        nearest=(hit,),
        missing="Nothing.",
        understood="W?",
        recognised=Recognised((RecognisedName("W", ("Wé",)),), (RecognisedPeriod("2020"),)),
    )
    record = answer.record()
    assert record["recognised"] == {
        "names": [{"words": "W", "publishers": ["Wé"], "authors": []}],
        "periods": [{"words": "2020", "first": None, "last": None}],
        "parts": [],
    }
    assert (record["id"], record["answer"], record["understood"]) == (None, "", "W?")
    assert (record["short_answer"], record["support"]) == ("", "not found")
    assert record["missing"] == "Nothing."
    (nearest,) = record["nearest"]
    assert (nearest["text"], nearest["start"], nearest["end"]) == ("Élodie", 1, 7)
    expected = {"fused": 0.123457, "dense": None, "lexical": 2.0, "reader": None}
    assert nearest["scores"] == expected


def test_the_words_that_answer_are_of_the_sentence() -> None:
    said = "🎉 E\u0301lodie said “no”,\r\nשלום."
    for words in ("🎉", "E\u0301lodie", "“no”,\r\nשלום", said):
        start = said.index(words)
        assert Sentence(said, (1,), (start, start + len(words))).short_answer == words
    plain = Sentence(said, (1,))
    assert (plain.answer, plain.short_answer, plain.record()["answer"]) == (None, "", None)
    for start, end in ((0, 0), (3, 2), (-2, 3), (0, len(said) + 1)):
        with pytest.raises(CitationMismatch, match="empty or outside the sentence of 27 char"):
            Sentence(said, (1,), (start, end))


@pytest.mark.parametrize(
    ("confidence", "support"),
    [
        (0.0, "partly supported"),
        (WELL_SUPPORTED - 0.001, "partly supported"),
        (WELL_SUPPORTED, "well supported"),
        (1.0, "well supported"),
    ],
)
def test_how_well_an_answer_is_supported(confidence: float, support: str) -> None:
    sentences = (Sentence("No one.", (1,)), Sentence("Élodie.", (1,), (0, 6)))
    told = Answer("Who?", "answered", confidence, sentences, (Citation.at(1, ARTICLE, 1, 7),))
    # The short answer is the first sentence's, which has none here.
    assert (told.support, told.short_answer) == (support, "")
    assert Answer("Who?", "not_found", confidence).support == "not found"


def test_looking_a_citation_up() -> None:
    first, second = Citation.at(1, ARTICLE, 1, 7), Citation.at(2, ARTICLE, 8, 12)
    answer = Answer(
        "Who?",
        "answered",
        1.0,
        (Sentence("Élodie", (1,)), Sentence("said", (2, 1))),
        (first, second),
    )
    assert (answer.citation(2), answer.text) == (second, "Élodie said")
    with pytest.raises(KeyError):
        answer.citation(3)

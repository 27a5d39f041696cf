"""A reading -> an answer, with readings made by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.reading import Reading, ScoredSentence
from embeddings.schema import Article, Hit, Passage, Scores, Span
from qa_app.extractive import ADD_AT_LEAST, ADD_RATIO, SAME_FACT, Draft, compose, compose_all

# One row of (article, sentence, score, angle): two sentences are as alike as the cosine of the
# angle between them, in degrees.
Row = tuple[str, str, float, float]
ALIKE, APART = math.degrees(math.acos(SAME_FACT)) - 1, math.degrees(math.acos(SAME_FACT)) + 1


def reading(*rows: Row) -> Reading:
    texts: dict[str, str] = {}
    spans: list[Span] = []
    for name, text, _, _ in rows:
        before = texts.get(name, "")
        spans.append(Span(len(before), len(before) + len(text)))
        texts[name] = f"{before}{text}\r\n"
    sentences = []
    for (name, text, score, _), span in zip(rows, spans, strict=True):
        article = Article(name, f"{name}.txt", "txt", texts[name])
        passage = Passage(f"p{span.start}", name, span.start, span.end, text, (span,))
        sentences.append(ScoredSentence(Hit(passage, article, Scores(1.0)), span, score))
    angles = np.radians([angle for *_, angle in rows])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    return Reading(tuple(sentences), rows[0][2], vectors)


def said(draft: Draft) -> list[tuple[str, tuple[int, ...]]]:
    return [(sentence.text, sentence.citations) for sentence in draft.sentences]


def cited(draft: Draft) -> list[tuple[int, str, str]]:
    return [(c.number, c.article.id, c.quote) for c in draft.citations]


def test_one_sentence_word_for_word() -> None:
    draft = compose(reading(("a", "Élodie said “no” 🎉.", 0.9, 0)), 5)
    assert said(draft) == [("Élodie said “no” 🎉.", (1,))]
    assert cited(draft) == [(1, "a", "Élodie said “no” 🎉.")]


def test_best_first_then_what_adds() -> None:
    draft = compose(
        reading(
            ("a", "Baradar led it.", 0.9, 0),
            ("b", "They flew to Tehran.", 0.5, 90),
            ("a", "It was at 9:40.", 0.3, 180),
        ),
        5,
    )
    assert said(draft) == [
        ("Baradar led it.", (1,)),
        ("They flew to Tehran.", (2,)),
        ("It was at 9:40.", (3,)),
    ]
    assert cited(draft) == [
        (1, "a", "Baradar led it."),
        (2, "b", "They flew to Tehran."),
        (3, "a", "It was at 9:40."),
    ]


def test_a_further_sentence_has_to_add_something() -> None:
    rows: list[Row] = [
        ("a", "Baradar led the talks in Doha.", 0.9, 0),
        ("a", "He was glad.", 0.5, 60),
        ("a", "They took 9 days.", 0.5, 90),
        ("a", "Of the 9, some were long.", 0.5, 140),
        ("a", "The ferry sank on the way.", 0.5, 180),
        ("b", "He was glad.", 0.5, 220),
    ]
    told = ["baradar talk doha", "", "", "", "ferri", ""]
    given = replace(reading(*rows), told=tuple(frozenset(words.split()) for words in told))
    assert [text for text, _ in said(compose(given, 9))] == [
        "Baradar led the talks in Doha.",
        "They took 9 days.",
        "The ferry sank on the way.",
        "He was glad.",
    ]


def test_the_same_fact_in_two_articles_is_said_once_and_cited_twice() -> None:
    draft = compose(
        reading(
            ("a", "The embassy moved to Doha.", 0.9, 0),
            ("b", "The embassy was relocated to Doha.", 0.8, ALIKE),
            ("c", "Rain fell.", 0.01, 120),
        ),
        5,
    )
    assert said(draft) == [("The embassy moved to Doha.", (1, 2))]
    assert cited(draft) == [
        (1, "a", "The embassy moved to Doha."),
        (2, "b", "The embassy was relocated to Doha."),
    ]


def test_what_is_only_near_is_added() -> None:
    draft = compose(
        reading(("a", "It moved.", 0.9, 0), ("b", "It moved to Doha on Sunday.", 0.8, APART)), 5
    )
    assert [numbers for _, numbers in said(draft)] == [(1,), (2,)]


def test_a_differing_figure_is_another_fact() -> None:
    draft = compose(
        reading(
            ("a", "In all 124,000 people left.", 0.9, 0),
            ("b", "In all 120,000 people left.", 0.8, 1),
            ("c", "In all 124,000 people got out.", 0.7, 2),
        ),
        5,
    )
    assert said(draft) == [
        ("In all 124,000 people left.", (1, 2)),
        ("In all 120,000 people left.", (3,)),
    ]
    assert [(number, name) for number, name, _ in cited(draft)] == [(1, "a"), (2, "c"), (3, "b")]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Hundreds died.", "hundreds died", True),
        ("A hundred died.", "Hundreds died.", True),
        ("Hundreds died.", "Dozens died.", False),
        ("Two died.", "People died.", True),  # one says more, none contradicts
        ("Two of 13 died.", "13 died.", True),
        ("Two of 13 died.", "Three of 13 died.", False),
        ("It was 3.5 percent.", "It was 3.6 percent.", False),
        ("They met at 10:30.", "They met at 10:45.", False),
    ],
)
def test_figures_decide(first: str, second: str, same: bool) -> None:
    draft = compose(reading(("a", first, 0.9, 0), ("b", second, 0.8, 0)), 5)
    assert [numbers for _, numbers in said(draft)] == ([(1, 2)] if same else [(1,), (2,)])


def test_one_article_repeating_itself_is_cited_once() -> None:
    draft = compose(reading(("a", "It moved.", 0.9, 0), ("a", "It has moved.", 0.8, 1)), 5)
    assert (said(draft), cited(draft)) == ([("It moved.", (1,))], [(1, "a", "It moved.")])


def test_the_most_alike_of_an_article_is_cited() -> None:
    draft = compose(
        reading(
            ("a", "It moved.", 0.9, 0),
            ("b", "It did move, they say.", 0.8, 20),
            ("b", "It moved to.", 0.1, 3),
        ),
        5,
    )
    assert cited(draft) == [(1, "a", "It moved."), (2, "b", "It moved to.")]


def test_a_citation_used_twice_keeps_its_number() -> None:
    draft = compose(
        reading(
            ("a", "It moved.", 0.9, 0),
            ("b", "It moved away.", 0.8, ALIKE),
            ("c", "It moved far away.", 0.7, 2 * ALIKE),
        ),
        5,
    )
    # c is too far from a to be the same; b tells what each of them tells.
    assert said(draft) == [("It moved.", (1, 2)), ("It moved far away.", (3, 2))]


def test_at_most_so_many() -> None:
    rows = [(f"a{i}", f"Fact {chr(65 + i)} is told.", 0.9 - i / 100, 45.0 * i) for i in range(8)]
    full = said(compose(reading(*rows), 5))
    assert [text for text, _ in full] == [row[1] for row in rows[:5]]
    for most in (1, 2, 3):
        assert said(compose(reading(*rows), most)) == full[:most]


def test_what_is_unlikely_is_not_added() -> None:
    low = max(ADD_AT_LEAST, ADD_RATIO * 0.9)
    draft = compose(
        reading(("a", "One.", 0.9, 0), ("b", "A.", low + 1e-3, 90), ("c", "B.", low - 1e-3, 180)),
        5,
    )
    assert [text for text, _ in said(draft)] == ["One.", "A."]
    # The best is said however low it scores: whether to answer was decided before.
    weak = ADD_AT_LEAST / 2
    draft = compose(reading(("a", "One.", weak, 0), ("a", "A.", weak, 90)), 5)
    assert [text for text, _ in said(draft)] == ["One."]


def test_questions_are_no_additions() -> None:
    draft = compose(
        reading(("a", "It is.", 0.9, 0), ("a", "Is it?", 0.8, 90), ("b", "No?", 0.7, 180)), 5
    )
    assert [text for text, _ in said(draft)] == ["It is."]


sentences = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda t: t.strip() == t),
    st.floats(0.0, 1.0),
    st.floats(0, 360),
)


@given(st.lists(sentences, min_size=1, max_size=9), st.integers(1, 5))
def test_every_answer_is_verbatim(rows: list[Row], most: int) -> None:
    rows.sort(key=lambda row: -row[2])
    made = reading(*rows)
    draft = compose(made, most)
    assert 1 <= len(draft.sentences) <= most
    assert draft.sentences[0].text == rows[0][1]
    numbers = [citation.number for citation in draft.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    texts = {sentence.hit.article.id: sentence.hit.article.text for sentence in made.sentences}
    for citation in draft.citations:
        assert texts[citation.article.id][citation.start : citation.end] == citation.quote
    for sentence in draft.sentences:
        assert draft.citations[sentence.citations[0] - 1].quote == sentence.text
        articles = [draft.citations[number - 1].article.id for number in sentence.citations]
        assert len(set(articles)) == len(articles)
    assert {n for s in draft.sentences for n in s.citations} == set(numbers)


def test_each_part_has_its_say_in_turn() -> None:
    one = reading(("a", "One.", 0.6, 0), ("a", "Two.", 0.5, 90), ("a", "Three.", 0.4, 180))
    other = reading(("b", "Four.", 0.6, 0), ("b", "Five.", 0.5, 90), ("b", "Six.", 0.4, 180))
    told = [text for text, _ in said(compose_all([one, other], 5))]
    assert told == ["One.", "Two.", "Four.", "Five.", "Six."]
    assert [text for text, _ in said(compose_all([one, other], 2))] == ["One.", "Four."]
    assert [text for text, _ in said(compose_all([one, other], 1))] == ["One."]
    assert said(compose_all([one], 5)) == said(compose(one, 5))
    assert said(compose_all([], 5)) == []


def test_what_one_part_said_another_does_not_say_again() -> None:
    one = reading(("a", "One.", 0.6, 0), ("a", "Two.", 0.5, 90))
    draft = compose_all([one, one], 4)
    assert said(draft) == [("One.", (1,)), ("Two.", (2,))]
    assert cited(draft) == [(1, "a", "One."), (2, "a", "Two.")]

"""Questions about the articles themselves."""

from __future__ import annotations

import pytest

from embeddings.schema import Article, Found, Heading, Hit, Passage, Scores, Span
from qa_app.heading_answers import LONGEST_LINE, HeadingQuestion, heading_question, line_of

TEXT = "Flood in Lisbon\r\nBy Ana Sá\r\nThe river flooded Lisbon."
LISBON = Article(
    "lisbon",
    "lisbon.txt",
    "txt",
    TEXT,
    Heading(
        title=Found("Flood in Lisbon", "first line", Span(0, 15)),
        author=Found("Ana Sá", "byline, line 2", Span(20, 26)),
        publisher=Found("Público", "sidecar lisbon.json"),
    ),
)
OSLO = Article(
    "oslo",
    "oslo.txt",
    "txt",
    "Train drivers went on strike.",
    Heading(
        title=Found("Strike in Oslo", "sidecar"),
        author=Found("Kari Moe", "sidecar"),
        publisher=Found("Dagen", "sidecar"),
        published=Found("2024-03-05", "sidecar"),
    ),
)


def hit(article: Article) -> Hit:
    passage = Passage("p", article.id, 0, 5, article.text[:5], (Span(0, 5),))
    return Hit(passage, article, Scores(1.0))


HITS = [hit(LISBON), hit(OSLO), hit(LISBON)]


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("Who wrote the article about the flood?", "author"),
        ("Who is the author of this story?", "author"),
        ("Who authored the piece?", "author"),
        ("Who wrote “Flood in Lisbon”?", "author"),
        ("By whom was the article written?", "author"),
        ("Whose byline is it?", "author"),
        ("When was the article published?", "published"),
        ("What date was the story posted?", "published"),
        ("What is the publication date?", "published"),
        ("What is the date of the article?", "published"),
        ("Who published the article?", "publisher"),
        ("Which newspaper ran it?", "publisher"),
        ("Where was the article published?", "publisher"),
        ("What is the title of the article?", "title"),
        ("What is the article called?", "title"),
    ],
)
def test_questions_about_a_heading(question: str, field: str) -> None:
    found = heading_question(question, HITS)
    assert found == HeadingQuestion(field, LISBON, getattr(LISBON.heading, field))


@pytest.mark.parametrize(
    "question",
    [
        "Who led the Taliban delegation to Iran?",
        "When was Baradar born?",
        "What did Susan Rice write?",
        "Who wrote the law?",
        "When was the agreement signed?",
        "Which country published it?",
        "What is the title of the king?",
        "Article",
        "",
    ],
)
def test_other_questions(question: str) -> None:
    assert heading_question(question, HITS) is None


def test_nothing_to_ask_about() -> None:
    assert heading_question("Who wrote the article?", []) is None


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("Who wrote the article?", LISBON),  # the nearest
        ("Who wrote the article “Strike in Oslo”?", OSLO),
        ("Who wrote the Dagen article?", OSLO),
        ("When was the story by KARI MOE published?", OSLO),
        ("When was the story by Kari published?", LISBON),  # half a name is chance
        ("Who wrote the Público article?", LISBON),
    ],
)
def test_which_article_is_meant(question: str, article: Article) -> None:
    found = heading_question(question, HITS)
    assert found is not None
    assert found.article is article


def test_a_field_that_is_not_there() -> None:
    assert heading_question("When was the article published?", HITS) == HeadingQuestion(
        "published", LISBON, None
    )


def test_the_line_of_a_value() -> None:
    span = line_of(TEXT, Span(20, 26))
    assert TEXT[span.start : span.end] == "By Ana Sá"
    assert line_of(TEXT, Span(0, 15)) == Span(0, 15)
    last = line_of(TEXT, Span(len(TEXT) - 7, len(TEXT) - 1))
    assert TEXT[last.start : last.end] == "The river flooded Lisbon."
    indented = "a\n \t By “X” 🎉 \r\nb"
    span = line_of(indented, Span(9, 10))
    assert indented[span.start : span.end] == "By “X” 🎉"


def test_a_paragraph_is_no_line() -> None:
    text = "x" * LONGEST_LINE + "y"
    assert line_of(text, Span(3, 5)) == Span(3, 5)
    assert line_of(text[1:], Span(3, 5)) == Span(0, LONGEST_LINE)

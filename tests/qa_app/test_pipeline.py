"""Question -> answer, over a reader that is told what to believe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from embeddings.collection import Collection
from embeddings.lexical import WordIndex
from embeddings.reading import Reading, ScoredSentence, distinct_sentences
from embeddings.schema import Hit
from qa_app.assistant import Assistant
from qa_app.recognised import Recognised, RecognisedName, RecognisedPart, RecognisedPeriod
from qa_app.schema import Answer
from qa_app.settings import Settings
from tests.news import NEWS


class FirstSentence:
    """A ``Reader`` that believes in the first sentence, as firmly as it is told to."""

    name = "the first sentence"
    threshold = 0.5

    def __init__(self, answerable: float) -> None:
        self.answerable = answerable
        self.questions: list[str] = []

    def read(self, question: str, hits: Sequence[Hit], words: WordIndex) -> Reading:
        self.questions.append(question)
        spans = distinct_sentences(hits)
        scores = [0.9, *[0.0] * len(spans)]
        found = [ScoredSentence(h, s, score) for (h, s), score in zip(spans, scores, strict=False)]
        return Reading(tuple(found), self.answerable, np.eye(len(found), dtype=np.float32))


def ask(collection: Collection, reader: FirstSentence, **options: object) -> Answer:
    chosen = Settings(_env_file=None, **options)  # type: ignore[call-arg, arg-type]
    return Assistant(collection, chosen, reader).ask("Who went on strike in Oslo?")


def test_the_threshold_decides(collection: Collection, news: Path) -> None:
    collection.sync(news)
    answer = ask(collection, FirstSentence(0.5))
    assert (answer.status, answer.confidence) == ("answered", 0.5)
    assert answer.text == "Train drivers in Oslo went on strike."
    assert answer.citations[0].article.id == "oslo"
    below = ask(collection, FirstSentence(0.49))
    assert (below.status, below.confidence) == ("not_found", 0.49)
    assert below.missing == (
        "The nearest passages are about related things, but no sentence in them says this."
    )
    assert ask(collection, FirstSentence(0.2), threshold=0.2).status == "answered"
    assert ask(collection, FirstSentence(0.9), threshold=0.95).status == "not_found"


def test_nearest_are_the_first_hits(collection: Collection, news: Path) -> None:
    collection.sync(news)
    answer = ask(collection, FirstSentence(0.0), k=4)
    assert (len(answer.nearest), answer.nearest[0].article.id) == (3, "oslo")
    assert len(ask(collection, FirstSentence(0.0), k=2).nearest) == 2


def test_an_empty_collection(collection: Collection) -> None:
    answer = ask(collection, FirstSentence(1.0))
    assert (answer.status, answer.nearest) == ("not_found", ())
    assert answer.missing.startswith("There are no articles to look in")


def test_a_heading_that_only_a_field_says(collection: Collection, news: Path) -> None:
    collection.sync(news)
    reader = FirstSentence(1.0)
    chosen = Settings(_env_file=None)  # type: ignore[call-arg]
    answer = Assistant(collection, chosen, reader).ask("Who wrote the article “Strike in Oslo”?")
    assert (answer.status, reader.questions) == ("not_found", [])
    assert answer.missing == "The text of “Strike in Oslo” does not state its author."
    assert answer.notices == ("The author of “Strike in Oslo” is given as Kari Moe (jsonl field).",)


def test_the_texts_are_untouched(collection: Collection, news: Path) -> None:
    collection.sync(news)
    reader = FirstSentence(1.0)
    chosen = Settings(_env_file=None)  # type: ignore[call-arg]
    answer = Assistant(collection, chosen, reader).ask("What did the sign in Haifa say?")
    (citation,) = answer.citations
    text = NEWS[2][2]
    assert citation.quote == "The port of Haifa reopened."
    assert text[citation.start : citation.end] == citation.quote
    assert "\r\n" in citation.article.text


HEADED = "🎉 Storm over Łódź\r\nBy  Zoë O’Neill\r\n5 March 2024\r\n\r\nA storm 🌊 broke it.\r\n"


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("Who wrote the article about the storm?", "By  Zoë O’Neill", "Zoë O’Neill"),
        ("When was the article published?", "5 March 2024", "5 March 2024"),
        ("What is the title of the article?", "🎉 Storm over Łódź", "🎉 Storm over Łódź"),
    ],
)
def test_the_words_of_a_heading_that_answer(
    collection: Collection, tmp_path: Path, question: str, sentence: str, words: str
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "storm.txt").write_bytes(HEADED.encode())
    collection.sync(folder)
    chosen = Settings(_env_file=None)  # type: ignore[call-arg]
    answer = Assistant(collection, chosen, FirstSentence(0.0)).ask(question)
    (said,) = answer.sentences
    assert (said.text, said.short_answer, answer.short_answer) == (sentence, words, words)
    assert answer.citations[0].quote == sentence
    assert HEADED[answer.citations[0].start :].startswith(sentence)


def test_an_answer_tells_what_was_recognised(collection: Collection, news: Path) -> None:
    collection.sync(news)
    chosen = Settings(_env_file=None)  # type: ignore[call-arg]
    assistant = Assistant(collection, chosen, FirstSentence(0.9))
    answer = assistant.ask("What did the newspaper Publico report on 1 March 2024?")
    assert answer.recognised == Recognised(
        (RecognisedName("Publico", ("Público",)),),
        (RecognisedPeriod("1 March 2024", date(2024, 3, 1), date(2024, 3, 1)),),
        (RecognisedPart("What did the newspaper report on ?", ("Publico",), ("1 March 2024",)),),
    )
    # A follow-up is recognised as it is understood.
    again = assistant.ask("And there?", ["What did the newspaper Publico report on 1 March 2024?"])
    assert again.recognised.names == answer.recognised.names
    assert assistant.ask("Who went on strike in Oslo?").recognised == Recognised()

"""The same on every engine: texts, headings and offsets come back letter by letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.collection import Collection
from embeddings.encoder import SentenceEncoder
from embeddings.schema import Found, Heading, Span
from qa_app.assistant import Assistant
from qa_app.settings import Settings
from tests.embeddings.engines.places import Place
from tests.news import SEEDS, row, write_lines

TEXTS = {
    "accents": "Il a plu à Évreux. L’été fut “bref” — très bref…\u00a0Voilà.",
    "decomposed": "Cafe\u0301 and café are not the same letters. Both stay as they are.",
    "crlf": "First line.\r\nSecond line.\r\n\r\nA new paragraph.\rAn old Mac.\n",
    "rtl": "השר אמר שלום לכולם. המטוס נחת בחיפה.\u200f ثم غادر الوزير.",
    "emoji": "The crowd cheered 👩‍👩‍👧‍👦🇵🇹. Nobody knew why 🤷🏽‍♀️.",
    "control": "A tab\there, a bell\x07 and a zero\x00 in one sentence. \\n is no line.",
    "quotes": 'He said "no" and \'maybe\'. {"json": [1, 2]} \\" is data. ${x} %s {y}',
    "spaces": "   Spaces before.   And after.   \u2028\u3000 ",
}


# Questions over the example articles, each with words that the answer must hold.
ANSWERED = {
    "Who led the Taliban delegation to Iran?": "Mullah Abdul Ghani Baradar",
    "Where has the US Embassy in Kabul been relocated?": "Doha, Qatar",
    "What did Ayatollah Khamenei say about US foreign policy?": "ravenous wolf",
    "When was the wsws.org article published?": "5 March 2020",
}


def test_texts_come_back(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "t"
    folder.mkdir()
    write_lines(folder / "t.jsonl", [row(name, text) for name, text in TEXTS.items()])
    report = collection.sync(folder)
    assert sorted(report.added) == sorted(TEXTS)
    for article in collection.articles():
        assert article.text == TEXTS[article.id]
        assert (article.format, article.path) == ("jsonl", str(folder / "t.jsonl"))
        passages = collection.passages_of(article.id)
        assert passages
        for passage in passages:
            assert passage.text == article.text[passage.start : passage.end]
            assert passage.sentences[0].start == passage.start
            assert passage.sentences[-1].end == passage.end


def test_headings_come_back(collection: Collection, tmp_path: Path) -> None:
    file = tmp_path / "one.md"
    file.write_bytes(
        "---\r\ntitle: “Été” à Paris\r\nauthor: Zoë Ő\r\npublisher: Le “Monde” \\ 新聞\r\n"
        "date: 2024-03-01\r\nurl: https://example.org/é?a=1&b=2\r\n---\r\nIl a plu.\r\n".encode()
    )
    collection.sync(file)
    (article,) = collection.articles()
    assert article.text == file.read_bytes().decode()
    assert (article.title, article.author) == ("“Été” à Paris", "Zoë Ő")
    assert (article.publisher, article.published) == ("Le “Monde” \\ 新聞", "2024-03-01")
    heading = article.heading
    assert isinstance(heading, Heading)
    assert isinstance(heading.url, Found)
    assert heading.url.value == "https://example.org/é?a=1&b=2"
    for found in (heading.title, heading.author):
        assert found is not None
        if found.span is not None:
            assert article.text[found.span.start : found.span.end] == found.value
    assert article.furniture
    assert all(isinstance(span, Span) for span in article.furniture)
    assert collection.article(article.id) == article


@pytest.mark.parametrize("letter", ["é", "🚆"])
def test_a_text_longer_than_a_field(collection: Collection, tmp_path: Path, letter: str) -> None:
    """Milvus holds 65,535 bytes in a VARCHAR: wherever that cuts, no letter is lost."""
    text = "".join(f"Sentence {n} says {letter * 40} and ends here. " for n in range(1_700))
    assert len(text.encode()) > 2 * 65_535
    file = tmp_path / "long.txt"
    file.write_bytes(text.encode())
    collection.sync(file)
    (article,) = collection.articles()
    assert article.text == text
    passages = collection.passages_of(article.id)
    assert len(passages) > 50
    assert passages[-1].end == len(text.rstrip())
    assert all(p.text == text[p.start : p.end] for p in passages)
    (hit,) = collection.snapshot().matching("1697", 5)
    passage, whole = collection.snapshot().passages([hit])[hit]
    assert (whole.text, "Sentence 1697" in passage.text) == (text, True)


def test_many_problems_come_back(collection: Collection, tmp_path: Path) -> None:
    """Also those of one file that are longer than a field."""
    file = tmp_path / "broken.jsonl"
    file.write_text('{"text": "One good line."}\n' + "{ nothing “é”\n" * 1_500, encoding="utf-8")
    report = collection.sync(file)
    assert len(report.problems) >= 1_000
    assert collection.status().problems == report.problems
    assert collection.sync(file).problems == report.problems


def test_the_examples(place: Place) -> None:
    """The seeds, whatever they lie on: the same articles and passages, byte by byte."""
    with place.open() as collection:
        collection.sync(SEEDS)
        texts = {Path(a.path).name: a.text for a in collection.articles()}
        files = [file for file in SEEDS.iterdir() if file.suffix in {".txt", ".md"}]
        assert files
        for file in files:
            assert texts[file.name] == file.read_bytes().decode()


def test_citations_are_exact(place: Place, sentence_encoder: SentenceEncoder) -> None:
    with place.open(sentence_encoder) as collection:
        collection.sync(SEEDS)
        texts = {article.id: article.text for article in collection.articles()}
        assistant = Assistant(collection, Settings(_env_file=None))  # type: ignore[call-arg]
        for question, words in ANSWERED.items():
            answer = assistant.ask(question)
            assert words in " ".join(sentence.text for sentence in answer.sentences)
            assert answer.citations
            for citation in answer.citations:
                text = texts[citation.article.id]
                assert text[citation.start : citation.end] == citation.quote
        answer = assistant.ask("What is the capital of Mongolia?")
        assert answer.status == "not_found"
        assert "Mongolia" in answer.missing

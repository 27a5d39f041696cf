"""Who else prints the words of a citation: in the record, and in every face."""

from __future__ import annotations

from pathlib import Path

from embeddings.collection import Collection
from embeddings.schema import Article, Found, Heading, Hit, Passage, Scores
from qa_app import terminal
from qa_app.also_in import with_copies
from qa_app.assistant import Assistant
from qa_app.export import conversation_markdown
from qa_app.export_json import turn_record
from qa_app.schema import Answer, Citation, Sentence
from qa_app.turns import Turn
from qa_app.ui.view import source_view
from qa_app.wording import also_in, also_names
from tests.news import row, write_lines

TEXT = "The river rose. Élodie Brun asked for “help” on Sunday. Trains stopped at noon."
SAID = "Élodie Brun asked for “help” on Sunday."
HOSTILE = "<b>Élan</b> דגן\x1b[31m"


def article(name: str, text: str, publisher: str | None, published: str | None = None) -> Article:
    def found(value: str | None) -> Found | None:
        return Found(value, "made") if value else None

    return Article(
        name,
        f"news/{name}.txt",
        "txt",
        text,
        Heading(publisher=found(publisher), published=found(published)),
    )


OWN = article("own", TEXT, "Lusa", "2024-03-01")
PAPER = article("paper", TEXT.replace("“help” on", "help, on"), "Dagen", "2024-03-02")
ODD = article("odd", TEXT.upper(), HOSTILE)
BARE = article("bare", f"More. {TEXT}", None)
EDITED = article("edited", TEXT.replace("on Sunday", "on Monday"), "Post")
COPIES = (PAPER, ODD, BARE, EDITED)
PASSAGE = Passage("p", "own", 0, len(TEXT), TEXT, ())
HIT = Hit(PASSAGE, OWN, Scores(1.0), COPIES)
START = TEXT.index(SAID)


def cited(hits: list[Hit]) -> Citation:
    (citation,) = with_copies([Citation.at(1, OWN, START, START + len(SAID))], hits)
    return citation


def answer() -> Answer:
    return Answer("Who?", "answered", 0.9, (Sentence(SAID, (1,)),), (cited([HIT]),))


def test_only_those_that_have_the_very_words() -> None:
    assert [each.id for each in cited([HIT]).copies] == ["paper", "odd", "bare"]
    assert cited([HIT]).quote == SAID
    elsewhere = Hit(Passage("q", "own", 0, START, TEXT[:START], ()), OWN, Scores(1.0), COPIES)
    other = Hit(PASSAGE, PAPER, Scores(1.0), (OWN,))
    assert cited([elsewhere, other]).copies == ()
    assert cited([Hit(PASSAGE, OWN, Scores(1.0))]).copies == ()
    nothing = article("dots", "…! A b c d.", "Lusa")
    (citation,) = with_copies(
        [Citation.at(1, nothing, 0, 2)],
        [Hit(Passage("p", "dots", 0, 11, nothing.text, ()), nothing, Scores(1.0), COPIES)],
    )
    assert citation.copies == ()


def test_the_record_names_them() -> None:
    (first, *_) = answer().record()["citations"][0]["copies"]
    assert first == {
        "article": "paper",
        "path": "news/paper.txt",
        "title": None,
        "publisher": "Dagen",
        "published": "2024-03-02",
    }


def test_in_words() -> None:
    record = cited([HIT]).record()
    names = ["Dagen, 2 March 2024", f"{HOSTILE}, date not given", "bare.txt, date not given"]
    assert also_names(record) == names
    assert also_in(record) == f"Also in: {'; '.join(names)}"
    assert also_names({"copies": [*record["copies"], *record["copies"]]}) == names
    # Kept before records told it.
    old = {key: value for key, value in record.items() if key != "copies"}
    assert (also_names(old), also_in(old)) == ([], "")
    assert source_view(old, "citation:1", {})["also"] == []
    assert source_view(record, "citation:1", {})["also"] == names


def test_in_a_terminal_nothing_is_obeyed() -> None:
    assert terminal.in_words(answer()).splitlines()[-1] == (
        "    Also in: Dagen, 2 March 2024; <b>Élan</b> דגן\ufffd[31m, date not given; "
        "bare.txt, date not given"
    )
    absent = Answer("Who?", "not_found", 0.1, nearest=(HIT,), missing="Nothing says who.")
    assert terminal.in_words(absent).splitlines()[-1].startswith("    Also in: Dagen, 2 March 2024")


def test_in_what_is_saved() -> None:
    turn = Turn(1, "Who?", "2026-01-01T10:00:00+00:00", answer().record())
    made = conversation_markdown([turn]).replace("\\", "")
    assert "characters 16 to 55\n\nAlso in: Dagen, 2 March 2024; <b>Élan</b> דגן" in made
    assert "\n\nAlso in: " in conversation_markdown([turn]).replace("\\:", ":")
    assert "<b>" not in conversation_markdown([turn])
    copies = turn_record(turn)["citations"][0]["copies"]
    assert [each["article"] for each in copies] == ["paper", "odd", "bare"]
    for citation in turn.record["citations"]:  # type: ignore[index]
        del citation["copies"]
    assert "Also in" not in conversation_markdown([turn])


def test_the_assistant_says_who_else_prints_it(collection: Collection, tmp_path: Path) -> None:
    story = (
        "The river Tejo rose four metres in a single night and flooded the town. "
        "Élodie Brun, the mayor of the town, asked the army for help on Sunday morning. "
        "Trains to the coast were stopped at noon and did not run again before Tuesday. "
        "Shops along the quay stayed closed while pumps were brought in from Porto."
    )
    rows = [
        row("agency", story, publisher="Lusa", published="2024-03-01"),
        row("paper", story.replace("a single", "the same"), publisher="Dagen"),
    ]
    collection.sync(write_lines(tmp_path / "news.jsonl", rows))
    found = Assistant(collection).ask("Who asked the army for help?")
    assert found.status == "answered"
    (citation,) = found.citations
    others = {"agency", "paper"} - {citation.article.id}
    assert {each.id for each in citation.copies} == others

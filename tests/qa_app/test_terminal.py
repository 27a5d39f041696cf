"""Answers in a terminal: bold words on one, nothing extra anywhere else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from embeddings.schema import Article, Hit, Passage, Scores
from qa_app import __main__ as commands
from qa_app import terminal
from qa_app.recognised import Recognised, RecognisedName, RecognisedPeriod
from qa_app.schema import Answer, Citation, Sentence
from qa_app.settings import Settings
from tests.qa_app.marked_words import MARKED, Marked
from tests.qa_app.recognised_words import HOSTILE_NAMES, MARKUP_SHOWN

PUBLICO = Recognised(
    (RecognisedName("Publico", ("Público",)),),
    (RecognisedPeriod("2020", date(2020, 1, 1), date(2020, 12, 31)),),
)


def answer_of(marked: Marked, confidence: float = 0.9) -> Answer:
    article = Article("a1", f"news/{marked.file}", "txt", f"Title\r\n\r\n{marked.text}\r\n")
    start = article.text.index(marked.text)
    citation = Citation.at(1, article, start, start + len(marked.text))
    return Answer("Who?", "answered", confidence, (marked.sentence,), (citation,))


@pytest.mark.parametrize("marked", MARKED, ids=[each.file for each in MARKED])
def test_bold_are_exactly_the_words_that_answer(marked: Marked) -> None:
    answer = answer_of(marked)
    bold, plain = terminal.in_words(answer, bold=True), terminal.in_words(answer)
    assert plain.splitlines()[0] == f"{marked.line} [1]"
    assert bold.replace("\x1b[1m", "").replace("\x1b[0m", "") == plain
    between = [each.split("\x1b[0m")[0] for each in bold.split("\x1b[1m")[1:]]
    assert between == ([marked.words_line] if marked.words else [])


def test_an_answer_in_full() -> None:
    words = answer_of(Marked("a.txt", "It cost Zoë\r\n$5.", "$5"), confidence=0.3)
    assert terminal.in_words(words, bold=True) == (
        "It cost Zoë \x1b[1m$5\x1b[0m. [1]\n"
        "\n"
        "Partly supported: read the source before relying on it.\n"
        "\n"
        "[1] Title It cost Zoë $5\n"
        "    news/a.txt:9-25"
    )
    assert "\n\nWell supported.\n\n[1] " in terminal.in_words(answer_of(MARKED[0], 0.75))


def test_what_is_not_found_says_so_first() -> None:
    article = Article("a1", "news/a.txt", "txt", "Élodie left.")
    hit = Hit(Passage("p", "a1", 0, 12, article.text, ()), article, Scores(0.1))
    absent = Answer("Who?", "not_found", 0.9, nearest=(hit,), missing="Nothing says who.")
    assert terminal.in_words(absent, bold=True) == (
        "Not found in these articles. Nothing says who.\n"
        "\n"
        "  Nearest, in Élodie left\n"
        "    Élodie left."
    )


def test_an_article_cannot_write_control_sequences() -> None:
    hostile = Marked(
        "a.txt", "It was \x1b[31mred\x1b[0m and \u202ebackwards.", "\x1b[31mred\x1b[0m"
    )
    shown = terminal.in_words(answer_of(hostile), bold=True).splitlines()[0]
    assert shown == "It was \x1b[1m\ufffd[31mred\ufffd[0m\x1b[0m and \ufffdbackwards. [1]"


def test_what_was_recognised_is_one_dim_line() -> None:
    plain = answer_of(Marked("a.txt", "It cost $5.", ""))
    told = replace(plain, recognised=PUBLICO)
    line = "Recognised: published by Público · dated 2020"
    assert terminal.in_words(told) == terminal.in_words(plain).replace(
        "Well supported.\n", f"Well supported.\n{line}\n"
    )
    assert f"\n\nWell supported.\n\x1b[2m{line}\x1b[0m\n\n[1] " in terminal.in_words(told, True)
    absent = Answer("Who?", "not_found", 0.1, missing="Nothing says who.", recognised=PUBLICO)
    assert terminal.in_words(absent, bold=True) == (
        f"Not found in these articles. Nothing says who.\n\n\x1b[2m{line}\x1b[0m"
    )


def test_a_heading_cannot_write_control_sequences_where_it_is_recognised() -> None:
    answer = replace(answer_of(MARKED[0]), recognised=HOSTILE_NAMES)
    (line,) = [each for each in terminal.in_words(answer).splitlines() if "Recognised" in each]
    assert line == (
        f"Recognised: published by {MARKUP_SHOWN} · "
        "written by \ufffd[31mRed\ufffd[0m \ufffdyliaD # Élan 🗞️ דגן · "
        "dated 2020 · asked in two parts"
    )
    assert f"\x1b[2m{line}\x1b[0m" in terminal.in_words(answer, bold=True).splitlines()


@pytest.mark.parametrize(
    ("command", "environment"), [("ask", "xterm"), ("chat", "xterm"), ("chat", "dumb")]
)
def test_what_is_piped_has_nothing_extra(
    command: str,
    environment: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    collection = SimpleNamespace(status=lambda: SimpleNamespace(articles=1))
    assistant = SimpleNamespace(
        collection=nullcontext(collection),
        ask=lambda *_: answer_of(MARKED[0]),
        settings=Settings(_env_file=None),
    )
    assistant.collection.status = collection.status  # type: ignore[attr-defined]
    monkeypatch.setattr(commands, "_assistant", lambda _: assistant)
    monkeypatch.setenv("TERM", environment)
    asked = iter(["Who?", ""])
    monkeypatch.setattr(commands, "_next_question", lambda: next(asked))
    arguments = [command, "Who?"] if command == "ask" else [command]
    assert commands.main(arguments) == 0
    assert capsys.readouterr().out.startswith(f"{MARKED[0].line} [1]\n\nWell supported.\n")
    asked = iter(["Who?", ""])
    assert commands.main([*arguments, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    sentence = record["sentences"][0]
    start, end = sentence["answer"]
    assert sentence["text"][start:end] == record["short_answer"] == "Zoë 🦊 O’Neill"
    assert record["support"] == "well supported"


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are of Unix")
@pytest.mark.parametrize(("term", "bold"), [("xterm-256color", True), ("dumb", False)])
def test_a_terminal_takes_bold_unless_it_is_dumb(term: str, bold: bool) -> None:
    import pty  # noqa: PLC0415 (there is none on Windows)

    reader, writer = pty.openpty()
    program = "from qa_app.terminal import takes_bold; print(takes_bold(), flush=True)"
    environment = {**os.environ, "TERM": term}
    command = [sys.executable, "-c", program]
    subprocess.run(command, check=True, stdout=writer, env=environment)
    assert os.read(reader, 100).decode().strip() == str(bold)
    os.close(reader)
    os.close(writer)
    piped = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    assert piped.stdout.strip() == "False"


def test_a_sentence_without_marked_words_is_as_it_is() -> None:
    article = Article("a1", "a.txt", "txt", "So it is.")
    answer = Answer(
        "?", "answered", 0.9, (Sentence("So it is.", (1,)),), (Citation.at(1, article, 0, 9),)
    )
    assert "\x1b" not in terminal.in_words(answer, bold=True)

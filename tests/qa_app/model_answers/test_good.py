"""Answers as a server streams them: words at once, exact citations, and Stop that stops."""

from __future__ import annotations

import threading

from embeddings.schema import Filters
from qa_app.events import Done, Said, Stage, Wrote
from tests.language_models.replies import Hangs, Says
from tests.language_models.scripted import ScriptedServer
from tests.qa_app.model_answers.asking import FLOODED, MODEL, QUESTION, TITLE, Library, exact


def test_a_good_answer_cites_the_sentences_that_it_names(library: Library) -> None:
    pieces = ("The river ", "flooded Lis", "bon on Sunday [1]", ". The mayor was abroad. [2]")
    with ScriptedServer(Says(pieces)) as server:
        asked = library.ask(server)
        body = server.bodies[0]
    answer = asked.answer
    exact(answer)
    assert [(s.text, s.citations) for s in answer.sentences] == [
        (FLOODED, (1,)), ("The mayor was abroad.", (2,)),
    ]  # fmt: skip
    assert [(c.article.id, c.start, c.end, c.quote) for c in answer.citations] == [
        ("lisbon", 0, 35, FLOODED),
        ("lisbon", 36, 73, "The mayor was abroad, officials said."),
    ]
    assert [s.support.verdict for s in answer.sentences if s.support] == ["supported"] * 2
    assert (answer.status, answer.support, answer.notices) == ("answered", "well supported", ())
    assert asked.standing == [sentence.text for sentence in answer.sentences]
    assert asked.wrote == answer.text
    use = answer.model
    assert use is not None
    assert (use.model, use.outcome, use.attempts, use.claims) == (MODEL, "written", 1, 2)
    prompt = " ".join(message["content"] for message in body["messages"])
    assert (use.input_tokens, use.output_tokens, use.estimated) == (len(prompt.split()), 12, False)
    assert body["max_tokens"] == 800
    assert body["temperature"] == 0


def test_the_model_sees_the_sentences_and_the_question_and_nothing_of_the_disk(
    library: Library,
) -> None:
    with ScriptedServer(Says("NOT FOUND")) as server:
        library.ask(server, "Who said “שלום” 🚆 in Haifa, <articles> [1]?")
        system, user = (message["content"] for message in server.bodies[0]["messages"])
    lines = user.splitlines()
    assert lines[-1] == "Question: Who said “שלום” 🚆 in Haifa, ‹articles› (1)?"
    assert sorted(line[line.index("]") + 2 :] for line in lines if line[0:1] == "[") == [
        "A museum opened in Cairo.", "A sign said שלום עולם to the crews.",
        "It shows forty statues.", "The mayor was abroad, officials said.",
        "The port of Haifa reopened.", FLOODED,
        "Their union wants “eight hours” — no more. 🚆", "Train drivers in Oslo went on strike.",
    ]  # fmt: skip
    assert str(library.collection.directory.parent) not in system + user
    assert "news.jsonl" not in user


def test_words_arrive_before_the_answer_is_complete(library: Library) -> None:
    gate = threading.Event()
    with ScriptedServer(Says(("The river flooded ", "Lisbon [1]."), held_by=gate)) as server:
        stream = library.assistant(server).stream(QUESTION)
        first = next(event for event in stream if isinstance(event, Wrote))
        # The server still holds back the rest: these words did not wait for it.
        assert first.text == "The river flooded"
        assert not server.exchanges[0].over.is_set()
        gate.set()
        rest = list(stream)
        assert isinstance(rest[-1], Done)
        assert rest[-1].answer.text == "The river flooded Lisbon."


def test_a_claim_is_said_before_the_answer_is_complete(library: Library) -> None:
    gate = threading.Event()
    with ScriptedServer(
        Says((f"{FLOODED} [1] The", " mayor was abroad [2]."), held_by=gate)
    ) as server:
        stream = library.assistant(server).stream(QUESTION)
        said = next(event for event in stream if isinstance(event, Said))
        assert (said.sentence.text, said.sentence.citations) == (FLOODED, (1,))
        assert not server.exchanges[0].over.is_set()
        gate.set()
        *_, last = stream
        assert isinstance(last, Done)
        assert [s.text for s in last.answer.sentences] == [FLOODED, "The mayor was abroad."]


def test_stop_hangs_up(library: Library) -> None:
    with ScriptedServer(Hangs(pieces="The river ")) as server:
        stream = library.assistant(server).stream(QUESTION)
        assert next(event for event in stream if isinstance(event, Wrote)).text == "The river"
        stream.close()
        assert server.exchanges[0].wait().closed_by_client is True


def test_stop_hangs_up_before_the_first_word(library: Library) -> None:
    with ScriptedServer(Hangs()) as server:
        stream = library.assistant(server).stream(QUESTION)
        waiting = (event for event in stream if not isinstance(event, Stage))
        while not server.exchanges:
            next(waiting)
        stream.close()
        assert server.exchanges[0].wait().closed_by_client is True


def test_thinking_is_neither_shown_nor_said(library: Library) -> None:
    replies = (
        Says(("<th", "ink>Perhaps [2].</th", f"ink>{FLOODED} [1]")),
        Says(f"{FLOODED} [1]", reasoning="Perhaps the mayor [2]."),
    )
    with ScriptedServer(*replies) as server:
        for _ in replies:
            asked = library.ask(server)
            assert asked.wrote == asked.answer.text == FLOODED


def test_not_found_is_an_answer(library: Library) -> None:
    with ScriptedServer(Says(("NOT", " FOUND"))) as server:
        asked = library.ask(server)
    answer = asked.answer
    assert (asked.wrote, answer.status, answer.sentences) == ("", "not_found", ())
    assert answer.missing == f"{TITLE} finds no answer to it in the nearest passages."
    assert [hit.article.id for hit in answer.nearest][:1] == ["lisbon"]
    assert answer.model is not None
    assert answer.model.outcome == "not found"


def test_a_follow_up_is_asked_as_it_is_understood(library: Library) -> None:
    with ScriptedServer(Says(f"{FLOODED} [1]")) as server:
        assistant = library.assistant(server)
        answer = assistant.ask("And when?", [QUESTION])
        asked = server.bodies[0]["messages"][1]["content"].splitlines()[-1]
    assert asked == f"Question: {answer.understood}"
    assert "Lisbon" in asked
    assert answer.question == "And when?"


def test_filters_limit_what_the_model_sees(library: Library) -> None:
    with ScriptedServer(Says("NOT FOUND")) as server:
        library.assistant(server).ask(QUESTION, filters=Filters(publisher=("Público",)))
        shown = server.bodies[0]["messages"][1]["content"]
    assert shown.count("ARTICLE: ") == 1
    assert "ARTICLE: Flood in Lisbon | Público | 2024-03-01" in shown


def test_where_nothing_is_found_no_model_is_asked(library: Library) -> None:
    with ScriptedServer() as server:
        answer = library.assistant(server).ask(QUESTION, filters=Filters(publisher=("None",)))
        assert server.exchanges == []
    assert (answer.status, answer.model) == ("not_found", None)


def test_one_model_answers_many_at_once(library: Library) -> None:
    texts = [f"{FLOODED} [1]", "Train drivers in Oslo went on strike. [3]"] * 3
    with ScriptedServer(*(Says(tuple(text)) for text in texts)) as server:
        assistant = library.assistant(server)
        answers: list[str] = []
        threads = [
            threading.Thread(target=lambda: answers.append(assistant.ask(QUESTION).text))
            for _ in texts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == sorted(text[:-4] for text in texts)

"""Every way in which a server fails: the articles' own words stand in, and one line says why."""

from __future__ import annotations

import threading

import pytest

from qa_app import generative
from qa_app.events import Waiting, Withdrawn
from tests.language_models.replies import (
    CutMidStream,
    Endless,
    ErrorMidStream,
    Garbage,
    Hangs,
    Refuses,
    Reply,
    Says,
    Status,
)
from tests.language_models.scripted import ScriptedServer
from tests.qa_app.model_answers.asking import (
    FLOODED,
    MODEL,
    QUESTION,
    TITLE,
    Asked,
    Library,
    exact,
    nobody,
)

OWN = "The answer is in the articles' own words instead."
HALF = (f"{FLOODED} [1]", " The may")
GOOD = Says(f"{FLOODED} [1]")
HTML = b"<!doctype html><title>502 Bad Gateway</title>"
NO_ANSWER = b'data: {"id": "1", "object": "chat.completion.chunk", "choices": []}\n\n'


def stands_in(asked: Asked, library: Library, told: str) -> None:
    """The answer is the extractive one, word for word, and one notice tells why."""
    answer, plain = asked.answer, library.ask(None).answer
    exact(answer)
    assert plain.status == "answered"
    assert (answer.question, answer.status) == (QUESTION, "answered")
    assert (answer.sentences, answer.citations) == (plain.sentences, plain.citations)
    assert answer.confidence == plain.confidence
    why = f"{TITLE} gave no answer: {told}."
    assert answer.notices == (f"{why} {OWN}",)
    assert asked.withdrawn[-1] == why
    assert asked.standing == [sentence.text for sentence in plain.sentences]


SERVER = "its server failed (status {0})"
CUT, GARBAGE = "its answer broke off", "what it sent could not be read"


@pytest.mark.parametrize(
    ("reply", "kind", "requests", "told"),
    [
        (Status(500), "server", 2, SERVER.format(500)),
        (Status(503, HTML), "server", 2, SERVER.format(503)),
        (Status(401), "key", 1,
         "its provider did not accept the key, or there is none (status 401)"),
        (Status(404), "unknown_model", 1,
         "its provider knows no such model, or nothing is at that address (status 404)"),
        (Status(404, HTML), "unknown_model", 1,
         "its provider knows no such model, or nothing is at that address (status 404)"),
        (Status(400, {"error": {"message": "too long"}}), "bad_request", 1,
         "its provider did not take the request (status 400)"),
        (Status(429, headers={"Retry-After": "3600"}), "rate_limit", 1,
         "its provider takes no more questions for the moment (status 429)"),
        (Status(429, {"error": {"message": "pay", "code": "insufficient_quota"}}), "quota", 1,
         "the account with its provider is used up"),
        (CutMidStream(HALF), "cut_off", 2, CUT),
        (CutMidStream(HALF, "quiet"), "cut_off", 2, CUT),
        (CutMidStream(HALF, "reset"), "cut_off", 2, CUT),
        (CutMidStream(()), "cut_off", 2, CUT),
        (CutMidStream((), "quiet"), "empty", 2, "it wrote nothing"),
        (ErrorMidStream(HALF), "server", 2, "its server failed"),
        (ErrorMidStream((), {"message": "full", "code": 503}), "server", 2, "its server failed"),
        (Garbage(HTML, "text/html"), "garbage", 2, GARBAGE),
        (Garbage(b""), "garbage", 2, GARBAGE),
        (Garbage(b'{"answer": "Lisbon"}', "application/json"), "garbage", 2, GARBAGE),
        (Garbage(b'data: {"choices": [{"delta": \n\n'), "garbage", 2, GARBAGE),
        (Garbage(b"data: []\n\n"), "garbage", 2, GARBAGE),
        (Garbage(b"data: \xff\xfe\n\n"), "garbage", 2, GARBAGE),
        (Garbage(NO_ANSWER), "empty", 2, "it wrote nothing"),
        (Says(()), "empty", 2, "it wrote nothing"),
        (Says(" \n\t "), "empty", 2, "it wrote nothing"),
        (Refuses(), "refused", 1, "it declined to answer"),
        # A refusal beside the text that LangChain's client drops.
        (Refuses("I will not.", "stop"), "empty", 2, "it wrote nothing"),
        (Says("I will not.", finish_reason="content_filter"), "refused", 1,
         "it declined to answer"),
        (Says("I am sorry, I cannot help with that."), "uncited", 1,
         "it named no sentence that it was shown"),
        (Says(f"{FLOODED} [99] The mayor was abroad [0]."), "uncited", 1,
         "it named no sentence that it was shown"),
    ],
)  # fmt: skip
def test_the_articles_own_words_stand_in(
    library: Library, reply: Reply, kind: str, requests: int, told: str
) -> None:
    with ScriptedServer(then=reply) as server:
        asked = library.ask(server)
    stands_in(asked, library, told)
    use = asked.answer.model
    assert use is not None
    assert (use.model, use.outcome, use.attempts) == (MODEL, kind, requests)
    assert len(server.exchanges) == requests
    assert len(asked.withdrawn) == requests
    assert server.bodies[0] == server.bodies[-1]


def test_no_server(library: Library) -> None:
    url = nobody()
    asked = library.ask(url)
    stands_in(asked, library, "no server answered at its address")
    assert asked.answer.model is not None
    assert (asked.answer.model.outcome, asked.answer.model.attempts) == ("unreachable", 2)


@pytest.mark.parametrize("reply", [Hangs(), Hangs(comment_every=0.05), Hangs(pieces="The may")])
def test_a_server_that_says_nothing_is_given_up(library: Library, reply: Reply) -> None:
    with ScriptedServer(reply) as server:
        asked = library.ask(server, model_seconds=0.7)
        stands_in(asked, library, "it took too long")
        assert server.exchanges[0].wait().closed_by_client is True
    assert asked.answer.model is not None
    assert (asked.answer.model.outcome, asked.answer.model.attempts) == ("timeout", 1)


def test_an_answer_that_takes_too_long_keeps_what_is_complete(library: Library) -> None:
    with ScriptedServer(Hangs(pieces=HALF)) as server:
        answer = library.ask(server, model_seconds=2.0).answer
        assert server.exchanges[0].wait().closed_by_client is True
    exact(answer)
    assert answer.text == FLOODED
    assert answer.notices == (f"{TITLE} was stopped at the limit set for an answer.",)


@pytest.mark.parametrize(
    "first",
    [
        Status(429, headers={"Retry-After": "0"}),
        Status(429, headers={"Retry-After": "0.05"}),
        Status(429),
        Status(500),
        CutMidStream(HALF),
        CutMidStream(HALF, "quiet"),
        Garbage(HTML, "text/html"),
        ErrorMidStream(HALF),
        Says(()),
    ],
)
def test_what_passes_is_asked_once_more(library: Library, first: Reply) -> None:
    with ScriptedServer(first, GOOD) as server:
        asked = library.ask(server)
    answer = asked.answer
    exact(answer)
    assert asked.standing == [FLOODED]
    assert (answer.text, answer.notices) == (FLOODED, ())
    assert len(asked.withdrawn) == 1
    assert asked.withdrawn[0].startswith(f"{TITLE}: ")
    assert asked.withdrawn[0].endswith("; asking once more")
    assert answer.model is not None
    assert (answer.model.outcome, answer.model.attempts) == ("written", 2)


UNNAMED = "it named no sentence that it was shown"


@pytest.mark.parametrize(
    ("piece", "requests", "told"),
    [
        ("and ", 1, UNNAMED),
        ("and " * 5_000, 1, UNNAMED),
        ("[" * 100_000, 1, UNNAMED),
        ("\n" * 200_000, 2, "it wrote nothing"),
    ],
)
def test_endless_output_is_ended(library: Library, piece: str, requests: int, told: str) -> None:
    with ScriptedServer(then=Endless(piece)) as server:
        asked = library.ask(server, model_tokens=16)
        stands_in(asked, library, told)
        assert [each.wait(30).closed_by_client for each in server.exchanges] == [True] * requests
    assert len(asked.wrote) <= requests * 16 * 8


def test_endless_claims_are_ended_and_the_first_ones_stay(library: Library) -> None:
    claims = "The mayor was abroad [2]. He was abroad, officials said [2]. "
    with ScriptedServer(Endless(claims)) as server:
        answer = library.ask(server).answer
        assert server.exchanges[0].wait(30).closed_by_client is True
    exact(answer)
    assert answer.text == "The mayor was abroad. He was abroad, officials said."
    assert answer.notices == (f"{TITLE} was stopped at the limit set for an answer.",)


def test_stop_between_two_tries_asks_no_more(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generative, "BACKOFF", 30.0)
    with ScriptedServer(Status(500)) as server:
        stream = library.assistant(server).stream(QUESTION)
        assert next(event for event in stream if isinstance(event, Withdrawn))
        assert isinstance(next(stream), Waiting)
        stream.close()
        assert len(server.exchanges) == 1


def test_a_server_that_was_down_is_asked_again_with_the_next_question(library: Library) -> None:
    with ScriptedServer(Status(401), GOOD) as server:
        assistant = library.assistant(server)
        first, second = assistant.ask(QUESTION), assistant.ask(QUESTION)
    assert first.model is not None
    assert first.model.outcome == "key"
    assert second.text == FLOODED


def test_a_day_has_a_budget(library: Library, tmp_path: object) -> None:
    with ScriptedServer(GOOD, GOOD) as server:
        spent: list[int] = []
        options = {"index": tmp_path, "model_tokens": 100}
        for _ in range(2):
            use = library.ask(server, **options).answer.model
            assert use is not None
            spent.append(use.input_tokens + use.output_tokens)
        # One token less than two answers cost: what is counted is what the server counted.
        full = library.ask(server, **options, model_day_tokens=sum(spent) + 100)
        stands_in(full, library, "the budget set for language models is used up")
        assert len(server.exchanges) == 2
    use = full.answer.model
    assert use is not None
    assert (use.outcome, use.input_tokens, use.output_tokens) == ("budget", 0, 0)


def test_two_who_ask_at_once_do_not_both_spend_the_rest(library: Library, tmp_path: object) -> None:
    gate = threading.Event()
    held = Says((f"{FLOODED} [1]", " The mayor was abroad [2]."), held_by=gate)
    with ScriptedServer(held) as server:
        options = {"index": tmp_path, "model_tokens": 100, "model_day_tokens": 800}
        first: list[Asked] = []
        thread = threading.Thread(target=lambda: first.append(library.ask(server, **options)))
        thread.start()
        while not server.exchanges:
            gate.wait(0.01)
        second = library.ask(server, **options)
        gate.set()
        thread.join()
    outcomes = [asked.answer.model.outcome for asked in (*first, second) if asked.answer.model]
    assert outcomes == ["written", "budget"]

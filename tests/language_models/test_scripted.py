"""The scripted server as its clients see it: the bytes, and what it recorded."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from typing import Any

import pytest

from tests.language_models.replies import (
    CutMidStream,
    Endless,
    ErrorMidStream,
    Garbage,
    Hangs,
    Obeys,
    Refuses,
    Reply,
    Says,
    Status,
)
from tests.language_models.scripted import ScriptedServer

ODD = ("Leer ", "“é” 🚆 ", "שלום\r\n", "[1].")


@contextmanager
def asked(server: ScriptedServer, *, stream: bool = True, **more: object) -> Iterator[HTTPResponse]:
    body = {"model": "tiny", "messages": [{"role": "user", "content": "Who? Leer?"}]} | more
    if stream:
        body["stream"] = True
    with closing(connect(server)) as connection:
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"X-Odd": "yes"})
        with connection.getresponse() as response:
            yield response


HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 15\r\n\r\n"


def by_hand(server: ScriptedServer, data: bytes = HEAD + b'{"stream":true}') -> socket.socket:
    """A connection on which this was sent, and from which nothing is read."""
    host, port = server.base_url.split("/")[2].split(":")
    client = socket.create_connection((host, int(port)), timeout=10)
    client.sendall(data)
    return client


def connect(server: ScriptedServer) -> HTTPConnection:
    return HTTPConnection(server.base_url.split("/")[2], timeout=10)


def get(server: ScriptedServer, path: str) -> tuple[int, Any]:
    with closing(connect(server)) as connection:
        connection.request("GET", path)
        with connection.getresponse() as response:
            return response.status, json.loads(response.read())


def events(data: bytes) -> list[Any]:
    lines = [line for line in data.decode().split("\n\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    return [line[6:] if line == "data: [DONE]" else json.loads(line[6:]) for line in lines]


def deltas(data: bytes) -> list[Any]:
    """Each event's delta and finish reason, its usage, or else the event itself."""
    short = []
    for each in events(data):
        if "choices" not in each:
            short.append(each)
        elif each["choices"] == []:
            short.append(each["usage"])
        else:
            short.append((each["choices"][0]["delta"], each["choices"][0]["finish_reason"]))
    return short


ROLE = ({"role": "assistant", "content": ""}, None)


def said(*pieces: str) -> list[Any]:
    return [({"content": piece}, None) for piece in pieces]


USAGE = {"prompt_tokens": 2, "completion_tokens": 5, "total_tokens": 7}
STOP, LENGTH, DONE = ({}, "stop"), ({}, "length"), "[DONE]"


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        (Says(ODD), [ROLE, *said(*ODD), STOP, USAGE, DONE]),
        (Says("a", usage=False, finish_reason="length"), [ROLE, *said("a"), LENGTH, DONE]),
        (Says((), usage=False), [ROLE, STOP, DONE]),
        (Says("", usage=False, finish_reason=None), [ROLE, *said(""), DONE]),
        (Says("a", usage=False, done=False), [ROLE, *said("a"), STOP]),
        (
            Says("a", usage=False, reasoning="hm"),
            [ROLE, ({"reasoning_content": "hm"}, None), *said("a"), STOP, DONE],
        ),
        (Refuses(), [ROLE, ({}, "content_filter"), DONE]),
        (Refuses("I won’t", "stop"), [ROLE, ({"refusal": "I won’t"}, None), STOP, DONE]),
        (ErrorMidStream("a", "full"), [ROLE, *said("a"), {"error": "full"}]),
        (CutMidStream(("a", "b"), "quiet"), [ROLE, *said("a", "b")]),
        (Endless("la ", most=2), [ROLE, *said("la ", "la "), LENGTH, DONE]),
        (Obeys(lambda body: Says(body["model"], usage=False)), [ROLE, *said("tiny"), STOP, DONE]),
    ],
)  # fmt: skip
def test_a_stream_holds_what_the_reply_says(reply: Reply, wanted: list[Any]) -> None:
    with (
        ScriptedServer(reply) as server,
        asked(server, stream_options={"include_usage": True}) as response,
    ):
        assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert deltas(response.read()) == wanted
        assert server.exchanges[0].wait().closed_by_client is False


def test_usage_is_sent_only_when_it_is_asked_for() -> None:
    with ScriptedServer(Says("a")) as server, asked(server) as response:
        assert deltas(response.read()) == [ROLE, *said("a"), STOP, DONE]


@pytest.mark.parametrize("how", ["broken", "reset"])
def test_a_cut_stream_breaks_the_body(how: str) -> None:
    with ScriptedServer(CutMidStream(("a", "b"), how)) as server, asked(server) as response:
        with pytest.raises(IncompleteRead if how == "broken" else ConnectionResetError):
            response.read()
        assert server.exchanges[0].wait().pieces_sent == 2


def test_an_answer_at_once_is_one_json_value() -> None:
    with ScriptedServer(Says(ODD), Refuses("no", "stop"), CutMidStream("abc")) as server:
        with asked(server, stream=False) as response:
            body = json.loads(response.read())
            assert body["choices"][0]["message"] == {"role": "assistant", "content": "".join(ODD)}
            assert body["choices"][0]["finish_reason"] == "stop"
            assert body["usage"] == USAGE
        with asked(server, stream=False) as response:
            message = json.loads(response.read())["choices"][0]["message"]
            assert message == {"role": "assistant", "content": None, "refusal": "no"}
        with asked(server, stream=False) as response, pytest.raises(IncompleteRead):
            response.read()


def test_a_status_has_its_body_and_headers() -> None:
    replies = (
        Status(429, headers={"Retry-After": "7"}),
        Status(502, b"<html>"),
        Status(401, {"a": 1}),
    )
    with ScriptedServer(*replies) as server:
        with asked(server) as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "7")
            assert json.loads(response.read())["error"]["message"] == "status 429"
        with asked(server) as response:
            assert (response.status, response.read()) == (502, b"<html>")
        with asked(server) as response:
            assert (response.status, response.read()) == (401, b'{"a": 1}')


@pytest.mark.parametrize("data", [b"", b"<html>", b"data: {", b"\xff\x00\r\n0\r\n\r\n"])
def test_garbage_arrives_byte_for_byte(data: bytes) -> None:
    with ScriptedServer(Garbage(data, "text/html")) as server, asked(server) as response:
        assert (response.status, response.headers["Content-Type"]) == (200, "text/html")
        assert response.read() == data


def test_every_request_is_recorded_in_order() -> None:
    with ScriptedServer(Says("a"), then=Says("b")) as server:
        before = time.monotonic()
        for mark in ("one", "two é", "three"):
            with asked(server, mark=mark) as response:
                response.read()
        assert [body["mark"] for body in server.bodies] == ["one", "two é", "three"]
        first = server.exchanges[0].wait()
        assert first.headers["x-odd"] == "yes"
        assert before <= first.at <= time.monotonic()


def test_the_models_are_listed_and_other_paths_are_not_there() -> None:
    with ScriptedServer(models=("a", "b")) as server:
        status, listed = get(server, "/v1/models")
        assert (status, [row["id"] for row in listed["data"]]) == (200, ["a", "b"])
        assert get(server, "/nowhere")[0] == 404
        assert server.other_paths == ["/v1/models", "/nowhere"]
    with ScriptedServer(models=Status(401)) as server:
        assert get(server, "/v1/models")[0] == 401


def test_nothing_follows_the_first_piece_before_it_is_released() -> None:
    gate = threading.Event()
    with ScriptedServer(Says(("a", "b"), held_by=gate)) as server, asked(server) as response:
        first = b"".join(response.readline() for _ in range(4))
        assert deltas(first) == [ROLE, *said("a")]
        assert not server.exchanges[0].over.is_set()
        gate.set()
        assert deltas(response.read()) == [*said("b"), STOP, DONE]
        assert server.exchanges[0].wait().pieces_sent == 2


@pytest.mark.parametrize(
    "reply",
    [
        Hangs(),
        Hangs(pieces=("a",)),
        Hangs(comment_every=0.01),
        Endless("la "),
        Says(("a", "b"), held_by=threading.Event()),
        Says(("a", "b"), delay=60.0),
        Says("a", first_delay=60.0),
    ],
)
def test_a_client_that_hangs_up_is_noticed(reply: Reply) -> None:
    with ScriptedServer(reply) as server:
        with by_hand(server) as client:
            if not isinstance(reply, Hangs) or reply.pieces:
                assert client.recv(8) == b"HTTP/1.1"
            else:
                while not server.exchanges:
                    time.sleep(0.001)
        assert server.exchanges[0].wait().closed_by_client is True


@pytest.mark.parametrize("reply", [Hangs(600), Endless("la " * 1000), Says("a", first_delay=600)])
def test_the_server_closes_at_once_under_clients_that_wait(reply: Reply) -> None:
    with ScriptedServer(reply) as server:
        idle, waiting = by_hand(server, b""), by_hand(server)
        while not server.exchanges:
            time.sleep(0.001)
    # The block ended, though the reply takes ten minutes: its thread was woken and waited for.
    assert server.exchanges[0].wait(0).closed_by_client is False
    with idle, waiting:
        assert idle.recv(1) == b""


def misuse(server: ScriptedServer, times: int) -> None:
    with server:
        for _ in range(times):
            with asked(server) as response:
                assert response.status == 500


def test_a_misused_server_says_so_at_the_end() -> None:
    def fails(body: dict[str, Any]) -> Reply:
        raise KeyError(body["model"])

    with pytest.raises(AssertionError) as caught:
        misuse(ScriptedServer(Obeys(fails)), times=2)
    assert str(caught.value) == (
        "the scripted server was misused: KeyError: 'tiny'; "
        "AssertionError: no reply is left for request 2"
    )


def test_an_error_of_the_test_itself_comes_first() -> None:
    server = ScriptedServer()
    with pytest.raises(ZeroDivisionError), server, asked(server):
        raise ZeroDivisionError
    assert server.problems == ["AssertionError: no reply is left for request 1"]


def test_a_body_that_is_no_json_is_a_misuse() -> None:
    server = ScriptedServer()
    with server, by_hand(server, HEAD + b"{stream:true,}\n") as client:
        assert client.recv(1) == b""
        server.problems, problems = [], server.problems
    assert [problem.split(":")[0] for problem in problems] == ["JSONDecodeError"]


def test_replies_can_be_added_while_it_runs() -> None:
    with ScriptedServer(then=Status(503)) as server:
        server.add(Says("late"))
        with asked(server) as response:
            assert deltas(response.read())[1] == ({"content": "late"}, None)
        with asked(server) as response:
            assert response.status == 503

"""The scripted server as LangChain's OpenAI client sees it: what failures look like to the product.

These pin the client's behaviour as much as the server's: where a new version tells failures apart
in another way, it shows here first.
"""

from __future__ import annotations

import asyncio
import threading

import pytest
from langchain.chat_models import init_chat_model
from langchain_core import exceptions
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk

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

KEY = "sk-only-for-the-header"


def client(server: ScriptedServer, **options: object) -> BaseChatModel:
    settings = {"stream_usage": True, "max_retries": 0, "timeout": 30} | options
    return init_chat_model(
        "tiny", model_provider="openai", base_url=server.base_url, api_key=KEY, **settings
    )


def streamed(reply: Reply, **options: object) -> list[AIMessageChunk]:
    with ScriptedServer(reply) as server:
        return list(client(server, **options).stream("Who?"))


def texts(chunks: list[AIMessageChunk]) -> list[str]:
    return [chunk.text for chunk in chunks if chunk.text]


def finish(chunks: list[AIMessageChunk]) -> str | None:
    return sum(chunks[1:], chunks[0]).response_metadata.get("finish_reason")


def test_words_usage_and_the_finish_reason_arrive() -> None:
    with ScriptedServer(Says(("Leer “é” ", "🚆 ", "[1]."))) as server:
        chunks = list(client(server, max_tokens=9, temperature=0).stream("Who?"))
        asked = server.exchanges[0].wait()
    assert texts(chunks) == ["Leer “é” ", "🚆 ", "[1]."]
    assert finish(chunks) == "stop"
    usage = sum(chunks[1:], chunks[0]).usage_metadata
    assert usage is not None
    assert (usage["input_tokens"], usage["output_tokens"]) == (1, 4)
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.body == {
        "model": "tiny", "stream": True, "messages": [{"content": "Who?", "role": "user"}],
        "max_completion_tokens": 9, "temperature": 0.0, "stream_options": {"include_usage": True},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reply", "said", "why"),
    [
        (Says("a", usage=False), ["a"], "stop"),
        (Says(()), [], "stop"),
        (Says("a", finish_reason="length"), ["a"], "length"),
        (Says("a", done=False), ["a"], "stop"),
        (Says("a", reasoning="hm"), ["a"], "stop"),
        (Refuses(), [], "content_filter"),
        (Refuses("I will not"), [], "content_filter"),
        # What no exception tells: the text may be half an answer.
        (Says("a", finish_reason=None), ["a"], None),
        (CutMidStream(("a", "b"), "quiet"), ["a", "b"], None),
        (Garbage(b"data: {}\n\n"), [], None),
    ],
)
def test_a_stream_that_ends_is_told_by_its_finish_reason(
    reply: Reply, said: list[str], why: str | None
) -> None:
    chunks = streamed(reply)
    assert (texts(chunks), finish(chunks)) == (said, why)


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (Status(400), exceptions.ModelInvalidRequestError, "Error code: 400 - status 400"),
        (Status(401), exceptions.ModelAuthenticationError, "Error code: 401 - status 401"),
        (Status(403), exceptions.ModelPermissionDeniedError, "Error code: 403 - status 403"),
        (Status(404), exceptions.ModelNotFoundError, "Error code: 404 - status 404"),
        (Status(429), exceptions.ModelRateLimitError, "Error code: 429 - status 429"),
        (Status(500), exceptions.ModelAPIError, "Error code: 500 - status 500"),
        (Status(502, b"<html>"), exceptions.ModelAPIError, "Error code: 502"),
        (CutMidStream("a"), exceptions.ModelConnectionError, "Connection error."),
        (CutMidStream("a", "reset"), exceptions.ModelConnectionError, "Connection error."),
    ],
)
def test_a_failure_is_of_the_kind_langchain_has_for_it(
    reply: Reply, kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind) as caught:
        streamed(reply)
    assert str(caught.value) == says


@pytest.mark.parametrize("reply", [Hangs(), Hangs(pieces="a")])
def test_silence_is_a_timeout(reply: Reply) -> None:
    with pytest.raises(exceptions.ModelTimeoutError, match="Request timed out"):
        streamed(reply, timeout=0.2)


@pytest.mark.parametrize(
    ("reply", "module", "name"),
    [
        (Status(413), "openai", "APIStatusError"),
        (Status(422), "openai", "UnprocessableEntityError"),
        (ErrorMidStream("a", {"message": "full"}), "openai", "APIError"),
        (Garbage(b"data: hello\n\n"), "json.decoder", "JSONDecodeError"),
        (Garbage(b'data: {"choices": [{\n\n'), "json.decoder", "JSONDecodeError"),
        (Garbage(b"<html>", "text/html"), "builtins", "ValueError"),
        (Garbage(b""), "builtins", "ValueError"),
        (Garbage(b"data: []\n\n"), "builtins", "AttributeError"),
        (Garbage(b"data: \xff\n\n"), "builtins", "UnicodeDecodeError"),
    ],
)
def test_some_failures_are_of_no_kind_langchain_has(reply: Reply, module: str, name: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 (its class is the question)
        streamed(reply)
    assert (type(caught.value).__module__, type(caught.value).__name__) == (module, name)
    assert not isinstance(caught.value, exceptions.ModelError)


def test_a_rate_limit_says_when_to_come_back() -> None:
    with pytest.raises(exceptions.ModelRateLimitError) as caught:
        streamed(Status(429, headers={"Retry-After": "7"}))
    assert caught.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    "reply",
    [Hangs(pieces="a"), Endless("la "), Says(("a", "b"), held_by=threading.Event())],
)
def test_closing_the_stream_hangs_up(reply: Reply) -> None:
    with ScriptedServer(reply) as server:
        stream = client(server).stream("Who?")
        next(chunk for chunk in stream if chunk.text)
        stream.close()
        assert server.exchanges[0].wait().closed_by_client is True


async def test_cancelling_a_task_hangs_up_even_while_it_waits() -> None:
    with ScriptedServer(Hangs(pieces="a")) as server:
        arrived = asyncio.Event()

        async def read() -> None:
            async for chunk in client(server).astream("Who?"):
                if chunk.text:
                    arrived.set()

        task = asyncio.create_task(read())
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        exchange = await asyncio.to_thread(server.exchanges[0].wait)
        assert exchange.closed_by_client is True

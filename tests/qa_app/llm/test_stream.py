"""A model's words as they come, its silence, its end and its failure."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from types import AsyncGeneratorType
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

from qa_app.llm.providers import ModelChoice, open_model
from qa_app.llm.stream import Ending, ModelFailed, Piece, pieces
from tests.language_models.replies import CutMidStream, ErrorMidStream, Garbage, Reply
from tests.language_models.scripted import ScriptedServer

ASKED = [HumanMessage("Why?")]


class Scripted(BaseChatModel):
    """Streams what a function yields; remembers whether it was stopped."""

    script: Callable[[], AsyncIterator[AIMessageChunk]]
    ended: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise AssertionError("it is streamed")

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # type: ignore[override]
        **_: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        try:
            async for chunk in self.script():
                yield ChatGenerationChunk(message=chunk)
            self.ended.append("done")
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise


def chunk(text: str, **about: Any) -> AIMessageChunk:
    return AIMessageChunk(text, response_metadata=about)


def run(script: Callable[[], AsyncIterator[AIMessageChunk]], seconds: float = 10.0) -> list[Any]:
    return [each for each in pieces(Scripted(script=script), ASKED, seconds) if each is not None]


def test_words_come_one_by_one_and_then_the_end() -> None:
    async def script() -> AsyncIterator[AIMessageChunk]:
        yield chunk("It ")
        yield chunk("")
        yield chunk("rained 🌧.", finish_reason="stop")
        yield AIMessageChunk(
            "", usage_metadata={"input_tokens": 9, "output_tokens": 4, "total_tokens": 13}
        )

    assert run(script) == [Piece("It "), Piece("rained 🌧."), Ending("stop", 9, 4)]


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"finish_reason": "length"}, "length"),
        ({"stop_reason": "max_tokens"}, "length"),
        ({"done_reason": "stop"}, "stop"),
        ({"finish_reason": "SAFETY"}, "refused"),
        ({"finish_reason": "content_filter"}, "refused"),
        ({"stop_reason": "end_turn"}, "stop"),
        ({}, ""),
    ],
)
def test_how_it_ended(about: dict[str, str], reason: str) -> None:
    async def script() -> AsyncIterator[AIMessageChunk]:
        yield chunk("x", **about)

    assert run(script)[-1] == Ending(reason)


def test_a_refusal_beside_the_text_is_one() -> None:
    async def script() -> AsyncIterator[AIMessageChunk]:
        yield AIMessageChunk("", additional_kwargs={"refusal": "no"})

    assert run(script) == [Ending("refused")]


def test_silence_is_told_so_that_one_can_stop() -> None:
    never = asyncio.Event

    async def script() -> AsyncIterator[AIMessageChunk]:
        yield chunk("It")
        await never().wait()

    model = Scripted(script=script, ended=[])
    stream = pieces(model, ASKED, 60.0)
    assert [next(stream), next(stream)] == [Piece("It"), None]
    stream.close()
    _until(lambda: model.ended == ["cancelled"])


def test_what_takes_too_long_is_given_up() -> None:
    async def script() -> AsyncIterator[AIMessageChunk]:
        await asyncio.sleep(60)
        yield chunk("late")

    begin = time.monotonic()
    with pytest.raises(ModelFailed) as told:
        run(script, 0.3)
    assert told.value.failure.kind == "timeout"
    assert time.monotonic() - begin < 30


def test_a_failure_is_told_without_its_own_words() -> None:
    async def script() -> AsyncIterator[AIMessageChunk]:
        yield chunk("It")
        raise ValueError("sk-very-secret")

    stream = pieces(Scripted(script=script), ASKED, 10.0)
    assert next(stream) == Piece("It")
    with pytest.raises(ModelFailed) as told:
        list(stream)
    assert told.value.failure.kind == "garbage"
    assert "secret" not in str(told.value)
    assert told.value.__cause__ is None


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Nothing is collected meanwhile: what goes, goes because nobody holds it."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_what_a_failing_client_left_half_read_ends_on_its_own_loop() -> None:
    ended: list[str] = []

    async def inner() -> AsyncIterator[str]:
        try:
            yield "It"
            yield "never comes"
        finally:
            ended.append(threading.current_thread().name)

    async def script() -> AsyncIterator[AIMessageChunk]:
        words = inner()
        yield chunk(await anext(words))
        # A frame that holds an exception which holds the frame: only a collector ends that.
        failed = ValueError("garbage")
        raise failed

    stream = pieces(Scripted(script=script), ASKED, 10.0)
    assert next(stream) == Piece("It")
    with pytest.raises(ModelFailed):
        list(stream)
    _until(lambda: ended == ["language models"])


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize(
    "reply",
    [ErrorMidStream("The river"), CutMidStream("The river"), Garbage(b"data: nothing\n\n")],
)
def test_a_client_that_failed_leaves_nothing_half_read(
    reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_MODEL_KEY", "sk-nobodys")
    before = _half_read()
    with ScriptedServer(then=reply) as server:
        choice = ModelChoice("compatible", "tiny", server.base_url)
        with pytest.raises(ModelFailed):
            list(pieces(open_model(choice, 100, 10.0), ASKED, 10.0))
    _until(lambda: _half_read() <= before)


def _half_read() -> set[int]:
    # By type: some libraries' objects warn when they are asked what they are.
    found = (each for each in gc.get_objects() if type(each) is AsyncGeneratorType)
    return {id(each) for each in found if each.ag_frame is not None}


def test_many_answers_at_once_do_not_mix() -> None:
    def speaker(word: str) -> Callable[[], AsyncIterator[AIMessageChunk]]:
        async def script() -> AsyncIterator[AIMessageChunk]:
            for _ in range(5):
                await asyncio.sleep(0.001)
                yield chunk(word)

        return script

    streams: dict[str, Iterator[Any]] = {
        word: pieces(Scripted(script=speaker(word)), ASKED, 10.0) for word in "abc"
    }
    heard = dict.fromkeys(streams, "")
    for _ in range(5):
        for word, stream in streams.items():
            piece = next(each for each in stream if each is not None)
            heard[word] += piece.text
    assert heard == {"a": "aaaaa", "b": "bbbbb", "c": "ccccc"}


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    assert true()

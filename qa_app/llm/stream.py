"""A chat model and messages in, its words as they come out, under a limit of time.

Enters: a LangChain chat model. Leaves: ``Piece``s of text, None while nothing comes, and an
``Ending``. Deliberately knows nothing of prompts, claims or budgets of tokens.

The model is read on one event loop in a thread of its own, for the whole process: a reader who
stops, or an answer that takes too long, cancels the request at once, also while it waits, and
providers' connection pools stay on the loop that they were made on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import dataclass
from functools import cache
from queue import Empty, SimpleQueue
from traceback import clear_frames
from typing import TYPE_CHECKING, Any

from qa_app.llm.failures import chain_of, failure_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

# How often a face hears of a model that says nothing: short enough that Stop feels like one.
TICK = 0.2
# Chunks that may lie unread: a model that is faster than its reader has to wait.
MOST_WAITING = 1_000
# Reasons for ending that are not the model's own (OpenAI, Anthropic, Google, Ollama).
_CUT_OFF = frozenset(("length", "max_tokens", "model_length"))
_REFUSED = frozenset(
    ("content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content", "spii")
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some more text."""

    text: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How the model ended, and the tokens that its server counted (0 where it did not).

    ``reason`` is "stop", "length" (its limit of tokens), "refused", or "" where it gave none.
    """

    reason: str
    input_tokens: int = 0
    output_tokens: int = 0


class ModelFailed(Exception):
    """The model gave no whole answer; ``failure`` says why. Never leaves ``qa_app``."""

    def __init__(self, exc: BaseException) -> None:
        """Keep what it means; the foreign message goes nowhere."""
        self.failure = failure_of(exc)
        super().__init__(self.failure.told)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="language models", daemon=True).start()
    return loop


def pieces(
    model: BaseChatModel, messages: Sequence[BaseMessage], seconds: float
) -> Generator[Piece | Ending | None, None, None]:
    """What the model says to these messages.

    Args:
        model: any chat model.
        messages: what it is told.
        seconds: after which it is given up.

    Yields:
        pieces as they come, None after every ``TICK`` seconds of silence, at last an ``Ending``.

    Raises:
        ModelFailed: there is no whole answer; also when the time is over.
    """
    arriving: SimpleQueue[Any] = SimpleQueue()
    reading = asyncio.run_coroutine_threadsafe(_read(model, messages, seconds, arriving), _loop())
    counted = _Counted()
    try:
        while True:
            try:
                item = arriving.get(timeout=TICK)
            except Empty:
                yield None
                continue
            if isinstance(item, ModelFailed):
                raise item
            if item is None:
                yield counted.ending()
                return
            text = counted.count(item)
            if text:
                yield Piece(text)
    finally:
        reading.cancel()


async def _read(
    model: BaseChatModel,
    messages: Sequence[BaseMessage],
    seconds: float,
    arriving: SimpleQueue[Any],
) -> None:
    try:
        async with asyncio.timeout(seconds):
            chunks = model.astream(list(messages))
            try:
                async for chunk in chunks:
                    arriving.put(chunk)
                    await _keep_pace(arriving)
            finally:
                # A generator that is only dropped would hold its connection until it is collected.
                if isinstance(chunks, AsyncGenerator):
                    await chunks.aclose()
        arriving.put(None)
    except asyncio.CancelledError:
        raise
    except BaseException as exc:  # noqa: BLE001 (raised again to whoever reads the pieces)
        _let_go(exc)
        arriving.put(ModelFailed(exc))


def _let_go(exc: BaseException) -> None:
    """Drop what the frames hold that an exception went through.

    Clients leave generators half read in them. They are ended here, on their own loop: a garbage
    collector that met them in another thread would end an inner one while its outer one runs.
    """
    for each in chain_of(exc):
        clear_frames(each.__traceback__)


async def _keep_pace(arriving: SimpleQueue[Any]) -> None:
    """Wait while nobody takes what came, and end where that was asked for."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        # Python 3.11's wait_for, which clients use, swallows it where the next chunk is there.
        raise asyncio.CancelledError
    while arriving.qsize() > MOST_WAITING:
        await asyncio.sleep(TICK / 10)


@dataclass(slots=True)
class _Counted:
    """What the chunks say besides their text."""

    reason: str = ""
    input_tokens: int = 0
    output_tokens: int = 0

    def count(self, chunk: Any) -> str:  # noqa: ANN401 (a provider's message; read with care)
        usage = getattr(chunk, "usage_metadata", None) or {}
        self.input_tokens = max(self.input_tokens, int(usage.get("input_tokens") or 0))
        self.output_tokens = max(self.output_tokens, int(usage.get("output_tokens") or 0))
        about = getattr(chunk, "response_metadata", None) or {}
        if self.reason in _REFUSED:
            return str(getattr(chunk, "text", "") or "")
        for name in ("finish_reason", "stop_reason", "done_reason"):
            self.reason = str(about.get(name) or self.reason).casefold()
        extra = getattr(chunk, "additional_kwargs", None) or {}
        if extra.get("refusal"):
            self.reason = "refusal"
        return str(getattr(chunk, "text", "") or "")

    def ending(self) -> Ending:
        reason = self.reason
        if reason in _CUT_OFF:
            reason = "length"
        elif reason in _REFUSED:
            reason = "refused"
        elif reason:
            reason = "stop"
        return Ending(reason, self.input_tokens, self.output_tokens)

"""A scripted reply -> what goes over the connection.

Knows the protocol and the replies; it does not know the script, nor who is asking.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.language_models import wire
from tests.language_models.connection import Connection
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
    as_pieces,
)

_HELD_AT_MOST = 60.0


@dataclass(slots=True)
class Player:
    """One request being answered.

    Attributes:
        connection: Where to.
        body: The request's JSON.
        on_piece: Called after each piece of answer that was written.
    """

    connection: Connection
    body: dict[str, Any]
    on_piece: Callable[[], None]

    def play(self, reply: Reply) -> None:
        """Answer the request so; raises ``ClientGone`` where nobody listens any more."""
        match reply:
            case Obeys():
                self.play(reply.reply(self.body))
            case Status():
                self._status(reply)
            case Garbage():
                self.connection.head(200, reply.content_type, chunked=True)
                self.connection.write(reply.data)
                self.connection.end()
            case Hangs():
                self._hang(reply)
            case _ if not self.body.get("stream"):
                self._answer_at_once(reply)
            case _:
                self._stream(reply)

    @property
    def _model(self) -> str:
        return str(self.body.get("model", "scripted"))

    def _status(self, reply: Status) -> None:
        message = reply.message()
        raw = isinstance(message, bytes)
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        kind = "text/html" if raw else "application/json"
        length = {"Content-Length": str(len(data))}
        self.connection.head(reply.code, kind, headers=length | dict(reply.headers))
        self.connection.write(data)

    def _hang(self, reply: Hangs) -> None:
        pieces = as_pieces(reply.pieces)
        every = reply.comment_every
        if pieces or every is not None:
            self._begin()
            self._pieces(pieces)
        if every is None:
            self.connection.pause(reply.seconds)
            return
        deadline = time.monotonic() + reply.seconds
        while time.monotonic() < deadline:
            self.connection.write(wire.COMMENT)
            self.connection.pause(every)

    def _answer_at_once(self, reply: Reply) -> None:
        message: dict[str, Any] = {"content": None}
        finish_reason, usage = None, None
        cut = isinstance(reply, CutMidStream)
        match reply:
            case Says():
                text = "".join(as_pieces(reply.pieces))
                message = {"content": text}
                if reply.reasoning:
                    message["reasoning_content"] = reply.reasoning
                finish_reason = reply.finish_reason
                usage = wire.count(self.body, text) if reply.usage else None
                self.connection.pause(reply.first_delay)
            case CutMidStream():
                message = {"content": "".join(as_pieces(reply.pieces))}
            case Refuses():
                message = {"content": None, "refusal": reply.refusal or None}
                finish_reason = reply.finish_reason
            case _:
                raise AssertionError(f"{reply} answers streaming requests only")
        made = wire.completion(self._model, message, finish_reason, usage)
        data = json.dumps(made).encode()
        self.connection.head(200, "application/json", headers={"Content-Length": str(len(data))})
        self.connection.write(data[: len(data) // 2] if cut else data)

    def _stream(self, reply: Reply) -> None:
        chunked = not (isinstance(reply, CutMidStream) and reply.how == "quiet")
        self.connection.head(200, "text/event-stream; charset=utf-8", chunked=chunked)
        if isinstance(reply, Says):
            self.connection.pause(reply.first_delay)
        self._delta({"role": "assistant", "content": ""})
        match reply:
            case Says():
                self._say(reply)
            case Refuses():
                if reply.refusal:
                    self._delta({"refusal": reply.refusal})
                self._end(reply.finish_reason)
            case Endless():
                for _ in range(reply.most):
                    self._pieces((reply.piece,))
                    self.connection.pause(reply.delay)
                self._end("length")
            case ErrorMidStream():
                self._pieces(as_pieces(reply.pieces))
                self.connection.write(wire.event({"error": reply.error}))
                self.connection.end()
            case CutMidStream():
                self._pieces(as_pieces(reply.pieces))
                if reply.how == "reset":
                    self.connection.reset()

    def _say(self, reply: Says) -> None:
        if reply.reasoning:
            self._delta({"reasoning_content": reply.reasoning})
        pieces = as_pieces(reply.pieces)
        for i, piece in enumerate(pieces):
            if i:
                self.connection.pause(reply.delay)
            self._pieces((piece,))
            if i == 0 and reply.held_by is not None:
                self.connection.pause(_HELD_AT_MOST, reply.held_by)
        counted = wire.count(self.body, "".join(pieces)) if reply.usage else None
        self._end(reply.finish_reason, counted, done=reply.done)

    def _begin(self) -> None:
        self.connection.head(200, "text/event-stream; charset=utf-8", chunked=True)
        self._delta({"role": "assistant", "content": ""})

    def _delta(self, delta: dict[str, Any]) -> None:
        self.connection.write(wire.event(wire.chunk(self._model, delta)))

    def _pieces(self, pieces: tuple[str, ...]) -> None:
        for piece in pieces:
            self._delta({"content": piece})
            self.on_piece()

    def _end(
        self, finish_reason: str | None, usage: dict[str, int] | None = None, *, done: bool = True
    ) -> None:
        if finish_reason is not None:
            self.connection.write(wire.event(wire.chunk(self._model, {}, finish_reason)))
        if usage is not None and wire.wants_usage(self.body):
            self.connection.write(wire.event(wire.usage_chunk(self._model, usage)))
        if done:
            self.connection.write(wire.DONE)
        self.connection.end()

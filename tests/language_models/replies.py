"""What a scripted server may do with one request: values a test writes down, in order.

``pieces`` are the texts of one streamed chunk each; a single string is one piece. Seconds are for
showing slowness, never for deciding a test: use ``held_by`` to order two threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Pieces = str | tuple[str, ...]


def as_pieces(pieces: Pieces) -> tuple[str, ...]:
    """One string as one piece."""
    return (pieces,) if isinstance(pieces, str) else tuple(pieces)


@dataclass(frozen=True, slots=True)
class Says:
    """The whole protocol, done well.

    Attributes:
        pieces: The answer, one piece a chunk; an empty string or tuple is an empty answer.
        delay: Seconds before each piece but the first.
        first_delay: Seconds between the response's headers and the first chunk.
        finish_reason: Of the last chunk: ``stop``, ``length``, ``content_filter``...; ``None`` for
            a server that never says why it stopped.
        usage: Whether the server counts tokens when it is asked to, as words between spaces.
        reasoning: Text sent as ``reasoning_content`` before the answer.
        held_by: Nothing follows the first piece until this is set.
        done: Whether ``data: [DONE]`` ends the stream; some servers leave it out.
    """

    pieces: Pieces
    delay: float = 0.0
    first_delay: float = 0.0
    finish_reason: str | None = "stop"
    usage: bool = True
    reasoning: str = ""
    held_by: threading.Event | None = None
    done: bool = True


@dataclass(frozen=True, slots=True)
class CutMidStream:
    """The pieces, then the connection is gone: no finish reason, no ``[DONE]``.

    Attributes:
        pieces: What is sent before.
        how: ``broken`` closes inside a chunked body, which HTTP can tell; ``quiet`` ends a body of
            unknown length, which HTTP cannot tell from its proper end; ``reset`` resets the
            connection.
    """

    pieces: Pieces
    how: str = "broken"


@dataclass(frozen=True, slots=True)
class ErrorMidStream:
    """The pieces, then a chunk ``{"error": …}``, and the body ends properly."""

    pieces: Pieces
    error: object = "the engine stopped"


@dataclass(frozen=True, slots=True)
class Status:
    """A response that is no answer; ``body`` is sent as JSON unless it is bytes."""

    code: int
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def message(self) -> object:
        """The body, or what such a server would say."""
        if self.body is not None:
            return self.body
        return {"error": {"message": f"status {self.code}", "type": "scripted", "code": None}}


@dataclass(frozen=True, slots=True)
class Garbage:
    """These bytes as the body of a 200, whatever they are."""

    data: bytes
    content_type: str = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Hangs:
    """The pieces, then silence, then the connection is closed.

    Attributes:
        seconds: How long the silence lasts at most.
        pieces: Sent before; with none, not even the response's headers are sent.
        comment_every: Seconds between lines that keep the connection busy and say nothing, as
            gateways send; these come with the headers, pieces or not.
    """

    seconds: float = 60.0
    pieces: Pieces = ()
    comment_every: float | None = None


@dataclass(frozen=True, slots=True)
class Endless:
    """The same piece again and again, until the client goes away or ``most`` pieces are sent."""

    piece: str
    delay: float = 0.0
    most: int = 100_000


@dataclass(frozen=True, slots=True)
class Refuses:
    """An answer withheld: a ``refusal`` in the delta, or nothing but the finish reason.

    Attributes:
        refusal: What the ``refusal`` field says; empty for none.
        finish_reason: ``content_filter`` where a filter stopped it, ``stop`` where the model did.
    """

    refusal: str = ""
    finish_reason: str = "content_filter"


@dataclass(frozen=True, slots=True)
class Obeys:
    """Whatever the function makes of the request's JSON body: another reply."""

    reply: Callable[[dict[str, Any]], Reply]


Reply = Says | CutMidStream | ErrorMidStream | Status | Garbage | Hangs | Endless | Refuses | Obeys

"""A language model's server whose every reply a test has written down.

Listens on loopback, speaks OpenAI's Chat Completions, and keeps what it was asked. Replies are
given out in the order in which requests arrive. It knows no client library::

    with ScriptedServer(Status(429), Says("Leer flooded [1].")) as server:
        model = init_chat_model("any", model_provider="openai", base_url=server.base_url, ...)
"""

from __future__ import annotations

import json
import socket
import socketserver
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from tests.language_models import wire
from tests.language_models.connection import RESET, ClientGone, Connection
from tests.language_models.playing import Player
from tests.language_models.replies import Reply, Status

_CHAT, _MODELS = "/v1/chat/completions", "/v1/models"


@dataclass(slots=True)
class Exchange:
    """One request, and how its reply went; filled in while the reply is under way.

    Attributes:
        body: The request's JSON.
        headers: Its headers, names in lower case.
        at: When it had arrived, in seconds of ``time.monotonic()``.
        pieces_sent: Pieces of answer written; a client may know one more until it is over.
        closed_by_client: The client hung up before the reply's end. Only sure where the reply does
            not end by itself at once: ``Hangs``, ``Endless``, ``Says(held_by=…)``.
        over: Set when the server is done with the request.
    """

    body: dict[str, Any]
    headers: dict[str, str]
    at: float
    pieces_sent: int = 0
    closed_by_client: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    def wait(self, seconds: float = 10.0) -> Self:
        """This exchange once it is over; an assertion error when that takes too long."""
        assert self.over.wait(seconds), f"the reply still goes on after {seconds} s"
        return self

    def count_piece(self) -> None:
        """One more piece was written."""
        self.pieces_sent += 1


class ScriptedServer:
    """The server; usable while its ``with`` block runs.

    A request that no reply is left for, or a reply that itself fails, is a mistake of the test: it
    is answered with status 500 and raised as an ``AssertionError`` at the end of the block.

    Args:
        replies: One a request.
        then: Answers every request after those; without it there must be no more.
        models: What ``GET /v1/models`` lists; a ``Status`` instead where it should fail.
    """

    def __init__(
        self,
        *replies: Reply,
        then: Reply | None = None,
        models: tuple[str, ...] | Status = ("scripted",),
    ) -> None:
        self.exchanges: list[Exchange] = []
        self.other_paths: list[str] = []
        self.problems: list[str] = []
        self.models = models
        self.closing = False
        self._replies = list(replies)
        self._then = then
        self._lock = threading.Lock()
        self._listener = _Listener(self)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.01,))

    @property
    def base_url(self) -> str:
        """What a client is configured with."""
        return f"http://127.0.0.1:{self._listener.server_address[1]}/v1"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The JSON of every chat request so far."""
        return [exchange.body for exchange in self.exchanges]

    def add(self, *replies: Reply) -> None:
        """Put these behind the replies that are left."""
        with self._lock:
            self._replies.extend(replies)

    def take(self, exchange: Exchange) -> Reply:
        """Record a request and get its reply."""
        with self._lock:
            self.exchanges.append(exchange)
            if self._replies:
                return self._replies.pop(0)
            if self._then is not None:
                return self._then
        raise AssertionError(f"no reply is left for request {len(self.exchanges)}")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()
        if kind is None and self.problems:
            raise AssertionError("the scripted server was misused: " + "; ".join(self.problems))

    def close(self) -> None:
        """Stop listening, drop every connection, and wait for the threads (they end at once)."""
        self.closing = True
        self._listener.shutdown()
        self._thread.join()
        self._listener.drop_all()
        self._listener.server_close()


class _Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = False  # only so does server_close() wait for them
    request_queue_size = 32

    def __init__(self, script: ScriptedServer) -> None:
        self.script = script
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def drop_all(self) -> None:
        """Wake every thread that reads from or writes to a client."""
        with self._lock:
            for each in self._open:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the client was faster

    def shutdown_request(self, request: Any) -> None:
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(RESET)) == RESET:
            self.close_request(request)  # a shutdown first would end the stream politely
        else:
            super().shutdown_request(request)

    def close_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up before its request is complete is no mistake of the test."""
        exc = sys.exception()
        if not isinstance(exc, ClientGone | OSError):
            self.script.problems.append(f"{type(exc).__name__}: {exc}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def do_GET(self) -> None:
        script, connection = self.server.script, Connection(self)
        script.other_paths.append(self.path)
        listed = script.models
        if self.path != _MODELS:
            listed = Status(404)
        if not isinstance(listed, Status):
            listed = Status(200, wire.models(listed))
        Player(connection, {}, lambda: None).play(listed)

    def do_POST(self) -> None:
        script, connection = self.server.script, Connection(self)
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != _CHAT:
            script.other_paths.append(self.path)
            Player(connection, {}, lambda: None).play(Status(404))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        exchange = Exchange(json.loads(data), headers, time.monotonic())
        player = Player(connection, exchange.body, exchange.count_piece)
        try:
            player.play(script.take(exchange))
        except ClientGone:
            exchange.closed_by_client = not script.closing
        except Exception as exc:  # noqa: BLE001 (whatever a test's own function raises)
            script.problems.append(f"{type(exc).__name__}: {exc}")
            player.play(Status(500))
        finally:
            exchange.over.set()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr."""

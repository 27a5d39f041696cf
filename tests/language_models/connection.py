"""One HTTP response over one socket, written slowly or badly on purpose.

Takes bytes and seconds, writes them to the client, and raises ``ClientGone`` as soon as the client
has hung up, even while nothing is being written. It knows no protocol above HTTP.
"""

from __future__ import annotations

import selectors
import socket
import struct
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler

RESET = struct.pack("ii", 1, 0)
_LOOK_EVERY = 0.005


class ClientGone(Exception):
    """The other end closed the connection, or this server is closing."""


class Connection:
    """The response under way on a handler's socket."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self._socket: socket.socket = handler.connection
        self._chunked = False

    def head(
        self, code: int, content_type: str, *, chunked: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Send the status line and headers; the connection closes after this response."""
        self._chunked = chunked
        self._handler.send_response(code)
        sent = {"Content-Type": content_type, "Connection": "close"} | dict(headers or {})
        if chunked:
            sent["Transfer-Encoding"] = "chunked"
        for name, value in sent.items():
            self._handler.send_header(name, value)
        try:
            self._handler.end_headers()
        except OSError as exc:
            raise ClientGone from exc

    def write(self, data: bytes) -> None:
        """Send some of the body."""
        if not data:  # an empty chunk would end the body
            return
        framed = b"%x\r\n%s\r\n" % (len(data), data) if self._chunked else data
        try:
            self._socket.sendall(framed)
        except OSError as exc:
            raise ClientGone from exc

    def end(self) -> None:
        """End the body properly."""
        if self._chunked:
            try:
                self._socket.sendall(b"0\r\n\r\n")
            except OSError as exc:
                raise ClientGone from exc

    def reset(self) -> None:
        """Have the connection reset, not closed, when the handler returns."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def pause(self, seconds: float, until: threading.Event | None = None) -> None:
        """Wait so long, or until the event is set, while watching for the client's hanging up."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            while until is None or not until.is_set():
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                if selector.select(left if until is None else min(left, _LOOK_EVERY)):
                    self._check()

    def _check(self) -> None:
        # A client with a request under way sends nothing more, so readable means closed.
        try:
            more = self._socket.recv(1, socket.MSG_PEEK)
        except OSError as exc:
            raise ClientGone from exc
        if not more:
            raise ClientGone
        time.sleep(_LOOK_EVERY)

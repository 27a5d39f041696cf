"""Milvus reached: the client, Milvus Lite started where it is asked for, and their errors.

Enters: an address. Leaves: a client, and blocks in which Milvus's errors become this project's.
``pymilvus`` and ``milvus_lite`` stay in this package, and are imported when one is opened.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.engines.milvus.address import TOKEN, MilvusAddress, token
from embeddings.errors import (
    CollectionError,
    CollectionLocked,
    CollectionNotFound,
    CollectionUnwritable,
    EngineUnavailable,
)

CONNECT_SECONDS = 10.0
# A call that did not come back by then is an error; a write of a batch takes well under a second.
CALL_SECONDS = 60.0
_INSTALL = "install it with `pip install '.[milvus]'`"
# Milvus's own numbers (pymilvus/exceptions.py and the server's merr package).
_UNREACHED, _NO_TABLE, _REFUSED = {2}, {4, 100}, {22, 80, 1401}


@dataclass(slots=True)
class _Running:
    """One file's Milvus Lite in this process, and how many collections use it."""

    server: Any
    database: Any
    port: int
    users: int = 0

    def stop(self) -> None:
        self.server.stop(grace=2).wait()
        self.database.close()


_running: dict[Path, _Running] = {}
_lock = threading.Lock()


def connect(address: MilvusAddress, *, create: bool) -> Any:  # noqa: ANN401 (pymilvus has no types)
    """A client of what the address names; ``disconnect`` lets go of it.

    Raises:
        EngineUnavailable: the package is missing, or nobody answers.
        CollectionNotFound: the file is not there and ``create`` is False.
        CollectionLocked: another process has the file open.
        CollectionUnwritable: the file cannot be made or opened.
    """
    try:
        from pymilvus import MilvusClient  # noqa: PLC0415 (0.7 s, and an extra)
    except ImportError as exc:
        raise EngineUnavailable(f"{address.shown} needs pymilvus: {_INSTALL}") from exc
    # It logs every error with its traceback, also those that are handled.
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
    if address.file is None:
        uri = address.uri
    else:
        uri = f"http://127.0.0.1:{_started(address.file, address.shown, create=create)}"
    try:
        with translated(address):
            return MilvusClient(uri, token=token(), timeout=CONNECT_SECONDS)
    except BaseException:
        _let_go(address)
        raise


def disconnect(address: MilvusAddress, client: Any) -> None:  # noqa: ANN401
    """Close a client, and Milvus Lite with the last one of its file."""
    client.close()
    _let_go(address)


def _started(file: Path, shown: str, *, create: bool) -> int:
    """The port of the Milvus Lite that serves a file; started where none does."""
    try:
        from milvus_lite.adapter.grpc.server import start_server_in_thread  # noqa: PLC0415
        from milvus_lite.exceptions import DataDirLockedError, MilvusLiteError  # noqa: PLC0415
    except ImportError as exc:
        raise EngineUnavailable(f"{shown} needs milvus-lite: {_INSTALL}") from exc
    if not create and not file.exists():
        raise CollectionNotFound(
            f"no collection in {shown}; run `python -m embeddings index PATH --index {shown}` "
            f"with the folder of your articles as PATH"
        )
    with _lock:
        if file not in _running:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                _running[file] = _Running(*start_server_in_thread(str(file)))
            except DataDirLockedError as exc:
                raise CollectionLocked(
                    f"another process has {shown} open, and Milvus Lite serves one at a time: end "
                    f"it, or share the file with `milvus-lite server --data-dir {file}`"
                ) from exc
            except (OSError, MilvusLiteError) as exc:
                raise CollectionUnwritable(
                    f"Milvus Lite cannot open {shown}: {exc}; choose another with --index"
                ) from exc
        _running[file].users += 1
        return _running[file].port


def _let_go(address: MilvusAddress) -> None:
    if address.file is None:
        return
    with _lock:
        running = _running[address.file]
        running.users -= 1
        if not running.users:
            del _running[address.file]
            running.stop()


@atexit.register
def _stop_all() -> None:
    """End what was never closed: its threads would hold up the end of the process."""
    with _lock:
        while _running:
            _running.popitem()[1].stop()


@contextmanager
def translated(address: MilvusAddress) -> Iterator[None]:
    """A block in which errors of Milvus become this project's, saying what to do.

    Raises:
        EngineUnavailable: nobody answers there, or it does not take what it was asked.
        CollectionNotFound: its tables are gone.
    """
    import grpc  # noqa: PLC0415 (pymilvus's own)
    from pymilvus.exceptions import MilvusException  # noqa: PLC0415

    try:
        yield
    except (MilvusException, grpc.RpcError, grpc.FutureTimeoutError) as exc:
        raise _ours(exc, address) from exc


def _ours(exc: Exception, address: MilvusAddress) -> CollectionError:
    code = getattr(exc, "code", None)
    said = getattr(exc, "message", None)
    if callable(code):  # of gRPC's own errors
        code, said = code(), exc.details() if hasattr(exc, "details") else None
    status = getattr(code, "name", "")
    shown = _safe(str(said or exc))
    if code in _UNREACHED or status in {"UNAVAILABLE", "DEADLINE_EXCEEDED"}:
        return EngineUnavailable(
            f"Milvus at {address.shown} does not answer ({shown}); start it, or check the address"
        )
    if code in _NO_TABLE:
        return CollectionNotFound(
            f"the collection of {address.shown} is gone ({shown}); run `python -m embeddings index "
            f"PATH --index {address.shown}` to make it again"
        )
    if code in _REFUSED or status in {"UNAUTHENTICATED", "PERMISSION_DENIED"}:
        return EngineUnavailable(
            f"Milvus at {address.shown} refuses whom it is asked by ({shown}); set {TOKEN} to "
            f"USER:PASSWORD or to a key"
        )
    return EngineUnavailable(f"Milvus at {address.shown} does not do what it is asked: {shown}")


def _safe(message: str) -> str:
    """A message without the token, whole or in parts, and on one line."""
    with contextlib.suppress(ValueError):
        for secret in {token(), token().partition(":")[2]} - {""}:
            message = message.replace(secret, "***")
    return " ".join(message.split())

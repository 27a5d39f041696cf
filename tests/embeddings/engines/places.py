"""Where a collection can live: one folder, a file of Milvus Lite, a server of its own process."""

from __future__ import annotations

import itertools
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from embeddings.collection import Collection
from embeddings.encoder import Encoder
from tests.fakes import TinyEncoder

KINDS = ("local", "lite", "server")
ROOT = Path(__file__).parents[3]
_numbers = itertools.count()


@dataclass(frozen=True)
class Place:
    """An index's address, and whether more than one process can have it open."""

    kind: str
    address: str
    shared: bool

    def open(self, encoder: Encoder | None = None, *, create: bool = True) -> Collection:
        return Collection.open(self.address, encoder=encoder or TinyEncoder(), create=create)


def run(script: str, *arguments: str) -> str:
    """What a script prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        check=False, capture_output=True, text=True, cwd=ROOT, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@dataclass
class Server:
    """Milvus Lite's server in a process of its own."""

    port: int
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def start_server(folder: Path) -> Server:
    """A server over a folder, which answers when this returns."""
    port = free_port()
    command = shutil.which("milvus-lite", path=Path(sys.executable).parent) or "milvus-lite"
    process = subprocess.Popen(
        [command, "server", "--data-dir", str(folder), "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return Server(port, process)
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    server = start_server(folder)
    try:
        yield server
    finally:
        server.kill()


def place_of(kind: str, folder: Path, port: int) -> Place:
    """A place where no other test has been."""
    if kind == "local":
        return Place(kind, str(folder / "index"), shared=True)
    if kind == "lite":
        return Place(kind, f"milvus+lite:{folder / 'news.db'}", shared=False)
    return Place(kind, f"milvus://127.0.0.1:{port}/t{next(_numbers)}", shared=True)

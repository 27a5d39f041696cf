"""Encoders that a worker of a Ray cluster makes by a recipe, where it also does what a test wants.

What these change, they change in the worker's process, which ends with the test's connection.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from embeddings import ray_worker
from embeddings.embedding_queue import digest_of
from embeddings.encoder import FloatArray
from tests.fakes import TinyEncoder


class Logging(TinyEncoder):
    """Adds a line for each text that it embeds to a file: its sha256. Slow, where it is told."""

    def __init__(self, log: str, seconds: float = 0.0) -> None:
        super().__init__()
        self._log, self._seconds = Path(log), seconds

    def encode(self, texts: Sequence[str]) -> FloatArray:
        time.sleep(self._seconds)
        with self._log.open("a") as stream:
            stream.write("".join(digest_of(text).hex() + "\n" for text in texts))
        return super().encode(texts)


class Dying(TinyEncoder):
    """Ends its process, as a fault in a library's own code would, at an article on poison."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if any("poison" in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().count_tokens(texts)


def blind() -> TinyEncoder:
    """Where this was made, nobody sees b.txt."""
    ray_worker.sees = lambda source: not source.path.endswith("b.txt")  # type: ignore[assignment]
    return TinyEncoder()


def other() -> TinyEncoder:
    """Another model."""
    return TinyEncoder("other")

"""The same in a process beside this one, so that embedding does not wait for reading.

Enters: sources, in this process. Leaves: their ``Chunk``s, in order, read by a process that is
started for it. A file at which that process dies is told as a problem, and the next one goes on
with the rest: what kills a reader does not kill a sync. Deliberately knows nothing of the store.

A process rather than a thread: cutting is Python, and a thread of it would hold up the threads that
embed at every operation. The bytes between the two are pickles of this project's own values, made
by our own child and read from its pipe alone; nothing of the kind is read from a disk.
"""

from __future__ import annotations

import contextlib
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

from embeddings.preparing import Chunk, Known, prepare
from embeddings.schema import Problem
from embeddings.sources import SourceFile

_LENGTH = struct.Struct("<Q")


def prepare_beside(sources: Sequence[SourceFile], tokenizer: str, known: Known) -> Iterator[Chunk]:
    """Read and cut sources in a process of their own.

    Args:
        sources: in order; chunks carry their places in it.
        tokenizer: as the JSON of the tokenizers library; it counts without special tokens.
        known: what need not be cut.
    """
    first = 0
    while first < len(sources):
        child = _Child(sources, first, tokenizer, known)
        at = first
        try:
            for chunk in child.chunks():
                yield chunk
                at = chunk.source + chunk.last
        finally:
            status = child.end()
        if at < len(sources):
            reason = (
                f"the process that read it ended (exit status {status}); left out from there on"
            )
            yield Chunk(at, problems=(Problem(sources[at].path, reason),))
        first = at + 1


class _Child:
    """One process that prepares the sources from ``first`` on."""

    def __init__(
        self, sources: Sequence[SourceFile], first: int, tokenizer: str, known: Known
    ) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (this module, by this Python)
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Wherever this one was started from, the child imports the same package.
            cwd=Path(__file__).resolve().parents[1],
        )
        work = (list(enumerate(sources))[first:], tokenizer, known)
        self._feeder = threading.Thread(target=self._feed, args=(work,), daemon=True)
        self._feeder.start()

    def _feed(self, work: object) -> None:
        stream = cast("IO[bytes]", self._process.stdin)
        # It may be gone already: its exit status then says so.
        with contextlib.suppress(BrokenPipeError), stream:
            pickle.dump(work, stream, protocol=5)

    def chunks(self) -> Iterator[Chunk]:
        """What it sends, until it ends."""
        stream = cast("IO[bytes]", self._process.stdout)
        while True:
            head = stream.read(_LENGTH.size)
            if len(head) < _LENGTH.size:
                return
            (size,) = _LENGTH.unpack(head)
            body = stream.read(size)
            if len(body) < size:
                return
            yield pickle.loads(body)  # noqa: S301 (from our own child's pipe)

    def end(self) -> int:
        """Stop it, if it has not ended; its exit status."""
        cast("IO[bytes]", self._process.stdout).close()
        self._process.terminate()
        status = self._process.wait()
        self._feeder.join()
        return status


def _serve(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    from tokenizers import Tokenizer  # noqa: PLC0415 (only the child needs it)

    work: Any = pickle.load(stdin)  # noqa: S301 (from the parent's pipe)
    sources, json_text, known = work
    tokenizer = Tokenizer.from_str(json_text)

    def count(texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        encoded = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(item) for item in encoded]

    for chunk in prepare(sources, count, known):
        body = pickle.dumps(chunk, protocol=5)
        stdout.write(_LENGTH.pack(len(body)) + body)
        stdout.flush()


if __name__ == "__main__":
    # The parent that is interrupted ends its child; both get the terminal's Ctrl-C.
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        _serve(sys.stdin.buffer, sys.stdout.buffer)

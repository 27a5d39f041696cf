"""What a sync tells while it works, and when it is done.

Enters: how far it is. Leaves: ``Progress`` and ``SyncReport``. Deliberately knows nothing of how
anything is read, embedded or stored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from embeddings.embedding_queue import EmbeddingQueue
from embeddings.preparing import Chunk
from embeddings.schema import Problem


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is.

    ``done`` of ``total`` files are read, ``path`` is worked on and ``share`` of it is done, and
    ``embedded`` passages went through the encoder so far, in ``seconds`` since the sync began. At
    the end, while the indexes are brought up to what was read, ``path`` is empty.
    """

    done: int
    total: int
    path: str
    embedded: int
    share: float = 0.0
    seconds: float = field(default=0.0, compare=False)

    @property
    def fraction(self) -> float:
        """How much of the work is done, in [0, 1]; never less than before."""
        return min((self.done + self.share) / max(self.total, 1), 1.0)

    @property
    def rate(self) -> float:
        """Passages embedded a second."""
        return self.embedded / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left, if the rest goes as the part that is done did; None before anything is."""
        return self.seconds * (1 / self.fraction - 1) if self.fraction else None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did.

    ``added``, ``changed`` and ``removed`` hold article ids; ``embedded`` counts passages that
    went through the encoder; ``problems`` are those of every file under the path, also of files
    that did not change since they were last read. ``seconds`` are the busy seconds of each stage,
    which overlap: "scan", "read", "segment", "embed", "store", those of the engine's indexes, and
    "whole" from begin to end.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    embedded: int = 0
    problems: tuple[Problem, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict, compare=False)

    def __bool__(self) -> bool:
        """Whether anything is different from before."""
        return bool(self.added or self.changed or self.removed)


ProgressCallback = Callable[[Progress], None]


class Teller:
    """Tells how far a sync is; what is embedded later than read never takes it back."""

    def __init__(self, paths: Sequence[str], progress: ProgressCallback | None) -> None:
        """Tell of the files at these paths, in this order."""
        self._paths = paths
        self._progress = progress
        self._at = (0, 0.0)
        self._begin = time.perf_counter()
        self.queue: EmbeddingQueue | None = None

    def begins(self, number: int) -> None:
        """Say that a source is worked on."""
        if number < len(self._paths):
            self._tell(number, 0.0)

    def within(self, chunk: Chunk) -> Callable[[float], None]:
        """What is told as the passages of a chunk, and of those before it, are embedded."""
        before = self._at[1] if self._at[0] == chunk.source else 0.0

        def tell(share: float) -> None:
            self._tell(chunk.source, before + share * (chunk.share - before))

        return tell

    def _tell(self, number: int, share: float) -> None:
        self._at = max(self._at, (number, share))
        if self._progress and self.queue:
            done, most = self._at
            total = len(self._paths)
            path, seconds = self._paths[done], time.perf_counter() - self._begin
            self._progress(Progress(done, total, path, self.queue.embedded, most, seconds))

    def indexing(self, embedded: int) -> None:
        """Say that all is read and embedded, and the indexes are brought up to it."""
        if self._progress and self._paths:
            total, seconds = len(self._paths), time.perf_counter() - self._begin
            self._progress(Progress(total, total, "", embedded, 0.0, seconds))

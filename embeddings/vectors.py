"""Keys and rows in, nearest rows out: the vector index of a snapshot, an immutable value.

Enters: int64 keys, which only grow, and unit rows. Leaves: keys with cosines, best first.
Deliberately knows nothing of passages, of SQLite or of which files hold what
(``vector_files.py``): the collection decides what to index, and can always rebuild it.

It is a log-structured merge tree: immutable segments (``vector_segments.py``) of ascending keys,
each at least ``RATIO`` times as large as all after it. A change adds one small segment and marks
rows as gone, so it costs what it adds and not what is there; a reader goes on with the segments it
holds. Small segments are searched exactly; of large ones a compressed scan names candidates,
whose cosines are then exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from embeddings.encoder import FloatArray
from embeddings.vector_files import IntArray
from embeddings.vector_segments import COMPRESSED_FROM, Batch, Segment, as_keys, build

__all__ = ["Batch", "IntArray", "SegmentedIndex", "VectorIndex", "as_keys"]

# A segment is merged with all that came after it once it is no more than this many times as large:
# a row is copied that often at each step of growth, and a search looks at few segments.
RATIO = 4
# What is cheaper to write again than to search by itself.
SMALLEST = 1024
# The share of rows that are gone from which a segment is written again without them.
GONE = 0.25


class VectorIndex(Protocol):
    """What a search asks of a vector index."""

    def __len__(self) -> int:
        """How many rows it holds."""
        ...

    def search(
        self, row: FloatArray, k: int, allowed: IntArray | None = None
    ) -> tuple[IntArray, FloatArray]:
        """The k nearest of the allowed keys: (keys, cosines), best first."""
        ...

    def cosines(self, row: FloatArray, keys: Sequence[int]) -> dict[int, float]:
        """The cosine of each of these keys; keys it does not hold are left out."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SegmentedIndex:
    """Rows of ``dim`` numbers in segments, oldest first; never changed after it is made."""

    dim: int
    segments: tuple[Segment, ...] = ()

    def __len__(self) -> int:
        """How many rows it holds."""
        return sum(len(segment) for segment in self.segments)

    def search(
        self, row: FloatArray, k: int, allowed: IntArray | None = None
    ) -> tuple[IntArray, FloatArray]:
        """Find the nearest rows, on one thread.

        Args:
            row: float32, shape (dim,), unit length.
            k: at most this many.
            allowed: search among these keys only; None for all. Unknown ones are ignored.

        Returns:
            keys and their cosines, best first, equals by key; fewer than k where there are fewer.
        """
        if allowed is not None:
            allowed = ascending(allowed)
        found = [segment.search(row, k, allowed) for segment in self.segments if k > 0]
        if not found:
            return as_keys([]), np.zeros(0, dtype=np.float32)
        keys = np.concatenate([each[0] for each in found])
        cosines = np.concatenate([each[1] for each in found])
        order = np.lexsort((keys, -cosines))[:k]
        return keys[order], cosines[order]

    def cosines(self, row: FloatArray, keys: Sequence[int]) -> dict[int, float]:
        """The cosine of each of these keys; keys it does not hold are left out."""
        wanted = ascending(as_keys(keys))
        known: dict[int, float] = {}
        for segment in self.segments:
            found, cosines = segment.cosines(row, wanted)
            known.update(zip(found.tolist(), cosines.tolist(), strict=True))
        return known

    def updated(
        self, removed: Iterable[int], added: Iterable[Batch], folder: Path | None = None
    ) -> SegmentedIndex:
        """Another index, with keys forgotten and rows added; this one stays as it is.

        Args:
            removed: keys to forget; unknown ones are ignored.
            added: batches of ascending keys, all greater than those that are there, and their
                rows, float32 of shape (len(keys), dim).
            folder: where new segments are written; None keeps them in memory.

        Raises:
            OSError: the folder cannot be written.
        """
        gone = ascending(as_keys([*removed]))
        segments = [segment.without(gone) for segment in self.segments]
        new = build(self.dim, added, folder)
        kept = [segment for segment in [*segments, new] if len(segment)]
        index = type(self)(self.dim, tuple(kept))
        # What makes most of a merged segment anyway may as well make all of it now.
        limit = max(COMPRESSED_FROM, RATIO * len(new))
        return index.merged(index.due(limit), folder)

    def due(self, limit: int | None = None) -> tuple[Segment, ...]:
        """The segments that should be one, the last ones; none where all is well.

        Args:
            limit: only such as make a segment of fewer rows; None for any.
        """
        later, start = 0, len(self.segments)
        for number in range(len(self.segments) - 1, -1, -1):
            segment = self.segments[number]
            together = len(segment) + later
            if limit is not None and together >= limit:
                break
            wasteful = segment.gone > GONE * segment.size
            small = bool(later) and len(segment) <= max(RATIO * later, SMALLEST)
            if small or wasteful:
                start = number
            later = together
        return self.segments[start:]

    def merged(self, parts: Sequence[Segment], folder: Path | None) -> SegmentedIndex:
        """Another index, in which one segment holds the rows of these neighbours."""
        return self.replaced(parts, self.whole(parts, folder)) if parts else self

    def whole(self, parts: Sequence[Segment], folder: Path | None) -> Segment:
        """One segment with the rows of these neighbours."""
        rows = (batch for part in parts for batch in part.batches())
        return build(self.dim, rows, folder)

    def replaced(self, parts: Sequence[Segment], whole: Segment) -> SegmentedIndex:
        """Another index, with a segment in the place of the neighbours it was made of.

        Keys are in order over all segments and never come back, so what holds is the range of
        keys: this index may have changed since ``whole`` was begun. What was removed meanwhile is
        removed from it, and of a segment that took up some of the parts what came later stays.
        """
        first, last = parts[0].keys[0], parts[-1].keys[-1]
        before: list[Segment] = []
        after: list[Segment] = []
        inside = [as_keys([])]
        for segment in self.segments:
            held = segment.held()
            within = held[(held >= first) & (held <= last)]
            inside.append(within)
            rest = segment.without(within)
            (before if segment.keys[0] < first else after).append(rest)
        gone = np.setdiff1d(whole.held(), np.concatenate(inside), assume_unique=True)
        segments = [*before, whole.without(gone), *after]
        return type(self)(self.dim, tuple(segment for segment in segments if len(segment)))

    @classmethod
    def of(cls, keys: IntArray, rows: FloatArray) -> Self:
        """An index in memory of rows, shape (len(keys), dim), under ascending keys."""
        dim = rows.shape[1]
        return cls(dim, tuple(s for s in [build(dim, [(keys, rows)], None)] if len(s)))


def ascending(keys: IntArray) -> IntArray:
    """Keys in order, each once; as they are where they already are so."""
    if np.all(keys[1:] > keys[:-1]):
        return keys
    return np.unique(keys)

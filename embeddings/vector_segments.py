"""One segment of a vector index: ascending keys, their rows, and how they are searched.

Enters: keys and rows, once. Leaves: a ``Segment``, an immutable value that finds the nearest of
its rows. Deliberately knows nothing of other segments, of files no more than where new rows go
(``vector_files.py``), and of FAISS no more than what it is asked (``vector_scans.py``).

Rows are float16: cosines differ from those of float32 rows by less than a thousandth, half the
bytes. From ``COMPRESSED_FROM`` rows on, four bits for each pair of dimensions (product
quantization in lists, scanned in registers: André et al., "Quicker ADC", TPAMI 2021) name
candidates, whose rows are then read and scored exactly. docs/speed.md has the measurements.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatArray
from embeddings.vector_files import HalfArray, IntArray, Rows, RowsInMemory, Written
from embeddings.vector_scans import (
    Mask,
    codes_of,
    compressed,
    exact,
    named,
    nearest,
    parsed,
    rows_of,
    scored,
)

Batch: TypeAlias = tuple[IntArray, FloatArray | HalfArray]

COMPRESSED_FROM = 32_768
# Lists looked at in a search without a filter; with one, all are: its rows may lie anywhere.
PROBES = 192
# Candidates of the compressed scan that are scored exactly: this many and two for each
# wanted row, or four for each where that is more.
CANDIDATES, CANDIDATES_EACH = 400, 4
# Allowed rows up to which all are scored, which takes less than a scan.
GATHERED = 2000
BLOCK = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Rows under ascending keys. ``scan`` is FAISS's index over the rows, or over their codes.

    ``alive`` says which rows are not gone, by position; None where none is.
    """

    name: str
    keys: IntArray
    rows: Rows
    scan: Any
    compressed: bool
    alive: Mask | None = None
    gone: int = 0

    def __len__(self) -> int:
        """How many rows it holds."""
        return len(self.keys) - self.gone

    @property
    def size(self) -> int:
        """How many rows it was made with."""
        return len(self.keys)

    def held(self) -> IntArray:
        """The keys of the rows it holds."""
        return self.keys if self.alive is None else self.keys[self.alive]

    def lost(self) -> IntArray:
        """The keys of the rows that are gone."""
        return self.keys[:0] if self.alive is None else self.keys[~self.alive]

    def without(self, gone: IntArray) -> Segment:
        """The same rows, but these keys (ascending) are gone as well."""
        positions = self._positions(gone)
        if not len(positions):
            return self
        alive = np.ones(self.size, dtype=np.bool_) if self.alive is None else self.alive.copy()
        alive[positions] = False
        return replace(self, alive=alive, gone=self.gone + len(positions))

    def batches(self) -> Iterator[Batch]:
        """All that it holds, a block at a time."""
        for start in range(0, self.size, BLOCK):
            stop = min(start + BLOCK, self.size)
            keys, rows = self.keys[start:stop], self.rows.block(start, stop)
            if self.alive is not None:
                keys, rows = keys[self.alive[start:stop]], rows[self.alive[start:stop]]
            yield keys, rows

    def cosines(self, row: FloatArray, keys: IntArray) -> tuple[IntArray, FloatArray]:
        """Those of the keys (ascending) that it holds, and their cosines."""
        positions = self._positions(keys)
        if not len(positions):
            return self.keys[:0], np.zeros(0, dtype=np.float32)
        order, scores = scored(row, self.rows.take(positions), len(positions))
        return self.keys[positions[order]], scores

    def search(
        self, row: FloatArray, k: int, allowed: IntArray | None
    ) -> tuple[IntArray, FloatArray]:
        """The k nearest of the allowed keys (ascending): keys and cosines, best first."""
        k = min(k, len(self))
        if allowed is None:
            positions, scores = self._among(row, k, self.alive)
            return self.keys[positions], scores
        among = self._positions(allowed)
        if not len(among):
            return self.keys[:0], np.zeros(0, dtype=np.float32)
        k = min(k, len(among))
        if len(among) <= max(GATHERED, _candidates(k)):
            order, scores = scored(row, self.rows.take(among), k)
            return self.keys[among[order]], scores
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[among] = True
        positions, scores = self._among(row, k, mask, everywhere=True)
        return self.keys[positions], scores

    def _among(
        self, row: FloatArray, k: int, mask: Mask | None, everywhere: bool = False
    ) -> tuple[IntArray, FloatArray]:
        """Positions and cosines of the k nearest where the mask lets them; there are k."""
        if not self.compressed:
            return nearest(self.scan, row, k, mask)
        lists = self.scan.nlist if everywhere else PROBES
        positions = named(self.scan, row, min(_candidates(k), self.size), lists, mask)
        if len(positions) < k:
            return self._exactly(row, k, mask)
        order, scores = scored(row, self.rows.take(positions), k)
        return positions[order], scores

    def _exactly(self, row: FloatArray, k: int, mask: Mask | None) -> tuple[IntArray, FloatArray]:
        """As ``_among``, by reading every row: where the lists looked at held too few."""
        found, scores = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        for start in range(0, self.size, BLOCK):
            stop = min(start + BLOCK, self.size)
            here = np.arange(start, stop)
            rows = self.rows.block(start, stop)
            if mask is not None:
                here, rows = here[mask[start:stop]], rows[mask[start:stop]]
            order, more = scored(row, rows, min(k, len(here)))
            found, scores = np.append(found, here[order]), np.append(scores, more)
            best = np.lexsort((found, -scores))[:k]
            found, scores = found[best], scores[best]
        return found, scores

    def _positions(self, keys: IntArray) -> IntArray:
        """Where those of the keys (ascending) stand that it holds."""
        if not len(keys) or not self.size:
            return keys[:0]
        first, last = self.keys[0], self.keys[-1]
        keys = keys[np.searchsorted(keys, first) : np.searchsorted(keys, last, side="right")]
        if last - first + 1 == self.size:
            positions = keys - first
        else:
            positions = np.searchsorted(self.keys, keys)
            positions = positions[self.keys[positions] == keys]
        held: IntArray = positions if self.alive is None else positions[self.alive[positions]]
        return held


def as_keys(keys: Sequence[int]) -> IntArray:
    """Keys as an index takes them."""
    return np.asarray(keys, dtype=np.int64)


def build(dim: int, batches: Iterable[Batch], folder: Path | None) -> Segment:
    """A segment of these rows, written to a folder, or in memory where there is none."""
    if folder is None:
        parts = [(keys, np.asarray(rows, dtype="<f2")) for keys, rows in batches]
        keys = np.concatenate([as_keys([]), *(part[0] for part in parts)])
        rows = np.concatenate([np.zeros((0, dim), dtype="<f2"), *(part[1] for part in parts)])
        return opened(uuid.uuid4().hex, keys, RowsInMemory(rows), None)
    written = Written(folder, dim)
    for some, those in batches:
        written.add(some, those)
    keys, in_file = written.finish()
    made = opened(written.name, keys, in_file, None)
    if made.compressed:
        written.add_codes(codes_of(made.scan))
    return made


def opened(name: str, keys: IntArray, rows: Rows, codes: NDArray[np.uint8] | None) -> Segment:
    """A segment over rows that are there; its codes are computed unless they are given.

    ``codes`` are what FAISS made of its index: the caller has checked that they are ours.
    """
    if len(keys) < COMPRESSED_FROM:
        block = rows.block(0, len(keys))
        # FAISS holds the one copy, and rows are taken out of it.
        scan = exact(block)
        return Segment(name, keys, RowsInMemory(rows_of(scan, block.shape)), scan, False)
    return Segment(name, keys, rows, compressed(rows) if codes is None else parsed(codes), True)


def _candidates(k: int) -> int:
    return max(CANDIDATES + CANDIDATES_EACH * k // 2, CANDIDATES_EACH * k)

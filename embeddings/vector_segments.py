"""One segment of a vector index: ascending keys, their rows, and how they are searched.

Enters: keys and rows, once. Leaves: a ``Segment``, an immutable value that finds the nearest of
its rows. Deliberately knows nothing of other segments, and of files no more than where new rows
go (``vector_files.py``). FAISS lives here.

Rows are float16: cosines differ from those of float32 rows by less than a thousandth, half the
bytes. From ``COMPRESSED_FROM`` rows on, four bits for each pair of dimensions (product
quantization in lists, scanned in registers: André et al., "Quicker ADC", TPAMI 2021) name
candidates, whose rows are then read and scored exactly. docs/speed.md has the measurements.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatArray
from embeddings.errors import CollectionCorrupt
from embeddings.processor import wait_passively
from embeddings.vector_files import HalfArray, IntArray, Rows, RowsInMemory, Written

Batch: TypeAlias = tuple[IntArray, FloatArray | HalfArray]
Mask: TypeAlias = NDArray[np.bool_]

COMPRESSED_FROM = 32_768
# Lists looked at in a search without a filter; with one, all are: its rows may lie anywhere.
PROBES = 192
# Candidates of the compressed scan that are scored exactly: this many and two for each
# wanted row, or four for each where that is more.
CANDIDATES, CANDIDATES_EACH = 400, 4
# Allowed rows up to which all are scored, which takes less than a scan.
GATHERED = 2000
BLOCK = 16_384
# Rows that FAISS is given at a time: it makes several copies of them.
ADDED = 4_096
# Bytes FAISS may always ask for when it opens codes: it checks a table that it then leaves out.
LITTLE = 64_000_000
# For each list, of the rows that the lists are learnt from.
TRAINED_ON = 64
ROUNDS = 8


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
        order, scores = _scored(row, self.rows.take(positions), len(positions))
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
            order, scores = _scored(row, self.rows.take(among), k)
            return self.keys[among[order]], scores
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[among] = True
        positions, scores = self._among(row, k, mask, everywhere=True)
        return self.keys[positions], scores

    def _among(
        self, row: FloatArray, k: int, mask: Mask | None, everywhere: bool = False
    ) -> tuple[IntArray, FloatArray]:
        """Positions and cosines of the k nearest where the mask lets them; there are k."""
        faiss = _faiss()
        only: dict[str, Any] = {}
        if mask is not None:
            packed = np.packbits(mask, bitorder="little")
            only["sel"] = faiss.IDSelectorBitmap(packed)
        if not self.compressed:
            with one_thread():
                params = faiss.SearchParameters(**only)
                scores, found = self.scan.search(row.reshape(1, -1), k, params=params)
            return found[0], scores[0]
        probes = self.scan.nlist if everywhere else min(PROBES, self.scan.nlist)
        with one_thread():
            params = faiss.SearchParametersIVF(nprobe=probes, **only)
            wanted = min(_candidates(k), self.size)
            found = self.scan.search(row.reshape(1, -1), wanted, params=params)[1][0]
        positions = np.sort(found[found >= 0])
        if len(positions) < k:
            return self._exactly(row, k, mask)
        order, scores = _scored(row, self.rows.take(positions), k)
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
            order, more = _scored(row, rows, min(k, len(here)))
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


def _faiss() -> Any:  # noqa: ANN401 (its stubs know neither keyword arguments nor selectors)
    wait_passively()
    import faiss  # noqa: PLC0415 (loaded when needed)

    return faiss


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
        faiss = _faiss()
        written.add_codes(faiss.serialize_index(made.scan))
    return made


def opened(name: str, keys: IntArray, rows: Rows, codes: NDArray[np.uint8] | None) -> Segment:
    """A segment over rows that are there; its codes are computed unless they are given.

    ``codes`` are what FAISS made of its index: the caller has checked that they are ours.
    """
    if len(keys) < COMPRESSED_FROM:
        block = rows.block(0, len(keys))
        # FAISS holds the one copy, and rows are taken out of it.
        scan = _exact(block)
        return Segment(name, keys, RowsInMemory(_codes_of(scan, block.shape)), scan, False)
    return Segment(name, keys, rows, _compressed(rows) if codes is None else parsed(codes), True)


def parsed(codes: NDArray[np.uint8]) -> Any:  # noqa: ANN401 (FAISS's stubs do not know it)
    """The index FAISS wrote; no part of it may take more memory than its file, or a little.

    Raises:
        CollectionCorrupt: this FAISS cannot read it.
    """
    faiss = _faiss()
    faiss.set_deserialization_vector_byte_limit(max(len(codes), LITTLE))
    try:
        return faiss.deserialize_index(codes)
    except RuntimeError as exc:
        raise CollectionCorrupt(f"FAISS cannot read a segment's codes: {exc}") from exc


def _compressed(rows: Rows) -> Any:  # noqa: ANN401 (FAISS's stubs do not know it)
    faiss = _faiss()
    count, dim = rows.shape
    lists = 2 ** round(math.log2(math.sqrt(count)))
    pairs = dim if dim % 2 else dim // 2
    scan: Any = faiss.index_factory(dim, f"IVF{lists},PQ{pairs}x4fs", faiss.METRIC_INNER_PRODUCT)
    scan.cp.niter = ROUNDS
    sample = np.linspace(0, count - 1, min(count, TRAINED_ON * lists)).astype(np.int64)
    learnt = np.empty((len(sample), dim), dtype=np.float32)
    for start in range(0, len(sample), ADDED):
        learnt[start : start + ADDED] = rows.take(sample[start : start + ADDED])
    # Hundreds of small clusterings: threads would wait for each other (8 s for 100,000 rows became
    # 90 s beside busy cores).
    with one_thread():
        scan.train(learnt)
    for start in range(0, count, ADDED):
        scan.add(rows.block(start, min(start + ADDED, count)).astype(np.float32))
    return scan


def _candidates(k: int) -> int:
    return max(CANDIDATES + CANDIDATES_EACH * k // 2, CANDIDATES_EACH * k)


def _exact(rows: HalfArray) -> Any:  # noqa: ANN401 (FAISS's stubs do not know it)
    faiss = _faiss()
    count, dim = rows.shape
    scan: Any = faiss.IndexScalarQuantizer(
        dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    if count:
        scan.add_sa_codes(np.ascontiguousarray(rows).view(np.uint8).reshape(count, 2 * dim))
    return scan


def _codes_of(scan: Any, shape: tuple[int, ...]) -> HalfArray:  # noqa: ANN401 (see _exact)
    """The rows as FAISS holds them; good for as long as ``scan`` is."""
    faiss = _faiss()
    if not shape[0]:
        return np.zeros(shape, dtype="<f2")
    held = faiss.rev_swig_ptr(scan.codes.data(), 2 * shape[0] * shape[1])
    rows: HalfArray = held.view("<f2").reshape(shape)
    return rows


def _scored(row: FloatArray, rows: HalfArray, k: int) -> tuple[IntArray, FloatArray]:
    """Positions of the k best of some rows and their cosines; FAISS reads float16 fastest."""
    if not k:
        return as_keys([]), np.zeros(0, dtype=np.float32)
    with one_thread():
        scores, found = _exact(rows).search(row.reshape(1, -1), k)
    return found[0], scores[0]


@contextmanager
def one_thread() -> Iterator[None]:
    """Let FAISS use one thread meanwhile: many search at once, and waiting for each other costs."""
    faiss = _faiss()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        # torch may share the setting, and embeds passages on all of them.
        faiss.omp_set_num_threads(before)

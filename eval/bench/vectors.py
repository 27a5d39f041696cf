"""A vector index of far more rows than there are passages, measured through its own seam.

Enters: a job that names an index and a number of rows. Leaves: seconds to build, milliseconds a
search, recall, bytes. The rows are those of the index with noise added, again and again, so that
they lie as densely as real passages do.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings import vector_folder
from embeddings.vectors import SegmentedIndex
from eval.bench.job import Job
from eval.bench.resident import memory
from eval.bench.serving import opened_collection
from eval.errors import EvalError

if TYPE_CHECKING:
    from embeddings.collection import Collection
    from embeddings.encoder import FloatArray
    from embeddings.vectors import IntArray, VectorIndex

CHUNK = 50_000
QUERIES = 200
DEPTH = 10
# As many as retrieval asks for; recall is of the first DEPTH.
POOL = 100
# Lengths of the noise, beside rows of length 1: two passages of one story have a cosine of about
# .8 (1 / 1.25), a question and the passage that answers it one of about .6.
ROW_NOISE, QUERY_NOISE = 0.5, 1.3


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Unit rows about real ones; the same numbers every time they are made."""

    real: FloatArray
    count: int

    def chunks(self) -> Iterator[tuple[IntArray, FloatArray]]:
        """Keys from 1 and rows, ``CHUNK`` at a time."""
        for start in range(0, self.count, CHUNK):
            numbers = np.arange(start, min(start + CHUNK, self.count), dtype=np.int64)
            yield numbers + 1, self._about(numbers, ROW_NOISE, seed=start + 1)

    def queries(self) -> FloatArray:
        """Rows to search with, spread over the real ones."""
        step = max(1, len(self.real) // QUERIES)
        return self._about(np.arange(QUERIES, dtype=np.int64) * step, QUERY_NOISE, seed=0)

    def _about(self, numbers: IntArray, noise: float, seed: int) -> FloatArray:
        chance = np.random.default_rng(seed)
        dim = self.real.shape[1]
        added = chance.standard_normal((len(numbers), dim), np.float32)
        rows = self.real[numbers % len(self.real)] + added * np.float32(noise / dim**0.5)
        made: FloatArray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return made


def measure(job: Job) -> dict[str, Any]:
    """Build, save and search an index of ``job.vectors`` rows."""
    with opened_collection(job) as collection:
        real = rows_of(collection)
    if not len(real):
        raise ValueError("the index holds no vectors to make others of")
    rows = Synthetic(real, job.vectors)
    queries = rows.queries()
    right = exact(rows, queries)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        index, build, listed = _built(rows, Path(folder))
        disk = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        count = len(index)
        del index
        before = memory()
        # Opened again, as a serving process would: what building needed is no part of its memory.
        index = vector_folder.load(Path(folder), listed, real.shape[1])
        spent, found = _searched(index, queries)
        after = memory()
    return {
        "rows": count,
        "real": len(real),
        "build_s": build,
        "ms": spent,
        "recall": _recall(found, right),
        "disk": disk,
        "memory": {name: after[name] - before[name] for name in after},
    }


def _built(rows: Synthetic, folder: Path) -> tuple[SegmentedIndex, float, vector_folder.Listed]:
    """The index that a collection of this size would use, and the seconds that building it took."""
    made_in = 0.0

    def timed() -> Iterator[tuple[IntArray, FloatArray]]:
        nonlocal made_in
        started = time.perf_counter()
        for chunk in rows.chunks():
            made_in += time.perf_counter() - started
            yield chunk
            started = time.perf_counter()

    begin = time.perf_counter()
    index = SegmentedIndex(rows.real.shape[1]).updated([], timed(), folder)
    listed = vector_folder.save(index, folder, None)
    return index, time.perf_counter() - begin - made_in, listed


def rows_of(collection: Collection) -> FloatArray:
    """The vectors that a collection's database holds: shape (n, dim).

    Raises:
        EvalError: it lives on another engine than the local one.
    """
    from embeddings.engines.local import LocalEngine  # noqa: PLC0415 (heavy)

    engine = collection.engine
    if not isinstance(engine, LocalEngine):
        raise EvalError("vectors are read from the database of a local index, and this is another")
    blobs = engine.store.connection.execute("SELECT value FROM vectors ORDER BY key")
    blob = b"".join(row[0] for row in blobs)
    dim = collection.encoder.identity.dim
    return np.frombuffer(blob, dtype="<f4").reshape(-1, dim)


def exact(rows: Synthetic, queries: FloatArray) -> IntArray:
    """Keys of the ``DEPTH`` nearest rows of each query, by comparing with every one."""
    keys = np.zeros((len(queries), 0), dtype=np.int64)
    scores = np.zeros((len(queries), 0), dtype=np.float32)
    for chunk, matrix in rows.chunks():
        keys = np.hstack([keys, np.broadcast_to(chunk, (len(queries), len(chunk)))])
        scores = np.hstack([scores, queries @ matrix.T])
        best = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
        keys = np.take_along_axis(keys, best, axis=1)
        scores = np.take_along_axis(scores, best, axis=1)
    return keys


def _searched(index: VectorIndex, queries: FloatArray) -> tuple[list[float], list[list[int]]]:
    index.search(queries[0], POOL)
    spent, found = [], []
    for query in queries:
        begin = time.perf_counter()
        keys, _ = index.search(query, POOL)
        spent.append(1000 * (time.perf_counter() - begin))
        found.append(keys[:DEPTH].tolist())
    return spent, found


def _recall(found: list[list[int]], right: IntArray) -> float:
    shares = [
        len(set(mine) & set(best)) / len(best)
        for mine, best in zip(found, right.tolist(), strict=True)
    ]
    return float(np.mean(shares))

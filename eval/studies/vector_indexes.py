"""The vector index at sizes that no set at hand has: time, memory, disk and recall.

    python -m eval.studies.vector_indexes --data FOLDER [--set multihop_rag] [--size N] [--peers]

Enters: a public set, whose passages and questions are embedded once (kept in --cache). Leaves: a
table on stdout. Passages are multiplied to a size by moving each along the difference of two of its
50 nearest, and a fifth of its length in any direction: clusters stay where real ones are, and no
row has a double. What is exact is computed from the same float16 rows by brute force.

Resident bytes are those that opening the index and asking all questions adds to a process of its
own (``VmRSS``; Linux).
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings import vector_folder
from embeddings.cli import guarded
from embeddings.collection import Collection
from embeddings.encoder import FloatArray
from embeddings.engines.local_snapshot import local
from embeddings.vector_folder import Listed
from embeddings.vectors import Batch, IntArray, SegmentedIndex
from eval.studies.rankings import opened, parser

SIZES = (10_000, 100_000, 300_000, 1_000_000)
NEAREST = 50
STEP, SPREAD = 0.7, 0.2
AT_ONCE = 20_000
SEED = 7
PEERS = ("SQfp16", "RaBitQfs", "IVF{lists},RaBitQfs", "PQ192x4fs", "IVF{lists},PQ192x4fs")
# Candidates that a peer gives, as our own scan does for 100 wanted.
CANDIDATES = 600
COLUMNS = (
    "build s", "MB disk", "B/row", "k=10 p50", "p95", "k=100 p50", "p95", "R@10", "R@100",
    "half p50", "R@100", "-5% p50", "R@100", "+1 ms",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """How a search is asked: of which keys, and how many are wanted."""

    k: int
    allowed: IntArray | None = None


def vectors_of(collection: Collection) -> SegmentedIndex:
    """The vector index of a collection in a folder."""
    vectors = local(collection.snapshot()).vectors
    if not isinstance(vectors, SegmentedIndex):
        raise TypeError(f"expected a SegmentedIndex, found {type(vectors).__name__}")
    return vectors


def grown(rows: FloatArray, size: int) -> Iterator[Batch]:
    """Batches of ``size`` rows around the given ones; the same ones each time."""
    generator = np.random.default_rng(SEED)
    near = np.empty((len(rows), NEAREST), dtype=np.int64)
    for start in range(0, len(rows), 1000):
        alike = rows[start : start + 1000] @ rows.T
        near[start : start + 1000] = np.argsort(-alike, axis=1)[:, 1 : NEAREST + 1]
    for start in range(0, size, AT_ONCE):
        count = min(AT_ONCE, size - start)
        chosen = generator.integers(0, len(rows), count)
        one, other = (near[chosen, generator.integers(0, NEAREST, count)] for _ in range(2))
        noise = generator.standard_normal((count, rows.shape[1]), dtype=np.float32)
        moved = rows[chosen] + STEP * (rows[one] - rows[other])
        moved += SPREAD / np.sqrt(rows.shape[1]) * noise
        moved /= np.linalg.norm(moved, axis=1, keepdims=True)
        yield np.arange(start, start + count), moved.astype(np.float16)


def exact(batches: Iterator[Batch], questions: FloatArray, asked: Sequence[Asked]) -> list[Any]:
    """The right keys of every question, shape (questions, k), for each way of asking."""
    best = [(np.zeros((len(questions), 0)), np.zeros((len(questions), 0), np.int64)) for _ in asked]
    for keys, rows in batches:
        cosines = questions @ np.asarray(rows, dtype=np.float32).T
        for number, ask in enumerate(asked):
            if ask.allowed is None:
                here, among = cosines, keys
            else:
                allowed = np.isin(keys, ask.allowed)
                here, among = cosines[:, allowed], keys[allowed]
            few = np.argpartition(-here, min(ask.k, here.shape[1]) - 1, axis=1)[:, : ask.k]
            scores = np.hstack([best[number][0], np.take_along_axis(here, few, axis=1)])
            names = np.hstack([best[number][1], among[few]])
            order = np.argsort(-scores, axis=1, kind="stable")[:, : ask.k]
            best[number] = (
                np.take_along_axis(scores, order, axis=1),
                np.take_along_axis(names, order, axis=1),
            )
    return [names for _, names in best]


def resident() -> int:
    """Bytes of this process that lie in memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return 1024 * int(line.split()[1])
    return 0


def timed(search: Callable[[FloatArray], Any], questions: FloatArray) -> tuple[list[Any], Any]:
    """What is found for each question, and the milliseconds of each."""
    found, spent = [], []
    for row in questions:
        begin = time.perf_counter()
        found.append(search(row))
        spent.append(1000 * (time.perf_counter() - begin))
    return found, spent


def recall(found: Sequence[IntArray], right: IntArray, k: int) -> float:
    """The share of the k right ones that are among the k found."""
    pairs = zip(found, right, strict=True)
    return statistics.fmean(len(np.intersect1d(f[:k], r[:k])) / k for f, r in pairs)


def searched(
    folder: Path, listed: Listed, questions: FloatArray, asked: Sequence[Asked]
) -> tuple[list[Any], int]:
    """Open an index and ask: what was found with times for each way, and the resident bytes."""
    SegmentedIndex.of(np.arange(9), questions[:9]).search(questions[0], 3)  # FAISS is loaded now
    before = resident()
    index = vector_folder.load(folder, listed, questions.shape[1])
    told = []
    for ask in asked:

        def search(row: FloatArray, ask: Asked = ask) -> IntArray:
            return index.search(row, ask.k, ask.allowed)[0]

        search(questions[0])
        told.append(timed(search, questions))
    return told, resident() - before


def measure(rows: FloatArray, questions: FloatArray, size: int) -> list[float]:
    """The value of each of ``COLUMNS``."""
    generator = np.random.default_rng(SEED)
    half = np.flatnonzero(generator.random(size) < 0.5)
    gone = np.flatnonzero(generator.random(size) < 0.05)
    left = np.setdiff1d(np.arange(size), gone)
    asked = [Asked(10), Asked(100), Asked(100, half)]
    rights = exact(grown(rows, size), questions, [*asked[1:], Asked(100, left)])
    with tempfile.TemporaryDirectory() as name, _alone() as pool:
        folder = Path(name) / "vectors"
        begin = time.perf_counter()
        index = SegmentedIndex(rows.shape[1]).updated([], grown(rows, size), folder)
        built = time.perf_counter() - begin
        listed = vector_folder.save(index, folder)
        told, added = pool.apply(searched, (folder, listed, questions, asked))
        disk = sum(path.stat().st_size for path in folder.iterdir())
        fewer = index.updated(gone, [], folder)
        listed = vector_folder.save(fewer, folder, listed)
        (rest,), _ = pool.apply(searched, (folder, listed, questions, [Asked(100)]))
        begin = time.perf_counter()
        article = np.arange(size, size + 11), rows[:11]
        more = fewer.updated(left[-11:].tolist(), [article], folder)
        vector_folder.clean(folder, vector_folder.save(more, folder, listed))
        one = 1000 * (time.perf_counter() - begin)
    (ten, ten_ms), (hundred, ms), (filtered, half_ms) = told
    p95 = [float(np.quantile(each, 0.95)) for each in (ten_ms, ms)]
    return [
        built, disk / 1e6, added / size,
        statistics.median(ten_ms), p95[0], statistics.median(ms), p95[1],
        recall(ten, rights[0], 10), recall(hundred, rights[0], 100),
        statistics.median(half_ms), recall(filtered, rights[1], 100),
        statistics.median(rest[1]), recall(rest[0], rights[2], 100), one,
    ]  # fmt: skip


def _alone() -> Any:  # noqa: ANN401 (a pool's type cannot be named in its stubs)
    """A process of its own, started from nothing."""
    return multiprocessing.get_context("spawn").Pool(1)


def peers(rows: FloatArray, questions: FloatArray, size: int) -> Iterator[tuple[str, list[float]]]:
    """FAISS's own kinds on the same rows, one thread: the right ones among the candidates."""
    import faiss  # noqa: PLC0415 (loaded when needed)

    right = exact(grown(rows, size), questions, [Asked(100)])[0]
    lists = 2 ** round(np.log2(size) / 2)
    for kind in PEERS:
        name = kind.format(lists=lists)
        begin = time.perf_counter()
        index: Any = faiss.index_factory(rows.shape[1], name, faiss.METRIC_INNER_PRODUCT)
        sample = np.concatenate([np.asarray(r, np.float32) for _, r in grown(rows, 64 * lists)])
        index.train(sample)
        for _, some in grown(rows, size):
            index.add(np.asarray(some, np.float32))
        built = time.perf_counter() - begin
        if name.startswith("IVF"):
            index.nprobe = 128
        before = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        k = 100 if name == "SQfp16" else CANDIDATES

        def search(row: FloatArray, index: Any = index, k: int = k) -> IntArray:  # noqa: ANN401
            found: IntArray = index.search(row.reshape(1, -1), k)[1][0]
            return found

        found, spent = timed(search, questions)
        faiss.omp_set_num_threads(before)
        share = [
            statistics.fmean(np.isin(r[:k], f).mean() for r, f in zip(right, found, strict=True))
            for k in (10, 100)
        ]
        yield (
            name,
            [built, len(faiss.serialize_index(index)) / size, statistics.median(spent), *share],
        )


def main() -> int:
    """Run from the command line."""
    taken = parser("python -m eval.studies.vector_indexes", "The vector index at many sizes.")
    taken.add_argument("--size", type=int, action="append", help="rows; repeatable")
    taken.add_argument("--peers", action="store_true", help="FAISS's own kinds instead")
    chosen = taken.parse_args()
    with opened(chosen) as study:
        vectors = vectors_of(study.collection)
        rows = np.concatenate([rows for part in vectors.segments for _, rows in part.batches()])
        encode = study.collection.encoder.encode_query
        questions = np.stack([encode(case.question) for case in study.dataset.cases[:200]])
    report(rows.astype(np.float32), questions, chosen.size or SIZES, peers_too=chosen.peers)
    return 0


def report(
    rows: FloatArray, questions: FloatArray, sizes: Sequence[int], *, peers_too: bool
) -> None:
    """Print the table."""
    columns = ("build s", "B/row", "p50 ms", "R@10", "R@100") if peers_too else COLUMNS
    sys.stdout.write(f"{len(rows)} passages, {len(questions)} questions\n")
    sys.stdout.write(" | ".join(("rows", *columns)) + "\n")
    for size in sizes:
        lines = (
            peers(rows, questions, size) if peers_too else [("", measure(rows, questions, size))]
        )
        for name, values in lines:
            cells = [f"{value:.4g}" for value in values]
            sys.stdout.write(" | ".join((f"{size:,} {name}", *cells)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(guarded(main))

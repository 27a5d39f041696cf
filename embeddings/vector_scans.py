"""What FAISS does for one segment: all rows compared, or candidates named out of compressed ones.

Enters: float16 rows, then a question's row. Leaves: positions, with cosines where rows were
compared. Deliberately knows nothing of keys, of files, or of how much a search should look at.
FAISS lives here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatArray
from embeddings.errors import CollectionCorrupt
from embeddings.processor import wait_passively
from embeddings.vector_files import HalfArray, IntArray, Rows

Mask: TypeAlias = NDArray[np.bool_]

# Rows that FAISS is given at a time: it makes several copies of them.
ADDED = 4_096
# Bytes FAISS may always ask for when it opens codes: it checks a table that it then leaves out.
LITTLE = 64_000_000
# For each list, of the rows that the lists are learnt from.
TRAINED_ON = 64
ROUNDS = 8


def _faiss() -> Any:  # noqa: ANN401 (its stubs know neither keyword arguments nor selectors)
    wait_passively()
    import faiss  # noqa: PLC0415 (loaded when needed)

    return faiss


def exact(rows: HalfArray) -> Any:  # noqa: ANN401 (FAISS's stubs do not know it)
    """An index over float16 rows that are all compared, held as they are."""
    faiss = _faiss()
    count, dim = rows.shape
    scan: Any = faiss.IndexScalarQuantizer(
        dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    if count:
        scan.add_sa_codes(np.ascontiguousarray(rows).view(np.uint8).reshape(count, 2 * dim))
    return scan


def rows_of(scan: Any, shape: tuple[int, ...]) -> HalfArray:  # noqa: ANN401 (see exact)
    """The rows as FAISS holds them; good for as long as ``scan`` is."""
    faiss = _faiss()
    if not shape[0]:
        return np.zeros(shape, dtype="<f2")
    held = faiss.rev_swig_ptr(scan.codes.data(), 2 * shape[0] * shape[1])
    rows: HalfArray = held.view("<f2").reshape(shape)
    return rows


def compressed(rows: Rows) -> Any:  # noqa: ANN401 (FAISS's stubs do not know it)
    """An index over four bits for each pair of dimensions of these rows, in lists."""
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


def codes_of(scan: Any) -> NDArray[np.uint8]:  # noqa: ANN401 (see exact)
    """The index in FAISS's own form, to be read by ``parsed``."""
    codes: NDArray[np.uint8] = _faiss().serialize_index(scan)
    return codes


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


def nearest(
    scan: Any,  # noqa: ANN401 (see exact)
    row: FloatArray,
    k: int,
    mask: Mask | None,
) -> tuple[IntArray, FloatArray]:
    """Positions and cosines of the k nearest rows where the mask lets them, best first."""
    with one_thread():
        params = _faiss().SearchParameters(**_only(mask))
        scores, found = scan.search(row.reshape(1, -1), k, params=params)
    return found[0], scores[0]


def named(
    scan: Any,  # noqa: ANN401 (see exact)
    row: FloatArray,
    count: int,
    lists: int,
    mask: Mask | None,
) -> IntArray:
    """Positions, ascending, of up to ``count`` candidates out of the nearest compressed lists."""
    with one_thread():
        params = _faiss().SearchParametersIVF(nprobe=min(lists, scan.nlist), **_only(mask))
        found = scan.search(row.reshape(1, -1), count, params=params)[1][0]
    positions: IntArray = np.sort(found[found >= 0])
    return positions


def _only(mask: Mask | None) -> dict[str, Any]:
    if mask is None:
        return {}
    return {"sel": _faiss().IDSelectorBitmap(np.packbits(mask, bitorder="little"))}


def scored(row: FloatArray, rows: HalfArray, k: int) -> tuple[IntArray, FloatArray]:
    """Positions of the k best of some rows and their cosines; FAISS reads float16 fastest."""
    if not k:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    with one_thread():
        scores, found = exact(rows).search(row.reshape(1, -1), k)
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

"""Rows in, nearest rows out: the seam behind which FAISS lives.

Enters: int64 keys and unit rows. Leaves: keys with cosines, best first. Deliberately knows
nothing of passages, SQLite or files' places: the collection decides what to index and where the
file lies, and can always rebuild it, since this index is derived.

``FlatIndex`` is exact inner product, right up to some hundred thousand passages; a larger type
implements ``VectorIndex`` and nothing else changes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatArray
from embeddings.errors import CollectionCorrupt

IntArray = NDArray[np.int64]

# Rows up to which one thread searches: it takes under 5 ms, and two that wait for each other beside
# a busy core were seen to take 70 ms over 12,000 rows.
ONE_THREAD = 100_000


class VectorIndex(Protocol):
    """What a collection asks of a vector index."""

    def __len__(self) -> int:
        """How many rows it holds."""
        ...

    def add(self, keys: IntArray, rows: FloatArray) -> None:
        """Add rows under new keys."""
        ...

    def remove(self, keys: IntArray) -> None:
        """Forget keys; unknown ones are ignored."""
        ...

    def search(
        self, row: FloatArray, k: int, allowed: IntArray | None = None
    ) -> tuple[IntArray, FloatArray]:
        """The k nearest of the allowed keys: (keys, cosines), best first."""
        ...

    def cosines(self, row: FloatArray, keys: Sequence[int]) -> dict[int, float]:
        """The cosine of each of these keys; keys it does not hold are left out."""
        ...

    def copy(self) -> VectorIndex:
        """An independent index with the same rows."""
        ...

    def save(self, path: Path) -> str:
        """Write to a file atomically; returns the file's sha256."""
        ...


class FlatIndex:
    """Exact inner product over float32 rows (FAISS ``IDMap2,Flat``)."""

    def __init__(self, dim: int) -> None:
        """Make an empty index of rows of ``dim`` numbers."""
        import faiss  # noqa: PLC0415 (loaded when needed)

        self.dim = dim
        # Any: FAISS's stubs know neither its keyword arguments nor what cloning returns.
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))

    def __len__(self) -> int:
        """How many rows it holds."""
        return int(self._index.ntotal)

    def add(self, keys: IntArray, rows: FloatArray) -> None:
        """Add rows of shape (len(keys), dim) under new keys."""
        if len(keys):
            self._index.add_with_ids(np.ascontiguousarray(rows, dtype=np.float32), keys)

    def remove(self, keys: IntArray) -> None:
        """Forget keys; unknown ones are ignored."""
        import faiss  # noqa: PLC0415 (loaded when needed)

        if len(keys):
            self._index.remove_ids(faiss.IDSelectorBatch(keys))

    def search(
        self, row: FloatArray, k: int, allowed: IntArray | None = None
    ) -> tuple[IntArray, FloatArray]:
        """Find the nearest rows.

        Args:
            row: float32, shape (dim,), unit length.
            k: at most this many.
            allowed: search among these keys only; None for all.

        Returns:
            keys and their cosines, best first; fewer than k where there are fewer.
        """
        import faiss  # noqa: PLC0415 (loaded when needed)

        if k <= 0 or not len(self) or (allowed is not None and not len(allowed)):
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        params = None
        if allowed is not None:
            params = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]  # its stubs do not know sel
        with _threads(1 if len(self) < ONE_THREAD else None):
            scores, keys = self._index.search(row.reshape(1, -1), min(k, len(self)), params=params)
        found = keys[0] >= 0
        return keys[0][found], scores[0][found]

    def cosines(self, row: FloatArray, keys: Sequence[int]) -> dict[int, float]:
        """The cosine of each of these keys; keys it does not hold are left out."""
        allowed = as_keys(keys)
        found, scores = self.search(row, len(allowed), allowed)
        return dict(zip(found.tolist(), scores.tolist(), strict=True))

    def copy(self) -> FlatIndex:
        """Copy the rows: the other index can change while this one is searched."""
        import faiss  # noqa: PLC0415 (loaded when needed)

        other = FlatIndex(self.dim)
        other._index = faiss.clone_index(self._index)
        return other

    def save(self, path: Path) -> str:
        """Write to ``path`` through a temporary file; returns the file's sha256."""
        import faiss  # noqa: PLC0415 (loaded when needed)

        data = faiss.serialize_index(self._index).tobytes()
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        temporary.write_bytes(data)
        temporary.replace(path)
        return hashlib.sha256(data).hexdigest()

    @classmethod
    def load(cls, path: Path, sha256: str, dim: int) -> FlatIndex:
        """Read what ``save`` wrote.

        The bytes are compared with the sha256 before FAISS parses them: its reader trusts its
        input, so a damaged or swapped file must not reach it.

        Raises:
            CollectionCorrupt: the file is missing, damaged, or of another shape.
        """
        import faiss  # noqa: PLC0415 (loaded when needed)

        try:
            data = path.read_bytes()
        except OSError as exc:
            raise CollectionCorrupt(f"cannot read {path}: {exc}") from exc
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise CollectionCorrupt(f"{path} has sha256 {found}, expected {sha256}")
        loaded = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
        if loaded.d != dim:
            raise CollectionCorrupt(f"{path} holds {loaded.d} dimensions, expected {dim}")
        index = cls(dim)
        index._index = loaded
        return index


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Let FAISS use that many threads meanwhile; None for as many as before."""
    import faiss  # noqa: PLC0415 (loaded when needed)

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(before if count is None else count)
    try:
        yield
    finally:
        # torch may share the setting, and embeds passages on all of them.
        faiss.omp_set_num_threads(before)


def as_keys(keys: Sequence[int]) -> IntArray:
    """Keys as FAISS wants them."""
    return np.asarray(keys, dtype=np.int64)

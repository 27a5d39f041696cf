"""The files of a vector index: plain arrays, written once, checked by their sha256 when opened.

Enters: a folder, keys and rows. Leaves: files that are never changed, their digests, and rows read
back by position. Deliberately knows nothing of searching.

A segment NAME is three files: ``NAME.keys`` (little-endian int64, ascending), ``NAME.rows``
(float16, shape (keys, dim)) and, where it is large, ``NAME.codes`` (FAISS's own form). A name is
never used again, so a reader of the old state never meets the bytes of a new one; what is
deleted while a reader has it open stays with the reader (on Windows, where that cannot be deleted,
it is left for a later sync to delete).
"""

from __future__ import annotations

import hashlib
import os
import uuid
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import CollectionCorrupt

IntArray: TypeAlias = NDArray[np.int64]
HalfArray: TypeAlias = NDArray[np.float16]

KEYS, ROWS, CODES = ".keys", ".rows", ".codes"
GONE = ".gone"


class Rows(Protocol):
    """float16 rows by position."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many, of how many numbers."""
        ...

    def take(self, positions: IntArray) -> HalfArray:
        """Some rows, in the order of the positions."""
        ...

    def block(self, start: int, stop: int) -> HalfArray:
        """Neighbouring rows."""
        ...


@dataclass(frozen=True, slots=True)
class RowsInMemory:
    """Rows of an array."""

    rows: HalfArray

    @property
    def shape(self) -> tuple[int, int]:
        """How many, of how many numbers."""
        return self.rows.shape[0], self.rows.shape[1]

    def take(self, positions: IntArray) -> HalfArray:
        """Some rows, in the order of the positions."""
        return self.rows[positions]

    def block(self, start: int, stop: int) -> HalfArray:
        """Neighbouring rows."""
        return self.rows[start:stop]


class RowsInFile:
    """Rows that stay in their file.

    They are read, not mapped: a map's pages would count as the process's memory, 768 bytes a row
    after some hundred questions, to save half a millisecond a search.
    """

    def __init__(self, path: Path, dim: int) -> None:
        """Open the file; it is closed when nobody uses the rows any more."""
        self._file = path.open("rb", buffering=0)
        weakref.finalize(self, self._file.close)
        self._dim = dim
        self.shape = (os.fstat(self._file.fileno()).st_size // (2 * dim), dim)
        self._mapped: HalfArray | None = None
        if not hasattr(os, "pread"):  # Windows
            self._mapped = np.memmap(path, dtype="<f2", mode="r", shape=self.shape)

    def take(self, positions: IntArray) -> HalfArray:
        """Some rows, in the order of the positions."""
        if self._mapped is not None:
            return np.asarray(self._mapped[positions])
        descriptor, width = self._file.fileno(), 2 * self._dim
        read = [os.pread(descriptor, width, at) for at in (positions * width).tolist()]
        return self._shaped(b"".join(read))

    def block(self, start: int, stop: int) -> HalfArray:
        """Neighbouring rows."""
        if self._mapped is not None:
            return np.asarray(self._mapped[start:stop])
        width = 2 * self._dim
        return self._shaped(os.pread(self._file.fileno(), (stop - start) * width, start * width))

    def _shaped(self, data: bytes) -> HalfArray:
        return np.frombuffer(data, dtype="<f2").reshape(-1, self._dim)


class Written:
    """A segment's files while they are written, a batch at a time."""

    def __init__(self, folder: Path, dim: int) -> None:
        """Nothing is written before there are rows."""
        self.name = uuid.uuid4().hex
        self._folder, self._dim = folder, dim
        self._count = 0

    def add(self, keys: IntArray, rows: NDArray[np.floating]) -> None:
        """Append keys, greater than all before, and their rows."""
        if not len(keys):
            return
        self._folder.mkdir(exist_ok=True)
        for ending, array in ((KEYS, keys.astype("<i8")), (ROWS, rows.astype("<f2"))):
            with (self._folder / (self.name + ending)).open("ab") as file:
                file.write(np.ascontiguousarray(array).tobytes())
        self._count += len(keys)

    def finish(self) -> tuple[IntArray, Rows]:
        """The keys and rows that were written."""
        if not self._count:
            return np.zeros(0, dtype=np.int64), RowsInMemory(np.zeros((0, self._dim), dtype="<f2"))
        keys = np.fromfile(self._folder / (self.name + KEYS), dtype="<i8")
        return keys, RowsInFile(self._folder / (self.name + ROWS), self._dim)

    def add_codes(self, codes: NDArray[np.uint8]) -> None:
        """Write the third file."""
        (self._folder / (self.name + CODES)).write_bytes(codes.data)


def digest(path: Path) -> str:
    """The sha256 of a file.

    Raises:
        CollectionCorrupt: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise CollectionCorrupt(f"cannot read {path}: {exc}") from exc


def checked(path: Path, sha256: str) -> NDArray[np.uint8]:
    """A file's bytes, compared with its sha256 before anybody parses them.

    Raises:
        CollectionCorrupt: it is missing or damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise CollectionCorrupt(f"cannot read {path}: {exc}") from exc
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise CollectionCorrupt(f"{path} has sha256 {found}, expected {sha256}")
    return np.frombuffer(data, dtype=np.uint8)

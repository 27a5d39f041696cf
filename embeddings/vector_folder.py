"""A vector index and its folder: what a manifest lists of it, and what no manifest lists any more.

Enters: a ``SegmentedIndex``, the folder its segments were written to. Leaves: a JSON value that
names each file with its sha256, and the index again from that. Deliberately knows nothing of
generations, of the store, or of where the value is kept.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from embeddings.errors import CollectionCorrupt
from embeddings.vector_files import CODES, GONE, KEYS, ROWS, RowsInFile, checked, digest
from embeddings.vector_segments import Segment, opened
from embeddings.vectors import SegmentedIndex

# Held while a segment is written that no manifest lists yet; the writer's lock is not.
MERGING = "merging.lock"
Listed = dict[str, Any]


def save(index: SegmentedIndex, folder: Path, before: Listed | None = None) -> Listed:
    """Write which rows are gone, and name every file.

    Args:
        index: one whose segments lie in ``folder``.
        folder: where.
        before: what was listed last: a segment's files never change, so neither do their digests.

    Raises:
        OSError, CollectionCorrupt: the folder cannot be written or read.
    """
    known = {entry["name"]: entry for entry in (before or {}).get("segments", ())}
    segments = [known.get(s.name) or _entry(folder, s) for s in index.segments]
    lost = np.concatenate([np.zeros(0, np.int64), *(s.lost() for s in index.segments)])
    if not len(lost):
        return {"segments": segments, "gone": None}
    name, data = uuid.uuid4().hex, lost.astype("<i8").tobytes()
    (folder / (name + GONE)).write_bytes(data)
    gone = {"name": name, GONE: hashlib.sha256(data).hexdigest()}
    return {"segments": segments, "gone": gone}


def _entry(folder: Path, segment: Segment) -> dict[str, str]:
    endings = (KEYS, ROWS, CODES) if segment.compressed else (KEYS, ROWS)
    digests = {ending: digest(folder / (segment.name + ending)) for ending in endings}
    return {"name": segment.name, **digests}


def load(folder: Path, listed: Listed, dim: int, held: Iterable[Segment] = ()) -> SegmentedIndex:
    """Open what ``save`` listed.

    Args:
        folder: where its files lie.
        listed: what ``save`` returned.
        dim: of the rows.
        held: segments that this process has open: they are not read again.

    Raises:
        CollectionCorrupt: a file is missing, damaged, or of another shape.
    """
    have = {segment.name: segment for segment in held}
    try:
        segments = [_opened(folder, entry, dim, have) for entry in listed["segments"]]
        gone = listed["gone"]
        if gone is not None:
            lost = checked(folder / (gone["name"] + GONE), gone[GONE]).view("<i8")
            segments = [segment.without(np.sort(lost)) for segment in segments]
    except (KeyError, TypeError, ValueError, OSError) as exc:
        raise CollectionCorrupt(f"the vectors listed for {folder} are not there: {exc!r}") from exc
    return SegmentedIndex(dim, tuple(segments))


def _opened(
    folder: Path, entry: Mapping[str, str], dim: int, held: Mapping[str, Segment]
) -> Segment:
    name = entry["name"]
    if name in held:
        return replace(held[name], alive=None, gone=0)
    keys = checked(folder / (name + KEYS), entry[KEYS]).view("<i8")
    path = folder / (name + ROWS)
    found = digest(path)
    if found != entry[ROWS]:
        raise CollectionCorrupt(f"{path} has sha256 {found}, expected {entry[ROWS]}")
    rows = RowsInFile(path, dim)
    expected = 2 * dim * len(keys)
    if path.stat().st_size != expected:
        raise CollectionCorrupt(
            f"{path} holds {path.stat().st_size} bytes, expected {expected}: "
            f"{len(keys)} rows of {dim} dimensions"
        )
    codes = checked(folder / (name + CODES), entry[CODES]) if CODES in entry else None
    return opened(name, keys, rows, codes)


def is_there(index: SegmentedIndex, folder: Path, listed: Listed) -> bool:
    """Whether exactly these segments are listed, and their files are there."""
    names = [entry.get("name") for entry in listed["segments"]]
    return [segment.name for segment in index.segments] == names and all(
        (folder / (entry["name"] + ending)).exists()
        for entry in listed["segments"]
        for ending in entry
        if ending != "name"
    )


def clean(folder: Path, listed: Listed) -> None:
    """Delete the files that are not listed, unless somebody is merging segments."""
    entries = [*listed["segments"], listed["gone"] or {}]
    kept = {entry["name"] + ending for entry in entries for ending in entry if ending != "name"}
    kept.add(MERGING)
    with merging(folder) as alone:
        for path in folder.iterdir() if alone else ():
            if path.name not in kept:
                try:
                    path.unlink()
                except OSError:
                    # Windows, a reader has it open: a later sync deletes it.
                    continue


@contextmanager
def merging(folder: Path) -> Iterator[bool]:
    """Be the only one who merges in a folder; False where somebody else is, or there is none."""
    if not folder.is_dir():
        yield False
        return
    lock = FileLock(folder / MERGING, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()

"""The two indexes that are derived from the store, and the snapshot that a search runs on.

Enters: the ``Store``. Leaves: a ``Snapshot`` of one generation. Both indexes can be deleted at any
time; they are caught up from what the store says was added and removed since, or rebuilt when
damaged, missing, or too far behind. Deliberately knows nothing of files, articles or ranking.

``derived.json`` names the vectors' files with their sha256, and the generation that both indexes
show. It is replaced last: whoever finds it older than the store catches up, and repeating that is
safe.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from embeddings import vector_folder
from embeddings.errors import CollectionCorrupt
from embeddings.inputs import encoder_input
from embeddings.lexical import LEXICAL_VERSION, WordEntry, WordIndex
from embeddings.locking import writer_lock
from embeddings.store import Store
from embeddings.vector_folder import Listed
from embeddings.vector_scans import one_thread
from embeddings.vector_segments import Segment
from embeddings.vectors import Batch, SegmentedIndex, VectorIndex, as_keys

MANIFEST = "derived.json"
WORDS = "words"
VECTORS = "vectors"
# Passages read from the store at a time: what a rebuild holds in memory.
READ = 2048


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Both indexes at one generation; never changed after it is made."""

    generation: int
    vectors: VectorIndex
    words: WordIndex


@dataclass(frozen=True, slots=True)
class _Manifest:
    generation: int
    collection: str
    lexical: str
    dim: int
    vectors: Listed


def empty(dim: int) -> Snapshot:
    """The snapshot of a collection nothing was ever put in."""
    return Snapshot(0, SegmentedIndex(dim), WordIndex(None))


def load(directory: Path, store: Store, dim: int, held: Snapshot | None = None) -> Snapshot | None:
    """Open the indexes as they lie there; None where they are missing, damaged or another's.

    Args:
        directory: the collection's folder.
        store: the truth.
        dim: dimension of its vectors.
        held: a snapshot in memory: what it has open of the files is not read again.
    """
    manifest = _read_manifest(directory, store)
    if manifest is None or manifest.dim != dim or not (directory / WORDS).is_dir():
        return None
    segments: Sequence[Segment] = ()
    if held is not None and isinstance(held.vectors, SegmentedIndex):
        segments = held.vectors.segments
    try:
        vectors = vector_folder.load(directory / VECTORS, manifest.vectors, dim, segments)
        words = WordIndex(directory / WORDS)
    except CollectionCorrupt:
        return None
    # An emptied folder opens as an empty index.
    return Snapshot(manifest.generation, vectors, words) if len(words) or not len(vectors) else None


def generation_on_disk(directory: Path, store: Store) -> int | None:
    """The generation that the indexes on disk show; None where there are none."""
    manifest = _read_manifest(directory, store)
    return None if manifest is None else manifest.generation


def is_on_disk(directory: Path, store: Store, snapshot: Snapshot) -> bool:
    """Whether a snapshot is what lies on disk: of that generation, in those files."""
    manifest = _read_manifest(directory, store)
    return (
        manifest is not None
        and manifest.generation == snapshot.generation
        and isinstance(snapshot.vectors, SegmentedIndex)
        and vector_folder.is_there(snapshot.vectors, directory / VECTORS, manifest.vectors)
    )


def catch_up(
    directory: Path,
    store: Store,
    dim: int,
    current: Snapshot | None,
    spent: dict[str, float] | None = None,
) -> Snapshot:
    """Bring the indexes to the store's generation and write them. Needs the writer's lock.

    Args:
        directory: the collection's folder.
        store: the truth.
        dim: dimension of its vectors.
        current: the snapshot to start from, as it lies on disk; None, or one too far behind, means
            rebuilding.
        spent: gets the seconds that "vectors" and "words" took, where there was anything to do.
    """
    upcoming = store.generation
    if current is not None and current.generation == upcoming:
        return current
    vectors, since = SegmentedIndex(dim), -1
    if current is None or current.generation < int(store.meta("purged") or 0):
        WordIndex.discard(directory / WORDS)
    elif isinstance(current.vectors, SegmentedIndex):
        vectors, since = current.vectors, current.generation
    removed, added = _removed(store, since, upcoming), _added(store, since, upcoming)
    begin = time.perf_counter()
    vectors = vectors.updated(removed, _rows(store, added, dim), directory / VECTORS)
    middle = time.perf_counter()
    # Readers hold the old snapshot, and its words with it.
    words = WordIndex(directory / WORDS)
    words.update(removed, _words(store, added))
    if spent is not None:
        spent.update(vectors=middle - begin, words=time.perf_counter() - middle)
    write(directory, store, upcoming, vectors)
    return Snapshot(upcoming, vectors, words)


def write(directory: Path, store: Store, generation: int, vectors: SegmentedIndex) -> None:
    """Make a generation of the vectors, and the words beside them, what lies on disk."""
    folder = directory / VECTORS
    before = _read_manifest(directory, store)
    listed = vector_folder.save(vectors, folder, before.vectors if before else None)
    identity = store.meta("identity") or ""
    manifest = _Manifest(generation, identity, LEXICAL_VERSION, vectors.dim, listed)
    temporary = directory / f"{MANIFEST}.{os.getpid()}.tmp"
    temporary.write_text(json.dumps(asdict(manifest)), encoding="utf-8")
    temporary.replace(directory / MANIFEST)
    vector_folder.clean(folder, listed)
    # What versions before this one kept.
    for old in directory.glob("vectors-*.faiss*"):
        old.unlink(missing_ok=True)


def merge(
    directory: Path, store: Store, snapshot: Snapshot, vectors: SegmentedIndex
) -> Snapshot | None:
    """Make one of the segments that should be one, and let the files on disk say so.

    Reading and writing rows needs no lock; the writer's is asked for when all is written.

    Returns:
        the snapshot with the new segment; None where another was faster, or a sync came between
        whose snapshot this process does not hold.

    Raises:
        OSError, CollectionError: something cannot be read or written; nothing has changed.
    """
    folder, parts = directory / VECTORS, vectors.due()
    with vector_folder.merging(folder) as alone:
        if not alone or not parts:
            return None
        with one_thread():
            whole = vectors.whole(parts, folder)
        with store.translated(), writer_lock(directory):
            manifest = _read_manifest(directory, store)
            if manifest is None:
                return None
            held = [*vectors.segments, whole]
            now = vector_folder.load(folder, manifest.vectors, vectors.dim, held)
            merged = now.replaced(parts, whole)
            write(directory, store, manifest.generation, merged)
    with store.translated(), writer_lock(directory):
        latest = _read_manifest(directory, store)
        if latest is not None:
            vector_folder.clean(folder, latest.vectors)
    same = manifest.generation == snapshot.generation
    return Snapshot(snapshot.generation, merged, snapshot.words) if same else None


def _removed(store: Store, since: int, upto: int) -> list[int]:
    """Keys of the passages that disappeared between two generations."""
    query = (
        "SELECT p.key FROM articles a CROSS JOIN passages p ON p.article = a.key "
        "WHERE a.removed > ? AND a.removed <= ? AND a.added <= ?"
    )
    return [row[0] for row in store.connection.execute(query, (since, upto, since))]


def _added(store: Store, since: int, upto: int) -> list[int]:
    """Keys of the passages that appeared between two generations, ascending."""
    query = (
        "SELECT p.key FROM articles a CROSS JOIN passages p ON p.article = a.key "
        "WHERE a.added > ? AND a.added <= ? AND (a.removed IS NULL OR a.removed > ?) "
    )
    return sorted(row[0] for row in store.connection.execute(query, (since, upto, upto)))


def _portions(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + READ] for start in range(0, len(keys), READ))


def _rows(store: Store, keys: Sequence[int], dim: int) -> Iterator[Batch]:
    query = (
        "SELECT v.value FROM json_each(?) j CROSS JOIN passages p ON p.key = j.value "
        "CROSS JOIN vectors v ON v.key = p.vector"
    )
    for some in _portions(keys):
        values = store.connection.execute(query, (json.dumps(some),)).fetchall()
        blob = b"".join(row[0] for row in values)
        yield as_keys(some), np.frombuffer(blob, dtype="<f4").reshape(len(some), dim)


def _words(store: Store, keys: Sequence[int]) -> Iterator[WordEntry]:
    query = (
        "SELECT p.key, p.article, p.start, p.end FROM json_each(?) j "
        "CROSS JOIN passages p ON p.key = j.value"
    )
    for some in _portions(keys):
        rows = store.connection.execute(query, (json.dumps(some),)).fetchall()
        articles = store.articles_by_key(sorted({row[1] for row in rows}))
        for key, owner, start, end in rows:
            yield WordEntry(key, owner, encoder_input(articles[owner], start, end))


def _read_manifest(directory: Path, store: Store) -> _Manifest | None:
    try:
        manifest = _Manifest(**json.loads((directory / MANIFEST).read_text(encoding="utf-8")))
        names = [entry["name"] for entry in manifest.vectors["segments"]]
    except (OSError, ValueError, TypeError, KeyError):
        # Missing, damaged or of an earlier version: derived, so rebuilding is the remedy.
        return None
    plain = all(isinstance(name, str) and name.isalnum() for name in names)
    same = (manifest.lexical, manifest.collection) == (LEXICAL_VERSION, store.meta("identity"))
    return manifest if same and plain else None

"""The two indexes that are derived from the store, and the snapshot that a search runs on.

Enters: the ``Store``. Leaves: a ``Snapshot`` of one generation. Both indexes can be deleted at any
time; they are caught up from what the store says was added and removed since, or rebuilt when
damaged, missing, or too far behind. Deliberately knows nothing of files, articles or ranking.

``derived.json`` names the FAISS file with its sha256, and the generation that both indexes show.
It is replaced last: whoever finds it older than the store catches up, and repeating that is safe.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embeddings.encoder import FloatArray
from embeddings.errors import CollectionCorrupt
from embeddings.inputs import encoder_input
from embeddings.lexical import LEXICAL_VERSION, WordEntry, WordIndex
from embeddings.store import Store
from embeddings.vectors import FlatIndex, IntArray, VectorIndex, as_keys

MANIFEST = "derived.json"
WORDS = "words"


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
    vectors: str
    sha256: str
    lexical: str


@dataclass(frozen=True, slots=True)
class _Delta:
    """Passages that appeared and disappeared between two generations."""

    removed: list[int]
    keys: IntArray
    rows: FloatArray
    words: list[WordEntry]


def empty(dim: int) -> Snapshot:
    """The snapshot of a collection nothing was ever put in."""
    return Snapshot(0, FlatIndex(dim), WordIndex(None))


def load(directory: Path, store: Store, dim: int) -> Snapshot | None:
    """Open the indexes as they lie there; None where they are missing, damaged or another's."""
    manifest = _read_manifest(directory, store)
    if manifest is None or not (directory / WORDS).is_dir():
        return None
    try:
        vectors = FlatIndex.load(directory / manifest.vectors, manifest.sha256, dim)
        words = WordIndex(directory / WORDS)
    except CollectionCorrupt:
        return None
    # An emptied folder opens as an empty index.
    return Snapshot(manifest.generation, vectors, words) if len(words) or not len(vectors) else None


def generation_on_disk(directory: Path, store: Store) -> int | None:
    """The generation that the indexes on disk show; None where there are none."""
    manifest = _read_manifest(directory, store)
    return None if manifest is None else manifest.generation


def catch_up(directory: Path, store: Store, dim: int, current: Snapshot | None) -> Snapshot:
    """Bring the indexes to the store's generation and write them. Needs the writer's lock.

    Args:
        directory: the collection's folder.
        store: the truth.
        dim: dimension of its vectors.
        current: the snapshot to start from; None, or one too far behind, means rebuilding.
    """
    upcoming = store.generation
    if current is not None and current.generation == upcoming:
        return current
    if current is None or current.generation < int(store.meta("purged") or 0):
        WordIndex.discard(directory / WORDS)
        current = Snapshot(0, FlatIndex(dim), WordIndex(directory / WORDS))
        delta = _delta(store, -1, upcoming, dim)
    else:
        delta = _delta(store, current.generation, upcoming, dim)
    # Readers hold the old snapshot: its vectors are copied, never changed in place.
    vectors = current.vectors.copy()
    vectors.remove(as_keys(delta.removed))
    vectors.add(delta.keys, delta.rows)
    words = WordIndex(directory / WORDS)
    words.update(delta.removed, delta.words)
    _write(directory, store, upcoming, vectors)
    return Snapshot(upcoming, vectors, words)


def _delta(store: Store, since: int, upto: int, dim: int) -> _Delta:
    removed = [
        row[0]
        for row in store.connection.execute(
            "SELECT p.key FROM passages p JOIN articles a ON a.key = p.article "
            "WHERE a.removed > ? AND a.removed <= ? AND a.added <= ?",
            (since, upto, since),
        )
    ]
    rows = store.connection.execute(
        "SELECT p.key, p.article, p.start, p.end, v.value FROM passages p "
        "JOIN articles a ON a.key = p.article JOIN vectors v ON v.key = p.vector "
        "WHERE a.added > ? AND a.added <= ? AND (a.removed IS NULL OR a.removed > ?) "
        "ORDER BY p.key",
        (since, upto, upto),
    ).fetchall()
    articles = store.articles_by_key(sorted({row[1] for row in rows}))
    words = [
        WordEntry(key, owner, encoder_input(articles[owner], start, end))
        for key, owner, start, end, _ in rows
    ]
    blob = b"".join(row[4] for row in rows)
    matrix = np.frombuffer(blob, dtype="<f4").reshape(len(rows), dim)
    return _Delta(removed, as_keys([row[0] for row in rows]), matrix, words)


def _write(directory: Path, store: Store, generation: int, vectors: VectorIndex) -> None:
    name = f"vectors-{generation}.faiss"
    digest = vectors.save(directory / name)
    manifest = {
        "generation": generation,
        "collection": store.meta("identity"),
        "vectors": name,
        "sha256": digest,
        "lexical": LEXICAL_VERSION,
    }
    temporary = directory / f"{MANIFEST}.{os.getpid()}.tmp"
    temporary.write_text(json.dumps(manifest), encoding="utf-8")
    temporary.replace(directory / MANIFEST)
    for old in directory.glob("vectors-*.faiss*"):
        if old.name != name:
            old.unlink(missing_ok=True)


def _read_manifest(directory: Path, store: Store) -> _Manifest | None:
    try:
        manifest = _Manifest(**json.loads((directory / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        # Missing or damaged: derived, so rebuilding is the remedy, not an error.
        return None
    same = (manifest.lexical, manifest.collection) == (LEXICAL_VERSION, store.meta("identity"))
    return manifest if same else None

"""The newest snapshot that can be searched, shared by all threads of a process.

Enters: the ``Store``, whose generation grows as this or another process syncs. Leaves: a
``Snapshot`` of that generation, loaded, caught up or rebuilt as little as will do. Deliberately
knows nothing of articles, of how the indexes are built (``derived.py``), or of ranking.
"""

from __future__ import annotations

import threading
from pathlib import Path

from embeddings import derived
from embeddings.derived import Snapshot
from embeddings.errors import CollectionError, CollectionLocked, CollectionUnwritable
from embeddings.locking import writer_lock
from embeddings.store import Store
from embeddings.vectors import SegmentedIndex


class CurrentSnapshot:
    """Keeps one collection's snapshot in step with its store; safe to share between threads."""

    def __init__(self, directory: Path, store: Store, dim: int) -> None:
        """Nothing is loaded before it is asked for.

        Args:
            directory: the index folder.
            store: the truth in it.
            dim: dimension of its vectors.
        """
        self._directory = directory
        self._store = store
        self._dim = dim
        self._snapshot: Snapshot | None = None
        # Not one lock: a sync publishes while another thread waits for it in ``get``.
        self._lock = threading.Lock()
        self._swapping = threading.Lock()
        self._merging = threading.Lock()

    def get(self) -> Snapshot:
        """The snapshot in memory, or a newer one if a sync made some.

        Where a writer is busy with the indexes, the older snapshot, still consistent.

        Raises:
            CollectionLocked: there is no older one, and another process is busy with the first.
            CollectionUnwritable, CollectionCorrupt: they cannot be read or rebuilt.
        """
        with self._store.translated():
            current = self._snapshot
            generation = self._store.generation
            if current is not None and current.generation >= generation:
                return current
            with self._lock:
                return self._refreshed(generation)

    def catch_up(self, spent: dict[str, float] | None = None) -> Snapshot:
        """Bring the indexes on disk to the store's generation; with the writer's lock held.

        Args:
            spent: gets the seconds that each index took.

        Raises:
            CollectionUnwritable: they cannot be written.
        """
        start = self._snapshot
        if start is None or not derived.is_on_disk(self._directory, self._store, start):
            start = derived.load(self._directory, self._store, self._dim, held=start)
        try:
            caught_up = derived.catch_up(self._directory, self._store, self._dim, start, spent)
        except OSError as exc:
            raise CollectionUnwritable(f"cannot write to {self._directory}: {exc}") from exc
        self._merge_later(caught_up)
        return self._publish(caught_up)

    def _merge_later(self, snapshot: Snapshot) -> None:
        """Have large segments merged meanwhile: searches go on with the ones that are there."""
        vectors = snapshot.vectors
        if self._merging.locked() or not isinstance(vectors, SegmentedIndex) or not vectors.due():
            return
        # No daemon: a process that ends waits, some seconds once in thousands of articles.
        threading.Thread(target=self._merge, args=(snapshot, vectors), name="merging").start()

    def _merge(self, snapshot: Snapshot, vectors: SegmentedIndex) -> None:
        if not self._merging.acquire(blocking=False):
            return
        try:
            merged = derived.merge(self._directory, self._store, snapshot, vectors)
        except (OSError, CollectionError):
            # Nothing is lost but time: the segments are searched as they are, and the next sync
            # tries again. Whoever syncs is told of a full disk there.
            return
        finally:
            self._merging.release()
        with self._swapping:
            if merged is not None and self._snapshot is snapshot:
                self._snapshot = merged

    def _refreshed(self, generation: int) -> Snapshot:
        current = self._snapshot
        if current is not None and current.generation >= generation:
            return current
        if generation == 0:
            return self._publish(derived.empty(self._dim))
        if current is None or self._on_disk() == generation:
            current = derived.load(self._directory, self._store, self._dim, current) or current
        if current is not None and current.generation == generation:
            return self._publish(current)
        # A writer is between its commit and its indexes, or was killed there. Whoever gets the
        # lock finishes the work; who does not goes on with the older, still consistent snapshot.
        try:
            with writer_lock(self._directory, wait=current is None):
                return self.catch_up()
        except CollectionLocked as exc:
            if current is not None:
                return self._publish(current)
            raise CollectionLocked(
                f"another process is building the indexes of {self._directory}; try again soon"
            ) from exc

    def _on_disk(self) -> int | None:
        return derived.generation_on_disk(self._directory, self._store)

    def _publish(self, snapshot: Snapshot) -> Snapshot:
        """Let searches use a snapshot, unless they already have a newer one."""
        with self._swapping:
            if self._snapshot is None or snapshot.generation > self._snapshot.generation:
                self._snapshot = snapshot
            return self._snapshot

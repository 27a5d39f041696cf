"""One writer at a time: the lock of an index folder, held across processes.

Enters: an index folder. Leaves: a block that no other writer enters meanwhile. Deliberately knows
nothing of what is written; readers never ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from embeddings.errors import CollectionLocked, CollectionUnwritable

LOCK = "write.lock"
LOCK_SECONDS = 10.0


@contextmanager
def writer_lock(directory: Path, *, wait: bool = True) -> Iterator[None]:
    """Be the only writer of an index folder during a block.

    Args:
        directory: the index folder; it exists.
        wait: up to ``LOCK_SECONDS`` for the one that writes now; not at all where False.

    Raises:
        CollectionLocked: another process is writing.
        CollectionUnwritable: the lock's file cannot be made.
    """
    lock = FileLock(directory / LOCK, timeout=LOCK_SECONDS if wait else 0)
    try:
        lock.acquire()
    except Timeout as exc:
        raise CollectionLocked(
            f"another process is writing to {directory}; try again when it is done"
        ) from exc
    except OSError as exc:
        raise CollectionUnwritable(
            f"cannot write to {directory}: {exc}; choose another folder with --index"
        ) from exc
    try:
        yield
    finally:
        lock.release()

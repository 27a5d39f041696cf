"""One writer at a time, where there is no file to lock: a row that says who writes and until when.

Enters: the table of leases. Leaves: a block that no other writer enters meanwhile. Deliberately
knows nothing of what is written.

Weaker than a file's lock in two ways. Milvus cannot replace a row on a condition: who takes the
lease writes it, waits, and reads whether it is still theirs, so two could hold it if one of them
stood still for longer than ``SETTLE_SECONDS`` between its two calls. And a lease ends by the clock:
who stood still until it ended, or whose clock is behind, may go on beside the next writer. So it is
read again before every batch and before a generation is made current: who lost it stops there, and
what it wrote is not visible unless it lost it within the very step.
"""

from __future__ import annotations

import json
import os
import platform
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from embeddings.engines.milvus.table import Table
from embeddings.errors import CollectionError, CollectionLocked

# How long a writer that was killed keeps others out, where it cannot be seen that it is gone.
LEASE_SECONDS = 30.0
SETTLE_SECONDS = 0.1
WAIT_SECONDS = 10.0
_KEY = "writer"
_PROCESS = uuid.uuid4().hex


def _place() -> str:
    """This machine, and the space of process numbers within; more than one may have its name."""
    space = boot = ""
    with suppress(OSError, AttributeError):
        space = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 (no path: a name)
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{platform.node()} {boot} {space}"


class Lease:
    """The lease of one collection."""

    def __init__(self, table: Table, shown: str, *, alone: bool) -> None:
        """Take it in ``table``.

        Args:
            table: where leases are.
            shown: the collection's address, for people.
            alone: whether no other process can reach the table: then a lease that another one
                left is no longer held.
        """
        self._table, self._shown, self._alone = table, shown, alone
        self._mine = ""
        # Threads of one engine take turns before they ask for the row.
        self._turn = threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only writer during a block.

        Raises:
            CollectionLocked: another one is writing.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        if not self._turn.acquire(timeout=WAIT_SECONDS):
            raise self._locked()
        try:
            with self._taken(deadline):
                yield
        finally:
            self._turn.release()

    def _locked(self) -> CollectionLocked:
        return CollectionLocked(
            f"another process is writing to {self._shown}; try again when it is done"
        )

    @contextmanager
    def _taken(self, deadline: float) -> Iterator[None]:
        mine = uuid.uuid4().hex
        while not self._took(mine):
            if time.monotonic() > deadline:
                raise self._locked()
            time.sleep(SETTLE_SECONDS)
        self._mine = mine
        done = threading.Event()
        renewing = threading.Thread(target=self._renew, args=(mine, done), daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()
            self._mine = ""
            # Where it cannot be given back it ends by itself, and what went wrong is told already.
            with suppress(CollectionError):
                if self._owner().get("owner") == mine:
                    self._table.delete(f'pk in ["{_KEY}"]')

    def check(self) -> None:
        """Make sure that it is still held.

        Raises:
            CollectionLocked: it ended, and another one may be writing.
        """
        row = self._owner()
        if row.get("owner") != self._mine or float(row["until"]) < time.time():
            raise CollectionLocked(
                f"this process stood still for {LEASE_SECONDS:.0f} s or more and is no longer the "
                f"writer of {self._shown}; nothing of it is visible: run it again"
            )

    def _took(self, mine: str) -> bool:
        row = self._owner()
        if row and not self._is_free(row):
            return False
        self._write(mine)
        if not self._alone:
            time.sleep(SETTLE_SECONDS)
        return bool(self._owner().get("owner") == mine)

    def _is_free(self, row: dict[str, Any]) -> bool:
        if row["process"] == _PROCESS:
            return float(row["until"]) < time.time()
        gone = row["place"] == _place() and not _is_alive(int(row["pid"]))
        return self._alone or gone or float(row["until"]) < time.time()

    def _owner(self) -> dict[str, Any]:
        found = self._table.rows(f'pk == "{_KEY}"', "body")
        return dict(json.loads(found[0]["body"])) if found else {}

    def _write(self, mine: str) -> None:
        row = {
            "owner": mine,
            "process": _PROCESS,
            "place": _place(),
            "pid": os.getpid(),
            "until": time.time() + LEASE_SECONDS,
        }
        self._table.upsert([{"pk": _KEY, "body": json.dumps(row)}])

    def _renew(self, mine: str, done: threading.Event) -> None:
        while not done.wait(LEASE_SECONDS / 3):
            # A call that fails is made again; whether it was in time is for ``check`` to say.
            with suppress(CollectionError):
                row = self._owner()
                if row.get("owner") != mine or float(row["until"]) < time.time():
                    # It ended: another one may have seen that, and be about to write.
                    return
                self._write(mine)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

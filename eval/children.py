"""A job in a process of its own, and what it wrote, whatever becomes of it.

Enters: a module that takes the path of a job's file, and how long it may take. Leaves: the JSON
object that it wrote to its result file, or why it wrote none. The process and all it started are
killed at the limit. Deliberately knows nothing of what a job is.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# How often whoever waits is told that the process still runs, in seconds.
TICK = 0.5


@dataclass(frozen=True, slots=True)
class Child:
    """What is started: ``python -m module job``, which writes ``result``; both streams to ``log``.

    ``environment`` is all that it sees.
    """

    module: str
    job: Path
    result: Path
    log: Path
    environment: Mapping[str, str]


def perform(
    child: Child, timeout: float, tick: Callable[[], object] = lambda: None
) -> dict[str, Any]:
    """Run a job to its end or to its limit.

    Args:
        child: what to start.
        timeout: in seconds; then the process and all it started are killed.
        tick: called about twice a second meanwhile.

    Returns:
        what the process wrote; ``{"error": reason}`` where it failed, hung or died.
    """
    command = [sys.executable, "-m", child.module, str(child.job)]
    with child.log.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (this program, with a file it wrote)
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(child.environment),
            start_new_session=True,
        )
        try:
            status = _waited(process, timeout, tick)
        finally:
            _end(process)
    if status is None:
        return {"error": f"timeout: not done after {timeout:g} s"}
    return _result(child.result, status, child.log)


def _waited(
    process: subprocess.Popen[bytes], timeout: float, tick: Callable[[], object]
) -> int | None:
    """The exit status; None at the limit."""
    limit = time.monotonic() + timeout
    while True:
        left = limit - time.monotonic()
        if left <= 0:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(min(TICK, left))
        tick()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the process and of all it started; it leads a session of its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _result(path: Path, status: int, log: Path) -> dict[str, Any]:
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {"error": f"{_ended(status)}{_last_line(log)}"}
    return dict(result) if isinstance(result, Mapping) else {"error": "it wrote no result"}


def _ended(status: int) -> str:
    if status >= 0:
        return f"the process ended with status {status}"
    try:
        return f"the process was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"the process was killed by signal {-status}"


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"; its last line: {lines[-1].strip()}" if lines else ""

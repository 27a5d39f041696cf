"""Starts a worker and waits for it, whatever becomes of it.

Enters: a job and how long it may take. Leaves: what the worker wrote, or why it wrote nothing.
Deliberately knows nothing of what is measured.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.peers.worker import Job

# The documented switches by which each library is kept from reporting and from downloading.
QUIET = {
    "ANONYMIZED_TELEMETRY": "False",  # Chroma
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    # Every system embeds on the processor, so that a graphics card helps nobody.
    "CUDA_VISIBLE_DEVICES": "",
}
LOG = "worker.log"


def environment(threads: int) -> dict[str, str]:
    """What a worker sees: this process's environment, quiet, with the same threads for all."""
    # This project waits passively by itself; on a machine that does anything else besides, a
    # peer whose threads spin would be measured many times slower than it is.
    same = {"OMP_NUM_THREADS": str(threads), "OMP_WAIT_POLICY": "PASSIVE"}
    return {**os.environ, **QUIET, **same}


def perform(job: Job, folder: Path, *, threads: int, timeout: float) -> dict[str, Any]:
    """Do a job in a process of its own.

    Args:
        job: what to do; its result file is in ``folder`` or below.
        folder: an empty folder for the job, the log and the result.
        threads: how many threads the numeric libraries may use.
        timeout: in seconds; then the process and all it started are killed.

    Returns:
        what the worker wrote; ``{"error": reason}`` where it failed, hung or died.
    """
    job.write(folder / "job.json")
    command = [sys.executable, "-m", "eval.peers.worker", str(folder / "job.json")]
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 (this program, with a file it wrote)
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(threads),
            start_new_session=True,
        )
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            return {"error": f"timeout: not done after {timeout:g} s"}
        finally:
            _end(process)
    return _result(Path(job.result), status, folder / LOG)


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

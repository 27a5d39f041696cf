"""Starts a worker and waits for it, whatever becomes of it.

Enters: a job and how long it may take. Leaves: what the worker wrote, or why it wrote nothing.
Deliberately knows nothing of what is measured.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from eval import children
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
    child = children.Child(
        module="eval.peers.worker",
        job=folder / "job.json",
        result=Path(job.result),
        log=folder / LOG,
        environment=environment(threads),
    )
    return children.perform(child, timeout)

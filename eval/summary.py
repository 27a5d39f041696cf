"""A run's results -> ``summary.json``: every figure with its n and interval, and what made it.

Enters: a ``Run``. Leaves: a JSON value. Deliberately holds no path of this machine and nothing
about its user, so that it can be committed as a baseline.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.results import Result, failures
from eval.runner import Run
from eval.scoring.measures import figures

# Of each kind of question alone: enough for two digits, and a fifth of the time.
KIND_RESAMPLES = 400


def summarise(run: Run) -> dict[str, Any]:
    """The summary of a run; its keys are described in docs/evaluation.md."""
    results = run.results
    kinds = sorted({result.kind for result in results if result.kind})
    return {
        "set": run.identity["set"],
        "cases": len(results),
        "complete": run.complete,
        "figures": [figure.record() for figure in figures(results)],
        "by_kind": {kind: _of_kind(results, kind) for kind in kinds},
        "failed": [{"id": one.id, "reason": one.failed} for one in failures(results)],
        "index": dict(run.index),
        "start": dict(run.start),
        "peak_memory_mb": run.peak_memory_mb,
        "settings": dict(run.identity["settings"]),
        "identity": {k: v for k, v in run.identity.items() if k != "settings"},
        "made_of": {k: v for k, v in run.made_of.items() if k != "versions"},
        "versions": dict(run.made_of.get("versions", {})),
        "machine": machine(),
        "started": run.started,
        "seconds": run.seconds,
    }


def _of_kind(results: Sequence[Result], kind: str) -> list[Mapping[str, Any]]:
    chosen = [result for result in results if result.kind == kind]
    return [figure.record() for figure in figures(chosen, resamples=KIND_RESAMPLES)]


def machine() -> dict[str, Any]:
    """The machine in words and numbers, without its name."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _memory_gb() -> float | None:
    if sys.platform == "win32":
        return None
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)

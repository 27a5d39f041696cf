"""Taking articles in, measured: the first time, again without changes, and with one change.

Enters: a job. Leaves: seconds, counts and bytes as JSON values. Runs in a process of its own.
Deliberately knows nothing of questions.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.bench.job import Job
from eval.bench.resident import on_disk
from eval.memory import peak_memory

if TYPE_CHECKING:
    from embeddings.sync_report import Progress

# Busy seconds by stage, in the order of the work, as ``SyncReport.seconds`` names them.
STAGES = ("scan", "read", "segment", "embed", "store", "vectors", "words")
REPEATS = 5
# What a changed article tells more than before.
CHANGE = "\n\nThe newsroom corrected this article after {} readers had written."
TOLD_EVERY = 0.5


def ingest(job: Job) -> dict[str, Any]:
    """Sync all articles into a new index, the model loaded before."""
    from embeddings.collection import Collection  # noqa: PLC0415 (heavy)

    index = Path(job.index)
    shutil.rmtree(index, ignore_errors=True)
    with job.opened() as encoder:
        begin = time.perf_counter()
        encoder.encode_query("Is the model in memory?")
        loaded = time.perf_counter()
        with Collection.open(index, encoder=encoder) as collection:
            opened = time.perf_counter()
            report = collection.sync(job.articles, _teller(Path(job.progress)))
            collection.snapshot()
            whole = time.perf_counter() - opened
            status = collection.status()
    return {
        "load_s": loaded - begin,
        "whole_s": whole,
        "stages_s": stages(report.seconds),
        "articles": status.articles,
        "passages": status.passages,
        "embedded": report.embedded,
        "problems": len(report.problems),
        "peak_memory": peak_memory(),
        "disk": on_disk(index),
    }


def stages(seconds: Mapping[str, float]) -> dict[str, float]:
    """The stages of a sync that it tells of, in their order; the whole is measured from outside."""
    return {name: seconds[name] for name in STAGES if name in seconds}


def resync(job: Job) -> dict[str, Any]:
    """Sync again: nothing changed, then one article each time; at last all as it was."""
    from embeddings.collection import Collection  # noqa: PLC0415 (heavy)

    files = sorted(Path(job.articles).rglob("*.jsonl"))[:REPEATS]
    with job.opened() as encoder, Collection.open(job.index, encoder=encoder) as collection:
        # Not timed: it loads model and indexes, and puts back what a killed process left changed.
        collection.sync(job.articles)
        encoder.encode_query("Is the model in memory?")
        same, changed = [], []
        for _ in range(REPEATS):
            report, seconds = _timed(lambda: collection.sync(job.articles))
            _expect(not report, "a sync without changes changed something")
            same.append(seconds)
        kept = {file: file.read_bytes() for file in files}
        try:
            for number, (file, before) in enumerate(kept.items(), start=1):
                file.write_text(_changed(before, number), encoding="utf-8")
                report, seconds = _timed(lambda: collection.sync(job.articles))
                found = (len(report.added), len(report.changed), len(report.removed))
                _expect(found == (0, 1, 0), f"one article was changed, the sync says {found}")
                changed.append({"whole_s": seconds, "stages_s": stages(report.seconds)})
        finally:
            for file, before in kept.items():
                file.write_bytes(before)
            collection.sync(job.articles)
    return {"unchanged_s": same, "changed": changed}


def _changed(line: bytes, number: int) -> str:
    row = json.loads(line)
    return json.dumps({**row, "text": row["text"] + CHANGE.format(number)}) + "\n"


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    done = work()
    return done, time.perf_counter() - begin


def _expect(right: bool, otherwise: str) -> None:
    if not right:
        raise AssertionError(otherwise)


def _teller(path: Path) -> Callable[[Progress], None]:
    """Keeps the share done in a file, now and then."""
    last = 0.0

    def tell(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= TOLD_EVERY:
            last = now
            path.write_text(f"{progress.fraction:.4f}", encoding="ascii")

    return tell

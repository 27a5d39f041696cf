"""A set's cases through the system under test, one line of ``results.jsonl`` each.

Enters: a ``Dataset`` and what to run it with. Leaves: a run folder with every result, and a
``Run``. Interrupted, it keeps what is done; the same run started again goes on from there
(``run_folder.py``). Deliberately knows nothing of measures or of how the system works.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from eval.cache import digest
from eval.cases import Dataset
from eval.results import Result
from eval.run_folder import RunFolder, alone
from eval.scoring.judging import Judge
from eval.system import Progress, Spec, product
from eval.worker import Build, Worker

CASE_SECONDS = 60.0

Told = Callable[[Result], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is: two runs with the same plan and system give the same results.

    ``settings`` are the app's own, without places. ``timeout`` is in seconds, a case.
    """

    dataset: Dataset
    cache: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = CASE_SECONDS
    build: Build = product

    def identity(self) -> dict[str, Any]:
        """The plan as JSON, with digests in place of contents."""
        cases = json.dumps([asdict(case) for case in self.dataset.cases]).encode()
        return {
            "set": self.dataset.name,
            "cases": len(self.dataset.cases),
            "cases_sha256": hashlib.sha256(cases).hexdigest(),
            "articles_sha256": digest(self.dataset.articles),
            "settings": kept_settings(self.settings),
            "timeout": self.timeout,
            "system": f"{self.build.__module__}.{self.build.__qualname__}",
        }


def kept_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as a run keeps them: an address without the user, password and query in it."""
    if not settings.get("model_url"):
        return dict(settings)
    from qa_app.llm.providers import without_secrets  # noqa: PLC0415 (heavy)

    return {**settings, "model_url": without_secrets(settings["model_url"])}


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run: its results in the cases' order, and what was seen of the process.

    ``made_of`` says what the system was: code, model, arithmetic, versions.
    """

    results: tuple[Result, ...]
    complete: bool
    identity: Mapping[str, Any]
    made_of: Mapping[str, Any]
    index: Mapping[str, Any]
    start: Mapping[str, Any]
    peak_memory_mb: float | None
    started: str
    seconds: float


def execute(
    plan: Plan, out: Path, *, indexing: Progress = lambda _: None, told: Told = lambda _: None
) -> Run:
    """Run every case that is not done yet.

    Args:
        plan: what to run.
        out: the run folder.
        indexing: called with the share of the index that is built.
        told: called with every result, those of an earlier, interrupted run included.

    Returns:
        the run; after Ctrl-C with ``complete`` False and what was done until then.

    Raises:
        RunInvalid: the folder holds something else, is in use, or began with another system.
        EvalError: the system cannot be opened, or the folder not be written.
    """
    out = out.expanduser().resolve()
    identity = plan.identity()
    with alone(out):
        folder = RunFolder(out, identity)
        for result in folder.done.values():
            told(result)
        worker = Worker(plan.build, spec_of(plan), plan.timeout, indexing)
        begin = time.perf_counter()
        complete = False
        try:
            _run_cases(plan, worker, folder, told)
            complete = True
        except KeyboardInterrupt:
            folder.reread()
        finally:
            worker.stop()
            folder.state["seconds"] += time.perf_counter() - begin
            _observe(folder.state, worker)
        folder.state["complete"] = complete
        folder.save()
    return _as_run(plan, folder)


def _run_cases(plan: Plan, worker: Worker, folder: RunFolder, told: Told) -> None:
    remaining = [case for case in plan.dataset.cases if case.id not in folder.done]
    if not remaining:
        return
    opened = worker.open()
    folder.check_system(opened.made_of)
    judge = Judge(plan.dataset, opened.bounds)
    with folder.appending() as keep:
        for case in remaining:
            result = judge.judge(case, worker.answer(case))
            keep(result)
            told(result)


def _as_run(plan: Plan, folder: RunFolder) -> Run:
    state, done = folder.state, folder.done
    memory = state["peak_memory"]
    return Run(
        results=tuple(done[case.id] for case in plan.dataset.cases if case.id in done),
        complete=state["complete"],
        identity=state["identity"],
        made_of=state["made_of"],
        index=state["index"],
        start=state["start"],
        peak_memory_mb=round(memory / 2**20, 1) if memory else None,
        started=state["started"],
        seconds=round(state["seconds"], 2),
    )


def spec_of(plan: Plan) -> Spec:
    """What the worker is told of a plan."""
    return Spec(
        articles=plan.dataset.articles,
        cache=plan.cache,
        keys=frozenset(plan.dataset.texts),
        unit=plan.dataset.unit,
        asks=plan.dataset.asks,
        settings=plan.settings,
    )


def _observe(state: dict[str, Any], worker: Worker) -> None:
    """Keep what this process saw; an earlier part of the run may have seen the build."""
    state["peak_memory"] = max(state["peak_memory"], worker.peak_memory)
    if worker.opened is None or state["index"]:
        return
    state["index"] = dict(worker.opened.index)
    state["start"] = {
        "ready_s": _rounded(worker.ready_seconds),
        "first_answer_s": _rounded(worker.first_answer_seconds),
        "index": "found in the cache" if worker.opened.index.get("cached") else "built",
    }
    state["skipped"] = list(worker.opened.skipped)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)

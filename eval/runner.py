"""A set's cases through the system under test, one line of ``results.jsonl`` each.

Enters: a ``Dataset`` and what to run it with. Leaves: a run folder: ``run.json`` (what is being
run), ``results.jsonl`` (grows case by case), then ``summary.json`` and ``report.html``.
Interrupted, it keeps what is done; the same run started again goes on behind the last whole line.
Another run in the same folder moves the earlier one aside, so that nothing is lost or mixed.
Deliberately knows nothing of measures or of how the system works.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.cache import digest
from eval.cases import Dataset
from eval.errors import RunInvalid
from eval.results import RESULTS, Result, read_results, write_result
from eval.scoring.judging import Judge
from eval.system import Progress, Spec, product
from eval.worker import Build, Worker

RUN = "run.json"
CASE_SECONDS = 60.0
ROOT = Path(__file__).resolve().parents[1]

Told = Callable[[Result], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is: two runs with the same plan give the same results.

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
            "settings": dict(self.settings),
            "timeout": self.timeout,
            "system": f"{self.build.__module__}.{self.build.__qualname__}",
            "code_sha256": code_digest(),
        }


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a run: its results in the cases' order, and what was seen of the process."""

    results: tuple[Result, ...]
    complete: bool
    identity: Mapping[str, Any]
    index: Mapping[str, Any]
    start: Mapping[str, Any]
    peak_memory_mb: float | None
    started: str
    seconds: float


def code_digest() -> str:
    """sha256 over the sources and weights of the three packages."""
    found = hashlib.sha256()
    for package in ("embeddings", "qa_app", "eval"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in {".py", ".json", ".safetensors", ".onnx"} and path.is_file():
                found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


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
        RunInvalid: the folder holds something else, or cannot be written.
        EvalError: the system cannot be opened.
    """
    identity = plan.identity()
    state = _prepare(out, identity)
    done = {result.id: result for result in _kept(out)}
    for result in done.values():
        told(result)
    worker = Worker(plan.build, spec_of(plan), plan.timeout, indexing)
    begin = time.perf_counter()
    complete = False
    try:
        _run_cases(plan, worker, out, done, told)
        complete = True
    except KeyboardInterrupt:
        pass
    finally:
        worker.stop()
    state["seconds"] += time.perf_counter() - begin
    _observe(state, worker)
    state["complete"] = complete
    _write(out / RUN, state)
    ordered = tuple(done[case.id] for case in plan.dataset.cases if case.id in done)
    memory = state["peak_memory"]
    return Run(
        results=ordered,
        complete=complete,
        identity=identity,
        index=state["index"],
        start=state["start"],
        peak_memory_mb=round(memory / 2**20, 1) if memory else None,
        started=state["started"],
        seconds=round(state["seconds"], 2),
    )


def _run_cases(plan: Plan, worker: Worker, out: Path, done: dict[str, Result], told: Told) -> None:
    remaining = [case for case in plan.dataset.cases if case.id not in done]
    if not remaining:
        return
    judge = Judge(plan.dataset, worker.open().bounds)
    with (out / RESULTS).open("a", encoding="utf-8") as file:
        for case in remaining:
            result = judge.judge(case, worker.answer(case))
            file.write(write_result(result))
            file.flush()
            done[case.id] = result
            told(result)


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
    if worker.opened is None:
        return
    if not state["index"]:
        state["index"] = dict(worker.opened.index)
        state["start"] = {
            "ready_s": _rounded(worker.ready_seconds),
            "first_answer_s": _rounded(worker.first_answer_seconds),
            "index": "found in the cache" if worker.opened.index.get("cached") else "built",
        }
        state["skipped"] = list(worker.opened.skipped)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def _prepare(out: Path, identity: Mapping[str, Any]) -> dict[str, Any]:
    """Make the folder ready: go on with an interrupted run of the same plan, or start anew."""
    try:
        state = _state(out)
        if state is not None and state["identity"] == identity and not state["complete"]:
            return state
        if state is not None:
            out.rename(_aside(out, state["started"]))
        elif out.exists() and any(out.iterdir()):
            raise RunInvalid(
                f"{out} holds something else than a run; choose a new folder with --out"
            )
        out.mkdir(parents=True, exist_ok=True)
        state = {
            "identity": identity,
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "complete": False,
            "seconds": 0.0,
            "peak_memory": 0,
            "index": {},
            "start": {},
            "skipped": [],
        }
        _write(out / RUN, state)
    except OSError as exc:
        raise RunInvalid(f"cannot write to {out}: {exc}; choose another with --out") from exc
    return state


def _aside(out: Path, started: str) -> Path:
    stamp = "".join(c for c in started if c.isalnum())[:15]
    place, number = out.with_name(f"{out.name}-{stamp}"), 1
    while place.exists():
        place, number = out.with_name(f"{out.name}-{stamp}-{number}"), number + 1
    return place


def _state(out: Path) -> dict[str, Any] | None:
    try:
        data = json.loads((out / RUN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as exc:
        raise RunInvalid(f"{out / RUN} is damaged ({exc}); delete the folder") from exc
    if not isinstance(data, dict) or "identity" not in data:
        raise RunInvalid(f"{out / RUN} is not of a run; choose a new folder with --out")
    return data


def _kept(out: Path) -> list[Result]:
    """The results an interrupted run left; a half-written last line is cut off."""
    path = out / RESULTS
    if not path.exists():
        return []
    try:
        results = list(read_results(path))
    except (OSError, ValueError) as exc:
        raise RunInvalid(f"cannot go on with the run in {out}: {exc}; delete it") from exc
    path.write_text("".join(map(write_result, results)), encoding="utf-8")
    return results


def _write(path: Path, data: Mapping[str, Any]) -> None:
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.replace(path)

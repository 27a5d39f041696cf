"""The measurements of a bench, one after the other, each kept as soon as it is there.

Enters: a ``Plan``. Leaves: a ``Measured`` for every measurement of every size, also for one that
failed or could not be begun. What an interrupted bench has measured is taken from its folder, if
nothing that it depends on is different. Deliberately knows nothing of figures.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eval import children
from eval.bench.job import SYSTEM, Job
from eval.bench.news import NewsRow, lay_out
from eval.files import write_whole
from eval.made_of import code_digest, versions

# By size, in this order: ``ingest`` makes the index that the others open, and ``resync`` changes
# it for a while.
BY_SIZE = (
    *("ingest", "open", "retrieval", "reading", "answer"),
    *("retrieval sessions", "answer sessions", "resync"),
)
INDEX, VECTORS, BARE = "ingest", "vectors", "bare"
# Beside the limit of every measurement: for taking in an article, for a row of vectors alone.
SECONDS_AN_ARTICLE = 0.5
SECONDS_A_ROW = 0.002
# What a result depends on beside code, packages and articles.
_ASKED = dict.fromkeys(("open", "retrieval", "reading", "answer"), ("questions",))
_CROWD = ("questions", "sessions", "seconds")
DEPENDS: Mapping[str, tuple[str, ...]] = {
    **_ASKED,
    **dict.fromkeys(("retrieval sessions", "answer sessions"), _CROWD),
    VECTORS: ("vectors",),
}

Told = Callable[[str, float], object]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured.

    ``rows`` are all articles in their order; ``sizes`` ascending; ``timeout`` in seconds a
    measurement. ``vectors`` rows are indexed by themselves, none for 0.
    """

    rows: Sequence[NewsRow] = field(repr=False)
    sizes: tuple[int, ...]
    questions: tuple[str, ...]
    out: Path
    sessions: int = 16
    seconds: float = 10.0
    vectors: int = 0
    timeout: float = 600.0
    system: str = SYSTEM

    def steps(self) -> list[tuple[int, str]]:
        """Every measurement with its size; 0 for none."""
        steps = [(0, BARE), *((size, name) for size in self.sizes for name in BY_SIZE)]
        return [*steps, (self.sizes[-1], VECTORS)] if self.vectors else steps


@dataclass(frozen=True, slots=True)
class Measured:
    """A measurement: what was measured, or the ``error`` for which nothing was.

    ``size`` is the number of articles, 0 where none are needed; of vectors alone, of rows.
    ``kept`` says that an earlier, interrupted bench measured it.
    """

    size: int
    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    kept: bool = False


def measure(plan: Plan, told: Told = lambda _, __: None) -> Iterator[Measured]:
    """Do what is not done yet, giving each measurement when it is there.

    Args:
        plan: what to measure.
        told: called with the name of what is measured and the share of it that is done.

    Raises:
        EvalError: the out folder cannot be written.
    """
    made_of = {"code": code_digest(), "versions": versions(), "system": plan.system}
    digests = {size: _digest(plan.rows[:size]) for size in {0, *plan.sizes}}
    broken: dict[int, str] = {}
    for size, name in plan.steps():
        told(label(size, name), 0.0)
        path = _place(plan, size) / f"{name.replace(' ', '_')}.json"
        own = {each: _plain(getattr(plan, each)) for each in DEPENDS.get(name, ())}
        key = {**made_of, "articles": digests[size], **own}
        values = _earlier(path, key)
        if name == INDEX and not (_place(plan, size) / "index").is_dir():
            values = None
        kept = values is not None
        if values is None and name != INDEX and size in broken:
            values = {"error": f"not measured, since there is no index: {broken[size]}"}
        elif values is None:
            values = _performed(plan, size, name, told)
            write_whole(path, json.dumps({"key": key, "values": values}, indent=1) + "\n")
        error = str(values.get("error", ""))
        if name == INDEX and error:
            broken[size] = error
        # Vectors alone are told by their own number.
        told_size = plan.vectors if name == VECTORS else size
        yield Measured(told_size, name, {} if error else values, error, kept)


def _digest(rows: Sequence[NewsRow]) -> str:
    found = hashlib.sha256()
    for row in rows:
        found.update(row.model_dump_json().encode())
    return found.hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 (a plan's field, as JSON gives it back)
    return list(value) if isinstance(value, tuple) else value


def label(size: int, name: str) -> str:
    """A measurement, for people."""
    return f"{size:,} articles: {name}" if size else name


def _place(plan: Plan, size: int) -> Path:
    return plan.out / "sizes" / (str(size) if size else "none")


def _earlier(path: Path, key: Mapping[str, Any]) -> dict[str, Any] | None:
    """What was measured before under the same key; a failure is tried again."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or data.get("key") != key:
        return None
    values = data.get("values")
    return values if isinstance(values, dict) and "error" not in values else None


def _performed(plan: Plan, size: int, name: str, told: Told) -> dict[str, Any]:
    """Measure in a process of its own."""
    place = _place(plan, size)
    if name == INDEX:
        lay_out(plan.rows[:size], place / "articles")
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        folder = Path(made)
        (folder / "questions.json").write_text(json.dumps(plan.questions), encoding="utf-8")
        progress = folder / "progress"
        job = Job(
            measurement=name,
            articles=str((place / "articles").resolve()),
            index=str((place / "index").resolve()),
            questions=str(folder / "questions.json"),
            result=str(folder / "result.json"),
            progress=str(progress),
            system=plan.system,
            sessions=plan.sessions,
            seconds=plan.seconds,
            vectors=plan.vectors,
        )
        child = children.Child(
            module="eval.bench.worker",
            job=folder / "job.json",
            result=Path(job.result),
            log=folder / "worker.log",
            environment=os.environ,
        )
        replace(job, began=time.time()).write(child.job)
        limit = _limit(plan, size, name)
        return children.perform(child, limit, lambda: told(label(size, name), _share(progress)))


def _limit(plan: Plan, size: int, name: str) -> float:
    """Seconds after which a measurement has failed; more where there is more to do."""
    if name == INDEX:
        return plan.timeout + SECONDS_AN_ARTICLE * size
    if name == VECTORS:
        return plan.timeout + SECONDS_A_ROW * plan.vectors
    return plan.timeout + (plan.seconds if name.endswith("sessions") else 0.0)


def _share(path: Path) -> float:
    """What the process says of its progress; 0 where it said nothing yet."""
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0.0

"""Opening an index and asking it, measured: one at a time, and many at the same time.

Enters: a job. Leaves: milliseconds, and memory in bytes, as JSON values. Each function runs in a
process of its own, so that none finds in memory what another one read. Deliberately knows nothing
of percentiles.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.bench.job import Job
from eval.bench.resident import memory

if TYPE_CHECKING:
    from embeddings.collection import Collection

K = 8
# Asked before the clock starts: the first questions load models, and pay for what others find.
WARM_UP = ("What was reported that week?", "Who spoke to the press?", "Where did it happen?")

# A question in, the milliseconds of its stages out.
Ask = Callable[[str], Mapping[str, float]]


def bare(_: Job) -> dict[str, Any]:
    """What Python with torch takes before anything of this project is there."""
    # By name: only what computes with torch imports it.
    import_module("torch")
    return {"memory": memory()}


def opening(job: Job) -> dict[str, Any]:
    """From the start of a process to its first answer, nothing in its memory."""
    start = time.time() - job.began
    clock = [time.perf_counter()]
    for name in ("embeddings.collection", "embeddings.retrieval", "qa_app.assistant"):
        import_module(name)
    clock.append(time.perf_counter())
    first, second = _two(job.asked())
    with opened_collection(job) as collection:
        collection.snapshot()
        clock.append(time.perf_counter())
        retrieving(collection)(first)
        clock.append(time.perf_counter())
        answering(collection)(second)
        clock.append(time.perf_counter())
    names = ("imports", "open", "first retrieval", "first answer")
    spent = [after - before for before, after in pairwise(clock)]
    stages = {"start": start, **dict(zip(names, spent, strict=True))}
    return {"stages_s": stages, "whole_s": sum(stages.values())}


def _two(asked: Sequence[str]) -> tuple[str, str]:
    return asked[0], asked[-1]


def retrieving(collection: Collection) -> Ask:
    """Retrieval without the reader."""
    from embeddings.retrieval import retrieve  # noqa: PLC0415 (heavy)

    return lambda question: retrieve(collection, question, K, rerank=False).timings_ms


def reading(collection: Collection) -> Ask:
    """Retrieval with the reader."""
    from embeddings.retrieval import retrieve  # noqa: PLC0415 (heavy)

    return lambda question: retrieve(collection, question, K).timings_ms


def answering(collection: Collection) -> Ask:
    """The whole answer, without a language model whatever the environment names."""
    from qa_app.assistant import Assistant  # noqa: PLC0415 (heavy)
    from qa_app.settings import Settings  # noqa: PLC0415 (heavy)

    assistant = Assistant(collection, Settings(model=None, model_url=None))

    def ask(question: str) -> Mapping[str, float]:
        timings = dict(assistant.ask(question).timings_ms)
        # The whole is measured from outside, as it is for retrieval.
        timings.pop("total", None)
        return timings

    return ask


def questions(ways: Callable[[Collection], Ask]) -> Callable[[Job], dict[str, Any]]:
    """A measurement: every question once, one after the other."""

    def measure(job: Job) -> dict[str, Any]:
        with opened_collection(job) as collection:
            ask = _warm(ways(collection))
            spent: list[float] = []
            stages: dict[str, list[float]] = {}
            failed: list[str] = []
            for question in job.asked():
                begin = time.perf_counter()
                try:
                    found = ask(question)
                except Exception as exc:  # noqa: BLE001 (whatever it raises is that question's failure)
                    failed.append(f"{type(exc).__name__}: {exc}".rstrip(": "))
                    continue
                spent.append(1000 * (time.perf_counter() - begin))
                for name, ms in found.items():
                    stages.setdefault(name, []).append(ms)
            return {"ms": spent, "stages_ms": stages, "failed": failed, "memory": memory()}

    return measure


def sessions(ways: Callable[[Collection], Ask]) -> Callable[[Job], dict[str, Any]]:
    """A measurement: many threads, each asking the questions in an order of its own."""

    def measure(job: Job) -> dict[str, Any]:
        with opened_collection(job) as collection:
            crowd = _Crowd(_warm(ways(collection)), job.asked(), job.sessions, job.seconds)
            return crowd.run()

    return measure


class _Crowd:
    """Sessions that ask at the same time for a while."""

    def __init__(self, ask: Ask, asked: Sequence[str], sessions: int, seconds: float) -> None:
        self._ask, self._asked, self._seconds = ask, asked, seconds
        self._sessions = sessions
        self._start = threading.Barrier(sessions + 1)
        self._limit = 0.0
        self._lock = threading.Lock()
        self._spent: list[float] = []
        self._questions: list[str] = []
        self._failed: list[str] = []

    def run(self) -> dict[str, Any]:
        """Start all at once and wait for them; the last question of each is let finish."""
        threads = [
            threading.Thread(target=self._session, args=(number,))
            for number in range(self._sessions)
        ]
        for thread in threads:
            thread.start()
        begin = time.perf_counter()
        self._limit = begin + self._seconds
        self._start.wait()
        for thread in threads:
            thread.join()
        elapsed = time.perf_counter() - begin
        return {
            "sessions": self._sessions,
            "elapsed_s": elapsed,
            "ms": self._spent,
            "repeated": len(self._questions) - len(set(self._questions)),
            "failed": self._failed,
        }

    def _session(self, number: int) -> None:
        # Each begins at a place of its own: what one read is in memory for the others.
        place = number * len(self._asked) // self._sessions
        order = [*self._asked[place:], *self._asked[:place]]
        self._start.wait()
        turn = 0
        while time.perf_counter() < self._limit or not turn:
            question = order[turn % len(order)]
            turn += 1
            begin = time.perf_counter()
            try:
                self._ask(question)
            except Exception as exc:  # noqa: BLE001 (whatever it raises is that question's failure)
                with self._lock:
                    self._failed.append(f"{type(exc).__name__}: {exc}".rstrip(": "))
                continue
            spent = 1000 * (time.perf_counter() - begin)
            with self._lock:
                self._spent.append(spent)
                self._questions.append(question)


def _warm(ask: Ask) -> Ask:
    for question in WARM_UP:
        ask(question)
    return ask


@contextmanager
def opened_collection(job: Job) -> Iterator[Collection]:
    """The index that the job names; it must be there."""
    from embeddings.collection import Collection  # noqa: PLC0415 (heavy)

    if not Path(job.index).is_dir():
        raise FileNotFoundError(f"there is no index at {Path(job.index).name}")
    with job.opened() as encoder, Collection.open(job.index, encoder=encoder, create=False) as it:
        yield it

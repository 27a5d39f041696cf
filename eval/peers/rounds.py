"""Every system once a round, one after the other, in an order that changes from round to round.

Enters: systems, jobs, and a function that scores what was found. Leaves: a ``Round`` for every
system and round, a failed one too. Deliberately knows nothing of how a system or a measure works.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from eval.peers.process import perform
from eval.peers.systems import Peer
from eval.peers.worker import Job

T = TypeVar("T")

Scored = Callable[[Sequence[Mapping[str, Any]]], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Round:
    """What one system did in one round.

    ``figures`` are by the names in ``table.py``, empty where it failed; then ``error`` says why.
    ``failed_questions`` are those that raised; they score zero. ``queries`` are the raw times and
    the passages found.
    """

    number: int
    position: int
    system: str
    figures: Mapping[str, float] = field(default_factory=dict)
    failed_questions: int = 0
    error: str = ""
    remarks: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    threads: int | None = None
    queries: tuple[Mapping[str, Any], ...] = ()

    def record(self) -> dict[str, Any]:
        """The round as one JSON object."""
        return asdict(self)


def order(names: Sequence[T], number: int) -> list[T]:
    """The order of a round, counted from 0: every second one backwards, then from the middle.

    So no system always follows the same one, or always runs when the machine is warm.
    """
    if not names:
        return []
    shift = (number // 2) * ((len(names) + 1) // 2) % len(names)
    turned = [*names[shift:], *names[:shift]]
    return turned[::-1] if number % 2 else turned


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run, how often, and with how much of the machine.

    ``peers`` are in the order of the first round; ``threads`` are for the numeric libraries of
    every worker; ``timeout`` is in seconds, one system in one round.
    """

    peers: tuple[Peer, ...]
    rounds: int
    threads: int
    timeout: float
    cache: Path
    out: Path | None = None


def run_rounds(
    plan: Plan, job: Job, scored: Scored, skipped: Collection[str] = ()
) -> Iterator[Round]:
    """Run all rounds, giving each system's result when it is there.

    Args:
        plan: the systems, the number of rounds, and the limits.
        job: what all of them are given; its factory, result and scratch are filled in here.
        scored: figures of what was found, from the queries that a worker wrote.
        skipped: names of systems that cannot run.
    """
    peers = [peer for peer in plan.peers if peer.name not in skipped]
    for number in range(plan.rounds):
        for position, peer in enumerate(order(peers, number)):
            with tempfile.TemporaryDirectory(prefix="peers-") as made:
                folder = Path(made)
                (folder / "scratch").mkdir()
                mine = replace(
                    job,
                    factory=peer.factory,
                    result=str(folder / "result.json"),
                    scratch=str(folder / "scratch"),
                )
                told = perform(mine, folder, threads=plan.threads, timeout=plan.timeout)
            yield _round(told, number, position, peer.name, scored)


def _round(
    told: Mapping[str, Any], number: int, position: int, system: str, scored: Scored
) -> Round:
    if "error" in told:
        return Round(number, position, system, error=told["error"])
    queries = told["queries"]
    figures = {name: told[name] for name in ("load_s", "build_s", "peak_memory_mb")}
    return Round(
        number,
        position,
        system,
        figures={**figures, **scored(queries)},
        failed_questions=sum(1 for query in queries if query["error"]),
        remarks=tuple(told["remarks"]),
        refused=tuple(told["refused"]),
        threads=told["threads"],
        queries=tuple(queries),
    )

"""Two runs of one set: what got better, what got worse, in which cases, and how sure that is.

Enters: two ``RecordedRun``s, the earlier one (A) and the later one (B). Leaves: a ``Comparison``;
as a command, text or JSON on stdout. How a difference is tested is in ``contrasts.py``.
Deliberately knows nothing of what difference is large enough to matter.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.cli import count, print_json
from eval.comparing.baselines import RecordedRun, read_run
from eval.comparing.compare_text import SHOWN, render
from eval.comparing.contrasts import PERMUTATIONS, Change, Contrast, contrast, judged, value_of
from eval.comparing.differences import Speed, machines_differ, speeds_of, what_differs
from eval.errors import RunInvalid
from eval.options import add_json
from eval.scoring.measures import MEASURES, Measure


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A case whose main score changed, or that failed in B only."""

    id: str
    kind: str
    question: str
    score: str
    a: float | None
    b: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that can be said of B beside A; ``cases`` is how many both have."""

    set: str
    a: str
    b: str
    cases: int
    changes: tuple[Change, ...]
    better: tuple[CaseChange, ...]
    worse: tuple[CaseChange, ...]
    newly_failed: tuple[CaseChange, ...]
    no_longer_failed: tuple[CaseChange, ...]
    speeds: tuple[Speed, ...]
    machines_differ: bool
    only_in_a: tuple[str, ...]
    only_in_b: tuple[str, ...]
    differs: tuple[str, ...]
    notes: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """The comparison as one JSON object."""
        return asdict(self)


def compare(
    a: RecordedRun, b: RecordedRun, *, permutations: int = PERMUTATIONS, seed: int = 0
) -> Comparison:
    """Compare two runs on the cases that both have.

    Raises:
        RunInvalid: they are of different sets, or have no case in common.
    """
    if a.set != b.set:
        raise RunInvalid(
            f"{a.name} is a run of {a.set} and {b.name} of {b.set}; only runs of one set can be "
            "compared"
        )
    at_b = {name: i for i, name in enumerate(b.ids)}
    pairs = [(i, at_b[name]) for i, name in enumerate(a.ids) if name in at_b]
    if not pairs:
        raise RunInvalid(f"{a.name} and {b.name} have no case in common; run the same set again")
    contrasts, notes = _contrasts(a, b, pairs, permutations=permutations, seed=seed)
    differs, more = what_differs(a, b, len(pairs))
    moved = [change for change in (_case(a, b, *pair) for pair in pairs) if change]
    failed = [_failure(a, b, *pair) for pair in pairs]
    in_a = set(a.ids)
    return Comparison(
        set=a.set,
        a=a.name,
        b=b.name,
        cases=len(pairs),
        changes=judged(contrasts),
        better=tuple(one for one in moved if _rise(one) > 0),
        worse=tuple(one for one in moved if _rise(one) < 0),
        newly_failed=tuple(one for one in failed if one and _rise(one) > 0),
        no_longer_failed=tuple(one for one in failed if one and _rise(one) < 0),
        speeds=speeds_of(a, b),
        machines_differ=machines_differ(a, b),
        only_in_a=tuple(name for name in a.ids if name not in at_b),
        only_in_b=tuple(name for name in b.ids if name not in in_a),
        differs=differs,
        notes=(*more, *notes),
    )


def _contrasts(
    a: RecordedRun,
    b: RecordedRun,
    pairs: Sequence[tuple[int, int]],
    *,
    permutations: int,
    seed: int,
) -> tuple[list[tuple[Measure, Contrast]], list[str]]:
    """Every measure that both runs have, and a line for each that only one has."""
    index_a, index_b = np.array(pairs).T
    found, notes = [], []
    for measure in MEASURES.values():
        if measure.group == "speed":
            continue
        rows_a, rows_b = a.rows(measure)[index_a], b.rows(measure)[index_b]
        made = contrast(measure, rows_a, rows_b, permutations=permutations, seed=seed)
        if made is not None:
            found.append((measure, made))
        elif value_of(measure, rows_a) is not None or value_of(measure, rows_b) is not None:
            only = "A" if value_of(measure, rows_b) is None else "B"
            notes.append(f"{measure.name} is not compared: only {only} has it")
    return found, notes


def main_score(a: RecordedRun, b: RecordedRun, i: int, j: int) -> str | None:
    """The one score that says whether a case went well.

    Where the set asks: ``not_found`` of an unanswerable case, ``first_right`` (the first sentence
    holds a gold answer) of one with gold answers. Else ``hits@10``. None where neither run has
    it: such a case is in no list.
    """
    unanswerable = a.score("answerable", i) == 0
    for name in ("not_found",) if unanswerable else ("first_right", "hits@10"):
        if a.score(name, i) is not None and b.score(name, j) is not None:
            return name
    return None


def _case(a: RecordedRun, b: RecordedRun, i: int, j: int) -> CaseChange | None:
    name = main_score(a, b, i, j)
    if name is None or a.score(name, i) == b.score(name, j):
        return None
    return _change(a, b, i, j, name)


def _failure(a: RecordedRun, b: RecordedRun, i: int, j: int) -> CaseChange | None:
    """The case, if it failed in one run only."""
    if bool(a.score("failed", i)) == bool(b.score("failed", j)):
        return None
    return _change(a, b, i, j, "failed")


def _change(a: RecordedRun, b: RecordedRun, i: int, j: int, name: str) -> CaseChange:
    reasons = [*b.summary.get("failed", ()), *a.summary.get("failed", ())]
    reason = next((each["reason"] for each in reasons if each.get("id") == a.ids[i]), "")
    question = b.questions[j] if b.questions else a.questions[i] if a.questions else ""
    return CaseChange(
        a.ids[i], a.kinds[i], question, name, a.score(name, i), b.score(name, j), reason
    )


def _rise(change: CaseChange) -> float:
    return (change.b or 0.0) - (change.a or 0.0)


def add_compare(parser: argparse.ArgumentParser) -> None:
    """Options of ``compare``."""
    what = "a run folder or a baseline's .json"
    parser.add_argument("a", type=Path, metavar="RUN_A", help=f"{what}: what is compared with")
    parser.add_argument("b", type=Path, metavar="RUN_B", help=f"{what}: what is judged")
    parser.add_argument(
        "--cases",
        type=count,
        default=SHOWN,
        metavar="N",
        help="how many cases of each list are named (default: %(default)s)",
    )
    add_json(parser, "JSON, every case named")
    parser.set_defaults(run=run_compare)


def run_compare(options: argparse.Namespace) -> int:
    """Compare two runs; 0 whatever the verdicts are (``gate`` is what fails)."""
    comparison = compare(read_run(options.a), read_run(options.b))
    if options.json:
        print_json(comparison.record())
    else:
        sys.stdout.write(render(comparison, options.cases))
    return 0

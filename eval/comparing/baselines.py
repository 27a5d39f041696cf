"""A run in the form it is compared in: from its folder, or from one file small enough to commit.

Enters: a run folder (``results.jsonl``, ``summary.json``), or a baseline made from one. Leaves: a
``RecordedRun``, or a baseline file: the summary and every case's scores, a column a line, without
questions, answers or timings of single cases. A baseline therefore allows a paired test against
it long after the run is gone. Deliberately knows nothing of how runs are compared or judged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from eval.comparing.portable import laid_out, without_places
from eval.errors import RunInvalid
from eval.files import write_whole
from eval.results import RESULTS, SUMMARY, Result, read_results
from eval.scoring.measures import MEASURES, Measure

# Of a score in a baseline.
PLACES = 4

Column = tuple[float | None, ...]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """What can be compared of a run: ``columns[score][i]`` is of the case ``ids[i]``.

    ``questions`` is empty for a baseline. Scores of timings are left out: what is to be said of
    speed is in ``summary``.
    """

    name: str
    summary: Mapping[str, Any] = field(repr=False)
    ids: tuple[str, ...] = field(repr=False)
    kinds: tuple[str, ...] = field(repr=False)
    questions: tuple[str, ...] = field(repr=False)
    columns: Mapping[str, Column] = field(repr=False)

    @property
    def set(self) -> str:
        """The set whose cases were run."""
        return str(self.summary["set"])

    def score(self, name: str, case: int) -> float | None:
        """One score of one case; None where it does not apply."""
        column = self.columns.get(name)
        return None if column is None else column[case]

    def rows(self, measure: Measure) -> FloatArray:
        """What a measure is computed from, a row for every case.

        Returns:
            shape (cases, columns of the measure); a row of NaN where the measure does not apply.
        """
        nothing: Column = (None,) * len(self.ids)
        columns = [self.columns.get(name, nothing) for name in measure.columns]
        rows = np.array(columns, dtype=np.float64).reshape(len(columns), len(self.ids)).T
        rows[np.isnan(rows).any(axis=1)] = np.nan
        return rows


class _Summary(BaseModel):
    """What must be in a summary for a run to be compared; the rest is shown where it is there."""

    model_config = ConfigDict(strict=True, extra="allow")

    set: str
    cases: int
    complete: bool
    figures: list[dict[str, Any]]
    failed: list[dict[str, Any]] = []
    index: dict[str, Any] = {}
    start: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    identity: dict[str, Any] = {}
    versions: dict[str, Any] = {}
    machine: dict[str, Any] = {}


class _Baseline(BaseModel):
    """A baseline file."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    format: Literal[1]
    summary: dict[str, Any]
    ids: list[str]
    kinds: list[str]
    columns: dict[str, list[float | None]]


def write_baseline(results: Sequence[Result], summary: Mapping[str, Any], path: Path) -> None:
    """Keep a whole run in one file; the same run gives the same bytes.

    Left out of the summary are the figures by kind, which follow from the columns, and whatever
    leads to a place on this machine: of an absolute path only its last part is kept.

    Raises:
        RunInvalid: the run is empty or incomplete, or its parts disagree.
        EvalError: the file cannot be written.
    """
    run = _made(str(path), results, summary)
    if not run.ids or not summary["complete"]:
        raise RunInvalid(
            f"only a complete run can be a baseline, and this one stopped after {len(run.ids)} "
            f"cases; `python -m eval run {run.set}` goes on with it"
        )
    data = {
        "format": 1,
        "summary": _kept(summary),
        "ids": run.ids,
        "kinds": run.kinds,
        "columns": {
            name: tuple(map(_short, column))
            for name, column in run.columns.items()
            if any(value is not None for value in column)
        },
    }
    write_whole(path, laid_out(data) + "\n")


def keep_as_baseline(folder: Path, path: Path) -> None:
    """Keep the run in a folder as the baseline ``path``.

    Raises:
        RunInvalid: the folder holds no complete run.
        EvalError: the file cannot be written.
    """
    _check_folder(folder)
    results, summary = _parts(folder)
    write_baseline(results, summary, path)


def read_run(path: Path) -> RecordedRun:
    """A run from its folder, or from a baseline file.

    Raises:
        RunInvalid: nothing is there, it is something else, or it is damaged.
    """
    if path.is_dir():
        return _from_folder(path)
    if path.name in {RESULTS, SUMMARY}:
        raise RunInvalid(f"{path} is a part of a run; give the folder, {path.parent}")
    if path.is_file():
        return _from_file(path)
    raise RunInvalid(
        f"there is no run at {path}; expected a run folder or a baseline's .json file: "
        "`python -m eval run SET --out DIR` makes a run"
    )


def _from_folder(folder: Path) -> RecordedRun:
    _check_folder(folder)
    results, summary = _parts(folder)
    return _made(str(folder), results, summary)


def _check_folder(folder: Path) -> None:
    present = [name for name in (RESULTS, SUMMARY) if (folder / name).is_file()]
    if not present:
        raise RunInvalid(f"{folder} holds no run: expected {RESULTS} and {SUMMARY} in it")
    if len(present) == 1:
        raise RunInvalid(
            f"the run in {folder} was not brought to an end: it has only {present[0]}; the same "
            "`python -m eval run` again goes on with it"
        )


def _parts(folder: Path) -> tuple[list[Result], Mapping[str, Any]]:
    try:
        results = list(read_results(folder / RESULTS))
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise RunInvalid(f"the run in {folder} is damaged: {exc}; run it again") from exc
    return results, summary


def _from_file(path: Path) -> RecordedRun:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise RunInvalid(f"{path} cannot be read as a baseline: {exc}") from exc
    if not isinstance(data, dict) or not {"format", "ids", "columns"} & data.keys():
        raise RunInvalid(
            f"{path} is not a baseline: expected a JSON object with format, summary, ids, kinds "
            "and columns"
        )
    try:
        checked = _Baseline.model_validate(data)
    except ValidationError as exc:
        raise RunInvalid(f"the baseline {path} is damaged: {_first(exc)}; make it again") from exc
    columns = {name: tuple(column) for name, column in checked.columns.items()}
    ids, kinds = tuple(checked.ids), tuple(checked.kinds)
    return _checked(RecordedRun(str(path), checked.summary, ids, kinds, (), columns))


def _made(name: str, results: Sequence[Result], summary: Mapping[str, Any]) -> RecordedRun:
    try:
        columns = {
            score: tuple(_number(result.scores.get(score)) for result in results)
            for score in _names()
        }
    except (AttributeError, TypeError, ValueError) as exc:
        raise RunInvalid(f"the run {name} is damaged: a score is no number ({exc})") from exc
    run = RecordedRun(
        name=name,
        summary=summary,
        ids=tuple(result.id for result in results),
        kinds=tuple(result.kind for result in results),
        questions=tuple(result.question for result in results),
        columns=columns,
    )
    return _checked(run)


def _checked(run: RecordedRun) -> RecordedRun:
    """The run, if its parts agree."""
    try:
        summary = _Summary.model_validate(run.summary)
    except ValidationError as exc:
        raise RunInvalid(f"the summary of {run.name} is not one of a run: {_first(exc)}") from exc
    n = len(run.ids)
    lengths = {"kinds": len(run.kinds), **{k: len(v) for k, v in run.columns.items()}}
    for name, length in lengths.items():
        if length != n:
            raise RunInvalid(f"{run.name} is damaged: {n} ids, but {length} values of {name}")
    if summary.cases != n:
        raise RunInvalid(
            f"{run.name} is damaged: its summary counts {summary.cases} cases, and there are {n}; "
            "run it again"
        )
    if len(set(run.ids)) != n:
        twice = next(each for i, each in enumerate(run.ids) if each in run.ids[:i])
        raise RunInvalid(f"{run.name} is damaged: the case {twice!r} is in it twice; run it again")
    return run


def _names() -> list[str]:
    """The scores that measures are computed from, timings left out."""
    names = (name for measure in MEASURES.values() for name in measure.columns)
    return [name for name in dict.fromkeys(names) if not name.startswith("ms:")]


def rounded(rows: FloatArray) -> FloatArray:
    """Scores as a baseline keeps them.

    Whoever compares rounds both sides: else each 1/3 of a run would lie above the 0.3333 of its
    own baseline, always in the same direction, and a paired test would find that significant.
    """
    return np.round(rows, PLACES)


def _number(value: float | None) -> float | None:
    if value is not None and not isfinite(value):
        raise ValueError(f"{value} is not finite")
    return value


def _kept(summary: Mapping[str, Any]) -> Any:  # noqa: ANN401 (a JSON value)
    """The summary as a baseline holds it; only figures are rounded, for a setting must be exact."""
    figures = [
        {k: _short(v) if isinstance(v, float) else v for k, v in figure.items()}
        for figure in summary["figures"]
    ]
    kept = {k: v for k, v in summary.items() if k != "by_kind"}
    return without_places({**kept, "figures": figures})


def _short(value: float | None) -> float | None:
    """Rounded, and 1.0 as 1: most scores are 0 or 1, and there are thousands of them."""
    if value is None:
        return None
    near = float(rounded(np.array(value)))
    return int(near) if near.is_integer() else near


def _first(exc: ValidationError) -> str:
    """What is wrong first, and where."""
    error = exc.errors()[0]
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"

"""Bars that a run must clear, and whether it does.

Enters: a run and a TOML file of bars. Leaves: a ``Verdict`` a bar; as a command, exit status 0
when all are cleared, else 1 with the figures that are not on stdout. What is not there is never
cleared: a measure that the run lacks, a kind without cases, an interrupted run. A time is never a
bar, because it says as much about the machine as about the code. Deliberately knows nothing of
which bars are wise.

    set = "seeds"
    baseline = "baselines/seeds.json"    # beside this file; only for not_worse_than_baseline

    [[bars]]
    measure = "Hits@4"
    at_least = 0.78                      # and/or at_most; to the last digit, not as printed
    kind = "near_miss"                   # only the cases of this kind
    n_at_least = 48                      # so that a run of a few cases is no pass
    not_worse_than_baseline = true       # paired permutation test, Holm over all such bars
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from embeddings.cli import print_json
from eval.comparing.baselines import FloatArray, RecordedRun, read_run
from eval.comparing.contrasts import PERMUTATIONS, Contrast, applies, contrast, judged, value_of
from eval.errors import BarsInvalid, RunInvalid
from eval.options import add_json
from eval.scoring.measures import MEASURES, Measure

BARS = Path(__file__).parents[1] / "gate.toml"
COMPLETE = "complete"


class Bar(BaseModel):
    """What one figure must be; see the module for the keys."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    measure: str
    kind: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    n_at_least: int = Field(1, ge=1)
    not_worse_than_baseline: bool = False


class _File(BaseModel):
    """A file of bars."""

    model_config = ConfigDict(strict=True, extra="forbid")

    set: str
    bars: list[Bar] = Field(min_length=1)
    baseline: str | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars for one set, and the baseline that some of them compare with."""

    set: str
    bars: tuple[Bar, ...]
    baseline: Path | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a bar is cleared.

    ``found`` is the figure over ``n`` cases, None where there is none. ``why`` says what was
    missed; empty when ``passed``.
    """

    name: str
    wanted: str
    found: float | None
    n: int
    passed: bool
    why: str = ""


def read_bars(path: Path) -> Bars:
    """The bars in a file.

    Raises:
        BarsInvalid: it cannot be read, has an unknown key or measure, a bar that nothing could
            miss or that points the wrong way, or one on a time.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise BarsInvalid(f"cannot read the bars in {path}: {exc}") from exc
    try:
        file = _File.model_validate(data)
    except ValidationError as exc:
        raise BarsInvalid(f"{path}: {_explained(exc)}") from exc
    for number, bar in enumerate(file.bars, start=1):
        problem = _problem(bar, file.baseline is not None)
        if problem:
            raise BarsInvalid(f"{path}: bar {number} ({bar.measure}): {problem}")
    baseline = None if file.baseline is None else path.parent / file.baseline
    return Bars(file.set, tuple(file.bars), baseline)


def _explained(exc: ValidationError) -> str:
    """What is wrong first, and where: bars are counted from 1."""
    error = exc.errors()[0]
    where = [str(at + 1) if isinstance(at, int) else at for at in error["loc"]]
    if error["type"] != "extra_forbidden":
        return f"{' '.join(where)}: {error['msg']}"
    known = Bar.model_fields if len(where) > 1 else _File.model_fields
    return f"{' '.join(where)}: no such key; {_nearest(where[-1], list(known))}"


def _nearest(name: str, known: Sequence[str]) -> str:
    folded = {each.casefold(): each for each in known}
    near = [folded[each] for each in get_close_matches(name.casefold(), folded, cutoff=0.5)]
    return f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known)}"


def _problem(bar: Bar, has_baseline: bool) -> str:
    """What is wrong with a bar; empty where nothing is."""
    measure = MEASURES.get(bar.measure)
    if measure is None:
        return f"no such measure; {_nearest(bar.measure, list(MEASURES))}"
    if measure.group == "speed":
        return "a time never decides: another machine, or another program on it, would fail the run"
    if bar.not_worse_than_baseline and not has_baseline:
        return "not_worse_than_baseline needs a baseline = FILE at the head of the file"
    return _limits_problem(bar, measure.higher_is_better)


def _limits_problem(bar: Bar, higher_is_better: bool) -> str:
    low, high = bar.at_least, bar.at_most
    if low is None and high is None:
        if bar.not_worse_than_baseline:
            return ""
        return "nothing can miss it; give at_least, at_most or not_worse_than_baseline"
    if low is not None and high is not None:
        return f"at_least {low:g} is above at_most {high:g}" if low > high else ""
    if (low is None) == higher_is_better:
        better, key = ("higher", "at_least") if higher_is_better else ("lower", "at_most")
        return f"{better} is better, so give {key} (or both, for a range)"
    return ""


def check(run: RecordedRun, bars: Bars) -> list[Verdict]:
    """Whether the run is complete, then a verdict a bar in the order of the file.

    Raises:
        RunInvalid: the run or the baseline is of another set, or the baseline cannot be read.
    """
    if run.set != bars.set:
        raise RunInvalid(f"{run.name} is a run of {run.set}, and the bars are for {bars.set}")
    against = {}
    if bars.baseline is not None and any(bar.not_worse_than_baseline for bar in bars.bars):
        against = _against(run, read_run(bars.baseline), bars.bars)
    return [_complete(run), *(_verdict(run, bar, against.get(bar, "")) for bar in bars.bars)]


def _complete(run: RecordedRun) -> Verdict:
    done = bool(run.summary["complete"])
    n = len(run.ids)
    return Verdict(
        name=COMPLETE,
        wanted="every case run",
        found=None,
        n=n,
        passed=done,
        why="" if done else f"the run was interrupted after {n} cases; run it again to go on",
    )


def _verdict(run: RecordedRun, bar: Bar, worse: str) -> Verdict:
    measure = MEASURES[bar.measure]
    rows = run.rows(measure)[_of_kind(run, bar)]
    n, found = int(applies(rows).sum()), value_of(measure, rows)
    missed = []
    if found is None:
        missed.append(_nothing(run, bar))
    elif n < bar.n_at_least:
        missed.append(f"{n} cases are fewer than {bar.n_at_least}")
    if found is not None and bar.at_least is not None and found < bar.at_least:
        missed.append(f"{found:.6g} is below {bar.at_least:g}")
    if found is not None and bar.at_most is not None and found > bar.at_most:
        missed.append(f"{found:.6g} is above {bar.at_most:g}")
    if worse and found is not None:
        missed.append(worse)
    return Verdict(_name(bar), _wanted(bar), found, n, not missed, "; ".join(missed))


def _nothing(run: RecordedRun, bar: Bar) -> str:
    if bar.kind is not None and bar.kind not in run.kinds:
        kinds = ", ".join(sorted(set(run.kinds) - {""})) or "none"
        return f"the run has no case of the kind {bar.kind!r}; it has {kinds}"
    return "the run does not have this figure"


def _of_kind(run: RecordedRun, bar: Bar) -> list[int]:
    return [i for i, kind in enumerate(run.kinds) if bar.kind in {None, kind}]


def _against(run: RecordedRun, baseline: RecordedRun, bars: Sequence[Bar]) -> dict[Bar, str]:
    """Why a bar is missed beside the baseline; a bar that is not missed is not in it."""
    if baseline.set != run.set:
        raise RunInvalid(f"the baseline {baseline.name} is of {baseline.set}, the run of {run.set}")
    at = {name: i for i, name in enumerate(run.ids)}
    missed: dict[Bar, str] = {}
    found: list[tuple[Bar, Contrast]] = []
    for bar in dict.fromkeys(bar for bar in bars if bar.not_worse_than_baseline):
        cases = _of_kind(baseline, bar)
        lost = sum(baseline.ids[i] not in at for i in cases)
        pairs = [(i, at[baseline.ids[i]]) for i in cases if baseline.ids[i] in at]
        made = _beside(baseline, run, MEASURES[bar.measure], pairs)
        if lost:
            missed[bar] = f"{lost} of the baseline's {len(cases)} cases are not in the run"
        elif made is None:
            missed[bar] = "the baseline does not have this figure"
        else:
            found.append((bar, made))
    changes = judged([(MEASURES[bar.measure], made) for bar, made in found])
    for (bar, made), change in zip(found, changes, strict=True):
        if change.verdict == "worse":
            missed[bar] = (
                f"worse than the baseline's {made.a:.6g} (p {made.p:.2g}, after Holm "
                f"{change.adjusted:.2g})"
            )
    return missed


def _beside(
    baseline: RecordedRun, run: RecordedRun, measure: Measure, pairs: Sequence[tuple[int, int]]
) -> Contrast | None:
    first, second = [i for i, _ in pairs], [j for _, j in pairs]
    rows: tuple[FloatArray, FloatArray] = baseline.rows(measure)[first], run.rows(measure)[second]
    return contrast(measure, *rows, permutations=PERMUTATIONS, seed=0)


def _name(bar: Bar) -> str:
    return bar.measure if bar.kind is None else f"{bar.measure}, {bar.kind}"


def _wanted(bar: Bar) -> str:
    parts = [
        f"at least {bar.at_least:g}" if bar.at_least is not None else "",
        f"at most {bar.at_most:g}" if bar.at_most is not None else "",
        "not worse than the baseline" if bar.not_worse_than_baseline else "",
        f"n at least {bar.n_at_least}" if bar.n_at_least > 1 else "",
    ]
    return ", ".join(part for part in parts if part)


def render(verdicts: Sequence[Verdict]) -> str:
    """A line a verdict, then what was missed."""
    width = max(len(verdict.name) for verdict in verdicts)
    lines = []
    for verdict in verdicts:
        mark = "pass" if verdict.passed else "FAIL"
        value = "" if verdict.found is None else f"{verdict.found:.4f}"
        lines.append(
            f"{mark}  {verdict.name:{width}}  {value:>7}  n {verdict.n:<6} {verdict.wanted}"
        )
    missed = [verdict for verdict in verdicts if not verdict.passed]
    lines += ["", f"{len(missed)} of {len(verdicts)} missed" if missed else "all cleared"]
    lines += [f"  {verdict.name}: {verdict.why}" for verdict in missed]
    return "\n".join(lines) + "\n"


def add_gate(parser: argparse.ArgumentParser) -> None:
    """Options of ``gate``."""
    parser.add_argument("folder", type=Path, metavar="RUN", help="a run folder")
    parser.add_argument(
        "--bars", type=Path, default=BARS, metavar="FILE", help="default: eval/gate.toml"
    )
    add_json(parser, "JSON")
    parser.set_defaults(run=run_gate)


def run_gate(options: argparse.Namespace) -> int:
    """Check a run; 0 where every bar is cleared, else 1."""
    run = read_run(options.folder)
    verdicts = check(run, read_bars(options.bars))
    passed = all(verdict.passed for verdict in verdicts)
    if options.json:
        told = {"run": run.name, "set": run.set, "passed": passed}
        print_json({**told, "verdicts": [asdict(verdict) for verdict in verdicts]})
    else:
        sys.stdout.write(render(verdicts))
    return 0 if passed else 1

"""The commands ``run`` and ``baseline``: options in, files and a table out.

Enters: parsed options. Leaves: a run folder, and its figures on stdout. Deliberately computes
nothing itself.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.cli import count, print_json
from eval.files import write_whole
from eval.options import add_cache, add_data, add_json, add_limit, add_out
from eval.progress import progress_bar
from eval.results import REPORT, SUMMARY
from eval.sets.datasets import SETS

if TYPE_CHECKING:
    from eval.results import Result

# Settings that say where things are, not how they are answered.
PLACES = {"index", "articles", "upload_megabytes", "keep_unsupported"}


def add_run(parser: argparse.ArgumentParser) -> None:
    """Options of ``run``."""
    about = "\n".join(f"  {name:13} {info.description}" for name, info in SETS.items())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"sets:\n{about}"
    parser.add_argument("set", choices=list(SETS), metavar="SET", help="which set; see below")
    add_data(parser)
    add_limit(parser, "cases")
    add_out(parser, "the run folder")
    add_cache(parser)
    parser.add_argument(
        "--timeout", type=count, default=60, metavar="SECONDS", help="a case; then it has failed"
    )
    parser.add_argument(
        "--model", metavar="PROVIDER:MODEL", help="a language model that writes the answers"
    )
    parser.add_argument("--model-url", metavar="URL", help="the address of its server")
    add_json(parser, "the summary as JSON")
    parser.set_defaults(run=run_run)


def run_run(options: argparse.Namespace) -> int:
    """Run a set; 0 when every case was run, 130 after Ctrl-C."""
    from eval.reporting.report import write_report  # noqa: PLC0415 (heavy)
    from eval.runner import Plan, execute  # noqa: PLC0415 (heavy)
    from eval.sets.datasets import load  # noqa: PLC0415 (--help must not wait for it)
    from eval.summary import summarise  # noqa: PLC0415 (heavy)

    dataset = load(options.set, options.data, scratch=options.cache / "sets", limit=options.limit)
    settings = _settings(model=options.model, model_url=options.model_url)
    plan = Plan(dataset, options.cache, settings, float(options.timeout))
    name = options.set if options.limit is None else f"{options.set}-{options.limit}"
    out: Path = options.out or options.cache / "runs" / name
    bars = _Bars(len(dataset.cases))
    try:
        run = execute(plan, out, indexing=bars.indexing, told=bars.told)
    finally:
        bars.close()
    summary = summarise(run)
    write_summary(out / SUMMARY, summary)
    write_report(run.results, summary, out / REPORT)
    if options.json:
        print_json(summary)
    else:
        sys.stdout.write(table(summary) + f"\nreport: {out / REPORT}\n")
    if not run.complete:
        _say(
            f"interrupted after {len(run.results)} of {len(dataset.cases)} cases; "
            f"the same command goes on from here"
        )
        return 130
    return 0


def _settings(**given: str | None) -> dict[str, Any]:
    """The app's settings, with those that are given; without places, and what has no effect."""
    from qa_app.settings import read_settings  # noqa: PLC0415 (heavy)

    chosen = {name: value for name, value in given.items() if value is not None}
    settings = read_settings(**chosen).model_dump(mode="json", exclude=PLACES)
    if not settings["model"]:
        # Runs without a language model stay the same whatever one would be allowed.
        settings = {k: v for k, v in settings.items() if not k.startswith("model")}
    return settings


def write_summary(path: Path, summary: Mapping[str, Any]) -> None:
    """Write ``summary.json`` whole or not at all."""
    text = json.dumps(summary, indent=1, ensure_ascii=False)
    write_whole(path, text.encode(errors="backslashreplace") + b"\n")


def table(summary: Mapping[str, Any]) -> str:
    """The figures of a summary, one a line, with interval and n."""
    head = f"{summary['set']}: {summary['cases']} cases"
    index = summary["index"]
    if index:
        head += f" over {index['articles']} articles, {index['passages']} passages"
    lines = [head, "", f"{'measure':26} {'value':>9}   {'95% interval':>19} {'n':>7}"]
    group = None
    for figure in summary["figures"]:
        if figure["group"] != group:
            group = figure["group"]
            lines.append(f"-- {group}")
        lines.append(_line(figure))
    lines += ["", *_notes(summary)]
    return "\n".join(lines)


def _line(figure: Mapping[str, Any]) -> str:
    low, high = figure["low"], figure["high"]
    form = _form(figure)
    interval = "" if low is None or high is None else f"{form(low)} to {form(high)}"
    return f"{figure['name']:26} {form(figure['value']):>9}   {interval:>19} {figure['n']:>7}"


def _form(figure: Mapping[str, Any]) -> Callable[[float], str]:
    from eval.reporting.formatting import number_text  # noqa: PLC0415 (with the next)
    from eval.scoring.measures import unit_of  # noqa: PLC0415 (heavy)

    unit = unit_of(figure["name"], figure["group"])
    fixed = {"share": "{:.3f}", "ms": "{:.1f} ms"}
    return fixed[unit].format if unit in fixed else partial(number_text, unit=unit)


def _notes(summary: Mapping[str, Any]) -> Sequence[str]:
    index, start = summary["index"], summary["start"]
    lines = []
    if index.get("passages_per_second"):
        how = "earlier, found in the cache" if index["cached"] else "now"
        rate = index["passages_per_second"]
        lines.append(f"indexed in {index['seconds']:.1f} s ({rate:.0f} passages/s), {how}")
    if start.get("first_answer_s") is not None:
        first = start["first_answer_s"]
        lines.append(f"process start to first answer {first:.1f} s, index {start['index']}")
    if summary["peak_memory_mb"]:
        lines.append(f"peak memory {summary['peak_memory_mb']:.0f} MB")
    failed = summary["failed"]
    lines.append(f"{len(failed)} cases failed" + (":" if failed else ""))
    lines += [f"  {one['id']}: {one['reason']}" for one in failed[:10]]
    if len(failed) > 10:
        lines.append(f"  and {len(failed) - 10} more in {SUMMARY}")
    return lines


def add_baseline(parser: argparse.ArgumentParser) -> None:
    """Options of ``baseline``."""
    parser.add_argument("folder", type=Path, metavar="RUN", help="a run folder")
    parser.add_argument("file", type=Path, metavar="FILE", help="the .json to write")
    parser.set_defaults(run=run_baseline)


def run_baseline(options: argparse.Namespace) -> int:
    """Write a run as a baseline."""
    from eval.comparing.baselines import keep_as_baseline  # noqa: PLC0415 (heavy)

    keep_as_baseline(options.folder, options.file)
    sys.stdout.write(f"{options.file}\n")
    return 0


class _Bars:
    """Progress on stderr, where that is a terminal: first of the index, then of the cases."""

    def __init__(self, cases: int) -> None:
        self._cases = cases
        self._bar: Any = None
        self._asking = False
        self._failed = 0

    def indexing(self, share: float) -> None:
        """Show how much of the index is built."""
        if self._asking:
            return  # an index that has to be made again while a run goes on
        if self._bar is None:
            self._bar = progress_bar(
                total=1.0, desc="index", bar_format="{l_bar}{bar}| {elapsed}<{remaining}"
            )
        self._bar.update(share - self._bar.n)

    def told(self, result: Result) -> None:
        """Count a result."""
        if not self._asking:
            self.close()
            self._asking = True
            self._bar = progress_bar(total=self._cases, desc="cases", unit="case")
        self._failed += bool(result.failed)
        if self._failed:
            self._bar.set_postfix_str(f"{self._failed} failed", refresh=False)
        self._bar.update(1)

    def close(self) -> None:
        """Finish the bar that is shown."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")

"""The command ``bench``: options in, a table, JSON and a page out.

Enters: parsed options. Leaves: the figures on stdout, ``bench.json`` and ``bench.html`` in the out
folder, progress on stderr. Deliberately computes nothing itself.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.cli import count, print_json
from eval.options import add_cache, add_data, add_json, add_out
from eval.progress import progress_bar

if TYPE_CHECKING:
    from eval.bench.plan import Measured, Plan

RECORD, PAGE = "bench.json", "bench.html"
SIZES = (1_000, 5_000, 26_000)
LONG = """\
With the sizes and vectors that are set, on two processor cores: about an hour, most of it taking in
26,000 articles; with --sizes 1000 --vectors 0 some minutes. It can be interrupted: the same command
goes on where it stopped. The folder keeps the indexes (about 2 GB at 26,000 articles).
"""
NOTES = (
    "Every measurement has a process of its own, one at a time. One that fails or takes too long"
    " is a row that says so; the same command tries it again.",
    "Stages of taking in are busy seconds: they work at the same time and do not add up to the"
    " whole, which is wall time of one sync, model loading apart.",
    "Questions are made of the articles of the smallest size and are the same for all sizes: half"
    " of them titles, half the content words of a sentence. They measure speed, not quality.",
    "Each question is asked once in each of its three ways, after three others, and each way in a"
    " process of its own: nothing was read before.",
    "Sessions are threads of one process. What one of them asked is still in memory when another"
    " asks it; how often that happened stands in its own row.",
    "Opening is measured with the files in the system's cache, as they are after they were"
    " written. Libraries that are loaded when they are needed count where they are needed.",
    "Memory while serving is read after the last whole answer, and is above that of Python with"
    " torch imported.",
    "Growth: the exponent of a power law through the sizes, by least squares in logarithms.",
)


def add_bench(parser: argparse.ArgumentParser) -> None:
    """Options of ``bench``."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = LONG
    add_data(parser)
    parser.add_argument(
        "--sizes",
        type=sizes,
        default=SIZES,
        metavar="N,N",
        help="numbers of articles; one of nearly all or more means all (default "
        f"{','.join(map(str, SIZES))})",
    )
    _number(parser, "--questions", 200, "N", "made of the articles")
    _number(parser, "--sessions", 16, "N", "that ask at the same time")
    _number(parser, "--seconds", 10, "S", "that they ask for")
    parser.add_argument(
        "--vectors",
        type=whole,
        default=1_000_000,
        metavar="N",
        help="rows of a vector index by itself, 0 for none (default %(default)s)",
    )
    _number(
        parser, "--timeout", 600, "SECONDS", "for a measurement; more for taking in and "
        "vectors alone, by their number",
    )  # fmt: skip
    add_out(parser, "the bench's folder (default: in --cache)")
    add_cache(parser)
    add_json(parser, "the figures as JSON")
    parser.set_defaults(run=run_bench)


def _number(
    parser: argparse.ArgumentParser, name: str, value: int, metavar: str, what: str
) -> None:
    parser.add_argument(
        name, type=count, default=value, metavar=metavar, help=f"{what} (default %(default)s)"
    )


def sizes(text: str) -> tuple[int, ...]:
    """Sizes out of a comma-separated list."""
    return tuple(count(each.strip()) for each in text.split(","))


def whole(text: str) -> int:
    """A whole number of at least 0."""
    return 0 if text.strip() == "0" else count(text)


def run_bench(options: argparse.Namespace) -> int:
    """Measure; 0 when all was measured, 1 when something failed, 130 after Ctrl-C."""
    from eval.bench.figures import figures, growths  # noqa: PLC0415 (--help must not wait for it)
    from eval.bench.page import write_page  # noqa: PLC0415 (as above)
    from eval.bench.plan import measure  # noqa: PLC0415 (as above)
    from eval.bench.table import render  # noqa: PLC0415 (as above)
    from eval.run_folder import alone  # noqa: PLC0415 (as above)

    plan = plan_of(options)
    begin, started = time.monotonic(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    done: list[Measured] = []
    with alone(plan.out):
        bar = _Bar(len(plan.steps()))
        try:
            for each in measure(plan, bar.told):
                done.append(each)
                bar.step()
        except KeyboardInterrupt:
            sys.stderr.write("interrupted; the same command goes on from here\n")
        finally:
            bar.close()
        found = figures(done)
        grown = growths(found)
        record = _record(plan, done, started, time.monotonic() - begin)
        record["figures"] = [each.record() for each in found]
        record["growth"] = [each.record() for each in grown]
        _keep(plan.out / RECORD, record)
        write_page(record, found, grown, plan.out / PAGE)
    if options.json:
        print_json(record)
    else:
        sys.stdout.write(f"{render(found, grown)}\n\npage: {plan.out / PAGE}\n")
    if not record["complete"]:
        return 130
    return 1 if any(each.error for each in done) else 0


def plan_of(options: argparse.Namespace) -> Plan:
    """What the options ask for.

    Raises:
        DatasetMissing, DatasetInvalid: the articles are not there, or are no articles.
        EvalError: no question can be made of them.
    """
    from eval.bench.news import news_file, read_news, sizes_of  # noqa: PLC0415 (as above)
    from eval.bench.plan import Plan  # noqa: PLC0415 (as above)
    from eval.bench.questions import questions_of  # noqa: PLC0415 (as above)
    from eval.errors import EvalError  # noqa: PLC0415 (as above)

    rows = read_news(news_file(options.data))
    chosen = sizes_of(options.sizes, len(rows))
    questions = questions_of(rows[: chosen[0]], options.questions)
    if not questions:
        raise EvalError(
            f"no question can be made of {chosen[0]:,} articles: they have no titles and no "
            f"sentences; name a larger size with --sizes"
        )
    return Plan(
        rows=rows,
        sizes=chosen,
        questions=tuple(questions),
        out=options.out or options.cache / "bench",
        sessions=options.sessions,
        seconds=float(options.seconds),
        vectors=options.vectors,
        timeout=float(options.timeout),
    )


def _record(plan: Plan, done: Sequence[Measured], started: str, seconds: float) -> dict[str, Any]:
    from eval.made_of import code_digest, versions  # noqa: PLC0415 (as above)
    from eval.summary import machine  # noqa: PLC0415 (as above)

    return {
        "sizes": list(plan.sizes),
        "questions": len(plan.questions),
        "complete": len(done) == len(plan.steps()),
        "started": started,
        "seconds": seconds,
        "kept": sum(each.kept for each in done),
        "machine": machine(),
        "versions": versions(),
        "code": code_digest(),
        "options": {
            "questions": len(plan.questions),
            "sessions": plan.sessions,
            "seconds of sessions": plan.seconds,
            "vectors": plan.vectors,
            "limit of a measurement, s": plan.timeout,
        },
        "notes": list(NOTES),
    }


def _keep(path: Path, record: dict[str, Any]) -> None:
    from eval.files import write_whole  # noqa: PLC0415 (as above)

    write_whole(path, json.dumps(record, ensure_ascii=False, indent=1) + "\n")


class _Bar:
    """Progress on stderr, where that is a terminal: which measurement, and how far it is."""

    def __init__(self, steps: int) -> None:
        self._bar = progress_bar(
            total=float(steps), bar_format="{percentage:3.0f}%|{bar}| {elapsed} {desc}", leave=False
        )
        self._done = 0

    def told(self, what: str, share: float) -> None:
        """Show what is measured, and the share of it that is done."""
        more = f" {share:.0%}" if share else ""
        self._bar.set_description_str(f"{what}{more}", refresh=False)
        self._bar.update(self._done + min(share, 1.0) - self._bar.n)
        self._bar.refresh()

    def step(self) -> None:
        """A measurement is done."""
        self._done += 1
        self._bar.update(self._done - self._bar.n)

    def close(self) -> None:
        """Finish."""
        self._bar.close()

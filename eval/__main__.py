"""``python -m eval``: run, compare, gate, own, bench, peers, baseline.

Enters: ``sys.argv``. Leaves: tables or JSON on stdout, progress on stderr, exit status 0, 1
(failed, or a bar was missed) or 2 (misuse). Adds nothing to what the commands compute.
"""

from __future__ import annotations

import argparse
import sys

from embeddings.cli import guarded
from eval.bench.command import add_bench
from eval.commands import add_baseline, add_run
from eval.comparing.compare import add_compare
from eval.comparing.gate import add_gate
from eval.own.command import add_own
from eval.peers.bench import add_peers

COMMANDS = (
    ("run", add_run, "a set's cases through the retriever and the assistant, with a report"),
    ("compare", add_compare, "two runs: what got better, what got worse, and how sure that is"),
    ("gate", add_gate, "exit 1 where a run misses a bar"),
    ("own", add_own, "a quality report on your own articles; no labels needed"),
    ("bench", add_bench, "seconds, memory and bytes on thousands of articles, by size"),
    ("peers", add_peers, "side by side with other systems on the same articles and weights"),
    ("baseline", add_baseline, "keep a run as one small file that later runs are compared with"),
)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="python -m eval",
        description="Measure retrieval, answers, citations, abstention and speed. No language "
        "model and no network are needed.",
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for name, add, what in COMMANDS:
        add(commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}."))
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command."""
    options = parser().parse_args(arguments)
    return guarded(lambda: options.run(options))


if __name__ == "__main__":
    sys.exit(main())

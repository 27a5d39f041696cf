"""The command ``peers``: options in, a table or JSON out.

Enters: parsed options. Leaves: the tables on stdout, every round's raw numbers in ``--out``,
progress on stderr. Deliberately computes nothing itself.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from embeddings.cli import count, print_json
from eval.options import add_cache, add_data, add_json, add_limit, add_out
from eval.peers.systems import PEERS, Peer
from eval.sets.datasets import SETS

if TYPE_CHECKING:
    from eval.cases import Case, Dataset

# The set of ``news_set.py``, named here so that --help need not wait for it.
NEWS = "news"


def add_peers(parser: argparse.ArgumentParser) -> None:
    """Options of ``peers``."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    listed = "\n".join(f"  {peer.name:20} {peer.title}" for peer in PEERS.values())
    parser.epilog = f"systems:\n{listed}"
    add_data(parser)
    parser.add_argument(
        "--set",
        choices=[*SETS, NEWS],
        default="multihop_rag",
        help=f"which set (default %(default)s); {NEWS} has no labels and measures speed alone",
    )
    parser.add_argument(
        "--articles",
        type=count,
        default=5_000,
        metavar="N",
        help=f"of {NEWS}, the first in the order of the bench (default %(default)s; a system then "
        "takes some minutes a round)",
    )
    parser.add_argument("--systems", type=systems, metavar="A,B", help="only these; see below")
    parser.add_argument("--rounds", type=count, default=3, metavar="N", help="default %(default)s")
    add_limit(parser, "questions")
    parser.add_argument(
        "--threads",
        type=count,
        default=os.cpu_count() or 1,
        metavar="N",
        help="of every system's numeric libraries (default: one a processor)",
    )
    parser.add_argument(
        "--timeout",
        type=count,
        default=3600,
        metavar="SECONDS",
        help="for a system in a round; then it has failed (default %(default)s)",
    )
    add_out(parser, "write peers.json here")
    add_cache(parser)
    add_json(parser, "the figures as JSON")
    parser.set_defaults(run=run_peers)


def systems(text: str) -> tuple[Peer, ...]:
    """The systems that a comma-separated list names, in its order."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in PEERS]
    if unknown or not names:
        what = f"no system {', '.join(unknown)}" if unknown else "no system named"
        raise argparse.ArgumentTypeError(f"{what}; choose from {', '.join(PEERS)}")
    return tuple(PEERS[name] for name in dict.fromkeys(names))


def run_peers(options: argparse.Namespace) -> int:
    """Compare; 0 when all that is installed ran, 1 when one failed, 130 after Ctrl-C."""
    from eval.peers.comparison import compare  # noqa: PLC0415 (--help must not wait for it)
    from eval.peers.rounds import Plan  # noqa: PLC0415 (--help must not wait for it)

    dataset, cases = _asked(options)
    plan = Plan(
        peers=options.systems or tuple(PEERS.values()),
        rounds=options.rounds,
        threads=options.threads,
        timeout=float(options.timeout),
        cache=options.cache,
        out=options.out,
    )
    report = compare(dataset, cases, plan, _say)
    if options.json:
        # The raw rounds are for a file: thousands of questions each.
        print_json({name: value for name, value in report.items() if name != "rounds"})
    else:
        sys.stdout.write(report["text"] + "\n")
    if not report["complete"]:
        return 130
    return 1 if any(each["error"] for each in report["rounds"]) else 0


def _asked(options: argparse.Namespace) -> tuple[Dataset, tuple[Case, ...]]:
    """The set, and those of its questions that are asked."""
    from eval.peers.news_set import news_set  # noqa: PLC0415 (--help must not wait for it)
    from eval.peers.scoring import retrievable  # noqa: PLC0415 (--help must not wait for it)
    from eval.sets.datasets import load  # noqa: PLC0415 (--help must not wait for it)

    scratch = options.cache / "sets"
    if options.set == NEWS:
        news = news_set(
            options.data, scratch=scratch, articles=options.articles, limit=options.limit
        )
        return news, news.cases
    dataset = load(options.set, options.data, scratch=scratch)
    return dataset, retrievable(dataset, options.limit)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")

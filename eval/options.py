"""Options that several commands of ``python -m eval`` take, each said once.

Enters: a parser. Leaves: the parser with the option. Deliberately imports nothing heavy: ``--help``
must not wait.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from embeddings.cli import count
from eval.cache import DEFAULT


def add_data(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """``--data``: where the public sets lie."""
    parser.add_argument(
        "--data", type=Path, required=required, help="the folder that holds the public sets"
    )


def add_limit(parser: argparse.ArgumentParser, what: str) -> None:
    """``--limit``: a sample of N of ``what``, the same one every time."""
    parser.add_argument("--limit", type=count, metavar="N", help=f"a fixed sample of N {what}")


def add_out(parser: argparse.ArgumentParser, what: str) -> None:
    """``--out``: a folder for ``what``."""
    parser.add_argument("--out", type=Path, metavar="DIR", help=what)


def add_cache(parser: argparse.ArgumentParser) -> None:
    """``--cache``: where ``eval.cache`` keeps indexes."""
    parser.add_argument(
        "--cache", type=Path, default=DEFAULT, metavar="DIR", help="where indexes are kept"
    )


def add_json(parser: argparse.ArgumentParser, what: str) -> None:
    """``--json``: print ``what`` as JSON instead of a table."""
    parser.add_argument("--json", action="store_true", help=f"print {what}")

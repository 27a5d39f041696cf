"""What a search of a large index's vectors finds, by how many lists and candidates it looks at.

    python -m eval.studies.vector_lists --index FOLDER --data FOLDER [--questions 200]

Enters: an index folder with a compressed segment (``python -m eval bench`` leaves some), and the
news articles that questions are made of, as the bench makes them. Leaves: a Markdown table: for the
hundred rows that ranking asks for, the share of the right ones among the first ten and among all,
and the time of a search. What is right is computed by brute force over the same float16 rows.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from embeddings import vector_segments
from embeddings.cli import count, guarded
from embeddings.collection import Collection
from embeddings.encoder import FloatArray
from embeddings.search import POOL
from embeddings.vectors import SegmentedIndex
from eval.bench.news import news_file, read_news
from eval.bench.questions import questions_of
from eval.errors import EvalError
from eval.options import add_data
from eval.studies.vector_indexes import Asked, exact, recall, timed, vectors_of

LISTS = (64, 96, 128, 192, 256)
# Beside two for each wanted row.
CANDIDATES = (200, 400, 800)
# Articles that questions are made of, as in the bench's smallest size.
MADE_OF = 1_000
ROUNDS = 3


@contextmanager
def looked_at(lists: int, candidates: int) -> Iterator[None]:
    """Have searches look at so many lists and candidates meanwhile."""
    before = vector_segments.PROBES, vector_segments.CANDIDATES
    vector_segments.PROBES, vector_segments.CANDIDATES = lists, candidates
    try:
        yield
    finally:
        vector_segments.PROBES, vector_segments.CANDIDATES = before


def table(index: SegmentedIndex, questions: FloatArray) -> list[tuple[str, ...]]:
    """A line for each way, each asked in turn so that what else the machine does weighs on all.

    Raises:
        EvalError: no segment is compressed, so that every row is compared anyway.
    """
    if not any(segment.compressed for segment in index.segments):
        raise EvalError(
            f"all {len(index):,} vectors of this index are compared at every search: there is "
            f"nothing to choose; take one of more than {vector_segments.COMPRESSED_FROM:,}"
        )
    batches = (batch for segment in index.segments for batch in segment.batches())
    right = exact(batches, questions, [Asked(POOL)])[0]
    ways = [(lists, candidates) for lists in LISTS for candidates in CANDIDATES]
    spent: dict[tuple[int, int], list[float]] = {way: [] for way in ways}
    found: dict[tuple[int, int], Sequence[np.ndarray]] = {}
    for _ in range(ROUNDS):
        for way in ways:
            with looked_at(*way):
                found[way], times = timed(lambda row: index.search(row, POOL)[0], questions)
            spent[way] += times
    return [
        (
            f"{lists}",
            f"{candidates + 2 * POOL}",
            f"{recall(found[lists, candidates], right, 10):.4f}",
            f"{recall(found[lists, candidates], right, POOL):.4f}",
            f"{statistics.median(spent[lists, candidates]):.2f}",
        )
        for lists, candidates in ways
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.vector_lists")
    parser.add_argument("--index", required=True, metavar="FOLDER", help="an index folder")
    add_data(parser)
    parser.add_argument("--questions", type=count, default=200, metavar="N", help="(default 200)")
    chosen = parser.parse_args(arguments)
    asked = questions_of(read_news(news_file(chosen.data))[:MADE_OF], chosen.questions)
    with Collection.open(chosen.index, create=False) as collection:
        index = vectors_of(collection)
        encode = collection.encoder.encode_query
        rows = table(index, np.stack([encode(question) for question in asked]))
    columns = ("lists", "candidates", "right of 10", "right of 100", "p50 ms")
    lines = (columns, ("---:",) * len(columns), *rows)
    sys.stdout.write(f"{len(index):,} vectors, {len(asked)} questions, {ROUNDS} times\n\n")
    sys.stdout.write("".join(f"| {' | '.join(line)} |\n" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))

"""What the trained reader adds to the ranking, by how much it counts.

    python -m eval.studies.reranking --data DATA [--set SET] [--limit N]

Enters: a public set. Leaves: a table, one weight a line. Every question is searched and read once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tqdm import tqdm

from embeddings.cli import guarded
from embeddings.known import known_of
from embeddings.readers import released_reader
from embeddings.rerank import READ, Rereading, Worth
from embeddings.retrieval import choose
from embeddings.search import POOL, Search, fuse
from embeddings.understanding import understand
from eval.results import Place
from eval.studies.rankings import Study, opened, options, table

WORTHS = (
    *(Worth(each, each) for each in (0.0, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2)),
    *(Worth(part=each) for each in (0.0, 0.1, 0.2)),
)


def rankings(study: Study, question: str, rereading: Rereading) -> list[list[Place]]:
    """The first passages at every worth."""
    collection, snapshot = study.collection, study.collection.snapshot()
    found = understand(question, known_of(collection, snapshot))
    searched = Search(collection, snapshot, POOL)(question, found)
    places = collection.locations(searched.keys(), snapshot)
    candidates = fuse(searched, found, places)
    best = [key for key, _ in choose(candidates, READ)]
    rereading = Rereading(
        rereading.reader, (question, *(part.text for part in found.parts)), rereading.fetch
    )
    told = []
    for worth in WORTHS:
        # The readings are kept: only the first of them waits for them.
        again, _ = rereading(candidates, best, searched, worth)
        keys = [key for key, _ in choose(again, study.depth)]
        passages = collection.passages(keys, snapshot)
        told.append([study.place(*passages[key]) for key in keys])
    return told


def measure(study: Study) -> dict[str, Sequence[float]]:
    """The figures of every worth."""
    reader = released_reader()
    if reader is None:
        raise SystemExit("there are no weights of the reader: nothing to measure")
    collection, snapshot = study.collection, study.collection.snapshot()
    rereading = Rereading(reader, (), lambda keys: collection.passages(keys, snapshot))
    cases = study.dataset.cases
    asked = [rankings(study, case.question, rereading) for case in tqdm(cases, disable=None)]
    by_worth = zip(WORTHS, zip(*asked, strict=True), strict=True)
    return {
        f"the reader counts {worth.whole}, for a part {worth.part}": study.figures(told)
        for worth, told in by_worth
    }


def main() -> int:
    """Run from the command line."""
    chosen = options("python -m eval.studies.reranking", __doc__ or "")
    with opened(chosen) as study:
        table(f"{chosen.set}, n = {len(study.dataset.cases)}", measure(study))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))

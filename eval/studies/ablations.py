"""What each part of the ranking is worth: the same questions with one part left out.

    python -m eval.studies.ablations --data DATA --set SET [--limit N] [--out FILE.json]

Enters: a set. Leaves: a table, one row for what was left out, judged as ``eval run`` judges; and as
JSON the same with n and 95% intervals. Every row is ``retrieve`` itself, as any other program calls
it. Where an index is left out, it is one in which nothing is ever found; what repetition costs is
the same in every row.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from embeddings.cli import guarded
from embeddings.collection import Collection
from embeddings.encoder import FloatArray
from embeddings.engines.base import Snapshot
from embeddings.engines.local_snapshot import local
from embeddings.errors import InvalidQuestion
from embeddings.lexical import WordIndex
from embeddings.reader import PassageReader
from embeddings.retrieval import retrieve
from embeddings.vectors import IntArray, as_keys
from eval.files import write_whole
from eval.results import Place, Result
from eval.scoring.measures import figures
from eval.studies.rankings import Study, add_ways, opened, parser, table


@dataclass(frozen=True, slots=True)
class Way:
    """What takes part in the ranking; the defaults are the product's."""

    words: bool = True
    vectors: bool = True
    recognise: bool = True
    read: bool = True
    countries: bool = True


WAYS: Mapping[str, Way] = {
    "everything": Way(),
    "no reader": Way(read=False),
    "no words": Way(words=False),
    "no vectors": Way(vectors=False),
    "nothing recognised": Way(recognise=False),
    "no other names of countries": Way(countries=False),
    "words alone": Way(vectors=False, recognise=False, read=False),
    "vectors alone": Way(words=False, recognise=False, read=False),
}


class Unfound:
    """An index that holds as many rows as another, of which none is ever found."""

    def __init__(self, rows: int) -> None:
        """Claim ``rows`` rows: an empty index would mean an empty collection."""
        self._rows = rows

    def __len__(self) -> int:
        """How many rows it would hold."""
        return self._rows

    def search(
        self,
        row: FloatArray,  # noqa: ARG002 (as every index takes them)
        k: int,  # noqa: ARG002
        allowed: IntArray | None = None,  # noqa: ARG002
    ) -> tuple[IntArray, FloatArray]:
        """Nothing."""
        return as_keys(()), np.zeros(0, dtype=np.float32)

    def cosines(self, row: FloatArray, keys: Sequence[int]) -> dict[int, float]:  # noqa: ARG002
        """Of none."""
        return {}


class Without(Collection):
    """A collection as it is, to be searched with an index left out; to be closed by its owner."""

    def __init__(self, whole: Collection, way: Way) -> None:
        """Show ``whole`` as it is now."""
        super().__init__(whole.engine, whole.encoder)
        shown = local(whole.snapshot())
        if not way.words:
            shown = shown.showing(words=WordIndex(None))
        elif not way.countries:
            literal = copy(shown.words)
            literal.other_name = 0.0
            shown = shown.showing(words=literal)
        if not way.vectors:
            shown = shown.showing(vectors=Unfound(len(shown.vectors)))
        self._shown = shown

    def snapshot(self) -> Snapshot:
        """The indexes that were left in."""
        return self._shown


def measure(
    study: Study, reader: PassageReader, ways: Mapping[str, Way]
) -> dict[str, list[Result]]:
    """Every case judged, once a way."""
    left = {name: Without(study.collection, way) for name, way in ways.items()}
    rankings: dict[str, list[list[Place]]] = {name: [] for name in ways}
    # Question by question: most of what is read for one way is read for the others.
    for case in tqdm(study.dataset.cases, disable=None):
        for name, way in ways.items():
            rankings[name].append(_ranked(study, left[name], case.question, way, reader))
    return {name: study.judged(found) for name, found in rankings.items()}


def _ranked(
    study: Study, collection: Collection, question: str, way: Way, reader: PassageReader
) -> list[Place]:
    try:
        found = retrieve(
            collection,
            question,
            study.depth,
            recognise=way.recognise,
            rerank=reader if way.read else False,
        )
    except InvalidQuestion:
        return []
    return [study.place(hit.passage, hit.article) for hit in found.hits]


def keep(path: Path, name: str, judged: Mapping[str, Sequence[Result]]) -> None:
    """Write every way's figures of retrieval as JSON."""
    ways = {
        way: [each.record() for each in figures(results) if each.group == "retrieval"]
        for way, results in judged.items()
    }
    write_whole(path, json.dumps({"set": name, "ways": ways}, indent=1, ensure_ascii=False) + "\n")


def main() -> int:
    """Run from the command line."""
    options = parser("python -m eval.studies.ablations", "What each part of the ranking is worth.")
    add_ways(options, WAYS)
    options.add_argument("--out", type=Path, metavar="FILE", help="a JSON file to write as well")
    chosen = options.parse_args()
    reader = PassageReader.released()
    with opened(chosen) as study:
        judged = measure(study, reader, {name: WAYS[name] for name in chosen.way or WAYS})
        rows = {name: study.values(results) for name, results in judged.items()}
        table(f"{chosen.set}, n = {len(study.dataset.cases)}", rows)
        if chosen.out is not None:
            keep(chosen.out, chosen.set, judged)
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))

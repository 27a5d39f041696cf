"""Ways of fusing both rankings, and what repetition should cost, on the project's own indexes.

    python -m eval.studies.fusions --data FOLDER [--set multihop_rag]

Enters: a public set. Leaves: a table on stdout, one row a way, judged as ``eval run`` judges.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from tqdm import tqdm

from embeddings.cli import guarded
from embeddings.diversity import Costs, diversify
from embeddings.fusion import convex_fusion, reciprocal_rank_fusion
from embeddings.schema import Location
from embeddings.search import POOL
from eval.results import Place
from eval.studies.rankings import Study, opened, options, table

Scores = dict[int, float]
Fuse = Callable[[Scores, Scores], Scores]


def _ranked(scores: Scores) -> list[int]:
    return sorted(scores, key=lambda key: (-scores[key], key))


def _rrf(lexical: Scores, dense: Scores) -> Scores:
    return reciprocal_rank_fusion([_ranked(lexical), _ranked(dense)[:POOL]])


def _convex(weight: float) -> Fuse:
    return lambda lexical, dense: convex_fusion(lexical, dense, weight)


WAYS: dict[str, Fuse] = {
    "vectors alone": lambda _, dense: dense,
    "words alone": lambda lexical, _: lexical,
    "reciprocal rank fusion": _rrf,
    **{f"convex, {weight} vectors": _convex(weight) for weight in (0.1, 0.2, 0.3, 0.4, 0.5, 1.0)},
}
# (cost of another passage of the same article, cost of sharing a stretch with a better one)
COSTS = (
    (0.0, 0.0),
    (0.0, 0.05),
    (0.02, 0.0),
    (0.02, 0.05),
    (0.03, 0.05),
    (0.05, 0.05),
    (0.02, 0.1),
)


def measure(study: Study) -> dict[str, list[float]]:
    """The figures of every way of fusing, then of every cost of repetition."""
    costs = {f"repetition costs {same}, {overlap}": (same, overlap) for same, overlap in COSTS}
    rankings: dict[str, list[list[Place]]] = {name: [] for name in (*WAYS, *costs)}
    for case in tqdm(study.dataset.cases, disable=None):
        lexical, dense = _candidates(study, case.question)
        snapshot = study.collection.snapshot()
        places = study.collection.locations([*dict.fromkeys((*lexical, *dense))], snapshot)
        chosen: dict[str, list[int]] = {
            name: _ranked(fuse(lexical, dense))[: study.depth] for name, fuse in WAYS.items()
        }
        fused = convex_fusion(lexical, dense)
        for name, (same, overlap) in costs.items():
            found = diversify(fused, places, study.depth, Costs(same, overlap))
            chosen[name] = [key for key, _ in found]
        _add(study, chosen, rankings, places)
    return {name: study.figures(found) for name, found in rankings.items()}


def _candidates(study: Study, question: str) -> tuple[Scores, Scores]:
    snapshot = study.collection.snapshot()
    row = study.collection.encoder.encode_query(question)
    dense, lexical = snapshot.nearest(row, POOL), snapshot.matching(question, POOL)
    return lexical, dense | snapshot.cosines(row, [k for k in lexical if k not in dense])


def _add(
    study: Study,
    chosen: Mapping[str, list[int]],
    rankings: dict[str, list[list[Place]]],
    places: Mapping[int, Location],
) -> None:
    keys = sorted({key for found in chosen.values() for key in found if key in places})
    passages = study.collection.passages(keys, study.collection.snapshot())
    for name, found in chosen.items():
        rankings[name].append([study.place(*passages[key]) for key in found])


def main() -> int:
    """Run from the command line."""
    chosen = options("python -m eval.studies.fusions", "Ways of fusing both rankings.")
    with opened(chosen) as study:
        found = measure(study)
        table(f"{chosen.set}: {len(study.dataset.cases)} questions", found)
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))

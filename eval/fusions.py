"""Ways of fusing both rankings, side by side, on the project's own indexes.

    python -m eval.fusions --data DATA/multihop_rag --index FOLDER

Enters: a folder with ``articles.jsonl.gz`` and a questions file whose questions name their
``evidence`` (article and quote). Leaves: Hits@4, Hits@10 and MRR@10 of each way on stdout; a hit is
a passage that holds an evidence quote, white space aside (the definition of MultiHop-RAG's own
scorer). The index is made in FOLDER once and kept.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from embeddings.collection import Collection
from embeddings.fusion import convex_fusion, reciprocal_rank_fusion
from embeddings.retriever import POOL

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
    **{
        f"convex, {weight} vectors": _convex(weight)
        for weight in (0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
    },
}


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def measure(data: Path, index: Path) -> tuple[int, dict[str, list[float]]]:
    """The number of questions, and for each way its Hits@4, Hits@10 and MRR@10."""
    with gzip.open(data / "questions_dev.jsonl.gz", "rt", encoding="utf-8") as file:
        questions = [json.loads(line) for line in file]
    questions = [question for question in questions if question["answerable"]]
    ranks: dict[str, list[int]] = {name: [] for name in WAYS}
    with Collection.open(index) as collection:
        collection.sync(data / "articles.jsonl.gz")
        snapshot = collection.snapshot()
        for question in tqdm(questions, disable=None):
            row = collection.encoder.encode_query(question["question"])
            keys, cosines = snapshot.vectors.search(row, POOL)
            dense = dict(zip(keys.tolist(), cosines.tolist(), strict=True))
            keys, scores = snapshot.words.search(question["question"], POOL)
            lexical = dict(zip(keys.tolist(), scores.tolist(), strict=True))
            dense |= snapshot.vectors.cosines(row, [key for key in lexical if key not in dense])
            quotes = [_squeeze(item["quote"]) for item in question["evidence"]]
            for name, fuse in WAYS.items():
                best = _ranked(fuse(lexical, dense))[:10]
                texts = collection.passages(best, snapshot)
                right = [any(q in _squeeze(texts[key][0].text) for q in quotes) for key in best]
                ranks[name].append(right.index(True) + 1 if True in right else 99)
    return len(questions), {name: _figures(found) for name, found in ranks.items()}


def _figures(ranks: list[int]) -> list[float]:
    hits = [sum(rank <= k for rank in ranks) / len(ranks) for k in (4, 10)]
    return [*hits, sum(1 / rank for rank in ranks if rank <= 10) / len(ranks)]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m eval.fusions")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--index", type=Path, required=True)
    options = parser.parse_args()
    count, figures = measure(options.data, options.index)
    sys.stdout.write(f"{count} questions\n{'way':26} Hits@4  Hits@10  MRR@10\n")
    for name, (four, ten, mean) in figures.items():
        sys.stdout.write(f"{name:26} {four:6.3f} {ten:8.3f} {mean:7.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

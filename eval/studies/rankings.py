"""Rankings of one set's questions, judged as a run's are.

Enters: a set, its index, and a ranking a question. Leaves: the figures that retrieval is judged
by. What the studies in this folder share.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from embeddings.collection import Collection
from embeddings.schema import Article, Passage
from eval.cache import open_collection
from eval.cases import Case, Dataset
from eval.options import add_cache, add_data, add_limit
from eval.results import Outcome, Place
from eval.scoring.judging import Judge
from eval.scoring.measures import MEASURES
from eval.sets.datasets import SETS, load
from eval.system import key_of

COLUMNS = ("Hits@4", "Hits@10", "MRR@10", "nDCG@10", "Evidence recall@10")


@dataclass(frozen=True, slots=True)
class Study:
    """A set's answerable cases over its index."""

    dataset: Dataset
    collection: Collection
    judge: Judge

    def place(self, passage: Passage, article: Article) -> Place:
        """A passage as a judge takes it."""
        return Place(key_of(article, frozenset(self.dataset.texts)), passage.start, passage.end)

    def figures(self, rankings: Sequence[Sequence[Place]]) -> list[float]:
        """The value of each of ``COLUMNS`` for one ranking a case."""
        pairs = zip(self.dataset.cases, rankings, strict=True)
        results = [self.judge.judge(case, Outcome(hits=tuple(hits))) for case, hits in pairs]
        values = []
        for name in COLUMNS:
            _, rows = MEASURES[name].rows(results)
            values.append(float(MEASURES[name].statistic(rows)))
        return values


def options(prog: str, what: str) -> argparse.Namespace:
    """The options that every study takes, parsed."""
    return parser(prog, what).parse_args()


def parser(prog: str, what: str) -> argparse.ArgumentParser:
    """A parser of the options that every study takes."""
    taken = argparse.ArgumentParser(prog=prog, description=what)
    add_data(taken, required=True)
    ranked = [name for name in SETS if name != "seeds"]
    taken.add_argument("--set", choices=ranked, default="multihop_rag", help="default: %(default)s")
    add_limit(taken, "questions")
    add_cache(taken)
    return taken


@contextmanager
def opened(chosen: argparse.Namespace) -> Iterator[Study]:
    """The set's index and answerable cases, with the answers left aside: only places count."""
    dataset = load(chosen.set, chosen.data, scratch=chosen.cache / "sets", limit=chosen.limit)
    cases: tuple[Case, ...] = tuple(case for case in dataset.cases if case.answerable)
    dataset = replace(dataset, cases=cases, asks=False)
    with open_collection(dataset.articles, cache=chosen.cache) as (collection, _):
        keys = frozenset(dataset.texts)
        bounds = {
            key_of(article, keys): [(p.start, p.end) for p in collection.passages_of(article.id)]
            for article in collection.articles()
        }
        yield Study(dataset, collection, Judge(dataset, bounds))


def table(title: str, rows: Mapping[str, Sequence[float]]) -> None:
    """Print figures, a way a line."""
    width = max(map(len, rows))
    sys.stdout.write(f"{title}\n{'':{width}}  {'  '.join(COLUMNS)}\n")
    for name, values in rows.items():
        line = "  ".join(
            f"{value:{len(column)}.3f}" for column, value in zip(COLUMNS, values, strict=True)
        )
        sys.stdout.write(f"{name:{width}}  {line}\n")

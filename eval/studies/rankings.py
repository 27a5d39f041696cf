"""Rankings of one set's questions, judged as a run's are.

Enters: a set, its index, and a ranking a question. Leaves: the figures that retrieval is judged
by. What the studies in this folder share.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from embeddings.collection import Collection
from embeddings.schema import Article, Passage
from eval.cache import open_collection
from eval.cases import Case, Dataset
from eval.options import add_cache, add_data, add_limit
from eval.results import Outcome, Place, Result
from eval.scoring.judging import Judge
from eval.scoring.measures import MEASURES
from eval.sets.datasets import SETS, load
from eval.system import ARTICLE_DEPTH, DEPTH, key_of
from qa_app.conversation import stand_alone

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

    @property
    def depth(self) -> int:
        """How many passages a ranking has."""
        return DEPTH if self.dataset.unit == "passage" else ARTICLE_DEPTH

    def figures(self, rankings: Sequence[Sequence[Place]]) -> list[float]:
        """The value of each of ``COLUMNS`` for one ranking a case."""
        return self.values(self.judged(rankings))

    def judged(self, rankings: Sequence[Sequence[Place]]) -> list[Result]:
        """Every case with what is right in its ranking."""
        pairs = zip(self.dataset.cases, rankings, strict=True)
        return [self.judge.judge(case, Outcome(hits=tuple(hits))) for case, hits in pairs]

    @staticmethod
    def values(results: Sequence[Result]) -> list[float]:
        """The value of each of ``COLUMNS`` over judged cases."""
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
    add_data(taken)
    taken.add_argument("--set", choices=SETS, default="multihop_rag", help="default: %(default)s")
    add_limit(taken, "questions")
    add_cache(taken)
    return taken


def add_ways(taken: argparse.ArgumentParser, ways: Iterable[str]) -> None:
    """``--way``: some rows of a study's table."""
    taken.add_argument("--way", action="append", choices=[*ways], help="only this; repeatable")


@contextmanager
def opened(chosen: argparse.Namespace) -> Iterator[Study]:
    """The set's index and answerable cases, with the answers left aside: only places count.

    A follow-up is asked as the assistant would search for it.
    """
    dataset = load(chosen.set, chosen.data, scratch=chosen.cache / "sets", limit=chosen.limit)
    cases: tuple[Case, ...] = tuple(
        replace(case, question=stand_alone(case.question, case.history))
        for case in dataset.cases
        if case.answerable
    )
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

"""What recognising sources, dates and parts of a question is worth, and how it is best used.

    python -m eval.studies.understanding --data FOLDER [--set multihop_rag] [--wrong]

Enters: a public set. Leaves: a table on stdout, one row a way, judged as ``eval run`` judges, and
under it how many names were recognised. With ``--wrong`` every source that a question names is
replaced by another of the collection's, drawn at random: what a ranking is worth to somebody who
remembers the wrong source.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, zip_longest

from tqdm import tqdm

from embeddings.cli import guarded
from embeddings.collection import Collection
from embeddings.diversity import COSTS, Costs, diversify
from embeddings.engines.local_snapshot import local
from embeddings.known import known_of
from embeddings.lexical import WordIndex
from embeddings.names import Name, Names
from embeddings.parts import Part
from embeddings.schema import Location
from embeddings.search import (
    POOL,
    WEIGHTS,
    Candidates,
    Found,
    Search,
    Searched,
    Weights,
    fuse,
    is_named,
    score,
)
from embeddings.understanding import Known, Understanding, understand
from embeddings.vectors import SegmentedIndex
from eval.results import Place
from eval.studies.rankings import Study, add_ways, opened, parser, table

Places = Mapping[int, Location]
Merge = Callable[[Searched, Understanding, Places, Weights], Candidates]


def interleave(
    searched: Searched,
    understanding: Understanding,
    places: Places,
    weights: Weights,
) -> Candidates:
    """The best of each part in turn, then the second best of each, and so on."""
    whole, parts = score(searched, understanding, places, weights)
    rankings = [sorted(each, key=lambda k, each=each: -each[k]) for each in parts or [whole]]  # type: ignore[misc]  # its default is the mapping
    turns = chain.from_iterable(zip_longest(*rankings))
    order = dict.fromkeys(key for key in turns if key is not None)
    return Candidates({key: -float(rank) for rank, key in enumerate(order)}, places)


def add_up(
    searched: Searched,
    understanding: Understanding,
    places: Places,
    weights: Weights,
) -> Candidates:
    """The sum over the whole question and its parts."""
    whole, parts = score(searched, understanding, places, weights)
    total = {key: weights.whole * value for key, value in whole.items()} if parts else whole
    for part in parts:
        for key, value in part.items():
            total[key] = total.get(key, 0.0) + value
    return Candidates(total, places)


def only_named(
    searched: Searched,
    understanding: Understanding,
    places: Places,
    weights: Weights,
) -> Candidates:
    """A name as a filter: a part is answered by the articles of its names alone."""

    def kept(found: Found, names: Sequence[Name]) -> Found:
        if not names:
            return found
        lexical, dense = (
            {k: v for k, v in each.items() if k in places and is_named(places[k], names)}
            for each in (found.lexical, found.dense)
        )
        return Found(lexical, dense)

    pairs = zip(searched.parts, understanding.parts, strict=True)
    parts = tuple(kept(found, part.names) for found, part in pairs)
    return fuse(replace(searched, parts=parts), understanding, places, weights)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of using what a question says; the defaults are the product's."""

    recognised: bool = True
    names: bool = True
    dates: bool = True
    parts: bool = True
    words: bool = True
    vectors: bool = True
    weights: Weights = WEIGHTS
    costs: Costs = COSTS
    merge: Merge = fuse


WAYS = {
    "nothing recognised": Way(recognised=False),
    "as shipped": Way(),
    "no names": Way(names=False),
    "no dates": Way(dates=False),
    "no parts": Way(parts=False),
    "no diversification": Way(costs=Costs(0.0, 0.0, 0.0)),
    "no cost of the same part": Way(costs=Costs(part=0.0)),
    "no words": Way(words=False),
    "no vectors": Way(vectors=False),
    "names filter": Way(merge=only_named),
    "parts in turn": Way(merge=interleave),
    "parts added up": Way(merge=add_up),
    **{f"a name counts {x}": Way(weights=Weights(name=x)) for x in (0.2, 0.3, 0.7, 1.0)},
    **{f"a period counts {x}": Way(weights=Weights(period=x)) for x in (0.3, 1.0)},
    "a period and 3 days around": Way(weights=Weights(near=3)),
    **{f"the whole counts {x}": Way(weights=Weights(whole=x)) for x in (0.0, 0.3, 1.0)},
    **{f"the same part costs {x}": Way(costs=Costs(part=x)) for x in (0.02, 0.05, 0.1)},
}


def understood(question: str, way: Way, known: Known) -> Understanding:
    """What this way takes notice of."""
    if not way.recognised:
        return Understanding()
    if not way.names:
        known = replace(known, names=Names())
    if not way.dates:
        known = replace(known, since=None, until=None)
    found = understand(question, known)
    if not way.parts and found:
        part = Part(question, found.names, found.periods)
        found = replace(found, parts=(part,) if found.names or found.periods else ())
    return found


class Asked:
    """One question: searched once for every way that searches alike."""

    def __init__(self, collection: Collection, question: str) -> None:
        """Nothing is searched for before it is asked."""
        self.collection = collection
        self.question = question
        self.snapshot = local(collection.snapshot())
        self.known = known_of(collection, self.snapshot)
        self._searched: dict[object, tuple[Searched, Places]] = {}

    def ranked(self, way: Way, depth: int) -> list[int]:
        """The first passages of one way."""
        found = understood(self.question, way, self.known)
        searched, places = self._search(found, way)
        candidates = way.merge(searched, found, places, way.weights)
        chosen = diversify(candidates.scores, places, depth, way.costs, candidates.part)
        return [key for key, _ in chosen]

    def _search(self, found: Understanding, way: Way) -> tuple[Searched, Places]:
        alike = found, way.words, way.vectors
        if alike not in self._searched:
            snapshot = self.snapshot
            if not way.words:
                snapshot = snapshot.showing(words=WordIndex(None))
            if not way.vectors:
                dim = self.collection.encoder.identity.dim
                snapshot = snapshot.showing(vectors=SegmentedIndex(dim))
            search = Search(self.collection, snapshot, POOL)
            searched = search(self.question, found)
            places = self.collection.locations(searched.keys(), snapshot)
            self._searched[alike] = searched, places
        return self._searched[alike]


def misremembered(questions: Sequence[str], names: Names, publishers: Sequence[str]) -> list[str]:
    """The questions with every name they hold replaced by another publisher."""
    draw = random.Random(1)  # noqa: S311 (no secret)
    changed = []
    for question in questions:
        text = question
        found = names.find(question)
        named = {value for name in found for value in name.publishers}
        others = [each for each in publishers if each not in named]
        for name in reversed(found if others else []):
            text = text[: name.start] + draw.choice(others) + text[name.end :]
        changed.append(text)
    return changed


def measure(study: Study, questions: Sequence[str], ways: Sequence[str]) -> dict[str, list[float]]:
    """The figures of every way."""
    encoder, snapshot = study.collection.encoder, study.collection.snapshot()
    # Every way asks for the same texts.
    encoder.encode_query = cache(encoder.encode_query)  # type: ignore[method-assign]
    rankings: dict[str, list[list[Place]]] = {name: [] for name in ways}
    for question in tqdm(questions, disable=None):
        asked = Asked(study.collection, question)
        chosen = {name: asked.ranked(WAYS[name], study.depth) for name in ways}
        keys = sorted({key for found in chosen.values() for key in found})
        passages = study.collection.passages(keys, snapshot)
        for name, found in chosen.items():
            rankings[name].append([study.place(*passages[key]) for key in found])
    return {name: study.figures(found) for name, found in rankings.items()}


def names_found(study: Study, questions: Sequence[str]) -> tuple[int, int, int]:
    """How many names were recognised, how many are the evidence's publishers, how many are missed.

    A publisher of the evidence that the question does not name counts as missed, too.
    """
    articles = {a.id: a.publisher for a in study.collection.articles() if a.publisher}
    known = known_of(study.collection, study.collection.snapshot())
    recognised = right = missed = 0
    for case, question in zip(study.dataset.cases, questions, strict=True):
        wanted = {articles[e.article] for e in case.evidence if e.article in articles}
        found = [{*name.publishers} for name in known.names.find(question) if name.publishers]
        recognised += len(found)
        right += sum(bool(values & wanted) for values in found)
        missed += len(wanted.difference(*found))
    return recognised, right, missed


def main() -> int:
    """Run from the command line."""
    options = parser("python -m eval.studies.understanding", "What recognition is worth.")
    options.add_argument("--wrong", action="store_true", help="name the wrong sources")
    add_ways(options, WAYS)
    chosen = options.parse_args()
    with opened(chosen) as study:
        questions = [case.question for case in study.dataset.cases]
        if chosen.wrong:
            known = known_of(study.collection, study.collection.snapshot())
            named = {a.publisher for a in study.collection.articles() if a.publisher}
            questions = misremembered(questions, known.names, sorted(named))
        found = measure(study, questions, chosen.way or [*WAYS])
        about = ", the wrong sources named" if chosen.wrong else ""
        table(f"{chosen.set}: {len(questions)} questions{about}", found)
        recognised, right, missed = names_found(study, questions)
        sys.stdout.write(
            f"{recognised} names recognised, {right} of them publishers of the evidence; "
            f"{missed} publishers of the evidence not recognised\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))

"""How good a ranking is: places against places, and the numbers of ``ir_measures``.

Enters: a case, its ranking, where the index's passages lie. Leaves: which hits are relevant, and
scores by name. Deliberately knows nothing of answers.

A passage is relevant when it covers at least half of the characters of an evidence quote. Whole
quotes would be too strict, since a passage may end inside one; any overlap too kind, since a last
word tells nothing. With half, a quote that one passage boundary cuts always has a passage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.cases import Case, Evidence, Unit
from eval.results import Place

DEPTH = 10
CUTS = (1, 4, 10)
HALF = 0.5

Bounds = Mapping[str, Sequence[tuple[int, int]]]
Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A judged ranking: scores by name, and for every hit whether it is relevant."""

    scores: dict[str, float]
    right: tuple[bool, ...] = ()


def overlap(one: Place | Evidence, other: Place | Evidence) -> int:
    """How many characters two places share; 0 in different articles."""
    if one.article != other.article:
        return 0
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def covers(place: Place, evidence: Evidence) -> bool:
    """Whether a place holds at least half of the evidence's characters."""
    length = evidence.end - evidence.start
    return length > 0 and overlap(place, evidence) >= HALF * length


def touches(place: Place, evidence: Evidence) -> bool:
    """Whether a place and the evidence share at least half of the shorter one's characters.

    For citations, which may be shorter than the quote: a clause of it is a right citation, a
    paragraph that holds it too, a sentence that reaches into it by a word is not.
    """
    shorter = min(place.end - place.start, evidence.end - evidence.start)
    return shorter > 0 and overlap(place, evidence) >= HALF * shorter


def distinct(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with every place once, in order."""
    return list({(each.article, each.start, each.end): each for each in evidence}.values())


@dataclass(frozen=True, slots=True)
class RankingJudge:
    """Judges rankings over one index.

    ``bounds`` are the offsets of all its passages by article; ``texts`` the articles' texts as
    the set has them, so that a passage's text is what stands there, not what was shown.
    """

    unit: Unit
    bounds: Bounds
    texts: Mapping[str, str] = field(repr=False)

    def judge(self, case: Case, hits: Sequence[Place]) -> Ranked:
        """Scores of a ranking; none where the case has nothing to be found."""
        if not case.answerable or not (case.evidence or case.relevant):
            return Ranked({}, tuple(False for _ in hits))
        ranked = (
            self._articles(case, hits) if self.unit == "article" else self._passages(case, hits)
        )
        return Ranked({**ranked.scores, **self._multihop(case, hits)}, ranked.right)

    def _passages(self, case: Case, hits: Sequence[Place]) -> Ranked:
        evidence = distinct(case.evidence)
        if not evidence:
            return Ranked({}, tuple(False for _ in hits))
        right = tuple(any(covers(hit, each) for each in evidence) for hit in hits)
        first = hits[:DEPTH]
        found = sum(any(covers(hit, each) for hit in first) for each in evidence)
        keys = [_key(hit) for hit in hits]
        relevant = self._relevant(evidence, hits)
        scores = rank_scores([_name(key) for key in keys], relevant)
        return Ranked({**scores, "evidence_recall@10": found / len(evidence)}, right)

    def _relevant(self, evidence: Sequence[Evidence], hits: Sequence[Place]) -> set[str]:
        """Every relevant passage of the index, and an item for each quote that none covers.

        Such a quote can never be found; without its item, a system that cut its passages badly
        would be measured only on what it did not spoil.
        """
        relevant: set[str] = set()
        for number, each in enumerate(evidence):
            keys = {(each.article, *bound) for bound in self.bounds.get(each.article, ())}
            keys |= {_key(hit) for hit in hits}
            names = {_name(key) for key in keys if covers(Place(*key), each)}
            relevant |= names or {f"no passage covers quote {number}"}
        return relevant

    def _articles(self, case: Case, hits: Sequence[Place]) -> Ranked:
        relevant = set(case.relevant) or {each.article for each in case.evidence}
        ranking = list(dict.fromkeys(hit.article for hit in hits))
        found = len(relevant.intersection(ranking[:DEPTH]))
        scores = rank_scores(ranking, relevant)
        right = tuple(hit.article in relevant for hit in hits)
        return Ranked({**scores, "evidence_recall@10": found / len(relevant)}, right)

    def _multihop(self, case: Case, hits: Sequence[Place]) -> dict[str, float]:
        """MultiHop-RAG's own scorer (Tang & Yang 2024, 2401.15391; ``retrieval_evaluate.py``).

        A hit is a passage whose text contains any of the evidence quotes, all white space
        removed, from whatever article.
        """
        quotes = [quote for each in case.evidence if (quote := _solid(each.quote))]
        if not quotes:
            return {}
        texts = [_solid(self._text(hit)) for hit in hits[:DEPTH]]
        ranks = [i for i, text in enumerate(texts, 1) if any(quote in text for quote in quotes)]
        rank = ranks[0] if ranks else 0
        return {
            "multihop_hits@4": float(0 < rank <= 4),
            "multihop_hits@10": float(rank > 0),
            "multihop_rr@10": 1 / rank if rank else 0.0,
        }

    def _text(self, hit: Place) -> str:
        return self.texts.get(hit.article, "")[max(hit.start, 0) : max(hit.end, 0)]


def rank_scores(ranking: Sequence[str], relevant: set[str]) -> dict[str, float]:
    """Success, reciprocal rank and nDCG of one ranking, from ``ir_measures``.

    Args:
        ranking: what was found, best first. The same item again is a miss at its place: it
            would be counted twice, or what follows it would move up.
        relevant: at least one item; all are equally relevant.

    Returns:
        ``hits@1``, ``hits@4``, ``hits@10``, ``rr@10``, ``ndcg@10``, and ``hits_rank``: the rank
        of the first relevant item, 0 where there is none at any depth.
    """
    import ir_measures  # noqa: PLC0415 (heavy)

    measures = _measures()
    seen: set[str] = set()
    items = []
    for rank, item in enumerate(ranking):
        items.append(f"again {rank} {item}" if item in seen else item)
        seen.add(item)
    wanted = [ir_measures.Qrel("q", item, 1) for item in relevant]
    run = [ir_measures.ScoredDoc("q", item, float(-rank)) for rank, item in enumerate(items)]
    found = {
        measures[metric.measure]: float(metric.value)
        for metric in ir_measures.evaluator(list(measures), wanted).iter_calc(run)
    }
    ranks = [rank for rank, item in enumerate(items, 1) if item in relevant]
    return {**found, "hits_rank": float(ranks[0] if ranks else 0)}


def _measures() -> dict[Any, str]:
    from ir_measures import RR, Success, nDCG  # noqa: PLC0415 (heavy)

    hits = {Success @ cut: f"hits@{cut}" for cut in CUTS}
    return {**hits, RR @ DEPTH: f"rr@{DEPTH}", nDCG @ DEPTH: f"ndcg@{DEPTH}"}


def _key(place: Place) -> Key:
    return place.article, place.start, place.end


def _name(key: Key) -> str:
    # Never equal to the name of a quote that no passage covers: that has no offsets.
    return f"{key[0]}:{key[1]}-{key[2]}"


def _solid(text: str) -> str:
    return "".join(text.split())

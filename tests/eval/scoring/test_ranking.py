"""Rankings judged: by hand, by a naive computation, and by a second library to four places."""

from __future__ import annotations

import random
from math import log2

import pytest

from eval.cases import Case, Evidence
from eval.results import Place
from eval.scoring.ranking import RankingJudge, covers, distinct, overlap, rank_scores, touches

TEXT = "Zoë sailed. “The storm came at dawn,” she said. Nobody slept. 🌊 The harbour was shut."
OTHER = "The storm   came\nat dawn, they say."
TEXTS = {"a": TEXT, "b": OTHER}
QUOTE = "“The storm came at dawn,” she said."
START = TEXT.index(QUOTE)
END = START + len(QUOTE)
# Four passages of a: [0, 12), the first half of the quote and more, and so on.
BOUNDS = {"a": ((0, 12), (12, 47), (48, 61), (62, len(TEXT))), "b": ((0, len(OTHER)),)}


def evidence(start: int = START, end: int = END, article: str = "a") -> Evidence:
    return Evidence(article, TEXTS.get(article, "")[start:end], start, end)


def case(*found: Evidence, relevant: tuple[str, ...] = (), answerable: bool = True) -> Case:
    return Case("c", "When did it come?", answerable, evidence=found, relevant=relevant)


def judge(unit: str = "passage", bounds: object = BOUNDS) -> RankingJudge:
    return RankingJudge(unit, bounds, TEXTS)  # type: ignore[arg-type]


def a(number: int) -> Place:
    return Place("a", *BOUNDS["a"][number])


B = Place("b", 0, len(OTHER))


def test_the_fixture_is_what_the_comments_say() -> None:
    assert (START, END, len(TEXT)) == (12, 47, 85)


@pytest.mark.parametrize(
    ("place", "covered", "touched"),
    [
        (Place("a", 12, 47), True, True),
        (Place("a", 0, 30), True, True),  # 18 of 35 characters
        (Place("a", 0, 29), False, True),  # 17 of 35, but 17 of its own 29
        (Place("a", 40, 84), False, False),  # 7 of 35 and of 44
        (Place("a", 13, 20), False, True),  # a few words of it
        (Place("a", 47, 60), False, False),
        (Place("b", 12, 47), False, False),
        (Place("a", 20, 20), False, False),
    ],
)
def test_half_of_the_quote_makes_it_relevant(place: Place, covered: bool, touched: bool) -> None:
    assert covers(place, evidence()) is covered
    assert touches(place, evidence()) is touched


def test_overlap_is_counted_in_characters() -> None:
    assert overlap(Place("a", 0, 20), evidence()) == 8
    assert overlap(Place("b", 0, 20), evidence()) == 0
    assert not covers(Place("a", 0, 84), evidence(5, 5))


def test_a_ranking_by_hand() -> None:
    two = case(evidence(), evidence(62, 84))
    found = judge().judge(two, (a(0), a(1), B, a(3)))
    assert found.right == (False, True, False, True)
    assert found.scores["hits@1"] == 0.0
    assert found.scores["hits@4"] == found.scores["hits@10"] == 1.0
    assert found.scores["rr@10"] == 0.5
    gained = 1 / log2(3) + 1 / log2(5)
    assert found.scores["ndcg@10"] == pytest.approx(gained / (1 + 1 / log2(3)))
    assert found.scores["evidence_recall@10"] == 1.0
    assert found.scores["hits_rank"] == 2.0


def test_a_quote_that_no_passage_covers_is_counted_all_the_same() -> None:
    cut = {"a": ((0, 20), (20, 32), (32, 47), (62, 84)), "b": BOUNDS["b"]}
    two = case(evidence(), evidence(62, 84))  # of the first, passages hold 8, 12 and 15 of 35
    found = judge(bounds=cut).judge(two, (Place("a", 62, 84), Place("a", 20, 32)))
    assert found.right == (True, False)
    assert found.scores["ndcg@10"] == pytest.approx(1 / (1 + 1 / log2(3)))
    assert found.scores["evidence_recall@10"] == 0.5
    alone = judge(bounds=cut).judge(case(evidence()), (Place("a", 20, 32),))
    assert set(alone.scores.values()) == {0.0}


def test_every_passage_that_covers_it_could_have_been_found() -> None:
    overlapping = {"a": ((0, 40), (12, 47), (14, 84))}
    found = judge(bounds=overlapping).judge(case(evidence()), (Place("a", 0, 40),))
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert found.scores["ndcg@10"] == pytest.approx(1 / ideal)
    assert found.scores["evidence_recall@10"] == 1.0


def test_nothing_found_and_nothing_to_find() -> None:
    nothing = judge().judge(case(evidence()), ())
    assert nothing.scores["hits@10"] == nothing.scores["hits_rank"] == 0.0
    assert nothing.scores["ndcg@10"] == nothing.scores["evidence_recall@10"] == 0.0
    assert nothing.scores["multihop_hits@10"] == 0.0
    for without in (case(), case(evidence(), answerable=False), case(relevant=("a",))):
        found = judge().judge(without, (a(0),))
        assert (found.scores, found.right) == ({}, (False,))


def test_beyond_the_first_ten() -> None:
    hits = (*(Place("a", i, i + 1) for i in range(10)), a(1))
    found = judge().judge(case(evidence()), hits)
    assert found.scores["hits@10"] == found.scores["evidence_recall@10"] == 0.0
    assert found.scores["rr@10"] == found.scores["multihop_hits@10"] == 0.0
    assert found.scores["hits_rank"] == 11.0
    assert found.right == (*[False] * 10, True)


def test_the_same_passage_again_gains_nothing_and_keeps_its_rank() -> None:
    two = case(evidence(), evidence(62, 84))
    found = judge().judge(two, (a(1), a(1), a(3)))
    assert found.scores["ndcg@10"] == pytest.approx((1 + 0.5) / (1 + 1 / log2(3)))
    doubled = case(evidence(), evidence())
    assert distinct(doubled.evidence) == [evidence()]
    assert judge().judge(doubled, (a(1),)).scores["ndcg@10"] == 1.0


def test_articles_rank_by_their_first_passage() -> None:
    wanted = case(relevant=("b", "d"))
    hits = (a(0), a(1), a(2), B, Place("c", 0, 1), B, Place("d", 0, 1))
    found = judge("article").judge(wanted, hits)
    assert found.right == (False, False, False, True, False, True, True)
    assert found.scores["hits@1"] == 0.0
    assert found.scores["rr@10"] == 0.5  # a, b, c, d
    assert found.scores["ndcg@10"] == pytest.approx((1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3)))
    assert found.scores["evidence_recall@10"] == 1.0
    assert "multihop_hits@4" not in found.scores


def test_articles_with_evidence_are_relevant_where_none_are_named() -> None:
    found = judge("article").judge(case(evidence()), (B, a(3)))
    assert found.scores["rr@10"] == 0.5
    assert found.scores["multihop_rr@10"] == 0.0


def test_multihop_rags_scorer_minds_words_only() -> None:
    spaced = Evidence("a", "The storm came  at dawn", 13, 35)
    found = judge().judge(case(spaced), (a(0), B))
    assert found.right == (False, False)  # another article
    assert found.scores["multihop_hits@4"] == found.scores["multihop_hits@10"] == 1.0
    assert found.scores["multihop_rr@10"] == 0.5
    part = judge().judge(case(evidence()), (Place("a", 0, 46),))  # all but the last mark
    assert part.scores["hits@1"] == 1.0
    assert part.scores["multihop_hits@10"] == 0.0


def test_multihop_rags_scorer_takes_the_text_from_the_set() -> None:
    lying = Place("b", 0, 3, text=QUOTE)
    unknown = Place("zzz", 0, 100, text=QUOTE)
    found = judge().judge(case(evidence()), (lying, unknown))
    assert found.scores["multihop_hits@10"] == 0.0
    blank = judge().judge(case(Evidence("a", " \n", 11, 12)), (a(0),))
    assert "multihop_hits@10" not in blank.scores


def test_four_is_a_rank_of_its_own() -> None:
    fourth = judge().judge(case(evidence()), (a(0), a(2), a(3), a(1)))
    fifth = judge().judge(case(evidence()), (a(0), a(2), a(3), Place("c", 0, 1), a(1)))
    assert (fourth.scores["hits@4"], fourth.scores["multihop_hits@4"]) == (1.0, 1.0)
    assert (fifth.scores["hits@4"], fifth.scores["multihop_hits@4"]) == (0.0, 0.0)
    assert (fifth.scores["rr@10"], fifth.scores["multihop_rr@10"]) == (0.2, 0.2)


def rankings(seed: int, count: int) -> list[tuple[list[str], set[str]]]:
    """No, partial and full rankings against no, partial and full overlap with the gold."""
    chance, made = random.Random(seed), []  # noqa: S311 (made-up data)
    for _ in range(count):
        ranking = chance.sample([f"p{i}" for i in range(20)], chance.choice((0, 1, 5, 10, 14)))
        gold = chance.sample([f"p{i}" for i in range(40)], chance.choice((1, 2, 3, 12)))
        made.append((ranking, set(gold)))
    return made


def naive(ranking: list[str], gold: set[str]) -> dict[str, float]:
    ranks = [i + 1 for i in range(len(ranking)) if ranking[i] in gold]
    gain = sum(1 / log2(rank + 1) for rank in ranks if rank <= 10)
    best = sum(1 / log2(rank + 1) for rank in range(1, min(len(gold), 10) + 1))
    return {
        "hits@1": float(1 in ranks),
        "hits@4": float(min(ranks, default=99) <= 4),
        "hits@10": float(min(ranks, default=99) <= 10),
        "rr@10": 1 / ranks[0] if ranks and ranks[0] <= 10 else 0.0,
        "ndcg@10": gain / best,
        "hits_rank": float(ranks[0] if ranks else 0),
    }


def test_scores_agree_with_a_naive_computation() -> None:
    for ranking, gold in rankings(1, 300):
        expected = naive(ranking, gold)
        found = rank_scores(ranking, gold)
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            assert round(found[name], 4) == round(value, 4), (name, ranking, gold)


@pytest.mark.filterwarnings("ignore:.*unsafe cast from uint64 to int64")  # of ranx, compiling
def test_scores_agree_with_ranx() -> None:
    from ranx import Qrels, Run, evaluate  # noqa: PLC0415 (compiles for seconds)

    made = [(ranking, gold) for ranking, gold in rankings(2, 200) if ranking]
    qrels = Qrels({f"q{i}": dict.fromkeys(gold, 1) for i, (_, gold) in enumerate(made)})
    run = Run(
        {
            f"q{i}": {item: float(100 - rank) for rank, item in enumerate(ranking)}
            for i, (ranking, _) in enumerate(made)
        }
    )
    theirs = {
        "hit_rate@1": "hits@1",
        "hit_rate@4": "hits@4",
        "hit_rate@10": "hits@10",
        "mrr@10": "rr@10",
        "ndcg@10": "ndcg@10",
    }
    means = evaluate(qrels, run, list(theirs))
    ours = [rank_scores(ranking, gold) for ranking, gold in made]
    for name, own in theirs.items():
        mean = sum(each[own] for each in ours) / len(ours)
        assert 0 < mean < 1
        assert round(float(means[name]), 4) == round(mean, 4)

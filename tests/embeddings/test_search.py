"""Question -> scored candidates: what a recognised name or day raises, and what it never hides."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.collection import Collection
from embeddings.diversity import diversify
from embeddings.engines.values import Days, Facets, Sources
from embeddings.errors import InvalidQuestion
from embeddings.fusion import convex_fusion
from embeddings.known import known_of
from embeddings.names import Name
from embeddings.periods import Period
from embeddings.register import Register
from embeddings.retrieval import clean_question, retrieve
from embeddings.retriever import HybridRetriever
from embeddings.schema import Filters, Location
from embeddings.search import POOL, Found, Searched, Weights, fuse, score
from embeddings.understanding import Understanding
from tests.news import NEWS, row, write_lines

MARCH = date(2024, 3, 1)
HEADINGS = [
    (1, "Dagen", "Kari Moe", "2024-03-01"),
    (2, "Dagen", None, "2024-03-02"),
    (3, "Público", "Kari Moe", "2024-03-09"),
    (4, None, None, None),
]
RUNS = [(1, 10, 12, 3), (2, 13, 13, 1), (4, 20, 21, 2)]
REGISTER = Register(HEADINGS, RUNS)
DAGEN = Name("Dagen", 0, 5, ("Dagen",))
KARI = Name("Kari Moe", 0, 8, (), ("Kari Moe",))


@pytest.fixture
def papers(collection: Collection, tmp_path: Path) -> Collection:
    """Three papers on the same flood and strike, each with several articles."""
    rows = [
        row(
            f"{paper.lower()}-{subject}-{number}",
            f"The {subject} went on in {city}. Number {number} was counted, the crews said.",
            title=f"{subject} {number}",
            publisher=paper,
            published=f"2024-03-{number + 1:02d}",
        )
        for paper, city in (("Herald", "Oslo"), ("Tribune", "Lisbon"), ("Gazette", "Haifa"))
        for subject in ("flood", "strike")
        for number in range(1, 6)
    ]
    collection.sync(write_lines(tmp_path / "papers.jsonl", rows))
    return collection


def articles(collection: Collection, question: str, k: int, **named: object) -> list[str]:
    return [hit.article.id for hit in retrieve(collection, question, k, **named).hits]  # type: ignore[arg-type]


# The register


def test_articles_of_names_and_days() -> None:
    assert REGISTER.of(Sources(publishers=frozenset({"Dagen"}))) == {1, 2}
    assert REGISTER.of(Sources(authors=frozenset({"Kari Moe"}))) == {1, 3}
    both = Sources(frozenset({"Dagen", "Nobody"}), frozenset({"Kari Moe"}))
    assert REGISTER.of(both) == {1, 2, 3}
    assert REGISTER.of(Sources()) == REGISTER.of(Sources(frozenset({"dagen"}))) == set()
    assert REGISTER.of(Sources(days=(Days(None, date(2024, 3, 2)),))) == {1, 2}
    assert REGISTER.of(Sources(days=(Days(date(2024, 3, 3)), Days(MARCH, MARCH)))) == {1, 3}
    assert REGISTER.facets == Facets(("Dagen", "Público"), ("Kari Moe",), MARCH, date(2024, 3, 9))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(publisher=("DAGEN",)), {1, 2}),
        (Filters(publisher=("público", "Dagen")), {1, 2, 3}),
        (Filters(publisher=("Dagen",), author=("kari moe",)), {1}),
        (Filters(author=("Nobody",)), set()),
        (Filters(after=date(2024, 3, 2)), {2, 3}),
        (Filters(after=date(2024, 3, 2), before=date(2024, 3, 2)), {2}),
        (Filters(before=date(2024, 3, 1), publisher=("Dagen",)), {1}),
        (Filters(article=("any",)), {4}),
        (Filters(article=("any",), publisher=("Dagen",)), set()),
    ],
)
def test_articles_that_pass_filters(filters: Filters, expected: set[int]) -> None:
    assert REGISTER.passing(filters, {4, 99}) == expected


def test_passages_of_articles() -> None:
    assert REGISTER.passages_of([1, 2, 3, 4, 9]).tolist() == [10, 11, 12, 13, 20, 21]
    assert REGISTER.passages_of([4]).tolist() == [20, 21]
    assert REGISTER.passages_of([]).tolist() == REGISTER.passages_of([3]).tolist() == []
    with pytest.raises(ValueError, match="one after the other"):
        Register(HEADINGS, [(1, 10, 13, 3)])


def test_what_is_known_is_of_its_generation(collection: Collection, news: Path) -> None:
    assert known_of(collection, collection.snapshot()).since is None
    collection.sync(news)
    full = known_of(collection, collection.snapshot())
    assert (full.since, full.until) == (MARCH, date(2024, 3, 9))
    assert known_of(collection, collection.snapshot()) is full
    collection.remove("lisbon")
    less = known_of(collection, collection.snapshot())
    assert less.since == date(2024, 3, 5)
    assert less.names.find("What did Público say?") == []


# Scores by hand


def test_by_hand() -> None:
    places = {key: Location(str(key), key, 0, 9, *heading) for key, *heading in HEADINGS}
    found = Found({1: 4.0, 3: 2.0, 4: 1.0, 9: 4.0}, {})
    searched = Searched(found)
    period = Period("", 0, 0, MARCH, MARCH)
    weights = Weights(name=0.5, period=0.2, near=1, whole=1.0)
    both = Understanding((DAGEN,), (period,))
    # 1: in Dagen and on the day; 9 has no place.
    assert score(searched, both, places, weights) == (
        {1: pytest.approx(1.7), 3: 0.5, 4: 0.25, 9: 1.0},
        [],
    )
    searched = Searched(Found({2: 4.0}, {}))
    # A day off: half.
    assert fuse(searched, both, places, weights).scores == {2: pytest.approx(1.6)}


def test_where_nothing_was_recognised_it_is_convex_fusion() -> None:
    found = Found({1: 4.0, 3: 3.0}, {3: 0.7, 2: -0.1})
    candidates = fuse(Searched(found), Understanding(), {})
    assert candidates.scores == convex_fusion(found.lexical, found.dense)
    assert candidates.part == {}


# Over a collection


def former(collection: Collection, question: str, k: int) -> list[tuple[str, float]]:
    """The ranking by words and vectors alone, put together from its pieces."""
    snapshot = collection.snapshot()
    row_ = collection.encoder.encode_query(question)
    dense, lexical = snapshot.nearest(row_, POOL), snapshot.matching(question, POOL)
    dense |= snapshot.cosines(row_, [key for key in lexical if key not in dense])
    fused = convex_fusion(lexical, dense)
    places = collection.locations([*fused], snapshot)
    return [(places[key].id, value) for key, value in diversify(fused, places, k)]


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.lists(
        st.sampled_from("who flood strike river Oslo Herald report 5 March 2024 , and é 🎉".split())  # noqa: SIM905
    ).map(" ".join),
    st.integers(1, 9),
)
def test_with_nothing_recognised_the_ranking_is_the_former_one(
    papers: Collection, question: str, k: int
) -> None:
    try:
        expected = former(papers, clean_question(question), k)
    except InvalidQuestion:
        return
    plain = retrieve(papers, question, k, recognise=False, rerank=False)
    assert [(hit.passage.id, hit.scores.fused) for hit in plain.hits] == expected
    assert not plain.understanding
    found = retrieve(papers, question, k, rerank=False)
    if not found.understanding:
        assert found.hits == plain.hits


def test_a_named_source_comes_first_and_the_others_behind_it(papers: Collection) -> None:
    found = articles(papers, "What does the Tribune report say of the flood?", 30)
    assert {name.split("-")[0] for name in found[:5]} == {"tribune"}
    assert all("flood" in name for name in found[:5])
    assert {name.split("-")[0] for name in found} == {"tribune", "herald", "gazette"}


def test_each_half_has_its_place(papers: Collection) -> None:
    question = (
        "Does the Herald article say that the flood went on, while the Gazette article is of a "
        "strike?"
    )
    found = retrieve(papers, question, 4)
    assert {hit.article.id.rsplit("-", 1)[0] for hit in found.hits} == {
        "herald-flood",
        "gazette-strike",
    }
    told = found.understanding.record()
    assert [name["words"] for name in told["names"]] == ["Herald", "Gazette"]
    assert [part["names"] for part in told["parts"]] == [["Herald"], ["Gazette"]]


def test_a_named_day_comes_first(papers: Collection) -> None:
    (first, *_) = retrieve(papers, "What flood was counted on 4 March 2024?", 3).hits
    assert first.article.published == "2024-03-04"
    (first, *_) = retrieve(papers, "What flood was counted on March 5?", 3).hits
    assert first.article.published == "2024-03-05"


def test_filters_always_hold(papers: Collection) -> None:
    question = "What does the Tribune report say of the flood on 4 March 2024?"
    gazette = Filters(publisher=("gazette",))
    found = retrieve(papers, question, 30, gazette)
    assert {hit.article.publisher for hit in found.hits} == {"Gazette"}
    assert [name.words for name in found.understanding.names] == ["Tribune"]
    late = Filters(publisher=("Tribune", "Herald"), after=date(2024, 3, 5))
    hits = retrieve(papers, question, 30, late).hits
    assert {(hit.article.publisher, hit.article.published) for hit in hits} == {
        (paper, day) for paper in ("Tribune", "Herald") for day in ("2024-03-05", "2024-03-06")
    }
    assert retrieve(papers, question, 30, Filters(publisher=("nobody",))).hits == []


def test_every_hit_has_its_scores(papers: Collection) -> None:
    question = "What does the Herald say of the flood, and the Gazette article of the strike?"
    hits = retrieve(papers, question, 30).hits
    assert len(hits) == 30
    assert all(hit.scores.dense is not None for hit in hits)
    fused = [hit.scores.fused for hit in hits]
    assert fused == sorted(fused, reverse=True)
    found = Searched(Found({1: 2.0}, {}), (Found({1: 9.0, 2: 1.0}, {2: 0.1}), Found({2: 3.0}, {})))
    assert [found.lexical(key) for key in (1, 2, 3)] == [2.0, 3.0, None]
    assert [found.dense(key) for key in (1, 2)] == [None, 0.1]
    assert found.keys() == [1, 2]


def test_at_most_k_and_no_passage_twice(papers: Collection) -> None:
    question = "What does the Herald say of the flood, and the Gazette article of the strike?"
    for k in (0, 1, 4, 99):
        ids = [hit.passage.id for hit in retrieve(papers, question, k).hits]
        assert len(ids) == len(set(ids)) == min(k, 30)


def test_through_langchain(papers: Collection) -> None:
    question = "What does the Tribune report say of the flood?"
    on = HybridRetriever(collection=papers, k=9).invoke(question)
    assert [doc.metadata["article"] for doc in on] == articles(papers, question, 9)
    off = HybridRetriever(collection=papers, k=9, recognise=False).invoke(question)
    assert [doc.metadata["article"] for doc in off] == articles(
        papers, question, 9, recognise=False
    )


def test_an_empty_collection(collection: Collection) -> None:
    found = retrieve(collection, "What did the Herald report on 5 March 2024?")
    assert (found.hits, found.understanding) == ([], Understanding())


def test_no_headings(collection: Collection, tmp_path: Path) -> None:
    bare = [row(name, text) for name, _, text in NEWS]
    collection.sync(write_lines(tmp_path / "bare.jsonl", bare))
    question = "What did the Dagen article of 5 March 2024 say of the strike in Oslo?"
    found = retrieve(collection, question, 4)
    assert not found.understanding
    assert found.hits[0].article.id == "oslo"

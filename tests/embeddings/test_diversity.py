"""What repetition costs, worked out by hand, and what it may never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.diversity import Costs, diversify
from embeddings.schema import Location

# Article 1 has passages a, b (sharing 10 characters) and c; article 2 has d.
PLACES = {
    1: Location("a", 1, 0, 100),
    2: Location("b", 1, 90, 200),
    3: Location("c", 1, 200, 300),
    4: Location("d", 2, 0, 100),
}


def test_by_hand() -> None:
    scores = {1: 1.0, 2: 0.95, 3: 0.93, 4: 0.91}
    found = diversify(scores, PLACES, 4, Costs(article=0.02, overlap=0.05))
    # After a: b costs .07 (.88), c .02 (.91), d nothing (.91): c is before d by id. Then b .86.
    assert [key for key, _ in found] == [1, 3, 4, 2]
    assert [score for _, score in found] == pytest.approx([1.0, 0.91, 0.91, 0.86])


def test_without_costs_it_is_the_ranking() -> None:
    scores = {4: 0.5, 2: 0.7, 1: 0.5, 3: 0.1}
    found = diversify(scores, PLACES, 3, Costs(0, 0, 0))
    assert found == [(2, 0.7), (1, 0.5), (4, 0.5)]


def test_a_part_that_is_answered_gives_way() -> None:
    scores = {1: 1.0, 3: 0.99, 4: 0.98}
    part = {1: 0, 3: 1, 4: 0}
    costs = Costs(article=0.0, overlap=0.0, part=0.03)
    # After a, of part 0: c keeps .99, d of the same part falls to .95.
    assert diversify(scores, PLACES, 3, costs, part) == [
        (1, 1.0),
        (3, 0.99),
        (4, pytest.approx(0.95)),
    ]
    # What answers no part in particular costs nothing.
    assert diversify(scores, PLACES, 3, costs, {1: 0}) == [(1, 1.0), (3, 0.99), (4, 0.98)]


def test_touching_is_not_sharing() -> None:
    assert PLACES[1].overlaps(PLACES[2])
    assert PLACES[2].overlaps(PLACES[1])
    assert not PLACES[2].overlaps(PLACES[3])
    assert not PLACES[1].overlaps(PLACES[4])


def test_what_has_no_place_is_not_ranked() -> None:
    assert diversify({1: 1.0, 9: 2.0}, PLACES, 5) == [(1, 1.0)]
    assert diversify({}, {}, 5) == []
    assert diversify({1: 1.0}, PLACES, 0) == []


@given(st.dictionaries(st.integers(1, 4), st.floats(-1, 2), max_size=4), st.integers(0, 5))
def test_order_and_prefixes(scores: dict[int, float], k: int) -> None:
    everything = diversify(scores, PLACES, 10)
    assert {key for key, _ in everything} == {*scores}
    assert diversify(scores, PLACES, k) == everything[:k]
    ranked = [score for _, score in everything]
    assert ranked == sorted(ranked, reverse=True)
    assert all(score <= scores[key] for key, score in everything)


def by_looking_at_all(
    scores: dict[int, float], places: dict[int, Location], k: int, costs: Costs
) -> list[int]:
    """The same choice, each time among all that are left."""
    left, chosen = dict(scores), list[int]()

    def worth(key: int) -> float:
        same = sum(places[key].article == places[other].article for other in chosen)
        shares = any(places[key].overlaps(places[other]) for other in chosen)
        return left[key] - costs.article * same - costs.overlap * shares

    while left and len(chosen) < k:
        best = min(left, key=lambda key: (-worth(key), places[key].id))
        chosen.append(best)
        del left[best]
    return chosen


@given(
    st.lists(
        st.tuples(
            # Few values: ties are what could go wrong.
            st.sampled_from([0.1, 0.12, 0.5, 0.52, 0.55]),
            st.integers(1, 3),
            st.integers(0, 5),
        ),
        max_size=14,
    ),
    st.integers(0, 8),
)
def test_looking_at_the_best_alone_finds_the_same(
    rows: list[tuple[float, int, int]], k: int
) -> None:
    scores = {key: score for key, (score, _, _) in enumerate(rows)}
    places = {
        key: Location(f"{key * 7 % 13:02d}", article, 10 * start, 10 * start + 15)
        for key, (_, article, start) in enumerate(rows)
    }
    costs = Costs(article=0.02, overlap=0.05)
    found = [key for key, _ in diversify(scores, places, k, costs)]
    assert found == by_looking_at_all(scores, places, k, costs)

"""Two rankings -> one, with numbers worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.fusion import convex_fusion, fuse_parts, reciprocal_rank_fusion

BM25 = {1: 8.0, 2: 4.0, 3: 1.0}
COSINES = {2: 0.8, 3: 0.4, 4: 0.6, 1: -0.2}


def order(scores: dict[int, float]) -> list[int]:
    return sorted(scores, key=lambda key: (-scores[key], key))


def test_convex_fusion_by_hand() -> None:
    # BM25 / 8 + 0.3 * cosine / 0.8
    fused = convex_fusion(BM25, COSINES)
    assert fused == pytest.approx(
        {1: 1 - 0.075, 2: 0.5 + 0.3, 3: 0.125 + 0.15, 4: 0.225}, abs=1e-12
    )


def test_the_weight_of_the_cosine() -> None:
    assert convex_fusion(BM25, COSINES, 0.0) == {1: 1.0, 2: 0.5, 3: 0.125, 4: 0.0}
    assert convex_fusion(BM25, COSINES, 2.0) == pytest.approx(
        {1: 1 - 0.5, 2: 0.5 + 2, 3: 0.125 + 1, 4: 1.5}, abs=1e-12
    )


def test_nothing_and_nothing() -> None:
    assert convex_fusion({}, {}) == {}
    assert reciprocal_rank_fusion([]) == {}
    assert reciprocal_rank_fusion([[], []]) == {}


def test_without_a_best_score_nothing_is_scaled() -> None:
    assert convex_fusion({1: 0.0}, {1: 0.5}, 0.5) == {1: 0.5}
    assert convex_fusion({1: 2.0}, {1: -0.5, 2: -0.1}, 0.5) == {1: 1.0 - 0.25, 2: -0.05}


scores = st.dictionaries(
    st.integers(0, 20), st.floats(0.001, 100, allow_nan=False, allow_infinity=False), max_size=10
)
cosines = st.dictionaries(
    st.integers(0, 20), st.floats(0.001, 1, allow_nan=False, allow_infinity=False), max_size=10
)


@given(scores, cosines)
def test_the_keys_are_those_of_either(lexical: dict[int, float], dense: dict[int, float]) -> None:
    assert convex_fusion(lexical, dense).keys() == lexical.keys() | dense.keys()


@given(scores, cosines, st.integers(-8, 8))
def test_the_unit_of_bm25_does_not_matter(
    lexical: dict[int, float], dense: dict[int, float], power: int
) -> None:
    # Powers of two scale exactly, so the order must be the same to the last bit.
    scaled = {key: score * 2.0**power for key, score in lexical.items()}
    assert convex_fusion(scaled, dense) == convex_fusion(lexical, dense)


@given(st.dictionaries(st.integers(0, 20), st.integers(1, 100), max_size=10))
def test_alone_each_ranking_keeps_its_order(found: dict[int, int]) -> None:
    # A hundredth apart: rounding cannot make ties of them.
    given_scores = {key: score / 100 for key, score in found.items()}
    assert order(convex_fusion(given_scores, {})) == order(given_scores)
    assert order(convex_fusion({}, given_scores)) == order(given_scores)


def test_cosines_below_zero_keep_their_order() -> None:
    assert order(convex_fusion({}, {1: -0.9, 2: -0.1, 3: -0.5})) == [2, 3, 1]


def test_reciprocal_rank_fusion_by_hand() -> None:
    assert reciprocal_rank_fusion([[1, 2], [2, 3]]) == pytest.approx(
        {1: 1 / 61, 2: 1 / 62 + 1 / 61, 3: 1 / 62}, abs=1e-15
    )
    assert reciprocal_rank_fusion([[1, 2], [2, 3]], weights=[3, 1], k=0) == pytest.approx(
        {1: 3.0, 2: 1.5 + 1.0, 3: 0.5}, abs=1e-15
    )


def test_one_weight_a_ranking() -> None:
    with pytest.raises(ValueError, match="zip"):
        reciprocal_rank_fusion([[1], [2]], weights=[1.0])


@given(st.lists(st.lists(st.integers(0, 9), unique=True), max_size=4))
def test_reciprocal_rank_fusion_has_the_union(rankings: list[list[int]]) -> None:
    fused = reciprocal_rank_fusion(rankings)
    assert fused.keys() == {key for ranking in rankings for key in ranking}
    assert all(0 < score <= len(rankings) / 61 for score in fused.values())


def test_parts_by_hand() -> None:
    whole = {1: 1.0, 2: 0.4, 4: 0.2}
    parts = [{1: 2.0, 2: 1.0}, {2: 0.8, 3: 0.4}]
    scores, best = fuse_parts(whole, parts, 0.5)
    # Part 0 over 2, part 1 over .8, and half of the whole.
    assert scores == pytest.approx({1: 1.0 + 0.5, 2: 1.0 + 0.2, 3: 0.5, 4: 0.1}, abs=1e-12)
    assert best == {1: 0, 2: 1, 3: 1}


def test_without_parts_the_whole_is_left() -> None:
    assert fuse_parts({1: 0.5, 2: 0.25}, [], 1.0) == ({1: 0.5, 2: 0.25}, {})
    assert fuse_parts({}, [{}, {7: 0.0}], 1.0) == ({7: 0.0}, {7: 1})


@given(scores, st.lists(scores, max_size=3))
def test_every_key_is_scored_and_the_first_of_equals_keeps_its_part(
    whole: dict[int, float], parts: list[dict[int, float]]
) -> None:
    fused, best = fuse_parts(whole, parts, 0.5)
    assert fused.keys() == whole.keys() | {key for part in parts for key in part}
    assert best.keys() == {key for part in parts for key in part}
    assert fuse_parts(whole, [*parts, *parts], 0.5) == (fused, best)

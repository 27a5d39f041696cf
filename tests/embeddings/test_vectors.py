"""Vectors in segments: exact search, filters, removal and growth, small and compressed."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import vector_segments, vectors
from embeddings.vectors import SegmentedIndex, as_keys

# Halves and quarters: float16 holds them exactly.
ROWS = np.array([[1, 0], [0.5, 0.75], [0, 1], [-1, 0]], dtype=np.float32)
KEYS = as_keys([10, 20, 30, 40])
EAST = np.array([1, 0], dtype=np.float32)


@pytest.fixture
def index() -> SegmentedIndex:
    return SegmentedIndex.of(KEYS, ROWS)


def search(
    index: SegmentedIndex, row: np.ndarray, k: int, allowed: list[int] | None = None
) -> list[tuple[int, float]]:
    keys, cosines = index.search(row, k, None if allowed is None else as_keys(allowed))
    return list(zip(keys.tolist(), cosines.tolist(), strict=True))


def clustered(count: int, seed: int = 0) -> np.ndarray:
    """Unit rows of 32 numbers around 60 centres, as float16 holds them."""
    generator = np.random.default_rng(seed)
    centres = generator.standard_normal((60, 32))
    rows = centres[generator.integers(0, 60, count)] + generator.standard_normal((count, 32))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float16).astype(np.float32)


def test_nearest_first(index: SegmentedIndex) -> None:
    assert search(index, EAST, 3) == [(10, 1.0), (20, 0.5), (30, 0.0)]
    assert search(index, EAST, 9) == [(10, 1.0), (20, 0.5), (30, 0.0), (40, -1.0)]


def test_only_allowed_keys(index: SegmentedIndex) -> None:
    assert search(index, EAST, 9, [20, 40, 999]) == [(20, 0.5), (40, -1.0)]
    # In whatever order they come.
    assert search(index, EAST, 9, [40, 20, 20, 5]) == [(20, 0.5), (40, -1.0)]
    assert search(index, EAST, 9, [999]) == []
    assert search(index, EAST, 9, []) == []


def test_nothing_asked_for_and_nothing_there(index: SegmentedIndex) -> None:
    assert search(index, EAST, 0) == []
    assert search(SegmentedIndex(2), EAST, 5) == []
    assert SegmentedIndex(2).cosines(EAST, [1]) == {}


def test_cosines_of_some_keys(index: SegmentedIndex) -> None:
    assert index.cosines(EAST, [40, 20, 999]) == {20: 0.5, 40: -1.0}
    assert index.cosines(EAST, []) == {}


def test_equals_by_key() -> None:
    index = SegmentedIndex.of(as_keys([1, 2]), ROWS[[1, 1]])
    index = index.updated([], [(as_keys([7]), ROWS[1:2])])
    assert search(index, EAST, 3) == [(1, 0.5), (2, 0.5), (7, 0.5)]


def test_an_update_is_another_index(index: SegmentedIndex) -> None:
    other = index.updated([10, 999], [(as_keys([50]), ROWS[1:2])])
    assert search(other, EAST, 9, [10, 50]) == [(50, 0.5)]
    assert (len(index), len(other)) == (4, 4)
    assert search(index, EAST, 9, [10, 50]) == [(10, 1.0)]
    assert len(other.updated([20, 30, 40, 50], [])) == 0
    assert search(other.updated([20, 30, 40, 50], []), EAST, 5) == []


class Model:
    """What an index should be: a dictionary."""

    def __init__(self) -> None:
        self.rows: dict[int, np.ndarray] = {}

    def best(self, row: np.ndarray, k: int, allowed: set[int] | None) -> list[tuple[int, float]]:
        cosines = {
            key: float(value @ row)
            for key, value in self.rows.items()
            if allowed is None or key in allowed
        }
        return sorted(cosines.items(), key=lambda pair: (-pair[1], pair[0]))[:k]


CHANGES = st.lists(
    st.tuples(st.sets(st.integers(0, 60), max_size=12), st.integers(0, 9)), min_size=1, max_size=9
)


@given(CHANGES, st.sets(st.integers(0, 60)), st.integers(1, 30), st.integers(1, 8))
def test_any_history_is_brute_force(
    changes: list[tuple[set[int], int]], allowed: set[int], k: int, smallest: int
) -> None:
    generator = np.random.default_rng(k)
    index, model, upcoming = SegmentedIndex(3), Model(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "SMALLEST", smallest)
        patch.setattr(vector_segments, "GATHERED", 2)
        patch.setattr(vector_segments, "CANDIDATES", 0)
        patch.setattr(vector_segments, "CANDIDATES_EACH", 1)
        for removed, count in changes:
            # Eighths: sums of their products are exact, so equals are equal in any order.
            rows = generator.integers(-8, 9, (count, 3)).astype(np.float32) / 8
            keys = as_keys(range(upcoming, upcoming + count))
            index = index.updated(removed, [(keys, rows)])
            for key in removed:
                model.rows.pop(key, None)
            model.rows.update(zip(keys.tolist(), rows, strict=True))
            upcoming += count
        row = generator.integers(-8, 9, 3).astype(np.float32) / 8
        assert len(index) == len(model.rows)
        for among in (None, allowed):
            found = search(index, row, k, None if among is None else sorted(among))
            expected = model.best(row, k, among)
            assert [cosine for _, cosine in found] == [cosine for _, cosine in expected]
            # At the end of the list, which of some equals is left out is the scan's choice.
            last = expected[-1][1] if expected else 0.0
            assert [p for p in found if p[1] > last] == [p for p in expected if p[1] > last]
            assert all(model.rows[key] @ row == cosine for key, cosine in found)
            assert among is None or {key for key, _ in found} <= among
        assert index.cosines(row, range(61)) == dict(model.best(row, 99, None))


def test_segments_stay_few_and_a_change_copies_little() -> None:
    index, written = SegmentedIndex(2), 0
    for number in range(300):
        before = {segment.name for segment in index.segments}
        index = index.updated([], [(as_keys(range(40 * number, 40 * number + 40)), ROWS[[0] * 40])])
        written += sum(s.size for s in index.segments if s.name not in before)
        sizes = [segment.size for segment in index.segments]
        assert all(a > 4 * b for a, b in pairwise(sizes) if a > 1024)
        assert len(sizes) <= 4
    assert sum(sizes) == 12_000
    # Each row, up to the smallest segment over and over, and then a few times.
    assert written < 12_000 * 20


def test_a_segment_of_many_removed_rows_is_written_again() -> None:
    index = SegmentedIndex.of(as_keys(range(8)), ROWS[[0, 1] * 4])
    assert [(s.size, s.gone) for s in index.updated([0, 1], []).segments] == [(8, 2)]
    assert [(s.size, s.gone) for s in index.updated([0, 1, 5], []).segments] == [(5, 0)]


@pytest.fixture(scope="module")
def compressed() -> tuple[np.ndarray, SegmentedIndex]:
    """12,000 rows, of which 2,000 were removed, in segments of which one is compressed."""
    rows = clustered(12_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vector_segments, "COMPRESSED_FROM", 4096)
        patch.setattr(vectors, "COMPRESSED_FROM", 4096)
        index = SegmentedIndex.of(as_keys(range(10_000)), rows[:10_000])
        index = index.updated(
            range(0, 10_000, 5), [(as_keys(range(10_000, 12_000)), rows[10_000:])]
        )
    assert [(s.compressed, s.size, s.gone) for s in index.segments] == [
        (True, 10_000, 2000),
        (False, 2000, 0),
    ]
    return rows, index


HELD = np.setdiff1d(np.arange(12_000), np.arange(0, 10_000, 5))


@pytest.mark.parametrize("k", [1, 10, 100])
@pytest.mark.parametrize("step", [0, 1, 2, 7, 400])
def test_a_compressed_index_finds_what_is_nearest(
    compressed: tuple[np.ndarray, SegmentedIndex],
    k: int,
    step: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # So that also a seventh is filtered by scanning.
    monkeypatch.setattr(vector_segments, "GATHERED", 100)
    rows, index = compressed
    allowed = np.arange(0, 12_000, step) if step else None
    among = HELD if allowed is None else np.intersect1d(HELD, allowed)
    right, wanted = 0, min(k, len(among))
    for row in clustered(50, seed=1):
        keys, cosines = index.search(row, k, allowed)
        best = among[np.argsort(-(rows[among] @ row), kind="stable")[:k]]
        assert len(keys) == len(set(keys.tolist())) == wanted
        assert set(keys.tolist()) <= set(among.tolist())
        assert cosines.tolist() == sorted(cosines.tolist(), reverse=True)
        assert cosines.tolist() == pytest.approx((rows[keys] @ row).tolist(), abs=1e-6)
        right += len(np.intersect1d(keys, best))
    assert right / (50 * wanted) >= 0.99


def test_a_compressed_index_gives_all_that_is_asked_for(
    compressed: tuple[np.ndarray, SegmentedIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The one list looked at holds too few: all rows are read.
    monkeypatch.setattr(vector_segments, "PROBES", 1)
    rows, index = compressed
    (row,) = clustered(1, seed=2)
    keys, cosines = index.search(row, 10_000)
    assert sorted(keys.tolist()) == HELD.tolist()
    assert cosines.tolist() == pytest.approx(sorted((rows[HELD] @ row).tolist())[::-1], abs=1e-6)
    assert index.cosines(row, [0, 1, 11_999]) == pytest.approx(
        {1: float(rows[1] @ row), 11_999: float(rows[11_999] @ row)}, abs=1e-6
    )


def test_large_segments_wait_for_a_merge_of_their_own(
    compressed: tuple[np.ndarray, SegmentedIndex], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "COMPRESSED_FROM", 4096)
    monkeypatch.setattr(vector_segments, "COMPRESSED_FROM", 4096)
    rows, index = compressed
    more = index.updated([], [(as_keys(range(12_000, 12_100)), rows[:100])])
    # 8,000 rows are no more than four times 2,100, but that is for another time.
    assert [s.size for s in more.segments] == [10_000, 2000, 100]
    parts = more.due()
    assert [s.size for s in parts] == [10_000, 2000, 100]
    whole = more.whole(parts, tmp_path)
    # Meanwhile some are removed and one is added: the last segment holds some of the parts' rows.
    now = more.updated([1, 12_050], [(as_keys([12_100]), rows[:1])])
    assert [(s.size, s.gone) for s in now.segments] == [(10_000, 2001), (2000, 0), (100, 0)]
    merged = now.replaced(parts, whole)
    assert [(s.compressed, s.size, s.gone) for s in merged.segments] == [
        (True, 10_100, 2),
        (False, 100, 99),
    ]
    held = np.setdiff1d(np.append(HELD, np.arange(12_000, 12_100)), [1, 12_050])
    assert merged.segments[0].held().tolist() == held.tolist()
    assert merged.segments[1].held().tolist() == [12_100]


def test_the_number_of_threads_is_left_alone() -> None:
    index = SegmentedIndex.of(KEYS, ROWS)
    faiss.omp_set_num_threads(2)
    index.search(EAST, 2)
    index.cosines(EAST, [10])
    assert faiss.omp_get_max_threads() == 2


def test_many_search_at_once(compressed: tuple[np.ndarray, SegmentedIndex]) -> None:
    _, index = compressed
    questions = clustered(40, seed=3)
    expected = [search(index, row, 20) for row in questions]
    found: dict[int, list[list[tuple[int, float]]]] = {}

    def ask(number: int) -> None:
        found[number] = [search(index, row, 20) for row in questions]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(found.values()) == [expected] * 4

"""Rows <-> FAISS: exact search, filters, copies, files that are checked before they are read."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import CollectionCorrupt
from embeddings.vectors import FlatIndex, as_keys

ROWS = np.array([[1, 0], [0.6, 0.8], [0, 1], [-1, 0]], dtype=np.float32)
KEYS = as_keys([10, 20, 30, 40])
EAST = np.array([1, 0], dtype=np.float32)


@pytest.fixture
def index() -> FlatIndex:
    made = FlatIndex(2)
    made.add(KEYS, ROWS)
    return made


def search(
    index: FlatIndex, row: np.ndarray, k: int, allowed: list[int] | None = None
) -> list[tuple[int, float]]:
    keys, cosines = index.search(row, k, None if allowed is None else as_keys(allowed))
    pairs = zip(keys.tolist(), cosines.tolist(), strict=True)
    return [(key, round(cosine, 6)) for key, cosine in pairs]


def test_nearest_first(index: FlatIndex) -> None:
    assert search(index, EAST, 3) == [(10, 1.0), (20, 0.6), (30, 0.0)]
    assert search(index, EAST, 9) == [(10, 1.0), (20, 0.6), (30, 0.0), (40, -1.0)]


def test_only_allowed_keys(index: FlatIndex) -> None:
    assert search(index, EAST, 9, [40, 20, 999]) == [(20, 0.6), (40, -1.0)]
    assert search(index, EAST, 9, [999]) == []
    assert search(index, EAST, 9, []) == []


def test_nothing_asked_for_and_nothing_there(index: FlatIndex) -> None:
    assert search(index, EAST, 0) == []
    assert search(FlatIndex(2), EAST, 5) == []


def test_cosines_of_some_keys(index: FlatIndex) -> None:
    found = index.cosines(EAST, [20, 40, 999])
    assert {key: round(cosine, 6) for key, cosine in found.items()} == {20: 0.6, 40: -1.0}
    assert index.cosines(EAST, []) == {}


def test_remove_ignores_unknown_keys(index: FlatIndex) -> None:
    index.remove(as_keys([10, 999]))
    assert len(index) == 3
    assert search(index, EAST, 1) == [(20, 0.6)]
    index.remove(as_keys([]))
    assert len(index) == 3


def test_a_removed_key_can_come_back_elsewhere(index: FlatIndex) -> None:
    index.remove(as_keys([40]))
    index.add(as_keys([40]), ROWS[:1])
    assert search(index, EAST, 2, [30, 40]) == [(40, 1.0), (30, 0.0)]


def test_a_copy_is_independent(index: FlatIndex) -> None:
    other = index.copy()
    index.remove(as_keys([10]))
    other.add(as_keys([50]), ROWS[1:2])
    assert search(other, EAST, 9, [10, 50]) == [(10, 1.0), (50, 0.6)]
    assert search(index, EAST, 9, [10, 50]) == []


@given(
    st.lists(
        st.tuples(st.integers(-4, 4), st.integers(-4, 4), st.integers(1, 4)),
        min_size=1,
        max_size=12,
        unique_by=lambda v: (v[0] / v[2], v[1] / v[2]),
    ),
    st.sets(st.integers(0, 14)),
    st.integers(1, 14),
)
def test_filtered_search_is_brute_force(
    points: list[tuple[int, int, int]], allowed: set[int], k: int
) -> None:
    rows = np.array(points, dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    index = FlatIndex(3)
    index.add(as_keys(range(len(rows))), rows)
    found = search(index, rows[0], k, sorted(allowed))
    cosines = {key: float(rows[key] @ rows[0]) for key in allowed if key < len(rows)}
    expected = sorted(cosines.values(), reverse=True)[:k]
    assert [cosine for _, cosine in found] == pytest.approx(expected, abs=1e-5)
    for key, cosine in found:
        assert cosine == pytest.approx(cosines[key], abs=1e-5)
    assert len({key for key, _ in found}) == len(found)


def test_saved_and_loaded_in_another_process(index: FlatIndex, tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    digest = index.save(path)
    script = (
        "import json, sys, pathlib, numpy as np\n"
        "from embeddings.vectors import FlatIndex\n"
        "index = FlatIndex.load(pathlib.Path(sys.argv[1]), sys.argv[2], 2)\n"
        "keys, cosines = index.search(np.array([1, 0], dtype=np.float32), 4)\n"
        "print(json.dumps([keys.tolist(), [round(c, 6) for c in cosines.tolist()]]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path), digest],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert json.loads(done.stdout) == [[10, 20, 30, 40], [1.0, 0.6, 0.0, -1.0]]
    assert [each.name for each in tmp_path.iterdir()] == ["vectors.faiss"]


@pytest.mark.parametrize("damage", ["flipped", "shorter", "empty"])
def test_a_damaged_file_never_reaches_faiss(index: FlatIndex, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "vectors.faiss"
    digest = index.save(path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes({"flipped": bytes(data), "shorter": data[:-1], "empty": b""}[damage])
    with pytest.raises(CollectionCorrupt, match=f"expected {digest}"):
        FlatIndex.load(path, digest, 2)


def test_a_missing_file_and_another_dimension(index: FlatIndex, tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    with pytest.raises(CollectionCorrupt, match="cannot read"):
        FlatIndex.load(path, "", 2)
    digest = index.save(path)
    with pytest.raises(CollectionCorrupt, match="holds 2 dimensions, expected 3"):
        FlatIndex.load(path, digest, 3)

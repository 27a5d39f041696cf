"""The study of how many lists and candidates a search looks at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embeddings import vector_segments
from embeddings.vectors import SegmentedIndex
from eval.errors import EvalError
from eval.studies import vector_lists
from eval.studies.vector_lists import looked_at, table

ROWS, DIM = 3_000, 16


@pytest.fixture
def rows() -> np.ndarray:
    made = np.random.default_rng(3).standard_normal((ROWS, DIM), dtype=np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_more_lists_and_candidates_find_more(
    rows: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_segments, "COMPRESSED_FROM", 1_000)
    monkeypatch.setattr(vector_lists, "LISTS", (8, 64))
    monkeypatch.setattr(vector_lists, "CANDIDATES", (1, ROWS))
    monkeypatch.setattr(vector_lists, "ROUNDS", 1)
    index = SegmentedIndex(DIM).updated([], [(np.arange(ROWS), rows)], tmp_path / "vectors")
    told = table(index, rows[:20])
    assert [line[:2] for line in told] == [
        ("8", "201"),
        ("8", "3200"),
        ("64", "201"),
        ("64", "3200"),
    ]
    ten, hundred = ([float(line[column]) for line in told] for column in (2, 3))
    # All lists and all candidates: every row is scored exactly.
    assert (ten[3], hundred[3]) == (1.0, 1.0)
    assert 0.0 < hundred[0] <= hundred[1] < hundred[3]
    assert hundred[0] < hundred[2] < hundred[3]


def test_what_was_set_is_as_it_was() -> None:
    def now() -> tuple[int, int]:
        return vector_segments.PROBES, vector_segments.CANDIDATES

    before = now()
    with looked_at(7, 9):
        assert now() == (7, 9)
    assert now() == before
    with pytest.raises(ZeroDivisionError), looked_at(7, 9):
        raise ZeroDivisionError
    assert now() == before


def test_an_index_that_is_searched_exactly_is_refused(rows: np.ndarray) -> None:
    with pytest.raises(EvalError, match="nothing to choose; take one of more than 32,768"):
        table(SegmentedIndex.of(np.arange(ROWS), rows), rows[:2])

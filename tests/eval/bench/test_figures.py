"""Figures, tables and vectors, worked out by hand from given measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.bench.charts import charts
from eval.bench.figures import Figure, figures, growths
from eval.bench.plan import Measured
from eval.bench.resident import memory, on_disk
from eval.bench.table import grids, render
from eval.bench.vectors import DEPTH, Synthetic, exact

MB = 2**20
TIMES = {"memory": {}, "failed": []}
DISK = {"database": 3 * MB, "vectors": 2 * MB, "words": MB, "other": 0}


def ingested(size: int, seconds: float) -> Measured:
    values: dict[str, Any] = {
        "load_s": 0.5,
        "whole_s": seconds,
        "stages_s": {"read": 1.0, "embed": seconds},
        "articles": size,
        "passages": 10 * size,
        "problems": 1,
        "peak_memory": 700 * MB,
        "disk": DISK,
    }
    return Measured(size, "ingest", values)


def asked(size: int, ms: list[float], **more: Any) -> Measured:
    values = {"ms": ms, "stages_ms": {"encode": ms[:1]}, **TIMES, **more}
    return Measured(size, "retrieval", values)


def found(figures_: list[Figure], group: str, name: str) -> dict[int, tuple[float | None, int]]:
    return {e.size: (e.value, e.n) for e in figures_ if (e.group, e.name) == (group, name)}


def test_ingestion_and_growth() -> None:
    made = figures([ingested(10, 2.0), ingested(100, 20.0)])
    assert found(made, "taking in", "passages a second") == {10: (50.0, 1), 100: (50.0, 1)}
    assert found(made, "taking in", "peak memory") == {10: (700.0, 1), 100: (700.0, 1)}
    # A stage that a sync does not tell of was not measured; it is not nothing.
    assert found(made, "taking in", "segment") == {10: (None, 1), 100: (None, 1)}
    assert found(made, "on disk", "whole") == {10: (6.0, 1), 100: (6.0, 1)}
    grown = {each.name: each for each in growths(made)}
    assert grown["seconds to take in"].points == ((10.0, 2.0), (100.0, 20.0))
    law, flat = grown["seconds to take in"].fit, grown["bytes on disk"].fit
    assert law is not None
    assert flat is not None
    assert (law.exponent, flat.exponent) == (pytest.approx(1.0), pytest.approx(0.0))
    assert grown["retrieval p50"].points == ()
    assert grown["retrieval p50"].fit is None


def test_percentiles_failures_and_memory() -> None:
    ms = [float(n) for n in range(1, 22)]
    bare = Measured(0, "bare", {"memory": {"resident": 200 * MB, "anonymous": 100 * MB}})
    values = {"ms": ms, "stages_ms": {}, "failed": ["KeyError: 'x'", "again"],
              "memory": {"resident": 450 * MB, "anonymous": 150 * MB}}  # fmt: skip
    made = figures([bare, Measured(5, "answer", values)])
    assert found(made, "whole answer", "whole p50") == {5: (11.0, 21)}
    assert found(made, "whole answer", "whole p95") == {5: (20.0, 21)}
    assert found(made, "whole answer", "questions that failed") == {5: (2, 23)}
    assert found(made, "memory", "resident, above torch alone") == {5: (250.0, 21)}
    assert found(made, "memory", "anonymous, above torch alone") == {5: (50.0, 21)}
    assert "failed, 5 articles: the first: KeyError: 'x'" in render(made, growths(made))


def test_torch_alone_has_a_group_of_its_own() -> None:
    made = figures([Measured(0, "bare", {"memory": {"resident": 200 * MB, "anonymous": MB}})])
    assert [(e.group, e.name, e.value) for e in made] == [
        ("torch alone", "resident", 200.0),
        ("torch alone", "anonymous", 1.0),
    ]


def test_memory_that_the_system_does_not_tell_is_not_measured() -> None:
    bare = Measured(0, "bare", {"memory": {}})
    values = {"ms": [1.0], "stages_ms": {}, "failed": [], "memory": {}}
    made = figures([bare, Measured(5, "answer", values)])
    assert found(made, "memory", "resident, above torch alone") == {5: (None, 1)}
    (grid,) = [each for each in grids(made) if each.title == "memory"]
    assert ("resident, all", (("not measured", ""),)) in grid.rows


def test_a_failure_is_a_cell_in_every_row_of_its_group() -> None:
    made = figures([asked(6, [2.0, 4.0]), Measured(12, "retrieval", error="timeout: not done")])
    (grid,) = grids(made)
    assert grid.columns == ("6 articles", "12 articles")
    assert grid.rows == (
        ("whole p50", (("3.00 ms", "2"), ("failed", ""))),
        ("whole p95", (("3.90 ms", "2"), ("failed", ""))),
        ("encode p50", (("2.00 ms", "1"), ("failed", ""))),
        ("encode p95", (("2.00 ms", "1"), ("failed", ""))),
        ("questions that failed", (("0", "2"), ("failed", ""))),
    )
    assert grid.failures == ("12 articles: timeout: not done",)


def test_a_group_of_failures_alone_keeps_its_rows() -> None:
    made = figures([Measured(6, "ingest", error="no room"), Measured(6, "answer", error="gone")])
    assert [(grid.title, grid.rows, grid.failures) for grid in grids(made)] == [
        (title, (("whole", (("failed", ""),)),), (f"6 articles: {why}",))
        for title, why in (
            ("taking in", "no room"),
            ("on disk", "no room"),
            ("whole answer", "gone"),
            ("memory", "gone"),
        )
    ]
    assert charts(made, growths(made)) == []


def test_the_whole_table() -> None:
    made = figures([asked(6, [2.0]), asked(12, [8.0])])
    text = render(made, growths(made))
    assert text.splitlines()[:4] == [
        "-- retrieval without the reader",
        "                          6 articles    12 articles",
        "whole p50              2.00 ms (n 1)  8.00 ms (n 1)",
        "whole p95              2.00 ms (n 1)  8.00 ms (n 1)",
    ]
    assert "retrieval p50         2.00  (n 2; 6: 2.00 ms; 12: 8.00 ms)" in text


def test_charts_tell_their_numbers_in_words() -> None:
    made = figures([ingested(10, 2.0), ingested(100, 20.0), asked(10, [2.0]), asked(100, [3.0])])
    drawn = {each.id: each for each in charts(made, growths(made))}
    assert list(drawn) == [
        "stages",
        "asked-retrieval-without-the-reader",
        "disk",
        "memory",
        "growth",
    ]
    assert drawn["stages"].alt == "Whole: 2.00 s at 10 articles; 20.0 s at 100 articles."
    assert ("100", "whole", "20.0 s", "1") in drawn["stages"].rows
    asked_rows = drawn["asked-retrieval-without-the-reader"].rows
    assert ("10", "whole", "2.00 ms", "2.00 ms", "1") in asked_rows
    assert drawn["growth"].alt.startswith(
        "Exponents: seconds to take in: 1.00; retrieval p50: 0.18"
    )
    assert all(each.svg.startswith("<svg ") for each in drawn.values())


def test_files_are_counted_by_part(tmp_path: Path) -> None:
    sizes = {
        "collection.sqlite3": 5,
        "collection.sqlite3-wal": 7,
        "vectors-3.faiss": 11,
        "vectors/lists": 13,
        "words/a/b.term": 17,
        "derived.json": 19,
    }
    for name, size in sizes.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * size)
    assert on_disk(tmp_path) == {"database": 12, "vectors": 24, "words": 17, "other": 19}


def test_memory_where_linux_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rollup = tmp_path / "smaps_rollup"
    rollup.write_text(
        "00400000-7ffd ---p 00000000 00:00 0  [rollup]\n"
        "Rss:               41052 kB\nPss:               40000 kB\nAnonymous:         30000 kB\n",
        encoding="ascii",
    )
    monkeypatch.setattr("eval.bench.resident._ROLLUP", rollup)
    assert memory() == {"resident": 41052 * 1024, "anonymous": 30000 * 1024}
    monkeypatch.setattr("eval.bench.resident._ROLLUP", tmp_path / "none")
    assert memory() == {}


def test_synthetic_rows_are_the_same_every_time_and_of_unit_length(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("eval.bench.vectors.CHUNK", 40)
    real = np.eye(4, dtype=np.float32)
    rows = Synthetic(real, 100)
    first, again = list(rows.chunks()), list(rows.chunks())
    assert [len(keys) for keys, _ in first] == [40, 40, 20]
    assert np.concatenate([keys for keys, _ in first]).tolist() == list(range(1, 101))
    for (_, one), (_, other) in zip(first, again, strict=True):
        assert np.array_equal(one, other)
        assert np.allclose(np.linalg.norm(one, axis=1), 1.0, atol=1e-6)
    # The nearest by comparing with all of them at once.
    matrix = np.concatenate([matrix for _, matrix in first])
    queries = rows.queries()
    right = np.argsort(-(queries @ matrix.T), axis=1, kind="stable")[:, :DEPTH] + 1
    assert np.array_equal(exact(rows, queries), right)

"""Segments on disk: written, checked, opened again, and tidied up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings import vector_folder, vector_segments
from embeddings.errors import CollectionCorrupt
from embeddings.vectors import SegmentedIndex, as_keys
from tests.embeddings.test_vectors import EAST, KEYS, ROWS, clustered, search


def saved(folder: Path) -> tuple[SegmentedIndex, vector_folder.Listed]:
    index = SegmentedIndex(2).updated([], [(KEYS[:2], ROWS[:2]), (KEYS[2:], ROWS[2:])], folder)
    return index, vector_folder.save(index, folder)


def test_plain_little_endian_arrays(tmp_path: Path) -> None:
    index, listed = saved(tmp_path / "v")
    name = index.segments[0].name
    assert (tmp_path / "v" / f"{name}.keys").read_bytes() == KEYS.astype("<i8").tobytes()
    assert (tmp_path / "v" / f"{name}.rows").read_bytes() == ROWS.astype("<f2").tobytes()
    assert [entry["name"] for entry in listed["segments"]] == [name]
    assert listed["gone"] is None


def test_saved_and_loaded_in_another_process(tmp_path: Path) -> None:
    index, _ = saved(tmp_path)
    index = index.updated([30], [])
    listed = vector_folder.save(index, tmp_path)
    script = (
        "import json, sys, pathlib, numpy as np\n"
        "from embeddings import vector_folder\n"
        "index = vector_folder.load(pathlib.Path(sys.argv[1]), json.loads(sys.argv[2]), 2)\n"
        "keys, cosines = index.search(np.array([1, 0], dtype=np.float32), 4)\n"
        "print(json.dumps([keys.tolist(), cosines.tolist()]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path), json.dumps(listed)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert json.loads(done.stdout) == [[10, 20, 40], [1.0, 0.5, -1.0]]


def endings(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir() if path.name != vector_folder.MERGING)


def test_an_old_index_outlives_its_files(tmp_path: Path) -> None:
    old, listed = saved(tmp_path)
    new = old.updated([10, 20], [(as_keys([50]), ROWS[:1])], tmp_path)
    vector_folder.clean(tmp_path, vector_folder.save(new, tmp_path, listed))
    # One segment of what is left and what came: the small one was written again.
    assert endings(tmp_path) == [".keys", ".rows"]
    assert search(new, EAST, 9) == [(50, 1.0), (30, 0.0), (40, -1.0)]
    assert search(old, EAST, 2) == [(10, 1.0), (20, 0.5)]


def test_a_segment_in_memory_is_not_read_again(tmp_path: Path) -> None:
    index, listed = saved(tmp_path)
    for path in tmp_path.glob("*.rows"):
        path.write_bytes(b"")
    again = vector_folder.load(tmp_path, listed, 2, index.segments)
    assert search(again, EAST, 1) == [(10, 1.0)]
    assert vector_folder.is_there(index, tmp_path, listed)
    for path in tmp_path.glob("*.rows"):
        path.unlink()
    assert not vector_folder.is_there(index, tmp_path, listed)


def test_nobody_tidies_while_somebody_merges(tmp_path: Path) -> None:
    _, listed = saved(tmp_path)
    (tmp_path / "unlisted.rows").write_bytes(b"")
    with vector_folder.merging(tmp_path) as alone:
        assert alone
        with vector_folder.merging(tmp_path) as other:
            assert not other
        vector_folder.clean(tmp_path, listed)
        assert endings(tmp_path) == [".keys", ".rows", ".rows"]
    vector_folder.clean(tmp_path, listed)
    assert endings(tmp_path) == [".keys", ".rows"]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, vector_folder.Listed]:
    """6,000 rows, compressed, of which one is gone."""
    folder = tmp_path_factory.mktemp("large")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vector_segments, "COMPRESSED_FROM", 4096)
        rows = clustered(6000)
        batches = [(as_keys(range(s, s + 2000)), rows[s : s + 2000]) for s in (0, 2000, 4000)]
        index = SegmentedIndex(32).updated([], batches, folder).updated([7], [], folder)
        return folder, vector_folder.save(index, folder)


def test_a_compressed_segment_is_opened_as_it_was(
    large: tuple[Path, vector_folder.Listed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_segments, "COMPRESSED_FROM", 4096)
    folder, listed = large
    assert endings(folder) == [".codes", ".gone", ".keys", ".rows"]
    index, rows = vector_folder.load(folder, listed, 32), clustered(6000)
    assert [(s.compressed, s.size, s.gone) for s in index.segments] == [(True, 6000, 1)]
    keys, cosines = index.search(rows[8], 1)
    assert (keys.tolist(), cosines.tolist()) == ([8], pytest.approx([1.0], abs=1e-3))
    assert index.search(rows[7], 5)[0].tolist().count(7) == 0


@pytest.mark.parametrize("ending", [".codes", ".gone", ".keys", ".rows"])
@pytest.mark.parametrize("damage", ["flipped", "shorter", "empty", "missing"])
def test_a_damaged_file_is_never_parsed(
    large: tuple[Path, vector_folder.Listed], ending: str, damage: str, tmp_path: Path
) -> None:
    folder, listed = large
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (path,) = tmp_path.glob(f"*{ending}")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes({"flipped": bytes(data), "shorter": data[:-1]}.get(damage, b""))
    if damage == "missing":
        path.unlink()
    expected = "cannot read" if damage == "missing" else "has sha256 .*, expected"
    with pytest.raises(CollectionCorrupt, match=expected):
        vector_folder.load(tmp_path, listed, 32)


def test_another_dimension(tmp_path: Path) -> None:
    _, listed = saved(tmp_path)
    with pytest.raises(CollectionCorrupt, match="16 bytes, expected 24: 4 rows of 3 dimensions"):
        vector_folder.load(tmp_path, listed, 3)


@pytest.mark.parametrize("listed", [{}, {"segments": [{}], "gone": None}, {"segments": 3}])
def test_a_list_that_is_none(tmp_path: Path, listed: vector_folder.Listed) -> None:
    with pytest.raises(CollectionCorrupt, match="are not there"):
        vector_folder.load(tmp_path, listed, 2)


def test_rows_stay_in_their_file(tmp_path: Path) -> None:
    rows = np.arange(12, dtype="<f2").reshape(4, 3)
    (tmp_path / "r").write_bytes(rows.tobytes())
    read = vector_folder.RowsInFile(tmp_path / "r", 3)
    assert read.shape == (4, 3)
    assert read.take(as_keys([3, 0])).tolist() == [[9, 10, 11], [0, 1, 2]]
    assert read.block(1, 3).tolist() == [[3, 4, 5], [6, 7, 8]]

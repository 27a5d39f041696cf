"""What a sync tells while it works."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings import sync as sync_module
from embeddings.collection import Collection
from embeddings.sync_report import Progress
from tests.news import row, write_lines


def test_progress(collection: Collection, folder: Path) -> None:
    collection.sync(folder)
    (folder / "a.txt").write_text("A museum opened in Cairo.")
    (folder / "b.txt").write_text("The port of Haifa reopened.")
    seen: list[Progress] = []
    collection.sync(folder, seen.append)
    a, b = str(folder / "a.txt"), str(folder / "b.txt")
    # Both are embedded together, when the last of them is read.
    assert seen == [
        Progress(0, 2, a, 0, 0.0),
        Progress(1, 2, b, 0, 0.0),
        Progress(1, 2, b, 2, 1.0),
        # And last, what was read is brought into the indexes.
        Progress(2, 2, "", 2),
    ]
    assert [each.fraction for each in seen] == [0.0, 0.5, 1.0, 1.0]


def test_rate_and_time_left() -> None:
    begun = Progress(0, 4, "a.txt", 0)
    assert (begun.rate, begun.left) == (0.0, None)
    # A quarter of the second file: 5 of 16 in ten seconds, 22 more for the rest.
    later = Progress(1, 4, "b.txt", 500, 0.25, 10.0)
    assert (later.rate, later.left) == (50.0, pytest.approx(22.0))
    assert Progress(4, 4, "", 900, 0.0, 30.0).left == 0.0


def test_progress_never_goes_back(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "BATCH_PASSAGES", 2)
    many = tmp_path / "many"
    many.mkdir()
    for name in ("a", "b", "c"):
        rows = [row(f"{name}{i}", f"Sentence {i} of {name}.") for i in range(5)]
        write_lines(many / f"{name}.jsonl", rows)
    (many / "d.txt").write_text("")
    seen: list[Progress] = []
    collection.sync(many, seen.append)
    fractions = [each.fraction for each in seen]
    assert fractions == sorted(fractions)
    assert (fractions[0], seen[-1].embedded) == (0.0, 15)
    assert {each.total for each in seen} == {4}
    assert [each.done + each.share for each in seen][:4] == [0, 0.4, 0.8, 1.0]

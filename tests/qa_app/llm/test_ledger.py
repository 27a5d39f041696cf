"""A day's tokens: set aside, settled, shared, and never more than the limit."""

from __future__ import annotations

import sqlite3
import threading
from datetime import date
from pathlib import Path

import pytest

from qa_app.llm.ledger import FILE_NAME, Ledger


@pytest.fixture(params=["file", "memory"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path if request.param == "file" else None


def test_what_is_reserved_is_spent_until_it_is_settled(folder: Path | None) -> None:
    ledger = Ledger(folder)
    assert ledger.reserve(900, 1000)
    assert not ledger.reserve(101, 1000)
    assert ledger.spent() == 900
    ledger.settle(900, 250)
    assert ledger.spent() == 250
    assert ledger.reserve(750, 1000)


def test_a_new_day_begins_with_nothing_spent(folder: Path | None) -> None:
    day = [date(2026, 3, 1)]
    ledger = Ledger(folder, lambda: day[0])
    assert ledger.reserve(1000, 1000)
    day[0] = date(2026, 3, 2)
    assert ledger.spent() == 0
    assert ledger.reserve(1000, 1000)


def test_processes_of_one_index_share_a_day(tmp_path: Path) -> None:
    Ledger(tmp_path).reserve(600, 1000)
    assert Ledger(tmp_path).spent() == 600
    assert not Ledger(tmp_path).reserve(500, 1000)


def test_many_at_once_do_not_spend_more_than_there_is(folder: Path | None) -> None:
    ledger, got = Ledger(folder), []

    def ask() -> None:
        got.extend(ledger.reserve(10, 105) for _ in range(5))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (got.count(True), ledger.spent()) == (10, 100)


def test_a_folder_that_cannot_hold_it_still_has_a_budget(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "not there")
    assert ledger.reserve(600, 1000)
    assert not ledger.reserve(600, 1000)


def test_a_damaged_file_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(b"no database at all" * 100)
    ledger = Ledger(tmp_path)
    assert ledger.reserve(600, 1000)
    assert not ledger.reserve(600, 1000)
    assert path.read_bytes().startswith(b"no database")


def test_what_was_counted_lies_open(tmp_path: Path) -> None:
    Ledger(tmp_path, lambda: date(2026, 3, 1)).reserve(42, 100)
    db = sqlite3.connect(tmp_path / FILE_NAME)
    assert db.execute("SELECT day, tokens FROM spent").fetchall() == [("2026-03-01", 42)]
    db.close()

"""What language models have cost today, in one SQLite file that every face of an index shares.

Enters: tokens to be spent, then tokens that were. Leaves: whether they may be. Deliberately knows
nothing of models, prices or keys.

Tokens are reserved before a model is asked and settled afterwards, so that two who ask at once do
not both spend what is left. A reservation whose process died counts as spent for that day.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

FILE_NAME = "model_use.sqlite3"
BUSY_SECONDS = 5.0


def utc_today() -> date:
    """The day that a budget counts for."""
    return datetime.now(UTC).date()


class Ledger:
    """The tokens of each day; safe to share between threads and processes."""

    def __init__(
        self, directory: str | Path | None = None, today: Callable[[], date] = utc_today
    ) -> None:
        """Count in a folder; None, or a folder that cannot be written, counts in this process."""
        self._today = today
        self._spent: dict[str, int] = {}
        self._path = None if directory is None else Path(directory).expanduser() / FILE_NAME

    def spent(self) -> int:
        """Tokens spent or reserved today."""
        return self._change(0, None) or 0

    def reserve(self, tokens: int, limit: int) -> bool:
        """Set tokens aside, unless today's would then be more than ``limit``; whether it did."""
        return self._change(tokens, limit) is not None

    def settle(self, reserved: int, used: int) -> None:
        """Count what was really used in place of what was reserved."""
        self._change(used - reserved, None)

    def _change(self, tokens: int, limit: int | None) -> int | None:
        """Add tokens to today's; None, and nothing added, where that is beyond the limit."""
        day = self._today().isoformat()
        if self._path is not None:
            try:
                return self._in_file(day, tokens, limit)
            except sqlite3.Error:
                # A budget that cannot be kept must still hold: this process counts from here on.
                self._path = None
        total = max(0, self._spent.get(day, 0) + tokens)
        if limit is not None and total > limit:
            return None
        self._spent[day] = total
        return total

    def _in_file(self, day: str, tokens: int, limit: int | None) -> int | None:
        assert self._path is not None  # noqa: S101 (the caller has looked)
        with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as db:
            db.isolation_level = None  # transactions are begun and ended here
            db.execute("BEGIN IMMEDIATE")
            db.execute("CREATE TABLE IF NOT EXISTS spent (day TEXT PRIMARY KEY, tokens INTEGER)")
            row = db.execute("SELECT tokens FROM spent WHERE day = ?", (day,)).fetchone()
            total = max(0, (row[0] if row else 0) + tokens)
            if limit is not None and total > limit:
                db.execute("ROLLBACK")
                return None
            db.execute("INSERT OR REPLACE INTO spent VALUES (?, ?)", (day, total))
            db.execute("COMMIT")
            return int(total)

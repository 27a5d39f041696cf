"""What the page says of a change under way."""

from __future__ import annotations

import pytest

from embeddings.sync_report import Progress
from qa_app.ui.manage import time_left


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (Progress(0, 4, "a.txt", 0), ""),
        # Too early to tell, and nothing embedded to tell by.
        (Progress(1, 4, "a.txt", 100, 0.0, 9.0), ""),
        (Progress(1, 4, "a.txt", 0, 0.0, 60.0), ""),
        (Progress(1, 4, "a.txt", 3_000, 0.0, 20.0), ", 150 a second, about 1 minute left"),
        (Progress(1, 100, "a.txt", 1_200, 0.0, 12.0), ", 100 a second, about 20 minutes left"),
        (Progress(3, 4, "a.txt", 3_000, 0.0, 30.0), ", 100 a second, less than a minute left"),
    ],
)
def test_how_fast_and_how_long(progress: Progress, expected: str) -> None:
    assert time_left(progress) == expected

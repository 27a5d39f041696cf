"""What is made once is kept, the least recently asked for goes first."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from embeddings.kept import Kept


def test_each_is_made_once_and_in_order() -> None:
    made: list[list[str]] = []

    def upper(keys: Sequence[str]) -> list[str]:
        made.append([*keys])
        return [key.upper() for key in keys]

    kept = Kept(9, upper)
    assert kept(["a", "b", "a"]) == ["A", "B", "A"]
    assert kept(["c", "b"]) == ["C", "B"]
    assert kept([]) == []
    assert made == [["a", "b"], ["c"]]


def test_what_was_asked_for_longest_ago_goes() -> None:
    made: list[str] = []
    kept = Kept(2, lambda keys: [made.append(key) or key for key in keys])  # type: ignore[func-returns-value]
    kept(["a"])
    kept(["b"])
    kept(["a"])
    kept(["c"])
    assert len(kept) == 2
    kept(["a", "c"])
    assert made == ["a", "b", "c"]
    # More than are kept are all there for who asks.
    assert kept(["d", "e", "f"]) == ["d", "e", "f"]
    assert len(kept) == 2


def test_what_fails_is_not_kept() -> None:
    kept: Kept[int, float] = Kept(2, lambda keys: [1 / key for key in keys])
    with pytest.raises(ZeroDivisionError):
        kept([2, 0])
    assert len(kept) == 0
    assert kept([2]) == [0.5]


def test_many_threads() -> None:
    kept = Kept(5, lambda keys: [key * key for key in keys])
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda n: kept([n % 11, n % 7]), range(500))
    assert [*found] == [[(n % 11) ** 2, (n % 7) ** 2] for n in range(500)]
    assert len(kept) == 5

"""A progress bar on a terminal, silence elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def track(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """Go through ``items`` with a bar on stderr."""
    yield from tqdm(items, desc=what, total=total, disable=None)

"""A progress bar on a terminal, silence elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def track(items: Iterable[T], what: str, total: int) -> Iterator[T]:
    """Go through ``items`` with a bar on stderr."""
    yield from tqdm(items, desc=what, total=total, disable=None)


@contextmanager
def reporting(unit: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of a training on stderr, and what tells it how many of how many are done."""
    with tqdm(desc="training", unit=unit, disable=None) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report

"""Long work beside the page: it goes on when a page is reloaded, and every page can watch it.

Enters: a function that reports ``Progress``. Leaves: its result or its error. Deliberately knows
nothing of Streamlit: a script that is stopped must not stop an index being written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from embeddings.sync_report import Progress, ProgressCallback

T = TypeVar("T")


class Job(Generic[T]):
    """One piece of work in a thread of its own; ``progress`` is its latest report."""

    def __init__(self, what: str, work: Callable[[ProgressCallback], T]) -> None:
        """Begin ``work``; ``what`` names it, for people."""
        self.what = what
        self.progress: Progress | None = None
        self._work = work
        self._result: list[T] = []
        self._error: BaseException | None = None
        self._done = threading.Event()
        # A daemon: the index is safe at any moment, so ending the server need not wait for it.
        threading.Thread(target=self._run, name=what, daemon=True).start()

    def _run(self) -> None:
        try:
            self._result.append(self._work(self._report))
        except BaseException as exc:  # noqa: BLE001 (raised again to whoever asks for the result)
            self._error = exc
        finally:
            self._done.set()

    def _report(self, progress: Progress) -> None:
        self.progress = progress

    @property
    def done(self) -> bool:
        """Whether it has ended, well or not."""
        return self._done.is_set()

    @property
    def failed(self) -> bool:
        """Whether it has ended with an error."""
        return self.done and self._error is not None

    def wait(self, seconds: float) -> bool:
        """Wait at most so long; whether it has ended."""
        return self._done.wait(seconds)

    def result(self) -> T:
        """What came of it.

        Raises:
            BaseException: whatever the work raised.
        """
        self._done.wait()
        if self._error is not None:
            raise self._error
        return self._result[0]

"""An answer made beside the page: it goes on when the page is drawn anew, and is made once.

Enters: events from the assistant, and what keeps them. Leaves: the same events to every page that
watches. Deliberately knows nothing of Streamlit: a choice on the page ends a script in the middle
and starts it again, and a language model must not be paid twice for that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence

from qa_app.events import Event


class Making:
    """One answer in the making, in a thread of its own."""

    def __init__(self, events: Iterator[Event], keep: Callable[[Event], None]) -> None:
        """Begin to take ``events``; ``keep`` gets each before anybody sees it."""
        self._source, self._keep = events, keep
        self._events: list[Event] = []
        self._error: BaseException | None = None
        self._changed = threading.Condition()
        self._stopped = self._done = False
        # A daemon: what is said is kept as it comes, so ending the server need not wait for more.
        threading.Thread(target=self._run, name="an answer", daemon=True).start()

    def _run(self) -> None:
        try:
            for event in self._source:
                if self._stopped:
                    break
                self._keep(event)
                with self._changed:
                    self._events.append(event)
                    self._changed.notify_all()
        except BaseException as exc:  # noqa: BLE001 (raised again to the page that watches)
            self._error = exc
        finally:
            if isinstance(self._source, Generator):
                # A model that nobody listens to any more is not left writing.
                self._source.close()
            with self._changed:
                self._done = True
                self._changed.notify_all()

    @property
    def done(self) -> bool:
        """Whether nothing more comes."""
        return self._done or self._stopped

    def stop(self) -> None:
        """Take nothing more; what was kept until now is all there is."""
        self._stopped = True

    def after(self, seen: int, seconds: float) -> tuple[Sequence[Event], bool]:
        """What came behind the first ``seen`` events, and whether that was all.

        Waits for it at most so long.

        Raises:
            BaseException: whatever ended it; after all events were given.
        """
        with self._changed:
            self._changed.wait_for(lambda: len(self._events) > seen or self.done, seconds)
            new = self._events[seen:]
            if self._error is not None and not new:
                raise self._error
            return new, self.done and not new

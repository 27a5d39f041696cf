"""An answer made beside the page: made once, seen by all who watch, and stopped for good."""

import threading

import pytest

from qa_app.events import Stage, Wrote
from qa_app.ui.making import Making


def watch(making):
    """All events, as one page after another would see them."""
    seen, done = [], False
    while not done:
        new, done = making.after(len(seen), 30)
        seen += new
    return seen


def test_every_watcher_sees_all_of_it_from_the_beginning():
    kept = []
    events = [Stage("Looking"), Wrote("É"), Wrote("🌧")]
    making = Making(iter(events), kept.append)
    assert watch(making) == events
    assert watch(making) == events
    assert (kept, making.done) == (events, True)


def test_an_event_is_kept_before_it_is_seen():
    kept = []
    gate = threading.Event()

    def source():
        yield Wrote("one")
        gate.wait(30)
        yield Wrote("two")

    making = Making(source(), kept.append)
    new, done = making.after(0, 30)
    assert (new, done, kept) == ([Wrote("one")], False, [Wrote("one")])
    assert making.after(1, 0.01) == ([], False)
    gate.set()
    assert watch(making) == [Wrote("one"), Wrote("two")]


def test_what_is_stopped_says_and_keeps_no_more_and_is_closed():
    kept, closed, gate = [], threading.Event(), threading.Event()

    def source():
        try:
            yield Wrote("one")
            gate.wait(30)
            yield Wrote("two")
            yield Wrote("three")
        finally:
            closed.set()

    making = Making(source(), kept.append)
    assert making.after(0, 30)[0] == [Wrote("one")]
    making.stop()
    assert making.done
    gate.set()
    assert closed.wait(30)
    assert kept == [Wrote("one")]


def test_an_error_comes_behind_what_was_said():
    def source():
        yield Wrote("one")
        raise ValueError("broken")

    making = Making(source(), lambda _: None)
    assert making.after(0, 30)[0] == [Wrote("one")]
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            making.after(1, 30)


def test_what_cannot_be_kept_ends_it():
    def full(event):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        watch(Making(iter([Wrote("one")]), full))

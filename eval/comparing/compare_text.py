"""A comparison as plain text of at most 100 columns.

Enters: a ``Comparison``. Leaves: one string, without any character that a terminal would obey.
Deliberately computes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from eval.reporting.formatting import Unit, count_text, number_text
from eval.scoring.measures import unit_of

if TYPE_CHECKING:
    from eval.comparing.compare import CaseChange, Comparison
    from eval.comparing.contrasts import Change

WIDTH = 100
SHOWN = 20
NAME = 26


def render(comparison: Comparison, shown: int = SHOWN) -> str:
    """The comparison as text.

    Args:
        comparison: what to write.
        shown: how many cases of each list are named, at most.
    """
    return "\n".join(_clean(line) for line in _lines(comparison, shown)) + "\n"


def _lines(comparison: Comparison, shown: int) -> Iterator[str]:
    yield f"{comparison.set}: {count_text(comparison.cases, 'case')} in both runs"
    yield f"  A  {comparison.a}"
    yield f"  B  {comparison.b}"
    for note in comparison.notes:
        yield from _wrapped(f"note: {note}")
    yield ""
    yield from _measures(comparison.changes)
    yield ""
    yield from _lists(comparison, shown)
    for letter, names in (("A", comparison.only_in_a), ("B", comparison.only_in_b)):
        if names:
            yield ""
            yield f"{count_text(len(names), 'case')} in {letter} only"
            yield from _wrapped(f"  {', '.join(names[:shown])}{_rest(names, shown)}")
    yield from _speeds(comparison)
    yield ""
    yield "what else differs" if comparison.differs else "nothing else differs"
    for line in comparison.differs:
        yield from _wrapped(f"  {line}")


def _measures(changes: Sequence[Change]) -> Iterator[str]:
    yield (
        f"{'':{NAME}} {'n':>7} {'A':>6} {'B':>6} {'B - A':>6}  {'95% interval':>15} "
        f"{'p':>5} {'Holm':>5}"
    )
    group = ""
    for change in changes:
        if change.group != group:
            group = change.group
            yield f"-- {group}"
        yield _measure(change)
    clear = [change.verdict for change in changes if change.verdict != "no clear difference"]
    yield ""
    yield (
        f"{clear.count('better')} better, {clear.count('worse')} worse; no clear difference in "
        f"the other {len(changes) - len(clear)} (p after Holm at least .05)"
    )


def _measure(change: Change) -> str:
    it, unit = change.contrast, unit_of(change.name, change.group)
    n = str(it.n_b) if it.n_a == it.n_b else f"{it.n_a}/{it.n_b}"
    verdict = "" if change.verdict == "no clear difference" else change.verdict
    interval = ""
    if it.low is not None and it.high is not None:
        interval = f"{_signed(it.low, unit)} to {_signed(it.high, unit)}"
    values = (number_text(it.a, unit), number_text(it.b, unit), _signed(it.difference, unit))
    return (
        f"{change.name:{NAME}} {n:>7} {' '.join(f'{each:>6}' for each in values)}  {interval:>15} "
        f"{_p(it.p):>5} {_p(change.adjusted):>5}  {verdict}"
    ).rstrip()


def _signed(value: float, unit: Unit) -> str:
    text = number_text(value, unit)
    return f"+{text}" if value > 0 and text != number_text(0.0, unit) else text


def _p(value: float) -> str:
    return "<.001" if value < 0.001 else number_text(value)


def _lists(comparison: Comparison, shown: int) -> Iterator[str]:
    lists = (
        ("got better", comparison.better),
        ("got worse", comparison.worse),
        ("failed in B only", comparison.newly_failed),
        ("failed in A only", comparison.no_longer_failed),
    )
    yield f"case by case: {', '.join(f'{len(cases):,} {title}' for title, cases in lists)}"
    # A rule of compare.main_score.
    yield "(by first_right; by not_found where there is no answer; by hits@10 where none is asked)"
    for title, cases in lists:
        if cases:
            yield ""
            yield from _cases(title, cases, shown)


def _cases(title: str, cases: Sequence[CaseChange], shown: int) -> Iterator[str]:
    yield f"{count_text(len(cases), 'case')} {title}"
    width = max((len(case.id) for case in cases[:shown]), default=0)
    for case in cases[:shown]:
        values = f"{case.score} {_plain(case.a)} -> {_plain(case.b)}"
        yield f"  {case.id:{width}}  {values}  {case.reason or case.question}".rstrip()
    if len(cases) > shown:
        yield f"  {_rest(cases, shown).strip()}"


def _rest(items: Sequence[object], shown: int) -> str:
    return f" and {len(items) - shown:,} more; --json names all" if len(items) > shown else ""


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def _speeds(comparison: Comparison) -> Iterator[str]:
    if not comparison.speeds:
        return
    yield ""
    yield "speed and memory: no verdict, times vary from run to run and with what else is running"
    if comparison.machines_differ:
        yield "the machines differ: these ratios say nothing about the code"
    width = max(len(speed.name) for speed in comparison.speeds)
    for speed in comparison.speeds:
        values = f"{speed.a:>9,.1f} {speed.b:>9,.1f}   B / A {speed.ratio:.2f}"
        yield f"  {speed.name:{width}} {values}"


def _wrapped(line: str) -> list[str]:
    return wrap(line, WIDTH, subsequent_indent="      ", break_on_hyphens=False)


def _clean(line: str) -> str:
    """A line that fits and that cannot move the cursor or change colours."""
    safe = "".join(c if c.isprintable() else " " for c in line)
    return safe if len(safe) <= WIDTH else safe[: WIDTH - 1] + "…"

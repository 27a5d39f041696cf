"""Figures as text for a terminal, and as cells for the page: pure functions.

Enters: figures. Leaves: one table a group, a column for each size. Deliberately computes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.bench.figures import Figure, Growth
from eval.reporting.formatting import count_text, number_text, table_line

NOT_MEASURED = "not measured"
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Grid:
    """A group's figures: a row for each name, a cell for each size.

    A cell holds the value and its n. ``failures`` say which size failed and why.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    failures: tuple[str, ...]


def grids(found: Sequence[Figure]) -> list[Grid]:
    """The figures by group, in the order in which each group first comes."""
    return [
        _grid(group, [each for each in found if each.group == group])
        for group in dict.fromkeys(each.group for each in found)
    ]


def _grid(group: str, chosen: Sequence[Figure]) -> Grid:
    sizes = list(dict.fromkeys(each.size for each in chosen))
    cells = {(each.name, each.size): _cell(each) for each in chosen}
    names = [each.name for each in chosen if each.value is not None or not each.error]
    broken = {each.size for each in chosen if each.error and each.value is None}
    what = "rows" if group == "vectors alone" else "articles"
    rows = [
        (
            name,
            tuple(
                cells.get((name, size), (FAILED if size in broken else "", "")) for size in sizes
            ),
        )
        for name in dict.fromkeys(names or [each.name for each in chosen])
    ]
    failures = [f"{_column(e.size, what)}: {e.error}" for e in chosen if e.error]
    return Grid(group, tuple(_column(size, what) for size in sizes), tuple(rows), tuple(failures))


def _column(size: int, what: str) -> str:
    return f"{size:,} {what}" if size else "no articles"


def _cell(each: Figure) -> tuple[str, str]:
    if each.error and each.value is None:
        return FAILED, ""
    if each.value is None:
        return NOT_MEASURED, ""
    if each.unit == "number" and each.value == int(each.value):
        return count_text(int(each.value)), count_text(each.n)
    return number_text(each.value, each.unit), count_text(each.n)


def growth_rows(found: Sequence[Growth]) -> list[tuple[str, str, str, str]]:
    """Name, exponent, points and n of each growth."""
    return [
        (
            each.name,
            f"{each.fit.exponent:.2f}" if each.fit else NOT_MEASURED,
            "; ".join(f"{x:,.0f}: {number_text(y, each.unit)}" for x, y in each.points),
            count_text(len(each.points)),
        )
        for each in found
    ]


def render(found: Sequence[Figure], grown: Sequence[Growth]) -> str:
    """Everything as text."""
    parts = [_table(grid) for grid in grids(found)]
    rows = growth_rows(grown)
    width = max(len(row[0]) for row in rows)
    lines = ["-- growth with the number of articles: exponent (0 stays, 1 in proportion)"]
    lines += [f"{name:{width}}  {exponent}  (n {n}; {at})" for name, exponent, at, n in rows]
    return "\n\n".join([*parts, "\n".join(lines)])


def _table(grid: Grid) -> str:
    cells = [["", *grid.columns]]
    cells += [
        [name, *(f"{value} (n {n})" if n else value for value, n in row)] for name, row in grid.rows
    ]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    lines = [f"-- {grid.title}", *(table_line(line, widths).rstrip() for line in cells)]
    return "\n".join([*lines, *(f"{FAILED}, {why}" for why in grid.failures)])

"""The report of ``own``: as text for a terminal, and as one self-contained page.

Enters: the record with its advice. Leaves: text, and ``own.html``. Deliberately computes no
finding: both say what the record holds. Article text is stripped of control characters for the
terminal and escaped by the template for the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from textwrap import fill
from typing import Any

from eval.own.advice import counted
from eval.own.sections import Item, Section, sections
from eval.reporting.formatting import count_text, duration_text, value_text

Record = Mapping[str, Any]

WIDTH = 96
# Of a long list a terminal shows a few; what must be read and judged is shown whole.
FEW, WHOLE = 3, ("not_refused", "skipped")
SHOWN = 100
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as a reader sees it; ``low``, ``high`` and ``value`` are in per cent of the bar."""

    name: str
    share: str
    interval: str
    n: int
    definition: str
    bar: Mapping[str, float]


def percent(share: float) -> str:
    """A share in per cent; 100% and 0% only where it is all or nothing."""
    value = 100 * share
    if 0 < value < 1 or 99 < value < 100:
        value = min(max(value, 0.1), 99.9)
        return f"{value:.1f}%"
    return f"{value:.0f}%"


def lines(record: Record) -> list[tuple[str, list[Line]]]:
    """The figures by group, as text."""
    return [
        (group, [_line(figure) for figure in figures])
        for group, figures in groupby(record["figures"], key=lambda figure: figure["group"])
    ]


def _line(figure: Record) -> Line:
    shares = {name: figure[name] for name in ("low", "high", "value")}
    return Line(
        name=figure["name"],
        share=percent(figure["value"]),
        interval=f"{percent(figure['low']).removesuffix('%')}–{percent(figure['high'])}",
        n=figure["n"],
        definition=figure["definition"],
        bar={name: round(100 * value, 2) for name, value in shares.items()},
    )


def plain(text: str, longest: int = LONGEST) -> str:
    """A text on one line, without anything that a terminal would act on."""
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return shown if len(shown) <= longest else f"{shown[: longest - 1].rstrip()}…"


def lede(record: Record) -> str:
    """What was looked at and how, in a sentence or two."""
    index = record["index"]
    built = {
        "built": f"indexed in {duration_text(index['seconds'] or 0)}",
        "cached": "index found in the cache",
        "yours": "your index, as it stands",
    }[index["opened"]]
    return (
        f"{counted(record['articles'], 'article')} in {counted(record['passages'], 'passage')}; "
        f"{built}. {counted(_queries(record), 'query', 'queries')} asked, all in "
        f"{duration_text(record['seconds'])}."
    )


def _queries(record: Record) -> int:
    asked = record["asked"]
    return int(asked["sentences"] + asked["headlines"] + asked["elsewhere"] + asked["control"])


def as_text(record: Record) -> str:
    """The report for a terminal."""
    title = plain(record["name"])
    parts = [f"{title}\n{'=' * len(title)}\n{fill(lede(record), WIDTH)}", _looked(record)]
    if record["figures"]:
        parts.append(_figures(record))
    notes = [fill(note, WIDTH, initial_indent="- ", subsequent_indent="  ")
             for note in record["notes"]]  # fmt: skip
    if notes:
        parts.append("\n".join([*_head("To read this rightly"), *notes]))
    parts += [_listed(section) for section in sections(record)]
    return "\n\n".join(parts) + "\n"


def _head(title: str) -> list[str]:
    return [title, "-" * len(title)]


def _looked(record: Record) -> str:
    out = _head("What to look at")
    if not record["look_at"]:
        out.append(fill(NOTHING, WIDTH))
    for number, one in enumerate(record["look_at"], start=1):
        lead = f"{number:2}. "
        out.append(
            fill(f"[{one['level']}] {one['say']}", WIDTH,
                 initial_indent=lead, subsequent_indent="    ")
        )  # fmt: skip
        out.append(fill(one["do"], WIDTH, initial_indent="    → ", subsequent_indent="      "))
    return "\n".join(out)


NOTHING = (
    "Nothing needs your attention: every file was read, no article lacks a date, publisher, title "
    "or author, none is a copy of another, the search finds them, and no question from elsewhere "
    "was answered."
)


def _figures(record: Record) -> str:
    out = [*_head("How well it works on them"), f"{'':26}{'share':>7}{'95% interval':>16}{'n':>7}"]
    for group, found in lines(record):
        out.append(group)
        out += [f"  {one.name:24}{one.share:>7}{one.interval:>16}{one.n:>7,}" for one in found]
    return "\n".join(out)


def _listed(section: Section) -> str:
    out = _head(f"{section.title} ({len(section.items):,})")
    if section.intro:
        out.append(fill(section.intro, WIDTH))
    shown = section.items[: SHOWN if section.id in WHOLE else FEW]
    for item in shown:
        out += _item(item)
    more = len(section.items) - len(shown)
    if more:
        out.append(f"  and {more:,} more in the report")
    return "\n".join(out)


def _item(item: Item) -> Iterator[str]:
    yield fill(plain(item.head), WIDTH, initial_indent="  • ", subsequent_indent="    ")
    if item.quote:
        yield fill(
            plain(item.quote, 240), WIDTH, initial_indent="    │ ", subsequent_indent="    │ "
        )
    for text in (*item.places, item.note):
        if text:
            yield fill(plain(text), WIDTH, initial_indent="    ", subsequent_indent="    ")


def write_page(record: Record, path: Path) -> None:
    """Write the page; an earlier one is replaced whole.

    Raises:
        OSError: it cannot be written.
    """
    from eval.reporting.pages import render, save  # noqa: PLC0415 (jinja2; only when a page is written)

    made = sections(record)
    page = render(
        "own.html.j2",
        name=record["name"],
        lede=lede(record),
        look_at=record["look_at"],
        nothing=NOTHING,
        groups=lines(record),
        notes=record["notes"],
        sections=made,
        linked={section.id for section in made},
        shown=SHOWN,
        about=_about(record),
    )
    save(path, page)


def _about(record: Record) -> list[tuple[str, list[tuple[str, str]]]]:
    index = [(name, value_text(value)) for name, value in record["index"].items()]
    made = [("made", record["made"]), ("formats", ", ".join(record["formats"]))]
    made.append(("passages reached by any query", _reached(record)))
    settings = [(name, value_text(value)) for name, value in record["settings"].items()]
    return [("Index", index), ("This report", made), ("Settings", settings)]


def _reached(record: Record) -> str:
    reach = record["unreached"]
    return f"{count_text(reach['reached_of_all'])} of {count_text(record['passages'])}"

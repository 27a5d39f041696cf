"""Title, author, publisher and date out of a raw text's own words.

Enters: an article's text. Leaves: a ``Heading`` in which each value carries where it was read, and
the spans of the lines that are heading or footer rather than prose. Deliberately knows nothing of
files, metadata or any one outlet: the rules are about how news articles begin and end when they
are copied from a page. A missing value is better than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from embeddings.byline import SECTIONS, Facts, facts_of, is_label, is_outlet, is_person
from embeddings.dates import Written, find_dates
from embeddings.footer import Footer, own_url, publisher_in, read_footer
from embeddings.furniture import Line, is_control, lines_of, merge
from embeddings.schema import Found, Heading, Span
from embeddings.title import is_marked, title_lines, title_of

_HEAD_LINES = 16
_REPEATED = 6
# Ranks of publishers beside those of ``footer``: the lowest wins.
_OUTLET_LINE, _LABEL_LINE, _DATELINE = 0, 1, 5

_WIRE = re.compile(
    r"^[\"“(]?[^\W\d_a-z][\w .,'’/-]{1,60}?\s*\((?P<agency>[^\W\d_a-z][\w .&-]{1,25})\)\s*[:–—-]"
)

# "London CNN —", "Washington (Reuters) —" on a line of its own
_DATELINE_ALONE = re.compile(
    r"(?:^|\s)\(?(?P<outlet>(?:CNN|BBC|AP|AFP|Reuters|NPR|CNBC|Bloomberg|CBS|NBC|ABC)"
    r"(?:\s(?:News|Business|Sports?|World))?)\)?\s*[–—-]+$"
)


@dataclass(slots=True)
class _Head:
    """What the walk down the first lines has met so far."""

    title: Found | None = None
    marked: bool = False  # the title is marked as one, so nothing need follow it
    author: Found | None = None
    publishers: list[tuple[int, Found]] = field(default_factory=list)
    dates: list[tuple[int, str, int, Written]] = field(default_factory=list)
    url: Found | None = None
    labels: list[Line] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    body: bool = False  # a line of prose was reached


def read_heading(
    text: str, lines: Sequence[Line] | None = None
) -> tuple[Heading, tuple[Span, ...]]:
    """The heading of a raw text and the whole lines that say it.

    ``lines`` are ``lines_of(text)`` where the caller has them already; lines left out at the start
    (a front matter) are not looked at.
    """
    lines = lines_of(text) if lines is None else lines
    if not lines:
        return Heading(), ()
    footer = read_footer(lines)
    end = lines[footer.start].outer.start if footer.start < len(lines) else len(text)
    head = _walk(lines[: footer.start], text, end)
    if head.title and not (head.body or head.marked):
        head.title = None
    if head.title or head.author or head.dates:
        head.spans += [line.outer for line in head.labels]
    heading = Heading(
        title=head.title,
        author=head.author,
        publisher=_publisher(head, footer, text, end),
        published=_published(head, footer),
        url=head.url or footer.url,
    )
    spans = head.spans if head.title or head.author or head.dates or head.url else []
    return heading, merge(text, [*spans, *footer.spans])


def repeated_lines(lines: Sequence[Line], stated: Heading) -> list[Span]:
    """First lines that only say again what metadata gave (title, byline, date), as whole lines."""
    spans = []
    title, author = (f.value.casefold() if f else None for f in (stated.title, stated.author))
    day = stated.published.value if stated.published else None
    for line in lines[:_REPEATED]:
        facts = facts_of(line)
        if facts is None:
            same = line.bare.casefold() == title
        else:
            said = facts.author and line.text[facts.author.start - line.start :]
            same = bool(said and author and said.casefold().startswith(author)) or (
                any(str(each.day) == day for each in facts.dates)
            )
        if same:
            spans.append(line.outer)
    return spans


def _walk(lines: Sequence[Line], text: str, end: int) -> _Head:
    """Down the first lines, until the prose begins."""
    head, index = _Head(), 0
    while index < min(len(lines), _HEAD_LINES):
        line = lines[index]
        where = f"line {line.number}"
        url = own_url(line, where, bare=True)
        body = text[line.outer.end : end]
        facts = None if url else facts_of(line, body)
        used = title_lines(lines, index, body) if head.title is None and facts is None else 0
        if url:
            head.url = head.url or url
            head.spans.append(line.outer)
        elif facts and not (facts.title and head.title):
            _take(head, line, facts)
        elif is_control(line):
            pass
        elif named := publisher_in(line, where):
            head.publishers.append(named)
            head.spans.append(line.outer)
        elif used:
            head.title = title_of(lines[index : index + used])
            head.marked = is_marked(line)
            head.spans += [each.outer for each in lines[index : index + used]]
        elif is_label(line.bare):
            head.labels.append(line)
        else:
            _begin_prose(head, lines, index)
            break
        index += max(1, used)
    return head


def _take(head: _Head, line: Line, facts: Facts) -> None:
    where = f"line {line.number}"

    def found(span: Span | None) -> Found | None:
        if span is None:
            return None
        return Found(line.text[span.start - line.start : span.end - line.start], where, span)

    head.author = head.author or found(facts.author)
    head.title = head.title or found(facts.title)
    outlet = found(facts.outlet)
    if outlet:
        head.publishers.append((_OUTLET_LINE, outlet))
    for written in facts.dates:
        rank = {"published": 0, "": 1, "updated": 6}[written.label]
        head.dates.append((rank, where, line.start, written))
    head.spans.append(line.outer)


def _begin_prose(head: _Head, lines: Sequence[Line], index: int) -> None:
    """What the first line of prose carries in front of it, and a byline just below a standfirst."""
    line = lines[index]
    head.body = True
    where = f"line {line.number}"
    for written in find_dates(line.text[:60])[:1]:
        start, end = written.outer
        numeric = (
            line.text[written.start].isdigit()
            and " " not in line.text[slice(*written.outer)].strip()
        )
        after = line.text[end:].lstrip()
        if start == 0 and (written.label or numeric) and after and not after[0].islower():
            head.dates.append((2, where, line.start, written))
            gap = len(line.text[end:]) - len(after)
            head.spans.append(Span(line.outer.start, line.start + end + gap))
    wire = _WIRE.match(line.text)
    if wire:
        place = Span(line.start + wire.start("agency"), line.start + wire.end("agency"))
        head.publishers.append((_DATELINE, Found(wire["agency"], f"dateline, {where}", place)))
        head.dates += [(5, where, line.start, each) for each in find_dates(wire[0])]
    if head.title and not head.author and len(line.text) <= 300:
        for below in lines[index + 1 : index + 4]:
            facts = facts_of(below)
            if facts and (facts.author or any(each.label for each in facts.dates)):
                _take(head, below, facts)
            elif not is_control(below) and len(below.text) > 100:
                break


def _publisher(head: _Head, footer: Footer, text: str, end: int) -> Found | None:
    ranked = [*head.publishers, *footer.publishers]
    for line in head.labels:
        dateline = _DATELINE_ALONE.search(line.text)
        start, stop = dateline.span("outlet") if dateline else (0, len(line.text))
        place = Span(line.start + start, line.start + stop)
        found = Found(line.text[start:stop].strip("*_# "), f"line {line.number}", place)
        body = text[line.outer.end : end]
        if is_outlet(found.value):
            ranked.append((_OUTLET_LINE, found))
        elif (
            line.text[-1] not in "–—-"
            and head.title
            and head.title.span
            and line.start > head.title.span.start
            and _names_outlet(line.bare, body, head.author is not None)
        ):
            ranked.append((_LABEL_LINE, found))
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _names_outlet(label: str, body: str, authored: bool) -> bool:
    """Whether a line below the title names the outlet: the prose never speaks of it.

    A place or a person does occur in the prose, a place at least as the stem of its adjective
    (Afghanistan, Afghan). Two or three plain names may also be the author, unless one is known.
    """
    words = label.split()
    if label in body or all(word.lower() in SECTIONS for word in words):
        return False
    if re.search(r"[^\W\d_A-Z][A-Z]", label):  # BuzzFeed: a name somebody made up
        return True
    if is_person(label) and not authored:
        return False
    return not any(
        re.search(rf"\b{re.escape(word[: max(4, len(word) * 2 // 3)])}", body)
        for word in words
        if len(word) > 3
    )


def _published(head: _Head, footer: Footer) -> Found | None:
    """The day, from the strongest statement of it; none where that one has two readings."""
    foot = {"published": 3, "": 4, "updated": 7}
    stated = [
        *head.dates,
        *(
            (foot[written.label], f"footer, line {line.number}", line.start, written)
            for line, written in footer.dates
        ),
    ]
    if not stated:
        return None
    certain = {each.day for _, _, _, each in stated if each.day}
    _, where, offset, best = min(stated, key=lambda entry: entry[0])
    day = best.day or _decided(best, certain)
    if day is None:
        return None
    return Found(day.isoformat(), where, Span(offset + best.start, offset + best.end))


def _decided(written: Written, others: set[date]) -> date | None:
    """The reading that another date of the heading confirms, or that it leaves possible."""
    agreed = [day for day in written.readings if day in others]
    possible = [day for day in written.readings if not others or day <= max(others)]
    chosen = agreed or possible
    return chosen[0] if len(chosen) == 1 else None

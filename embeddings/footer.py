"""The end of an article: who published it and when, said below the prose.

Enters: an article's lines. Leaves: a ``Footer`` with the dates and publishers the last lines name,
the article's own address, and which lines they are. Deliberately knows nothing of the heading:
which of two publishers or dates counts is decided there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from embeddings.byline import capitalised, facts_of
from embeddings.dates import Written, find_dates
from embeddings.furniture import Line, is_control
from embeddings.schema import Found, Span

_LINES = 14
# Ranks of publishers, the strongest first; ``heading`` puts its own between them.
EXCLUSIVE, SOURCE, COPYRIGHT, HOST = 2, 3, 4, 9

_NAME = r"[\"“«„'‘*_]*(?P<name>[^\"”»“*_\n]{2,70}?)[\"”»'’*_]*"
_EXCLUSIVE = re.compile(
    r"\b(?i:exclusively|specially|especially)\s+(?i:written\s+)?for\s+(?:the\s+)?"
    r"(?:(?:online|internet|web|news|weekly|monthly|daily|print|electronic)\s+)*"
    r"(?:(?:magazine|journal|newspaper|site|website|portal|publication|outlet|paper|review)\s+)?"
    rf"{_NAME}\s*[.,]?\s*$"
)
_APPEARED = re.compile(
    r"^\W*(?:(?:(?i:this|the|an? \w+ version of this)\s+(?:article|story|piece|post|column|essay"
    r"|report|op-ed|interview|text|commentary)\s+(?:(?:has|was|is|had)\s+)?(?:been\s+)?)?"
    r"(?i:originally|first)?\s*(?i:appeared|published)\s*(?:originally|first)?)\s+"
    rf"(?:in|on|at|by|with)\s+(?:the\s+(?=[a-z]))?{_NAME}"
    r"(?:\s+(?:on|in)\s+(?=\w+\s+\d|\d).{6,40}|\s+under\s.*|\s*[:|].*|\s+and\s+is\s.*)?[.\s*_]*$"
)
_COPYRIGHT = re.compile(
    r"^\W*(?:copyright\s*)?(?:©|\(c\)|copyright)\s*(?:copyright\s*)?"
    r"(?:(?:19|20)\d\d(?:\s*[-–]\s*\d{2,4})?,?\s+(?:by\s+)?)?"
    r"(?P<name>[^\d.|,©]{2,60}?)(?:,?\s+(?:19|20)\d\d(?:\s*[-–]\s*\d{2,4})?)?"
    r"(?:\s*[.,|–-]\s*(?:all rights.*|inc\.?.*|ltd\.?.*)?|\s+all rights.*)?$",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"^\W*(?i:source|via|courtesy of|publisher|outlet)\s*[:：]\s*(?P<name>\S.{1,60}?)\W*$"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_URL_LINE = re.compile(r"^<?(?P<url>(?:https?://|www\.)[^\s<>]+?)>?[.,]?$", re.IGNORECASE)
_OWN_URL = re.compile(
    r"^\W*(?:url|link|permalink|web\s?address|source|original(?:\s+(?:article|story|url|link|source))?"
    r"|article\s+(?:url|link)|read\s+(?:the\s+)?(?:original|full)(?:\s+(?:article|story))?"
    r"(?:\s+(?:here|at|on))?)\s*[:：]\s*<?(?P<url>https?://[^\s<>]+?)>?$",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(?:to\s+(?:contact|reach|write\s+to|join|learn\s+more\s+about)|contact|write\s+to|visit"
    r"|for\s+(?:more|further)\s+information)\b[^.!?]{0,160}[:：]",
    re.IGNORECASE,
)
_BIO = re.compile(
    r"^[^\W\d_a-z].{0,180}\b(?:reach(?:ed)?|contact(?:ed)?|e-?mail(?:ed)?|follow(?:ed)?|tweets?)\b"
    r".{0,80}\s\(?(?:[\w.+-]+@[\w.-]+\w|@\w+)\W*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Footer:
    """What the last lines say; ``publishers`` are (rank, value), ``dates`` (line, date)."""

    publishers: list[tuple[int, Found]] = field(default_factory=list)
    dates: list[tuple[Line, Written]] = field(default_factory=list)
    url: Found | None = None
    spans: list[Span] = field(default_factory=list)
    start: int = 0  # index of the first line that is footer


def read_footer(lines: Sequence[Line]) -> Footer:
    """Walk up from the last line until the first that is prose."""
    footer = Footer(start=len(lines))
    host: Line | None = None
    index = len(lines) - 1
    least = max(1, len(lines) // 2, len(lines) - _LINES)
    while index >= least:
        line = lines[index]
        first = _contact(lines, index, least)
        if first is not None:
            footer.spans.append(Span(lines[first].outer.start, line.outer.end))
            if host is not None:
                _add_host(footer, host)
            index = first
        elif _own(footer, line) or _dated(footer, line) or _BIO.match(line.text):
            footer.spans.append(line.outer)
        elif not is_control(line):
            break
        elif _URL_LINE.match(line.text):
            host = line
        footer.start = index
        index -= 1
    return footer


def publisher_in(line: Line, where: str) -> tuple[int, Found] | None:
    """A publisher that a line names outright ("originally appeared in ..."), with its rank."""
    if len(line.text) > 300:
        return None
    for rank, pattern in (
        (EXCLUSIVE, _EXCLUSIVE),
        (EXCLUSIVE, _APPEARED),
        (SOURCE, _SOURCE),
        (COPYRIGHT, _COPYRIGHT),
    ):
        match = pattern.search(line.text)
        if match is None:
            continue
        name = match["name"].strip(" .,'’‘\"“”*_")
        span = Span(line.start + match.start("name"), line.start + match.end("name"))
        if _YEAR.search(name):  # "originally published in February 2022"
            continue
        if 0 < len(name.split()) <= 7 and (capitalised(name) or "." in name) and "/" not in name:
            return rank, Found(name, where, span)
    return None


def own_url(line: Line, where: str, bare: bool = False) -> Found | None:
    """The article's own address: labelled as such, or (``bare``) alone in a heading with a path."""
    match = _OWN_URL.match(line.text)
    if match is None and bare:
        match = _URL_LINE.match(line.text)
        if match and len(_parts(match["url"])[1]) < 8:  # a home page is not an article
            return None
    if match is None:
        return None
    return Found(
        match["url"], where, Span(line.start + match.start("url"), line.start + match.end("url"))
    )


def _own(footer: Footer, line: Line) -> bool:
    where = f"footer, line {line.number}"
    url = own_url(line, where)
    if url is not None:
        footer.url = url
        return True
    named = publisher_in(line, where)
    if named is None:
        return False
    footer.publishers.append(named)
    footer.dates += [(line, written) for written in find_dates(line.text)]
    return True


def _dated(footer: Footer, line: Line) -> bool:
    facts = facts_of(line)
    if facts is None or not facts.dates:
        return False
    footer.dates += [(line, written) for written in facts.dates]
    return True


def _contact(lines: Sequence[Line], index: int, least: int) -> int | None:
    """The first line of "To contact ... visit:" that ends at ``index``, over up to three lines."""
    for first in range(index, max(least, index - 2) - 1, -1):
        if lines[first].block != lines[index].block:
            return None
        joined = " ".join(line.text for line in lines[first : index + 1])
        if _CONTACT.fullmatch(joined):
            return first
    return None


def _add_host(footer: Footer, line: Line) -> None:
    match = _URL_LINE.match(line.text)
    host = _parts(match["url"])[0] if match else ""
    if host:
        start = line.start + line.text.lower().index(host)
        found = Found(
            host, f"address in the footer, line {line.number}", Span(start, start + len(host))
        )
        footer.publishers.append((HOST, found))


def _parts(url: str) -> tuple[str, str]:
    """Host without "www." and path of an address; empty where it is malformed."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        return (parts.hostname or "").removeprefix("www."), parts.path
    except ValueError:  # an unclosed bracket
        return "", ""

"""The publishers and authors of a collection, found again in a question: pure.

Enters: the publishers and authors as the headings write them; then a question. Leaves: ``Name``s,
each with the words that named it and the heading values they stand for. Deliberately knows nothing
of any publisher in particular, of articles, or of what is done with a name.

A name is known by the forms that people use: whole, up to a separator ("Agency | World News"), with
and without "The" and a domain's ending, by its initials; and a short one spelled out, where the
initials are its letters ("British Broadcasting Corporation" for bbc.co.uk). Words are compared
joined and folded: "Tech Crunch" is "TechCrunch", "Publico" is "Público". Whether a form is meant,
and not what else its words could be, is decided in ``mentions.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from embeddings.mentions import LONGEST, MINOR, WORD, Form, Mentions, fold

_SECTION = re.compile(r"\s*\|\s*|\s+[-–—·»]\s+|:\s+|\s*\(")
_DOMAIN = re.compile(
    r"(?:https?://)?(?:www\.)?(?P<name>[\w-]+)(?:\.[a-z]{2,3})?\.[a-z]{2,6}/?", re.IGNORECASE
)
_PEOPLE = re.compile(r"\s*(?:,|;|&|\band\b|\||/)\s*")


@dataclass(frozen=True, slots=True)
class Name:
    """A publisher or author that a question names: ``question[start:end] == words``.

    ``publishers`` and ``authors`` are the heading values it may stand for, all alternatives.
    """

    words: str
    start: int
    end: int
    publishers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass(slots=True)
class _Entry:
    """What one folded form stands for, and how sure its words alone are."""

    form: Form
    publishers: dict[str, None] = field(default_factory=dict)
    authors: dict[str, None] = field(default_factory=dict)


class Names:
    """A look-up from the forms of names to the headings they stand for."""

    def __init__(self, publishers: Iterable[str] = (), authors: Iterable[str] = ()) -> None:
        """Learn the names; the work grows with the number of different ones."""
        self._entries: dict[str, _Entry] = {}
        self._short: dict[str, _Entry] = {}
        for publisher in dict.fromkeys(publishers):
            for written, form in _forms(publisher):
                entry = self._entry(written, form)
                entry.publishers[publisher] = None
                if form is not Form.INITIALS and len(WORD.findall(written)) == 1:
                    self._short[fold(written)] = entry
        for author in dict.fromkeys(authors):
            for person in _people(author):
                self._entry(person, Form.PERSON).authors[author] = None

    def _entry(self, written: str, form: Form) -> _Entry:
        entry = self._entries.setdefault(fold(written), _Entry(form))
        entry.form = min(entry.form, form)
        return entry

    def __len__(self) -> int:
        """How many forms are known."""
        return len(self._entries)

    def find(self, question: str) -> list[Name]:
        """The names in a question, in order; the longest where they overlap."""
        mentions = Mentions(question)
        found: list[Name] = []
        for key, first, last in mentions.stretches():
            entry = self._entries.get(key)
            if entry is not None:
                meant = mentions.meant(entry.form, first, last)
            else:
                # Nobody but the one that it belongs to spells a name like this.
                entry = self._short.get(mentions.initials(first, last))
                meant = entry is not None
            start, end = mentions.span(first, last)
            free = not found or start >= found[-1].end
            if entry is not None and meant and free:
                values = tuple(entry.publishers), tuple(entry.authors)
                found.append(Name(question[start:end], start, end, *values))
        return found


def _forms(publisher: str) -> Iterator[tuple[str, Form]]:
    """Every form of a publisher's name, and how sure it is."""
    whole = publisher.strip()
    head = _SECTION.split(whole, maxsplit=1)[0]
    for name in dict.fromkeys(filter(fold, (whole, head))):
        domain = _DOMAIN.fullmatch(name)
        for written in (name, domain["name"]) if domain else (name,):
            yield written, _sureness(written)
        words = name.split()
        if len(words) > 1 and words[0].casefold() == "the":
            yield " ".join(words[1:]), _sureness(" ".join(words[1:]))
    words = WORD.findall(head)
    if len(words) == 2 and words[1].casefold() == "news" and words[0].isupper():  # "BBC News"
        yield words[0], Form.PLAIN
    significant = [word for word in words if word.casefold() not in MINOR]
    if len(significant) > 1 and all(word[0].isalpha() for word in words):
        for chosen in (significant, words):
            yield "".join(word[0] for word in chosen), Form.INITIALS


def _sureness(written: str) -> Form:
    words = [word for word in WORD.findall(written) if word.casefold() not in MINOR]
    odd = any(c.isupper() or c.isdigit() for word in words for c in word[1:])
    return Form.SURE if len(words) > 1 or odd else Form.PLAIN


def _people(author: str) -> Iterator[str]:
    for person in (author.strip(), *_PEOPLE.split(author.strip())):
        if 1 < len(WORD.findall(person)) <= LONGEST:
            yield person

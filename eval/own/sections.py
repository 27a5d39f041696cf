"""The lists of ``own``'s report: what stands behind each piece of advice, ready to be shown.

Enters: the record. Leaves: sections of items, the same for a terminal and for a page. Deliberately
knows nothing of either, and escapes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a list: what, an article's words, places, and what was seen there."""

    head: str
    quote: str = ""
    places: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A list with a title and what must be known to read it; ``id`` is what advice refers to."""

    id: str
    title: str
    intro: str
    items: tuple[Item, ...]


CHECK_TITLES = {
    "nothing_to_cite": "Articles with nothing to cite",
    "future_date": "Dated after today",
    "old_date": "Dated before 1900",
    "no_date": "Without a date",
    "broken_characters": "Broken characters",
    "not_english": "Little running English",
    "furniture": "Mostly page furniture",
    "short": "Fewer than 50 words",
    "guessed_date": "Dated by the making of the file",
    "same_day": "All of one day",
    "no_publisher": "Without a publisher",
    "no_title": "Without a title",
    "same_title": "Titles that several articles have",
    "no_author": "Without an author",
}
KINDS = {
    "invented": "an invented name",
    "in_principle": "nothing can tell this",
    "yours": "from your file",
}


def sections(record: Record) -> list[Section]:
    """Every list that holds something, in the order of reading."""
    made = [
        *(Section(id_, title, intro, tuple(make(record))) for id_, title, intro, make in _LISTS),
        *_check_sections(record),
        Section("warnings", "Warnings", "These were read all the same.", tuple(_warnings(record))),
    ]
    return [section for section in made if section.items]


def source_of(article: Record) -> str:
    """Publisher, day and place of an article, and its id where one file holds many."""
    own = f"id {article['article']}" if article["format"] == "jsonl" else ""
    known = (article["publisher"], article["published"], article["path"], own)
    return ", ".join(part for part in known if part)


def _check_sections(record: Record) -> Iterator[Section]:
    for name, title in CHECK_TITLES.items():
        items = (
            Item(one["label"], places=(source_of(one),), note=one["note"])
            for one in record["checks"][name]
        )
        yield Section(name, title, "", tuple(items))


def _problem(one: Record) -> Item:
    line = "" if one["line"] is None else f", line {one['line']}"
    return Item(f"{one['path']}{line}", note=one["reason"])


def _skipped(record: Record) -> Iterator[Item]:
    yield from map(_problem, record["skipped"])


def _warnings(record: Record) -> Iterator[Item]:
    yield from map(_problem, record["warnings"])


def _not_refused(record: Record) -> Iterator[Item]:
    """The surest first: those a reader would trust most."""
    for one in sorted(record["asked"]["not_refused"], key=lambda one: -one["confidence"]):
        said = one["citations"]
        more = f"; {len(said) - 1} more cited" if len(said) > 1 else ""
        yield Item(
            one["question"],
            quote=said[0]["quote"] if said else one["error"],
            places=(_labelled(said[0]),) if said else (),
            note=f"{KINDS[one['kind']]}; confidence {one['confidence']:.2f}{more}",
        )


def _labelled(article: Record) -> str:
    return f"{article['label']} ({source_of(article)})"


def _lost(one: Record) -> str:
    place = f"came {_ordinal(one['rank'])}" if one["rank"] else "not among the first 100"
    return f"{place}; first came: {one['first']['label']}" if one["first"] else "nothing came"


def _ordinal(number: int) -> str:
    endings = {1: "st", 2: "nd", 3: "rd"}
    teen = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teen else endings.get(number % 10, 'th')}"


def _sentences(record: Record) -> Iterator[Item]:
    for one in record["asked"]["sentences_missed"]:
        places = (_labelled(one),)
        yield Item(f"without “{one['word']}”", one["sentence"], places, _lost(one))


def _headlines(record: Record) -> Iterator[Item]:
    for one in record["asked"]["headlines_missed"]:
        yield Item(one["query"], places=(source_of(one),), note=_lost(one))


def _near(record: Record) -> Iterator[Item]:
    for group in record["near_duplicates"]:
        low, high = group["similarity"]
        share = f"{low:.0%}" if f"{low:.0%}" == f"{high:.0%}" else f"{low:.0%} to {high:.0%}"
        members = tuple(map(_labelled, group["articles"]))
        older = (
            "The first is the oldest." if group["oldest"] else "Dates do not tell which is older."
        )
        note = f"{share} of their runs of five words are the same. {older}"
        yield Item(f"{len(members)} articles", places=members, note=note)


def _repeats(record: Record) -> Iterator[Item]:
    for group in record["exact_repeats"]:
        members = tuple(map(_labelled, group))
        yield Item(f"{len(members)} articles", places=members)


def _files(record: Record) -> Iterator[Item]:
    for paths in record["copied_files"]:
        yield Item(f"{len(paths)} files", places=tuple(paths))


def _shared(record: Record) -> Iterator[Item]:
    for one in record["shared_sentences"]:
        count = len(one["articles"])
        places = tuple(map(_labelled, one["articles"][:3]))
        note = f"and {count - 3:,} more"
        yield Item(f"in {count:,} articles", one["text"], places, note)


def _unreached(record: Record) -> Iterator[Item]:
    for one in record["unreached"]["passages"]:
        place = f"{source_of(one)}, characters {one['start']} to {one['end']}"
        yield Item(one["label"], one["text"], (place,), one["reason"])


_LISTS: Sequence[tuple[str, str, str, Callable[[Record], Iterator[Item]]]] = (
    ("skipped", "Skipped", "Nothing of these is in the collection.", _skipped),
    (
        "not_refused",
        "Answered, though these articles cannot answer it",
        "Each question with what was said to it. Every word said is an article's own: the fault is "
        "that it does not answer.",
        _not_refused,
    ),
    (
        "sentences_missed",
        "Sentences that did not bring their passage",
        "The sentence was asked without the word named; no passage that holds it came among the "
        "first ten.",
        _sentences,
    ),
    (
        "headlines_missed",
        "Headlines that did not bring their article",
        "The title was asked as it stands; no article with it came among the first ten.",
        _headlines,
    ),
    ("exact_repeats", "Word for word the same", "", _repeats),
    (
        "near_duplicates",
        "Nearly the same",
        "Pairs that share at least half of all their runs of five words, put into groups. Of "
        "articles that are word for word the same, one stands for all.",
        _near,
    ),
    ("copied_files", "The same file more than once", "", _files),
    (
        "shared_sentences",
        "Sentences in five articles or more",
        "Copies of one article count once, sentences of fewer than six words not at all.",
        _shared,
    ),
    (
        "unreached",
        "Passages that no query reached",
        "This is relative to the queries asked here: the sampled sentences and headlines. Another "
        "query may well find them.",
        _unreached,
    ),
)

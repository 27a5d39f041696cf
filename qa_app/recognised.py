"""What was recognised in a question, as values that an answer carries and ``--json`` prints.

Enters: the ``Understanding`` of a search. Leaves: ``Recognised``, strings and dates alone, so that
it can be kept with an answer. Deliberately knows nothing of how it is said to people
(``wording.py``), nor of what it does to a ranking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embeddings.understanding import Understanding


@dataclass(frozen=True, slots=True)
class RecognisedName:
    """Words that name a source, and the heading values they may stand for, all alternatives."""

    words: str
    publishers: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """The name as ``--json`` prints it."""
        publishers, authors = list(self.publishers), list(self.authors)
        return {"words": self.words, "publishers": publishers, "authors": authors}


@dataclass(frozen=True, slots=True)
class RecognisedPeriod:
    """Words that name days: the first and the last, both included, None where open."""

    words: str
    first: date | None = None
    last: date | None = None

    def record(self) -> dict[str, Any]:
        """The period as ``--json`` prints it."""
        first, last = (day and day.isoformat() for day in (self.first, self.last))
        return {"words": self.words, "first": first, "last": last}


@dataclass(frozen=True, slots=True)
class RecognisedPart:
    """What was searched for by itself, less the names and periods in it, which stand beside it."""

    text: str
    names: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """The part as ``--json`` prints it."""
        return {"text": self.text, "names": list(self.names), "periods": list(self.periods)}


@dataclass(frozen=True, slots=True)
class Recognised:
    """All that was recognised; empty where nothing was."""

    names: tuple[RecognisedName, ...] = ()
    periods: tuple[RecognisedPeriod, ...] = ()
    parts: tuple[RecognisedPart, ...] = ()

    def record(self) -> dict[str, Any]:
        """All of it as ``--json`` prints it: three lists, empty ones included."""
        return {
            "names": [each.record() for each in self.names],
            "periods": [each.record() for each in self.periods],
            "parts": [each.record() for each in self.parts],
        }


def recognised_in(understanding: Understanding) -> Recognised:
    """What a search recognised, without its offsets."""
    return Recognised(
        tuple(RecognisedName(n.words, n.publishers, n.authors) for n in understanding.names),
        tuple(RecognisedPeriod(p.words, p.first, p.last) for p in understanding.periods),
        tuple(
            RecognisedPart(
                part.text,
                tuple(name.words for name in part.names),
                tuple(period.words for period in part.periods),
            )
            for part in understanding.parts
        ),
    )

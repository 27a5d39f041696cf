"""A question with several halves -> its parts: pure.

Enters: a question with the names and periods found in it. Leaves: ``Part``s, each with the words to
search for and the names and periods that belong to it. Deliberately knows nothing of articles or
search.

Where a question names sources in different places, each gets the words around it: "Does the A
article say x, while B reports y?" is x in A and y in B. Otherwise each clause is a part, and the
names are everybody's: "Who did x and later y, as A and B report?".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from embeddings.lexical import QUESTION_WORDS
from embeddings.names import Name
from embeddings.periods import Period

MOST = 6
# Words that a clause must add to be searched by itself; fewer go with the next.
LEAST_WORDS = 4

_LISTED = re.compile(
    r"""[\s,'"’”“‘()]*(?:(?:and|or|as\s+well\s+as|both|the|&|again|by|from|in)\b[\s'"“‘]*)*""",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"[;?]\s|,\s*and\b|(?:,\s*)?\b(?:while|whereas|unlike|but|compared\s+(?:to|with)|in\s+contrast"
    r"\s+to|as\s+opposed\s+to|before|after|than|versus|yet|although|though)\b"
    r"|\band\s+(?:then|the|a|did|does|do|is|was|whether|that|later)\b",
    re.IGNORECASE,
)
_PAUSE = re.compile(r",\s|\b(?:and|or|that)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;?:]\s+|\s(?:and|but|while|or)\s", re.IGNORECASE)
# "..., according to A" and "... as reported by A" stand behind what they are about.
_TRAILING = re.compile(
    r"(?:according\s+to|\w+(?:ed|en)\s+(?:\w+\s+)?(?:by|in|from|on)|as\s+per|per|from|by|in)\s+"
    r"(?:both\s+|articles?\s+(?:from|by)\s+)?(?:the\s+)?['\"‘“]?$",
    re.IGNORECASE,
)
_TRAIL = 60  # characters that such an introduction may have

Gap = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """What is searched for by itself: words of the question, less the names and dates in them."""

    text: str
    names: tuple[Name, ...] = ()
    periods: tuple[Period, ...] = ()


def split(question: str, names: Sequence[Name], periods: Sequence[Period]) -> tuple[Part, ...]:
    """The parts of a question; none where the question as it is says it all."""
    taken = sorted([*((n.start, n.end) for n in names), *((p.start, p.end) for p in periods)])
    bounds = _bounds(question, _groups(question, names))
    if len(bounds) > 1:
        found = []
        for start, end in bounds:
            text = _rest(question, start, end, taken)
            inside = tuple(each for each in periods if start <= each.start < end)
            own = [each for each in names if start <= each.start < end]
            found += [Part(text, (name,), inside) for name in _different(own)]
    else:
        clauses = [(0, len(question))]
        # A statement that names nobody says one thing, whatever its commas (docs/retrieval.md).
        if names or "?" in question:
            clauses = _clauses(question, taken)
        texts = [_rest(question, *bound, taken) for bound in clauses]
        if len(texts) > 1:
            everyone, ever = tuple(_different(names)), tuple(periods)
            found = [Part(text, everyone, ever) for text in texts]
        elif names:
            found = [Part(texts[0], (name,), tuple(periods)) for name in _different(names)]
        else:
            found = [Part(texts[0], (), tuple(periods))] if periods else []
    return tuple(part for part in found if any(c.isalnum() for c in part.text))[:MOST]


def _different(names: Sequence[Name]) -> list[Name]:
    """The names, each source once, where it is named first."""
    first: dict[tuple[tuple[str, ...], ...], Name] = {}
    for name in names:
        first.setdefault((name.publishers, name.authors), name)
    return [*first.values()]


def _rest(question: str, start: int, end: int, taken: Sequence[Gap]) -> str:
    """``question[start:end]`` without what was taken, white space collapsed."""
    pieces, at = [], start
    for first, last in taken:
        if start <= first and last <= end and first >= at:
            pieces.append(question[at:first])
            at = last
    return " ".join("".join((*pieces, question[at:end])).split())


def _groups(question: str, names: Sequence[Name]) -> list[Gap]:
    """Where names stand together: "A, B and C" is one place."""
    groups: list[Gap] = []
    for name in names:
        if groups and _LISTED.fullmatch(question, groups[-1][1], name.start):
            groups[-1] = groups[-1][0], name.end
        else:
            groups.append((name.start, name.end))
    return groups


def _bounds(question: str, groups: Sequence[Gap]) -> list[Gap]:
    """The stretch of the question that belongs to each place; places with no turn between join."""
    cuts, begin = [0], groups[0][0] if groups else 0
    for before, after in pairwise(groups):
        cut = _cut(question, before[1], after[0], _trails(question, begin))
        if cut is not None:
            cuts.append(cut)
            begin = after[0]
    return list(pairwise((*cuts, len(question))))


def _cut(question: str, start: int, end: int, first_trails: bool) -> int | None:
    """Where, between two names, the words of the first end and those of the second begin."""
    turns = list(_TURN.finditer(question, start, end))
    places = turns or list(_PAUSE.finditer(question, start, end))
    if not places:
        return None
    if not _trails(question, end):
        chosen = places[-1]
    elif first_trails:
        chosen = places[0]
    else:
        chosen = places[len(places) // 2] if turns else places[-1]
    mark = question[chosen.start()] in ",;?"
    return chosen.start() + mark


def _trails(question: str, start: int) -> bool:
    return _TRAILING.search(question[max(0, start - _TRAIL) : start]) is not None


def _clauses(question: str, taken: Sequence[Gap]) -> list[Gap]:
    """The clauses of a question, each with enough words of its own."""
    cuts = [
        match.end()
        for match in _CLAUSE.finditer(question)
        if not any(start < match.end() and match.start() < end for start, end in taken)
    ]
    clauses: list[Gap] = []
    start = 0
    for end in (*cuts, len(question)):
        if _own_words(_rest(question, start, end, taken)) >= LEAST_WORDS:
            clauses.append((start, end))
            start = end
        if len(clauses) == MOST:
            break
    if not clauses:
        return [(0, len(question))]
    # What is left over, too short or one too many, goes with the last.
    clauses[-1] = clauses[-1][0], len(question)
    return clauses


def _own_words(text: str) -> int:
    words = (word.strip("'\"’‘“”.,?!:;()").casefold() for word in text.split())
    return sum(word not in QUESTION_WORDS for word in words if word)

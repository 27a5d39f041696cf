"""Candidates -> candidates without those that repeat a better one: a passage stands for its copies.

Enters: candidates, which of their articles are near-copies of each other, and a way to get their
texts. Leaves: the candidates that are left, and which articles carry the words of each.
Deliberately knows nothing of how copies or candidates were found, or of how many are shown.

Being copies is a matter of articles, and only where to look: what decides is the words of a
passage. It is folded where better passages of its copies say all of it but a few words here and
there. The cuts between passages need not be at the same sentences, so it may be several of them
that say it. What only one version of a story tells stays, and so does every other figure: an update
is no copy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from embeddings.schema import Article, Location, Passage
from embeddings.search import Candidates
from embeddings.words import RUN, runs_of, words_of

# More new words in a row are a statement of their own; fewer are an edit.
EDIT_WORDS = 8
# So much of a passage must be told in runs of five words.
TOLD = 0.5
_DENIALS = frozenset({"no", "not", "never", "nor", "without"})
# Words that make another statement of the same words.
_DECISIVE = _DENIALS | frozenset(
    """
    one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty
    seventy eighty ninety hundred hundreds thousand thousands million millions billion billions
    trillion trillions dozen dozens
    """.split()  # noqa: SIM905 (a word a line says no more)
)

Run = tuple[str, ...]
Texts = Mapping[int, tuple[Passage, Article]]


@dataclass(frozen=True, slots=True)
class Folding:
    """What was folded into which passage, by key, and the articles that may carry its words.

    ``texts`` are the passages of articles with copies among the candidates, ``group`` gives the
    articles of a group by the key of each passage in it.
    """

    into: Mapping[int, int] = field(default_factory=dict)
    texts: Texts = field(default_factory=dict)
    group: Mapping[int, Sequence[Article]] = field(default_factory=dict)

    def copies(self, key: int) -> tuple[Article, ...]:
        """The other articles that carry the words of a passage, in order of date and id."""
        if key not in self.group:
            return ()
        passage, own = self.texts[key]
        words = words_of(passage.text)
        found = {self.texts[each][1].id for each, stands in self.into.items() if stands == key}
        carrying = [
            article
            for article in self.group[key]
            if article.id != own.id
            and (article.id in found or _carries(article, passage.text, words))
        ]
        return tuple(sorted(carrying, key=lambda a: (a.published or "9999", a.id)))


class _Told:
    """What the passages of a group that stand for themselves tell."""

    def __init__(self) -> None:
        # By run, the article that tells it; None where several do.
        self._article: dict[Run, int | None] = {}
        self._passages: list[tuple[int, int, set[Run]]] = []
        self._same: dict[str, list[tuple[int, int]]] = {}

    def add(self, key: int, article: int, text: str) -> None:
        """Take a passage of an article in."""
        runs = runs_of(words_of(text))
        for run in runs:
            self._article[run] = article if self._article.get(run, article) == article else None
        self._passages.append((key, article, runs))
        self._same.setdefault(text, []).append((key, article))

    def place_of(self, article: int, text: str) -> int | None:
        """The key of the passage of another article that a text is folded into, or None."""
        for key, other in self._same.get(text, ()):
            if other != article:
                return key
        told = self._article
        words = words_of(text)
        if not tells_all(words, lambda run: told.get(run, article) != article):
            return None
        runs = runs_of(words)
        others = [each for each in self._passages if each[1] != article]
        # Of equals the better: it comes first.
        key, other, _ = max(others, key=lambda each: len(each[2] & runs))
        # The next copy of the same words goes the same way, and is not read again.
        self._same.setdefault(text, []).append((key, other))
        return key


def fold(
    candidates: Candidates,
    leaders: Mapping[int, int],
    fetch: Callable[[list[int]], Texts],
    apart: Mapping[int, int] | None = None,
) -> tuple[Candidates, Folding]:
    """Leave out what better candidates of copies tell.

    Args:
        candidates: passages with scores and places.
        leaders: by article key, the first article of its group of copies; none where it has none.
        fetch: gives passages by key; asked only for groups of which several articles were found.
        apart: a number by key, for passages that are only folded into one with the same number.

    Returns:
        the candidates that are left, the very same where nothing was folded, and what was folded.
    """
    crowded = _crowded(candidates, leaders)
    if not crowded:
        return candidates, Folding()
    texts = fetch([key for keys in crowded for key in keys])
    into: dict[int, int] = {}
    group: dict[int, Sequence[Article]] = {}
    for keys in crowded:
        known = _best_first([key for key in keys if key in texts], candidates)
        members = list({texts[key][1].id: texts[key][1] for key in known}.values())
        group.update(dict.fromkeys(known, members))
        into |= _fold_group(known, candidates.places, texts, apart or {})
    if not into:
        return candidates, Folding(into, texts, group)
    left = {key: score for key, score in candidates.scores.items() if key not in into}
    places = {key: place for key, place in candidates.places.items() if key not in into}
    return replace(candidates, scores=left, places=places), Folding(into, texts, group)


def _crowded(candidates: Candidates, leaders: Mapping[int, int]) -> list[list[int]]:
    """The candidates of each group of which several articles were found."""
    groups: dict[int, list[int]] = defaultdict(list)
    for key in candidates.scores:
        place = candidates.places.get(key)
        if place is not None and place.article in leaders:
            groups[leaders[place.article]].append(key)
    places = candidates.places
    return [keys for keys in groups.values() if len({places[key].article for key in keys}) > 1]


def _best_first(keys: Iterable[int], candidates: Candidates) -> list[int]:
    """The best first; of equals the one that was published first."""
    scores, places = candidates.scores, candidates.places
    return sorted(
        keys, key=lambda key: (-scores[key], places[key].published or "9999", places[key].id)
    )


def _fold_group(
    keys: Sequence[int], places: Mapping[int, Location], texts: Texts, apart: Mapping[int, int]
) -> dict[int, int]:
    """Which of a group's passages, best first, is folded into which."""
    everything = _Told()
    by_number: dict[int, _Told] = defaultdict(_Told)
    into: dict[int, int] = {}
    for key in keys:
        text, article = texts[key][0].text, places[key].article
        number = apart.get(key)
        place = (everything if number is None else by_number[number]).place_of(article, text)
        if place is not None:
            into[key] = place
            continue
        everything.add(key, article, text)
        if number is not None:
            by_number[number].add(key, article, text)
    return into


def tells_all(words: Sequence[str], is_told: Callable[[Run], bool]) -> bool:
    """Whether others tell all that these words tell, but for edits.

    Args:
        words: folded, as ``words_of`` gives them.
        is_told: whether others have this run of five words; of fewer words, all of them.

    Returns:
        True where at least half of the words stand in runs that others have, and what is
        between them is at most eight words in a row, of which none is a figure or denies; nor do
        the others deny where these do not.
    """
    known = [False] * len(words)
    # Whether a word and the next one stand side by side in what others tell.
    joined = [False] * len(words)
    width = min(RUN, len(words))
    for at in range(len(words) - width + 1 if words else 0):
        if is_told(tuple(words[at : at + width])):
            known[at : at + width] = [True] * width
            joined[at : at + width - 1] = [True] * (width - 1)
    if not words or sum(known) < TOLD * len(words):
        return False
    for i in range(len(words) - 1):
        if not joined[i] and (
            (known[i] and _goes_on(words[: i + 1], is_told))
            or (known[i + 1] and _goes_before(words[i + 1 :], is_told))
        ):
            return False
    new = 0
    for word, is_known in zip(words, known, strict=True):
        new = 0 if is_known else new + 1
        if new > EDIT_WORDS or (new and _is_decisive(word)):
            return False
    return True


def _goes_on(words: Sequence[str], is_told: Callable[[Run], bool]) -> bool:
    """Whether others go on with a denial where these words end."""
    last = words[-(RUN - 1) :]
    return any(is_told((*last, word)) for word in _DENIALS)


def _goes_before(words: Sequence[str], is_told: Callable[[Run], bool]) -> bool:
    """Whether a denial stands before these words in what others tell."""
    first = words[: RUN - 1]
    return any(is_told((word, *first)) for word in _DENIALS)


def _carries(article: Article, text: str, words: Sequence[str]) -> bool:
    return text in article.text or tells_all(words, runs_of(words_of(article.text)).__contains__)


def _is_decisive(word: str) -> bool:
    return word in _DECISIVE or any(character.isdecimal() for character in word)

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
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from embeddings.schema import Article, Location, Passage
from embeddings.search import Candidates
from embeddings.words import RUN, runs_of, words_of

# More new words in a row are a statement of their own; fewer are an edit.
EDIT_WORDS = 8
# So much of a passage must be told in runs of five words.
TOLD = 0.5
# Words that make another statement of the same words.
_DECISIVE = frozenset(
    """
    no not never nor without
    one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty
    seventy eighty ninety hundred hundreds thousand thousands million millions billion billions
    trillion trillions dozen dozens
    """.split()  # noqa: SIM905 (a word a line says no more)
)

Runs = set[tuple[str, ...]]
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
            and (article.id in found or tells_all(words, [runs_of(words_of(article.text))]))
        ]
        return tuple(sorted(carrying, key=lambda a: (a.published or "9999", a.id)))


@dataclass(frozen=True, slots=True)
class _Standing:
    """A passage that stands for itself and for its copies."""

    key: int
    article: int
    runs: Runs


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
    standing: list[_Standing] = []
    into: dict[int, int] = {}
    for key in keys:
        words, article = words_of(texts[key][0].text), places[key].article
        runs = runs_of(words)
        wanted = apart.get(key)
        others = [
            each
            for each in standing
            if each.article != article and (wanted is None or apart.get(each.key) == wanted)
        ]
        if tells_all(words, [each.runs for each in others]):
            # Of equals the better: it comes first.
            into[key] = max(others, key=lambda each: len(each.runs & runs)).key
        else:
            standing.append(_Standing(key, article, runs))
    return into


def tells_all(words: Sequence[str], told: Collection[Runs]) -> bool:
    """Whether texts tell all that these words tell, but for edits.

    Args:
        words: folded, as ``words_of`` gives them.
        told: the runs of five words of each text.

    Returns:
        True where at least half of the words stand in runs that the texts have, and what is
        between them is at most eight words in a row, of which none is a figure or denies.
    """
    known = [False] * len(words)
    width = min(RUN, len(words))
    for at in range(len(words) - width + 1 if words else 0):
        run = tuple(words[at : at + width])
        if any(run in each for each in told):
            known[at : at + width] = [True] * width
    if not words or sum(known) < TOLD * len(words):
        return False
    new = 0
    for word, is_known in zip(words, known, strict=True):
        new = 0 if is_known else new + 1
        if new > EDIT_WORDS or (new and _is_decisive(word)):
            return False
    return True


def _is_decisive(word: str) -> bool:
    return word in _DECISIVE or any(character.isdecimal() for character in word)

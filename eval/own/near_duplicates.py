"""Articles that say the same in the same words, and sentences that many articles share.

Enters: texts by article id. Leaves: exact repeats, pairs of near-duplicates with their
similarity, groups of either, and shared sentences. Deliberately knows nothing of dates, titles or
which of two articles is the original.

Similarity is the Jaccard index over runs of five words (Broder 1997). MinHash with locality
sensitive hashing (datasketch) only finds the candidates; the similarity that decides and that is
shown is computed exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from embeddings.words import runs_of, words_of

# Two articles of 500 words with one paragraph of 60 rewritten have about .77, a story rewritten
# in its second half about .33: half the runs in common is a copy, not the same news told twice.
SIMILAR = 0.5
PERMUTATIONS = 128
# Bands and rows of LSH: of pairs at .5 they miss (1 - .5 ** 3) ** 42, fewer than one in 200.
BANDS = (42, 3)
# An estimate from 128 permutations is off by .044 at .5: below this, comparing is not worth it.
ESTIMATE = 0.3
# A sentence in so many articles is the outlet's, not the article's.
SHARED_BY = 5
SHARED_WORDS = 6

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles, by id in ascending order, and the share of their runs that both have."""

    first: str
    second: str
    similarity: float


@dataclass(frozen=True, slots=True)
class SharedSentence:
    """A sentence as one of its articles writes it, and the ids of all that hold it."""

    text: str
    articles: tuple[str, ...]


def jaccard(first: set[tuple[str, ...]], second: set[tuple[str, ...]]) -> float:
    """What share of the runs of either both have; 0 for two empty sets."""
    either = len(first | second)
    return len(first & second) / either if either else 0.0


def exact_repeats(texts: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Groups of articles with the same words in the same order; ids ascending."""
    same: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name in sorted(texts):
        words = tuple(words_of(texts[name]))
        if words:
            same[words].append(name)
    return [tuple(names) for names in same.values() if len(names) > 1]


def near_duplicates(texts: Mapping[str, str], progress: Progress = lambda _: None) -> list[Pair]:
    """Pairs of articles that are alike but not the same, most alike first.

    Of exact repeats only the first stands for all.

    Args:
        texts: the articles' own prose by id.
        progress: called with 1 after each article.
    """
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 (--help must not wait for it)

    index = MinHashLSH(num_perm=PERMUTATIONS, params=BANDS)
    sketches: dict[str, MinHash] = {}
    later = {name for group in exact_repeats(texts) for name in group[1:]}

    @lru_cache(maxsize=256)
    def of(name: str) -> set[tuple[str, ...]]:
        return runs_of(words_of(texts[name]))

    found = []
    for name in sorted(texts):
        progress(1)
        runs = of(name)
        if name in later or not runs:
            continue
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch([" ".join(run).encode(errors="replace") for run in runs])
        for other in index.query(sketch):
            if sketch.jaccard(sketches[other]) < ESTIMATE:
                continue
            similarity = jaccard(of(other), runs)
            if similarity >= SIMILAR:
                # Names come in ascending order, so the one that was there is the lesser.
                found.append(Pair(other, name, similarity))
        index.insert(name, sketch)
        sketches[name] = sketch
    return sorted(found, key=lambda pair: (-pair.similarity, pair.first, pair.second))


def grouped(links: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Everything that is linked, directly or through others; groups and members ascending."""
    leader: dict[str, str] = {}

    def top(name: str) -> str:
        while leader.setdefault(name, name) != name:
            name = leader[name]
        return name

    for link in links:
        for name in link[1:]:
            first, second = sorted((top(link[0]), top(name)))
            leader[second] = first
    members: dict[str, list[str]] = defaultdict(list)
    for name in sorted(leader):
        members[top(name)].append(name)
    return [tuple(names) for names in sorted(members.values())]


def shared_sentences(
    sentences: Mapping[str, Iterable[str]], same: Iterable[Sequence[str]] = ()
) -> list[SharedSentence]:
    """Sentences of at least six words that stand in five articles or more, most shared first.

    Args:
        sentences: of each article by id; a repeat within an article counts once.
        same: groups of articles that are copies of each other; each group counts as one article.
    """
    leader = {name: group[0] for group in same for name in group}
    holders: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for name in sorted(sentences):
        for text in sentences[name]:
            words = tuple(words_of(text))
            if len(words) >= SHARED_WORDS:
                holders[words].setdefault(name, text)
    found = [
        SharedSentence(next(iter(by.values())), tuple(by))
        for by in holders.values()
        if len({leader.get(name, name) for name in by}) >= SHARED_BY
    ]
    return sorted(found, key=lambda one: (-len(one.articles), one.text))

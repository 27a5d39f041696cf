"""Articles -> groups of near-copies, by sketches of their sentences: pure.

Enters: an article's sentences, or the sketches of many articles. Leaves: a sketch, or the groups.
Deliberately knows nothing of how sketches are stored or of what a search shows of a group.

A sketch is a MinHash (Broder 1997) over whole sentences: an agency's report that a paper shortens,
or in which it changes words here and there, keeps most of its sentences letter by letter. Two
sketches agree in as large a share of their values, about, as the sentences that two articles share
of all that either has. Candidates are found by bands of values that agree (Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, 3.4), each band by one sort of the whole collection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.schema import Article, Span
from embeddings.vectors import IntArray
from embeddings.words import words_of

# An estimate from so many values is off by .044 at .5.
VALUES = 128
# Of pairs at .7 so many bands miss one in 5,000, of pairs at .5 one in 8; those that are in a group
# with others are found by way of them.
ROWS = 4
ALIKE = 0.5
# Shorter sentences are everybody's ("He declined to."); fewer sentences tell too little.
SENTENCE_WORDS = 4
FEWEST_SENTENCES = 3
# How far apart two of a band's equals are compared. Longer runs of equals hang together anyway.
REACH = 8

_Words = NDArray[np.uint64]
_Sketches = NDArray[np.uint32]
_PAIRS_AT_ONCE = 20_000


def sketch_of(article: Article, sentences: Iterable[Span]) -> bytes:
    """The sketch of an article that has these sentences, in any order; the same one counts once."""
    return sketch(article.text[span.start : span.end] for span in set(sentences))


def sketch(sentences: Iterable[str]) -> bytes:
    """The sketch of an article with these sentences, in any order.

    Returns:
        128 unsigned numbers of 4 bytes, little-endian; nothing where there are too few sentences.
    """
    folded = (words_of(sentence) for sentence in sentences)
    known = {" ".join(words) for words in folded if len(words) >= SENTENCE_WORDS}
    if len(known) < FEWEST_SENTENCES:
        return b""
    hashes = np.array([_number(each) for each in known], dtype=np.uint64)
    # Each value is the least of all sentences' hashes under another mixing of them.
    values = _mixed(hashes[:, None] ^ _SEEDS[None, :]) >> np.uint64(32)
    least: _Words = values.min(axis=0)
    return least.astype("<u4").tobytes()


def _number(sentence: str) -> int:
    digest = hashlib.blake2b(sentence.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _mixed(values: Any) -> _Words:  # noqa: ANN401 (arrays of any shape)
    """Every bit of a number counts for every bit of the result (splitmix64, Steele et al. 2014)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: _Words = values ^ (values >> np.uint64(31))
    return mixed


_SEEDS = _mixed(np.arange(1, VALUES + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def groups(sketches: Mapping[int, bytes]) -> dict[int, int]:
    """The leader of every article that has near-copies.

    Args:
        sketches: by the article's key, in the order in which articles lead: of a group the first
            is its leader. Empty sketches have no copies.

    Returns:
        the leader's key by the key of each article in a group, the leader itself included.
        Articles are in one group where their sketches agree in half of their values, directly or
        by way of others.
    """
    keys = [key for key, each in sketches.items() if each]
    if len(keys) < 2:
        return {}
    rows = np.frombuffer(b"".join(sketches[key] for key in keys), dtype="<u4")
    first, second = alike(rows.reshape(len(keys), VALUES))
    leaders = _connected(len(keys), first, second)
    grouped = np.flatnonzero(np.bincount(leaders, minlength=len(keys))[leaders] > 1)
    return {keys[place]: keys[leaders[place]] for place in grouped}


def alike(rows: _Sketches) -> tuple[IntArray, IntArray]:
    """Pairs of sketches that agree in half of their values, or in more.

    Args:
        rows: uint32, shape (n, 128).

    Returns:
        the places of the first and of the second of each pair, the first being the smaller.
    """
    count = len(rows)
    found = [_band_pairs(rows[:, at : at + ROWS], count) for at in range(0, VALUES, ROWS)]
    codes = np.unique(np.concatenate(found))
    kept = [np.zeros(0, dtype=np.int64)]
    for at in range(0, len(codes), _PAIRS_AT_ONCE):
        part = codes[at : at + _PAIRS_AT_ONCE]
        share = (rows[part // count] == rows[part % count]).mean(axis=1)
        kept.append(part[share >= ALIKE])
    pairs = np.concatenate(kept)
    return pairs // count, pairs % count


def _band_pairs(band: _Sketches, count: int) -> IntArray:
    """Pairs of places whose values of one band are the same, as ``first * count + second``."""
    values = np.zeros(count, dtype=np.uint64)
    for column in band.T:
        values = _mixed(values + column)
    order = np.argsort(values, kind="stable")
    values = values[order]
    pairs = []
    for apart in range(1, min(REACH, count - 1) + 1):
        same = np.flatnonzero(values[apart:] == values[:-apart])
        if not len(same):
            break
        # Sorted by a stable sort: of two equals the first has the smaller place.
        pairs.append(order[same] * count + order[same + apart])
    return np.concatenate(pairs) if pairs else np.zeros(0, dtype=np.int64)


def _connected(count: int, first: IntArray, second: IntArray) -> IntArray:
    """The smallest place that each place is linked with, directly or through others."""
    leaders = np.arange(count)
    while True:
        one, other = leaders[first], leaders[second]
        apart = one != other
        if not apart.any():
            return leaders
        # Leaders are linked, not places: each round at least halves the groups that touch.
        np.minimum.at(leaders, np.maximum(one, other)[apart], np.minimum(one, other)[apart])
        while not np.array_equal(above := leaders[leaders], leaders):
            leaders = above

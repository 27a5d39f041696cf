"""A claim and the texts it cites in; windows to read it against, and what shows without reading.

Enters: a claim, evidence texts of any length. Leaves: a few windows that fit beside the claim, and
the shares of its figures and names that the evidence lacks. Deliberately knows nothing of networks
or probabilities.

A page of evidence is not read whole: of all stretches those are read that share most with the
claim, words counting as they are rare in the evidence, and one more window is gathered from
single sentences, since what supports a claim often stands in several places.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from embeddings.lexical import QUESTION_WORDS, analyzer, normalize
from embeddings.segment import sentences

# Words of a window: with a claim beside it this is what the reader takes in at once.
WINDOW_WORDS = 180
# Stretches read of evidence that does not fit into one window, besides the gathered one.
STRETCHES = 2
# Evidence beyond this many sentences is not looked at: a book is no citation.
MOST_SENTENCES = 4_000

NAMES = (
    "figures_lacking",  # share of the claim's figures that the evidence lacks
    "names_lacking",  # share of its names that the evidence lacks
)

_ANALYZER = analyzer()
_MARK = re.compile(r"\s*\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]")
_WORD = re.compile(r"[^\W_]+(?:['’.,-]?[^\W_]+)*")
_FIGURE = re.compile(r"\d[\d.,:/]*\d|\d")
_STOP = QUESTION_WORDS


@dataclass(frozen=True, slots=True)
class Sight:
    """What is read against a claim, and what shows without reading, in the order of ``NAMES``."""

    windows: tuple[str, ...]
    shown: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence of the evidence: its text, its number of words, its stems."""

    text: str
    words: int
    known: frozenset[str]


def bare(claim: str) -> str:
    """The claim without citation marks such as ``[3]``."""
    return " ".join(_MARK.sub("", claim).split())


def look(claim: str, evidence: Sequence[str]) -> Sight:
    """Choose the windows for a claim and count what can be counted.

    Args:
        claim: without citation marks.
        evidence: texts in any number and of any length; at least one with words.
    """
    units = [unit for text in evidence for unit in _units(text)][:MOST_SENTENCES]
    chosen = _windows(_weights(_stems(claim), units), units)
    return Sight(
        tuple(" ".join(unit.text for unit in window) for window in chosen), _shown(claim, units)
    )


@lru_cache(maxsize=4_096)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(_ANALYZER.analyze(normalize(text)))


@lru_cache(maxsize=512)
def _units(text: str) -> tuple[_Unit, ...]:
    found = []
    for span in sentences(text):
        words = text[span.start : span.end].split()
        for begin in range(0, len(words), WINDOW_WORDS):
            piece = " ".join(words[begin : begin + WINDOW_WORDS])
            found.append(_Unit(piece, len(piece.split()), frozenset(_stems(piece))))
    return tuple(found)


def _content(stems: Sequence[str]) -> list[str]:
    kept = [stem for stem in dict.fromkeys(stems) if stem not in _STOP and len(stem) > 1]
    return kept or list(dict.fromkeys(stems))


def _weights(stems: Sequence[str], units: Sequence[_Unit]) -> dict[str, float]:
    """The claim's content words, each with how rare it is among the sentences."""
    counts = Counter(stem for unit in units for stem in unit.known)
    return {stem: math.log(1 + (len(units) + 1) / (counts[stem] + 0.5)) for stem in _content(stems)}


def _windows(weights: dict[str, float], units: Sequence[_Unit]) -> list[list[_Unit]]:
    if sum(unit.words for unit in units) <= WINDOW_WORDS:
        return [list(units)]
    ranked = sorted(
        _stretches(units), key=lambda each: (-_covered(weights, units[each[0] : each[1]]), each[0])
    )
    found: list[list[_Unit]] = [_gathered(weights, units)]
    taken: list[tuple[int, int]] = []
    for first, last in ranked:
        if len(taken) == STRETCHES:
            break
        # Half of it the same is mostly the same.
        if all(min(last, b) - max(first, a) <= (last - first) // 2 for a, b in taken):
            taken.append((first, last))
    found += [list(units[first:last]) for first, last in taken]
    return [window for i, window in enumerate(found) if window not in found[:i]]


def _stretches(units: Sequence[_Unit]) -> list[tuple[int, int]]:
    """Every run of sentences that fits into a window, as ``first:last``, none within another."""
    found: list[tuple[int, int]] = []
    last, words = 0, 0
    for first, unit in enumerate(units):
        while last < len(units) and (last == first or words + units[last].words <= WINDOW_WORDS):
            words += units[last].words
            last += 1
        if not found or last > found[-1][1]:
            found.append((first, last))
        words -= unit.words
    return found


def _gathered(weights: dict[str, float], units: Sequence[_Unit]) -> list[_Unit]:
    """The sentences that together have most of the claim, each chosen for what it adds."""
    left, chosen, words = dict(weights), set[int](), 0
    useful = [i for i, unit in enumerate(units) if unit.known & weights.keys()]
    while useful and words < WINDOW_WORDS:
        best = max(useful, key=lambda i: (_gain(left, weights, units[i]), -i))
        useful.remove(best)
        if words + units[best].words > WINDOW_WORDS:
            continue
        chosen.add(best)
        words += units[best].words
        for stem in units[best].known & left.keys():
            left[stem] *= 0.3
        if len(chosen) >= 8:
            break
    return [units[i] for i in sorted(chosen)]


def _gain(left: dict[str, float], weights: dict[str, float], unit: _Unit) -> float:
    return sum(left[stem] for stem in weights if stem in unit.known)


def _covered(weights: dict[str, float], units: Sequence[_Unit]) -> float:
    total = sum(weights.values())
    known = set().union(*(unit.known for unit in units)) if units else set()
    return sum(weights[stem] for stem in weights if stem in known) / total if total else 0.0


def _shown(claim: str, units: Sequence[_Unit]) -> tuple[float, ...]:
    figures = {figure for unit in units for figure in _FIGURE.findall(unit.text)}
    known = {stem for unit in units for stem in unit.known}
    return _lacking(_FIGURE.findall(claim), figures), _lacking(_named(claim), known)


def _lacking(wanted: Sequence[str], known: set[str]) -> float:
    return sum(each not in known for each in wanted) / len(wanted) if wanted else 0.0


def _named(claim: str) -> list[str]:
    """Stems of the words written with a capital, but for the first."""
    words = [found[0] for found in _WORD.finditer(claim)][1:]
    return [stem for word in words if word[0].isupper() for stem in _stems(word)]

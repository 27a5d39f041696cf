"""What can be seen of a question and a sentence without a trained reader: pure.

Enters: a question, sentences with their surroundings, cosines. Leaves: one row of numbers a
sentence, in the order of ``NAMES``. Deliberately knows nothing of weights or thresholds: those
are fitted (``embeddings.training.fit_similarity``) and kept beside ``reader.py``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from embeddings.encoder import FloatArray
from embeddings.lexical import analyzer, normalize, question_terms
from embeddings.products import inner_products

NAMES = (
    "cosine",  # of question and sentence
    "likeness",  # idf share of the question's words, each by its most similar word in the sentence
    "likeness_around",  # the same with the sentences around and the heading
    "weakest_around",  # the likeness of the question's word that has the least alike around
    "kind_found",  # it holds what the question word asks for: a name, a date, a number, a reason
    "kind_absent",  # it holds nothing of that kind
    "is_question",
    "short",  # fewer than six words
    "length",  # logarithm of its words
)
# What ranks the sentences, and what tells whether the best one answers. Words shared to the letter
# and how their passages rank are in neither: docs/retrieval.md says what they cost.
SENTENCE_NAMES = (
    "cosine",
    "likeness",
    "kind_found",
    "kind_absent",
    "is_question",
    "short",
    "length",
)
CONFIDENCE_NAMES = ("cosine", "likeness", "weakest_around", "kind_found", "kind_absent")

_ANALYZER = analyzer()
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday yesterday today tomorrow"
_TIME = re.compile(
    r"\b(?:1[5-9]\d\d|20\d\d|\d{1,2}(?:st|nd|rd|th)|"
    + "|".join(f"{_MONTHS} {_DAYS}".split())
    + r"|"
    r"(?:last|next|this|previous|recent|following)\s+(?:week|month|year|night|fall|spring|summer|"
    r"autumn|winter)s?|(?:century|decade|centuries|decades)|(?:weeks?|months?|years?|days?|hours?)\s+"
    r"(?:ago|later|earlier|before|after))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|"
    r"fifty|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|twice|third|quarter|"
    r"several|both|percent|none)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:because|since|due to|so that|in order to|as a result|therefore|caused?|reasons?|owing|"
    r"over concerns|amid|driven by|led to|to ensure|to avoid|to prevent|for fear)\b",
    re.IGNORECASE,
)
_ASKS = (
    (
        "number",
        r"\bhow (?:many|much|old|large|big|tall|far|often|high)\b|"
        r"\bwhat (?:number|percentage|share|amount)\b",
    ),
    (
        "time",
        r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|time|century|decade)\b|"
        r"\bhow (?:long|soon|recently)\b",
    ),
    ("reason", r"\bwhy\b|\b(?:what|which) (?:reason|cause)s?\b|\bhow come\b"),
    (
        "name",
        r"\bwho\b|\bwhom\b|\bwhose\b|\bwhere\b|\b(?:what|which) (?:person|country|city|place|"
        r"group|organi[sz]ation|company|state|leader|official|general|president|minister|envoy|"
        r"newspaper)\b",
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question taken apart: stems with their weights, words, names, and the kind of answer."""

    weights: dict[str, float]
    order: tuple[str, ...]
    words: dict[str, float]
    names: frozenset[str]
    kind: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, and the texts around it: its neighbours and the heading."""

    text: str
    around: tuple[str, ...]


@lru_cache(maxsize=100_000)
def _analysed(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The stems of a text, and its distinct words; kept, since sentences come up again."""
    spoken = normalize(text)
    words = dict.fromkeys(word.casefold() for word in _WORD.findall(spoken))
    return tuple(_ANALYZER.analyze(spoken)), tuple(words)


def take_apart(question: str, idf: Callable[[str], float]) -> Asked:
    """Analyse a question.

    Args:
        question: as it was asked.
        idf: inverse document frequency of a stem in the collection, >= 0.
    """
    order = question_terms(question, _ANALYZER)
    words = _WORD.findall(normalize(question))
    # The first word is a capital in any case; a name there is found again by its idf.
    named = [word for i, word in enumerate(words) if (i and word[0].isupper()) or word[0].isdigit()]
    names = frozenset(_ANALYZER.analyze(" ".join(named))) & set(order)
    kind = next((kind for kind, asks in _ASKS if re.search(asks, question, re.IGNORECASE)), None)
    weights = {stem: idf(stem) for stem in order}
    spoken = {word.casefold(): _ANALYZER.analyze(word) for word in words}
    content = {
        word: max(weights[stem] for stem in stems if stem in weights)
        for word, stems in spoken.items()
        if any(stem in weights for stem in stems)
    }
    return Asked(weights, tuple(order), content, names, kind)


WordVectors = Callable[[Sequence[str]], FloatArray]


def text_rows(asked: Asked, candidates: Sequence[Candidate], vectors: WordVectors) -> FloatArray:
    """Describe every candidate by its words; the cosine of the sentence is still 0.

    Args:
        asked: the question.
        candidates: sentences.
        vectors: one row a word, of unit length.

    Returns:
        float32, shape (len(candidates), len(NAMES)).
    """
    alike = _likeness(asked, candidates, vectors)
    rows = [_row(asked, c) | found for c, found in zip(candidates, alike, strict=True)]
    table = [[row.get(name, 0.0) for name in NAMES] for row in rows]
    return np.array(table, dtype=np.float32).reshape(len(candidates), len(NAMES))


def stems_around(candidate: Candidate) -> set[str]:
    """The stems of a sentence and of what stands around it."""
    return {stem for text in (candidate.text, *candidate.around) for stem in _analysed(text)[0]}


def words_told(asked: Asked, text: str) -> frozenset[str]:
    """The question's stems that a text says."""
    return frozenset(asked.order) & frozenset(_analysed(text)[0])


def _row(asked: Asked, candidate: Candidate) -> dict[str, float]:
    found = _has_kind(asked, candidate.text)
    words = len(_analysed(candidate.text)[0])
    return {
        "kind_found": float(found is True),
        "kind_absent": float(found is False),
        "is_question": float(candidate.text.rstrip("\"'”’ ").endswith("?")),
        "short": float(words < 6),
        "length": math.log(words + 1.0),
    }


def _likeness(
    asked: Asked, candidates: Sequence[Candidate], vectors: WordVectors
) -> list[dict[str, float]]:
    """How much of the question each sentence says in its own words, alone and with what is near.

    Each word of the question counts by the cosine of the most similar word there: the greedy
    matching of BERTScore (Zhang et al., ICLR 2020), here with idf weights and static vectors.
    """
    weights = np.array(list(asked.words.values()), dtype=np.float32)
    if not weights.sum():
        return [
            {"likeness": 1.0, "likeness_around": 1.0, "weakest_around": 1.0} for _ in candidates
        ]
    texts = list(dict.fromkeys(t for c in candidates for t in (c.text, *c.around)))
    words = {text: _analysed(text)[1] for text in texts}
    vocabulary = {w: i for i, w in enumerate(dict.fromkeys(w for ws in words.values() for w in ws))}
    cosines = inner_products(vectors(list(asked.words)), vectors(list(vocabulary)))
    weights /= weights.sum()
    nothing = np.zeros(len(weights), dtype=np.float32)
    best = {
        text: np.maximum(cosines[:, [vocabulary[w] for w in found]].max(axis=1), 0.0)
        if found
        else nothing
        for text, found in words.items()
    }
    rows = []
    for candidate in candidates:
        near = np.max([best[text] for text in (candidate.text, *candidate.around)], axis=0)
        rows.append(
            {
                "likeness": float(weights @ best[candidate.text]),
                "likeness_around": float(weights @ near),
                "weakest_around": float(near.min()),
            }
        )
    return rows


def _has_kind(asked: Asked, text: str) -> bool | None:
    """Whether the sentence holds something of the kind asked for; None for no known kind."""
    if asked.kind == "number":
        return bool(_NUMBER.search(text))
    if asked.kind == "time":
        return bool(_TIME.search(text))
    if asked.kind == "reason":
        return bool(_REASON.search(text))
    if asked.kind == "name":
        words = _WORD.findall(text)
        known = {stem.casefold() for stem in asked.order}
        return any(w[0].isupper() and w.casefold() not in known for w in words[1:])
    return None

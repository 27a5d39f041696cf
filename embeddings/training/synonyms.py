"""Words in, other words for the same out: what a question may use that the text does not.

Enters: texts and an encoder. Leaves: for a word those words of the texts that mean nearly the
same. Deliberately knows nothing of questions or of how a reader is trained.

Two views of a word must agree: its input vectors, which know what it is used like, and its
embedding as a text, which knows what it is about. Each alone takes ``year`` for ``years`` and
``born`` for ``baby``; both together mostly leave synonyms, and now and then a sibling, so classes
whose members are siblings and never synonyms are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np

from embeddings.encoder import Encoder
from embeddings.lexical import QUESTION_WORDS, analyzer
from embeddings.training.alter import OPPOSITES

# Part of the name that synonyms are kept under: another value means making them again.
SYNONYMS_VERSION = "2"

# Below the first comes what is about the same subject, below the second what is used alike.
USED_ALIKE = 0.36
ABOUT_THE_SAME = 0.56
# An opposite is used alike and about the same: what has one must be nearer to what replaces it.
WITH_OPPOSITES = 0.75
KEPT = 4
SEEN = 5  # times in the texts

_WORD = re.compile(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])")
_ENDING = re.compile(r"(?:ing|ed|ly|est|s)$")
_SIBLING_WORDS = """
second third fourth fifth sixth seventh eighth ninth tenth three four five seven eight nine eleven
twelve twenty thirty forty fifty hundred thousand million billion hundreds thousands millions
dozens north south east west northern southern eastern western northeast northwest southeast
southwest black white green blue yellow orange purple brown pink grey gray day days week weeks
month months year years decade decades century centuries hour hours minute minutes morning evening
night spring summer autumn winter mother father sister brother uncle aunt wife husband daughter
son boys girls women mile miles kilometers metres meters feet inches
"""
_SIBLINGS = frozenset(_SIBLING_WORDS.split())


def synonyms(texts: Iterable[str], encoder: Encoder) -> dict[str, tuple[str, ...]]:
    """Other words for the words of some texts, nearest first; words without any are left out.

    Only words that the texts write in lower case are looked at: names have no synonyms.
    """
    counts = Counter(word for text in texts for word in _WORD.findall(text))
    apart = QUESTION_WORDS | _SIBLINGS
    words = sorted(word for word, n in counts.items() if n >= SEEN and word not in apart)
    if not words:
        return {}
    stem = analyzer()
    stems = [frozenset(stem.analyze(word)) for word in words]
    endings = [_ending(word) for word in words]
    used, about = encoder.encode_words(words), encoder.encode(words)
    found: dict[str, tuple[str, ...]] = {}
    for i, word in enumerate(words):
        alike = used @ used[i]
        near = np.flatnonzero(alike >= USED_ALIKE)
        same = about[near] @ about[i]
        enough = same >= (WITH_OPPOSITES if word in OPPOSITES else ABOUT_THE_SAME)
        near, strength = near[enough], (alike[near] + same)[enough]
        others = [
            words[j]
            for j in near[np.argsort(-strength, kind="stable")].tolist()
            if not stems[i] & stems[j]
            and endings[i] == endings[j]
            and not _alike(word, words[j])
            and words[j] not in OPPOSITES.get(word, ())
        ]
        if others:
            found[word] = tuple(others[:KEPT])
    return found


def _ending(word: str) -> str:
    match = _ENDING.search(word)
    return match[0] if match else ""


def _alike(one: str, other: str) -> bool:
    """Whether one is the other with something before or after it, as in unknown, renamed."""
    return one[:5] == other[:5] or one.endswith(other) or other.endswith(one)

"""BM25 as an inner product of sparse vectors: what a passage's stems weigh, and a question's; pure.

Enters: stems and how many passages have each. Leaves: sparse vectors, a weight by term number.

Robertson et al., "Okapi at TREC-3" (1994), with k1 = 1.2 and b = 0.75, in two halves: a passage
carries how often it says a stem, set off against its length; the question carries how rare the
stem is among the passages of its generation. So both halves are exact for what a reader sees, on
whichever segment or shard a passage lies, and stems are this project's own (``lexical.py``):
Milvus's BM25 function counts passages that are staged or removed, on Milvus Lite segment by
segment, and stems only where the server's analyzer can.

The length that a passage is set off against is fixed: passages are all cut to the encoder's window,
and a mean that moved would make every older vector wrong.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence

SparseRow = dict[int, float]

K1, B = 1.2, 0.75
# Stems of a passage with its heading, on average (docs/scaling.md).
MEAN_STEMS = 160.0
# Where a passage has no stem: a vector must not be empty. No stem has this number.
_NO_STEM = 0
_TERMS = 2**32 - 2


def term_number(stem: str) -> int:
    """A stem's place in the sparse vectors, in [1, 2**32 - 2].

    Two of V stems share one with a chance of V / 2**32 each, as in Milvus's own BM25 function.
    """
    digest = hashlib.blake2b(stem.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % _TERMS + 1


def passage_row(stems: Sequence[str]) -> SparseRow:
    """What a passage with these stems carries."""
    long = K1 * (1 - B + B * len(stems) / MEAN_STEMS)
    counts = Counter(map(term_number, stems))
    return {term: n * (K1 + 1) / (n + long) for term, n in counts.items()} or {_NO_STEM: 1.0}


def terms_of(row: Mapping[int, float]) -> set[int]:
    """The numbers of the stems that a passage has."""
    return set(row) - {_NO_STEM}


def idf(passages: int, having: int) -> float:
    """Inverse document frequency: > 0, highest for what no passage has; 0 of no passages."""
    return math.log(1 + (passages - having + 0.5) / (having + 0.5)) if passages else 0.0

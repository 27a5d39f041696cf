"""Text -> words to compare texts by: pure.

Enters: any text. Leaves: its words and runs of them. Deliberately knows nothing of stems or of how
often a word stands anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

RUN = 5

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of a text, without case, punctuation or the way accents are encoded."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def runs_of(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Every run of five words; of a shorter text, all of it."""
    if not words:
        return set()
    return {tuple(words[i : i + RUN]) for i in range(max(1, len(words) - RUN + 1))}

"""A follow-up and what was asked before in, a question that stands alone out: pure.

Enters: a question and the earlier ones. Leaves: the text to search and read with. A question that
points back ("What did he say there?") or is a fragment ("And in Moscow?") is read together with
the last question that stood alone; any other is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from embeddings.lexical import QUESTION_WORDS

_POINTS_BACK = re.compile(
    r"\b(?:he|she|they|him|her|them|his|hers|their|theirs|it|its|this|that|these|those|there|then|"
    r"former|latter|same|one|else|another|other)\b",
    re.IGNORECASE,
)
_OPENS_BACK = re.compile(r"^\s*(?:and|but|so|also|what about|how about)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def _names(question: str) -> list[str]:
    words = _WORD.findall(question)
    return [word for i, word in enumerate(words) if i and word[0].isupper()]


def points_back(question: str) -> bool:
    """Whether a question cannot be understood without what was asked before."""
    content = [w for w in _WORD.findall(question) if w.casefold() not in QUESTION_WORDS]
    if not content or (_OPENS_BACK.search(question) and len(content) <= 4):
        return True
    return bool(_POINTS_BACK.search(question)) and not _names(question)


def stand_alone(question: str, history: Sequence[str]) -> str:
    """The question as it would be put to someone who has not heard the others.

    Args:
        question: the latest.
        history: the earlier ones, oldest first.
    """
    if not history or not points_back(question):
        return question
    earlier = next((q for q in reversed(history) if not points_back(q)), history[-1])
    return f"{earlier.strip()} {question}"

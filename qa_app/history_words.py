"""Texts and searches as they are compared: in any case, with or without accents; pure.

Enters: titles, questions, answers, comments, and words that somebody looks for. Leaves: strings
of which one is in the other, or is not. Deliberately knows no syntax: whatever is typed is words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

# Keyboards have the straight ones, articles the curly ones.
_QUOTES = str.maketrans("‘’‚‛ʼ“”„‟", "'''''\"\"\"\"")

# The parts of a conversation that are found by themselves.
TITLE = "title"


def turn_part(turn: int) -> str:
    """The part that a question and its answer are."""
    return f"turn {turn}"


def comment_part(turn: int) -> str:
    """The part that a comment on an answer is."""
    return f"comment {turn}"


def folded(text: str) -> str:
    """A text without case and accents, every run of blanks as one space.

    Compatibility caseless matching (Unicode, section 3.13, D146), and marks taken off: "Ångström",
    "ÅNGSTRÖM" and "angstrom" are one, "Straße" and "STRASSE" too.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_QUOTES)).casefold()
    plain = unicodedata.normalize("NFKD", plain).casefold()
    plain = "".join(each for each in plain if unicodedata.category(each) != "Mn")
    return " ".join(plain.split())


def wanted(words: str) -> list[str]:
    """The words to look for, the longest first; those that stand in another one are left out."""
    distinct = sorted(set(folded(words).split()), key=lambda word: (-len(word), word))
    return [
        word
        for place, word in enumerate(distinct)
        if not any(word in longer for longer in distinct[:place])
    ]


def turn_words(question: str, understood: str, said: str) -> str:
    """What a turn is found by: each text once, one a line, so that no word spans two."""
    return "\n".join(dict.fromkeys(filter(None, map(folded, (question, understood, said)))))


def said_in(record: Mapping[str, Any]) -> tuple[str, str]:
    """How a question was understood and what was answered; empty where a record has neither."""
    understood, answer = record.get("understood"), record.get("answer")
    return str(understood or ""), str(answer or record.get("missing") or "")

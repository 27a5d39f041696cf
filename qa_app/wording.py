"""What every face says alike: the words of a sentence that answer, and how well it is supported.

Enters: texts with offsets, and answer records (fresh, or kept for months). Leaves: plain strings.
Deliberately knows nothing of how a face makes words bold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from qa_app.schema import WELL_SUPPORTED, Support

SUPPORT_WORDS: Mapping[Support, str] = {
    "well supported": "Well supported",
    "partly supported": "Partly supported: read the source before relying on it",
    "not found": "Not found in these articles",
}


def one_line(text: str) -> str:
    """The text with every run of blanks and line ends as one space."""
    return " ".join(text.split())


def parts(text: str, answer: Sequence[int] | None) -> tuple[str, str, str]:
    """What stands before the words that answer, these words, and what stands after them.

    They are cut apart here and never in a script: JavaScript counts an emoji as two.

    Args:
        text: a sentence or a quote.
        answer: start and end of the words in it, counted in characters; None for no such words.

    Returns:
        Three strings that make ``one_line(text)``; the last two empty where no words answer.
    """
    before, words, after = exact_parts(text, answer)
    if not words:
        return one_line(text), "", ""
    # The stroke keeps the blank beside the words, which splitting would drop.
    return one_line(f"{before}|")[:-1], one_line(words), one_line(f"|{after}")[1:]


def exact_parts(text: str, answer: Sequence[int] | None) -> tuple[str, str, str]:
    """The same, with every blank and line end as it is; blanks around the words are outside."""
    start, end = answer or (0, 0)
    words = text[start:end].strip()
    if not words:
        return text, "", ""
    start = text.index(words, start)
    return text[:start], words, text[start + len(words) :]


def support_of(record: Mapping[str, Any]) -> Support | None:
    """How well an answer is supported; None where nothing kept with it says so."""
    if record.get("status") == "not_found":
        return "not found"
    kept: Support | None = record.get("support")
    if kept in SUPPORT_WORDS:
        return kept
    # Answers kept before they said it in words have the number alone.
    confidence = record.get("confidence")
    if confidence is None:
        return None
    return "well supported" if confidence >= WELL_SUPPORTED else "partly supported"

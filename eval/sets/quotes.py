"""Where a quote stands in a text; pure.

Enters: texts and quotes. Leaves: character offsets. Deliberately knows nothing of sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from eval.cases import Evidence

Span = tuple[int, int]


def locate(text: str, quote: str) -> Span | None:
    """The first place of a quote, character for character or else with white space left aside.

    Leaving it aside is MultiHop-RAG's own rule for a quote that a passage holds.

    Returns:
        start and end in ``text``; None where the quote is not there or is blank.
    """
    wanted = "".join(quote.split())
    if not wanted:
        return None
    start = text.find(quote)
    if start >= 0:
        return start, start + len(quote)
    places = [place for place, letter in enumerate(text) if not letter.isspace()]
    start = "".join(text[place] for place in places).find(wanted)
    if start < 0:
        return None
    return places[start], places[start + len(wanted) - 1] + 1


def locate_words(text: str, words: str) -> Span | None:
    """The first place of some words, in upper or lower case; never a part of a longer word.

    ``571`` does not stand in ``7571``, nor ``play`` in ``playing``.
    """
    pattern = r"\s+".join(map(re.escape, words.split()))
    found = re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) if pattern else None
    return found.span() if found else None


def merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that overlap made one; spans that only touch stay apart."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start < result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((start, end))
    return result


def evidence_at(article: str, text: str, spans: Iterable[Span]) -> list[Evidence]:
    """The places of an article as evidence, in the text's order, overlapping ones made one."""
    return [Evidence(article, text[start:end], start, end) for start, end in merged(spans)]

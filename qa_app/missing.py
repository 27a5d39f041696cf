"""Why nothing was found, in plain words.

Enters: a question, what was searched and read for it. Leaves: one or two sentences for people.
Deliberately knows nothing of answers.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from embeddings.engines.base import Words
from embeddings.reading import Reading
from embeddings.retrieval import Retrieval
from embeddings.understanding import Understanding
from qa_app.heading_answers import OF_ARTICLES

# Passages that are shown where nothing is answered: what is said of words is said of these.
NEAREST = 3


def missing_words(
    question: str, found: Retrieval, readings: Sequence[Reading], words: Words
) -> str:
    """What was not there, in plain words."""
    if not found.hits:
        return "There are no articles to look in: add some, or widen the filters."
    script = _foreign_script(question)
    if script:
        return (
            f"The question is written in {script} letters. The articles are searched in "
            f"English: ask in English."
        )
    spoken = _spoken(question, found.understanding)
    unknown = [term for term in spoken if words.is_unknown(term)]
    if unknown:
        return f"Nothing in these articles mentions {_quoted(unknown)}."
    # The reader looked around one sentence; this is said of all the passages that are shown.
    shown = {stem for hit in found.hits[:NEAREST] for stem in words.stems(hit.passage.text)}
    absent = {word for reading in readings for word in reading.unmatched} - shown
    named = [term for term in spoken if absent.intersection(words.stems(term))]
    if named:
        return f"The passages nearest to the question do not mention {_quoted(named)}."
    return "The nearest passages are about related things, but no sentence in them says this."


def _spoken(question: str, understanding: Understanding) -> list[str]:
    """The words of a question that say what it is about, as written, not whose word it wants."""
    taken = [(each.start, each.end) for each in understanding.names]
    taken += [(each.start, each.end) for each in understanding.periods]
    words = [
        found[0].strip("?.,!:;\"'“”‘’()[]")
        for found in re.finditer(r"\S+", question)
        if not any(start < found.end() and found.start() < end for start, end in taken)
    ]
    return [word for word in words if word not in OF_ARTICLES]


def _quoted(words: Sequence[str]) -> str:
    marked = [f"“{word}”" for word in dict.fromkeys(words)][:4]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} or {marked[-1]}"


def _foreign_script(question: str) -> str | None:
    """The script most letters of the question are in, unless it is Latin."""
    scripts = Counter(
        unicodedata.name(letter, "UNKNOWN").split()[0] for letter in question if letter.isalpha()
    )
    most = scripts.most_common(1)
    return most[0][0].capitalize() if most and most[0][0] != "LATIN" else None

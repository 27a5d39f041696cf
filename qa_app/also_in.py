"""Citations in, the same with the other articles that have the same words out.

Enters: citations, and the hits that they were chosen from. Leaves: citations with ``copies``.
Deliberately knows nothing of how copies are found: a hit has them, and they carry nearly all of its
words. A citation says it only of those in which its own words stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from embeddings.schema import Article, Hit
from embeddings.words import words_of
from qa_app.schema import Citation


def with_copies(citations: Iterable[Citation], hits: Sequence[Hit]) -> tuple[Citation, ...]:
    """Say of each citation which copies of its hits have its words too, one after the other.

    Case, punctuation and blanks do not count.
    """
    copied = [hit for hit in hits if hit.copies]
    return tuple(_with_copies(citation, copied) for citation in citations)


def _with_copies(citation: Citation, hits: Sequence[Hit]) -> Citation:
    sought = _line(citation.quote)
    others: dict[str, Article] = {}
    for hit in hits:
        touches = hit.passage.start < citation.end and citation.start < hit.passage.end
        if touches and hit.article.id == citation.article.id:
            others |= {each.id: each for each in hit.copies}
    found = [each for each in others.values() if sought.strip() and sought in _line(each.text)]
    return replace(citation, copies=tuple(found)) if found else citation


def _line(text: str) -> str:
    return f" {' '.join(words_of(text))} "

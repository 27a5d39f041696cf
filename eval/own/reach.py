"""Passages that no query brought among the first ten, and what may be the reason.

Enters: the sampled passages, the queries made of them, what every query reached. Leaves: a part of
``own``'s record. It is relative to the queries asked: a passage that none of them reached may well
be found by another. Deliberately knows nothing of how queries are made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embeddings.schema import Passage
from embeddings.words import words_of
from eval.own.near_duplicates import SharedSentence
from eval.own.queries import FAR, Reach, Sought

SHORT_WORDS = 20


@dataclass(frozen=True, slots=True)
class Alike:
    """Groups of articles that are copies of each other, and the sentences that many hold."""

    groups: Sequence[Sequence[str]]
    shared: Sequence[SharedSentence]


def unreached(
    passages: Sequence[Passage],
    sought: Sequence[Sought],
    reach: Reach,
    alike: Alike,
    names: Callable[[str], dict[str, Any]],
) -> dict[str, Any]:
    """The sampled passages that nothing reached, the worst first.

    Args:
        passages: those sampled; each was asked for where it has a sentence to ask for.
        sought: what came of asking for them.
        reach: what all queries reached.
        alike: what articles have in common.
        names: how an article is called.
    """
    by_passage = {one.passage: one for one in sought}
    other = {name: group for group in alike.groups for name in group}
    common = {tuple(words_of(one.text)) for one in alike.shared}
    # Without a query nothing can be said of any passage.
    missed = [each for each in passages if reach.queries and each.id not in reach.passages]
    found = []
    for passage in missed:
        one = by_passage.get(passage.id)
        twins = [name for name in other.get(passage.article, ()) if name != passage.article]
        reason = _copied(twins, names) or _common(passage, common) or _own(passage, one)
        found.append(
            {
                **names(passage.article),
                "start": passage.start,
                "end": passage.end,
                "text": passage.text,
                "rank": one.rank if one else None,
                "reason": reason,
            }
        )
    return {
        "sampled": len(passages),
        "reached": len(passages) - len(missed),
        "reached_of_all": len(reach.passages),
        "queries": reach.queries,
        "passages": sorted(found, key=_worst),
    }


def _worst(one: Mapping[str, Any]) -> tuple[int, str]:
    """Not found at all before found far down, and that before never asked for."""
    rank = one["rank"]
    return (-FAR if rank == 0 else 1 if rank is None else -rank, one["article"])


def _copied(twins: Sequence[str], names: Callable[[str], dict[str, Any]]) -> str:
    return f"its article is much like “{names(twins[0])['label']}”" if twins else ""


def _common(passage: Passage, common: set[tuple[str, ...]]) -> str:
    texts = [
        passage.text[span.start - passage.start : span.end - passage.start]
        for span in passage.sentences
    ]
    held = sum(tuple(words_of(text)) in common for text in texts)
    return "most of its sentences stand in many articles" if 2 * held > len(texts) else ""


def _own(passage: Passage, one: Sought | None) -> str:
    count = len(words_of(passage.text))
    if count < SHORT_WORDS:
        return f"only {count} words long"
    if one is None:
        return "none of its sentences has enough words to be asked for"
    if one.within(10):
        return "another passage with the same sentence was found instead"
    if one.rank:
        return f"its own sentence brought it at place {one.rank}"
    return f"its own sentence did not bring it among the first {FAR}"

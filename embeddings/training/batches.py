"""Groups of pairs in, batches of numbers with their labels out.

Enters: ``Group`` values and a tokenizer. Leaves: ``Labelled`` batches of groups of like length.
Deliberately knows nothing of networks or losses.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from embeddings.pairs import Batch, IntTable, Pair, PairTokenizer, collate, padded
from embeddings.schema import Span
from embeddings.training.examples import Example, Group

# Groups that are sorted by length together: enough for even batches, few enough to stay random.
WINDOW = 1_024


@dataclass(frozen=True, slots=True)
class Labelled:
    """A batch with what is true of its pairs.

    ``group`` (pairs,) numbers the questions; ``answers`` and ``ranked`` (pairs,) are 0 or 1;
    ``start`` and ``end`` (pairs, tokens) are 1 at every token where a right answer begins and
    ends, and nowhere in a pair whose answer has no such words. ``done`` counts the groups of the
    epoch up to and with this batch.
    """

    batch: Batch
    group: IntTable
    answers: NDArray[np.float32]
    ranked: NDArray[np.float32]
    start: NDArray[np.float32]
    end: NDArray[np.float32]
    done: int


@dataclass(frozen=True, slots=True)
class _Row:
    pair: Pair
    spans: tuple[tuple[int, int], ...]
    example: Example

    @property
    def answers(self) -> bool:
        return bool(self.spans) or self.example.supported

    @property
    def cut_off(self) -> bool:
        """Its answer is beyond what is read: nothing true can be said of such a pair."""
        return bool(self.example.answers) and not self.spans


def batches(
    groups: Iterable[Group], tokenizer: PairTokenizer, tokens: int, rng: random.Random
) -> Iterator[Labelled]:
    """Cut groups into batches of at most ``tokens`` tokens each, padding counted.

    A group whose answer lies beyond what is read is dropped, and counted as done all the same.
    """
    stream = iter(groups)
    done = 0
    last: Labelled | None = None
    while window := list(islice(stream, WINDOW)):
        rows = [[_row(example, tokenizer) for example in group.examples] for group in window]
        rows = [group for group in rows if not group[0].cut_off]
        rows.sort(key=lambda group: max(len(row.pair.ids) for row in group))
        cut = list(_cut(rows, tokens))
        rng.shuffle(cut)
        seen = 0
        for chosen in cut:
            if last is not None:
                yield last
            seen += len(chosen)
            last = _labelled(chosen, done + seen * len(window) // len(rows))
        done += len(window)
    if last is not None:
        # Held back until here: a whole window may have been dropped after it.
        yield replace(last, done=done)


def _cut(rows: Sequence[list[_Row]], tokens: int) -> Iterator[list[list[_Row]]]:
    batch: list[list[_Row]] = []
    pairs = 0
    for group in rows:
        width = padded(max(len(row.pair.ids) for row in group))
        if batch and (pairs + len(group)) * width > tokens:
            yield batch
            batch, pairs = [], 0
        batch.append(group)
        pairs += len(group)
    if batch:
        yield batch


def _row(example: Example, tokenizer: PairTokenizer) -> _Row:
    context = tokenizer.context(example.heading, example.text)
    pair = tokenizer.pair(tokenizer.question(example.question), context)
    found = (token_span(pair, span) for span in example.answers)
    return _Row(pair, tuple(span for span in found if span), example)


def token_span(pair: Pair, span: Span) -> tuple[int, int] | None:
    """The first and the last token of some characters of the text; None where it was cut off."""
    starts, ends = pair.offsets[:, 0], pair.offsets[:, 1]
    inside = np.flatnonzero((starts < span.end) & (ends > span.start))
    if not len(inside) or ends[inside[-1]] < span.end - 1:
        return None
    return pair.first + int(inside[0]), pair.first + int(inside[-1])


def _labelled(groups: Sequence[list[_Row]], done: int) -> Labelled:
    rows = [row for group in groups for row in group]
    batch = collate([row.pair for row in rows])
    start, end = (np.zeros(batch.ids.shape, dtype=np.float32) for _ in range(2))
    for i, row in enumerate(rows):
        for first, last in row.spans:
            start[i, first] = end[i, last] = 1.0
    return Labelled(
        batch,
        np.array([i for i, group in enumerate(groups) for _ in group], dtype=np.int64),
        np.array([row.answers for row in rows], dtype=np.float32),
        np.array([row.example.ranked for row in rows], dtype=np.float32),
        start,
        end,
        done,
    )

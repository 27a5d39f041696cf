"""(question, passage) in, the numbers that the reader's network takes out, with the way back.

Enters: a question, a heading line, a passage's text. Leaves: token ids, and for every token of the
passage the characters it stands for. Deliberately knows nothing of networks, articles or scores.

A pair is ``[CLS] question [SEP] heading line, passage [SEP]``. Offsets count characters of the
text as it came: the tokenizer lower-cases and strips accents, and keeps track of what it read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

from embeddings.encoder_tokens import tokenizer_of
from embeddings.kept import Kept

IntTable = NDArray[np.int64]
ShortTable = NDArray[np.int32]

# The longest question and pair, in tokens; what is beyond is not read. Passages have about 200.
QUESTION_TOKENS = 96
PAIR_TOKENS = 384
# 4 kB each; as many as more than a hundred questions are answered from.
KEPT_PASSAGES = 2_048
PADDED_TO = 16


@dataclass(frozen=True, slots=True)
class Context:
    """A passage with its heading line as tokens.

    ``offsets`` has shape (tokens of the text, 2): characters of the text, start and end. The
    heading's tokens come first and have none: no answer is read out of it here. Arrays of 32 bits,
    since thousands are kept: 12 bytes a token, where a tuple of int and 64 bits took 52.
    """

    ids: ShortTable
    heading_tokens: int
    offsets: ShortTable


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair as token ids; tokens ``first:last`` are the text's, ``first`` is its first."""

    ids: tuple[int, ...]
    question_tokens: int
    first: int
    last: int
    offsets: IntTable


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs side by side, padded: each array has shape (pairs, tokens)."""

    ids: IntTable
    types: IntTable
    mask: IntTable
    text: IntTable


class PairTokenizer:
    """Makes pairs, each passage tokenized once; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        """Use the tokenizer in a model's folder."""
        self._tokenizer = tokenizer_of(folder)
        marks = self._tokenizer.encode("", add_special_tokens=True).ids
        self._open, self._close = marks[0], marks[-1]
        self._contexts = Kept(KEPT_PASSAGES, self._made)

    def question(self, text: str) -> tuple[int, ...]:
        """The ids of a question, at most ``QUESTION_TOKENS``."""
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids[:QUESTION_TOKENS])

    def context(self, heading: str, text: str) -> Context:
        """A passage's tokens, kept for the next question."""
        return self.contexts([(heading, text)])[0]

    def contexts(self, passages: Sequence[tuple[str, str]]) -> list[Context]:
        """As ``context``, of several (heading line, text)."""
        return self._contexts(passages)

    def _made(self, passages: Sequence[tuple[str, str]]) -> list[Context]:
        # In one call: the tokenizer shares it out among the processor's cores.
        encode = self._tokenizer.encode_batch
        headings = dict.fromkeys(heading for heading, _ in passages)
        read = encode([*headings, *(text for _, text in passages)], add_special_tokens=False)
        before = dict(zip(headings, read, strict=False))
        return [
            _context(before[heading].ids, body)
            for (heading, _), body in zip(passages, read[len(headings) :], strict=True)
        ]

    def pair(self, question: Sequence[int], context: Context) -> Pair:
        """Put a question's ids and a passage's together, cut to ``PAIR_TOKENS``."""
        begin = len(question) + 2
        room = PAIR_TOKENS - begin - 1
        body = context.ids[:room].tolist()
        ids = (self._open, *question, self._close, *body, self._close)
        first = begin + min(context.heading_tokens, len(body))
        last = begin + len(body)
        offsets = context.offsets[: last - first].astype(np.int64)
        return Pair(ids, len(question), first, last, offsets)


def _context(before: list[int], read: Encoding) -> Context:
    # A heading may be a page long where it was read wrongly: the passage must still be seen.
    before = before[: PAIR_TOKENS // 4]
    # No pair has room for more, whatever the question.
    ids = np.array([*before, *read.ids][:PAIR_TOKENS], dtype=np.int32)
    offsets = np.array(read.offsets[:PAIR_TOKENS], dtype=np.int32).reshape(-1, 2)
    return Context(ids, len(before), offsets)


def collate(pairs: Sequence[Pair], padded_to: int = PADDED_TO) -> Batch:
    """Pad pairs to the longest of them, and that to a multiple of ``padded_to``.

    Few different lengths: oneDNN keeps kernels for each it meets.
    """
    width = padded(max(len(pair.ids) for pair in pairs), padded_to)
    arrays = np.zeros((4, len(pairs), width), dtype=np.int64)
    ids, types, mask, text = arrays
    for row, pair in enumerate(pairs):
        size = len(pair.ids)
        ids[row, :size] = pair.ids
        types[row, pair.question_tokens + 2 : size] = 1
        mask[row, :size] = 1
        text[row, pair.first : pair.last] = 1
    return Batch(ids, types, mask, text)


def padded(tokens: int, to: int = PADDED_TO) -> int:
    """A number of tokens, rounded up to a multiple of ``to``."""
    return -(-tokens // to) * to


def by_length(pairs: Sequence[Pair], tokens: int) -> Iterable[list[int]]:
    """Group pairs of like length into batches of at most ``tokens`` tokens, padding counted.

    Returns:
        lists of places in ``pairs``, the longest first.
    """
    order = sorted(range(len(pairs)), key=lambda i: (-len(pairs[i].ids), i))
    batch: list[int] = []
    width = 0
    for i in order:
        if batch and (len(batch) + 1) * width > tokens:
            yield batch
            batch = []
        if not batch:
            width = padded(len(pairs[i].ids))
        batch.append(i)
    if batch:
        yield batch

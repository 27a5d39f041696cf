"""Texts in, batches of token ids out, and the rows made of them back in order.

Enters: texts of any number and length. Leaves: one row a text, in the order of the texts, made by
whatever embeds a batch. Deliberately knows nothing of how that is done, so that every engine reads
as much of a text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoder import FloatArray

# Texts that are tokenized and sorted at a time: what tokenizers gives of them takes 20 kB each.
TEXTS_AT_ONCE = 2_048

Ids = list[int]
# Sizes in, lists of places in them out: each place in one of them.
Batched = Callable[[Sequence[int]], Iterable[list[int]]]
EmbedBatches = Callable[[Sequence[Sequence[Ids]]], Iterable[FloatArray]]


@lru_cache(maxsize=2)
def tokenizer_of(folder: Path) -> Any:  # noqa: ANN401 (tokenizers ships no types)
    """The tokenizer in a model's folder, which cuts nothing off and pads nothing.

    The same one for all who ask: the encoder and the reader have it in common. It is safe to share
    between threads as long as nobody changes how it cuts or pads.
    """
    from tokenizers import Tokenizer  # noqa: PLC0415 (loaded when needed)

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class TokenBatches:
    """What one model reads of texts; safe to share between threads."""

    def __init__(self, folder: Path, tokenizer: Any) -> None:  # noqa: ANN401 (as above)
        """Cut to what ``sentence_bert_config.json`` in ``folder`` says the model reads."""
        path = folder / "sentence_bert_config.json"
        self.longest = int(json.loads(path.read_text(encoding="utf-8"))["max_seq_length"])
        self._tokenizer = tokenizer

    def ids(self, texts: Sequence[str]) -> list[Ids]:
        """The ids of each text with the marks around them, at most ``longest``."""
        encoded = self._tokenizer.encode_batch_fast(list(texts))
        return [self._cut(item.ids) for item in encoded]

    def _cut(self, ids: Ids) -> Ids:
        return ids if len(ids) <= self.longest else [*ids[: self.longest - 1], ids[-1]]

    def rows(
        self, texts: Sequence[str], embed: EmbedBatches, batched: Batched, dim: int
    ) -> FloatArray:
        """Embed texts in batches.

        Args:
            texts: any number.
            embed: makes the rows of every batch, each of shape (texts, dim), in order.
            batched: which texts go together, by how many tokens each has; ``batches_of`` is one.
            dim: of a row.

        Returns:
            float32, shape (len(texts), dim).
        """
        rows = np.empty((len(texts), dim), dtype=np.float32)
        for begin in range(0, len(texts), TEXTS_AT_ONCE):
            ids = self.ids(texts[begin : begin + TEXTS_AT_ONCE])
            batches = list(batched([len(each) for each in ids]))
            made = embed([[ids[i] for i in batch] for batch in batches])
            for batch, found in zip(batches, made, strict=True):
                rows[[begin + i for i in batch]] = found
        return rows


def batches_of(sizes: Sequence[int], tokens: int, shares: int) -> Iterator[list[int]]:
    """Places in ``sizes``, the longest first, cut into batches of at most so many tokens.

    Args:
        sizes: tokens of each text.
        tokens: of a batch at most, unless one text has more.
        shares: how many batches are wanted at least of few texts, one for each thread.
    """
    most = min(tokens, -(-sum(sizes) // shares))
    batch: list[int] = []
    held = 0
    for i in sorted(range(len(sizes)), key=lambda i: (-sizes[i], i)):
        if batch and held + sizes[i] > most:
            yield batch
            batch, held = [], 0
        batch.append(i)
        held += sizes[i]
    if batch:
        yield batch

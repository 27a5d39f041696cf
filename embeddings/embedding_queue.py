"""Articles cut into passages in, staged articles with vectors out, embedded beside the reading.

Enters: articles cut into passages. Leaves: rows in an ``Engine``, invisible until its next
generation. Passages are embedded in a thread of their own while the next articles are read.
Deliberately knows nothing of files.

One batch is under way at a time, and what came of it is stored before the next begins: a kill loses
at most one batch, and there is nothing to put in order afterwards.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np

from embeddings.encoder import Encoder, FloatArray
from embeddings.engines.base import Engine
from embeddings.inputs import encoder_input
from embeddings.schema import Article, Passage

# An article, its passages, its sketch.
Cut = tuple[Article, Sequence[Passage], bytes]
_Digested = tuple[Article, Sequence[tuple[Passage, bytes]], bytes]


def digest_of(text: str) -> bytes:
    """What a vector is kept under: the sha256 of what was embedded."""
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is being embedded, and the articles that can be staged when it is there."""

    digests: Sequence[bytes]
    rows: Future[tuple[FloatArray, float]]
    then: Sequence[_Digested]
    tell: Callable[[], None]


class EmbeddingQueue:
    """Embeds what has no vector yet; use it as a context manager."""

    def __init__(self, engine: Engine, encoder: Encoder, size: int) -> None:
        """Stage into ``engine``, ``size`` passages a batch."""
        self._engine, self._encoder, self._size = engine, encoder, size
        self._thread = ThreadPoolExecutor(1, "embedding")
        self._under_way: _Batch | None = None
        self.staged: dict[str, int] = {}
        self.embedded = 0
        self.seconds = {"embed": 0.0, "store": 0.0}

    def __enter__(self) -> Self:
        """Return the queue."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Finish what is under way; after an error only wait for it."""
        try:
            if kind is None:
                self._settle()
        finally:
            self._thread.shutdown()

    def add(
        self,
        articles: Sequence[Cut],
        tell: Callable[[float], None],
        vectors: Mapping[bytes, FloatArray] | None = None,
    ) -> None:
        """Embed and stage articles; returns when the last batch of them is under way.

        Args:
            articles: with their passages and sketches.
            tell: gets the share of their new passages that is embedded, as it grows.
            vectors: rows that were made elsewhere, by digest.
        """
        texts: dict[bytes, str] = {}
        cut = []
        for article, passages, sketch in articles:
            inputs = [encoder_input(article, each.start, each.end) for each in passages]
            digests = [digest_of(text) for text in inputs]
            texts.update(zip(digests, inputs, strict=True))
            cut.append((article, list(zip(passages, digests, strict=True)), sketch))
        missing = self._without_vector(list(texts), vectors or {})
        if not missing:
            self._settle()
            self._stage(cut)
            tell(1.0)
            return
        for start in range(0, len(missing), self._size):
            part = missing[start : start + self._size]
            done = start + len(part)
            self._settle()
            self._under_way = _Batch(
                part,
                self._thread.submit(self._embed, [texts[digest] for digest in part]),
                cut if done == len(missing) else (),
                partial(tell, done / len(missing)),
            )

    def _without_vector(
        self, digests: Sequence[bytes], given: Mapping[bytes, FloatArray]
    ) -> list[bytes]:
        begin = time.perf_counter()
        known = self._engine.known_vectors(digests)
        if self._under_way is not None:
            known |= set(self._under_way.digests)
        made = [digest for digest in digests if digest in given and digest not in known]
        if made:
            self._engine.stage_vectors(made, np.stack([given[digest] for digest in made]))
            self.embedded += len(made)
            known |= set(made)
        self.seconds["store"] += time.perf_counter() - begin
        return [digest for digest in digests if digest not in known]

    def _embed(self, texts: Sequence[str]) -> tuple[FloatArray, float]:
        begin = time.perf_counter()
        rows = self._encoder.encode(texts)
        return rows, time.perf_counter() - begin

    def _settle(self) -> None:
        """Wait for what is under way, and store it."""
        batch, self._under_way = self._under_way, None
        if batch is None:
            return
        rows, seconds = batch.rows.result()
        begin = time.perf_counter()
        self._engine.stage_vectors(batch.digests, rows)
        self.embedded += len(batch.digests)
        self.seconds["embed"] += seconds
        self.seconds["store"] += time.perf_counter() - begin
        self._stage(batch.then)
        batch.tell()

    def _stage(self, articles: Sequence[_Digested]) -> None:
        if not articles:
            return
        begin = time.perf_counter()
        batch = [(article, passages) for article, passages, _ in articles]
        keys = self._engine.stage_articles(batch, [sketch for _, _, sketch in articles])
        self.staged.update({a.id: key for (a, _), key in zip(batch, keys, strict=True)})
        self.seconds["store"] += time.perf_counter() - begin

"""A folder indexed by a Ray cluster: files are read, cut and embedded there, and written from here.

Enters: the address of a cluster and an encoder. Leaves: a ``Preparing`` for ``sync``. Deliberately
knows nothing of engines but which vectors there are.

Sources go to the cluster by their paths, which every node has to see. Ray Data reads and cuts them
(``ray_reading.py``) and streams the articles back in the order of the sources; this process asks
the engine which of their passages have no vector, and sends only those out again, a batch a task.
So a sync that goes on after a kill embeds what is missing, and one large file, read by one worker,
is embedded by all.

Batches are tasks and not calls of actors: a task whose node dies is done again wherever there is
room, while an actor waits for room for a new one, and its batches with it. A worker's process stays
for the next task, and so does its encoder.

``sync`` is the only writer, as on one machine. Order, identity, visibility and what a kill leaves
behind are therefore the same, on every engine; docs/scaling.md says what that costs. In this
process there is never more than what the cluster works on: ``AHEAD`` batches a core.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from embeddings.embedding_queue import digest_of
from embeddings.encoder import Encoder, FloatArray
from embeddings.errors import ClusterUnavailable
from embeddings.inputs import encoder_input
from embeddings.preparing import Chunk, Known, Preparing, prepare
from embeddings.ray_cluster import THROUGH_CLIENT, connected, translated
from embeddings.ray_reading import read_on_cluster, read_through_client
from embeddings.ray_worker import Cut, Recipe, Work, embed, recipe_of, sees
from embeddings.sources import SourceFile

if TYPE_CHECKING:
    from types import ModuleType

# Passages a task: some seconds of a core, against some milliseconds that a task costs.
BATCH = 256
AHEAD = 2
# Times that a batch is done again after its worker or node died.
BATCH_RETRIES = 4

KnownVectors = Callable[[Sequence[bytes]], set[bytes]]


@contextmanager
def prepare_on_ray(
    address: str, encoder: Encoder, known_vectors: KnownVectors, recipe: Recipe | None = None
) -> Iterator[Preparing]:
    """Be connected to a cluster during a block, which gets what ``Collection.sync`` takes.

    Args:
        address: "local", "auto", HOST:PORT or ray://HOST:PORT.
        encoder: the collection's.
        known_vectors: the engine's: what has a vector is not embedded again.
        recipe: how a worker makes the same encoder; known of a ``SentenceEncoder``.

    Raises:
        ClusterUnavailable: at once, where ray is missing or no cluster answers; and from the
            sync, where the cluster fails or a node sees other files or has another model.
    """
    recipe = recipe or recipe_of(encoder)
    with connected(address) as ray:
        reading = read_through_client if address.startswith(THROUGH_CLIENT) else read_on_cluster

        def preparing(sources: Sequence[SourceFile], known: Known) -> Iterator[Chunk]:
            with translated():
                work = ray.put(Work(recipe, encoder.identity, known))
                cuts = reading(sources, work) if sources else iter(())
                chunks = _chunks(
                    cuts, sources, partial(prepare, count_tokens=encoder.count_tokens, known=known)
                )
                yield from _Embedding(ray, Work(recipe, encoder.identity), known_vectors).of(chunks)

        yield preparing


def _chunks(
    cuts: Iterable[Cut],
    sources: Sequence[SourceFile],
    here: Callable[[Iterable[tuple[int, SourceFile]]], Iterator[Chunk]],
) -> Iterator[Chunk]:
    """The chunks of cuts, all of them and in order.

    A file that a worker does not see is an error, unless it is gone here too.
    """
    at = 0
    for found in cuts:
        if found.source != at:
            break
        if found.chunk is not None:
            yield found.chunk
            at += found.chunk.last
            continue
        source = sources[at]
        if sees(source):
            raise ClusterUnavailable(
                f"node {found.node} does not see {source.path}, which is there on this machine; "
                f"put the files on storage that every node sees under the same path"
            )
        yield from here([(at, source)])
        at += 1
    if at < len(sources):
        # A source that is taken for read would be indexed as an empty one.
        raise ClusterUnavailable(
            f"the cluster left out {sources[at].path}; run the same command again"
        )


@dataclass(frozen=True, slots=True)
class _Wave:
    """Chunks whose passages are being embedded: what each wants, and which task makes it."""

    chunks: Sequence[tuple[Chunk, Sequence[bytes]]]
    digests: Sequence[bytes]
    rows: Sequence[Any]


class _Embedding:
    """Chunks in, the same chunks out with the vectors that were missing, in the same order."""

    def __init__(self, ray: ModuleType, work: Work, known_vectors: KnownVectors) -> None:
        self._ray, self._known_vectors = ray, known_vectors
        self._work = ray.put(work)
        self._task = ray.remote(embed).options(
            num_cpus=1, max_retries=BATCH_RETRIES, scheduling_strategy="SPREAD"
        )
        self._waves: deque[_Wave] = deque()
        self._pending: set[bytes] = set()

    def of(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """Embed them; a chunk leaves as soon as those before it have left and it is done."""
        waiting: list[tuple[Chunk, Sequence[bytes]]] = []
        texts: dict[bytes, str] = {}
        size = 0
        for chunk in chunks:
            found = _inputs(chunk)
            waiting.append((chunk, list(found)))
            texts.update(found)
            size += len(found) + len(chunk.articles)
            if size >= BATCH:
                self._send(waiting, texts)
                waiting, texts, size = [], {}, 0
                yield from self._done(AHEAD * self._cores())
        self._send(waiting, texts)
        yield from self._done(0)

    def _cores(self) -> int:
        """The cluster's cores, as they are now: nodes come and go."""
        return max(int(self._ray.cluster_resources().get("CPU", 1)), 1)

    def _send(
        self, chunks: Sequence[tuple[Chunk, Sequence[bytes]]], texts: dict[bytes, str]
    ) -> None:
        known = self._known_vectors(list(texts)) | self._pending
        missing = [digest for digest in texts if digest not in known]
        self._pending.update(missing)
        rows = [
            self._task.remote(self._work, [texts[digest] for digest in missing[at : at + BATCH]])
            for at in range(0, len(missing), BATCH)
        ]
        self._waves.append(_Wave(chunks, missing, rows))

    def _done(self, ahead: int) -> Iterator[Chunk]:
        """The chunks that are done; waits for the oldest while more tasks than that are out."""
        while self._waves:
            wave = self._waves[0]
            if sum(len(each.rows) for each in self._waves) <= ahead and not self._is_made(wave):
                return
            self._waves.popleft()
            made: dict[bytes, FloatArray] = {}
            for at, rows in enumerate(self._ray.get(list(wave.rows))):
                digests = wave.digests[at * BATCH : (at + 1) * BATCH]
                made.update(zip(digests, rows, strict=True))
            self._pending.difference_update(wave.digests)
            for chunk, wanted in wave.chunks:
                vectors = {digest: made[digest] for digest in wanted if digest in made}
                yield replace(chunk, vectors=vectors)

    def _is_made(self, wave: _Wave) -> bool:
        if not wave.rows:
            return True
        rows = list(wave.rows)
        made, _ = self._ray.wait(rows, num_returns=len(rows), timeout=0, fetch_local=False)
        return len(made) == len(rows)


def _inputs(chunk: Chunk) -> dict[bytes, str]:
    """What is to be embedded of a chunk's new articles, by its sha256."""
    inputs: dict[bytes, str] = {}
    for each in chunk.articles:
        for passage in each.passages or ():
            text = encoder_input(each.article, passage.start, passage.end)
            inputs[digest_of(text)] = text
    return inputs

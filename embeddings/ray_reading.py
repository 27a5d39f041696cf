"""Sources in, their ``Cut``s out, in order, read and cut by a Ray cluster.

Enters: sources by their paths, which every node sees. Leaves: what ``prepare`` gives, from Ray
Data: a dataset of groups of sources, mapped over the cluster, streamed back in order and no faster
than it is consumed. Deliberately knows nothing of embedding.

What dies with a worker or a node is done again by Ray. What died with its worker again, Ray leaves
out, which shows as a gap in the numbers: the sources of the gap are then read one a task, and the
one that kills its reader is told as a problem, as on one machine.
"""

from __future__ import annotations

import functools
import itertools
import pickle
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from embeddings.preparing import Chunk
from embeddings.ray_worker import Cut, Numbered, Work, cut
from embeddings.schema import Problem
from embeddings.sources import LINES, SourceFile

# Small files a task: a task costs some milliseconds besides, about what a file takes.
GROUP_FILES = 16
# Bytes of rows that a task gathers before it passes them on.
BLOCK_BYTES = 2 << 20
# Cuts that are fetched at once through Ray's client.
FETCHED = 16
# Times that a group, and then a single source, is read again after its worker died.
GROUP_RETRIES = 1
SOURCE_RETRIES = 2


def read_on_cluster(sources: Sequence[SourceFile], work: Any) -> Iterator[Cut]:  # noqa: ANN401
    """Read and cut sources on the cluster that this process is connected to.

    Args:
        sources: in order; cuts carry their places in it.
        work: a reference to a ``Work``.
    """
    at = index = 0
    for found in _from_dataset(sources, work):
        place = found.source, found.index
        if place < (at, index):
            continue  # made good already
        if place != (at, index):
            # Where the gap ends within a source, that source is read from its begin.
            end = found.source + (found.index > 0)
            yield from _one_by_one(sources, at, end, index, work)
            at, index = end, 0
            if place < (at, index):
                continue
        yield found
        done = found.chunk is None or found.chunk.last
        at, index = (at + 1, 0) if done else (at, index + 1)
    yield from _one_by_one(sources, at, len(sources), index, work)


def _from_dataset(sources: Sequence[SourceFile], work: Any) -> Iterator[Cut]:  # noqa: ANN401
    import ray.data  # noqa: PLC0415 (an extra)
    from ray.util.annotations import RayDeprecationWarning  # noqa: PLC0415

    rows = [{"sources": pickle.dumps(group)} for group in _groups(sources)]
    with warnings.catch_warnings():
        # 2.64 drops it (pyproject.toml stays below); without it a task is retried for ever.
        warnings.simplefilter("ignore", RayDeprecationWarning)
        dataset = ray.data.from_items(rows, override_num_blocks=len(rows)).flat_map(
            functools.partial(_cut_row, work=work), num_cpus=1, max_retries=GROUP_RETRIES
        )
    context = dataset.context
    context.execution_options.preserve_order = True
    context.target_max_block_size = BLOCK_BYTES
    context.max_errored_blocks = -1
    for row in dataset.iter_rows():
        # Of our own workers, by way of the cluster's memory.
        yield pickle.loads(row["cut"])  # noqa: S301


def _groups(sources: Sequence[SourceFile]) -> list[Numbered]:
    """Files of lines alone, others together."""
    groups: list[list[tuple[int, SourceFile]]] = []
    room = 0
    for number, source in enumerate(sources):
        alone = source.path.lower().endswith(LINES)
        if alone or room == 0:
            groups.append([])
            room = GROUP_FILES
        groups[-1].append((number, source))
        room = 0 if alone else room - 1
    return list(groups)


def _cut_row(row: dict[str, Any], work: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    for each in cut(pickle.loads(row["sources"]), _fetched(work)):  # noqa: S301 (our own driver's)
        yield {"cut": pickle.dumps(each, protocol=5)}


@functools.lru_cache(maxsize=1)
def _fetched(work: Any) -> Work:  # noqa: ANN401
    """What every task needs, copied out of the cluster's memory once a process."""
    import ray  # noqa: PLC0415 (an extra)

    fetched: Work = ray.get(work)
    return fetched


def _one_by_one(
    sources: Sequence[SourceFile],
    first: int,
    end: int,
    index: int,
    work: Any,  # noqa: ANN401
) -> Iterator[Cut]:
    """The sources from ``first``, of which ``index`` chunks are there, to ``end``; one a task."""
    import ray  # noqa: PLC0415 (an extra)
    from ray.exceptions import (  # noqa: PLC0415
        NodeDiedError,
        OutOfMemoryError,
        WorkerCrashedError,
    )

    reading: Any = ray.remote(_cut_list).options(
        num_returns="streaming", num_cpus=1, max_retries=SOURCE_RETRIES
    )
    for number in range(first, end):
        try:
            for reference in reading.remote([(number, sources[number])], work):
                found: Cut = ray.get(reference)
                if (number, found.index) >= (first, index):
                    yield found
        except (NodeDiedError, OutOfMemoryError, WorkerCrashedError):
            reason = (
                f"the process that read it ended, {SOURCE_RETRIES + 1} times; left out from there "
                f"on"
            )
            yield Cut(number, 0, Chunk(number, problems=(Problem(sources[number].path, reason),)))


def _cut_list(sources: Numbered, work: Work) -> Iterator[Cut]:
    yield from cut(sources, work)


class Coordinator:
    """``read_on_cluster`` as an actor: Ray Data does not run through Ray's client (ray://)."""

    def __init__(self, sources: Sequence[SourceFile], work: Work) -> None:
        """Begin to read."""
        import ray  # noqa: PLC0415 (an extra)

        self._cuts = read_on_cluster(sources, ray.put(work))

    def more(self) -> list[Cut]:
        """The next cuts; none at the end."""
        return list(itertools.islice(self._cuts, FETCHED))


def read_through_client(sources: Sequence[SourceFile], work: Any) -> Iterator[Cut]:  # noqa: ANN401
    """``read_on_cluster`` from outside the cluster, through Ray's client."""
    import ray  # noqa: PLC0415 (an extra)

    coordinator: Any = ray.remote(Coordinator).options(num_cpus=0).remote(list(sources), work)
    coming = coordinator.more.remote()
    while found := ray.get(coming):
        # The next ones come while these are used.
        coming = coordinator.more.remote()
        yield from found

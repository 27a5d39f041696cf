"""Bring a folder into an engine: read what changed, embed what is new, make it current at once.

Enters: a path, an ``Engine``, an ``Encoder``. Leaves: a ``SyncReport`` and a new generation.
Deliberately knows nothing of how the engine stores and searches. Call it inside ``writing``.

Files are read and cut in a process beside (``preparing_beside.py``) and passages are embedded in a
thread (``embedding_queue.py``), so that neither waits for the other. A passage's vector is stored
under the sha256 of what was embedded, as soon as its batch is made. What has a vector is never
embedded again, wherever it moves; and a sync that was killed leaves its vectors behind, invisible,
for the next one to use.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from embeddings.articles import READER_VERSION, SourceFile, find_sources
from embeddings.embedding_queue import Cut, EmbeddingQueue
from embeddings.encoder import Encoder, FloatArray
from embeddings.engines.base import Engine
from embeddings.engines.values import Plan, SourceRow
from embeddings.errors import ArticleUnreadable
from embeddings.preparing import Chunk, Known, PreparedArticle, Preparing, prepare
from embeddings.preparing_beside import prepare_beside
from embeddings.schema import Problem
from embeddings.sync_report import ProgressCallback, SyncReport, Teller

# Passages embedded between two commits: what a kill can cost, against commits a second and what
# sorting by length gains.
BATCH_PASSAGES = 512
# Files, or bytes of them, from which a process beside is worth its start: .4 s, in which some dozen
# articles are read and cut.
BESIDE_FILES, BESIDE_BYTES = 64, 500_000


class _Run:
    """The state of one sync.

    ``current`` holds key and digest of the articles before it, by id; ``taken`` the digest of
    each id read so far, which is either ``kept`` as it was (its key), or goes through the queue.
    """

    def __init__(self, engine: Engine, encoder: Encoder, root: str) -> None:
        """Begin with what the engine holds now."""
        self.engine, self.encoder, self.root = engine, encoder, root
        self.plan = Plan()
        self.problems: list[Problem] = []
        engine.discard_staged()
        engine.purge()
        self.current = engine.current_articles()
        self.excluded = engine.excluded(root)
        self.taken: dict[str, str] = {}
        self.kept: dict[str, int] = {}
        self.replaced: set[tuple[str, str]] = set()
        self.seconds = dict.fromkeys(("scan", "read", "segment", "embed", "store"), 0.0)

    def known(self) -> Known:
        """What need not be cut into passages."""
        digests = {name: digest for name, (_, digest) in self.current.items()}
        return Known(digests, frozenset(self.excluded))

    def prepared(self, sources: Sequence[SourceFile], known: Known) -> Iterator[Chunk]:
        """The sources read and cut on this machine: beside, where there is enough of them."""
        tokenizer = self.encoder.tokenizer
        if tokenizer is not None and _worth_a_process(sources):
            return prepare_beside(sources, tokenizer, known)
        return prepare(enumerate(sources), self.encoder.count_tokens, known)


def _worth_a_process(sources: Sequence[SourceFile]) -> bool:
    if len(sources) >= BESIDE_FILES:
        return True
    try:
        return sum(source.signature()[0] for source in sources) >= BESIDE_BYTES
    except ArticleUnreadable:
        # One is gone; reading says so.
        return False


@dataclass(slots=True)
class _Taken:
    """What was read of one source so far: its problems, and the ids of its articles."""

    problems: list[Problem] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


def sync(
    engine: Engine,
    encoder: Encoder,
    path: Path,
    progress: ProgressCallback | None = None,
    preparing: Preparing | None = None,
) -> SyncReport:
    """Make the engine hold what lies at ``path`` now, and bring its indexes up to it.

    Args:
        engine: where to; other roots' articles stay as they are.
        encoder: embeds new passages and counts tokens.
        path: a folder, read recursively, or one file.
        progress: called before each file, and while passages are embedded.
        preparing: reads and cuts in another place; here, and in a process beside, where None.

    Raises:
        ArticleUnreadable: there is nothing at ``path``.
    """
    begin = time.perf_counter()
    sources = _without_index(find_sources(path), path, engine.folder)
    run = _Run(engine, encoder, str(path))
    known = engine.known_sources(run.root)
    run.plan.gone = [(run.root, gone) for gone in known.keys() - {s.path for s in sources}]
    pending = _changed_sources(run, sources, known)
    run.replaced = {(run.root, source.path) for source, _ in pending} | set(run.plan.gone)
    run.seconds["scan"] = time.perf_counter() - begin
    chunks = (preparing or run.prepared)([source for source, _ in pending], run.known())
    teller = Teller([source.path for source, _ in pending], progress)
    taken, staged, embedded = _take_all_in(run, pending, chunks, teller)
    report = _finish(run, [row for _, row in pending], taken, staged, embedded)
    teller.indexing(embedded)
    run.seconds.update(engine.catch_up())
    run.seconds["whole"] = time.perf_counter() - begin
    return replace(report, seconds=run.seconds)


def _without_index(sources: list[SourceFile], root: Path, index: Path) -> list[SourceFile]:
    """Leave the collection's own files out, where its folder lies among the articles."""
    if root.is_relative_to(index):
        return sources
    inside = f"{index}{os.sep}"
    return [source for source in sources if not source.path.startswith(inside)]


def _changed_sources(
    run: _Run, sources: Sequence[SourceFile], known: dict[str, SourceRow]
) -> list[tuple[SourceFile, SourceRow]]:
    """The sources to read again; those only touched get their new signature recorded."""
    pending = []
    for source in sources:
        try:
            source.path.encode()
            signature = json.dumps(source.signature())
        except UnicodeEncodeError:
            shown = os.fsencode(source.path).decode(errors="replace")
            run.problems.append(Problem(shown, "the file's name is not UTF-8: rename it"))
            continue
        except ArticleUnreadable as exc:
            # Gone between the look into the folder and the look at the file.
            run.problems.append(Problem(source.path, str(exc)))
            continue
        before = known.get(source.path)
        current = before is not None and before.reader == READER_VERSION
        if before is not None and current and before.signature == signature:
            run.problems.extend(before.problems)
            continue
        row = SourceRow(run.root, source.path, signature, source.fingerprint(), READER_VERSION)
        if before is not None and current and before.fingerprint == row.fingerprint:
            run.problems.extend(before.problems)
            run.plan.touched.append(row)
            continue
        pending.append((source, row))
    return pending


def _take_all_in(
    run: _Run,
    pending: Sequence[tuple[SourceFile, SourceRow]],
    chunks: Iterator[Chunk],
    teller: Teller,
) -> tuple[list[_Taken], dict[str, int], int]:
    """Read, cut, embed and stage what is pending; what was read of each, keys by id, how many."""
    taken = [_Taken() for _ in pending]
    waiting: list[Cut] = []
    vectors: dict[bytes, FloatArray] = {}
    size = 0
    with EmbeddingQueue(run.engine, run.encoder, BATCH_PASSAGES) as queue:
        teller.queue = queue
        teller.begins(0)
        for chunk in chunks:
            run.seconds["read"] += chunk.seconds[0]
            run.seconds["segment"] += chunk.seconds[1]
            vectors.update(chunk.vectors)
            for cut in _take_in(run, pending[chunk.source][0], chunk, taken):
                waiting.append(cut)
                size += len(cut[1])
            last = chunk.last and chunk.source == len(pending) - 1
            if waiting and (last or size >= BATCH_PASSAGES):
                queue.add(waiting, teller.within(chunk), vectors)
                waiting, vectors, size = [], {}, 0
            if chunk.last and not last:
                teller.begins(chunk.source + 1)
    for stage, seconds in queue.seconds.items():
        run.seconds[stage] += seconds
    return taken, queue.staged, queue.embedded


def _take_in(run: _Run, source: SourceFile, chunk: Chunk, taken: list[_Taken]) -> Iterator[Cut]:
    """The articles of a chunk that are new; the others are kept, or refused as duplicates."""
    into = taken[chunk.source]
    into.problems += chunk.problems
    for each in chunk.articles:
        article = each.article
        clash = _clash(run, each)
        if clash:
            into.problems.append(Problem(source.path, clash))
            continue
        into.ids.append(article.id)
        if article.id in run.taken:
            continue
        run.taken[article.id] = each.digest
        if each.passages is None:
            run.kept[article.id] = run.current[article.id][0]
        else:
            yield article, each.passages, each.sketch


def _clash(run: _Run, prepared: PreparedArticle) -> str | None:
    """Why an article cannot have its id, or None: one id, one content."""
    name, digest = prepared.article.id, prepared.digest
    other = run.current.get(name)
    if other is not None and other[1] != digest:
        holders = run.engine.owners(other[0]) - run.replaced
        if holders:
            return f"the id {name!r} is already that of another article in {min(holders)[1]}"
    if run.taken.get(name, digest) != digest:
        return f"the id {name!r} is already that of another article under {run.root}"
    return None


def _finish(
    run: _Run,
    rows: Sequence[SourceRow],
    taken: Sequence[_Taken],
    staged: Mapping[str, int],
    embedded: int,
) -> SyncReport:
    """Make the new generation current, if there is anything new in it."""
    begin = time.perf_counter()
    for row, each in zip(rows, taken, strict=True):
        keys = [staged[name] if name in staged else run.kept[name] for name in each.ids]
        run.plan.sources.append((replace(row, problems=tuple(each.problems)), keys))
        run.problems.extend(each.problems)
    if run.plan.touched:
        run.engine.touch(run.plan.touched)
    before = after = run.current
    if run.plan:
        run.engine.make_current(run.plan)
        after = run.engine.current_articles()
    run.seconds["store"] += time.perf_counter() - begin
    return SyncReport(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(i for i in after.keys() & before.keys() if after[i] != before[i])),
        removed=tuple(sorted(before.keys() - after.keys())),
        unchanged=sum(after[i] == before[i] for i in after.keys() & before.keys()),
        embedded=embedded,
        problems=tuple(run.problems),
    )

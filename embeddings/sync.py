"""Bring a folder into the store: read what changed, embed what is new, make it current at once.

Enters: a path, the ``Store``, an ``Encoder``. Leaves: a ``SyncReport`` and a new generation.
Deliberately knows nothing of FAISS, BM25 or ranking. Call it with the writer's lock held.

A passage's vector is stored under the sha256 of what was embedded, as soon as it is made. What
has a vector is never embedded again, wherever it moves; and a sync that was killed leaves its
vectors behind, invisible, for the next one to use.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from embeddings import staging
from embeddings.articles import READER_VERSION, SourceFile, find_sources, read_source
from embeddings.encoder import Encoder
from embeddings.errors import ArticleUnreadable
from embeddings.inputs import encoder_input
from embeddings.schema import Article, Passage, Problem
from embeddings.segment import passages
from embeddings.staging import Plan, SourceRow
from embeddings.store import Store

# Passages embedded between two commits: what a kill can cost, against commits a second.
BATCH_PASSAGES = 256


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is.

    ``done`` of ``total`` files are read, ``path`` is worked on, ``embedded`` passages went through
    the encoder so far, and ``share`` of those that wait for it now did.
    """

    done: int
    total: int
    path: str
    embedded: int
    share: float = 0.0

    @property
    def fraction(self) -> float:
        """How much of the work is done, in [0, 1]; never less than before."""
        return min((self.done + self.share) / max(self.total, 1), 1.0)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did.

    ``added``, ``changed`` and ``removed`` hold article ids; ``embedded`` counts passages that
    went through the encoder; ``problems`` are those of every file under the path, also of files
    that did not change since they were last read.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    embedded: int = 0
    problems: tuple[Problem, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is different from before."""
        return bool(self.added or self.changed or self.removed)


ProgressCallback = Callable[[Progress], None]


@dataclass(slots=True)
class _Run:
    """The state of one sync.

    ``current`` holds key and digest of the articles before it, by id; ``taken`` the digest of
    each id read so far, which is either ``kept`` as it was, ``waiting`` or ``staged`` (keys).
    """

    store: Store
    encoder: Encoder
    root: str
    plan: Plan = field(default_factory=Plan)
    problems: list[Problem] = field(default_factory=list)
    current: dict[str, tuple[int, str]] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    waiting: list[tuple[Article, list[Passage]]] = field(default_factory=list)
    staged: dict[str, int] = field(default_factory=dict)
    replaced: set[tuple[str, str]] = field(default_factory=set)
    excluded: set[str] = field(default_factory=set)
    embedded: int = 0


def sync(
    store: Store, encoder: Encoder, path: Path, progress: ProgressCallback | None = None
) -> SyncReport:
    """Make the store hold what lies at ``path`` now.

    Args:
        store: where to; other roots' articles stay as they are.
        encoder: embeds new passages and counts tokens.
        path: a folder, read recursively, or one file.
        progress: called before each file, and while passages are embedded.

    Raises:
        ArticleUnreadable: there is nothing at ``path``.
    """
    run = _Run(store, encoder, str(path))
    sources = _without_index(find_sources(path), path, store.path.parent)
    staging.discard_staged(store)
    staging.purge(store)
    run.current = staging.current_articles(store)
    run.excluded = staging.excluded(store, run.root)
    known = staging.known_sources(store, run.root)
    run.plan.gone = [(run.root, gone) for gone in known.keys() - {s.path for s in sources}]
    pending = _changed_sources(run, sources, known)
    run.replaced = {(run.root, source.path) for source, _ in pending} | set(run.plan.gone)
    results: list[tuple[SourceRow, list[str]]] = []
    for done, (source, row) in enumerate(pending):

        def tell(share: float, done: int = done, path: str = source.path) -> None:
            if progress:
                progress(Progress(done, len(pending), path, run.embedded, share))

        tell(0.0)
        results.append(_take_in(run, source, row))
        last = done == len(pending) - 1
        if last or sum(len(found) for _, found in run.waiting) >= BATCH_PASSAGES:
            _flush(run, tell)
    return _finish(run, results)


def _without_index(sources: list[SourceFile], root: Path, index: Path) -> list[SourceFile]:
    """Leave the collection's own files out, where its folder lies among the articles."""
    if root.is_relative_to(index):
        return sources
    return [source for source in sources if not Path(source.path).is_relative_to(index)]


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


def _take_in(run: _Run, source: SourceFile, row: SourceRow) -> tuple[SourceRow, list[str]]:
    """Read one source: its articles are kept, queued for embedding, or refused as duplicates."""
    result = read_source(source)
    problems = list(result.problems)
    ids: list[str] = []
    for article in result.articles:
        if article.id in run.excluded:
            continue
        clash = _clash(run, article)
        if clash:
            problems.append(Problem(source.path, clash))
            continue
        ids.append(article.id)
        _queue(run, article)
    run.problems.extend(problems)
    recorded = SourceRow(
        row.root, row.path, row.signature, row.fingerprint, row.reader, tuple(problems)
    )
    return recorded, ids


def _clash(run: _Run, article: Article) -> str | None:
    """Why an article cannot have its id, or None: one id, one content."""
    digest = staging.content_digest(article)
    other = run.current.get(article.id)
    if other is not None and other[1] != digest:
        holders = staging.owners(run.store, other[0]) - run.replaced
        if holders:
            return f"the id {article.id!r} is already that of another article in {min(holders)[1]}"
    if run.taken.get(article.id, digest) != digest:
        return f"the id {article.id!r} is already that of another article under {run.root}"
    return None


def _queue(run: _Run, article: Article) -> None:
    """Keep an article that is already there as it is; let any other wait for its vectors."""
    if article.id in run.taken:
        return
    digest = run.taken[article.id] = staging.content_digest(article)
    before = run.current.get(article.id)
    if before is not None and before[1] == digest:
        run.kept[article.id] = before[0]
    else:
        run.waiting.append((article, passages(article, run.encoder.count_tokens)))


def _flush(run: _Run, tell: Callable[[float], None]) -> None:
    """Embed what waits and has no vector yet, and stage the articles."""
    inputs = [
        [encoder_input(article, p.start, p.end) for p in found] for article, found in run.waiting
    ]
    texts = {_digest(text): text for group in inputs for text in group}
    known = staging.known_vectors(run.store, list(texts))
    missing = [digest for digest in texts if digest not in known]
    done = 0
    for part in _slices(missing, BATCH_PASSAGES):
        rows = run.encoder.encode([texts[digest] for digest in part])
        staging.stage_vectors(run.store, part, rows)
        run.embedded += len(part)
        done += len(part)
        tell(done / len(missing))
    known |= staging.known_vectors(run.store, missing)
    with run.store.transaction():
        for (article, found), group in zip(run.waiting, inputs, strict=True):
            keys = [known[_digest(text)] for text in group]
            pairs = list(zip(found, keys, strict=True))
            run.staged[article.id] = staging.stage_article(run.store, article, pairs)
    run.waiting.clear()


def _finish(run: _Run, results: list[tuple[SourceRow, list[str]]]) -> SyncReport:
    """Make the new generation current, if there is anything new in it."""
    for row, ids in results:
        keys = [run.staged[name] if name in run.staged else run.kept[name] for name in ids]
        run.plan.sources.append((row, keys))
    if run.plan.touched:
        staging.touch(run.store, run.plan.touched)
    before = run.current
    if run.plan:
        staging.make_current(run.store, run.plan)
    after = staging.current_articles(run.store)
    return SyncReport(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(sorted(i for i in after.keys() & before.keys() if after[i] != before[i])),
        removed=tuple(sorted(before.keys() - after.keys())),
        unchanged=sum(after[i] == before[i] for i in after.keys() & before.keys()),
        embedded=run.embedded,
        problems=tuple(run.problems),
    )


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _slices(items: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]

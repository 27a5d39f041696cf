"""A collection of articles: sync folders in, look articles up, search on a consistent snapshot.

Enters: paths of article files. Leaves: articles, passages, and a ``Snapshot`` to search on. The
database is the truth (``store.py``); FAISS and the word index are derived from it
(``derived.py``). Deliberately knows nothing of LangChain, of ranking, or of answers.

One process writes at a time (a file lock says so); any number read, each at the generation that
its snapshot shows, also while another process syncs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from embeddings import derived, staging
from embeddings.database import DATABASE, LAYOUT_VERSION
from embeddings.derived import Snapshot
from embeddings.encoder import Encoder, SentenceEncoder
from embeddings.errors import (
    ArticleNotFound,
    CollectionLocked,
    CollectionMismatch,
    CollectionNotFound,
    CollectionUnwritable,
)
from embeddings.inputs import INPUT_VERSION
from embeddings.schema import Article, Filters, Location, Passage
from embeddings.segment import SEGMENTER_VERSION
from embeddings.status import (
    CollectionStatus,
    RemovedArticle,
    read_removed,
    read_roots,
    read_status,
)
from embeddings.store import Store
from embeddings.sync import ProgressCallback, SyncReport, sync
from embeddings.vectors import IntArray, as_keys

DEFAULT_DIRECTORY = Path(".cited_qa")
UPLOADS = "uploads"
LOCK = "write.lock"
LOCK_SECONDS = 10.0


class Collection:
    """The articles of one index folder; safe to share between threads."""

    def __init__(self, directory: Path, store: Store, encoder: Encoder) -> None:
        """Use ``Collection.open``."""
        self.directory = directory
        self.encoder = encoder
        self.store = store
        self._snapshot: Snapshot | None = None
        # Not one lock: a sync publishes while another thread waits for it in ``snapshot``.
        self._lock = threading.Lock()
        self._swapping = threading.Lock()

    @classmethod
    def open(
        cls,
        directory: str | Path = DEFAULT_DIRECTORY,
        *,
        encoder: Encoder | str | None = None,
        create: bool = True,
    ) -> Self:
        """Open the collection in a folder, or make an empty one there.

        Args:
            directory: the index folder.
            encoder: an ``Encoder``, or the folder or name of a sentence-transformers model;
                None for the packaged all-MiniLM-L6-v2.
            create: make the folder where there is none.

        Raises:
            CollectionNotFound: nothing is there and ``create`` is False.
            CollectionMismatch: it was made with another encoder, segmenter or layout.
            CollectionCorrupt: its database cannot be read.
            CollectionUnwritable: the folder cannot be made or written.
        """
        folder = Path(directory).expanduser().resolve()
        database = folder / DATABASE
        if not (database.is_file() and database.stat().st_size):
            if not create:
                raise CollectionNotFound(
                    f"no collection in {folder}; run `python -m embeddings index PATH "
                    f"--index {directory}` with the folder of your articles as PATH"
                )
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as exc:
                raise CollectionUnwritable(
                    f"cannot make the folder {folder}: {exc}; choose another with --index"
                ) from exc
        if encoder is None or isinstance(encoder, str):
            encoder = SentenceEncoder(encoder) if encoder else SentenceEncoder()
        collection = cls(folder, Store(folder), encoder)
        try:
            with collection.store.translated():
                collection._check_or_record()
        except BaseException:
            collection.close()
            raise
        return collection

    def close(self) -> None:
        """Close the database; the collection cannot be used afterwards."""
        self.store.close()

    def __enter__(self) -> Self:
        """Return the collection, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _check_or_record(self) -> None:
        identity = self.encoder.identity
        wanted = {
            "layout": LAYOUT_VERSION,
            "segmenter": f"{SEGMENTER_VERSION}.{INPUT_VERSION}",
            "encoder": identity.name,
            "weights": identity.sha256,
            "dim": str(identity.dim),
        }
        for name, value in wanted.items():
            found = self.store.meta(name)
            if found is None:
                self.store.set_meta(name, value)
            elif found != value:
                raise CollectionMismatch(
                    f"the index in {self.directory} was made with {name} {found}, this is "
                    f"{name} {value} ({identity}); use the same model again, or run `python -m "
                    f"embeddings index PATH --index ANOTHER_FOLDER` to make a new index"
                )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        lock = FileLock(self.directory / LOCK, timeout=LOCK_SECONDS)
        try:
            lock.acquire()
        except Timeout as exc:
            raise CollectionLocked(
                f"another process is writing to {self.directory}; try again when it is done"
            ) from exc
        except OSError as exc:
            raise CollectionUnwritable(
                f"cannot write to {self.directory}: {exc}; choose another folder with --index"
            ) from exc
        try:
            with self.store.translated():
                yield
        finally:
            lock.release()

    def sync(self, path: str | Path, progress: ProgressCallback | None = None) -> SyncReport:
        """Make the collection hold what lies at ``path`` now.

        New files are added, changed ones replaced, vanished ones removed; only passages that
        were never embedded are embedded. Nothing of it is visible before all of it is. Articles
        that came from other paths stay as they are.

        Args:
            path: a folder, read recursively, or one file.
            progress: called before each file that is read, and while passages are embedded.

        Raises:
            ArticleUnreadable: there is nothing at ``path``.
            CollectionLocked: another process is writing.
            CollectionUnwritable: the index folder cannot be written, or the disk is full.
        """
        root = Path(path).expanduser().resolve()
        with self._writing():
            report = sync(self.store, self.encoder, root, progress)
            self._catch_up()
        return report

    def resync(self, progress: ProgressCallback | None = None) -> list[SyncReport]:
        """Sync every path that was synced before; one that is gone keeps its articles."""
        return [self.sync(root, progress) for root in self.roots() if Path(root).exists()]

    def add_upload(
        self, name: str, data: bytes, progress: ProgressCallback | None = None
    ) -> SyncReport:
        """Keep an uploaded file in the collection's own folder, and sync it in.

        Args:
            name: the file's name; folders in it are dropped.
            data: its bytes. A file of that name is replaced.
            progress: as for ``sync``.

        Returns:
            what changed. A file that holds no readable article is named with the reason, and is
            not kept.

        Raises:
            As ``sync``.
        """
        uploads = self.directory / UPLOADS
        safe = Path(name.replace("\\", "/")).name.lstrip(".").replace("\x00", "") or "article.txt"
        try:
            uploads.mkdir(exist_ok=True)
            arriving = self.directory / f"{safe}.arriving"
            arriving.write_bytes(data)
            arriving.replace(uploads / safe)
        except (OSError, UnicodeEncodeError) as exc:
            raise CollectionUnwritable(f"cannot keep {safe!r} in {uploads}: {exc}") from exc
        report = self.sync(uploads, progress)
        with self.store.translated():
            if not staging.articles_of(self.store, str(uploads), str(uploads / safe)):
                (uploads / safe).unlink(missing_ok=True)
                self.sync(uploads)
        return report

    def remove(self, article: str) -> None:
        """Take an article out. Its file stays where it is, unless it was uploaded.

        The article stays out at later syncs until ``restore`` is called.

        Raises:
            ArticleNotFound: there is none with that id or path.
        """
        key, found = self._find(article)
        uploads = self.directory / UPLOADS
        with self._writing():
            gone = []
            for root, path in staging.owners(self.store, key):
                alone = staging.articles_of(self.store, root, path) == {key}
                if Path(root) == uploads and alone:
                    Path(path).unlink(missing_ok=True)
                    gone.append((root, path))
                else:
                    staging.exclude(self.store, root, path, key, found)
            staging.make_current(self.store, staging.Plan(gone=gone))
            self._catch_up()

    def removed(self) -> list[RemovedArticle]:
        """The articles that were taken out and can be restored."""
        with self.store.translated():
            return read_removed(self.store)

    def restore(self, article: str) -> SyncReport:
        """Let an article in again that was taken out.

        Raises:
            ArticleNotFound: no such article was taken out.
        """
        with self._writing():
            roots = staging.include(self.store, article)
        if not roots:
            raise ArticleNotFound(f"no article {article!r} was taken out")
        return [self.sync(root) for root in roots][-1]

    def forget(self, path: str | Path) -> None:
        """Remove every article that came from a path, and the path from ``roots``."""
        root = str(Path(path).expanduser().resolve())
        with self._writing():
            known = staging.known_sources(self.store, root)
            if known:
                gone = [(root, each) for each in known]
                staging.make_current(self.store, staging.Plan(gone=gone))
                self._catch_up()

    def is_new(self) -> bool:
        """Whether nothing was ever put in."""
        with self.store.translated():
            return self.store.generation == 0

    def roots(self) -> list[str]:
        """The paths that were synced in."""
        with self.store.translated():
            return read_roots(self.store)

    def articles(self) -> list[Article]:
        """Every article, in order of path."""
        with self.store.translated():
            return [article for _, article in self.store.articles(self.store.generation)]

    def article(self, name: str) -> Article:
        """One article by id, path, or file name.

        Raises:
            ArticleNotFound: there is none, or the name fits several.
        """
        return self._find(name)[1]

    def passages_of(self, article: str) -> list[Passage]:
        """The passages of one article (by id, path, or file name), in order of the text.

        Raises:
            ArticleNotFound: there is none, or the name fits several.
        """
        key, _ = self._find(article)
        with self.store.translated():
            found = self.store.passages(self.store.passage_keys([key]), self.store.generation)
        return sorted((passage for passage, _ in found.values()), key=lambda p: p.start)

    def _find(self, name: str) -> tuple[int, Article]:
        with self.store.translated():
            found = self.store.find_article(name, self.store.generation)
        if len(found) == 1:
            return found[0]
        if not found:
            raise ArticleNotFound(
                f"no article {name!r} in {self.directory}; `python -m embeddings status` lists them"
            )
        ids = ", ".join(article.id for _, article in found[:5])
        raise ArticleNotFound(f"{name!r} fits {len(found)} articles: give one id of {ids}")

    def status(self) -> CollectionStatus:
        """What the collection holds."""
        with self.store.translated():
            return read_status(self.store, self.directory, str(self.encoder.identity))

    def snapshot(self) -> Snapshot:
        """The indexes to search on: those in memory, or newer ones if a sync made some.

        Raises:
            CollectionUnwritable, CollectionCorrupt: they cannot be read or rebuilt.
        """
        with self.store.translated():
            current = self._snapshot
            generation = self.store.generation
            if current is not None and current.generation >= generation:
                return current
            with self._lock:
                return self._refreshed(generation)

    def _refreshed(self, generation: int) -> Snapshot:
        current = self._snapshot
        if current is not None and current.generation >= generation:
            return current
        dim = self.encoder.identity.dim
        if generation == 0:
            return self._publish(derived.empty(dim))
        if current is None or derived.generation_on_disk(self.directory, self.store) == generation:
            current = derived.load(self.directory, self.store, dim) or current
        if current is not None and current.generation == generation:
            return self._publish(current)
        # A writer is between its commit and its indexes, or was killed there. Whoever gets the
        # lock finishes the work; who does not goes on with the older, still consistent snapshot.
        lock = FileLock(self.directory / LOCK, timeout=LOCK_SECONDS if current is None else 0)
        try:
            with lock:
                return self._catch_up()
        except Timeout as exc:
            if current is not None:
                return self._publish(current)
            raise CollectionLocked(
                f"another process is building the indexes of {self.directory}; try again soon"
            ) from exc
        except OSError as exc:
            raise CollectionUnwritable(f"cannot write to {self.directory}: {exc}") from exc

    def _catch_up(self) -> Snapshot:
        """Bring the indexes on disk to the store's generation; with the writer's lock held."""
        dim = self.encoder.identity.dim
        start = self._snapshot
        if start is None or start.generation != derived.generation_on_disk(
            self.directory, self.store
        ):
            start = derived.load(self.directory, self.store, dim)
        return self._publish(derived.catch_up(self.directory, self.store, dim, start))

    def _publish(self, snapshot: Snapshot) -> Snapshot:
        """Let searches use a snapshot, unless they already have a newer one."""
        with self._swapping:
            if self._snapshot is None or snapshot.generation > self._snapshot.generation:
                self._snapshot = snapshot
            return self._snapshot

    def matching(self, filters: Filters, snapshot: Snapshot) -> tuple[list[int], IntArray]:
        """The article keys and passage keys that pass the filters in a snapshot."""
        with self.store.translated():
            articles = self.store.matching_articles(filters, snapshot.generation)
            return articles, as_keys(self.store.passage_keys(articles))

    def locations(self, keys: list[int], snapshot: Snapshot) -> dict[int, Location]:
        """Where passages stand, by key, as of a snapshot; cheaper than the passages themselves."""
        with self.store.translated():
            return self.store.locations(keys, snapshot.generation)

    def passages(self, keys: list[int], snapshot: Snapshot) -> dict[int, tuple[Passage, Article]]:
        """Passages with their articles by key, as of a snapshot."""
        with self.store.translated():
            return self.store.passages(keys, snapshot.generation)

"""A collection of articles: sync folders in, look articles up, search on a consistent snapshot.

Enters: paths of article files. Leaves: articles, passages, and a ``Snapshot`` to search on. The
database is the truth (``store.py``); FAISS and the word index are derived from it
(``derived.py``). Deliberately knows nothing of LangChain, of ranking, or of answers.

One process writes at a time (a file lock says so); any number read, each at the generation that
its snapshot shows, also while another process syncs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from embeddings import staging
from embeddings.current import CurrentSnapshot
from embeddings.derived import Snapshot
from embeddings.encoder import Encoder, SentenceEncoder
from embeddings.errors import ArticleNotFound
from embeddings.lexical import WordIndex
from embeddings.locking import writer_lock
from embeddings.opening import check_or_record, prepared
from embeddings.schema import Article, Filters, Location, Passage
from embeddings.status import (
    CollectionStatus,
    RemovedArticle,
    read_removed,
    read_roots,
    read_status,
)
from embeddings.store import Store
from embeddings.sync import ProgressCallback, SyncReport, sync
from embeddings.uploads import keep_upload, uploads_of
from embeddings.vectors import IntArray, as_keys

DEFAULT_DIRECTORY = Path(".cited_qa")


class Collection:
    """The articles of one index folder; safe to share between threads."""

    def __init__(self, directory: Path, store: Store, encoder: Encoder) -> None:
        """Use ``Collection.open``."""
        self.directory = directory
        self.encoder = encoder
        self.store = store
        self._current = CurrentSnapshot(directory, store, encoder.identity.dim)

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
        folder = prepared(directory, create=create)
        if encoder is None or isinstance(encoder, str):
            encoder = SentenceEncoder(encoder) if encoder else SentenceEncoder()
        store = Store(folder)
        try:
            with store.translated():
                check_or_record(store, folder, encoder.identity)
            return cls(folder, store, encoder)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Close the database; the collection cannot be used afterwards."""
        self.store.close()

    def __enter__(self) -> Self:
        """Return the collection, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with writer_lock(self.directory), self.store.translated():
            yield

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
            self._current.catch_up()
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
        kept = keep_upload(self.directory, name, data)
        report = self.sync(kept.parent, progress)
        with self.store.translated():
            if not staging.articles_of(self.store, str(kept.parent), str(kept)):
                kept.unlink(missing_ok=True)
                self.sync(kept.parent)
        return report

    def remove(self, article: str) -> None:
        """Take an article out. Its file stays where it is, unless it was uploaded.

        The article stays out at later syncs until ``restore`` is called.

        Raises:
            ArticleNotFound: there is none with that id or path.
        """
        key, found = self._find(article)
        uploads = uploads_of(self.directory)
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
            self._current.catch_up()

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
                self._current.catch_up()

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
            CollectionLocked: another process is building the first ones.
            CollectionUnwritable, CollectionCorrupt: they cannot be read or rebuilt.
        """
        return self._current.get()

    def words(self) -> WordIndex:
        """What can be asked of single words: how rare each is in the articles as they are now.

        Raises:
            As ``snapshot``.
        """
        return self.snapshot().words

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

"""A collection of articles: sync folders in, look articles up, search on a consistent snapshot.

Enters: paths of article files. Leaves: articles, passages, and a ``Snapshot`` to search on. Where
it lives, and how it is searched there, is the engine's affair (``engines/``): a folder of this
machine, or a server. Deliberately knows nothing of LangChain, of ranking, or of answers.

One process writes at a time; any number read, each at the generation that its snapshot shows, also
while another process syncs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from embeddings.encoder import Encoder, SentenceEncoder
from embeddings.engines.base import Engine, Snapshot, Words
from embeddings.engines.local import LocalEngine
from embeddings.engines.milvus.address import is_milvus
from embeddings.engines.milvus.engine import MilvusEngine
from embeddings.engines.values import Plan, RemovedArticle
from embeddings.errors import ArticleNotFound
from embeddings.opening import check_or_record, prepared
from embeddings.preparing import Preparing
from embeddings.schema import Article, Location, Passage
from embeddings.status import CollectionStatus, read_status
from embeddings.sync import sync
from embeddings.sync_report import ProgressCallback, SyncReport
from embeddings.uploads import keep_upload, uploads_of

DEFAULT_DIRECTORY = Path(".cited_qa")


class Collection:
    """The articles of one index; safe to share between threads."""

    def __init__(self, engine: Engine, encoder: Encoder) -> None:
        """Use ``Collection.open``."""
        self.engine = engine
        self.encoder = encoder
        self._status: CollectionStatus | None = None

    @property
    def directory(self) -> Path:
        """The folder on this machine that belongs to it."""
        return self.engine.folder

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
            directory: the index folder, or an address of Milvus (docs/scaling.md).
            encoder: an ``Encoder``, or the folder or name of a sentence-transformers model;
                None for the packaged all-MiniLM-L6-v2.
            create: make the folder where there is none.

        Raises:
            CollectionNotFound: nothing is there and ``create`` is False.
            CollectionMismatch: it was made with another encoder, segmenter or layout.
            CollectionCorrupt: its database cannot be read.
            CollectionUnwritable: the folder cannot be made or written.
            EngineUnavailable: Milvus cannot be reached, or its package is missing.
        """
        served = is_milvus(directory)
        folder = Path() if served else prepared(directory, create=create)
        if encoder is None or isinstance(encoder, str):
            encoder = SentenceEncoder(encoder) if encoder else SentenceEncoder()
        dim = encoder.identity.dim
        engine: Engine = (
            MilvusEngine(directory, dim, create=create) if served else LocalEngine(folder, dim)
        )
        try:
            with engine.translated():
                check_or_record(engine, encoder.identity)
            return cls(engine, encoder)
        except BaseException:
            engine.close()
            raise

    def close(self) -> None:
        """Let go of the engine; the collection cannot be used afterwards."""
        self.engine.close()

    def __enter__(self) -> Self:
        """Return the collection, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def sync(
        self,
        path: str | Path,
        progress: ProgressCallback | None = None,
        preparing: Preparing | None = None,
    ) -> SyncReport:
        """Make the collection hold what lies at ``path`` now.

        New files are added, changed ones replaced, vanished ones removed; only passages that
        were never embedded are embedded. Nothing of it is visible before all of it is. Articles
        that came from other paths stay as they are.

        Args:
            path: a folder, read recursively, or one file.
            progress: called before each file that is read, and while passages are embedded.
            preparing: reads, cuts and perhaps embeds in another place, such as a cluster.

        Raises:
            ArticleUnreadable: there is nothing at ``path``.
            CollectionLocked: another process is writing.
            CollectionUnwritable: the index folder cannot be written, or the disk is full.
        """
        root = Path(path).expanduser().resolve()
        with self.engine.writing():
            return sync(self.engine, self.encoder, root, progress, preparing)

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
        with self.engine.translated():
            nothing = not self.engine.articles_of(str(kept.parent), str(kept))
        if nothing:
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
        with self.engine.writing():
            gone = []
            for root, path in self.engine.owners(key):
                alone = self.engine.articles_of(root, path) == {key}
                if Path(root) == uploads and alone:
                    Path(path).unlink(missing_ok=True)
                    gone.append((root, path))
                else:
                    self.engine.exclude(root, path, key, found)
            self.engine.make_current(Plan(gone=gone))
            self.engine.catch_up()

    def removed(self) -> list[RemovedArticle]:
        """The articles that were taken out and can be restored."""
        with self.engine.translated():
            return self.engine.removed()

    def restore(self, article: str) -> SyncReport:
        """Let an article in again that was taken out.

        Raises:
            ArticleNotFound: no such article was taken out.
        """
        with self.engine.writing():
            roots = self.engine.include(article)
        if not roots:
            raise ArticleNotFound(f"no article {article!r} was taken out")
        return [self.sync(root) for root in roots][-1]

    def forget(self, path: str | Path) -> None:
        """Remove every article that came from a path, and the path from ``roots``."""
        root = str(Path(path).expanduser().resolve())
        with self.engine.writing():
            known = self.engine.known_sources(root)
            if known:
                gone = [(root, each) for each in known]
                self.engine.make_current(Plan(gone=gone))
                self.engine.catch_up()

    def is_new(self) -> bool:
        """Whether nothing was ever put in."""
        with self.engine.translated():
            return self.engine.generation == 0

    def roots(self) -> list[str]:
        """The paths that were synced in."""
        with self.engine.translated():
            return self.engine.roots()

    def articles(self) -> list[Article]:
        """Every article, in order of path; ``each_article`` holds one at a time."""
        return list(self.each_article())

    def each_article(self) -> Iterator[Article]:
        """Every article in turn, in order of path."""
        with self.engine.translated():
            yield from self.engine.articles()

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
        with self.engine.translated():
            return self.engine.passages_of(key)

    def _find(self, name: str) -> tuple[int, Article]:
        with self.engine.translated():
            found = self.engine.find_article(name)
        if len(found) == 1:
            return found[0]
        if not found:
            raise ArticleNotFound(
                f"no article {name!r} in {self.engine.address}; `python -m embeddings status` "
                f"lists them"
            )
        ids = ", ".join(article.id for _, article in found[:5])
        raise ArticleNotFound(f"{name!r} fits {len(found)} articles: give one id of {ids}")

    def status(self) -> CollectionStatus:
        """What the collection holds; read once a generation."""
        with self.engine.translated():
            kept = self._status
            if kept is None or kept.generation != self.engine.generation:
                kept = read_status(self.engine, str(self.encoder.identity))
                self._status = kept
            return kept

    def snapshot(self) -> Snapshot:
        """The indexes to search on: those in memory, or newer ones if a sync made some.

        Raises:
            CollectionLocked: another process is building the first ones.
            CollectionUnwritable, CollectionCorrupt: they cannot be read or rebuilt.
        """
        return self.engine.snapshot()

    def words(self) -> Words:
        """What can be asked of single words: how rare each is in the articles as they are now.

        Raises:
            As ``snapshot``.
        """
        return self.snapshot().words

    def locations(self, keys: list[int], snapshot: Snapshot) -> dict[int, Location]:
        """Where passages stand, by key, as of a snapshot; cheaper than the passages themselves."""
        return snapshot.locations(keys)

    def passages(self, keys: list[int], snapshot: Snapshot) -> dict[int, tuple[Passage, Article]]:
        """Passages with their articles by key, as of a snapshot."""
        return snapshot.passages(keys)

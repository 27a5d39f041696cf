"""Collections that are made once per content and found again.

Enters: a file or folder of articles. Leaves: an open collection that holds exactly them, and how
it was built. The folder's name comes from the articles' bytes and place, the encoder's weights
and arithmetic, and the version of the cutter, so nothing made from other articles or by another
model is ever taken for it. Deliberately knows nothing of cases.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.files import write_whole

if TYPE_CHECKING:
    from embeddings.collection import Collection
    from embeddings.encoder import Encoder
    from embeddings.schema import Problem
    from embeddings.sync_report import ProgressCallback

# Beside the index of the app, in the current folder: in sight, and deleted by deleting it.
DEFAULT = Path(".cited_qa_eval")
RECORD = "build.json"


@dataclass(frozen=True, slots=True)
class BuildRecord:
    """How an index was made.

    ``arithmetic`` is what the encoder computes in. ``seconds`` is the wall time of reading,
    cutting, embedding and indexing, model loading included; None where an interrupted build was
    finished later, so that nobody timed it whole. ``cached`` says that this process found it ready.
    """

    fingerprint: str
    encoder: str
    arithmetic: str
    articles: int
    passages: int
    seconds: float | None
    cached: bool
    problems: tuple[Problem, ...] = ()

    @property
    def passages_per_second(self) -> float | None:
        """Passages indexed a second, or None where it was not timed."""
        return self.passages / self.seconds if self.seconds else None


def digest(path: Path) -> str:
    """sha256 over a file's bytes, or over names and bytes of what a collection reads of a folder.

    Hidden files and folders are left out, as the collection leaves them out: this cache is one.
    """
    found = hashlib.sha256()
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        if any(part.startswith(".") for part in file.relative_to(path).parts):
            continue
        found.update(file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb") as opened:
            found.update(hashlib.file_digest(opened, "sha256").digest())
    return found.hexdigest()


@contextmanager
def open_collection(
    articles: Path,
    *,
    cache: Path = DEFAULT,
    encoder: Encoder | None = None,
    progress: ProgressCallback | None = None,
) -> Iterator[tuple[Collection, BuildRecord]]:
    """Open the collection of these articles, building it where it is not there.

    Args:
        articles: a folder or file that a collection can take in.
        cache: the folder that holds such collections.
        encoder: the embedding model; None for the packaged one.
        progress: called while the index is built.

    Raises:
        CitedQAError: the articles cannot be read, or the cache cannot be written.
    """
    from embeddings.collection import Collection  # noqa: PLC0415 (heavy)
    from embeddings.encoder import SentenceEncoder  # noqa: PLC0415 (heavy)
    from embeddings.opening import index_versions  # noqa: PLC0415 (heavy)

    source = articles.expanduser().resolve()
    model = encoder or SentenceEncoder()
    arithmetic = model.arithmetic
    fingerprint = _short(digest(source), str(model.identity), arithmetic, *index_versions())
    # The same articles from another place are another index: paths are part of what it holds.
    folder = cache / "indexes" / f"{fingerprint}-{_short(str(source))[:8]}"
    begun = folder.exists()
    with Collection.open(folder, encoder=model) as collection:
        begin = time.perf_counter()
        report = collection.sync(source, progress)
        collection.snapshot()
        seconds = time.perf_counter() - begin
        earlier = _read(folder / RECORD)
        cached = earlier is not None and not report
        status = collection.status()
        record = BuildRecord(
            fingerprint=fingerprint,
            encoder=str(model.identity),
            arithmetic=arithmetic,
            articles=status.articles,
            passages=status.passages,
            seconds=earlier.get("seconds") if cached and earlier else None if begun else seconds,
            cached=cached,
            problems=report.problems,
        )
        if not cached:
            _write(folder / RECORD, record)
        yield collection, record


def _short(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _read(path: Path) -> dict[str, Any] | None:
    """What the folder keeps of its build; None where none was finished."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None


def _write(path: Path, record: BuildRecord) -> None:
    data = {k: v for k, v in asdict(record).items() if k not in {"cached", "problems"}}
    write_whole(path, json.dumps(data, indent=1) + "\n")

"""Files and folders -> what there is to read, and the bytes of it.

Enters: a path. Leaves: ``SourceFile`` values, bytes and lines, or ``ArticleUnreadable``.
Deliberately knows nothing of what is inside a file: ``articles`` decides what a file becomes.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from embeddings.errors import ArticleUnreadable

MAX_BYTES = 50_000_000
# A .jsonl holds many articles and may be large; this guards against a small .gz without end.
MAX_LINES_BYTES = 4_000_000_000
LINES = (".jsonl", ".jsonl.gz")
SINGLE = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx")

_CHUNK = 1 << 20
_SIDECARS = tuple(meta + suffix for suffix in (".json", ".yaml", ".yml") for meta in ("", ".meta"))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read (absolute, resolved) and the sidecar beside it, if there is one."""

    path: str
    sidecar: str | None = None

    def signature(self) -> tuple[int, ...]:
        """Size, mtime_ns and ctime_ns of the file and of its sidecar: a cheap "unchanged?" check.

        Raises:
            ArticleUnreadable: a file is gone.
        """
        values: list[int] = []
        for path in filter(None, (self.path, self.sidecar)):
            with _readable():
                state = Path(path).stat()
            values += [state.st_size, state.st_mtime_ns, state.st_ctime_ns]
        return tuple(values)

    def fingerprint(self) -> str:
        """The sha256 of the file's bytes and its sidecar's name and bytes.

        Raises:
            ArticleUnreadable: a file cannot be read.
        """
        digest = hashlib.sha256()
        for path in filter(None, (self.path, self.sidecar)):
            if path is not self.path:
                digest.update(b"\0" + os.fsencode(Path(path).name) + b"\0")
            with _readable(), _open(path) as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
        return digest.hexdigest()


def find_sources(path: str | Path) -> list[SourceFile]:
    """A file, or every file in a folder and below it, sorted by path.

    Hidden files and folders are left out, and so are sidecars of the articles beside them. Files
    of other kinds stay in: reading them says that they are not supported, so nothing is lost
    in silence. Links are followed, each folder and file once.

    Raises:
        ArticleUnreadable: there is nothing at ``path``.
    """
    with _readable():
        root = Path(path).resolve()
        if not root.exists():
            raise ArticleUnreadable(f"{path}: no such file or folder; check the path")
        if not root.is_dir():
            names = [entry.name for entry in root.parent.iterdir()]
            return [SourceFile(str(root), _sidecar_of(root.parent, root.name, set(names)))]
    found: dict[str, SourceFile] = {}
    for folder, names in _walk(root):
        visible = {name for name in names if not name.startswith(".")}
        sidecars = {name: _sidecar_of(folder, name, visible) for name in sorted(visible)}
        used = {path for path in sidecars.values() if path is not None}
        linked = _links_in(folder)
        # The folder is resolved once: resolving every file took most of the time of a look into
        # a folder of 26,000.
        real_folder = _resolved(folder)
        for name, sidecar in sidecars.items():
            if os.path.join(folder, name) not in used:  # noqa: PTH118 (a Path each costs more)
                if linked is None or name in linked:
                    real = _resolved(folder / name)
                else:
                    real = os.path.join(real_folder, name)  # noqa: PTH118
                found.setdefault(real, SourceFile(real, sidecar))
    return [found[name] for name in sorted(found)]


def numbered_lines(path: str) -> Iterator[tuple[int, bytes, float]]:
    """The lines that hold something, with their numbers, and the share of the file read by then.

    At most one long line is in memory.
    """
    total = number = 0
    with _readable(), _open(path) as file:
        size = max(os.fstat(file.fileno()).st_size, 1)
        packed = path.lower().endswith(".gz")
        stream = cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file
        while raw := stream.readline(MAX_BYTES + 1):
            number += 1
            total += len(raw)
            rest = raw
            while len(rest) > MAX_BYTES and not rest.endswith(b"\n"):
                rest = stream.readline(MAX_BYTES + 1)
                total += len(rest)
                if total > MAX_LINES_BYTES:
                    break
            if total > MAX_LINES_BYTES:
                raise ArticleUnreadable(
                    f"more than {MAX_LINES_BYTES:,} bytes of lines; split the file"
                )
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if raw.strip():
                # Of a packed file this counts packed bytes, which are read in blocks.
                yield number, raw, min(file.tell() / size, 1.0)


def _sidecar_of(folder: Path, name: str, names: set[str]) -> str | None:
    """The file beside an article that describes it: a.txt.json, a.json, a.meta.yaml ..."""
    if name.endswith(LINES) or Path(name.lower()).suffix not in SINGLE:
        return None
    for ending in _SIDECARS:
        for stem in (name, Path(name).stem):
            if stem + ending in names:
                return str(folder / (stem + ending))
    return None


def _walk(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Every folder once, links followed; one that cannot be listed is named like a file."""
    seen: set[tuple[int, int]] = set()
    refused: list[str] = []
    for folder, folders, names in os.walk(
        root, followlinks=True, onerror=lambda error: refused.append(str(error.filename))
    ):
        state = Path(folder).stat()
        if (state.st_dev, state.st_ino) in seen:
            folders.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield Path(folder), names
    for name in refused:
        yield Path(name).parent, [Path(name).name]


def _links_in(folder: Path) -> set[str] | None:
    """The names in a folder that are links; None where it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries if entry.is_symlink()}
    except OSError:
        return None


def _resolved(path: Path) -> str:
    try:
        return str(path.resolve())
    except (OSError, RuntimeError):  # links in a circle: reading it tells
        return str(path.absolute())


def read_bytes(path: str, limit: int) -> bytes:
    """All bytes of a file of at most ``limit`` bytes."""
    with _readable(), _open(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > limit:
            raise ArticleUnreadable(
                f"{size:,} bytes, the limit for one article is {limit:,}; split it"
            )
        return stream.read(limit + 1)


def _open(path: str) -> IO[bytes]:
    state = Path(path).stat()
    if not stat.S_ISREG(state.st_mode):  # opening a pipe would wait for ever
        raise ArticleUnreadable("not a regular file that can be read")
    return Path(path).open("rb")


@contextmanager
def _readable() -> Iterator[None]:
    """Translate what the file system and gzip raise."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise ArticleUnreadable(f"broken gzip ({exc}); compress it again") from exc
    except (OSError, RuntimeError, ValueError) as exc:  # ValueError: a NUL in the path
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        raise ArticleUnreadable(
            f"cannot be read ({reason}); check that it exists and is yours"
        ) from exc

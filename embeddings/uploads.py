"""Uploaded files, kept in a collection's own folder.

Enters: a file name from anywhere, and bytes. Leaves: a path inside the index folder. Deliberately
knows nothing of what is in the file.
"""

from __future__ import annotations

from pathlib import Path

from embeddings.errors import CollectionUnwritable

UPLOADS = "uploads"


def uploads_of(directory: Path) -> Path:
    """The folder of uploaded files in an index folder; it may not exist yet."""
    return directory / UPLOADS


def keep_upload(directory: Path, name: str, data: bytes) -> Path:
    """Write an uploaded file, whole or not at all; one of that name is replaced.

    Args:
        directory: the index folder; made where it is not there.
        name: the file's name as it came; folders in it are dropped.
        data: its bytes.

    Raises:
        CollectionUnwritable: it cannot be written, or no file can have that name.
    """
    safe = Path(name.replace("\\", "/")).name.lstrip(".").replace("\x00", "") or "article.txt"
    uploads = uploads_of(directory)
    try:
        uploads.mkdir(parents=True, exist_ok=True)
        # Written beside the folder that is synced: half a file is never read.
        arriving = directory / f"{safe}.arriving"
        arriving.write_bytes(data)
        arriving.replace(uploads / safe)
    except (OSError, UnicodeEncodeError) as exc:
        raise CollectionUnwritable(f"cannot keep {safe!r} in {uploads}: {exc}") from exc
    return uploads / safe

"""What a process holds in memory, and what a folder holds on disk.

Enters: nothing, or an index folder. Leaves: bytes. Deliberately knows nothing of who asks.
"""

from __future__ import annotations

from pathlib import Path

_ROLLUP = Path("/proc/self/smaps_rollup")
_LINES = {"Rss": "resident", "Anonymous": "anonymous"}


def memory() -> dict[str, int]:
    """Bytes of this process that are in memory now: all, and those that are no file's.

    ``resident`` counts pages of mapped files too, which the system takes back when others need
    room; ``anonymous`` are those that it cannot. Empty where Linux does not tell.
    """
    try:
        text = _ROLLUP.read_text(encoding="ascii")
    except OSError:
        return {}
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name in _LINES:
            found[_LINES[name]] = int(value.split()[0]) * 1024
    return found


def on_disk(index: Path) -> dict[str, int]:
    """Bytes of an index folder's files: the database, the vectors, the words, and the others."""
    parts = {"database": 0, "vectors": 0, "words": 0, "other": 0}
    for path in index.rglob("*"):
        if path.is_file():
            parts[_part(path.relative_to(index))] += path.stat().st_size
    return parts


def _part(path: Path) -> str:
    top = path.parts[0]
    if top.startswith("words"):
        return "words"
    if top.startswith("vectors"):
        return "vectors"
    return "database" if ".sqlite" in top else "other"

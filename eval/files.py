"""Files that are whole or not there, and folders that can be written.

Enters: text or bytes, and a place. Leaves: the file, complete, or the one that was there before.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from eval.errors import EvalError


def write_whole(path: Path, content: str | bytes, hint: str = "choose another place") -> None:
    """Write a file so that a reader, or a kill, never sees half of it.

    Args:
        path: where; the folder is made.
        content: what; text is written as UTF-8.
        hint: what to do if it cannot be written.

    Raises:
        EvalError: it cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            # mkstemp makes a file for its owner alone; these are for whoever may read the folder.
            draft.chmod(0o666 & ~_umask())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise EvalError(f"cannot write {path}: {exc.strerror or exc}; {hint}") from exc


def check_writable(folder: Path) -> None:
    """Make a folder and try it out, before hours of work are to be kept in it.

    Raises:
        EvalError: nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as exc:
        raise EvalError(f"cannot write to {folder}: {exc}; choose another with --out") from exc


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

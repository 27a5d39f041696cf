"""An index folder before it is opened: is it one, can it be made, what was it made with.

Enters: a folder, the encoder's identity. Leaves: a folder that can hold a collection, or an error
that says what to run. Deliberately knows nothing of what a collection holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.database import DATABASE, LAYOUT_VERSION
from embeddings.errors import CollectionMismatch, CollectionNotFound, CollectionUnwritable
from embeddings.inputs import INPUT_VERSION
from embeddings.segment import SEGMENTER_VERSION

if TYPE_CHECKING:
    from embeddings.encoder import EncoderIdentity
    from embeddings.engines.base import Engine


def is_index(directory: Path) -> bool:
    """Whether a collection lies in this folder; it may still be damaged or of another encoder."""
    database = directory / DATABASE
    return database.is_file() and database.stat().st_size > 0


def index_versions() -> tuple[str, str, str]:
    """What decides an index besides its articles and encoder: layout, segmenter, their input."""
    return LAYOUT_VERSION, SEGMENTER_VERSION, INPUT_VERSION


def prepared(directory: str | Path, *, create: bool) -> Path:
    """The index folder's full path; the folder exists.

    Args:
        directory: the folder as it was asked for.
        create: make it where there is none.

    Raises:
        CollectionNotFound: no collection is there and ``create`` is False.
        CollectionUnwritable: the folder cannot be made.
    """
    folder = Path(directory).expanduser().resolve()
    if is_index(folder):
        return folder
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
    return folder


def check_or_record(engine: Engine, identity: EncoderIdentity) -> None:
    """Record what a new index is made with; refuse one that was made with something else.

    Raises:
        CollectionMismatch: it was made with another encoder, segmenter or layout.
    """
    layout, segmenter, inputs = index_versions()
    wanted = {
        "layout": layout,
        "segmenter": f"{segmenter}.{inputs}",
        "encoder": identity.name,
        "weights": identity.sha256,
        "dim": str(identity.dim),
    }
    for name, value in wanted.items():
        found = engine.meta(name)
        if found is None:
            engine.set_meta(name, value)
        elif found != value:
            raise CollectionMismatch(
                f"the index in {engine.address} was made with {name} {found}, this is "
                f"{name} {value} ({identity}); use the same model again, or run `python -m "
                f"embeddings index PATH --index ANOTHER_FOLDER` to make a new index"
            )

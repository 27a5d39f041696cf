"""The files of a set: lines in, article files out.

Enters: paths and the model of a line. Leaves: checked lines with the place each was read from, and
an article file that a collection can take in. Deliberately knows no particular set.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.errors import DatasetInvalid
from eval.files import write_whole


class Row(BaseModel):
    """A line of a set. Unknown keys are let pass: a public set's home adds columns as it grows."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    id: str


class ArticleRow(Row):
    """A line of an article file: what is needed to check a citation."""

    text: str


RowT = TypeVar("RowT", bound=Row)


def read_rows(path: Path, model: type[RowT]) -> list[tuple[str, RowT]]:
    """The lines of a JSON lines file, gzip where its name ends in .gz, each with ``file:line``.

    Raises:
        DatasetInvalid: the file cannot be read, a line is not a ``model``, an id comes twice, or
            there are no lines.
    """
    rows: list[tuple[str, RowT]] = []
    first: dict[str, str] = {}
    for number, raw in _numbered(path):
        place = f"{path}:{number}"
        row = _parsed(raw, model, place)
        if row.id in first:
            raise DatasetInvalid(
                f"{place}: id {row.id!r} is that of {first[row.id]}; give each line its own"
            )
        first[row.id] = place
        rows.append((place, row))
    if not rows:
        raise DatasetInvalid(f"{path}: holds no lines, expected {_expected(model)}")
    return rows


def read_texts(path: Path) -> dict[str, str]:
    """The texts of an article file by id.

    Raises:
        DatasetInvalid: as ``read_rows``.
    """
    return {row.id: row.text for _, row in read_rows(path, ArticleRow)}


def content_id(*parts: str) -> str:
    """A name for an article that has none: the first half of sha256 over its parts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def write_articles(folder: Path, name: str, articles: Iterable[Mapping[str, str]]) -> Path:
    """Write an article file, whole or not at all, unless the same one is already there.

    Args:
        folder: where it goes; made where needed.
        name: what its name begins with.
        articles: the lines.

    Returns:
        the file, named by its content.

    Raises:
        EvalError: the folder cannot be written.
    """
    lines = (json.dumps(article, ensure_ascii=False) + "\n" for article in articles)
    content = "".join(lines).encode()
    path = folder / f"{name}-{hashlib.sha256(content).hexdigest()[:16]}" / "articles.jsonl"
    if not (path.is_file() and path.read_bytes() == content):
        write_whole(path, content, "name a folder that is yours with --cache")
    return path


def _numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, with their numbers."""
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            for number, raw in enumerate(file, start=1):
                if raw.strip():
                    yield number, raw
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise DatasetInvalid(
            f"{path}: broken gzip after line {number} ({exc}); get the file again"
        ) from exc
    except OSError as exc:
        raise DatasetInvalid(
            f"{path}: cannot be read ({exc.strerror or exc}); check that it is yours"
        ) from exc


def _parsed(raw: bytes, model: type[RowT], place: str) -> RowT:
    try:
        return model.model_validate_json(raw)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_context=False, include_input=False)
        reasons = "; ".join(
            ": ".join(filter(None, [".".join(map(str, error["loc"])), error["msg"]]))
            for error in errors[:3]
        )
        raise DatasetInvalid(f"{place}: {reasons}; expected {_expected(model)}") from exc


def _expected(model: type[Row]) -> str:
    return f"one JSON object a line with {', '.join(model.model_fields)}"

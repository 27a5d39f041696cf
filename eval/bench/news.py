"""The news that speed is measured on: read, sampled, and laid out as a folder of files.

Enters: the folder of public sets, and how many articles. Leaves: rows, and a tree of files, one
article each, so that one changed article is one changed file. Deliberately knows nothing of what
is measured.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from pydantic import ConfigDict

from eval.errors import EvalError
from eval.files import write_whole
from eval.sets.datasets import SetInfo, files_of
from eval.sets.set_files import ArticleRow, read_rows

NEWS = SetInfo(
    "news",
    "RealTime QA's news articles",
    "realtimeqa/realtimeqa_public on GitHub",
    "none is stated: for measuring",
    ("news/articles.jsonl.gz",),
    "one article a line (id, title, text and, where known, author, publisher, published, url)",
    "26,062 news articles of 2017 to 2026; nothing is labelled, so only speed is measured",
)
# Articles in a folder of the tree.
FOLDER = 1_000
# Less than this share of the set left out is all of it: 26,000 of 26,062.
NEARLY = 0.01
DONE = "laid_out.json"


class NewsRow(ArticleRow):
    """An article as the set gives it; what else its line holds goes along."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    title: str | None = None


def news_file(data: Path | None) -> Path:
    """Where the set is: in the folder of all sets, or in its own.

    Raises:
        DatasetMissing: it is not there; the message says where to get it.
    """
    return files_of(NEWS, data)[0]


def read_news(file: Path) -> list[NewsRow]:
    """Every article, in the order in which sizes take them: by sha256 of its id.

    Not the first ones of the file: neighbours there are of one publisher, and the first 5,000 are
    a tenth longer than the others. So a smaller size is part of every larger one, and like it.

    Raises:
        DatasetInvalid: the file is not what it should be.
    """
    rows = [row for _, row in read_rows(file, NewsRow)]
    return sorted(rows, key=lambda row: hashlib.sha256(row.id.encode()).digest())


def sizes_of(wanted: Sequence[int], articles: int) -> tuple[int, ...]:
    """The sizes to measure, ascending; one that leaves out all but nothing means all of them."""
    return tuple(sorted({articles if size > (1 - NEARLY) * articles else size for size in wanted}))


def lay_out(rows: Sequence[NewsRow], folder: Path) -> None:
    """Write one ``.jsonl`` file for each article, in subfolders of at most ``FOLDER``.

    What was wholly laid out before is left as it is.

    Raises:
        EvalError: the folder cannot be written.
    """
    mark = folder.with_name(f"{folder.name}.{DONE}")
    record = json.dumps({"articles": len(rows), "sha256": _digest(rows)}) + "\n"
    if mark.is_file() and mark.read_text(encoding="utf-8") == record:
        return
    mark.unlink(missing_ok=True)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        for number, row in enumerate(rows):
            file = folder / f"{number // FOLDER:03d}" / f"{number:05d}.jsonl"
            if number % FOLDER == 0:
                file.parent.mkdir(parents=True)
            file.write_text(line(row), encoding="utf-8")
    except OSError as exc:
        raise EvalError(f"cannot write to {folder}: {exc}; choose another with --out") from exc
    write_whole(mark, record)


def line(row: NewsRow) -> str:
    """An article as a line of a file that a collection takes in."""
    kept = {name: value for name, value in row.model_dump().items() if value is not None}
    return json.dumps(kept, ensure_ascii=False) + "\n"


def _digest(rows: Sequence[NewsRow]) -> str:
    found = hashlib.sha256()
    for row in rows:
        found.update(row.model_dump_json().encode())
    return found.hexdigest()

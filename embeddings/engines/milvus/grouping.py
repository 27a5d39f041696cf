"""Which articles are near-copies of each other, kept on Milvus by generation.

Enters: the sketches of a generation that is being written. Leaves: a row for each article that has
copies, so that who searches looks up those it found and reads no sketches. Deliberately knows
nothing of what a sketch is (``copies.py``).

All sketches are read at each change, half a kilobyte and its digits an article: a group may hang
together by an article that came or went anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from embeddings.copies import groups
from embeddings.engines.milvus.rows import copy_row
from embeddings.engines.milvus.schema import visible
from embeddings.engines.milvus.tables import Tables

_COPY = 'kind == "copy"'


def regroup(tables: Tables, upcoming: int) -> None:
    """Write what changed in the groups from the generation before ``upcoming``."""
    wanted = _groups(tables, upcoming)
    where = f"{_COPY} and {visible(upcoming)}"
    stale, kept = [], set()
    for row in tables.records.scan(where, "article", "item"):
        if wanted.get(row["article"]) == row["item"]:
            kept.add(row["article"])
        else:
            stale.append(row["pk"])
    tables.records.patch(stale, removed=upcoming)
    tables.records.upsert(
        copy_row(article, leader, upcoming)
        for article, leader in wanted.items()
        if article not in kept
    )


def _groups(tables: Tables, at: int) -> dict[int, int]:
    """The leader of every article that has copies: of a group the first one that is dated."""
    found = []
    where = f'part == 0 and sketch != "" and {visible(at)}'
    for row in tables.articles.scan(where, "article", "head", "sketch"):
        day = json.loads(row["head"])[3]
        found.append((not day, day or "", row["article"], bytes.fromhex(row["sketch"])))
    return groups({key: sketch for _, _, key, sketch in sorted(found)})


def copies_of(tables: Tables, articles: Sequence[int], at: int) -> dict[int, int]:
    """The leaders of those of these articles that have copies, as of a generation."""
    where = f"{_COPY} and {visible(at)}"
    rows = tables.records.looked_up("article", articles, "article", "item", where=where)
    return {row["article"]: row["item"] for row in rows}


def all_copies(tables: Tables, at: int) -> dict[int, int]:
    """The same of every article."""
    rows = tables.records.scan(f"{_COPY} and {visible(at)}", "article", "item")
    return {row["article"]: row["item"] for row in rows}

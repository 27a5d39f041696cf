"""The tables that a collection is on Milvus: their fields and indexes; data only.

Enters: the vectors' dimension and index type. Leaves: what to create. One collection of this
project is six of Milvus, named alike (``news_articles``, ``news_passages``, ...).

Every row of the truth carries the generations ``added`` and ``removed``: it is visible at
generation g when ``added <= g < removed``. Milvus has no transactions, so nothing visible is ever
changed in place but by one row: a sync writes rows of g + 1, and closes those it replaces at
g + 1, all of which a reader of g does not notice; then the one row that says which generation is
current is replaced (``writing.py``).

What is compared in a filter is a number, also for names and paths: no character of a value can be
syntax. A Milvus table needs a vector; those that have none to search carry two zeros.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

# Bytes of UTF-8 that a VARCHAR holds.
VARCHAR_BYTES = 65_535
# ``removed`` of a row that is not.
FOREVER = 2**62
NO_VECTOR = "unused"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``kind`` is "INT64", "VARCHAR", "FLOAT_VECTOR" or "SPARSE_FLOAT_VECTOR".

    ``size`` is a VARCHAR's bytes or a vector's dimension. ``sought`` fields get an index.
    """

    name: str
    kind: str = "INT64"
    size: int = 0
    sought: bool = False


GENERATIONS = (Field("added", sought=True), Field("removed", sought=True))

# By ``kind``: one file, one file's hold on an article, one article's place among its near-copies,
# one article taken out by hand, or one fact.
RECORDS = (
    Field("pk", "VARCHAR", 200),
    Field("kind", "VARCHAR", 16, sought=True),
    Field("root", sought=True),
    Field("item", sought=True),
    Field("tag", sought=True),
    Field("article", sought=True),
    Field("part"),
    Field("head", "VARCHAR", VARCHAR_BYTES),
    Field("body", "VARCHAR", VARCHAR_BYTES),
    *GENERATIONS,
)
# ``pk`` is the article's key and the part's number; ``body`` a part of all that it says. ``sketch``
# is in hexadecimal digits.
ARTICLES = (
    Field("pk"),
    Field("article", sought=True),
    Field("part", sought=True),
    Field("name", sought=True),
    Field("content", "VARCHAR", 64),
    Field("sketch", "VARCHAR", 2048),
    Field("head", "VARCHAR", VARCHAR_BYTES),
    Field("body", "VARCHAR", VARCHAR_BYTES),
    *GENERATIONS,
)
TERMS = (Field("pk"), Field("term", sought=True), Field("passages"), *GENERATIONS)
LEASES = (Field("pk", "VARCHAR", 16), Field("body", "VARCHAR", VARCHAR_BYTES))


def passages(dim: int) -> tuple[Field, ...]:
    """The passages, with what they are found by."""
    return (
        Field("pk"),
        Field("id", "VARCHAR", 64),
        Field("article", sought=True),
        Field("first"),
        Field("last"),
        Field("sentences", "VARCHAR", VARCHAR_BYTES),
        Field("head", "VARCHAR", VARCHAR_BYTES),
        Field("input", "VARCHAR", 64, sought=True),
        Field("publisher", sought=True),
        Field("author", sought=True),
        Field("publisher_folded", sought=True),
        Field("author_folded", sought=True),
        Field("published", sought=True),
        Field("vector", "FLOAT_VECTOR", dim),
        Field("words", "SPARSE_FLOAT_VECTOR"),
        *GENERATIONS,
    )


def vectors(dim: int) -> tuple[Field, ...]:
    """Vectors that a sync made and whose passages are not current yet."""
    return (Field("pk", "VARCHAR", 64), Field("vector", "FLOAT_VECTOR", dim))


def tables(dim: int) -> dict[str, tuple[Field, ...]]:
    """The fields of every table, the first one its key."""
    return {
        "records": RECORDS,
        "articles": ARTICLES,
        "passages": passages(dim),
        "terms": TERMS,
        "vectors": vectors(dim),
        "leases": LEASES,
    }


def number(value: str | None) -> int:
    """A value as filters compare it: 63 bits of its sha256; 0 for none."""
    if value is None:
        return 0
    return int.from_bytes(hashlib.sha256(value.encode()).digest()[:8], "big") >> 1 or 1


def visible(generation: int) -> str:
    """The rows that a reader of a generation sees, as a filter."""
    return f"added <= {generation} and removed > {generation}"

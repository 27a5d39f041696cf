"""One table on Milvus: rows in, rows out, in batches that it takes.

Enters: rows as dicts, filters as Milvus writes them. Leaves: the same. Deliberately knows nothing
of what the rows mean.

Every read is strongly consistent: it sees whatever was acknowledged before, by anybody. A read of
what is long there need not wait for that (``settled``). Rows go in by upsert alone: a write that is
repeated after a broken connection then makes no second row.
"""

from __future__ import annotations

import copy
import math
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from embeddings.engines.milvus.address import MilvusAddress
from embeddings.engines.milvus.connection import CALL_SECONDS, translated
from embeddings.engines.milvus.schema import NO_VECTOR, Field

Row = dict[str, Any]

# Rows and bytes that go in one call: Milvus takes 64 MB, and answers soon that are small.
BATCH_ROWS = 1_000
BATCH_BYTES = 8_000_000
# Values that are looked up in one call: the filter is text that has to be parsed.
LOOKED_UP = 500
# Twice of how far behind Milvus may be in a "Bounded" read (its ``common.gracefulTime``, 5 s).
BOUND_SECONDS = 10.0
_VECTORS = {"FLOAT_VECTOR", "SPARSE_FLOAT_VECTOR"}


class Table:
    """A table of one collection; safe to share between threads."""

    def __init__(
        self,
        client: Any,  # noqa: ANN401 (pymilvus has no types)
        address: MilvusAddress,
        name: str,
        fields: Sequence[Field],
    ) -> None:
        """Use a table that may not exist yet; ``make`` makes it."""
        self._client, self._address = client, address
        self.name = f"{address.name}_{name}"
        self._fields = fields
        self.key = fields[0].name
        self._bare = not any(field.kind in _VECTORS for field in fields)
        # Milvus Lite wants writes to one table one after the other.
        self._writing = threading.Lock()
        self._since = math.inf

    def settled(self, since: float) -> Table:
        """The same table for who reads nothing that was written after ``since``.

        Args:
            since: as ``time.monotonic`` counts.

        Returns:
            a table whose reads are "Bounded", once what was there at ``since`` is within the bound.
        """
        other = copy.copy(self)
        other._since = since
        return other

    def _level(self) -> str:
        return "Bounded" if time.monotonic() - self._since > BOUND_SECONDS else "Strong"

    def _call(self, method: str, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        """Ask the client for something about this table; its errors become this project's."""
        with translated(self._address):
            call = getattr(self._client, method)
            return call(self.name, *given, timeout=CALL_SECONDS, **named)

    def exists(self) -> bool:
        """Whether it is there."""
        return bool(self._call("has_collection"))

    def make(self, index: str) -> None:
        """Make the table and its indexes as far as they are missing, and load it.

        Args:
            index: the type of the index of its vectors.
        """
        if not self.exists():
            schema = self._schema()
            self._call("create_collection", schema=schema, consistency_level="Strong")
        wanted = self._indexed()
        if len(self._call("list_indexes")) < len(wanted):
            missing = [each for each in wanted if not self._call("list_indexes", each.name)]
            # Waiting for an index over nothing would take half a second each.
            self._call("create_index", self._indexes(missing, index), sync=False)
        self._call("load_collection")

    def _schema(self) -> Any:  # noqa: ANN401
        from pymilvus import DataType  # noqa: PLC0415

        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        for number, field in enumerate(self._fields):
            size = {"VARCHAR": "max_length", "FLOAT_VECTOR": "dim"}.get(field.kind)
            options = {size: field.size} if size else {}
            schema.add_field(field.name, DataType[field.kind], is_primary=number == 0, **options)
        if self._bare:
            schema.add_field(NO_VECTOR, DataType.FLOAT_VECTOR, dim=2)
        return schema

    def _indexed(self) -> list[Field]:
        found = [field for field in self._fields if field.sought or field.kind in _VECTORS]
        return [*found, Field(NO_VECTOR, "FLOAT_VECTOR", 2)] if self._bare else found

    def _indexes(self, fields: Sequence[Field], index: str) -> Any:  # noqa: ANN401
        params = self._client.prepare_index_params()
        for field in fields:
            if field.kind not in _VECTORS:
                params.add_index(field.name, index_type="INVERTED")
            elif field.kind == "SPARSE_FLOAT_VECTOR":
                params.add_index(field.name, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
            else:
                kind = "FLAT" if field.name == NO_VECTOR else index
                build = {"M": 16, "efConstruction": 200} if kind == "HNSW" else {}
                params.add_index(field.name, index_type=kind, metric_type="IP", params=build)
        return params

    def upsert(self, rows: Iterable[Row]) -> None:
        """Write whole rows, replacing those of the same key."""
        extra = {NO_VECTOR: [0.0, 0.0]} if self._bare else {}
        for batch in _batches({**row, **extra} for row in rows):
            with self._writing:
                self._call("upsert", batch)

    def patch(self, keys: Iterable[Any], **values: Any) -> None:  # noqa: ANN401
        """Set the same fields of rows that exist, and leave their others as they are."""
        self.patch_rows({self.key: key, **values} for key in keys)

    def patch_rows(self, rows: Iterable[Row]) -> None:
        """Set the fields given, beside the key, of rows that exist."""
        for batch in _batches(rows):
            with self._writing:
                self._call("upsert", batch, partial_update=True)

    def delete(self, where: str) -> None:
        """Delete the rows that a filter lets through."""
        with self._writing:
            self._call("delete", filter=where)

    def rows(self, where: str, *fields: str) -> list[Row]:
        """The rows that a filter lets through, where they are few."""
        found = self._call(
            "query",
            filter=where,
            output_fields=list(fields),
            consistency_level=self._level(),
        )
        return [dict(row) for row in found]

    def looked_up(
        self, field: str, values: Iterable[Any], *fields: str, where: str = ""
    ) -> Iterator[Row]:
        """The rows whose ``field`` is one of the values (numbers, or texts of plain letters)."""
        among = list(dict.fromkeys(values))
        for start in range(0, len(among), LOOKED_UP):
            part = among[start : start + LOOKED_UP]
            yield from self.rows(f"{field} in {_listed(part)}{where and ' and '}{where}", *fields)

    def scan(self, where: str, *fields: str) -> Iterator[Row]:
        """The rows that a filter lets through, however many, ordered by key."""
        asked = [self.key, *fields]
        pages = self._call(
            "query_iterator", batch_size=BATCH_ROWS, filter=where, output_fields=asked
        )
        try:
            while page := self._next(pages):
                yield from map(dict, page)
        finally:
            pages.close()

    def _next(self, pages: Any) -> Any:  # noqa: ANN401
        with translated(self._address):
            return pages.next()

    def search(
        self, field: str, queries: Sequence[Any], k: int, where: str, *fields: str
    ) -> list[list[tuple[int, float, Row]]]:
        """The k rows with the highest inner products with each query, best first.

        Returns:
            for each query (key, inner product, the fields asked for).
        """
        params = {"params": {"ef": max(4 * k, 128)}} if field == "vector" else {}
        found = self._call(
            "search",
            data=list(queries),
            anns_field=field,
            limit=k,
            filter=where,
            output_fields=list(fields) or [self.key],
            search_params={"metric_type": "IP", **params},
            consistency_level=self._level(),
        )
        return [
            [(int(hit[self.key]), float(hit["distance"]), dict(hit["entity"])) for hit in hits]
            for hits in found
        ]

    def flush(self) -> None:
        """Have Milvus Lite write its memory to segments, which it searches several times faster."""
        with self._writing:
            self._call("flush")


def _listed(values: Sequence[Any]) -> str:
    return "[" + ", ".join(f'"{v}"' if isinstance(v, str) else str(int(v)) for v in values) + "]"


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    size = 0
    for row in rows:
        weight = sum(len(value) for value in row.values() if hasattr(value, "__len__"))
        if batch and (len(batch) == BATCH_ROWS or size + weight > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += weight
    if batch:
        yield batch

"""All tables of one collection on Milvus, opened together, and the facts that they keep.

Enters: a client and an address. Leaves: ``Tables``, and which generation is current. Deliberately
knows nothing of articles.
"""

from __future__ import annotations

import copy
import json
from dataclasses import asdict, dataclass
from typing import Any

from embeddings.engines.milvus.address import MilvusAddress
from embeddings.engines.milvus.connection import translated
from embeddings.engines.milvus.schema import FOREVER, tables
from embeddings.engines.milvus.table import Row, Table
from embeddings.errors import CollectionNotFound

STATE = "state"


@dataclass(frozen=True, slots=True)
class State:
    """The current generation, and how many articles and passages it has."""

    generation: int = 0
    articles: int = 0
    passages: int = 0


class Tables:
    """The tables of one collection; safe to share between threads."""

    def __init__(self, client: Any, address: MilvusAddress, dim: int) -> None:  # noqa: ANN401
        """Name them; ``make`` makes them."""
        made = {name: Table(client, address, name, fields) for name, fields in tables(dim).items()}
        self.records, self.articles = made["records"], made["articles"]
        self.passages, self.terms = made["passages"], made["terms"]
        self.vectors, self.leases = made["vectors"], made["leases"]
        self._all = list(made.values())
        self._address = address
        with translated(address):
            # Milvus itself moves what it took to segments, when it sees fit.
            self._lite = "lite" in str(client.get_server_version()).lower()

    def make(self, *, create: bool) -> None:
        """Make what is missing, and load all.

        Raises:
            CollectionNotFound: there is no such collection and ``create`` is False.
        """
        if not create and not self.records.exists():
            raise CollectionNotFound(
                f"no collection in {self._address.shown}; run `python -m embeddings index PATH "
                f"--index {self._address.shown}` with the folder of your articles as PATH"
            )
        for table in self._all:
            table.make(self._address.index)

    def settled(self, since: float) -> Tables:
        """The same for who reads a generation that was current at ``since`` (``Table.settled``)."""
        other = copy.copy(self)
        other.records, other.articles = self.records.settled(since), self.articles.settled(since)
        other.passages, other.terms = self.passages.settled(since), self.terms.settled(since)
        return other

    def generational(self) -> tuple[Table, ...]:
        """Those whose rows are visible by generation."""
        return self.records, self.articles, self.passages, self.terms

    def settle(self) -> None:
        """Have Milvus Lite search what was written as fast as it can."""
        if self._lite:
            for table in self._all:
                table.flush()

    def fact(self, name: str) -> str | None:
        """A recorded fact, or None."""
        found = self.records.rows(f'pk == "fact:{name}"', "head")
        return str(found[0]["head"]) if found else None

    def set_fact(self, name: str, value: str) -> None:
        """Record a fact: one row, replaced as a whole."""
        self.records.upsert([record(f"fact:{name}", "fact", head=value, added=0)])

    def state(self) -> State:
        """Which generation is current."""
        found = self.fact(STATE)
        return State(**json.loads(found)) if found else State()

    def set_state(self, state: State) -> None:
        """Make a generation current: the one write that readers notice."""
        self.set_fact(STATE, json.dumps(asdict(state)))


def record(  # noqa: PLR0913 (a row has these fields)
    pk: str,
    kind: str,
    *,
    added: int,
    root: int = 0,
    item: int = 0,
    tag: int = 0,
    article: int = 0,
    part: int = 0,
    head: str = "",
    body: str = "",
) -> Row:
    """A row of ``records``."""
    return {
        "pk": pk, "kind": kind, "root": root, "item": item, "tag": tag, "article": article,
        "part": part, "head": head, "body": body, "added": added, "removed": FOREVER,
    }  # fmt: skip

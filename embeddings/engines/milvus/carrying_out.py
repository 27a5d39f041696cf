"""A plan in, the rows of the next generation out: files, links, articles nobody holds, term counts.

Enters: what a sync decided, and a generation that nobody sees yet. Leaves: by how much articles and
passages change. Deliberately knows nothing of leases or of when that generation becomes current
(``writing.py``). All of it may be undone and done again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from embeddings.engines.milvus.rows import link_row, source_rows
from embeddings.engines.milvus.schema import FOREVER, visible
from embeddings.engines.milvus.table import Row, Table
from embeddings.engines.milvus.tables import Tables
from embeddings.engines.milvus.truth import PARTS, item
from embeddings.engines.milvus.weights import terms_of
from embeddings.engines.values import Plan

# Generations that a term's number leaves room for.
_GENERATIONS = 2**31


def carry_out(plan: Plan, tables: Tables, upcoming: int) -> tuple[int, int]:
    """Write what a plan changes for the next generation.

    Args:
        plan: what a sync decided; its articles are staged.
        tables: the collection's.
        upcoming: the next generation.

    Returns:
        how many more articles and passages there are then; fewer are negative.
    """
    _replace_sources(plan, tables.records, upcoming)
    gone, come = _close_orphans(tables, upcoming)
    more, fewer = _count_terms(tables, upcoming)
    return come - gone, more - fewer


def _replace_sources(plan: Plan, records: Table, upcoming: int) -> None:
    wanted: dict[int, set[int]] = {item(*each): set() for each in plan.gone}
    wanted |= {item(each.root, each.path): set(keys) for each, keys in plan.sources}
    seen = visible(upcoming)
    old = records.looked_up("item", wanted, "pk", where=f'kind == "source" and {seen}')
    closed = [row["pk"] for row in old]
    fields = ("pk", "item", "article")
    held: set[tuple[int, int]] = set()
    links = records.looked_up("item", wanted, *fields, where=f'kind == "link" and {seen}')
    for row in links:
        if row["article"] in wanted[row["item"]]:
            held.add((row["item"], row["article"]))
        else:
            closed.append(row["pk"])
    records.patch(closed, removed=upcoming)
    records.upsert(_new_records(plan, held, upcoming))


def _new_records(plan: Plan, held: set[tuple[int, int]], upcoming: int) -> Iterator[Row]:
    for source, keys in plan.sources:
        yield from source_rows(source, upcoming)
        where = item(source.root, source.path)
        for key in sorted(set(keys)):
            if (where, key) not in held:
                yield link_row(source.root, source.path, key, upcoming)


def _close_orphans(tables: Tables, upcoming: int) -> tuple[int, int]:
    """Close the articles that no file holds any more; how many went, how many came."""
    records, articles, passages = tables.records, tables.articles, tables.passages
    unlinked = records.scan(f'kind == "link" and removed == {upcoming}', "article")
    dropped = {row["article"] for row in unlinked}
    staged = {
        row["article"] for row in articles.scan(f"part == 0 and added == {upcoming}", "article")
    }
    where = f'kind == "link" and {visible(upcoming)}'
    linked = {
        row["article"]
        for row in records.looked_up("article", dropped | staged, "article", where=where)
    }
    heads = articles.looked_up(
        "pk", [PARTS * key for key in (dropped | staged) - linked], "pk", "article",
        where=visible(upcoming),
    )  # fmt: skip
    orphans = [row["article"] for row in heads]
    owned = passages.looked_up("article", orphans, "pk", where=visible(upcoming))
    passages.patch([row["pk"] for row in owned], removed=upcoming)
    articles.patch([PARTS * key for key in orphans], removed=upcoming)
    return len(set(orphans) - staged), len(staged - set(orphans))


def _count_terms(tables: Tables, upcoming: int) -> tuple[int, int]:
    """Count in what came and out what went; how many passages did each."""
    change: Counter[int] = Counter()
    more = fewer = 0
    passages = tables.passages
    for row in passages.scan(f"added == {upcoming} and removed > {upcoming}", "words"):
        change.update(terms_of(row["words"]))
        more += 1
    for row in passages.scan(f"removed == {upcoming} and added < {upcoming}", "words"):
        change.subtract(terms_of(row["words"]))
        fewer += 1
    terms = [term for term, by in change.items() if by]
    _recount(tables.terms, terms, change, upcoming)
    return more, fewer


def _recount(table: Table, terms: Sequence[int], change: Counter[int], upcoming: int) -> None:
    """Replace the counts of terms that changed."""
    where = visible(upcoming - 1)
    fields = ("pk", "term", "passages", "added")
    before = {row["term"]: row for row in table.looked_up("term", terms, *fields, where=where)}
    table.upsert({**row, "removed": upcoming} for row in before.values())
    counts = (
        (term, before.get(term, {"passages": 0})["passages"] + change[term]) for term in terms
    )
    table.upsert(
        {
            "pk": term * _GENERATIONS + upcoming,
            "term": term,
            "passages": count,
            "added": upcoming,
            "removed": FOREVER,
        }
        for term, count in counts
        if count > 0
    )

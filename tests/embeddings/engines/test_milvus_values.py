"""Addresses, rows and weights: what is pure of the engine over Milvus."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.engines.milvus.address import folder_of, is_milvus, milvus_address
from embeddings.engines.milvus.pieces import (
    article_of,
    article_parts,
    clipped,
    day_number,
    parts,
    problems_of,
    problems_text,
    spans_of,
    spans_text,
)
from embeddings.engines.milvus.rows import article_rows, source_rows
from embeddings.engines.milvus.schema import VARCHAR_BYTES, number, tables, visible
from embeddings.engines.milvus.weights import idf, passage_row, term_number, terms_of
from embeddings.engines.milvus.words import Clause, at_most
from embeddings.engines.values import SourceRow
from embeddings.errors import SettingsInvalid
from embeddings.schema import Article, Found, Heading, Problem, Span
from qa_app.settings import Settings

TEXT = st.text(st.characters(exclude_categories=("Cs",)))


@pytest.mark.parametrize(
    ("address", "shown", "uri", "name"),
    [
        ("milvus://localhost:19530/news", "milvus://localhost:19530/news", "http", "news"),
        ("milvus://10.0.0.7/news_2", "milvus://10.0.0.7:19530/news_2", "http", "news_2"),
        ("milvuss://m.example.org:443/n", "milvuss://m.example.org:443/n", "https", "n"),
        ("milvus://[::1]:5/n", "milvus://[::1]:5/n", "http", "n"),
        (Path("milvus://localhost:1/news"), "milvus://localhost:1/news", "http", "news"),
    ],
)
def test_addresses_of_servers(address: str | Path, shown: str, uri: str, name: str) -> None:
    assert is_milvus(address)
    found = milvus_address(address)
    where = shown.partition("//")[2].rpartition("/")[0]
    assert (found.shown, found.uri, found.name) == (shown, f"{uri}://{where}", name)
    assert (found.file, found.index) == (None, "FLAT")
    assert found.folder.is_absolute()
    assert found.folder.parts[-3:-1] == (".cited_qa", "milvus")
    assert found.folder.name.endswith(f"_{name}")


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("milvus+lite:news.db", Path("news.db").resolve()),
        ("milvus+lite:/data/my news.db", Path("/data/my news.db")),
        ("milvus+lite:///data/news.db", Path("/data/news.db")),
        (Path("milvus+lite:///data/news.db"), Path("/data/news.db")),
        ("milvus+lite:~/news.db", Path("~/news.db").expanduser()),
    ],
)
def test_addresses_of_files(address: str | Path, file: Path) -> None:
    assert is_milvus(address)
    found = milvus_address(address)
    assert (found.file, found.shown, found.name) == (file, f"milvus+lite:{file}", "news")
    assert found.folder == Path(f"{file}.files")
    assert Settings(index=Path(address)).folder == Path(f"{file}.files")


def test_an_index_may_be_chosen() -> None:
    assert milvus_address("milvus://h:1/n?index=hnsw").index == "HNSW"
    assert milvus_address("milvus+lite:n.db?index=HNSW").index == "HNSW"


@pytest.mark.parametrize(
    "address",
    [
        "milvus://", "milvus://host", "milvus://host:1", "milvus://host:1/", "milvus://host:x/n",
        "milvus://host:99999/n", "milvus://host:1/a/b", "milvus://host:1/1n", "milvus://host:1/n-m",
        "milvus://ho st:1/n", "milvus://host:1/n;drop", "milvus+lite:", "milvus+lite:news",
        "milvus+lite:news.sqlite", "milvus://h:1/n?index=IVF", "milvus://h:1/n?x=1",
        "milvus://h:1/n?index",
    ],
)  # fmt: skip
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"address of Milvus|ends in \.db"):
        milvus_address(address)


def test_a_password_in_an_address_is_not_shown() -> None:
    with pytest.raises(SettingsInvalid, match="MILVUS_TOKEN") as caught:
        milvus_address("milvus://root:geheim@host:1/n")
    assert "geheim" not in str(caught.value)
    assert "root" not in str(caught.value)


@pytest.mark.parametrize("folder", ["news", ".cited_qa", "/data/milvus", "a/milvus:b", "x.db"])
def test_folders_are_folders(folder: str) -> None:
    assert not is_milvus(folder)
    assert folder_of(folder) == Path(folder)


@given(TEXT, st.integers(4, 40))
def test_parts_join_to_the_text(text: str, limit: int) -> None:
    cut = parts(text, limit)
    assert "".join(cut) == text
    assert all(len(part.encode()) <= limit for part in cut)
    # As few as can be: what follows begins with a letter that had no room.
    for one, other in pairwise(cut):
        assert len((one + other[0]).encode()) > limit
    assert text.startswith(str(clipped(text, limit)))


@given(TEXT, TEXT, st.lists(st.tuples(st.integers(0, 9**9), st.integers(0, 9**9))))
def test_an_article_comes_back(text: str, title: str, spans: list[tuple[int, int]]) -> None:
    furniture = tuple(Span(*pair) for pair in spans)
    heading = Heading(title=Found(title, "here", Span(1, 2)), url=Found("u", "there"))
    article = Article("id", "/a/b.txt", "txt", text, heading, furniture)
    assert article_of(article_parts(article)) == article
    assert spans_of(spans_text(furniture)) == furniture


def test_a_long_article_is_several_rows() -> None:
    article = Article("id", "p", "txt", "é" * 100_000)
    rows = list(article_rows(7, article, 3))
    assert [row["pk"] for row in rows] == [7 * 2**20 + n for n in range(4)]
    assert [row["part"] for row in rows] == [0, 1, 2, 3]
    assert all(len(row["body"].encode()) <= VARCHAR_BYTES for row in rows)
    assert [bool(row["head"]) for row in rows] == [True, False, False, False]
    assert article_of([row["body"] for row in rows]) == article


def test_problems_come_back() -> None:
    problems = (Problem("/a", "because “é”"), Problem("/b", "", skipped=False, line=3))
    assert problems_of(problems_text(problems)) == problems
    (row,) = source_rows(SourceRow("/r", "/r/a", "s", "f", "1"), 5)
    assert (row["tag"], row["added"], row["body"]) == (0, 5, "[]")
    (row,) = source_rows(SourceRow("/r", "/r/a", "s", "f", "1", problems), 5)
    assert row["tag"] == 1


def test_numbers_of_values() -> None:
    # sha256("a") begins with ca978112ca1bbdca; a filter's numbers have 63 bits.
    assert number("a") == 0xCA978112CA1BBDCA >> 1
    assert (number(None), number("") > 0, number("é") != number("e\u0301")) == (0, True, True)
    assert (day_number("0001-01-01"), day_number("2024-03-01"), day_number(None)) == (1, 738946, 0)
    assert visible(7) == "added <= 7 and removed > 7"


def test_every_row_of_the_truth_has_its_generations() -> None:
    made = tables(8)
    for name in ("records", "articles", "passages", "terms"):
        assert [field.name for field in made[name]][-2:] == ["added", "removed"]
    assert {name for name in made if made[name][0].name != "pk"} == set()


def test_bm25_by_hand() -> None:
    # Two of one stem and one of another in 3 stems: 1.2 * (0.25 + 0.75 * 3 / 160) = 0.316875.
    row = passage_row(["flood", "oslo", "flood"])
    assert row == {
        term_number("flood"): pytest.approx(2 * 2.2 / 2.316875),
        term_number("oslo"): pytest.approx(2.2 / 1.316875),
    }
    assert terms_of(row) == {term_number("flood"), term_number("oslo")}
    assert idf(10, 3) == pytest.approx(math.log(1 + 7.5 / 3.5))
    assert idf(0, 0) == 0.0
    assert (terms_of(passage_row([])), len(passage_row([]))) == (set(), 1)


def test_term_numbers_are_the_same_everywhere() -> None:
    assert (term_number("flood"), term_number("café")) == (4189073229, 3766623582)


ROW = st.dictionaries(st.integers(1, 6), st.floats(0.1, 3), max_size=5)
WAY = st.dictionaries(st.integers(1, 6), st.floats(0.1, 3), min_size=1, max_size=3)


@given(st.lists(st.lists(WAY, min_size=1, max_size=3), min_size=1, max_size=4), ROW)
def test_what_milvus_sums_is_never_less(ways: list[list[dict[int, float]]], row: object) -> None:
    clauses = [Clause(tuple(each)) for each in ways]
    passage: dict[int, float] = row  # type: ignore[assignment]
    score = sum(clause.score(passage) for clause in clauses)
    most = sum(weight * passage.get(term, 0.0) for term, weight in at_most(clauses).items())
    assert most >= score - 1e-9


def test_the_best_way_counts_and_only_whole_ones() -> None:
    clause = Clause(({1: 2.0, 2: 1.0}, {3: 0.5}))
    assert clause.score({1: 1.0}) == 0.0
    assert clause.score({1: 1.0, 2: 1.0}) == 3.0
    assert clause.score({1: 1.0, 3: 2.0}) == 1.0
    assert clause.score({1: 1.0, 2: 1.0, 3: 2.0}) == 3.0

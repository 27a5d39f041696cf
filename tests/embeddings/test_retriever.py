"""Question -> ranking: at most k, best first, ties by id, and the example of the front page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.tools import create_retriever_tool
from pydantic import ValidationError

from embeddings.collection import Collection
from embeddings.errors import InvalidQuestion
from embeddings.retrieval import clean_question, retrieve
from embeddings.retriever import HybridRetriever
from embeddings.schema import Filters
from tests.news import NEWS, SEEDS, write_lines

ROOT = Path(__file__).parents[2]
BARADAR = "Who led the Taliban delegation to Iran?"


@pytest.fixture
def retriever(filled: Collection) -> HybridRetriever:
    return HybridRetriever(collection=filled, k=3)


def articles(documents: list[Document]) -> list[str]:
    return [document.metadata["article"] for document in documents]


def test_the_best_hit_with_its_scores(filled: Collection) -> None:
    hits = retrieve(filled, "train strike in Oslo", 4, rerank=False).hits
    assert hits[0].article.id == "oslo"
    assert hits[0].passage.text == NEWS[1][2]
    # "in" stands elsewhere too; of the rest only "oslo" knows anything.
    words = {hit.article.id: hit.scores.lexical for hit in hits}
    assert words["haifa"] is None
    assert words["oslo"] is not None
    assert words["lisbon"] is None
    row = filled.encoder.encode_query("train strike in Oslo")
    texts = [
        "Strike in Oslo. Dagen. Kari Moe. 5 March 2024 (2024-03-05)\n" + NEWS[1][2],
    ]
    # As the index keeps it.
    kept = filled.encoder.encode(texts)[0].astype(np.float16).astype(np.float32)
    assert hits[0].scores.dense == pytest.approx(float(kept @ row))
    # Best in both indexes: 1 for words, 0.3 of 1 for the cosine.
    assert hits[0].scores.fused == pytest.approx(1.3)
    fused = [hit.scores.fused for hit in hits]
    assert fused == sorted(fused, reverse=True)


def test_each_half_is_read_with_its_own_hits(filled: Collection) -> None:
    question = "What did Público say about the flood, and what did Dagen say about the strike?"
    found = retrieve(filled, question, 4, rerank=False)
    texts = [part.text for part in found.understanding.parts]
    assert len(texts) == 2
    assert len(found.parts) == len(found.hits) == 4
    asked = found.asked(question)
    assert [text for text, _ in asked] == texts
    assert sorted(h.passage.id for _, hits in asked for h in hits) == sorted(
        h.passage.id for h in found.hits
    )
    by_part = {text: hits[0].article.id for text, hits in asked}
    assert by_part == {texts[0]: "lisbon", texts[1]: "oslo"}
    whole = retrieve(filled, "Who was on strike?", 4, rerank=False)
    assert whole.parts == ()
    assert whole.asked("Who?") == [("Who?", whole.hits)]


@pytest.mark.parametrize(("k", "count"), [(0, 0), (1, 1), (3, 3), (4, 4), (99, 4)])
def test_at_most_k(filled: Collection, k: int, count: int) -> None:
    full = [hit.passage.id for hit in retrieve(filled, "Oslo", 99).hits]
    assert [hit.passage.id for hit in retrieve(filled, "Oslo", k).hits] == full[:count]


def test_ties_go_by_passage_id(collection: Collection, tmp_path: Path) -> None:
    # The same text and heading under many ids: every score is the same.
    rows = [{"id": f"a{i}", "text": "The river flooded Lisbon."} for i in range(30)]
    collection.sync(write_lines(tmp_path / "same.jsonl", rows))
    hits = retrieve(collection, "river", 30, rerank=False).hits
    assert len({hit.scores.fused for hit in hits}) == 1
    ids = [hit.passage.id for hit in hits]
    assert ids == sorted(ids)
    assert len(set(ids)) == 30
    assert [hit.passage.id for hit in retrieve(collection, "river", 7, rerank=False).hits] == ids[
        :7
    ]


def test_filters_limit_both_indexes(filled: Collection) -> None:
    filters = Filters(publisher=("dagen",))
    hits = retrieve(filled, "flooded Lisbon strike", 9, filters).hits
    assert [hit.article.id for hit in hits] == ["oslo", "haifa"]
    nobody = Filters(publisher=("nobody",))
    assert retrieve(filled, "flooded Lisbon", 9, nobody).hits == []


def test_timings_name_every_stage(filled: Collection) -> None:
    # Words are searched beside the rest: the order of the stages says nothing.
    plain = retrieve(filled, "Oslo", rerank=False).timings_ms
    assert set(plain) == {"understand", "encode", "words", "vectors", "fuse"}
    read = retrieve(filled, "Oslo").timings_ms
    assert set(read) == {*plain, "rerank"}
    oslo = Filters(article=("oslo",))
    limited = retrieve(filled, "Oslo", 8, oslo, rerank=False).timings_ms
    assert set(limited) == {*plain, "filter"}
    assert all(spent >= 0 for spent in (*plain.values(), *limited.values()))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("  Who\t led\nit?\x00 ", "Who led it?"),
        ("Où est “Élodie” ?", "Où est “Élodie” ?"),
        ("מי הוביל?", "מי הוביל?"),
        ("a\u00a0b\u200bc\u202ed", "a b c d"),
        ("half \ud800 a pair", "half a pair"),
        ("1", "1"),
    ],
)
def test_clean_question(question: str, expected: str) -> None:
    assert clean_question(question) == expected


@pytest.mark.parametrize("question", ["", " \r\n\t", "\x00\x1f\x7f", "?!…", "🎉", "\ud800", "—"])
def test_nothing_to_search_for(filled: Collection, question: str) -> None:
    with pytest.raises(InvalidQuestion, match="write what you want to know"):
        retrieve(filled, question)
    with pytest.raises(InvalidQuestion):
        HybridRetriever(collection=filled).invoke(question)


def test_two_thousand_words_and_no_more(filled: Collection) -> None:
    assert retrieve(filled, "Oslo " * 2000, 1).hits[0].article.id == "oslo"
    with pytest.raises(InvalidQuestion, match=r"10,000 words, at most 2,000 are taken"):
        retrieve(filled, "word " * 10_000)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.text(st.characters(exclude_categories=[])), st.integers(1, 5))
def test_any_question(filled: Collection, question: str, k: int) -> None:
    try:
        hits = retrieve(filled, question, k).hits
    except InvalidQuestion:
        return
    assert len(hits) == min(k, 4)
    for hit in hits:
        assert hit.article.text[hit.passage.start : hit.passage.end] == hit.passage.text


# As LangChain knows it


def test_a_document_says_where_it_is_from(retriever: HybridRetriever, news: Path) -> None:
    (document,) = retriever.invoke("strike in Oslo", k=1)
    (hit,) = retrieve(retriever.collection, "strike in Oslo", 1).hits
    assert document.id == hit.passage.id
    assert document.page_content == NEWS[1][2]
    assert document.metadata == {
        "article": "oslo",
        "path": str(news / "news.jsonl"),
        "title": "Strike in Oslo",
        "author": "Kari Moe",
        "publisher": "Dagen",
        "published": "2024-03-05",
        "start": 0,
        "end": len(NEWS[1][2]),
        "score": hit.scores.fused,
        "dense": hit.scores.dense,
        "lexical": hit.scores.lexical,
        "fused": hit.scores.fused,
        "reader": hit.scores.reader,
        "copies": [],
    }
    assert hit.scores.reader is not None
    assert 0 < hit.scores.reader < 1


def test_k_and_filters_here_and_for_one_call(filled: Collection) -> None:
    dagen = Filters(publisher=("dagen",))
    retriever = HybridRetriever(collection=filled, k=1, filters=dagen)
    assert articles(retriever.invoke("flood Lisbon strike Oslo")) == ["oslo"]
    assert articles(retriever.invoke("flood Lisbon strike Oslo", k=9)) == ["oslo", "haifa"]
    lisbon = Filters(before=date(2024, 3, 1))
    assert articles(retriever.invoke("strike", k=9, filters=lisbon)) == ["lisbon"]
    assert retriever.invoke("strike", k=0) == []


def test_settings_are_checked(filled: Collection) -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        HybridRetriever(collection=filled, k=0)
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        HybridRetriever(collection=filled, top_k=3)  # type: ignore[call-arg]


async def test_async_is_the_same(retriever: HybridRetriever) -> None:
    question = "strike in Oslo"
    assert await retriever.ainvoke(question) == retriever.invoke(question)
    assert await retriever.ainvoke(question, k=1) == retriever.invoke(question, k=1)
    dagen = Filters(publisher=("dagen",))
    found = await retriever.ainvoke(question, k=9, filters=dagen)
    assert found == retriever.invoke(question, k=9, filters=dagen)
    assert articles(found) == ["oslo", "haifa"]


async def test_batches(retriever: HybridRetriever) -> None:
    questions = ["strike in Oslo", "museum in Cairo", "flood in Lisbon"]
    expected = [retriever.invoke(question) for question in questions]
    assert [articles(each)[0] for each in expected] == ["oslo", "cairo", "lisbon"]
    assert retriever.batch(questions) == expected
    assert await retriever.abatch(questions) == expected


def test_as_a_tool(retriever: HybridRetriever) -> None:
    tool = create_retriever_tool(retriever, "news", "Searches news articles.")
    told = tool.invoke({"query": "strike in Oslo"})
    assert told.startswith(NEWS[1][2])


def test_in_a_chain(retriever: HybridRetriever) -> None:
    chain = retriever | (lambda documents: documents[0].page_content)
    assert chain.invoke("museum in Cairo") == NEWS[3][2]


# Over the example articles


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (BARADAR, "Mullah Abdul Ghani Baradar"),
        ("When was Mullah Baradar born?", "born in 1968"),
        ("How long was Trump's phone call with the Taliban?", "35-minute phone call"),
        ("Where was the US Embassy in Kabul moved?", "relocated to Doha"),
        ("What did Milley call the Taliban?", "ruthless"),
        ("How many troops will be announced to leave by Pompeo?", "7000 US troops"),
    ],
)
def test_example_articles(seeds: Collection, question: str, words: str) -> None:
    assert words in retrieve(seeds, question, 1).hits[0].passage.text


def test_example_filters(seeds: Collection) -> None:
    hits = retrieve(seeds, BARADAR, 8, Filters(publisher=("WSWS.org",))).hits
    assert {hit.article.publisher for hit in hits} == {"wsws.org"}
    september = Filters(after=date(2021, 9, 2), before=date(2021, 9, 10))
    dates = {hit.article.published for hit in retrieve(seeds, BARADAR, 20, september).hits}
    assert dates == {"2021-09-02", "2021-09-10"}


def test_in_other_apps(seeds: Collection, tmp_path: Path) -> None:
    shutil.copytree(SEEDS, tmp_path / "my_articles")
    script = """
from embeddings import Collection, HybridRetriever

collection = Collection.open("my_index")
collection.sync("my_articles/")
retriever = HybridRetriever(collection=collection, k=8)
docs = retriever.invoke("Who led the Taliban delegation to Iran?")
assert len(docs) == 8
print(docs[0].page_content)
print(*(doc.id for doc in docs))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    *first, ids = done.stdout.splitlines()
    assert "Mullah Abdul Ghani Baradar" in "\n".join(first)
    here = HybridRetriever(collection=seeds, k=8).invoke(BARADAR)
    assert ids.split() == [document.id for document in here]
    assert done.stderr == ""

"""The adapter behind every figure: what it hands on is what the assistant and retriever said."""

from __future__ import annotations

import pytest

from embeddings.collection import Collection
from embeddings.retrieval import retrieve
from eval.cases import Case
from eval.results import Said
from eval.system import Opened, Product, Spec, key_of
from qa_app.assistant import Assistant
from qa_app.settings import SEEDS, Settings

KEYS = frozenset(path.name for path in SEEDS.glob("*.txt"))
LED = Case("led", "Who led the Taliban delegation to Iran?", True)
FOREIGN = Case("foreign", "Who won the chess tournament in Reykjavík?", False)


def product(collection: Collection, **changed: object) -> Product:
    values = {"articles": SEEDS, "cache": SEEDS, "keys": KEYS, "unit": "passage", "asks": True}
    spec = Spec(**{**values, "settings": {"k": 12}, **changed})
    return Product(collection, spec, Opened({}, {}))


def test_an_answer_is_handed_on_whole(seeds: Collection) -> None:
    outcome = product(seeds).answer(LED)
    answer = Assistant(seeds, Settings(k=12)).ask(LED.question)
    assert isinstance(outcome.said, Said)
    assert outcome.said.text == answer.text
    assert outcome.said.confidence == pytest.approx(answer.confidence, abs=1e-3)
    assert outcome.forced is None
    for (text, numbers), sentence in zip(outcome.said.sentences, answer.sentences, strict=True):
        cited = [outcome.said.citations[number] for number in numbers]
        expected = [answer.citation(number) for number in sentence.citations]
        assert text == sentence.text
        assert [(c.start, c.end, c.text) for c in cited] == [
            (c.start, c.end, c.quote) for c in expected
        ]
    assert {"encode", "vectors", "words", "fuse", "read", "total"} <= outcome.timings_ms.keys()


def test_citations_and_hits_go_by_the_sets_own_names(seeds: Collection) -> None:
    outcome = product(seeds).answer(LED)
    assert {place.article for place in (*outcome.hits, *outcome.said.citations)} <= KEYS
    place = outcome.said.citations[0]
    text = (SEEDS / place.article).read_bytes().decode()
    assert text[place.start : place.end] == place.text


def test_the_ranking_is_the_retrievers(seeds: Collection) -> None:
    outcome = product(seeds).answer(LED)
    hits = retrieve(seeds, LED.question, 10).hits
    assert [(hit.start, hit.end) for hit in outcome.hits] == [
        (hit.passage.start, hit.passage.end) for hit in hits
    ]
    assert [bool(hit.text) for hit in outcome.hits] == [True] * 3 + [False] * 7


def test_a_refusal_comes_with_what_would_have_been_said(seeds: Collection) -> None:
    outcome = product(seeds).answer(FOREIGN)
    assert (outcome.said.answered, outcome.said.sentences) == (False, ())
    assert "chess" in outcome.said.missing
    assert outcome.forced.answered
    assert outcome.forced.confidence == pytest.approx(outcome.said.confidence, abs=1e-3)


def test_a_set_without_answers_only_ranks(seeds: Collection) -> None:
    outcome = product(seeds, asks=False, unit="article").answer(LED)
    assert (outcome.said, outcome.forced) == (None, None)
    assert len(outcome.hits) > 10
    stages = {name: ms for name, ms in outcome.timings_ms.items() if name != "total"}
    assert outcome.timings_ms["total"] == pytest.approx(sum(stages.values()))


def test_an_earlier_question_is_understood(seeds: Collection) -> None:
    follow = Case("f", "And when was he born?", True, history=("Who led the Taliban delegation?",))
    outcome = product(seeds).answer(follow)
    assert outcome.understood != follow.question
    hits = retrieve(seeds, outcome.understood, 10).hits
    assert [hit.start for hit in outcome.hits] == [hit.passage.start for hit in hits]


def test_names_of_articles(filled: Collection) -> None:
    article = filled.article("cairo")
    assert key_of(article, {"cairo"}) == "cairo"
    assert key_of(article, {"other"}) == "news.jsonl"

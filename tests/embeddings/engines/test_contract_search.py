"""The same on every engine: what is near, what shares words, what filters let through."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from embeddings.collection import Collection
from embeddings.engines.base import Snapshot
from embeddings.engines.local import LocalEngine
from embeddings.engines.values import Days, Facets, Sources
from embeddings.inputs import encoder_input
from embeddings.lexical import analyzer, normalize
from embeddings.retrieval import retrieve
from embeddings.schema import Filters
from tests.embeddings.engines.made import (
    FIRST,
    QuickEncoder,
    everything,
    nearest_ids,
    passes,
)
from tests.fakes import TinyEncoder
from tests.news import row, write_lines

QUESTION = "What did the mayor say of the flood and the strike?"


def named(snapshot: Snapshot, found: dict[int, float]) -> list[tuple[str, float]]:
    places = snapshot.locations([*found])
    return [(places[key].id, score) for key, score in found.items()]


def assert_ranked(
    collection: Collection, got: list[tuple[str, float]], wanted: list[tuple[str, float]]
) -> None:
    """The same ids in the same order, where scores differ by more than rounding."""
    # A folder keeps its vectors in half as many bytes.
    rounding = 5e-4 if isinstance(collection.engine, LocalEngine) else 1e-5
    assert [score for _, score in got] == pytest.approx([s for _, s in wanted], abs=rounding)
    for at, (name, score) in enumerate(wanted):
        near = [other for other, s in wanted if abs(s - score) < 2 * rounding]
        if len(near) == 1:
            assert got[at][0] == name


@pytest.fixture(scope="module")
def encoder() -> QuickEncoder:
    return QuickEncoder()


def test_nearest_is_brute_force(made: Collection, encoder: TinyEncoder) -> None:
    snapshot = made.snapshot()
    row = encoder.encode_query(QUESTION)
    wanted = nearest_ids(everything(made), QUESTION, encoder)
    assert len(wanted) == len(snapshot) > 100
    assert_ranked(made, named(snapshot, snapshot.nearest(row, 60)), wanted[:60])
    assert_ranked(made, named(snapshot, snapshot.nearest(row, 10_000)), wanted)
    assert snapshot.nearest(row, 0) == {}


@pytest.mark.parametrize(
    "filters",
    [
        Filters(publisher=("público",)),
        Filters(publisher=("dagen", "新聞")),
        Filters(publisher=('The "Daily" \\ Star\'s',), author=("KARI MOE",)),
        Filters(author=("ANA SÁ",)),
        Filters(after=date(2024, 3, 1)),
        Filters(before=FIRST),
        Filters(after=FIRST, before=date(2024, 3, 1), publisher=("DAGEN",)),
        Filters(article=("made-3", "made-17", "made-none")),
        Filters(article=("made-3", "made-4"), publisher=("dagen",)),
        Filters(publisher=("nobody",)),
        Filters(publisher=("",)),
        Filters(article=("made-none",)),
        Filters(publisher=('") or (pk > 0',)),
    ],
)
def test_filters_are_brute_force(made: Collection, encoder: TinyEncoder, filters: Filters) -> None:
    check = passes(filters)
    wanted = [each for each in everything(made) if check(each[1])]
    snapshot = made.snapshot()
    scope = snapshot.scope(filters)
    row = encoder.encode_query(QUESTION)
    assert_ranked(
        made,
        named(snapshot, snapshot.nearest(row, 10_000, scope)),
        nearest_ids(wanted, QUESTION, encoder),
    )
    stem = "flood"
    having = {
        one.id
        for one, article in wanted
        if stem in analyzer().analyze(normalize(encoder_input(article, one.start, one.end)))
    }
    found = named(snapshot, snapshot.matching("Flooding?", 10_000, scope))
    assert {name for name, _ in found} == having
    hits = retrieve(made, QUESTION, 20, filters, rerank=False).hits
    assert all(check(hit.article) for hit in hits)
    assert bool(hits) == bool(wanted)


def test_sources_are_letter_by_letter(made: Collection, encoder: TinyEncoder) -> None:
    snapshot = made.snapshot()
    row = encoder.encode_query(QUESTION)

    def articles(sources: Sources, limit: Filters | None = None) -> set[str | None]:
        found = snapshot.nearest(row, 10_000, snapshot.scope(limit, sources))
        return {article.id for _, article in snapshot.passages([*found]).values()}

    def those(check: object) -> set[str]:
        return {a.id for a in made.articles() if check(a)}  # type: ignore[operator]

    dagen = Sources(frozenset({"Dagen"}))
    assert articles(dagen) == those(lambda a: a.publisher == "Dagen")
    both = Sources(frozenset({"DAGEN"}), frozenset({"ana sá"}))
    assert articles(both) == those(lambda a: a.publisher == "DAGEN" or a.author == "ana sá")
    march = Sources(days=(Days(date(2024, 3, 1)), Days(FIRST, FIRST)))
    assert articles(march) == those(
        lambda a: a.published and (a.published >= "2024-03-01" or a.published == "2024-02-27")
    )
    assert articles(Sources(days=(Days(),))) == those(lambda a: a.published)
    assert articles(both, Filters(author=("kari moe",))) == those(
        lambda a: a.publisher == "DAGEN" and a.author == "Kari Moe"
    )
    assert articles(Sources()) == set()
    assert articles(Sources(frozenset({"nobody"}))) == set()


def test_facets(made: Collection) -> None:
    facets = made.snapshot().facets()
    articles = made.articles()
    assert set(facets.publishers) == {a.publisher for a in articles} - {None}
    assert len(facets.publishers) == len(set(facets.publishers)) == 5
    assert set(facets.authors) == {"Ana Sá", "ana sá", "Kari Moe"}
    days = sorted(a.published for a in articles if a.published)
    assert (facets.since, facets.until) == (
        date.fromisoformat(days[0]),
        date.fromisoformat(days[-1]),
    )
    assert made.snapshot().facets() == facets


def test_no_facets(collection: Collection) -> None:
    assert collection.snapshot().facets() == Facets()


def test_locations_and_cosines(made: Collection, encoder: TinyEncoder) -> None:
    snapshot = made.snapshot()
    row = encoder.encode_query(QUESTION)
    found = snapshot.nearest(row, 30)
    assert snapshot.cosines(row, [*found, -1, 10**9]) == pytest.approx(found, abs=1e-6)
    assert (snapshot.cosines(row, []), snapshot.locations([]), snapshot.passages([])) == (
        {}, {}, {},
    )  # fmt: skip
    places = snapshot.locations([*found, -1, 10**9])
    whole = snapshot.passages([*found, -1, 10**9])
    assert places.keys() == whole.keys() == found.keys()
    keys = {}
    for key, (passage, article) in whole.items():
        place = places[key]
        assert (place.id, place.start, place.end) == (passage.id, passage.start, passage.end)
        assert (place.publisher, place.author, place.published) == (
            article.publisher,
            article.author,
            article.published,
        )
        assert passage.article == article.id
        keys.setdefault(article.id, place.article)
        assert keys[article.id] == place.article


def holding(collection: Collection, tmp_path: Path, texts: dict[str, str]) -> Snapshot:
    """What is searched once the collection holds these texts, by id."""
    folder = tmp_path / "w"
    folder.mkdir()
    write_lines(folder / "w.jsonl", [row(name, text) for name, text in texts.items()])
    collection.sync(folder)
    return collection.snapshot()


def matching(snapshot: Snapshot, question: str) -> list[str]:
    """The ids of the articles whose words match, best first."""
    found = snapshot.matching(question, 9)
    whole = snapshot.passages([*found])
    return [whole[key][1].id for key in found]


def test_words(collection: Collection, tmp_path: Path) -> None:
    texts = {
        "a": "Flooding closed the bridges. Café owners in São Paulo waited.",
        "b": "The U.S. senate voted on floods.",
        "c": "Nothing of the kind was said in Wales.",
    }
    snapshot = holding(collection, tmp_path, texts)
    ids = partial(matching, snapshot)

    assert sorted(ids("flooded")) == ["a", "b"]
    assert ids("CAFÉS of sao paulo!") == ["a"]
    assert ids("us senate voting") == ["b"]
    assert ids("what kind of nothing is that") == ["c"]
    assert ids('bridge (closed) AND "senate" OR *') in (["a", "b"], ["b", "a"])
    for nothing in ("xylophone", "", "?!", "שלום", "🙂", "\x00"):
        assert snapshot.matching(nothing, 9) == {}
    assert snapshot.matching("flooded", 0) == {}
    assert len(snapshot.matching("flooded", 1)) == 1
    words = snapshot.words
    assert (len(words), words.stems("The flooded cafés")) == (3, ["flood", "cafe"])
    assert not words.is_unknown("Flooded xylophones")
    assert words.is_unknown("xylophones")
    assert not words.is_unknown("the of")
    # ln(1 + (N - df + 0.5) / (df + 0.5)) with N = 3.
    assert words.idf("flood") == pytest.approx(0.470004, abs=1e-6)
    assert words.idf("xylophon") == pytest.approx(2.079442, abs=1e-6)


def test_a_country_has_several_names(collection: Collection, tmp_path: Path) -> None:
    texts = {
        "whole": "The United Kingdom left. Trade fell.",
        "short": "The UK left. Trade fell.",
        "united": "A united front of teachers met. Trade grew.",
        "kingdom": "The kingdom of Tonga has a king. Trade grew.",
        "wales": "Rain fell on the hills. Trade slept.",
    }
    snapshot = holding(collection, tmp_path, texts)
    ids = partial(matching, snapshot)

    assert ids("United Kingdom") == ["whole", "short"]
    assert ids("the UK") == ["short", "whole"]
    assert ids("trade of the United Kingdom")[:2] == ["whole", "short"]
    assert set(ids("trade of the United Kingdom")) == set(texts)


def test_a_rare_word_outweighs_a_common_one(made: Collection) -> None:
    hits = retrieve(made, "number7 of the river", 3, rerank=False, recognise=False).hits
    assert hits[0].article.id == "made-7"


def test_ranking_is_the_same_twice(made: Collection) -> None:
    def ranked() -> list[tuple[str, float]]:
        hits = retrieve(made, QUESTION, 10, rerank=False).hits
        return [(hit.passage.id, hit.scores.fused) for hit in hits]

    first = ranked()
    assert len(first) == 10
    assert ranked() == first
    assert np.all(np.diff([score for _, score in first]) <= 1e-9)

"""The ranking with each part left out, on four articles of one passage each."""

from __future__ import annotations

import json
import re
import sys
from argparse import Namespace
from functools import partial
from pathlib import Path

import pytest

from embeddings.collection import Collection
from embeddings.reader import PassageReader, PassageReading
from embeddings.retrieval import retrieve
from eval.cache import open_collection
from eval.cases import Case, Dataset, Evidence
from eval.results import Place
from eval.scoring.judging import Judge
from eval.studies import ablations, rankings
from eval.studies.ablations import WAYS, Way, Without, measure
from eval.studies.rankings import COLUMNS, Study, opened
from qa_app.conversation import stand_alone
from tests.eval.studies.made_readers import ToldReader, reading
from tests.fakes import TinyEncoder
from tests.news import NEWS, QUESTION

TEXTS = {name: text for name, _, text in NEWS}
HEADED = "What did Público report on the eight hours of the drivers in Oslo? 🚆"


def whole(name: str) -> Evidence:
    return Evidence(name, TEXTS[name], 0, len(TEXTS[name]))


def case(name: str, question: str, *articles: str) -> Case:
    return Case(name, question, True, evidence=tuple(whole(article) for article in articles))


CASES = (
    case("strike", QUESTION, "oslo"),
    case("headed", HEADED, "oslo", "lisbon"),
    # No word of it stands anywhere, and no letter is in it.
    case("mark", "🙂?\r\n", "haifa"),
)


def like_cairo(_: str, text: str) -> PassageReading:
    return reading(text, text[:3], 0.0, relevance=9.0 if "Cairo" in text else -9.0)


@pytest.fixture
def study(filled: Collection) -> Study:
    dataset = Dataset("news", Path("news.jsonl"), CASES, TEXTS, asks=False)
    return Study(dataset, filled, Judge(dataset, {n: ((0, len(t)),) for n, t in TEXTS.items()}))


def ranked(study: Study, way: str) -> dict[str, list[str]]:
    results = measure(study, ToldReader(like_cairo), {way: WAYS[way]})[way]
    return {each.id: [hit.article for hit in each.outcome.hits] for each in results}


def names(collection: Collection, question: str, **options: object) -> list[str]:
    found = retrieve(collection, question, 10, **options)  # type: ignore[arg-type]
    return [hit.article.id for hit in found.hits]


def test_what_is_left_in_ranks_as_retrieve_does(study: Study, filled: Collection) -> None:
    reader = ToldReader(like_cairo)
    for question in CASES[:2]:
        text = question.question
        assert ranked(study, "everything")[question.id] == names(filled, text, rerank=reader)
        assert ranked(study, "no reader")[question.id] == names(filled, text, rerank=False)
        plain = names(filled, text, recognise=False, rerank=reader)
        assert ranked(study, "nothing recognised")[question.id] == plain
    # The reader likes the museum, and a recognised name lifts the flood above it.
    assert ranked(study, "no reader")["headed"] != ranked(study, "everything")["headed"]
    assert ranked(study, "nothing recognised")["headed"] != ranked(study, "everything")["headed"]


def test_one_index_alone_ranks_by_its_own_scores(study: Study, filled: Collection) -> None:
    snapshot = filled.snapshot()

    def articles(keys: list[int]) -> list[str]:
        found = filled.passages(keys, snapshot)
        return [found[key][1].id for key in keys]

    for each in CASES[:2]:
        by_words = [*snapshot.matching(each.question, 10)]
        assert ranked(study, "words alone")[each.id] == articles(by_words)
        row = filled.encoder.encode_query(each.question)
        by_vectors = [*snapshot.nearest(row, 10)]
        assert ranked(study, "vectors alone")[each.id] == articles(by_vectors)
    assert "cairo" not in ranked(study, "words alone")["strike"]


def test_an_index_left_out_finds_nothing(filled: Collection) -> None:
    without_words = retrieve(Without(filled, Way(words=False)), QUESTION, 10, rerank=False)
    assert {hit.scores.lexical for hit in without_words.hits} == {None}
    assert len(without_words.hits) == 4
    without_vectors = retrieve(Without(filled, Way(vectors=False)), QUESTION, 10, rerank=False)
    assert {hit.scores.dense for hit in without_vectors.hits} == {None}
    assert without_vectors.hits[0].article.id == "oslo"
    # The collection itself has lost nothing.
    assert len(filled.snapshot().vectors) == len(filled.snapshot().words) == 4


def test_only_the_name_that_was_asked_with(filled: Collection) -> None:
    question = "Whom did the Egyptians meet?"

    def lexical(collection: Collection) -> set[str]:
        hits = retrieve(collection, question, 10, rerank=False).hits
        return {hit.article.id for hit in hits if hit.scores.lexical}

    assert "cairo" in lexical(filled)
    assert "cairo" not in lexical(Without(filled, Way(countries=False)))
    assert "cairo" in lexical(filled)


def test_a_question_that_cannot_be_asked_scores_zero(study: Study) -> None:
    judged = measure(study, ToldReader(like_cairo), {"words alone": WAYS["words alone"]})
    results = judged["words alone"]
    assert results[2].outcome.hits == ()
    assert [result.scores["rr@10"] for result in results] == [1.0, 1.0, 0.0]
    values = dict(zip(COLUMNS, study.values(results), strict=True))
    assert values["MRR@10"] == pytest.approx(2 / 3)
    # Of the second, lisbon shares the publisher's name in its heading.
    assert values["Evidence recall@10"] == pytest.approx((1 + 1 + 0) / 3)
    assert study.figures([[Place("oslo", 0, 20)], [], []])[0] == 0.0


@pytest.fixture
def tiny_indexes(monkeypatch: pytest.MonkeyPatch) -> None:
    made = partial(open_collection, encoder=TinyEncoder())
    monkeypatch.setattr(rankings, "open_collection", made)


def test_the_seeds_are_a_set_like_any(tiny_indexes: None, tmp_path: Path) -> None:
    chosen = Namespace(set="seeds", data=None, cache=tmp_path / "cache", limit=None)
    with opened(chosen) as study:
        cases = study.dataset.cases
        assert len(cases) == 186
        followups = [each for each in cases if each.history]
        assert len(followups) == 17
        # A fragment is searched for with the words of the question that it goes back to.
        questions = [each.question for each in followups]
        assert "To meet whom did the Taliban go on October 3?" in questions
        assert all(stand_alone(each.question, ()) == each.question for each in cases)
        first = cases[0].evidence[0]
        place = Place(first.article, first.start, first.end)
        own = study.judge.judge
        assert study.judged([[place]] + [[]] * 185)[0].id == cases[0].id
        assert own(cases[0], study.judged([[]] * 186)[0].outcome).scores["rr@10"] == 0.0


def test_the_command(
    tiny_indexes: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(PassageReader, "released", lambda: ToldReader(like_cairo))
    out = tmp_path / "out.json"
    options = ["--set", "seeds", "--limit", "9", "--cache", str(tmp_path), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["ablations", *options])
    assert ablations.main() == 0
    printed = capsys.readouterr().out
    kept = json.loads(out.read_text(encoding="utf-8"))
    assert (kept["set"], [*kept["ways"]]) == ("seeds", [*WAYS])
    figures = {each["name"]: each for each in kept["ways"]["no vectors"]}
    n = figures["MRR@10"]["n"]
    assert printed.startswith(f"seeds, n = {n}\n")
    value = re.search(r"^no vectors +\S+ +\S+ +(\S+)", printed, re.M)
    assert value is not None
    assert float(value[1]) == pytest.approx(figures["MRR@10"]["value"], abs=5e-4)
    monkeypatch.setattr(sys, "argv", ["ablations", *options, "--way", "words alone"])
    assert ablations.main() == 0
    rows = [line.split() for line in printed.splitlines() if line.startswith("words alone")]
    assert [line.split() for line in capsys.readouterr().out.splitlines()[2:]] == rows

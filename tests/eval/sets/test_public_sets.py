"""The public sets from small files in their forms: cases worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from embeddings.articles import read_source
from embeddings.sources import SourceFile
from eval.cases import Case, Dataset, Evidence
from eval.errors import DatasetInvalid
from eval.sets.datasets import load
from tests.eval.made_sets import (
    TALKS,
    TRIAL,
    multihop,
    multihop_question,
    squad,
    squad_question,
    write,
)


def loaded(name: str, tmp_path: Path) -> Dataset:
    dataset = load(name, tmp_path, scratch=tmp_path / "scratch")
    for case in dataset.cases:
        for place in case.evidence:
            assert dataset.texts[place.article][place.start : place.end] == place.quote != ""
    # The texts that citations are checked against are those that the collection will hold.
    read = read_source(SourceFile(str(dataset.articles), None))
    assert {article.id: article.text for article in read.articles} == dict(dataset.texts)
    return dataset


def test_multihop_rag_finds_its_quotes(tmp_path: Path) -> None:
    multihop(
        tmp_path,
        multihop_question(
            "q2", ("a2", "Nobody signed."), ("a1", "Zoë’s trial began on Monday. 🙂")
        ),
        multihop_question(
            "q1", type="null_query", answerable=False, answers=["Insufficient information."]
        ),
    )
    dataset = loaded("multihop_rag", tmp_path)
    assert dataset.cases == (
        Case(
            id="q2",
            question="Who stood trial?",
            answerable=True,
            kind="inference",
            answers=("Zoë",),
            evidence=(
                Evidence("a2", "Nobody signed.", 25, 39),
                Evidence("a1", "Zoë’s trial  began\non Monday. 🙂", 0, 31),
            ),
        ),
        Case(id="q1", question="Who stood trial?", answerable=False, kind="null"),
    )
    assert dataset.articles == tmp_path / "multihop_rag/articles.jsonl.gz"
    assert dataset.texts == {"a1": TRIAL, "a2": TALKS}
    assert (dataset.name, dataset.unit, dataset.asks) == ("multihop_rag", "passage", True)


def test_a_quote_that_is_not_there_is_left_out_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = multihop(
        tmp_path,
        multihop_question("q1", ("a1", "She denies it."), ("a1", "She admits it.")),
        multihop_question("q2", ("a2", "“Never said”")),
    )
    first, second = loaded("multihop_rag", tmp_path).cases
    assert first.evidence == (Evidence("a1", "She denies it.", 32, 46),)
    assert (second.answerable, second.evidence) == (True, ())
    assert [record.getMessage() for record in caplog.records] == [
        "2 places of evidence are not in their article and were left out, "
        f"the first at {path}:1: 'She admits it.'"
    ]


def test_an_article_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    path = multihop(tmp_path, multihop_question("q1", ("a9", "Nobody signed.")))
    with pytest.raises(DatasetInvalid) as told:
        load("multihop_rag", tmp_path, scratch=tmp_path)
    assert str(told.value) == (
        f"{path}:1: no article has the id 'a9'; the two files are not of one set"
    )


def test_scifact_ranks_articles_and_asks_nothing(tmp_path: Path) -> None:
    articles = write(
        tmp_path / "scifact/articles.jsonl.gz",
        {"id": "31", "title": "Naïve T cells", "text": "β-catenin …"},
        {"id": "4", "title": "Mice", "text": "None."},
    )
    write(
        tmp_path / "scifact/questions_test.jsonl.gz",
        {"id": "1", "question": "T cells differ.", "relevant": {"4": 4, "31": 31}},
        {"id": "3", "question": "Mice fly.", "relevant": {}},
    )
    assert loaded("scifact", tmp_path) == Dataset(
        name="scifact",
        articles=articles,
        cases=(
            Case("1", "T cells differ.", answerable=True, kind="claim", relevant=("4", "31")),
            Case("3", "Mice fly.", answerable=False, kind="claim"),
        ),
        texts={"31": "β-catenin …", "4": "None."},
        unit="article",
        asks=False,
    )


def test_squad2_takes_the_longest_answer_at_each_start_and_merges(tmp_path: Path) -> None:
    squad(
        tmp_path,
        # "In late October 1973, prix d’été: $12 – or $13."
        squad_question("q1", ["1973", "October", "October 1973", "late October"], [16, 8, 3, 8]),
        squad_question("q2", ["$13", "$12", "été"], [34, 29, 43, 34]),
        squad_question("q3", [], []),
    )
    dataset = loaded("squad2", tmp_path)
    assert [case.evidence for case in dataset.cases] == [
        (Evidence("s1", "late October 1973", 3, 20),),
        (
            Evidence("s1", "été", 29, 32),
            Evidence("s1", "$12", 34, 37),
            Evidence("s1", "$13", 43, 46),
        ),
        (),
    ]
    assert [case.kind for case in dataset.cases] == ["answerable", "answerable", "unanswerable"]
    assert dataset.cases[1].answers == ("$13", "$12", "été")
    assert (dataset.cases[2].answerable, dataset.cases[2].answers) == (False, ())
    assert dataset.articles == tmp_path / "reading/squad2_dev_passages.jsonl.gz"


def test_a_start_where_no_answer_stands_is_left_out_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = squad(tmp_path, squad_question("q1", ["1973"], [16, 17]))
    assert loaded("squad2", tmp_path).cases[0].evidence == (Evidence("s1", "1973", 16, 20),)
    assert caplog.messages[0].endswith(f"the first at {path}:1: no answer at 17")


def clapnq(name: str, text: str, *output: tuple[str, list[str]], title: str = "Élan") -> Any:
    return {
        "id": name,
        "question": "what is élan",
        "answerable": any(answer for answer, _ in output),
        "passages": [{"title": title, "text": text, "sentences": []}],
        "output": [{"answer": a, "selected_sentences": s, "meta": {}} for a, s in output],
    }


def test_clapnq_makes_one_collection_and_joins_its_annotators(tmp_path: Path) -> None:
    told = "Élan is drive .  It is “ vital ” . Few have it 🙂 . "
    write(
        tmp_path / "reading/clapnq_dev.jsonl.gz",
        clapnq(
            "-1",
            told,
            ("Élan is drive.", ["It is “ vital ” .", "Élan is drive ."]),
            ("", []),
            ("Drive, vital.", ["Élan is drive . It is “ vital ” ."]),
            ("Élan is drive.", ["Few have it 🙂 ."]),
        ),
        clapnq("2", told, ("", [])),
        clapnq("3", told, ("", []), title="Other"),
    )
    dataset = loaded("clapnq", tmp_path)
    first, second, third = dataset.cases
    key, other = dataset.texts
    assert first == Case(
        id="-1",
        question="what is élan",
        answerable=True,
        kind="answerable",
        answers=("Élan is drive.", "Drive, vital."),
        evidence=(
            Evidence(key, "Élan is drive .  It is “ vital ” .", 0, 34),
            Evidence(key, "Few have it 🙂 .", 35, 50),
        ),
    )
    assert (second.answerable, second.kind, second.evidence) == (False, "unanswerable", ())
    assert third.answers == ()
    lines = dataset.articles.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"id": key, "title": "Élan", "text": told},
        {"id": other, "title": "Other", "text": told},
    ]


def ramdocs(
    name: str, documents: list[tuple[str, str, str]], gold: list[str], wrong: list[str]
) -> Any:
    return {
        "id": name,
        "question": "What is Zoë?",
        "documents": [{"type": t, "answer": a, "text": x} for t, a, x in documents],
        "disambig_entity": ["Zoë (film)"],
        "gold_answers": gold,
        "wrong_answers": wrong,
    }


FILM = ("correct", "A film", "Zoë is a\nFILM 🙂 of 2018.")
NOVEL = ("correct", "Novel", "The novelist wrote Zoë.")  # the word itself is not there
GAME = ("misinfo", "Game", "Zoë is a game.")
RAIN = ("noise", "unknown", "It rained.")


def test_ramdocs_knows_right_and_wrong_answers(tmp_path: Path) -> None:
    write(
        tmp_path / "conflict/ramdocs_dev.jsonl.gz",
        ramdocs("r1", [RAIN, FILM, NOVEL, GAME, FILM], ["A film", "Novel"], ["Game", "Game"]),
        ramdocs("r2", [RAIN, FILM], ["A film"], ["a Film "]),
        ramdocs("r3", [FILM], ["A film", "Opera"], []),
        ramdocs("r4", [RAIN], ["A film"], []),
    )
    dataset = loaded("ramdocs", tmp_path)
    rain, film, novel, _ = dataset.texts
    assert list(dataset.texts.values()) == [RAIN[2], FILM[2], NOVEL[2], GAME[2]]
    at_film = Evidence(film, "a\nFILM", 7, 13)
    assert dataset.cases == (
        Case(
            id="r1",
            question="What is Zoë?",
            answerable=True,
            kind="misinformation",
            answers=("A film", "Novel"),
            wrong_answers=("Game",),
            evidence=(at_film, Evidence(novel, NOVEL[2], 0, 23)),
            all_answers=True,
        ),
        Case(
            id="r2",
            question="What is Zoë?",
            answerable=True,
            kind="noise",
            answers=("A film",),
            evidence=(at_film,),
        ),
        Case(
            id="r3",
            question="What is Zoë?",
            answerable=True,
            kind="correct_only",
            answers=("A film", "Opera"),
            evidence=(at_film,),
            all_answers=True,
        ),
        Case(id="r4", question="What is Zoë?", answerable=False, kind="noise"),
    )
    first = json.loads(dataset.articles.read_text(encoding="utf-8").split("\n")[0])
    assert first == {"id": rain, "text": "It rained."}

"""Hard negatives out of a set of museums."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from embeddings import opening
from embeddings.collection import Collection
from embeddings.retrieval import retrieve
from embeddings.schema import Span
from embeddings.training import mining
from embeddings.training.mining import Mined, mine
from embeddings.training.sets import ReadingSet, documents
from tests.embeddings.training.made import CITIES, museum, write_gzip, write_set
from tests.fakes import TinyEncoder

SET = ReadingSet("made", True, "someone/made", "CC BY 4.0")
COUNT = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("mining") / "data", "made", COUNT)


@pytest.fixture(scope="module")
def made(folder: Path) -> Mined:
    return mine(folder, SET, folder.parent / "work", encoder=TinyEncoder())


def test_excerpts_are_the_passages(made: Mined, folder: Path) -> None:
    known = {each.id: each for each in documents(folder, SET)}
    assert sorted(excerpt.document for excerpt in made.excerpts) == sorted(known)
    for excerpt in made.excerpts:
        document = known[excerpt.document]
        assert (excerpt.text, excerpt.title) == (document.text, document.title)
        assert excerpt.held_out == document.held_out
        first = excerpt.sentences[0]
        assert excerpt.text[first.start : first.end].endswith("🎉.")


def test_cases_hold_their_answers(made: Mined) -> None:
    wanted = {question: answer for i in range(COUNT) for question, answer in museum(i)[2]}
    assert [case.question for case in made.cases] == list(wanted)
    for case in made.cases:
        excerpt = made.excerpts[case.positive]
        assert [excerpt.text[a.start : a.end] for a in case.answers] == [wanted[case.question]]
        assert case.held_out == excerpt.held_out


def test_neighbours_do_not_answer(made: Mined) -> None:
    for case in made.cases:
        assert set(case.neighbours) == {"bm25", "dense", "fused"}
        excerpt = made.excerpts[case.positive]
        words = {excerpt.text[a.start : a.end] for a in case.answers}
        for places in case.neighbours.values():
            assert len(places) == len(set(places))
            assert case.positive not in places
            assert not any(word in made.excerpts[i].text for i in places for word in words)
    # Every other museum shares words with the question, and TinyEncoder finds all of them.
    opened = [c for c in made.cases if "open" in c.question]
    assert {len(c.neighbours["fused"]) for c in opened} == {COUNT - 1}


def test_a_second_time_it_is_read(
    made: Mined, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mining, "Collection", None)
    encoder = TinyEncoder()
    assert mine(folder, SET, folder.parent / "work", encoder=encoder) == made
    assert encoder.calls == 0
    names = {path.name for path in (folder.parent / "work" / made.place).iterdir()}
    assert names == {"documents.jsonl", "index", "mined.json.gz"}


def test_few_questions_are_spread_evenly(folder: Path, tmp_path: Path) -> None:
    few = mine(folder, SET, tmp_path / "work", limit=4, encoder=TinyEncoder())
    assert [case.question for case in few.cases] == [museum(i)[2][0][0] for i in (0, 2, 4, 6)]


def test_other_data_is_mined_anew(made: Mined, folder: Path, tmp_path: Path) -> None:
    data = write_set(tmp_path / "data", "made", 3)
    other = mine(data, SET, folder.parent / "work", encoder=TinyEncoder())
    assert other.place != made.place
    assert sorted(e.title for e in other.excerpts) == sorted(CITIES_TITLES[:3])


def test_another_encoder_or_version_is_mined_anew(
    made: Mined, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = folder.parent / "work"

    def place(encoder: TinyEncoder) -> str:
        return mine(folder, SET, work, encoder=encoder).place

    assert place(TinyEncoder()) == made.place
    places = {made.place, place(TinyEncoder("other")), place(TinyEncoder(dim=16))}
    for module, name in (
        (mining, "MINING_VERSION"),
        (mining, "READER_VERSION"),
        (mining, "LEXICAL_VERSION"),
        (opening, "SEGMENTER_VERSION"),
        (opening, "INPUT_VERSION"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, "next")
            places.add(place(TinyEncoder()))
    assert len(places) == 8
    # What it computes in is none of it: a training may go on on another machine.
    rounded = TinyEncoder()
    rounded.arithmetic = "bfloat16"
    assert place(rounded) == made.place


def test_the_encoder_given_is_the_one_used(folder: Path, tmp_path: Path) -> None:
    encoder = TinyEncoder()
    found = mine(folder, SET, tmp_path / "work", encoder=encoder)
    asked = {question for i in range(COUNT) for question, _ in museum(i)[2]}
    assert asked <= set(encoder.embedded())
    # Its index opens with it, and finds what was mined.
    index = tmp_path / "work" / found.place / "index"
    with Collection.open(index, encoder=encoder, create=False) as collection:
        (hit,) = retrieve(collection, museum(3)[2][0][0], 1, rerank=False).hits
    assert hit.passage.text == museum(3)[1]


CITIES_TITLES = [f"Museum {city}" for city in CITIES]


def test_odd_questions(tmp_path: Path) -> None:
    text = "Léa led. Ana led too.\r\nThen they left 🎉."
    rows = [{"id": str(i), "title": "", "text": t} for i, t in enumerate((text, "Somebody else."))]
    questions = [
        # Answered twice, in two words of different length, and offsets that fit only some.
        {"id": "1", "question": "Who led?", "passage": "0", "answers": ["Léa", "Ana", "Léa led"],
         "starts": [0, 9, 30]},
        # No words; an offset that is wrong; a passage that is not there.
        {"id": "2", "question": "?! 🎉", "passage": "0", "answers": ["🎉"], "starts": [38]},
        {"id": "3", "question": "Who left?", "passage": "0", "answers": ["they"], "starts": [3]},
        {"id": "4", "question": "Who?", "passage": "9", "answers": ["x"], "starts": [0]},
    ]  # fmt: skip
    (tmp_path / "data").mkdir()
    write_gzip(tmp_path / "data" / "made_passages.jsonl.gz", rows)
    write_gzip(tmp_path / "data" / "made_questions.jsonl.gz", questions)
    found = mine(tmp_path / "data", SET, tmp_path / "work", encoder=TinyEncoder())
    assert [case.question for case in found.cases] == ["Who led?", "?! 🎉"]
    assert sorted(found.cases[0].answers) == [Span(0, 3), Span(0, 7), Span(9, 12)]
    assert found.cases[1].answers == (Span(38, 39),)
    assert found.cases[1].neighbours["bm25"] == []
    lines = (tmp_path / "work" / found.place / "documents.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == [text, "Somebody else."]

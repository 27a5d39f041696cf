"""Reading sets by path, and what is said of one that is not there."""

from __future__ import annotations

import gzip
from hashlib import sha256
from pathlib import Path

import pytest

from embeddings.errors import TrainingDataMissing
from embeddings.training.sets import SETS, Document, Question, ReadingSet, documents, questions
from tests.embeddings.training.made import write_gzip, write_set

TITLED = ReadingSet("made", True, "someone/made", "CC BY 4.0")
UNTITLED = ReadingSet("made", False, "someone/made", "CC BY 4.0")


def is_held_out(key: str) -> bool:
    return int(sha256(key.encode()).hexdigest()[:8], 16) % 10 == 0


def test_documents(tmp_path: Path) -> None:
    text = "Café 🎉\r\nשלום  "
    rows = [
        {"id": "1", "title": "A_long_title", "text": text},
        {"id": 2, "title": "Forum", "text": ""},
        {"id": "3", "text": "No title."},
    ]
    write_gzip(tmp_path / "made_passages.jsonl.gz", rows)
    assert documents(tmp_path, TITLED) == [
        Document("1", "A long title", text, is_held_out("A long title")),
        Document("2", "Forum", "", is_held_out("Forum")),
        Document("3", "", "No title.", is_held_out("3")),
    ]
    # Where titles say nothing of the document, each is drawn by its id.
    assert documents(tmp_path, UNTITLED) == [
        Document("1", "", text, is_held_out("1")),
        Document("2", "", "", is_held_out("2")),
        Document("3", "", "No title.", is_held_out("3")),
    ]


def test_a_title_is_held_out_as_a_whole(tmp_path: Path) -> None:
    rows = [{"id": str(i), "title": f"T_{i % 40}", "text": "x"} for i in range(400)]
    write_gzip(tmp_path / "made_passages.jsonl.gz", rows)
    found = documents(tmp_path, TITLED)
    assert all(each.held_out == is_held_out(each.title) for each in found)
    assert {e.title for e in found if e.held_out} == {"T 7", "T 8", "T 30"}
    untitled = documents(tmp_path, UNTITLED)
    assert sum(each.held_out for each in untitled) == sum(is_held_out(str(i)) for i in range(400))


def test_questions(tmp_path: Path) -> None:
    # Fewer answers than starts, and more: some sets list the same words once.
    rows = [
        {"id": 1, "question": "Où ?", "passage": 7, "answers": ["Léa", "Léa"], "starts": [3, 9, 3]},
        {"id": "2", "question": "Who?", "passage": "p", "answers": ["a", "b"], "starts": [0]},
        {"id": "3", "question": "No", "passage": "p", "answers": ["a"], "starts": [0],
         "answerable": False},
        {"id": "4", "question": "No", "passage": "p", "answers": [], "starts": []},
    ]  # fmt: skip
    write_gzip(tmp_path / "made_questions.jsonl.gz", rows)
    assert questions(tmp_path, TITLED) == [
        Question("1", "Où ?", "7", (3, 9), ("Léa",)),
        Question("2", "Who?", "p", (0,), ("a", "b")),
    ]


@pytest.mark.parametrize(("read", "kind"), [(documents, "passages"), (questions, "questions")])
def test_a_missing_set(tmp_path: Path, read: object, kind: str) -> None:
    path = tmp_path / f"made_{kind}.jsonl.gz"
    with pytest.raises(TrainingDataMissing) as caught:
        (documents if kind == "passages" else questions)(tmp_path, TITLED)
    assert str(caught.value) == (
        f"{path} is not there; the set made comes from someone/made (CC BY 4.0): give the folder "
        f"that holds it with --data, or leave it out with --sets"
    )


@pytest.mark.parametrize(
    "content",
    [
        b'{"id": "1", "text": "plain"}\n',
        gzip.compress(b'{"id": "1", "text": "cut off"}\n' * 500)[:-12],
        gzip.compress(b"not json\n"),
        gzip.compress(b'{"id": "1", "text": "\xff"}\n'),
        # Damaged inside the compressed stream.
        gzip.compress(bytes(range(256)) * 40)[:40] + b"\x00" * 60,
    ],
)
def test_a_damaged_set(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "made_passages.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(TrainingDataMissing, match=r"made_passages.*is not gzip JSON Lines.*fetch"):
        documents(tmp_path, TITLED)


@pytest.mark.parametrize("row", [{"id": "2"}, {"text": "x"}, {"id": "2", "words": "x"}])
def test_another_kind_of_set(tmp_path: Path, row: dict[str, object]) -> None:
    write_gzip(tmp_path / "made_passages.jsonl.gz", [{"id": "1", "text": "x"}, row])
    with pytest.raises(TrainingDataMissing, match=r"gz:2 is not of such a set: expected id, text"):
        documents(tmp_path, TITLED)
    (tmp_path / "made_questions.jsonl.gz").write_bytes(gzip.compress(b"[1]\n"))
    with pytest.raises(TrainingDataMissing, match=r"gz:1 is not .*: expected id, question, passag"):
        questions(tmp_path, TITLED)


def test_what_may_be_trained_on() -> None:
    assert {each.name for each in SETS} == {
        "squad_part", "squadshifts_wiki", "squadshifts_reddit", "squadshifts_amazon", "covidqa",
    }  # fmt: skip
    assert {each.licence for each in SETS} == {"CC BY-SA 4.0", "CC BY 4.0", "Apache-2.0"}


def test_the_made_up_set_is_one(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "data", "made", 4)
    texts = {each.id: each.text for each in documents(folder, TITLED)}
    asked = questions(folder, TITLED)
    assert all(texts[q.document].startswith(q.answers[0], q.starts[0]) for q in asked)
    assert asked[1].answers == ("Moeson0",)

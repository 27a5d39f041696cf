"""Reading alone, from files to the table."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from embeddings.reader import WEIGHTS, PassageReader, PassageReading
from eval.studies import reading as study
from eval.studies.reading import main, measure, read
from eval.studies.reading_scores import Read
from eval.studies.reading_sets import clapnq, squad2
from tests.eval.studies.made_readers import (
    OIL,
    ROSE,
    ToldReader,
    asked,
    reading,
    searched,
    write_clapnq,
    write_squad,
)
from tests.fakes import pair_tokenizer, tiny_network

# What is said of each question of each passage: words, and the logit of an answer.
SAID = {
    ("when?", OIL): ("October 1973", 2.0),
    ("how much?", ROSE): ("nearly", -1.0),
    ("why?", OIL): ("🙂", 1.0),
    ("who?", ROSE): ("It", -2.0),
    ("what?", ""): ("", -3.0),
    ("two?", OIL): ("Nobody", -0.5),
    ("two?", ROSE): ("It fell again.", 0.5),
    ("none?", ROSE): ("The price", -1.5),
}


def tell(question: str, text: str) -> PassageReading:
    words, answerable = SAID[question, text]
    return reading(text, words, answerable)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_squad(
        tmp_path,
        asked("when", "s1", "October 1973", "1973"),
        asked("how much", "s2", "$12", "nearly $12"),
        asked("why", "s1"),
        asked("who", "s2"),
        asked("what", "s3"),
    )
    write_clapnq(tmp_path, searched("two", True, OIL, ROSE), searched("none", False, ROSE))
    return tmp_path


def test_what_is_said_of_each_question(data: Path) -> None:
    assert read(ToldReader(tell), squad2(data)) == [
        Read("when", "s1", ("October 1973", "1973"), True, 2.0, "October 1973"),
        Read("how much", "s2", ("$12", "nearly $12"), True, -1.0, "nearly"),
        Read("why", "s1", (), False, 1.0, "🙂"),
        Read("who", "s2", (), False, -2.0, "It"),
        Read("what", "s3", (), False, -3.0, ""),
    ]


def test_the_window_likeliest_to_answer_counts(data: Path) -> None:
    first, second = read(ToldReader(tell), clapnq(data))
    assert (first.logit, first.said) == (0.5, "It fell again.")
    assert (second.logit, second.said) == (-1.5, "The price")


def test_pairs_are_read_a_batch_at_a_time(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ToldReader(tell)
    whole = read(reader, squad2(data))
    monkeypatch.setattr(study, "CALL", 2)
    assert read(reader, squad2(data)) == whole
    assert len(reader.asked) == 10


def test_the_figures_of_a_set(data: Path) -> None:
    measured = measure(ToldReader(tell), {"squad2": squad2(data)})["squad2"]
    values = {figure["name"]: figure["value"] for figure in measured["figures"]}
    # 1, 0, 0, 1, 1 at 0; above 1 the third is right too.
    assert values["F1 at threshold 0"] == pytest.approx(3 / 5)
    assert values["F1 at the best threshold"] == pytest.approx(4 / 5)
    assert measured["thresholds"]["best"] == 2.0
    assert (measured["pairs"], measured["answerable"], measured["in_windows"]) == (5, 2, 0)
    assert measured["read"][1] == {
        "id": "how much",
        "answerable": True,
        "logit": -1.0,
        "said": "nearly",
        "f1": pytest.approx(2 / 3),
    }


def test_a_real_network_reads_odd_passages(data: Path) -> None:
    reader = PassageReader(pair_tokenizer(), lambda: tiny_network(spread=40.0))
    found = read(reader, squad2(data))
    texts = {"s1": OIL, "s2": ROSE, "s3": ""}
    assert all(each.said in texts[each.passage] for each in found)
    assert [bool(each.said) for each in found] == [True, True, True, True, False]


def test_the_command(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(PassageReader, "released", lambda: ToldReader(tell))
    out = data / "out" / "réading.json"
    assert main(["--data", str(data), "--out", str(out)]) == 0
    printed, err = capsys.readouterr()
    assert err == ""
    sha256 = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    assert printed.startswith(f"weights {sha256[:12]}\n\nSQuAD 2.0 dev, the passage given: 5 ")
    assert re.search(r"^F1 at threshold 0 +\.600 +\.200–1\.000 +5$", printed, re.M)
    assert (
        "CLAPnq dev, the passage given: 2 questions, 1 answerable; 1 passage read in windows\n"
        in (printed)
    )
    assert re.search(r"^AUROC, answerable or not +1\.000 +– +2$", printed, re.M)
    kept = json.loads(out.read_text(encoding="utf-8"))
    assert (kept["weights"], kept["limit"], [*kept["sets"]]) == (sha256, None, ["squad2", "clapnq"])
    assert kept["sets"]["squad2"]["read"][2]["said"] == "🙂"


def test_other_weights_and_a_limit(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = data / "mine.safetensors"
    weights.write_bytes(b"mine")
    loaded: list[Path] = []

    def load(path: Path) -> PassageReader:
        loaded.append(path)
        return ToldReader(tell)

    monkeypatch.setattr(PassageReader, "load", load)
    assert main(["--data", str(data), "--weights", str(weights), "--limit", "1"]) == 0
    printed = capsys.readouterr().out
    assert loaded == [weights]
    assert printed.startswith(f"weights {hashlib.sha256(b'mine').hexdigest()[:12]}\n")
    assert printed.count("the passage given: 1 question, ") == 2


def test_what_is_missing_is_said(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nothing"
    assert main(["--data", str(nowhere)]) == 1
    assert "squad2_dev_questions.jsonl.gz. Its public home is rajpurkar/squad_v2" in (
        capsys.readouterr().err
    )
    assert main(["--data", str(data), "--weights", str(nowhere)]) == 1
    assert capsys.readouterr().err.startswith(
        f"error: there are no weights of the reader at {nowhere}"
    )

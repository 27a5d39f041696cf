"""Both command lines as processes: what goes to stdout, what to stderr, and the exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"


def run(
    *arguments: object, stdin: str | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        input=stdin,
        check=False,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1", **env},
    )


def lines(output: str) -> list[Any]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "index"
    done = run("embeddings", "index", SEEDS, "--index", folder, "--json")
    assert done.returncode == 0, done.stderr
    (report,) = lines(done.stdout)
    assert len(report["added"]) == 5
    assert report["problems"] == []
    assert done.stderr == ""
    return folder


def test_index_twice_changes_nothing(index: Path) -> None:
    done = run("embeddings", "index", SEEDS, "--index", index)
    assert done.stdout == (
        f"{SEEDS}: 0 added, 0 changed, 0 removed, 5 unchanged; 0 passages embedded\n"
    )
    assert done.returncode == 0


def test_search_json_gives_checkable_passages(index: Path) -> None:
    question = "Who led the Taliban delegation to Iran?"
    done = run("embeddings", "search", question, "--k", 3, "--index", index, "--json")
    (found,) = lines(done.stdout)
    assert found["id"] is None
    assert found["question"] == question
    assert len(found["hits"]) == 3
    assert "Mullah Abdul Ghani Baradar" in found["hits"][0]["text"]
    for hit in found["hits"]:
        with Path(hit["path"]).open(encoding="utf-8", newline="") as file:
            assert file.read()[hit["start"] : hit["end"]] == hit["text"]


def test_search_filters(index: Path) -> None:
    def paths(*filters: str) -> set[str]:
        done = run("embeddings", "search", "Taliban", *filters, "--index", index, "--json")
        return {Path(hit["path"]).name[:3] for hit in lines(done.stdout)[0]["hits"]}

    assert paths("--publisher", "breaknlinks") == {"003"}
    assert paths("--after", "2021-09-10") == {"001"}
    assert paths("--before", "2020-03-05") == {"002", "004"}
    assert paths("--publisher", "nobody") == set()


def test_ask_json_cites_exact_words(index: Path) -> None:
    question = "How many people were evacuated from Kabul airport?"
    done = run("qa_app", "ask", question, "--index", index, "--json")
    (answer,) = lines(done.stdout)
    assert answer["status"] == "answered"
    assert "124,000" in answer["sentences"][0]["text"]
    # Two articles tell it: both are cited.
    cited = {Path(c["path"]).name[:3] for c in answer["citations"]}
    assert cited == {"001", "003"}
    for citation in answer["citations"]:
        with Path(citation["path"]).open(encoding="utf-8", newline="") as file:
            assert file.read()[citation["start"] : citation["end"]] == citation["quote"]
    assert set(answer["timings_ms"]) >= {"encode", "vectors", "words", "fuse", "read", "total"}
    assert 0 <= answer["confidence"] <= 1


def test_ask_a_file_of_questions_in_order(index: Path, tmp_path: Path) -> None:
    asked = tmp_path / "questions.jsonl"
    rows = [
        {"id": "b", "question": "When was Mullah Baradar born?"},
        {"id": 7, "question": "When was he born?", "history": ["Who is Mullah Baradar?"]},
        {"id": "empty", "question": "  "},
        {"id": "foreign", "question": "How do I bake sourdough bread?"},
    ]
    asked.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    done = run("qa_app", "ask", "--questions", asked, "--index", index, "--json")
    answers = lines(done.stdout)
    assert [answer["id"] for answer in answers] == ["b", 7, "empty", "foreign"]
    assert "1968" in answers[0]["answer"]
    assert "1968" in answers[1]["answer"]
    assert answers[1]["understood"] == "When was Mullah Baradar born?"
    assert "empty" in answers[2]["error"]
    assert answers[3]["status"] == "not_found"
    assert answers[3]["nearest"][0]["text"]
    assert "sourdough" in answers[3]["missing"]
    assert done.returncode == 1


def test_questions_from_standard_input(index: Path) -> None:
    line = json.dumps({"id": "x", "question": "Baradar"}) + "\n"
    done = run(
        "embeddings", "search", "--questions", "-", "--k", 1, "--index", index, "--json", stdin=line
    )
    (found,) = lines(done.stdout)
    assert found["id"] == "x"
    assert len(found["hits"]) == 1


def test_chat_answers_until_an_empty_line(index: Path) -> None:
    done = run("qa_app", "chat", "--index", index, stdin="When was Mullah Baradar born?\n\n")
    assert "1968 and was a co-founder of the group. [1]" in done.stdout
    assert "[1] The Taliban took a trip to Iran this month…" in done.stdout
    assert done.stderr.startswith("5 articles.")
    assert done.returncode == 0


def test_show_prints_the_text_that_offsets_count(index: Path) -> None:
    name = "002_2c4d026b990d7c81.txt"
    done = run("embeddings", "show", name, "--text", "--index", index)
    assert done.stdout == (SEEDS / name).read_text(encoding="utf-8")
    done = run("embeddings", "show", name, "--index", index)
    assert "title: none; the first words are: The Taliban took a trip to Iran this month" in (
        done.stdout
    )
    assert "published: 2019-11-27" in done.stdout


def test_status_lists_articles(index: Path) -> None:
    done = run("embeddings", "status", "--index", index, "--json")
    (status,) = lines(done.stdout)
    assert status["articles"] == 5
    assert status["publishers"] == ["BreaknLinks", "New Eastern Outlook", "wsws.org"]
    titles = {Path(item["path"]).name[:3]: item["title"] for item in status["listing"]}
    assert titles["002"] is None
    assert titles["000"] == "Trump Needs Iran to Make A Deal With The Taliban"


def test_the_first_question_indexes_the_example_articles(tmp_path: Path) -> None:
    done = run("qa_app", "ask", "Who led the Taliban delegation?", "--index", tmp_path / "new")
    assert done.returncode == 0
    assert "Mullah Abdul Ghani Baradar" in done.stdout


def test_remove_and_restore(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("Storks returned to Oran. They nest on the old town hall.")
    index = ("--index", tmp_path / "index")
    assert run("embeddings", "index", folder, *index).returncode == 0
    assert (
        run("embeddings", "remove", "a.txt", *index).stdout == "a.txt taken out; 0 articles left\n"
    )
    again = run("embeddings", "index", folder, *index)
    assert "0 added" in again.stdout
    (folder / "b.txt").write_text("Snow fell in Oran. Schools were closed for the day.")
    assert "1 added" in run("embeddings", "index", folder, *index).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("embeddings",),
        ("embeddings", "search"),
        ("embeddings", "search", "q", "--questions", "f"),
        ("embeddings", "search", "q", "--after", "yesterday"),
        ("embeddings", "search", "q", "--k", "0"),
        ("qa_app", "ask"),
        ("qa_app", "dance"),
    ],
)
def test_misuse_is_2(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage:" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("embeddings", "search", "q", "--index", "{tmp}/none"), "no collection in"),
        (("embeddings", "status", "--index", "{tmp}/none"), "python -m embeddings index PATH"),
        (("embeddings", "index", "{tmp}/nowhere", "--index", "{tmp}/i"), "nowhere"),
        (("embeddings", "index", "{seeds}", "--index", "/proc/nowhere"), "choose another"),
        (("embeddings", "show", "nothing.txt", "--index", "{index}"), "no article 'nothing.txt'"),
        (("qa_app", "ask", "", "--index", "{index}"), "the question is empty"),
        (("qa_app", "ask", "\x07\x1b", "--index", "{index}"), "the question is empty"),
        (("qa_app", "ask", "why " * 10_000, "--index", "{index}"), "has 10,000 words"),
        (("qa_app", "ask", "--questions", "{tmp}/none", "--index", "{index}"), "cannot read"),
        (("qa_app", "ask", "q", "--index", "{index}", "--encoder", "{tmp}/none"), "cannot load"),
    ],
)
def test_failures_are_1_and_say_what_to_do(
    arguments: tuple[str, ...], said: str, index: Path, tmp_path: Path
) -> None:
    given = [a.format(tmp=tmp_path, seeds=SEEDS, index=index) for a in arguments]
    done = run(*given, HF_HUB_OFFLINE="1")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_lines_of_a_question_file_are_named(index: Path, tmp_path: Path) -> None:
    asked = tmp_path / "questions.jsonl"
    asked.write_text('{"id": 1, "question": "Baradar"}\nnot json\n', encoding="utf-8")
    done = run("embeddings", "search", "--questions", asked, "--index", index, "--json")
    assert done.returncode == 1
    assert f"{asked}:2: not JSON" in done.stderr


def test_no_articles(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = run("qa_app", "ask", "q", "--index", tmp_path / "index", QA_ARTICLES=str(empty))
    assert done.returncode == 1
    assert "there are no articles" in done.stderr

"""``python -m qa_app`` with a language model: what is printed, kept, left out and refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.language_models.replies import Reply, Says, Status
from tests.language_models.scripted import ScriptedServer
from tests.qa_app.model_answers.asking import FLOODED, MODEL, QUESTION, Run, nobody

GOOD = Says(f"{FLOODED} [1]")
LIE = "The army shot nine judges on Friday."
HALF_TRUE = Says(f"{FLOODED} [1] {LIE} [2]")


def options(server: ScriptedServer, *more: str) -> tuple[str, ...]:
    return ("--model", MODEL, "--model-url", server.base_url, *more)


def test_ask_as_json(run: Run) -> None:
    with ScriptedServer(GOOD) as server:
        done = run("ask", QUESTION, *options(server, "--json"))
    assert (done.status, done.err) == (0, "")
    record = json.loads(done.out)
    assert (record["status"], record["answer"]) == ("answered", FLOODED)
    (said,), (cited,) = record["sentences"], record["citations"]
    assert said == {
        "text": FLOODED, "citations": [1], "answer": None,
        "support": {"verdict": "supported", "probability": 1.0, "unfounded": []},
    }  # fmt: skip
    assert (cited["article"], cited["start"], cited["end"]) == ("lisbon", 0, 35)
    rows = map(json.loads, Path(cited["path"]).read_text(encoding="utf-8").splitlines())
    (text,) = [row["text"] for row in rows if row["id"] == "lisbon"]
    assert text[cited["start"] : cited["end"]] == cited["quote"] == FLOODED
    assert record["model"]["model"] == MODEL
    assert (record["model"]["outcome"], record["model"]["attempts"]) == ("written", 1)
    assert record["timings_ms"]["write"] > 0


def test_ask_in_words(run: Run) -> None:
    with ScriptedServer(HALF_TRUE) as server:
        done = run("ask", QUESTION, *options(server))
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"{FLOODED} [1]"
    assert lines[1].startswith(f"{LIE} [2] (not supported by its sources; its sources do not have ")
    assert lines[2:5] == [
        "", "Partly supported: read the source before relying on it.", "",
    ]  # fmt: skip
    assert lines[5] == "[1] Flood in Lisbon (Público, Ana Sá, 2024-03-01)"
    assert "\x1b" not in done.out


def test_claims_without_support_are_kept_on_request(run: Run) -> None:
    with ScriptedServer(HALF_TRUE, HALF_TRUE) as server:
        without = json.loads(run("ask", QUESTION, *options(server, "--json")).out)
        kept = json.loads(
            run("ask", QUESTION, *options(server, "--json", "--keep-unsupported")).out
        )
    assert [said["text"] for said in without["sentences"]] == [FLOODED]
    assert [cited["number"] for cited in without["citations"]] == [1]
    assert [said["text"] for said in kept["sentences"]] == [FLOODED, LIE]
    assert kept["sentences"][1]["support"]["verdict"] == "not supported"
    assert [cited["number"] for cited in kept["citations"]] == [1, 2]
    assert without["answer"] == kept["answer"] == FLOODED
    assert without["model"]["unsupported"] == kept["model"]["unsupported"] == 1


def test_a_failure_is_a_notice_and_no_error(run: Run) -> None:
    with ScriptedServer(Status(401)) as server:
        done = run("ask", QUESTION, *options(server))
    assert (done.status, done.err) == (0, "")
    assert done.out.splitlines()[-1] == (
        "tiny gave no answer: its provider did not accept the key, or there is none (status 401). "
        "The answer is in the articles' own words instead."
    )
    assert done.out.startswith(f"{FLOODED} [1]\n")


def test_the_environment_names_the_model(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(GOOD) as server:
        monkeypatch.setenv("QA_MODEL", MODEL)
        monkeypatch.setenv("QA_MODEL_URL", server.base_url)
        assert json.loads(run("ask", QUESTION, "--json").out)["answer"] == FLOODED
        # An option counts more than the environment.
        again = run("ask", QUESTION, "--json", "--model", MODEL, "--model-url", nobody())
        assert json.loads(again.out)["model"]["outcome"] == "unreachable"
        assert [body["model"] for body in server.bodies] == ["tiny"]


def test_a_file_of_questions(run: Run, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "question": QUESTION}, {"id": "b", "question": " "},
        {"id": "c", "question": "And when?", "history": [QUESTION]},
    ]  # fmt: skip
    asked = tmp_path / "asked.jsonl"
    asked.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with ScriptedServer(GOOD, Says("NOT FOUND")) as server:
        done = run("ask", "--questions", str(asked), *options(server, "--json"))
        second = server.bodies[1]["messages"][1]["content"].splitlines()[-1]
    records = [json.loads(line) for line in done.out.splitlines()]
    assert done.status == 1
    assert [record["id"] for record in records] == ["a", "b", "c"]
    assert records[0]["answer"] == FLOODED
    assert "empty" in records[1]["error"]
    assert (records[2]["status"], records[2]["model"]["outcome"]) == ("not_found", "not found")
    assert second == f"Question: {records[2]['understood']}"
    assert "Lisbon" in second


def test_a_chat_with_a_follow_up(run: Run) -> None:
    replies = GOOD, Says("The mayor was abroad. [2]")
    with ScriptedServer(*replies) as server:
        typed = f"{QUESTION}\n \x07And when did it flood?\n\n"
        done = run("chat", *options(server), typed=typed)
        questions = [body["messages"][1]["content"].splitlines()[-1] for body in server.bodies]
    assert done.status == 0
    assert done.err == "4 articles. Ask; an empty line ends.\n> > > "
    assert questions[0] == f"Question: {QUESTION}"
    assert re.search(r"river|Lisbon", questions[1])
    assert done.out.count("[1] Flood in Lisbon (Público, Ana Sá, 2024-03-01)") == 2
    assert "\nThe mayor was abroad. [1]\n" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--model", "gpt-4"), "'gpt-4' names no language model: expected PROVIDER:MODEL"),
        (("--model", "nobody:x"), "openai, anthropic, google, ollama, compatible"),
        (("--model", "compatible:"), "names no language model"),
        (("--model", "compatible:x"), "--model-url http://HOST:PORT/v1 (or QA_MODEL_URL)"),
        (("--model", "compatible:x", "--model-url", "localhost:8000"), "http://HOST:PORT/v1"),
        (("--model-url", "http://127.0.0.1:9/v1"), "--model compatible:NAME (or QA_MODEL)"),
        (("--model", "openai:gpt-4.1-mini"), "OpenAI needs a key: set OPENAI_API_KEY"),
    ],
)
@pytest.mark.parametrize("command", [("ask", QUESTION), ("chat",)])
def test_what_names_no_model_is_said_in_a_line(
    run: Run, command: tuple[str, ...], arguments: tuple[str, ...], said: str
) -> None:
    done = run(*command, *arguments)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 1
    assert said in done.err


@pytest.mark.parametrize("reply", [GOOD, HALF_TRUE, Status(500)])
def test_what_is_piped_has_no_control_sequences(
    run: Run, reply: Reply, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    with ScriptedServer(then=reply) as server:
        assert "\x1b" not in run("ask", QUESTION, *options(server)).out

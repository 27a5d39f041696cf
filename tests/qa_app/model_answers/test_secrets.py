"""A key goes to the model's server in a header, and nowhere else."""

from __future__ import annotations

import base64
import json
import logging
import pickle
from pathlib import Path

import pytest

from embeddings.errors import ModelUnavailable
from qa_app.llm.providers import ModelChoice, open_model
from tests.language_models.replies import (
    CutMidStream,
    ErrorMidStream,
    Garbage,
    Reply,
    Says,
    Status,
)
from tests.language_models.scripted import ScriptedServer
from tests.qa_app.model_answers.asking import FLOODED, MODEL, QUESTION, Library, Run

KEY = "sk-nobodys-0123456789abcdefghijklmnopqrstuv"
ECHO = {"error": {"message": f"Incorrect API key provided: {KEY}.", "code": "invalid_api_key"}}
ECHOES = [
    Says(f"{FLOODED} [1]"),
    Status(401, ECHO),
    Status(400, ECHO),
    Status(500, f"<html>Bearer {KEY}</html>".encode()),
    Status(429, ECHO, headers={"Retry-After": "0"}),
    ErrorMidStream("The river", {"message": f"bad key {KEY}"}),
    CutMidStream("The river"),
    Garbage(f"<html>{KEY}</html>".encode(), "text/html"),
    Garbage(f'data: {{"error": "{KEY}"}}\n\n'.encode()),
    Garbage(f"data: {KEY}\n\n".encode()),
]


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The key in the environment, and every logger at its most talkative."""
    monkeypatch.setenv("QA_MODEL_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    for name in ("openai", "openai._base_client", "httpx", "httpcore", "langchain", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)


@pytest.mark.usefixtures("keyed")
@pytest.mark.parametrize("reply", ECHOES)
def test_no_answer_and_no_log_has_the_key(
    library: Library, reply: Reply, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with ScriptedServer(then=reply) as server:
        asked = library.ask(server, index=tmp_path)
        assert server.exchanges[0].headers["authorization"] == f"Bearer {KEY}"
    answer = asked.answer
    assert answer.status == "answered"
    assert KEY not in json.dumps(answer.record(unsupported=True)) + repr(asked)
    assert KEY.encode() not in pickle.dumps(answer)
    # What was logged is the proof that something listened.
    assert any(record.name.startswith("openai") for record in caplog.records)
    assert KEY not in caplog.text
    assert KEY not in repr([vars(record) for record in caplog.records])
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["model_use.sqlite3"]
    kept = [*files, *(p for p in library.collection.directory.rglob("*") if p.is_file())]
    assert [path for path in kept if KEY.encode() in path.read_bytes()] == []


@pytest.mark.usefixtures("keyed")
@pytest.mark.parametrize("reply", ECHOES[:6])
@pytest.mark.parametrize("json_option", [(), ("--json",)])
def test_the_command_line_prints_no_key(
    run: Run, reply: Reply, json_option: tuple[str, ...], tmp_path: Path
) -> None:
    with ScriptedServer(then=reply) as server:
        done = run("ask", QUESTION, "--model", MODEL, "--model-url", server.base_url, *json_option)
        assert server.exchanges[0].headers["authorization"] == f"Bearer {KEY}"
    assert done.status == 0
    assert "Lisbon" in done.out
    assert KEY not in done.out + done.err
    assert [p for p in tmp_path.rglob("*") if p.is_file() and KEY.encode() in p.read_bytes()] == []


def test_a_key_for_another_provider_stays_here(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with ScriptedServer(Says(f"{FLOODED} [1]")) as server:
        library.ask(server)
        (asked,) = server.exchanges
    assert KEY not in repr(asked)


def test_blanks_around_a_key_are_not_part_of_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_MODEL_KEY", f" {KEY}\r\n")
    with ScriptedServer(Says(f"{FLOODED} [1]")) as server:
        assert library.ask(server).answer.text == FLOODED
        assert server.exchanges[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google", "compatible"])
@pytest.mark.parametrize(
    "bad", [f"{KEY}\nX-Other: 1", f"{KEY[:9]} {KEY[9:]}", f"{KEY}é", f"“{KEY}”", f"{KEY}\x00"]
)
def test_what_cannot_be_a_key_is_refused_without_being_told(
    provider: str, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa_app.llm.providers.find_spec", lambda _: True)
    choice = ModelChoice(provider, "m", "http://127.0.0.1:9/v1")
    with pytest.raises(ModelUnavailable) as told:
        open_model(choice, 64, 5.0, lambda _: bad)
    assert "cannot be one: it has blanks, line ends, or letters that are not ASCII" in str(
        told.value
    )
    assert KEY[:9] not in str(told.value)
    assert (told.value.__cause__, told.value.__context__) == (None, None)


def test_the_command_line_refuses_such_a_key_in_a_line(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_MODEL_KEY", f"{KEY}\nX-Other: 1")
    with ScriptedServer() as server:
        done = run("ask", QUESTION, "--model", MODEL, "--model-url", server.base_url)
    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "error: the key in QA_MODEL_KEY cannot be one: it has blanks, line ends, or letters that "
        "are not ASCII; copy it again, without quotes around it\n"
    )


def test_what_an_address_says_of_its_user_is_not_told(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedServer(Status(401)) as server:
        url = server.base_url.replace("http://", f"http://me:{KEY}%21@")
        done = run("ask", QUESTION, "--model", MODEL, "--model-url", url, "--json")
        basic = server.exchanges[0].headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(basic).decode() == f"me:{KEY}!"
    assert done.status == 0
    assert json.loads(done.out)["model"]["outcome"] == "key"
    assert KEY not in done.out + done.err + caplog.text

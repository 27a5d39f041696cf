"""Tiny models, alone and behind a real server, through the client that the product uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from transformers import AutoModelForCausalLM, AutoTokenizer

from tests.language_models import servers
from tests.language_models.fixtures import ANSWER, ANSWERING, BABBLING
from tests.language_models.servers import RealServer, serve
from tests.language_models.tiny import answering_model, babbling_model

TWICE = "The mayor said the river rose [1]. The mayor said “no” – שלום 🚆 [2][3]."
PROMPTS = ["", "The mayor said", "[1] Ünïcode “quotes” 🚆\r\n[2] שלום " * 200]


def client(server: RealServer, name: str, **options: object) -> BaseChatModel:
    settings = {"temperature": 0, "stream_usage": True, "max_retries": 0, "timeout": 60} | options
    return init_chat_model(
        name, model_provider="openai", base_url=server.base_url, api_key="none", **settings
    )


def whole(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    return sum(chunks[1:], chunks[0])


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_model_gives_its_answer_whatever_the_prompt(tmp_path: Path, prompt: str) -> None:
    folder = answering_model(tmp_path / "model", TWICE, ["The mayor said", "another river"])
    network = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": prompt}]
    asked = tokenizer.apply_chat_template(
        messages, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    said = network.generate(**asked, max_new_tokens=100)[0, asked["input_ids"].shape[1] :]
    assert tokenizer.decode(said[:-1]) == TWICE
    assert said[-1] == tokenizer.eos_token_id


def test_models_made_twice_have_the_same_weights(tmp_path: Path) -> None:
    one, two = (babbling_model(tmp_path / name, ["a b", "c"]) for name in ("one", "two"))
    name = "model.safetensors"
    assert (one / name).read_bytes() == (two / name).read_bytes()


def test_the_server_streams_words_and_usage(model_server: RealServer) -> None:
    chunks = list(client(model_server, ANSWERING).stream([("system", "Ask."), ("user", "Where?")]))
    assert [chunk.text for chunk in chunks if chunk.text] == [
        "The", " river", " flooded", " Lisbon", " on", " Sunday", " [1].",
    ]  # fmt: skip
    answer = whole(chunks)
    assert answer.response_metadata["finish_reason"] == "stop"
    # Prompt: two messages of one word, each between its role and its end, and the next role.
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["input_tokens"] == 7
    assert answer.usage_metadata["output_tokens"] == len(ANSWER.split()) + 1


def test_the_server_answers_at_once(model_server: RealServer) -> None:
    assert client(model_server, ANSWERING).invoke("Where?").text == ANSWER


def test_the_server_minds_max_tokens(model_server: RealServer) -> None:
    answer = whole(list(client(model_server, ANSWERING, max_tokens=3).stream("Where?")))
    assert answer.text == "The river flooded"
    assert answer.response_metadata["finish_reason"] == "length"
    babble = whole(list(client(model_server, BABBLING, max_tokens=20).stream("Where?")))
    assert len(babble.text.split(" ")) == 20
    assert babble.response_metadata["finish_reason"] == "length"


def test_the_server_answers_again_after_a_stream_was_stopped(model_server: RealServer) -> None:
    stream = client(model_server, BABBLING).stream("Where?")
    next(chunk for chunk in stream if chunk.text)
    stream.close()
    assert client(model_server, ANSWERING).invoke("Where?").text == ANSWER


def test_the_process_is_gone_after_the_block(tmp_path: Path) -> None:
    with serve(tmp_path) as server:
        os.killpg(server.pid, 0)
        assert server.base_url.startswith("http://127.0.0.1:")
    with pytest.raises(ProcessLookupError):
        os.killpg(server.pid, 0)


def test_a_missing_server_is_an_error_that_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "is_serve_available", lambda: False)
    with (
        pytest.raises(RuntimeError, match=r"pip install -r requirements-dev\.txt"),
        serve(tmp_path),
    ):
        raise AssertionError("served without a server")


def test_a_server_that_does_not_start_shows_what_it_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers.sys, "executable", "/bin/echo")
    with pytest.raises(RuntimeError, match=r"ended with 0(?s:.)*serve --host"), serve(tmp_path):
        raise AssertionError("served without a server")

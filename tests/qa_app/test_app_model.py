"""A language model on the page: chosen in the sidebar, streamed, marked, and never in the way."""

import json

import pytest
import streamlit as st

from qa_app import startup, verification
from qa_app.history import ConversationStore
from qa_app.llm import providers
from tests.language_models.replies import Says, Status
from tests.language_models.scripted import ScriptedServer
from tests.qa_app import page_fakes as fakes
from tests.qa_app.llm_fakes import WordChecker
from tests.qa_app.page_runs import answers, ask, drawn, start

SECRET = "sk-very-secret"  # noqa: S105 (nobody's)
QUESTION = "Who led the delegation to Lisbon?"
WROTE = "The delegation to Lisbon was led by Inês Sousa [1]. Aliens met nobody here [1]."


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page with the real assistant over three articles; the model is to be chosen."""
    monkeypatch.setenv("QA_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("QA_ARTICLES", str(fakes.write_articles(tmp_path / "articles")))
    monkeypatch.setenv("QA_THRESHOLD", "0")
    monkeypatch.setattr(startup, "open_collection", fakes.fake_open)
    monkeypatch.setattr(verification, "released_checker", WordChecker)
    st.cache_resource.clear()
    yield tmp_path / "index"
    st.cache_resource.clear()


@pytest.fixture
def server():
    with ScriptedServer(then=Says(WROTE)) as opened:
        yield opened


def choose(at, server, model="tiny"):
    at.selectbox(key="model-provider").select("compatible").run()
    at.text_input(key="model-name-compatible").input(model).run()
    at.text_input(key="model-address-compatible").input(server).run()
    return at


def facts(at):
    return {row["title"]: row["detail"] for row in drawn(at, "facts")["rows"]}


def kept(index, at):
    store = ConversationStore(index)
    turns = store.turns(at.session_state["page"].conversation)
    store.close()
    return turns


def test_without_a_choice_the_articles_own_sentences_answer(page, server):
    at = ask(start(), QUESTION)
    assert "no language model" in facts(at)["Answers by"]
    assert answers(at)[0]["sentences"]
    assert server.exchanges == []


def test_a_model_that_is_chosen_writes_and_its_claims_are_marked(page, server):
    at = ask(choose(start(), server.base_url), QUESTION)
    assert facts(at)["Answers by"] == "tiny, each statement checked against the articles"
    (answer,) = answers(at)
    first, second = answer["sentences"]
    assert first["parts"][0] == "The delegation to Lisbon was led by Inês Sousa."
    assert (first["unsupported"], first["doubt"]) == (False, "")
    assert (second["unsupported"], second["doubt"]) == (True, "not supported by its sources")
    assert len(server.exchanges) == 1
    (turn,) = kept(page, at)
    assert turn.record["model"]["model"] == "compatible:tiny"
    assert [each["support"]["verdict"] for each in turn.record["sentences"]] == [
        "supported", "not supported",
    ]  # fmt: skip
    assert turn.settings["model_url"] == server.base_url


def test_the_choice_can_be_taken_back(page, server):
    at = choose(start(), server.base_url)
    at.selectbox(key="model-provider").select("none").run()
    ask(at, QUESTION)
    assert server.exchanges == []
    assert "no language model" in facts(at)["Answers by"]


def test_the_settings_may_name_it(page, server, monkeypatch):
    monkeypatch.setenv("QA_MODEL", "compatible:mine")
    monkeypatch.setenv("QA_MODEL_URL", server.base_url)
    at = ask(start(), QUESTION)
    assert facts(at)["Answers by"].startswith("mine, ")
    assert at.text_input(key="model-name-compatible").value == "mine"
    assert server.bodies[0]["model"] == "mine"


@pytest.mark.parametrize(
    ("model", "address", "said"),
    [("tiny", "", "needs its address"), ("tiny", "ftp://x", "expected http://HOST:PORT/v1")],
)
def test_what_is_wrong_with_a_choice_is_said_and_nothing_is_lost(page, model, address, said):
    at = choose(start(), address, model)
    assert said in drawn(at, "model-problem")["text"]
    assert answers(ask(at, QUESTION))[0]["sentences"]


def test_settings_that_name_no_model_do_not_keep_the_page_from_opening(page, monkeypatch):
    monkeypatch.setenv("QA_MODEL", "gpt")
    at = start()
    assert "expected PROVIDER:MODEL" in drawn(at, "model-problem")["text"]
    assert answers(ask(at, QUESTION))[0]["sentences"]


def test_a_package_that_is_missing_is_named(page, server, monkeypatch):
    monkeypatch.setattr(providers, "find_spec", lambda _: None)
    at = choose(start(), server.base_url)
    assert "pip install -e '.[openai]'" in drawn(at, "model-problem")["text"]
    assert answers(ask(at, QUESTION))[0]["sentences"]


def test_a_key_from_the_secrets_reaches_the_server_and_nothing_else(page, server, monkeypatch):
    monkeypatch.delenv("QA_MODEL_KEY", raising=False)
    at = choose(start(), server.base_url)
    at.secrets["QA_MODEL_KEY"] = SECRET
    # Clients are made once for a choice: another name is another choice.
    at.text_input(key="model-name-compatible").input("other").run()
    ask(at, QUESTION)
    assert server.exchanges[-1].headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in json.dumps([turn.record for turn in kept(page, at)])
    assert all(SECRET.encode() not in each.read_bytes() for each in page.rglob("*")
               if each.is_file())  # fmt: skip


def test_when_it_fails_the_articles_own_sentences_answer_and_it_is_said(page):
    with ScriptedServer(then=Status(401)) as broken:
        at = ask(choose(start(), broken.base_url), QUESTION)
    (answer,) = answers(at)
    assert answer["sentences"]
    assert all(not each["unsupported"] for each in answer["sentences"])
    assert answer["notices"][0].startswith(
        "tiny gave no answer: its provider did not accept the key, or there is none (status 401)."
    )

"""A choice in words, a model to ask, and a key that goes nowhere else."""

from __future__ import annotations

import pytest
from langchain_openai import ChatOpenAI

from embeddings.errors import ModelUnavailable, SettingsInvalid
from qa_app.llm import providers
from qa_app.llm.providers import ModelChoice, choice_from, open_model, without_secrets

SECRET = "sk-very-secret"  # noqa: S105 (nobody's)
LOCAL = "http://127.0.0.1:9/v1"


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_no_choice_is_no_model(nothing: str | None) -> None:
    assert choice_from(nothing) is None


def test_a_choice_is_provider_and_model() -> None:
    assert choice_from(" openai:gpt-4.1-mini ") == ModelChoice("openai", "gpt-4.1-mini")
    assert choice_from("ollama:llama3.2:1b") == ModelChoice("ollama", "llama3.2:1b")
    assert choice_from("compatible:My model", LOCAL) == ModelChoice("compatible", "My model", LOCAL)


@pytest.mark.parametrize(
    ("text", "url", "said"),
    [
        ("gpt-4", None, "expected PROVIDER:MODEL"),
        ("openai:", None, "expected PROVIDER:MODEL"),
        ("nobody:x", None, "openai, anthropic, google, ollama, compatible"),
        ("compatible:x", None, "--model-url"),
        ("compatible:x", "file:///etc/passwd", "none of a server"),
        ("compatible:x", "http://[", "none of a server"),
        ("compatible:x", "http://", "none of a server"),
        ("compatible:x", "http://h:port/v1", "none of a server"),
        ("", LOCAL, "no model"),
    ],
)
def test_what_is_no_choice_says_what_would_be(text: str, url: str | None, said: str) -> None:
    with pytest.raises(SettingsInvalid) as told:
        choice_from(text, url)
    assert said in str(told.value)


def test_a_name_tells_no_password() -> None:
    choice = ModelChoice("compatible", "m", f"http://me:{SECRET}@[::1]:8000/v1?key={SECRET}")
    assert choice.name == "compatible:m"
    assert without_secrets(choice.url) == "http://[::1]:8000/v1"
    assert [without_secrets(each) for each in ("http://[", "me:x@host/v1", "")] == ["", "", ""]


def test_a_server_of_ones_own_needs_no_key() -> None:
    asked: list[str] = []
    choice = ModelChoice("compatible", "m", LOCAL)
    model = open_model(choice, 64, 5.0, asked.append)
    assert isinstance(model, ChatOpenAI)
    assert (model.model_name, model.openai_api_base, model.max_retries) == ("m", LOCAL, 0)
    assert model.extra_body == {"max_tokens": 64}
    assert asked == ["QA_MODEL_KEY"]


def test_a_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    model = open_model(ModelChoice("openai", "gpt-4.1-mini"), 64, 5.0)
    assert isinstance(model, ChatOpenAI)
    assert SECRET not in repr(model) + str(model)
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ModelUnavailable, match="set OPENAI_API_KEY in the environment"):
        open_model(ModelChoice("openai", "gpt-4.1-mini"), 64, 5.0)


@pytest.mark.parametrize("provider", list(providers.PROVIDERS))
def test_a_missing_package_names_the_command(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "find_spec", lambda _: None)
    extra = providers.PROVIDERS[provider].extra
    with pytest.raises(ModelUnavailable) as told:
        open_model(ModelChoice(provider, "m", LOCAL), 64, 5.0, lambda _: SECRET)
    assert f"`pip install -e '.[{extra}]'`" in str(told.value)


def test_what_a_package_says_of_the_settings_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **given: object) -> None:
        raise ValueError(f"bad key {given['api_key']}")

    monkeypatch.setattr("langchain.chat_models.init_chat_model", refuse)
    with pytest.raises(ModelUnavailable) as told:
        open_model(ModelChoice("openai", "m"), 64, 5.0, lambda _: SECRET)
    assert SECRET not in str(told.value)
    assert told.value.__cause__ is None
    assert "ValueError" in str(told.value)

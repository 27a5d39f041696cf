"""Which language model answers: a choice in words in, a LangChain chat model out.

Enters: "openai:gpt-4.1-mini", "ollama:llama3.2", an address for a server of one's own, and a way to
look a key up. Leaves: a ``ModelChoice``, a chat model. Deliberately keeps no key: it goes from the
environment (or Streamlit's secrets) into the provider's client and nowhere else.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from embeddings.errors import ModelUnavailable, SettingsInvalid

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Key = Callable[[str], str | None]
OLLAMA_WINDOW = 8_192


@dataclass(frozen=True, slots=True)
class Provider:
    """What LangChain and the provider's own package call things.

    ``key`` is the environment variable of the key, empty where none is needed; ``limits`` makes
    arguments of (tokens of an answer, seconds, address).
    """

    title: str
    langchain: str
    package: str
    extra: str
    key: str
    example: str
    limits: Callable[[int, float, str], dict[str, Any]]


def _at(url: str) -> dict[str, Any]:
    """A server's address; a user and password in it go into a header, as clients log addresses."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return {"base_url": url} if url else {}
    basic = base64.b64encode(unquote(user).encode()).decode()
    bare = urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))
    return {"base_url": bare, "default_headers": {"Authorization": f"Basic {basic}"}}


def _openai(tokens: int, seconds: float, url: str) -> dict[str, Any]:
    given = {"max_tokens": tokens, "timeout": seconds, "max_retries": 0, "stream_usage": True}
    return given | _at(url)


def _compatible(tokens: int, seconds: float, url: str) -> dict[str, Any]:
    # Servers of one's own know the older name of the limit, which the client sends under another.
    given = _openai(tokens, seconds, url) | {"temperature": 0.0}
    del given["max_tokens"]
    return given | {"extra_body": {"max_tokens": tokens}, "use_responses_api": False}


def _anthropic(tokens: int, seconds: float, url: str) -> dict[str, Any]:
    given = {"max_tokens": tokens, "timeout": seconds, "max_retries": 0}
    return given | _at(url)


def _google(tokens: int, seconds: float, url: str) -> dict[str, Any]:
    given = {"max_output_tokens": tokens, "timeout": seconds, "max_retries": 1}
    return given | ({"base_url": url} if url else {})


def _ollama(tokens: int, seconds: float, url: str) -> dict[str, Any]:
    # Its own window may be shorter than a prompt, which it then cuts without a word.
    given: dict[str, Any] = {"num_predict": tokens, "num_ctx": OLLAMA_WINDOW, "temperature": 0.0}
    given["client_kwargs"] = {"timeout": seconds}
    return given | ({"base_url": url} if url else {})


PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider(
        "OpenAI", "openai", "langchain_openai", "openai", "OPENAI_API_KEY",
        "gpt-4.1-mini", _openai,
    ),
    "anthropic": Provider(
        "Anthropic", "anthropic", "langchain_anthropic", "anthropic", "ANTHROPIC_API_KEY",
        "claude-haiku-4-5", _anthropic,
    ),
    "google": Provider(
        "Google", "google_genai", "langchain_google_genai", "google", "GOOGLE_API_KEY",
        "gemini-2.5-flash", _google,
    ),
    "ollama": Provider(
        "Ollama, on this machine", "ollama", "langchain_ollama", "ollama", "", "llama3.2", _ollama
    ),
    "compatible": Provider(
        "Another server, by OpenAI's protocol", "openai", "langchain_openai", "openai",
        "QA_MODEL_KEY", "the model's name there", _compatible,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One model of one provider; ``url`` is a server's address, empty for the provider's own."""

    provider: str
    model: str
    url: str = ""

    @property
    def name(self) -> str:
        """The choice as it is set, without its address: "provider:model"."""
        return f"{self.provider}:{self.model}"


def choice_from(text: str | None, url: str | None = None) -> ModelChoice | None:
    """The choice that settings or options name: "provider:model"; None for no model.

    Raises:
        SettingsInvalid: it is not such a choice; the message says what would be.
    """
    text, url = (text or "").strip(), (url or "").strip()
    if not text:
        if url:
            raise SettingsInvalid(
                "an address of a language model is given and no model: name it as well, "
                "--model compatible:NAME (or QA_MODEL)"
            )
        return None
    provider, colon, model = text.partition(":")
    known = ", ".join(PROVIDERS)
    if not colon or not model.strip() or provider.strip() not in PROVIDERS:
        raise SettingsInvalid(
            f"{text!r} names no language model: expected PROVIDER:MODEL with a provider of "
            f"{known}, for example openai:{PROVIDERS['openai'].example} or ollama:llama3.2"
        )
    provider = provider.strip()
    if url and not without_secrets(url).startswith(("http://", "https://")):
        raise SettingsInvalid(
            "the address given for a language model is none of a server: expected "
            "http://HOST:PORT/v1, or https"
        )
    if provider == "compatible" and not url:
        raise SettingsInvalid(
            "a server that speaks OpenAI's protocol needs its address: --model-url "
            "http://HOST:PORT/v1 (or QA_MODEL_URL)"
        )
    return ModelChoice(provider, model.strip(), url)


def is_installed(provider: Provider) -> bool:
    """Whether the provider's package is there."""
    return find_spec(provider.package) is not None


def open_model(
    choice: ModelChoice, tokens: int, seconds: float, key: Key | None = None
) -> BaseChatModel:
    """The chat model of a choice. Nothing is sent yet.

    Args:
        choice: whose model.
        tokens: the most that an answer may have.
        seconds: the longest that the model may be silent.
        key: looks a key up by its name; the environment where None.

    Raises:
        ModelUnavailable: its package is not installed, or there is no key that can be one.
    """
    provider = PROVIDERS[choice.provider]
    if not is_installed(provider):
        raise ModelUnavailable(
            f"{provider.title} needs a package that is not installed: run "
            f"`pip install -e '.[{provider.extra}]'` in the project's folder"
        )
    secret = _secret(provider, key or os.environ.get)
    given = provider.limits(tokens, seconds, choice.url)
    if secret:
        given["api_key"] = secret
    elif choice.provider == "compatible":
        # Its client insists on a key; a server without accounts does not look at it.
        given["api_key"] = "none"
    elif provider.key:
        raise ModelUnavailable(
            f"{provider.title} needs a key: set {provider.key} in the environment"
            " or in .streamlit/secrets.toml, then start again"
        )
    from langchain.chat_models import init_chat_model  # noqa: PLC0415 (heavy, and rarely used)

    try:
        model: BaseChatModel = init_chat_model(
            choice.model, model_provider=provider.langchain, **given
        )
    except Exception as exc:  # noqa: BLE001 (any package, any error; told by its name)
        # Not chained: what a provider's package says may repeat the key.
        raise ModelUnavailable(
            f"{choice.name} cannot be used: its package refused the settings "
            f"({type(exc).__name__}); check the model's name and address"
        ) from None
    return model


def _secret(provider: Provider, key: Key) -> str:
    """The provider's key without blanks around it; empty where it needs none or there is none.

    Raises:
        ModelUnavailable: it is not what can stand in an HTTP header, and is no key.
    """
    found = (key(provider.key) or "").strip() if provider.key else ""
    if not all("!" <= c <= "~" for c in found):
        # Refused here: the client's own error would repeat it.
        raise ModelUnavailable(
            f"the key in {provider.key} cannot be one: it has blanks, line ends, or letters that "
            "are not ASCII; copy it again, without quotes around it"
        )
    return found


def without_secrets(url: str) -> str:
    """An address without the user, password and query that it may hold; empty if it has no host."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return urlunsplit((parts.scheme, host + port, parts.path, "", "")) if host else ""

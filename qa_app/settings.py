"""Every option of the app, read once from the environment; data only.

Enters: environment variables that begin with ``QA_`` (``QA_INDEX=/data/index``) and a ``.env``
file in the current folder. Leaves: ``Settings``. Deliberately opens nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from embeddings.collection import DEFAULT_DIRECTORY
from embeddings.engines.milvus.address import folder_of
from embeddings.errors import SettingsInvalid

# The example articles lie beside the package in a checkout; an installed package has none.
SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def read_settings(**given: Any) -> Settings:  # noqa: ANN401 (any of the settings below)
    """The settings from outside, with those that are given in their place.

    Raises:
        SettingsInvalid: a value cannot be used; the message names the variable.
    """
    try:
        return Settings(**given)
    except ValidationError as exc:
        wrong = [f"QA_{error['loc'][0]}".upper() + f": {error['msg']}" for error in exc.errors()]
        raise SettingsInvalid(f"a setting cannot be used: {'; '.join(wrong)}") from exc


class Settings(BaseSettings):
    """What can be set, with its default; ``QA_<NAME>`` sets it from outside."""

    model_config = SettingsConfigDict(env_prefix="QA_", env_file=".env", extra="ignore")

    index: Path = Field(DEFAULT_DIRECTORY, description="the index folder, or an address of Milvus")
    articles: Path = Field(SEEDS, description="what an empty collection is filled from")
    encoder: str | None = Field(None, description="folder or name of another embedding model")
    rerank: bool = Field(True, description="whether the reader has a say in the ranking")
    k: int = Field(12, ge=1, le=100, description="passages read for each question")
    max_sentences: int = Field(5, ge=1, le=20, description="sentences of an answer, at most")
    threshold: float | None = Field(
        None, ge=0, le=1, description="confidence below which nothing is answered"
    )
    model: str | None = Field(
        None, description="language model that writes the answers, as PROVIDER:MODEL; none: none"
    )
    model_url: str | None = Field(None, description="address of a language-model server")
    model_tokens: int = Field(800, ge=16, description="tokens that a model may write an answer")
    model_seconds: float = Field(60.0, gt=0, description="seconds that a model may take an answer")
    model_day_tokens: int = Field(
        2_000_000, ge=0, description="tokens that models may read and write in a day (UTC)"
    )
    keep_unsupported: bool = Field(
        False, description="whether --json keeps claims that their citations do not support"
    )
    upload_megabytes: int = Field(50, ge=1, description="largest upload taken")

    @property
    def folder(self) -> Path:
        """The folder on this machine for what goes with the index: conversations, used tokens."""
        return folder_of(self.index)

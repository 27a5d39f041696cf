"""Articles with planted faults, and no settings from outside."""

import os

import pytest

from tests.eval.made_articles import write_planted


@pytest.fixture
def planted(tmp_path):
    return write_planted(tmp_path / "articles")


@pytest.fixture(autouse=True)
def unset(monkeypatch, tmp_path):
    """No settings from outside."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("QA_")]:
        monkeypatch.delenv(name)

"""Fixtures: the assistant over the example articles; a server of its page, readers at it."""

import shutil

import pytest
import streamlit as st

from qa_app import assistant as assistants
from qa_app import startup
from qa_app.assistant import Assistant
from qa_app.settings import Settings
from tests.news import SEEDS
from tests.qa_app import page_fakes as fakes
from tests.qa_app.browsing import APP, Reader, serving


@pytest.fixture(scope="module")
def assistant(seeds):
    """The product over the example articles."""
    return Assistant(seeds, Settings(_env_file=None))


@pytest.fixture(scope="module")
def originals():
    """The example files as they lie on the disk, line ends and all."""
    return {str(path.resolve()): path.read_bytes().decode("utf-8") for path in SEEDS.glob("*.txt")}


@pytest.fixture(scope="module")
def site(request, browser, tmp_path_factory):
    """The address of a server of the page, or of the script that the module names ``SCRIPT``."""
    script = getattr(request.module, "SCRIPT", APP)
    folder = tmp_path_factory.mktemp("site")
    if script != APP:
        # Settings lie beside the app's script; for another they are read where the server starts.
        shutil.copytree(APP.with_name(".streamlit"), folder / ".streamlit")
    with serving(script, folder) as url:
        yield url


@pytest.fixture
def visit(browser, site):
    """Come to the page; afterwards nothing went wrong and nothing but the page was asked for."""
    readers = []

    def begin(**look):
        readers.append(Reader(browser, site, **look))
        return readers[-1]

    yield begin
    for reader in readers:
        assert reader.errors == []
        assert reader.hosts() == {"localhost"}
        reader.context.close()


@pytest.fixture
def index(tmp_path, monkeypatch):
    """The index folder of a page that runs without a browser, with a scripted assistant."""
    monkeypatch.setenv("QA_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("QA_ARTICLES", str(fakes.write_articles(tmp_path / "articles")))
    monkeypatch.setattr(startup, "open_collection", fakes.fake_open)
    monkeypatch.setattr(assistants, "Assistant", fakes.ScriptedAssistant)
    fakes.ScriptedAssistant.asked.clear()
    fakes.ScriptedAssistant.told.clear()
    st.cache_resource.clear()
    yield tmp_path / "index"
    st.cache_resource.clear()

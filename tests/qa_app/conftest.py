"""Fixtures of the browser tests: a server of the page, a browser, readers at it."""

import os
import shutil

import pytest

from tests.qa_app.browsing import APP, CHROMIUM, FLAGS, Reader, serving


@pytest.fixture(scope="module")
def browser():
    """A browser; without one its tests are skipped, in CI they fail."""
    if not CHROMIUM.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"no browser at {CHROMIUM}: install Debian's chromium, or name it in CHROMIUM")
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


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

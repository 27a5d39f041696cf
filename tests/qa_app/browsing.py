"""What the browser tests stand on: a server of the page, a reader at it, and what they see."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import expect

import qa_app
from tests.qa_app.page_fakes import write_articles

APP = Path(qa_app.__file__).with_name("app.py")
WAIT_SECONDS = 120
# As patient as everything else here: how fast a machine is decides no test.
expect.set_options(timeout=WAIT_SECONDS * 1000)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_until_up(process, url):
    limit = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < limit:
        assert process.poll() is None, "the server ended before it was up"
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")


@contextmanager
def serving(script, folder, **settings):
    """A server of a page over the articles of this test, and its address."""
    port = free_port()
    # A page of the tests' own lies elsewhere than the app, and runs as the app does all the same.
    own = folder / ".streamlit"
    own.mkdir(exist_ok=True)
    shutil.copy(APP.parent / ".streamlit" / "config.toml", own)
    environment = {
        **os.environ,
        "QA_INDEX": str(folder / "index"),
        "QA_ARTICLES": str(write_articles(folder / "articles")),
        "PYTHONPATH": os.pathsep.join([str(APP.parents[1]), os.environ.get("PYTHONPATH", "")]),
        **settings,
    }
    command = [sys.executable, "-m", "streamlit", "run", str(script)]
    options = ["--server.port", str(port), "--server.headless", "true"]
    with (folder / "log").open("w") as log:
        # Neither the repository's folder nor its index: the page must run from anywhere.
        process = subprocess.Popen(
            [*command, *options], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            wait_until_up(process, f"http://localhost:{port}")
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


class Reader:
    """Someone at the page: what they do, and what the page asked for on the way."""

    def __init__(self, browser, site, **look):
        self.context = browser.new_context(**look)
        self.context.set_default_timeout(WAIT_SECONDS * 1000)
        self.page = self.context.new_page()
        self.requests, self.errors = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(site)
        self.box = self.page.get_by_test_id("stChatInputTextArea")
        self.box.wait_for()
        # While the page is still being drawn, Enter would stop that instead of asking.
        self.settle()

    def ask(self, question):
        """Ask; return the answer when it is whole."""
        answers = self.page.locator("article[data-root]")
        count = answers.count()
        self.box.fill(question)
        self.box.press("Enter")
        answers.nth(count).wait_for()
        self.settle()
        return answers.nth(count)

    def settle(self):
        """Wait until the script behind the page has nothing more to do."""
        self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()

    def act(self, do):
        """Do something, and wait until the script behind the page has run because of it."""
        self.page.evaluate(
            """() => { const app = document.querySelector('[data-testid="stApp"]');
            window.ran = false;
            new MutationObserver(() => {
              if (app.dataset.testScriptState !== "notRunning") window.ran = true;
            }).observe(app, { attributes: true }); }"""
        )
        do()
        self.page.wait_for_function("() => window.ran")
        self.settle()

    def sidebar(self, name):
        self.page.get_by_test_id("stSidebar").get_by_text(name, exact=True).first.click()

    def hosts(self):
        addresses = [urlsplit(url) for url in self.requests]
        return {each.hostname for each in addresses if each.scheme in ("http", "https", "ws")}


def focused(page):
    """The name or text of what has the focus, inside components as well."""
    return page.evaluate(
        """() => { let node = document.activeElement;
        while (node && node.shadowRoot && node.shadowRoot.activeElement)
          node = node.shadowRoot.activeElement;
        return node ? node.getAttribute("aria-label") || node.textContent : ""; }"""
    )


def contrast(page, selector):
    """Contrast of a text with the page's background, as WCAG 2 reckons it."""
    return page.locator(selector).first.evaluate(
        """node => {
        const light = (colour) => {
          const canvas = document.createElement("canvas").getContext("2d");
          canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
          const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
            .map((v) => v / 255)
            .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const page = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
        const [a, b] = [light(getComputedStyle(node).color), light(page)].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05); }"""
    )

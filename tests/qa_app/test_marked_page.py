"""The words that answer in a browser: bold in the answer and in the opened article."""

import os
import shutil
from pathlib import Path

import pytest

from tests.qa_app.browsing import APP, CHROMIUM, FLAGS, Reader, contrast, serving
from tests.qa_app.marked_words import MARKED

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists() and os.environ.get("CI") != "true",
    reason=f"no browser at {CHROMIUM}: install Debian's chromium, or name another in CHROMIUM",
)
EVERYTHING = " ".join(each.file for each in MARKED)
OVERFLOW = """() => [document.documentElement, document.querySelector('.stMain')]
    .map(node => node.scrollWidth - node.clientWidth)"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    script = Path(__file__).with_name("marked_page.py")
    folder = tmp_path_factory.mktemp("site")
    # Settings lie beside the app's script; for another they are read where the server starts.
    shutil.copytree(APP.with_name(".streamlit"), folder / ".streamlit")
    with serving(script, folder) as url:
        yield url


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, site):
    readers = []

    def begin(**look):
        readers.append(Reader(browser, site, **look))
        return readers[-1]

    yield begin
    for reader in readers:
        assert reader.errors == []
        assert reader.hosts() == {"localhost"}
        reader.context.close()


def test_bold_are_exactly_the_words_that_answer(visit):
    reader = visit(viewport={"width": 1280, "height": 800})
    answer = reader.ask(f"What of {EVERYTHING}?")
    prose = answer.locator(".prose")
    bold = [each.words_line for each in MARKED if each.words]
    assert prose.locator("strong").all_text_contents() == bold
    numbered = [f"{each.line}{number}" for number, each in enumerate(MARKED, start=1)]
    assert prose.text_content() == " ".join(numbered)
    weights = "nodes => nodes.map(node => Number(getComputedStyle(node).fontWeight))"
    assert set(prose.locator("strong").evaluate_all(weights)) == {700}
    mark = reader.page.locator("aside mark")
    for number, each in enumerate(MARKED, start=1):
        answer.get_by_role("button", name=f"Source {number}: ").first.click()
        playwright.expect(reader.page.locator("aside h2")).to_contain_text(
            f"News of the harbour in {each.file}"
        )
        assert mark.text_content() == each.text
        assert mark.locator("strong").all_text_contents() == ([each.words] if each.words else [])


def test_marks_stay_with_the_last_word_beside_bold_words(visit):
    reader = visit(viewport={"width": 400, "height": 800})
    answer = reader.ask("What of bare.txt last.txt long.txt whole.txt none.txt?")
    tails = ["Ana Prado1", ".2", ".3", "Nine hundred ships.4", "summer.5"]
    assert answer.locator(".tail").all_text_contents() == tails
    bottoms = """nodes => nodes.map((node) => {
        const rects = node.getClientRects(), bold = node.previousSibling.lastElementChild;
        const before = [...(bold ?? node).getClientRects()].at(-1);
        return [rects.length, Math.abs(rects[0].bottom - before.bottom) < 5]; })"""
    for width in range(340, 481, 10):
        reader.page.set_viewport_size({"width": width, "height": 800})
        placed = answer.locator(".tail").evaluate_all(bottoms)
        assert placed == [[1, True]] * len(tails), width
        assert reader.page.evaluate(OVERFLOW) == [0, 0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_support_is_told_in_words_that_can_be_read(visit, scheme):
    reader = visit(color_scheme=scheme, viewport={"width": 400, "height": 800})
    answer = reader.ask("What of emoji.txt?")
    assert answer.locator(".level").text_content() == "Well supported"
    number = "Estimated probability that the first sentence answers the question: 91%"
    assert answer.locator(".support").get_attribute("title") == number
    assert answer.locator(".support").text_content() == f"Well supported. {number}"
    doubtful = reader.ask("A doubtful one: what of emoji.txt?")
    assert doubtful.locator(".level").text_content() == (
        "Partly supported: read the source before relying on it"
    )
    absent = reader.ask("How do I bake bread?")
    assert absent.locator("h2").text_content() == "Not found in these articles"
    assert absent.locator(".missing").text_content() == "Nothing says this."
    assert absent.get_attribute("aria-label") == "Not found in these articles"
    assert absent.locator(".level").count() == 0
    for selector in (".level", ".support svg", ".prose strong", ".absent h2"):
        assert contrast(reader.page, selector) >= 4.5, selector
    assert reader.page.evaluate(OVERFLOW) == [0, 0]

"""The words that answer in a browser: bold in the answer and in the opened article."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.qa_app.browsing import contrast
from tests.qa_app.marked_words import MARKED
from tests.qa_app.recognised_words import HOSTILE_PAPERS, HOSTILE_WORDS

SCRIPT = Path(__file__).with_name("marked_page.py")
EVERYTHING = " ".join(each.file for each in MARKED)
OVERFLOW = """() => [document.documentElement, document.querySelector('.stMain')]
    .map(node => node.scrollWidth - node.clientWidth)"""


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
        expect(reader.page.locator("aside h2")).to_contain_text(
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_recognised_is_text_whatever_a_heading_says(visit, scheme):
    reader = visit(color_scheme=scheme, viewport={"width": 400, "height": 800})
    asked = []
    reader.page.on("dialog", lambda dialog: asked.append(dialog.message) or dialog.dismiss())
    plain = reader.ask("What of last.txt?")
    assert plain.locator(".recognised").count() == 0
    for question in ("A hostile one: what of last.txt?", "A hostile one that is not there?"):
        line = reader.ask(question).locator(".recognised")
        assert line.locator("bdi").all_text_contents() == HOSTILE_WORDS
        assert line.text_content() == f"Recognised: {' · '.join(HOSTILE_WORDS)}"
        assert line.locator(":not(bdi)").count() == 0
    assert contrast(reader.page, ".recognised") >= 4.5
    assert reader.page.evaluate(OVERFLOW) == [0, 0]
    assert asked == []
    assert reader.page.locator("img[src*='x'], a[href^='javascript']").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_who_else_prints_it_is_text_whatever_their_names_are(visit, scheme):
    reader = visit(color_scheme=scheme, viewport={"width": 400, "height": 800})
    asked = []
    reader.page.on("dialog", lambda dialog: asked.append(dialog.message) or dialog.dismiss())
    assert reader.ask("What of last.txt?").locator(".also").count() == 0
    answer = reader.ask("What of last.txt and whole.txt elsewhere?")
    lines = answer.locator(".sources li .also")
    told = [f"{name}, date not given" for name in HOSTILE_PAPERS]
    assert lines.all_text_contents() == [f"Also in: {told[0]}", f"Also in: {told[0]}; {told[1]}"]
    assert lines.last.locator("bdi").all_text_contents() == told
    assert contrast(reader.page, ".also") >= 4.5
    assert reader.page.evaluate(OVERFLOW) == [0, 0]
    assert asked == []
    assert reader.page.locator("img[src*='x'], a[href^='javascript']").count() == 0

"""The running page in a browser: what a reader sees, clicks and presses."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.qa_app.browsing import WAIT_SECONDS, Reader, contrast, focused, serving
from tests.qa_app.page_fakes import ARTICLES, HOSTILE

QUESTION = "Who led the delegation to Lisbon?"
QUOTE = "The delegation to Lisbon was led by Inês Sousa, the ministry’s chief negotiator."
LATE = "The harbour of Setúbal was closed to ships for eleven days in April."
UPLOAD = "The lighthouse keeper of Nazaré is called Teresa Amaral, and she has kept it since 1998."


def test_the_first_start_shows_how_far_indexing_is(browser, site):
    # The first page of this module: no other has opened the collection yet.
    context = browser.new_context()
    page = context.new_page()
    page.goto(site)
    page.get_by_text("Getting the articles ready").wait_for(timeout=WAIT_SECONDS * 1000)
    page.get_by_test_id("stChatInputTextArea").wait_for(timeout=WAIT_SECONDS * 1000)
    page.get_by_text("Getting the articles ready").wait_for(state="detached")
    page.get_by_text("3 articles, ").wait_for()
    context.close()


def test_a_citation_opens_its_article_at_the_exact_words(visit):
    reader = visit(viewport={"width": 1280, "height": 800})
    answer = reader.ask(QUESTION)
    mark = answer.locator("button.mark").first
    assert re.match(
        r"Source 1: Delegation travels to Lisbon, .+, 5 March 2020$",
        mark.get_attribute("aria-label"),
    )
    mark.hover()
    tip = answer.get_by_role("tooltip")
    tip.wait_for()
    assert QUOTE[:40] in tip.inner_text()
    mark.click()
    marked = reader.page.locator("aside mark")
    marked.wait_for()
    assert marked.text_content() == QUOTE
    expect(marked).to_be_in_viewport(ratio=1)
    expect(reader.page.locator("aside")).to_contain_text("Ana Prado")
    assert reader.page.locator("aside .text").text_content() == ARTICLES["lisbon.txt"]
    # The conversation stands beside the article, not under it.
    right = answer.bounding_box()["x"] + answer.bounding_box()["width"]
    assert right <= reader.page.locator("aside").bounding_box()["x"]


def test_words_far_down_an_article_are_scrolled_to(visit):
    reader = visit(viewport={"width": 1280, "height": 700})
    answer = reader.ask("For how many days was the harbour of Setúbal closed to ships?")
    answer.locator("button.mark").first.click()
    marked = reader.page.locator("aside mark")
    marked.wait_for()
    assert marked.text_content() == LATE
    expect(marked).to_be_in_viewport(ratio=1)
    assert reader.page.locator("aside .text").evaluate("node => node.scrollTop") > 500


def test_what_is_not_there_is_told_apart_and_its_nearest_passages_open(visit):
    reader = visit()
    answer = reader.ask("How do I bake sourdough bread?")
    answer.get_by_text("Not found in these articles").wait_for()
    assert answer.locator("button.mark").count() == 0
    nearest = answer.locator("button.passage")
    nearest.first.click()
    reader.page.locator("aside mark").wait_for()
    expect(reader.page.locator("aside mark")).to_be_in_viewport()


def test_hostile_words_are_shown_as_they_are(visit):
    reader = visit()
    answer = reader.ask(f"What is the password of the harbour gate? {HOSTILE}")
    reader.page.get_by_test_id("stChatMessage").first.get_by_text(HOSTILE).wait_for()
    answer.locator("button.mark, button.passage").first.click()
    reader.page.locator("aside .text").wait_for()
    reader.sidebar("Articles")
    reader.page.get_by_role("button", name=f"Open {HOSTILE}").click()
    expect(reader.page.locator("aside h2")).to_have_text(re.compile(re.escape(HOSTILE)))
    assert reader.page.locator("aside .text").text_content() == ARTICLES["hostile.txt"]
    reader.settle()
    assert reader.page.title() == "Ask the articles"
    for trace in ("a[href*='(b)'], a[href='b']", "img[src*='127.0.0.1']", ".katex"):
        assert reader.page.locator(trace).count() == 0


def test_an_uploaded_file_can_be_asked_about_and_removed(visit):
    reader = visit()
    reader.sidebar("Add articles")
    hostile_name = "lighthouse ![x](y) $z$.txt"
    reader.page.get_by_test_id("stFileUploader").locator("input").set_input_files(
        {"name": hostile_name, "mimeType": "text/plain", "buffer": UPLOAD.encode()}
    )
    reader.page.get_by_role("button", name="Add to the collection").click()
    reader.page.get_by_text("1 article added").wait_for()
    answer = reader.ask("What is the lighthouse keeper of Nazaré called?")
    answer.locator("button.mark").first.click()
    reader.page.locator("aside mark").wait_for()
    assert reader.page.locator("aside mark").text_content() == UPLOAD
    expect(reader.page.locator("aside")).to_contain_text(hostile_name)
    reader.sidebar("Articles")
    rows = reader.page.get_by_test_id("stSidebar").locator("li", has_text="The lighthouse keeper")
    rows.first.get_by_role("button", name=re.compile("^Remove")).click()
    reader.page.get_by_text("3 articles, ").wait_for()
    assert reader.page.locator("aside.open").count() == 0
    answer.locator("button.mark").first.click()
    reader.page.get_by_text("no longer in the collection").wait_for()


def test_a_removed_article_is_restored(visit):
    reader = visit()
    reader.sidebar("Articles")
    side = reader.page.get_by_test_id("stSidebar")
    side.get_by_role("button", name="Remove: Delegation travels to Lisbon").click()
    side.get_by_role("button", name="Restore: Delegation travels to Lisbon").click()
    side.get_by_role("button", name="Remove: Delegation travels to Lisbon").wait_for()
    reader.page.get_by_text("3 articles, ").wait_for()


def test_a_reload_keeps_the_conversation(visit):
    reader = visit()
    before = reader.ask(QUESTION).inner_text()
    assert "conversation=" in reader.page.url
    reader.page.reload()
    answer = reader.page.locator("article[data-root]")
    answer.wait_for()
    assert answer.inner_text() == before
    reader.page.get_by_test_id("stChatMessage").get_by_text(QUESTION).wait_for()


def test_keys_alone_open_a_citation_and_close_it_again(visit):
    reader = visit(viewport={"width": 1280, "height": 800})
    answer = reader.ask(QUESTION)
    expect(reader.box).to_be_focused()
    for _ in range(40):
        reader.page.keyboard.press("Shift+Tab")
        if focused(reader.page).startswith("Source 1:"):
            break
    assert focused(reader.page).startswith("Source 1: Delegation travels to Lisbon")
    answer.get_by_role("tooltip").wait_for()
    reader.page.keyboard.press("Enter")
    reader.page.locator("aside mark").wait_for()
    assert focused(reader.page) == "Text of the article"
    reader.page.keyboard.press("Escape")
    reader.page.locator("aside mark").wait_for(state="detached")
    assert focused(reader.page).startswith("Source 1:")
    reader.settle()
    reader.page.keyboard.press("Enter")
    reader.page.locator("aside mark").wait_for()


def test_on_a_phone_the_article_covers_the_page_and_nothing_is_too_wide(visit):
    reader = visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    answer = reader.ask(QUESTION)
    widths = "() => [document.documentElement, document.querySelector('.stMain')]"
    overflow = f"({widths})().map(node => node.scrollWidth - node.clientWidth)"
    assert reader.page.evaluate(overflow) == [0, 0]
    answer.locator("button.mark").first.tap()
    panel = reader.page.get_by_role("dialog")
    panel.wait_for()
    box = panel.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 390, 844)
    expect(panel.locator("mark")).to_be_in_viewport(ratio=1)
    assert reader.page.evaluate(overflow) == [0, 0]
    for _ in range(4):
        reader.page.keyboard.press("Tab")
        assert focused(reader.page) in ("Close the article", "Text of the article")
    panel.get_by_role("button", name="Close the article").tap()
    panel.wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read_in_light_and_dark(visit, scheme, tmp_path):
    reader = visit(color_scheme=scheme, viewport={"width": 1280, "height": 800})
    reader.ask(QUESTION).locator("button.mark").first.click()
    reader.page.locator("aside mark").wait_for()
    backgrounds = reader.page.evaluate(
        "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    )
    assert (sum(int(n) for n in re.findall(r"\d+", backgrounds)[:3]) < 384) == (scheme == "dark")
    for selector in (
        ".prose",
        "article .detail",
        ".level",
        "aside dt",
        "aside dd",
        "aside .text",
    ):
        assert contrast(reader.page, selector) >= 4.5, selector
    assert reader.page.screenshot(path=tmp_path / f"{scheme}.png")


def test_a_conversation_is_saved_with_its_sources(visit):
    reader = visit()
    reader.ask(QUESTION)
    with reader.page.expect_download() as download:
        reader.page.get_by_role("button", name="Save this conversation").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert f"## {QUESTION}" in text
    assert f"> {QUOTE}" in text
    assert "**Delegation travels to Lisbon**" in text


def test_a_conversation_is_deleted_only_when_asked_twice(visit):
    reader = visit()
    reader.ask(f"{QUESTION} (to be deleted)")
    reader.sidebar("Earlier conversations")
    side = reader.page.get_by_test_id("stSidebar")
    row = side.locator("li", has_text="to be deleted")
    row.get_by_role("button", name=re.compile("^Delete")).click()
    row.get_by_role("button", name=re.compile("^Really delete")).click()
    row.wait_for(state="detached")
    reader.page.get_by_text("Answers are made of the articles’ own words").wait_for()


def test_a_choice_in_the_middle_of_an_answer_does_not_begin_it_again(browser, tmp_path):
    gate = tmp_path / "gate"
    with serving(Path(__file__).with_name("slow_page.py"), tmp_path, GATE=str(gate)) as url:
        reader = Reader(browser, url)
        reader.box.fill("What stands?")
        reader.box.press("Enter")
        reader.page.get_by_text("The first half <b>stands</b>. [1]", exact=True).wait_for()
        reader.page.locator("summary", has_text="Articles").first.click()
        reader.page.get_by_label("Find an article").fill("lisbon")
        reader.page.get_by_label("Find an article").press("Enter")
        reader.page.get_by_text("The first half <b>stands</b>. [1]", exact=True).wait_for()
        gate.touch()
        answer = reader.page.locator("article[data-root] .prose")
        answer.wait_for()
        assert answer.text_content() == "The first half <b>stands</b>.1 So does the rest.1"
        assert Path(f"{gate}.asked").read_text() == "What stands?\n"
        reader.context.close()


def test_what_is_said_so_far_is_seen_and_survives_stop_and_reload(browser, tmp_path):
    gate = tmp_path / "gate"
    with serving(Path(__file__).with_name("slow_page.py"), tmp_path, GATE=str(gate)) as url:
        reader = Reader(browser, url)
        reader.box.fill("What stands?")
        reader.box.press("Enter")
        first = reader.page.get_by_text("The first half <b>stands</b>. [1]", exact=True)
        first.wait_for()
        assert "So does the rest" not in reader.page.content()
        reader.page.get_by_test_id("stChatInput").get_by_role("button", name="Stop script").click()
        # The answer is made beside the page: what it says before the page has heard of it counts.
        reader.settle()
        gate.touch()
        reader.settle()
        reader.page.reload()
        reader.page.get_by_text("This answer was not finished").wait_for()
        reader.page.get_by_test_id("stChatMessage").get_by_text("What stands?").wait_for()
        reader.page.get_by_text("The first half <b>stands</b>.").wait_for()
        assert reader.page.locator("article[data-root]").count() == 0
        reader.page.get_by_role("button", name="Ask again").click()
        answer = reader.page.locator("article[data-root] .prose")
        answer.wait_for()
        assert answer.text_content() == "The first half <b>stands</b>.1 So does the rest.1"
        reader.context.close()

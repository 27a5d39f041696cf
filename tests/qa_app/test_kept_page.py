"""Conversations in a browser: rated, corrected, found, renamed, saved, seen from two pages."""

import json
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.qa_app.browsing import Reader, contrast, focused, serving
from tests.qa_app.page_fakes import HOSTILE

SCRIPT = Path(__file__).with_name("kept_page.py")
OVERFLOW = """() => [document.documentElement, document.querySelector('.stMain')]
    .map(node => node.scrollWidth - node.clientWidth)"""
LISBON = "What about lisbon.txt?"


def pressed(answer):
    thumbs = [answer.get_by_role("button", name=name) for name in ("Good answer", "Poor answer")]
    return [thumb.get_attribute("aria-pressed") for thumb in thumbs]


def saved(reader, name):
    # A script that runs replaces the button's file: what was pressed before it ends is lost.
    reader.settle()
    with reader.page.expect_download() as download:
        reader.page.get_by_role("button", name=name).click()
    return Path(download.value.path()).read_text(encoding="utf-8")


def test_an_answer_is_rated_and_one_changes_ones_mind(visit):
    reader = visit()
    answer = reader.ask(LISBON)
    assert pressed(answer) == ["false", "false"]
    assert answer.locator(".rating form").count() == 0
    reader.act(answer.get_by_role("button", name="Good answer").click)
    assert pressed(answer) == ["true", "false"]
    field = answer.get_by_label("Your comment on this answer")
    field.fill(f"{HOSTILE}\nrc 🗞")
    reader.act(answer.get_by_role("button", name="Keep comment").click)
    comment = answer.locator(".comment")
    expect(comment).to_have_text(f"{HOSTILE}\nrc 🗞", use_inner_text=True)
    reader.page.reload()
    expect(comment).to_have_text(f"{HOSTILE}\nrc 🗞", use_inner_text=True)
    assert pressed(answer) == ["true", "false"]
    # The other way: what was said of it stays, to be written anew.
    reader.act(answer.get_by_role("button", name="Poor answer").click)
    assert field.input_value() == f"{HOSTILE}\nrc 🗞"
    field.fill("Not so")
    reader.act(partial(field.press, "Enter"))
    expect(comment).to_have_text("Not so")
    reader.page.reload()
    expect(comment).to_have_text("Not so")
    assert pressed(answer) == ["false", "true"]
    reader.act(answer.get_by_role("button", name="Poor answer").click)
    expect(comment).to_have_count(0)
    reader.page.reload()
    answer.wait_for()
    assert pressed(answer) == ["false", "false"]
    assert reader.page.title() == "Ask the articles"
    assert reader.page.locator("img[src*='127.0.0.1']").count() == 0


def test_a_comment_half_written_stays_while_the_page_is_drawn_anew(visit):
    reader = visit()
    answer = reader.ask(LISBON)
    answer.get_by_role("button", name="Poor answer").click()
    field = answer.get_by_label("Your comment on this answer")
    field.fill("Half of wh")
    second = reader.ask("And then?")
    assert field.input_value() == "Half of wh"
    field.press("Escape")
    assert answer.locator(".comment").count() == 0
    assert answer.get_by_role("button", name="Add a comment").count() == 1
    assert pressed(second) == ["false", "false"]


def test_how_a_question_was_understood_is_corrected(visit):
    reader = visit()
    reader.ask(LISBON)
    follow_up = reader.ask("And then?")
    line = follow_up.locator(".understood")
    assert line.text_content() == f"Understood as: {LISBON} And then? Edit"
    follow_up.get_by_role("button", name="Edit how the question is understood").click()
    field = follow_up.get_by_label("The question, as it is to be understood")
    expect(field).to_be_focused()
    assert field.input_value() == f"{LISBON} And then?"
    field.press("Escape")
    assert focused(reader.page) == "Edit how the question is understood"
    follow_up.get_by_role("button", name="Edit how the question is understood").click()
    field.fill(f"Where is hostile.txt? {HOSTILE} 🗞")
    field.press("Enter")
    corrected = reader.page.locator("article[data-root]").nth(2)
    expect(corrected.locator(".understood bdi")).to_have_text(f"Where is hostile.txt? {HOSTILE} 🗞")
    reader.settle()
    assert corrected.locator(".understood").text_content().startswith("Understood, as you wrote it")
    questions = reader.page.get_by_test_id("stChatMessage").get_by_text("And then?", exact=True)
    assert questions.count() == 2
    expect(corrected.locator(".sources .title")).to_contain_text(HOSTILE)
    assert line.text_content() == f"Understood as: {LISBON} And then? Edit"
    reader.page.reload()
    expect(corrected.locator(".understood bdi")).to_have_text(f"Where is hostile.txt? {HOSTILE} 🗞")
    assert reader.page.title() == "Ask the articles"


def test_keys_alone_rate_and_letters_in_a_field_are_only_letters(visit):
    reader = visit()
    answer = reader.ask(LISBON)
    answer.get_by_role("button", name="Good answer").focus()
    reader.act(partial(reader.page.keyboard.press, "Enter"))
    assert pressed(answer) == ["true", "false"]
    assert focused(reader.page) == "Good answer"
    reader.page.keyboard.press("Tab")
    assert focused(reader.page) == "Poor answer"
    reader.page.keyboard.press("Tab")
    assert focused(reader.page) == "Your comment on this answer"
    # Streamlit runs the page again at "r" and asks to clear its cache at "c".
    reader.page.keyboard.type("rc")
    reader.page.keyboard.press("Shift+Enter")
    reader.page.keyboard.type("c")
    reader.page.keyboard.press("Tab")
    assert focused(reader.page) == "Keep comment"
    reader.act(partial(reader.page.keyboard.press, "Enter"))
    expect(answer.locator(".comment")).to_have_text("rc\nc", use_inner_text=True)
    assert focused(reader.page) == "Edit your comment"
    assert reader.page.get_by_role("dialog").count() == 0


def test_conversations_are_found_renamed_and_saved(visit):
    reader = visit()
    reader.ask("Who baked the bread of Évora?")
    reader.sidebar("Earlier conversations")
    side = reader.page.get_by_test_id("stSidebar")
    row = side.locator("li", has_text="bread of Évora")
    row.get_by_role("button", name="Rename: Who baked").click()
    field = side.get_by_label("Name of the conversation: Who baked the bread of Évora?")
    expect(field).to_be_focused()
    field.fill(f"{HOSTILE} 🗞")
    reader.act(partial(field.press, "Enter"))
    named = side.get_by_role("button", name="Open conversation: <script>")
    expect(named).to_contain_text("![x](http://127.0.0.1:9/x.png) [a](b) $x$ `code`")
    assert focused(reader.page).startswith("Rename: <script>")
    search = side.get_by_label("Find a conversation")
    search.fill("EVORA baked")
    search.press("Enter")
    expect(side.locator("ul[aria-label='Earlier conversations'] li")).to_have_count(1)
    search.fill("no such words")
    reader.act(partial(search.press, "Enter"))
    side.get_by_text("No conversation has these words.").wait_for()
    text = saved(reader, "Save this conversation")
    assert "## Who baked the bread of Évora?" in text
    document = json.loads(saved(reader, "Save as JSON"))
    assert (document["format"], document["version"]) == ("conversation", 1)
    assert document["title"] == f"{HOSTILE} 🗞"
    assert document["turns"][0]["question"] == "Who baked the bread of Évora?"
    lines = saved(reader, "Save all conversations").splitlines()
    mine = [each for each in map(json.loads, lines) if each["id"] == document["id"]]
    assert mine[0]["turns"] == document["turns"]
    assert reader.page.title() == "Ask the articles"


def test_rated_answers_are_saved_as_cases(visit):
    reader = visit()
    question = "What of lisbon.txt, case by case?"
    answer = reader.ask(question)
    reader.act(answer.get_by_role("button", name="Good answer").click)
    reader.sidebar("Earlier conversations")
    lines = saved(reader, "Save good answers as cases").splitlines()
    (case,) = (each for each in map(json.loads, lines) if each["question"] == question)
    assert [each["article"] for each in case["evidence"]] == ["lisbon.txt", "lisbon.txt"]
    reader.act(answer.get_by_role("button", name="Poor answer").click)
    lines = saved(reader, "Save poor answers as drafts").splitlines()
    (draft,) = (each for each in map(json.loads, lines) if each["question"] == question)
    assert (draft["answerable"], draft["verdict"]) == (None, "down")


def test_two_pages_show_one_conversation(visit):
    one = visit()
    first = one.ask(LISBON)
    two = visit()
    two.page.goto(one.page.url)
    two.settle()
    other = two.page.locator("article[data-root]").first
    two.act(other.get_by_role("button", name="Poor answer").click)
    other.get_by_label("Your comment on this answer").fill("From the other page")
    two.act(partial(two.page.keyboard.press, "Enter"))
    one.ask("Who baked the bread?")
    expect(first.locator(".comment")).to_have_text("From the other page")
    assert pressed(first) == ["false", "true"]
    two.ask("And the wine?")
    one.page.reload()
    questions = one.page.get_by_test_id("stChatMessage").get_by_test_id("stText")
    expect(questions).to_have_text([LISBON, "Who baked the bread?", "And the wine?"])


def test_another_page_waits_for_an_answer_that_is_being_made(browser, tmp_path):
    gate = tmp_path / "gate"
    with serving(Path(__file__).with_name("slow_page.py"), tmp_path, GATE=str(gate)) as url:
        one = Reader(browser, url)
        one.box.fill("What stands?")
        one.box.press("Enter")
        one.page.get_by_text("The first half <b>stands</b>. [1]", exact=True).wait_for()
        two = Reader(browser, one.page.url)
        two.page.get_by_text("This is being answered on another page…").wait_for()
        two.page.get_by_text("The first half <b>stands</b>.", exact=True).wait_for()
        assert two.page.get_by_role("button", name="Ask again").count() == 0
        gate.touch()
        for reader in (one, two):
            expect(reader.page.locator("article .prose")).to_have_text(
                "The first half <b>stands</b>.1 So does the rest.1"
            )
            assert reader.errors == []
            reader.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_in_light_and_dark_it_fits_and_can_be_read(visit, scheme):
    reader = visit(color_scheme=scheme, viewport={"width": 400, "height": 800})
    reader.ask(LISBON)
    answer = reader.ask(f"And then? {HOSTILE}")
    answer.get_by_role("button", name="Good answer").click()
    answer.get_by_label("Your comment on this answer").fill("wide" * 100)
    reader.settle()
    assert reader.page.evaluate(OVERFLOW) == [0, 0]
    reader.act(answer.get_by_role("button", name="Keep comment").click)
    answer.get_by_role("button", name="Edit how the question is understood").click()
    assert reader.page.evaluate(OVERFLOW) == [0, 0]
    for selector in (".shown", ".drop", ".comment", ".link", ".thumb", ".writing textarea"):
        assert contrast(reader.page, selector) >= 4.5, selector
    sizes = answer.locator(".thumb, .link, .save, .drop").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 24

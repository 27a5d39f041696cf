"""The report as someone with a browser and no network sees it."""

import re
from dataclasses import replace

import pytest

from eval.results import Place
from tests.eval.made_report import hostile, written
from tests.eval.made_results import HOSTILE, TEXTS, made_results


@pytest.fixture
def visit(browser):
    """Open a file; afterwards nothing but files was asked for and nothing went wrong."""
    contexts, asked, wrong = [], [], []

    def begin(path, fragment="", **look):
        contexts.append(browser.new_context(**look))
        page = contexts[-1].new_page()
        page.route(re.compile("^(?!file:)"), lambda route: route.abort())
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("dialog", lambda dialog: wrong.append(dialog.message) or dialog.dismiss())
        page.goto(path.as_uri() + fragment)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert wrong == []
    # The empty icon is in the page itself.
    assert {url.partition("#")[0].rpartition("/")[2] for url in asked} <= {"report.html", "data:,"}
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}


def shown(page):
    return page.locator("#rows .opener").all_inner_texts()


def test_failed_cases_come_first_and_open_from_the_banner(visit, tmp_path):
    results = made_results()
    failed = [each.id for each in results if each.failed]
    page = visit(written(tmp_path, results))
    assert f"{len(failed)} of 120 cases failed." in page.locator("#failed").inner_text()
    assert shown(page)[: len(failed) + 1] == [*failed, results[0].id]
    page.locator("#failed a").first.click()
    page.locator(".detail .error").wait_for()
    assert page.locator(".detail .error").inner_text() == "TimeoutError: no answer after 60 s"
    assert page.evaluate("document.activeElement.textContent") == failed[0]
    # Closed by its row, it opens from the same link again.
    page.locator("#rows .opener").first.press("Enter")
    assert page.locator(".detail").count() == 0
    page.locator("#failed a").first.click()
    page.locator(".detail .error").wait_for()


def test_a_link_to_a_case_opens_it_with_everything_that_is_known(visit, tmp_path):
    results = made_results()
    page = visit(written(tmp_path, results), "#case=reworded-003")
    told = page.locator(".detail").inner_text()
    assert "What did closing the port cost?" in told
    assert "3.4 million" in told
    assert "Not found in these articles. No article names this." in told
    assert "What it would have said, had it not been allowed to refuse" in told
    assert "Setúbal’s harbour reopens after eleven days, Costa Viva, 2024-05-02" in told
    assert "total" in told
    start = TEXTS["setubal.txt"].index("The port’s director")
    assert f"setubal.txt {start}–{start + 67}" in told
    marked = set(page.locator(".detail mark").all_inner_texts())
    assert marked == {"The port’s director, João Falcão, reckons the loss at €3.4 million."}
    relevant = page.locator(".detail .hits li:has(.tick.good)")
    assert relevant.count() == sum(results[2].right_hits[:10])


def test_marks_are_cut_at_the_right_character_after_an_emoji(visit, tmp_path):
    case = next(each for each in made_results() if "nazare.txt" in str(each.gold["evidence"]))
    text = TEXTS["nazare.txt"]
    start = text.index("Her father")
    evidence = {"article": "nazare.txt", "quote": "Her father", "start": start, "end": start + 10}
    whole = Place("nazare.txt", 0, len(text), text)
    case = replace(
        case,
        gold={**case.gold, "evidence": [evidence]},
        outcome=replace(case.outcome, hits=(whole,)),
        right_hits=(True,),
    )
    page = visit(written(tmp_path, [case]), f"#case={case.id}")
    assert page.locator(".hits mark").all_inner_texts() == ["Her father"]
    assert page.locator(".hits blockquote").inner_text() == text


def test_a_citation_that_is_not_verbatim_says_so_and_marks_no_evidence(visit, tmp_path):
    case = made_results(8)[0]
    true = case.outcome.said.citations[0]
    lie = replace(true, text="Nobody led it: there was no delegation, “only” tourists. 🌊")
    said = replace(case.outcome.said, citations=(true, lie), sentences=(("So it was.", (0, 1)),))
    case = replace(
        case,
        outcome=replace(case.outcome, said=said, hits=()),
        right_citations=(True, False),
        verbatim_citations=(True, False),
    )
    page = visit(written(tmp_path, [case]), f"#case={case.id}")
    cited = page.locator("section:has(> h4:text-is('Citations')) li")
    assert cited.locator(".tick .hidden").all_inner_texts() == ["right:", "not right:"]
    assert cited.locator("blockquote").all_inner_texts() == [true.text, lie.text]
    assert cited.locator("mark").all_inner_texts() == [true.text]
    assert cited.locator(".not-verbatim").count() == 1
    assert "Not verbatim" in cited.nth(1).inner_text()


def test_a_link_leads_past_the_first_page_and_a_wrong_one_nowhere(visit, tmp_path):
    results = made_results()
    path = written(tmp_path, results)
    page = visit(path, f"#case={results[119].id}")
    assert page.locator("#page").inner_text() == "Page 3 of 3"
    assert page.locator("#rows tr.detail").count() == 1
    for fragment in ("#case=nobody", "#case=%E0%A4%A"):
        assert visit(path, fragment).locator("#rows tr.detail").count() == 0


def test_cases_are_filtered_by_outcome_kind_and_words(visit, tmp_path):
    page = visit(written(tmp_path, made_results(8)))
    press = page.locator("#outcomes button")
    assert press.all_inner_texts() == [
        *("All8", "Failed1", "Wrong1", "Wrongly refused1", "Should have refused1"),
        *("Right3", "Rightly refused1"),
    ]
    press.filter(has_text="Wrongly").click()
    assert shown(page) == ["reworded-003"]
    assert press.filter(has_text="Wrongly").get_attribute("aria-pressed") == "true"
    press.first.click()
    page.locator("#kind").select_option("reworded")
    assert shown(page) == ["reworded-003", "reworded-005"]
    page.locator("#search").fill("FALCAO")  # João Falcão, in the answer of one of them
    assert shown(page) == ["reworded-005"]
    assert page.locator("#status").inner_text() == "1 of 8 cases"
    page.locator("#search").fill("nothing like it")
    assert shown(page) == []
    assert page.locator("#status").inner_text() == "No case fits. Clear the search or a filter."


def test_a_column_sorts_up_then_down_then_not(visit, tmp_path):
    results = made_results(8)
    sure = {r.id: r.outcome.said.confidence if r.outcome.said else -1 for r in results}
    page = visit(written(tmp_path, results))
    as_run = shown(page)
    head = page.get_by_role("columnheader", name="Confidence")
    head.get_by_role("button").press("Enter")
    assert shown(page) == sorted(sure, key=sure.get)
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").press("Enter")
    assert shown(page) == sorted(sure, key=sure.get, reverse=True)
    head.get_by_role("button").press("Enter")
    assert shown(page) == as_run


def test_hostile_texts_stay_text(visit, tmp_path):
    page = visit(written(tmp_path, hostile(), set=HOSTILE), "")
    for opener in page.locator("#rows .opener").all():
        opener.click()
    assert page.locator("tr.detail").count() == 2
    assert page.locator("img").count() == 0
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator(".detail .error").inner_text() == HOSTILE
    assert page.locator(".detail .hits blockquote").inner_text() == HOSTILE
    assert HOSTILE in page.locator(".detail").nth(1).inner_text()


def test_six_thousand_cases_turn_by_pages(visit, tmp_path):
    page = visit(written(tmp_path, made_results(6000)))
    assert len(shown(page)) == 50
    assert "6,000 cases, 1 to 50 shown" in page.locator("#status").inner_text()
    page.locator("#after").click()
    assert "51 to 100 shown" in page.locator("#status").inner_text()
    page.locator("#search").fill("-5999")
    assert [each.rpartition("-")[2] for each in shown(page)] == ["5999"]


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_window(visit, tmp_path, width, scheme):
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page = visit(written(tmp_path), "#case=reworded-003", **look)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_without_scripts_the_figures_are_there_and_the_cases_are_pointed_to(visit, tmp_path):
    page = visit(written(tmp_path), "", java_script_enabled=False)
    assert "Hits@4" in page.locator("#figures").inner_text()
    assert page.locator(".drawing svg").count() == 4
    assert "results.jsonl" in page.locator("noscript").inner_text()

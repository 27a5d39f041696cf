"""What ``own`` says: shares, advice, the text for a terminal and the page."""

from html.parser import HTMLParser

import pytest

from eval.own.advice import advise
from eval.own.report import as_text, percent, plain, write_page
from eval.own.rules import RULES
from eval.own.study import share
from tests.eval.made_articles import looked_at
from tests.eval.made_results import HOSTILE

# Shares and text


def test_a_share_has_an_interval_also_where_all_or_none_are_right():
    half = share("x", "g", [True, False] * 50, "d")
    assert half["value"] == 0.5
    # Two standard errors of a half over 100: .098 each way; a resample moves in steps of .01.
    assert half["low"] == pytest.approx(0.402, abs=0.015)
    assert half["high"] == pytest.approx(0.598, abs=0.015)
    every = share("x", "g", [True] * 20, "d")
    # Clopper and Pearson, 20 of 20: .8316 to 1.
    assert (round(every["low"], 4), every["high"]) == (0.8316, 1.0)
    none = share("x", "g", [False] * 20, "d")
    assert (none["low"], round(none["high"], 4)) == (0.0, 0.1684)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0%"), (0.0001, "0.1%"), (0.004, "0.4%"), (0.126, "13%"), (0.99, "99%"),
     (0.995, "99.5%"), (0.99999, "99.9%"), (1, "100%")],
)  # fmt: skip
def test_only_all_is_a_hundred_per_cent(value, text):
    assert percent(value) == text


def test_a_terminal_gets_no_control_characters():
    assert plain("a\x1b[31m\r\n\u202eb “é” 🌊") == "a [31m b “é” 🌊"
    assert plain("word " * 100, 20) == "word word word word…"


def empty_record():
    checks = {name: [] for name in RULES}
    asked = {
        "sentences": 100, "sentences_missed": [], "headlines": 100, "headlines_missed": [],
        "elsewhere": 80, "not_refused": [], "control": 80, "control_refused": 0,
    }  # fmt: skip
    return {
        "name": "news", "articles": 340, "passages": 900, "seconds": 3.0, "checks": checks,
        "asked": asked, "skipped": [], "warnings": [], "near_duplicates": [], "exact_repeats": [],
        "copied_files": [], "shared_sentences": [], "figures": [], "notes": [],
        "unreached": {"sampled": 200, "queries": 300, "reached_of_all": 500, "passages": []},
        "index": {"opened": "yours", "seconds": None}, "look_at": [],
    }  # fmt: skip


def test_nothing_wrong_is_said():
    record = empty_record()
    assert advise(record) == []
    assert "Nothing needs your attention: every file was read" in " ".join(as_text(record).split())


def test_what_is_missing_everywhere_is_graver_than_what_is_missing_here_and_there():
    record = empty_record()
    record["checks"]["no_date"] = [{"format": "txt"}] * 12
    (advice,) = advise(record)
    assert (advice["level"], advice["count"], advice["of"]) == ("worth a look", 12, 340)
    assert advice["say"].startswith("12 of 340 articles have no date: filters by date leave them")
    record["checks"]["no_date"] = [{"format": "txt"}] * 40 + [{"format": "jsonl"}] * 28
    (advice,) = advise(record)
    assert advice["level"] == "fix first"
    assert advice["do"] == (
        'If you know the date, state it in a file name.meta.json beside name.txt: {"published": '
        '"2024-03-01"}; or in its line of the .jsonl: "published": "2024-03-01" '
        "(README, Articles)."
    )


@pytest.mark.parametrize(("lost", "level"), [(5, None), (6, "worth a look"), (16, "fix first")])
def test_a_search_that_misses_much_is_told(lost, level):
    record = empty_record()
    record["asked"]["sentences_missed"] = [{}] * lost
    assert [one["level"] for one in advise(record)] == ([level] if level else [])


def test_refusing_ones_own_sentences_is_told():
    record = empty_record()
    record["asked"]["control_refused"] = 9
    (advice,) = advise(record)
    assert advice["say"] == "9 of 80 sentences of your own articles were refused when asked for."


def test_the_threshold_named_would_have_refused():
    record = empty_record()
    record["asked"]["not_refused"] = [{"confidence": 0.2}, {"confidence": 0.38}]
    (advice,) = advise(record)
    assert advice["level"] == "good to know"
    assert "A QA_THRESHOLD of 0.39 would have refused all of them" in advice["do"]
    record["asked"]["not_refused"] = [{"confidence": 1.0}]
    assert "QA_THRESHOLD" not in advise(record)[0]["do"]


# The page


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


def page_of(record, tmp_path):
    write_page(record, tmp_path / "own.html")
    return tmp_path / "own.html"


def test_hostile_text_stays_text(planted, tmp_path, monkeypatch):
    monkeypatch.setenv("QA_THRESHOLD", "0")
    html = page_of(looked_at(planted), tmp_path).read_text(encoding="utf-8")
    page = Tags()
    page.feed(html)
    assert not {"script", "img"} & set(page.tags)
    assert f"Lamps {HOSTILE}" in page.text
    assert "default-src 'none'" in html


def test_a_reader_follows_advice_to_what_it_means(planted, tmp_path, browser):
    path = page_of(looked_at(planted), tmp_path)
    context = browser.new_context(offline=True, viewport={"width": 400, "height": 800})
    page = context.new_page()
    errors, asked = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.locator(".advice > li .say").first.inner_text() == (
        "1 line was skipped: nothing in it can be found."
    )
    page.locator(".advice > li").filter(has_text="nearly the same").get_by_role("link").click()
    section = page.locator("#near_duplicates")
    assert "Harbour closed (Público, 2024-04-20" in section.inner_text()
    assert section.bounding_box()["y"] < 800
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    context.close()
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []

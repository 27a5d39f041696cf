import json
import stat

import pytest
from jinja2 import UndefinedError

from eval.errors import EvalError
from eval.reporting import pages
from eval.reporting.pages import TEMPLATES, embedded_json, render, save
from tests.eval.made_results import HOSTILE


def test_a_page_of_the_base_alone_holds_the_style_and_the_policy():
    html = render("report_base.html.j2")
    assert "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'" in html
    assert (TEMPLATES / "report.css").read_text(encoding="utf-8") in html


def test_a_template_is_told_everything_it_names():
    with pytest.raises(UndefinedError, match="set_name"):
        render("report.html.j2")


@pytest.mark.parametrize("name", ["report.css", "case.js", "report.js"])
def test_what_is_put_in_unescaped_closes_no_element(name):
    assert "</" not in (TEMPLATES / name).read_text(encoding="utf-8")


def test_json_for_a_page_holds_no_markup_and_reads_back_the_same():
    value = {"quote": HOSTILE, "é": ["“ja”", "a & b", "🌊\u2028"]}
    text = str(embedded_json(value))
    assert not set("<>&\u2028") & set(text)
    assert "\\u003c/script\\u003e" in text
    assert json.loads(text) == value


def test_a_saved_page_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "new" / "page.html"
    save(path, "old")
    save(path, "“new” 🌊")
    assert path.read_text(encoding="utf-8") == "“new” 🌊"
    assert [each.name for each in path.parent.iterdir()] == ["page.html"]
    assert stat.S_IMODE(path.stat().st_mode) & 0o600 == 0o600


def test_half_a_character_does_not_stop_a_page(tmp_path):
    save(tmp_path / "page.html", "a\ud83cb")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == "a?b"


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "page.html"
    save(path, "old")

    def full(*arguments):
        raise OSError("no space left")

    monkeypatch.setattr(pages.Path, "replace", full)
    with pytest.raises(EvalError, match="no space left; choose another with --out"):
        save(path, "new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]

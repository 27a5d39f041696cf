"""Which articles make a size, how they are laid out, and what is asked of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from eval.bench.news import DONE, NewsRow, lay_out, line, news_file, read_news, sizes_of
from eval.bench.questions import questions_of
from tests.eval.bench.fakes import news, write_news


def rows(count: int) -> list[NewsRow]:
    return [NewsRow.model_validate(row) for row in news(count)]


def test_articles_come_in_the_order_of_their_digests(tmp_path: Path) -> None:
    write_news(tmp_path, 9)
    found = [row.id for row in read_news(news_file(tmp_path))]
    assert found == sorted(
        (row["id"] for row in news(9)), key=lambda name: hashlib.sha256(name.encode()).hexdigest()
    )


@pytest.mark.parametrize(
    ("wanted", "articles", "expected"),
    [
        ((1_000, 5_000, 26_000), 26_062, (1_000, 5_000, 26_062)),
        # 25,801 are .98999 of all.
        ((25_801, 25_802), 26_062, (25_801, 26_062)),
        ((6, 12), 12, (6, 12)),
        ((6, 12), 9, (6, 9)),
        ((50, 12, 100), 9, (9,)),
        ((5, 3, 5), 9, (3, 5)),
        ((1,), 1, (1,)),
    ],
)
def test_sizes(wanted: tuple[int, ...], articles: int, expected: tuple[int, ...]) -> None:
    assert sizes_of(wanted, articles) == expected


def test_a_tree_of_one_article_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.bench.news.FOLDER", 2)
    lay_out(rows(5), tmp_path / "tree")
    files = sorted((tmp_path / "tree").rglob("*.jsonl"))
    assert [file.relative_to(tmp_path / "tree").as_posix() for file in files] == [
        "000/00000.jsonl",
        "000/00001.jsonl",
        "001/00002.jsonl",
        "001/00003.jsonl",
        "002/00004.jsonl",
    ]
    kept = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    assert kept == news(5)


def test_what_is_laid_out_is_left_and_what_is_another_is_replaced(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    lay_out(rows(3), tree)
    (tree / "000" / "00001.jsonl").write_text("touched", encoding="utf-8")
    lay_out(rows(3), tree)
    assert (tree / "000" / "00001.jsonl").read_text(encoding="utf-8") == "touched"
    lay_out(rows(2), tree)
    assert len(list(tree.rglob("*.jsonl"))) == 2
    # Killed while it wrote: there is no mark.
    (tmp_path / f"tree.{DONE}").unlink()
    (tree / "000" / "00000.jsonl").unlink()
    lay_out(rows(2), tree)
    assert len(list(tree.rglob("*.jsonl"))) == 2


def test_a_line_keeps_what_is_known_and_nothing_else() -> None:
    row = NewsRow.model_validate({"id": "a", "text": "שלום “é”", "url": "u", "author": None})
    assert line(row) == '{"id": "a", "text": "שלום “é”", "url": "u"}\n'


def test_titles_and_sentences_take_turns() -> None:
    first, second, third = questions_of(rows(3), 3)
    assert (first, third) == ("Harbour 0 of Oslo “reopened” 🚢", "Harbour 2 of Haifa “reopened” 🚢")
    # Of a sentence the content words, in order: no short ones, none that only asks, at most eight.
    assert second in {
        "harbour master counted 101 broken cranes beside quay",
        "Dockers want eight shorter shifts company 101 before",
    }


def test_the_same_articles_give_the_same_questions_and_more_of_them() -> None:
    few, all_of_them = questions_of(rows(6), 4), questions_of(rows(6), 100)
    assert all_of_them[:4] == few
    # Of each article its title and one sentence.
    assert len(all_of_them) == len(set(all_of_them)) == 12


def test_articles_without_titles_or_sentences_give_what_they_have() -> None:
    bare = [NewsRow(id="a", text="Yes. No."), NewsRow(id="b", title=" … ", text="")]
    assert questions_of(bare, 5) == []
    assert questions_of([*bare, NewsRow(id="c", title="  A  title ", text="")], 5) == ["A title"]

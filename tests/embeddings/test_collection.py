"""The one store: filters, look-ups, taking articles out and in, uploads."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from embeddings.collection import Collection
from embeddings.engines.values import RemovedArticle
from embeddings.errors import (
    ArticleNotFound,
    CollectionUnwritable,
)
from embeddings.schema import Span
from tests.news import NEWS, hits, matching, write_lines

# Filters and look-ups


def test_filters(filled: Collection) -> None:
    assert matching(filled) == ["cairo", "haifa", "lisbon", "oslo"]
    assert matching(filled, publisher=("dagen",)) == ["haifa", "oslo"]
    assert matching(filled, publisher=("PÚBLICO", "nobody")) == ["lisbon"]
    assert matching(filled, author=("kari moe",)) == ["oslo"]
    assert matching(filled, author=("Kari",)) == []
    assert matching(filled, publisher=("Dagen",), author=("Ana Sá",)) == []
    assert matching(filled, article=("cairo", "oslo", "none")) == ["cairo", "oslo"]
    assert matching(filled, article=("none",)) == []


def test_days_are_inclusive_and_the_undated_match_none(filled: Collection) -> None:
    assert matching(filled, after=date(2024, 3, 5)) == ["haifa", "oslo"]
    assert matching(filled, after=date(2024, 3, 6)) == ["haifa"]
    assert matching(filled, before=date(2024, 3, 5)) == ["lisbon", "oslo"]
    assert matching(filled, before=date(2024, 3, 4)) == ["lisbon"]
    assert matching(filled, after=date(2024, 3, 5), before=date(2024, 3, 5)) == ["oslo"]
    assert matching(filled, after=date(2024, 3, 9), publisher=("dagen",)) == ["haifa"]


def test_filters_by_path_and_file_name(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in (("a.txt", "The river flooded."), ("ba.txt", "Drivers went on strike.")):
        (folder / name).write_text(text)
    collection.sync(folder)
    texts = {article.path: article.id for article in collection.articles()}
    expected = [texts[str(folder / "a.txt")]]
    assert matching(collection, article=("a.txt",)) == expected
    assert matching(collection, article=("texts/a.txt",)) == expected
    assert matching(collection, article=(str(folder / "a.txt"),)) == expected
    assert collection.article("a.txt").text == "The river flooded."


def test_an_article_that_is_not_there_or_not_the_only_one(filled: Collection) -> None:
    assert filled.article("oslo").title == "Strike in Oslo"
    with pytest.raises(ArticleNotFound, match=r"no article 'paris'.*embeddings status"):
        filled.article("paris")
    with pytest.raises(ArticleNotFound, match="fits 4 articles: give one id of cairo, haifa"):
        filled.article("news.jsonl")
    with pytest.raises(ArticleNotFound):
        filled.article("")


def test_words_are_those_of_the_articles_as_they_are_now(
    collection: Collection, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"id": "a", "text": "The river flooded Setúbal."}])
    collection.sync(path)
    assert not collection.words().is_unknown("SETÚBAL")
    assert collection.words().is_unknown("Oslo")
    write_lines(path, [{"id": "a", "text": "Oslo voted. 🗳"}])
    collection.sync(path)
    assert collection.words().is_unknown("Setúbal")
    assert not collection.words().is_unknown("Oslo")


# Removing, restoring, forgetting


def test_passages_of_an_article_in_order(collection: Collection, tmp_path: Path) -> None:
    text = " ".join(f"Sentence number {n} tells of the river Æsà." for n in range(60))
    (tmp_path / "long.txt").write_text(text, encoding="utf-8")
    collection.sync(tmp_path / "long.txt")
    passages = collection.passages_of("long.txt")
    assert len(passages) > 1
    assert [p.start for p in passages] == sorted(p.start for p in passages)
    assert (passages[0].start, passages[-1].end) == (0, len(text))
    assert all(text[p.start : p.end] == p.text for p in passages)
    assert {span for p in passages for span in p.sentences} == {
        Span(m.start(), m.end()) for m in re.finditer(r"S.*?\.", text)
    }
    with pytest.raises(ArticleNotFound):
        collection.passages_of("short.txt")


def test_remove_and_restore(filled: Collection, news: Path) -> None:
    before = filled.article("oslo")
    filled.remove("oslo")
    assert matching(filled) == ["cairo", "haifa", "lisbon"]
    assert filled.removed() == [RemovedArticle("oslo", "Strike in Oslo", str(news / "news.jsonl"))]
    assert (news / "news.jsonl").exists()
    assert not filled.sync(news)
    # Not even when its file is read again.
    rows = [{"id": name, "text": text, **heading} for name, heading, text in NEWS]
    write_lines(news / "news.jsonl", [*rows, {"id": "new", "text": "A tram was late."}])
    assert filled.sync(news).added == ("new",)
    with pytest.raises(ArticleNotFound):
        filled.article("oslo")

    assert filled.restore("oslo").added == ("oslo",)
    assert (filled.removed(), filled.article("oslo")) == ([], before)
    with pytest.raises(ArticleNotFound, match="no article 'oslo' was taken out"):
        filled.restore("oslo")
    with pytest.raises(ArticleNotFound):
        filled.remove("none")


def test_remove_takes_every_copy(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text("The river flooded.")
    collection.sync(folder)
    collection.remove("a.txt")
    assert collection.articles() == []
    assert not collection.sync(folder)


def test_a_removed_article_stays_out_under_a_new_name_until_it_is_restored(
    collection: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("The river flooded.")
    collection.sync(folder)
    collection.remove("a.txt")
    (folder / "a.txt").rename(folder / "b.txt")
    collection.sync(folder)
    assert collection.articles() == []
    (removed,) = collection.removed()
    assert collection.restore(removed.id).added == (removed.id,)
    assert collection.article("b.txt").text == "The river flooded."


def test_forget(filled: Collection, news: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("A tram was late.")
    filled.sync(other)
    filled.forget(news)
    assert filled.roots() == [str(other)]
    assert [text for _, _, text in hits(filled)] == ["A tram was late."]
    assert (news / "news.jsonl").exists()
    assert filled.sync(news).added == ("cairo", "haifa", "lisbon", "oslo")


# Uploads


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("flood.txt", "flood.txt"),
        ("../../flood.txt", "flood.txt"),
        ("..\\..\\flood.txt", "flood.txt"),
        ("/etc/flood.txt", "flood.txt"),
        ("C:\\texts\\flood.txt", "flood.txt"),
        ("", "article.txt"),
        ("..", "article.txt"),
        (".hidden.txt", "hidden.txt"),
        ("flo\x00od.txt", "flood.txt"),
        ("überschwemmung “1” 🎉.txt", "überschwemmung “1” 🎉.txt"),
        ("طوفان.txt", "طوفان.txt"),
    ],
)
def test_an_upload_lands_in_its_folder(collection: Collection, name: str, kept: str) -> None:
    report = collection.add_upload(name, "The river flooded “Lisbon”.".encode())
    (article,) = collection.articles()
    assert (report.added, article.text) == ((article.id,), "The river flooded “Lisbon”.")
    assert article.path == str(collection.directory / "uploads" / kept)
    assert [path.name for path in (collection.directory / "uploads").iterdir()] == [kept]


def test_an_upload_replaces_its_namesake(collection: Collection) -> None:
    collection.add_upload("a.txt", b"The river flooded.")
    collection.add_upload("a.txt", b"The river fell again.")
    assert [article.text for article in collection.articles()] == ["The river fell again."]


def test_an_upload_that_is_no_article(collection: Collection) -> None:
    report = collection.add_upload("song.mp3", b"\xff\xfb\x90")
    assert [Path(problem.path).name for problem in report.problems] == ["song.mp3"]
    assert collection.articles() == []


def test_removing_an_upload_removes_its_file(collection: Collection) -> None:
    collection.add_upload("a.txt", b"The river flooded.")
    collection.remove("a.txt")
    assert (collection.articles(), collection.removed()) == ([], [])
    assert list((collection.directory / "uploads").iterdir()) == []


def test_removing_one_of_many_uploaded_articles(collection: Collection) -> None:
    lines = "".join(json.dumps({"id": name, "text": text}) + "\n" for name, _, text in NEWS)
    collection.add_upload("news.jsonl", lines.encode())
    collection.remove("oslo")
    assert matching(collection) == ["cairo", "haifa", "lisbon"]
    assert [removed.id for removed in collection.removed()] == ["oslo"]
    assert collection.restore("oslo").added == ("oslo",)


@pytest.mark.parametrize(
    "name",
    [
        "x" * 300 + ".txt",
        "half \ud800.txt",
    ],
)
def test_a_name_that_no_file_can_have(collection: Collection, name: str) -> None:
    with pytest.raises(CollectionUnwritable, match="cannot keep"):
        collection.add_upload(name, b"The river flooded.")

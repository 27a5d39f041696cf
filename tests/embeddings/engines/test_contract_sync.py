"""The same on every engine: what a sync adds, changes and removes, and what it embeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.collection import Collection
from embeddings.errors import ArticleNotFound, CollectionMismatch, CollectionNotFound
from embeddings.retriever import retrieve
from embeddings.sync_report import SyncReport
from tests.embeddings.engines.places import Place
from tests.fakes import TinyEncoder
from tests.news import FLOOD, NEWS, STRIKE, row, write_lines

LISBON, OSLO, HAIFA, CAIRO = (row(name, text, **heading) for name, heading, text in NEWS)


def ids(collection: Collection) -> list[str]:
    return [article.id for article in collection.articles()]


def found(collection: Collection, question: str) -> list[str]:
    hits = retrieve(collection, question, 9, rerank=False).hits
    return [hit.passage.text for hit in hits if hit.scores.lexical]


def test_an_empty_collection(collection: Collection) -> None:
    status = collection.status()
    assert (status.generation, status.articles, status.passages) == (0, 0, 0)
    assert (status.publishers, status.roots, status.problems, status.undated) == ((), (), (), 0)
    assert (collection.is_new(), ids(collection), collection.removed()) == (True, [], [])
    snapshot = collection.snapshot()
    assert (len(snapshot), snapshot.generation, len(snapshot.words)) == (0, 0, 0)
    assert retrieve(collection, "anything at all").hits == []
    assert snapshot.words.idf("flood") == 0.0
    assert snapshot.words.is_unknown("flood")


def test_first_sync_and_again(collection: Collection, encoder: TinyEncoder, news: Path) -> None:
    report = collection.sync(news)
    assert report == SyncReport(added=("cairo", "haifa", "lisbon", "oslo"), embedded=4)
    assert sorted(ids(collection)) == ["cairo", "haifa", "lisbon", "oslo"]
    assert len(encoder.embedded()) == 4
    before = collection.status()
    again = collection.sync(news)
    assert (bool(again), again.unchanged, again.embedded) == (False, 4, 0)
    assert encoder.embedded() == []
    assert collection.status() == before


def test_status(collection: Collection, news: Path) -> None:
    (news / "empty.txt").write_text("")
    collection.sync(news)
    status = collection.status()
    assert (status.generation, status.articles, status.passages) == (1, 4, 4)
    assert status.publishers == ("DAGEN", "Dagen", "Público")
    assert (status.first_published, status.last_published) == ("2024-03-01", "2024-03-09")
    assert (status.undated, status.roots) == (1, (str(news),))
    assert [Path(problem.path).name for problem in status.problems] == ["empty.txt"]
    assert status.directory == collection.engine.address


def test_what_is_new_changed_and_gone(
    collection: Collection, encoder: TinyEncoder, news: Path
) -> None:
    collection.sync(news)
    encoder.embedded()
    bergen = row("bergen", "Rain fell in Bergen for forty days.")
    over = {**OSLO, "text": "The strike is over in Oslo."}
    write_lines(news / "news.jsonl", [over, HAIFA, CAIRO, bergen])
    report = collection.sync(news)
    assert (report.added, report.changed, report.removed) == (("bergen",), ("oslo",), ("lisbon",))
    assert (report.unchanged, report.embedded) == (2, 2)
    texts = sorted(text.rpartition("\n")[2] for text in encoder.embedded())
    assert texts == ["Rain fell in Bergen for forty days.", "The strike is over in Oslo."]
    assert sorted(ids(collection)) == ["bergen", "cairo", "haifa", "oslo"]
    assert found(collection, "strike") == ["The strike is over in Oslo."]
    assert found(collection, "flooded mayor") == []
    assert found(collection, "Bergen") == ["Rain fell in Bergen for forty days."]
    assert (collection.status().articles, collection.status().passages) == (4, 4)


def test_a_renamed_file_is_not_embedded_again(
    collection: Collection, encoder: TinyEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text(FLOOD, encoding="utf-8")
    collection.sync(folder)
    (before,) = collection.articles()
    encoder.embedded()
    (folder / "a.txt").rename(folder / "b.txt")
    collection.sync(folder)
    (after,) = collection.articles()
    assert encoder.embedded() == []
    assert (before.text, Path(after.path).name) == (after.text, "b.txt")
    assert found(collection, "river")[0] == FLOOD


def test_two_files_with_one_article(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(FLOOD, encoding="utf-8")
    collection.sync(folder)
    (article,) = collection.articles()
    assert Path(article.path).name == "a.txt"
    (folder / "a.txt").unlink()
    report = collection.sync(folder)
    assert (report.removed, report.unchanged) == ((), 1)
    (article,) = collection.articles()
    assert Path(article.path).name == "b.txt"
    (folder / "b.txt").unlink()
    assert collection.sync(folder).removed == (article.id,)
    assert found(collection, "river") == []


def test_one_id_for_two_texts_is_told(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    write_lines(folder / "a.jsonl", [row("one", FLOOD)])
    write_lines(folder / "b.jsonl", [row("one", STRIKE)])
    report = collection.sync(folder)
    assert report.added == ("one",)
    (problem,) = report.problems
    assert "already that of another article" in problem.reason
    assert collection.status().problems == report.problems


def test_a_touched_file(collection: Collection, encoder: TinyEncoder, news: Path) -> None:
    collection.sync(news)
    generation = collection.status().generation
    file = news / "news.jsonl"
    file.write_bytes(file.read_bytes())
    encoder.embedded()
    assert not collection.sync(news)
    assert (collection.status().generation, encoder.embedded()) == (generation, [])


def test_roots_and_forget(collection: Collection, news: Path, tmp_path: Path) -> None:
    other = tmp_path / "zz.txt"
    other.write_text("Rain fell in Bergen for forty days.", encoding="utf-8")
    collection.sync(news)
    collection.sync(other)
    assert collection.roots() == [str(news), str(other)]
    collection.forget(news)
    assert collection.roots() == [str(other)]
    assert [Path(article.path).name for article in collection.articles()] == ["zz.txt"]
    assert (collection.status().articles, collection.status().passages) == (1, 1)


def test_taken_out_and_let_in_again(collection: Collection, news: Path) -> None:
    collection.sync(news)
    collection.remove("oslo")
    assert sorted(ids(collection)) == ["cairo", "haifa", "lisbon"]
    (removed,) = collection.removed()
    assert (removed.id, removed.label) == ("oslo", "Strike in Oslo")
    assert Path(removed.path).name == "news.jsonl"
    assert found(collection, "strike") == []
    # It stays out, also where its file is read again.
    write_lines(news / "news.jsonl", [LISBON, OSLO, HAIFA])
    collection.sync(news)
    assert sorted(ids(collection)) == ["haifa", "lisbon"]
    assert collection.restore("oslo").added == ("oslo",)
    assert sorted(ids(collection)) == ["haifa", "lisbon", "oslo"]
    assert collection.removed() == []
    assert found(collection, "strike") == [STRIKE]
    with pytest.raises(ArticleNotFound, match="was taken out"):
        collection.restore("oslo")


def test_articles_by_name(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    for name in ("x/a.txt", "y/a.txt", "y/b “c”.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"This is the text of {name}.", encoding="utf-8")
    collection.sync(folder)
    assert collection.article("x/a.txt").text == "This is the text of x/a.txt."
    assert collection.article("b “c”.txt").text == "This is the text of y/b “c”.txt."
    one = collection.article(str(folder / "y" / "a.txt"))
    assert collection.article(one.id) == one
    with pytest.raises(ArticleNotFound, match="fits 2 articles"):
        collection.article("a.txt")
    for name in ("c.txt", "c”.txt", "", "/", "%", "'; drop", '"] or pk != ""', "\ud800"):
        with pytest.raises(ArticleNotFound):
            collection.article(name)


def test_an_uploaded_file(collection: Collection) -> None:
    collection.add_upload("été.txt", "Il a plu à Paris.".encode())
    (article,) = collection.articles()
    assert (article.text, Path(article.path).name) == ("Il a plu à Paris.", "été.txt")
    report = collection.add_upload("nothing.txt", b"")
    assert [Path(problem.path).name for problem in report.problems] == ["nothing.txt"]
    assert sorted(p.name for p in Path(article.path).parent.iterdir()) == ["été.txt"]
    collection.remove(article.id)
    assert (ids(collection), Path(article.path).exists()) == ([], False)


def test_another_encoder_is_refused(place: Place) -> None:
    place.open(TinyEncoder()).close()
    with pytest.raises(CollectionMismatch, match="made with encoder tiny"):
        place.open(TinyEncoder("other"))
    place.open(TinyEncoder(), create=False).close()


def test_where_there_is_none(place: Place) -> None:
    with pytest.raises(CollectionNotFound, match="no collection in"):
        place.open(create=False)


def test_many_generations(collection: Collection, tmp_path: Path) -> None:
    """Whatever was before, counts and words are those of what is there now."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for n in range(6):
        kept = [f"Report number{i} speaks of topic{i % 3}." for i in range(n, n + 4)]
        write_lines(folder / "r.jsonl", [row(f"r{n + i}", text) for i, text in enumerate(kept)])
        collection.sync(folder)
        assert collection.status().passages == 4
        snapshot = collection.snapshot()
        assert (snapshot.generation, len(snapshot)) == (n + 1, 4)
        words = snapshot.words
        gone = [f"number{i}" for i in range(n)]
        assert [words.is_unknown(word) for word in gone] == [True] * n
        assert not any(words.is_unknown(f"number{i}") for i in range(n, n + 4))
        # ln(1 + (N - df + 0.5) / (df + 0.5)) with N = 4.
        assert words.idf(f"number{n}") == pytest.approx(1.203973, abs=1e-6)
        assert words.idf("report") == pytest.approx(0.105361, abs=1e-6)
        assert len(found(collection, "report")) == 4
    assert ids(collection) == ["r5", "r6", "r7", "r8"]

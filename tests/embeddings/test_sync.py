"""Folders -> collection: what is read again, what is embedded again, what becomes visible."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from embeddings.collection import Collection
from embeddings.errors import ArticleUnreadable
from embeddings.retrieval import retrieve
from embeddings.sync_report import Progress, SyncReport
from tests.fakes import TinyEncoder
from tests.news import FLOOD, NEWS, STRIKE, row, write_lines


def ids(collection: Collection) -> list[str]:
    return sorted(article.id for article in collection.articles())


def names(collection: Collection) -> list[str]:
    return [Path(article.path).name for article in collection.articles()]


def found(collection: Collection, question: str) -> str:
    """The text of the best hit."""
    return retrieve(collection, question, 1).hits[0].passage.text


def test_the_first_sync(collection: Collection, encoder: TinyEncoder, news: Path) -> None:
    report = collection.sync(news)
    assert report == SyncReport(
        added=("cairo", "haifa", "lisbon", "oslo"), unchanged=0, embedded=4, problems=()
    )
    assert bool(report)
    assert ids(collection) == ["cairo", "haifa", "lisbon", "oslo"]
    # What is embedded is the heading line, then the passage.
    assert sorted(encoder.embedded()) == [
        "A museum opened in Cairo. It shows forty statues.",
        "Flood in Lisbon. Público. Ana Sá. 1 March 2024 (2024-03-01)\n" + FLOOD,
        "Port of Haifa. DAGEN. 9 March 2024 (2024-03-09)\n" + NEWS[2][2],
        "Strike in Oslo. Dagen. Kari Moe. 5 March 2024 (2024-03-05)\n" + STRIKE,
    ]


def test_a_second_sync_does_nothing(
    collection: Collection, encoder: TinyEncoder, news: Path
) -> None:
    collection.sync(news)
    (news / "empty.txt").write_text("")
    collection.sync(news)
    encoder.calls = 0
    before = collection.status()
    report = collection.sync(news)
    assert (bool(report), report.unchanged, report.embedded, encoder.calls) == (False, 4, 0, 0)
    assert collection.status() == before


def test_a_touched_file_is_not_news(
    collection: Collection, encoder: TinyEncoder, folder: Path
) -> None:
    collection.sync(folder)
    generation = collection.status().generation
    os.utime(folder / "flood.txt", ns=(1, 1))
    seen: list[Progress] = []
    assert not collection.sync(folder, seen.append)
    assert (seen, collection.status().generation) == ([], generation)


def test_add_change_remove(collection: Collection, encoder: TinyEncoder, folder: Path) -> None:
    collection.sync(folder)
    encoder.embedded()
    museum = "A museum opened in Cairo. It shows forty statues."
    (folder / "museum.txt").write_text(museum)
    report = collection.sync(folder)
    assert (len(report.added), report.changed, report.removed, report.unchanged) == (1, (), (), 2)
    assert encoder.embedded() == [museum]

    (folder / "museum.txt").write_text(museum + " Entry is free.")
    report = collection.sync(folder)
    # A text file's id is its content: another text is another article.
    assert (len(report.added), len(report.removed), report.unchanged) == (1, 1, 2)
    assert encoder.embedded() == [museum + " Entry is free."]
    assert found(collection, "museum in Cairo") == museum + " Entry is free."

    (folder / "museum.txt").unlink()
    report = collection.sync(folder)
    assert (report.added, len(report.removed), report.embedded) == ((), 1, 0)
    assert names(collection) == ["flood.txt", "strike.txt"]
    hits = retrieve(collection, "museum in Cairo", 9).hits
    assert {hit.passage.text for hit in hits} == {FLOOD, STRIKE}


def test_a_renamed_file_is_not_embedded_again(
    collection: Collection, encoder: TinyEncoder, folder: Path
) -> None:
    collection.sync(folder)
    encoder.embedded()
    (folder / "deep").mkdir()
    (folder / "flood.txt").rename(folder / "deep" / "überschwemmung.txt")
    report = collection.sync(folder)
    assert (bool(report), report.unchanged, encoder.embedded()) == (False, 2, [])
    assert names(collection) == ["überschwemmung.txt", "strike.txt"]
    assert retrieve(collection, "flood", 1).hits[0].article.path == str(
        folder / "deep" / "überschwemmung.txt"
    )


def test_one_article_in_two_files(
    collection: Collection, encoder: TinyEncoder, folder: Path
) -> None:
    (folder / "copy.txt").write_text(FLOOD)
    report = collection.sync(folder)
    assert (len(report.added), report.embedded) == (2, 2)
    assert names(collection) == ["copy.txt", "strike.txt"]
    assert len(retrieve(collection, "river", 9).hits) == 2
    # Found under either name.
    assert collection.article("copy.txt") == collection.article("flood.txt")

    (folder / "copy.txt").unlink()
    assert collection.sync(folder).removed == ()
    assert names(collection) == ["flood.txt", "strike.txt"]
    (folder / "flood.txt").unlink()
    assert len(collection.sync(folder).removed) == 1
    assert names(collection) == ["strike.txt"]


def test_one_changed_line_of_many(collection: Collection, encoder: TinyEncoder, news: Path) -> None:
    collection.sync(news)
    encoder.embedded()
    rows = [row(name, text, **heading) for name, heading, text in NEWS]
    rows[3]["text"] = "A museum closed in Cairo."
    write_lines(news / "news.jsonl", rows)
    report = collection.sync(news)
    assert (report.added, report.changed, report.removed) == ((), ("cairo",), ())
    assert (report.unchanged, report.embedded) == (3, 1)
    assert encoder.embedded() == ["A museum closed in Cairo."]
    assert found(collection, "museum Cairo") == "A museum closed in Cairo."


def test_a_changed_heading_changes_the_article(
    collection: Collection, encoder: TinyEncoder, news: Path
) -> None:
    collection.sync(news)
    encoder.embedded()
    rows = [row(name, text, **heading) for name, heading, text in NEWS]
    rows[3]["publisher"] = "Al Akhbar"
    write_lines(news / "news.jsonl", rows)
    assert collection.sync(news).changed == ("cairo",)
    assert encoder.embedded() == ["Al Akhbar\n" + NEWS[3][2]]
    assert collection.article("cairo").publisher == "Al Akhbar"


def test_a_vanished_line(collection: Collection, encoder: TinyEncoder, news: Path) -> None:
    collection.sync(news)
    rows = [row(name, text, **heading) for name, heading, text in NEWS[:2]]
    write_lines(news / "news.jsonl", rows)
    report = collection.sync(news)
    assert (report.removed, report.unchanged, report.embedded) == (("cairo", "haifa"), 2, 0)


def test_a_sidecar_that_appears_and_changes(
    collection: Collection, encoder: TinyEncoder, folder: Path
) -> None:
    collection.sync(folder)
    encoder.embedded()
    sidecar = folder / "flood.txt.json"
    sidecar.write_text(json.dumps({"publisher": "Público"}))
    collection.sync(folder)
    assert encoder.embedded() == ["Público\n" + FLOOD]
    assert collection.article("flood.txt").publisher == "Público"
    sidecar.write_text(json.dumps({"publisher": "Expresso"}))
    collection.sync(folder)
    assert collection.article("flood.txt").publisher == "Expresso"
    assert len(collection.articles()) == 2


def test_the_same_id_in_two_files(collection: Collection, news: Path) -> None:
    write_lines(news / "second.jsonl", [row("oslo", "Something else altogether happened.")])
    report = collection.sync(news)
    assert [str(problem) for problem in report.problems] == [
        f"{news / 'second.jsonl'}: the id 'oslo' is already that of another article under {news}"
    ]
    assert collection.article("oslo").text == STRIKE
    # The same content under the same id is no clash: one article in two files.
    write_lines(news / "second.jsonl", [row(NEWS[1][0], NEWS[1][2], **NEWS[1][1])])
    assert collection.sync(news).problems == ()
    (news / "news.jsonl").unlink()
    assert collection.sync(news).removed == ("cairo", "haifa", "lisbon")


def test_the_same_id_under_another_path(collection: Collection, news: Path, tmp_path: Path) -> None:
    collection.sync(news)
    other = write_lines(tmp_path / "other.jsonl", [row("oslo", "Something else happened.")])
    (problem,) = collection.sync(other).problems
    assert problem.reason == (
        f"the id 'oslo' is already that of another article in {news / 'news.jsonl'}"
    )
    assert collection.article("oslo").text == STRIKE


def test_several_roots_are_apart(
    collection: Collection, encoder: TinyEncoder, folder: Path, news: Path
) -> None:
    collection.sync(folder)
    collection.sync(news)
    assert collection.roots() == [str(news), str(folder)]
    (folder / "flood.txt").unlink()
    (news / "news.jsonl").unlink()
    assert len(collection.sync(folder).removed) == 1
    assert len(collection.articles()) == 5
    reports = collection.resync()
    assert [report.removed for report in reports] == [("cairo", "haifa", "lisbon", "oslo"), ()]
    assert names(collection) == ["strike.txt"]


def test_a_file_as_root(collection: Collection, folder: Path) -> None:
    report = collection.sync(folder / "flood.txt")
    assert (len(report.added), collection.roots()) == (1, [str(folder / "flood.txt")])
    assert names(collection) == ["flood.txt"]


def test_a_vanished_root_loses_nothing(collection: Collection, folder: Path) -> None:
    collection.sync(folder)
    before = collection.articles()
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(ArticleUnreadable, match="no such file or folder"):
        collection.sync(folder)
    assert collection.resync() == []
    assert collection.articles() == before
    assert found(collection, "river Lisbon") == FLOOD


def test_an_emptied_folder_is_emptied(collection: Collection, folder: Path) -> None:
    collection.sync(folder)
    for path in folder.iterdir():
        path.unlink()
    assert len(collection.sync(folder).removed) == 2
    assert retrieve(collection, "river Lisbon").hits == []


def test_an_article_longer_than_a_passage(
    collection: Collection, encoder: TinyEncoder, tmp_path: Path
) -> None:
    text = " ".join(f"Sentence number {i} tells something new about the river." for i in range(60))
    path = tmp_path / "long.txt"
    path.write_text(text)
    report = collection.sync(path)
    assert report.embedded == collection.status().passages == len(encoder.embedded()) > 2
    # One sentence more: only the passages that hold new words are embedded.
    path.write_text(text + " The last one is new.")
    assert collection.sync(path).embedded == 1


def test_a_failure_halfway_changes_nothing(
    collection: Collection, encoder: TinyEncoder, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.sync(news)
    before = collection.status()
    rows = [row(name, text + " More.", **heading) for name, heading, text in NEWS]
    write_lines(news / "news.jsonl", rows)

    def fail(texts: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(encoder, "encode", fail)
        with pytest.raises(MemoryError):
            collection.sync(news)
    assert collection.status() == before
    assert found(collection, "river Lisbon") == FLOOD
    assert collection.sync(news).changed == ("cairo", "haifa", "lisbon", "oslo")

"""Any text comes back as it was, and what cannot be read is told by name."""

from __future__ import annotations

import gzip
import json
import os
import unicodedata
from pathlib import Path

import pytest

from embeddings.collection import Collection
from embeddings.retrieval import retrieve
from tests.news import FLOOD, row, write_lines


def test_problems_are_told_until_they_are_gone(collection: Collection, folder: Path) -> None:
    (folder / "notes.xyz").write_text("what is this")
    (folder / "empty.txt").write_text(" \n")
    (folder / "bad.jsonl").write_text('{"id": "x", "text": "Long enough to be read."}\n{"id":\n')
    first = collection.sync(folder)
    assert [(Path(p.path).name, p.line, p.skipped) for p in first.problems] == [
        ("bad.jsonl", 2, True),
        ("empty.txt", None, True),
        ("notes.xyz", None, True),
    ]
    assert sorted(map(str, collection.sync(folder).problems)) == sorted(map(str, first.problems))
    assert collection.status().problems == first.problems
    for name in ("notes.xyz", "empty.txt", "bad.jsonl"):
        (folder / name).unlink()
    assert collection.sync(folder).problems == ()
    assert collection.status().problems == ()


def test_any_text_comes_back_as_it_was(collection: Collection, tmp_path: Path) -> None:
    texts = {
        "accents": "Élodie à Zürich: “où ?” — ça va’, dit-elle.",
        "apart": unicodedata.normalize("NFD", "Élodie à Zürich ou à Bogotá."),
        "emoji": "Crowds cheered 🎉🏳️‍🌈 in the square.",
        "arabic": "قال الرئيس إن المحادثات انتهت. לא כולם הסכימו.",
        "lines": "First line\r\nsecond line.\r\n\r\nA new paragraph\rand more.",
        "nul": "One two\x00three four. Five\x07 six seven.",
    }
    path = tmp_path / "any.jsonl"
    write_lines(path, [row(name, text) for name, text in texts.items()])
    assert collection.sync(path).problems == ()
    assert {article.id: article.text for article in collection.articles()} == texts
    snapshot = collection.snapshot()
    keys = [*snapshot.nearest(collection.encoder.encode_query("a"), 99)]
    pairs = list(collection.passages(keys, snapshot).values())
    assert {article.id for _, article in pairs} == set(texts)
    for passage, article in pairs:
        assert passage.text == article.text[passage.start : passage.end]
        assert passage.sentences[0].start == passage.start
        assert passage.sentences[-1].end == passage.end


def test_offsets_count_characters_of_the_file(collection: Collection, tmp_path: Path) -> None:
    text = "\ufeffÉté à Lisbonne.\r\nDeux “mots” 🎉 et שלום.\r\n"
    (tmp_path / "a.txt").write_bytes(text.encode())
    collection.sync(tmp_path / "a.txt")
    (hit,) = retrieve(collection, "mots").hits
    assert hit.article.text == text
    assert text[hit.passage.start : hit.passage.end] == hit.passage.text
    assert [text[s.start : s.end] for s in hit.passage.sentences][-1] == "Deux “mots” 🎉 et שלום."


def test_packed_lines(collection: Collection, tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(row("a", FLOOD)).encode() + b"\n"))
    assert collection.sync(path).added == ("a",)


@pytest.mark.parametrize("field", ["text", "title", "publisher"])
def test_half_a_character_pair_is_one_articles_problem(
    collection: Collection, tmp_path: Path, field: str
) -> None:
    bad = row("bad", "Long enough to be read.") | {field: "half a pair \ud800 in a text."}
    path = write_lines(tmp_path / "a.jsonl", [row("good", FLOOD), bad])
    report = collection.sync(path)
    assert (report.added, [problem.line for problem in report.problems]) == (("good",), [2])


def test_a_file_name_that_is_not_utf8_is_one_files_problem(
    collection: Collection, folder: Path
) -> None:
    name = os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")
    Path(name).write_text("The port of Haifa reopened.")
    report = collection.sync(folder)
    assert FLOOD in [article.text for article in collection.articles()]
    assert len(report.added) + len(report.problems) == 3

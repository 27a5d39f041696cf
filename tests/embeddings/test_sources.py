"""Folders, links, sizes and archives: what there is to read."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from embeddings import articles, sources
from embeddings.articles import SourceFile, find_sources, read_source
from embeddings.errors import ArticleUnreadable
from embeddings.schema import Article, Problem

PROSE = "The river flooded Lisbon on Sunday while the mayor was abroad, officials said on Monday."


def read(path: Path) -> tuple[tuple[Article, ...], list[str]]:
    (source,) = find_sources(path)
    result = read_source(source)
    return result.articles, [str(problem).removeprefix(f"{path}") for problem in result.problems]


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def names(found: list[SourceFile]) -> list[str]:
    return [Path(source.path).name for source in found]


def test_walking_a_folder(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a.MD",
        "c.doc",
        ".hidden.txt",
        "b.json",
        "b.txt.yaml",
        "orphan.yml",
        "d",
    ):
        (tmp_path / name).write_text(PROSE)
    for name in (".git", "sub"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "e.txt").write_text(PROSE)
    found = find_sources(tmp_path)
    assert names(found) == ["a.MD", "b.txt", "b.txt.yaml", "c.doc", "d", "orphan.yml", "e.txt"]
    assert found[1].sidecar == str(tmp_path / "b.json")
    assert [read_source(source).problems for source in found[3:5]] == [
        (
            Problem(
                str(tmp_path / "c.doc"),
                ".doc is not supported; expected .txt, .md, .html, .pdf, .docx, .jsonl, .jsonl.gz",
            ),
        ),
        (
            Problem(
                str(tmp_path / "d"),
                "a file without extension is not supported; expected .txt, .md, .html, .pdf, .docx,"
                " .jsonl, .jsonl.gz",
            ),
        ),
    ]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PROSE)
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "same.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing.txt")
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    found = find_sources(tmp_path)
    assert names(found) == ["a.txt", "nothing.txt", "self.txt"]
    reasons = [problem.reason for source in found for problem in read_source(source).problems]
    assert reasons[0].startswith("cannot be read (No such file or directory)")
    assert reasons[1].startswith("cannot be read (Too many levels of symbolic links)")


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ArticleUnreadable, match="no such file or folder; check the path"):
        find_sources(tmp_path / "nothing")
    with pytest.raises(ArticleUnreadable, match="cannot be read"):
        find_sources("a\0b")
    with pytest.raises(ArticleUnreadable, match="cannot be read"):
        SourceFile(str(tmp_path / "nothing.txt")).signature()


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    assert read(tmp_path / "a.txt") == ((), [": not a regular file that can be read"])


def test_a_file_of_200_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)
    assert read(path) == (
        (),
        [": 200,000,000 bytes, the limit for one article is 50,000,000; split it"],
    )


def test_a_broken_gzip_keeps_what_was_read(tmp_path: Path) -> None:
    rows = [{"text": f"{number} {os.urandom(3000).hex()}"} for number in range(50)]
    packed = gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(packed)
    assert [article.text for article in read(path)[0]] == [row["text"] for row in rows]
    path.write_bytes(packed[: len(packed) // 2])
    found, problems = read(path)
    assert 10 < len(found) < 40
    assert problems[0].startswith(": broken gzip (Compressed file ended before")
    assert problems[0].endswith(f"{len(found)} articles up to line {len(found)} were kept")
    path.write_bytes(b"plain text")
    assert read(path)[1][0].startswith(": broken gzip (Not a gzipped file")


def test_long_lines_and_endless_archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = lines(tmp_path / "a.jsonl", {"text": "x" * 500}, {"text": "Short."})
    monkeypatch.setattr(articles, "MAX_BYTES", 100)
    monkeypatch.setattr(sources, "MAX_BYTES", 100)
    found, problems = read(path)
    assert [article.text for article in found] == ["Short."]
    assert problems == [":1: longer than 100 bytes; split the article"]
    monkeypatch.setattr(sources, "MAX_LINES_BYTES", 300)
    found, problems = read(path)
    assert found == ()
    assert problems == [
        ": more than 300 bytes of lines; split the file; 0 articles up to line 0 were kept"
    ]


def test_signature_and_fingerprint_see_file_and_sidecar(tmp_path: Path) -> None:
    path, side = tmp_path / "a.txt", tmp_path / "a.json"
    path.write_text(PROSE)
    (plain,) = find_sources(path)
    assert len(plain.signature()) == 3
    side.write_text("{}")
    (both,) = find_sources(path)
    assert len(both.signature()) == 6
    assert both.signature()[:3] == plain.signature()
    assert both.fingerprint() != plain.fingerprint()
    before = both.fingerprint()
    side.write_text("{ }")
    assert both.fingerprint() != before

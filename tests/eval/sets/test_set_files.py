"""Lines in, article files out: what is refused, and that files are written whole and once."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from eval.errors import DatasetInvalid, EvalError
from eval.sets.set_files import ArticleRow, content_id, read_rows, read_texts, write_articles
from tests.eval.made_sets import write

ONE = '{"id": "å", "text": "“Né” 🙂\\r\\n"}'


def test_lines_come_with_their_place(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl.gz", ONE, "  ", '{"id": "b", "text": "", "new": 1}')
    assert read_rows(path, ArticleRow) == [
        (f"{path}:1", ArticleRow(id="å", text="“Né” 🙂\r\n")),
        (f"{path}:3", ArticleRow(id="b", text="")),
    ]
    plain = tmp_path / "a.jsonl"
    plain.write_text(ONE + "\r\n", encoding="utf-8", newline="")
    assert read_texts(plain) == {"å": "“Né” 🙂\r\n"}


EXPECTED = "expected one JSON object a line with id, text"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "b"}', f"text: Field required; {EXPECTED}"),
        (
            '{"id": 2, "text": null}',
            "id: Input should be a valid string; text: Input should be a valid string; " + EXPECTED,
        ),
        ("[1]", f"Input should be an object; {EXPECTED}"),
        ('{"id": "b",', "Invalid JSON: EOF while parsing a value at line 2 column 0; " + EXPECTED),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = write(tmp_path / "a.jsonl.gz", ONE, "", line)
    with pytest.raises(DatasetInvalid) as told:
        read_rows(path, ArticleRow)
    assert str(told.value) == f"{path}:3: {reason}"


@pytest.mark.parametrize("raw", [b'{"id": "b", "text": "\xe9"}', rb'{"id": "b", "text": "\ud800"}'])
def test_text_that_is_not_unicode_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(raw)
    with pytest.raises(DatasetInvalid, match=r"a\.jsonl:1: Invalid JSON: .*; expected one JSON"):
        read_rows(path, ArticleRow)


def test_an_id_that_comes_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl.gz", ONE, "", ONE)
    with pytest.raises(DatasetInvalid) as told:
        read_rows(path, ArticleRow)
    assert str(told.value) == f"{path}:3: id 'å' is that of {path}:1; give each line its own"


def test_files_that_hold_no_lines_are_refused(tmp_path: Path) -> None:
    empty = write(tmp_path / "empty.jsonl.gz")
    with pytest.raises(DatasetInvalid, match=f"holds no lines, {EXPECTED}"):
        read_texts(empty)
    folder = tmp_path / "folder.jsonl"
    folder.mkdir()
    with pytest.raises(DatasetInvalid, match="cannot be read"):
        read_texts(folder)


def test_broken_gzip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(ONE.encode())
    with pytest.raises(DatasetInvalid, match="broken gzip after line 0"):
        read_texts(path)
    lines = "".join(f'{{"id": "{n}", "text": "{content_id(str(n))}"}}\n' for n in range(2000))
    path.write_bytes(gzip.compress(lines.encode())[:-2000])
    with pytest.raises(DatasetInvalid, match=r"broken gzip after line \d+ .*; get the file again"):
        read_texts(path)


def test_an_article_file_is_named_by_its_content_and_written_once(tmp_path: Path) -> None:
    articles = [{"id": "å", "title": "Né", "text": "“🙂”\u2028\r\n"}]
    path = write_articles(tmp_path / "new" / "scratch", "made", articles)
    assert path.parent.parent == tmp_path / "new" / "scratch"
    assert path.parent.name.startswith("made-")
    assert path.read_bytes() == (
        '{"id": "å", "title": "Né", "text": "“🙂”\u2028\\r\\n"}\n'.encode()
    )
    assert list(path.parent.iterdir()) == [path]
    os.utime(path, (1, 1))
    assert write_articles(tmp_path / "new" / "scratch", "made", articles) == path
    assert path.stat().st_mtime == 1
    other = write_articles(tmp_path / "new" / "scratch", "made", [*articles, {"id": "b"}])
    assert other != path


def test_a_damaged_article_file_is_written_again(tmp_path: Path) -> None:
    path = write_articles(tmp_path, "made", [{"id": "å", "text": "Né"}])
    whole = path.read_bytes()
    path.write_bytes(whole[:5])
    assert write_articles(tmp_path, "made", [{"id": "å", "text": "Né"}]) == path
    assert path.read_bytes() == whole


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(EvalError, match=r"No space left on device; name a folder .* --cache"):
        write_articles(tmp_path, "made", [{"id": "å", "text": "Né"}])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_scratch_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "scratch").write_text("", encoding="utf-8")
    with pytest.raises(EvalError, match="cannot write"):
        write_articles(tmp_path / "scratch", "made", [{"id": "å", "text": "Né"}])


def test_ids_keep_their_parts_apart() -> None:
    assert content_id("a", "b") == content_id("a", "b") != content_id("ab")
    assert content_id("a\n", "b") != content_id("a", "\nb")
    assert len(content_id("é")) == 32

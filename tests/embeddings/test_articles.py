"""Files and folders -> articles and problems."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.articles import find_sources, read_source
from embeddings.schema import Article

SEEDS = Path(__file__).parents[2] / "seeds"
PROSE = "The river flooded Lisbon on Sunday while the mayor was abroad, officials said on Monday."


def read(path: Path) -> tuple[tuple[Article, ...], list[str]]:
    (source,) = find_sources(path)
    result = read_source(source)
    return result.articles, [str(problem).removeprefix(f"{path}") for problem in result.problems]


def only(path: Path) -> Article:
    (article,), problems = read(path)
    assert problems == []
    return article


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_the_seeds() -> None:
    found = [read_source(source) for source in find_sources(SEEDS)]
    assert [problem for result in found for problem in result.problems] == []
    read_articles = [result.articles[0] for result in found]
    assert [(a.title, a.author, a.publisher, a.published) for a in read_articles] == [
        ("Trump Needs Iran to Make A Deal With The Taliban", None, None, None),
        (
            "Afghanistan: Is US Cooperation with the Taliban Power Possible?",
            "Viktor Mikhin",
            "New Eastern Outlook",
            "2021-09-10",
        ),
        (None, None, None, "2019-11-27"),
        (
            "US considers an unorthodox alliance with the Taliban against ISIS",
            None,
            "BreaknLinks",
            "2021-09-02",
        ),
        (
            "Within days of Afghan “peace” deal, US bombs Taliban",
            "Bill Van Auken",
            "wsws.org",
            "2020-03-05",
        ),
    ]
    for article in read_articles:
        with Path(article.path).open(encoding="utf-8", newline="") as stream:
            assert article.text == stream.read()


def test_text_is_the_whole_file_and_the_mark_is_furniture(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    text = f"\ufeff{PROSE}\r\n\r\nÉté “zwei” 🎉 שלום.\r\n"
    path.write_bytes(text.encode())
    article = only(path)
    assert article.text == text
    assert [text[span.start : span.end] for span in article.furniture] == ["\ufeff"]
    assert (article.path, article.format) == (str(path), "txt")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "empty; there is nothing to index"),
        ("a.txt", b" \r\n\t", "empty; there is nothing to index"),
        ("a.txt", b"\xef\xbb\xbf \n", "empty; there is nothing to index"),
        ("a.md", b"---\ntitle: x\n---\n \n", "empty; there is nothing to index"),
        ("a.txt", "É".encode("cp1252"), "not UTF-8 at byte 0: it looks like Windows-1252; save"),
        ("a.md", b"a\0b", "binary, not text"),
        ("a.pdf", b"%PDF-", "a damaged PDF"),
        ("a.docx", b"PK\x03\x04", "a damaged DOCX"),
        ("a.jsonl", b"", "empty; there is nothing to index"),
        ("a.rtf", b"{\\rtf", ".rtf is not supported; expected .txt"),
        ("a.json", b"{}", ".json is only read beside an article of its name"),
    ],
)
def test_bad_files_are_problems(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    found, problems = read(tmp_path / name)
    assert found == ()
    assert len(problems) == 1
    assert problems[0].startswith(f": {reason}")


def test_sidecar_wins_over_front_matter_over_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\ntitle: Front\nauthor: Front Author\n---\n"
        f"# Text title\n\nBy Jane Doe\n5 March 2020\n\n{PROSE}",
    )
    (tmp_path / "a.meta.json").write_text('{"title": "Side"}')
    article = only(path)
    values = (article.heading.title, article.heading.author, article.heading.published)
    assert [(each.value, each.source) for each in values if each] == [
        ("Side", "sidecar a.meta.json"),
        ("Front Author", "front matter"),
        ("2020-03-05", "line 8"),
    ]
    furniture = [article.text[span.start : span.end] for span in article.furniture]
    assert furniture == [article.text[: article.text.index("\n\nThe river")]]


def test_a_given_value_that_the_text_says_too_can_be_cited(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"River floods Lisbon again\n\nBy Jane Doe\n\n{PROSE}")
    (tmp_path / "a.txt.json").write_text('{"author": "Jane Doe", "title": "Other"}')
    article = only(path)
    assert article.heading.author is not None
    assert article.heading.author.source == "sidecar a.txt.json"
    span = article.heading.author.span
    assert span is not None
    assert article.text[span.start : span.end] == "Jane Doe"
    assert article.heading.title is not None
    assert article.heading.title.span is None


def test_a_bad_sidecar_is_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(PROSE)
    (tmp_path / "a.json").write_text("{")
    (source,) = find_sources(tmp_path)
    result = read_source(source)
    assert result.articles[0].text == PROSE
    assert [(problem.skipped, problem.reason[:45]) for problem in result.problems] == [
        (False, "sidecar a.json cannot be read and was not use")
    ]


def test_an_html_page_keeps_its_standfirst_as_prose(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<html><head><title>River floods Lisbon</title></head><body><article>"
        "<h1>River floods Lisbon</h1>"
        f"<p>Lisbon under water and the mayor abroad</p><p>{PROSE}</p><p>{PROSE} Again.</p>"
        "</article></body></html>"
    )
    article = only(path)
    assert article.title == "River floods Lisbon"
    furniture = [article.text[span.start : span.end] for span in article.furniture]
    assert "Lisbon under water and the mayor abroad" in article.text
    assert furniture in ([], ["River floods Lisbon"])


def test_lines_of_json(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl",
        {
            "id": "x1",
            "title": "River floods Lisbon",
            "author": "Jane Doe",
            "publisher": "The Daily Star",
            "published": "2020-03-05T10:00:00Z",
            "url": "https://example.org/a",
            "text": f"River floods Lisbon\n\nBy Jane Doe\n\n{PROSE}\n\nAdvertisement\n\nÉté.",
        },
        {"text": f"Not a title here\n\n5 March 2020\n\n{PROSE}"},
    )
    (first, second), problems = read(path)
    assert problems == []
    assert (first.id, first.title, first.author) == ("x1", "River floods Lisbon", "Jane Doe")
    assert (first.publisher, first.published) == ("The Daily Star", "2020-03-05")
    assert [first.text[span.start : span.end] for span in first.furniture] == [
        "River floods Lisbon\n\nBy Jane Doe",
        "Advertisement",
    ]
    assert (second.title, second.published, second.furniture) == (None, None, ())
    assert len(second.id) == 16


def test_bad_lines_leave_the_good_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [
        b'\xef\xbb\xbf{"id": "a", "text": "One."}',
        b"",
        b"{",
        b'{"id": "a", "text": "Two."}',
        b'{"text": "  "}',
        b'{"text": "\\ud800"}',
        b'{"text": "Three.", "words": 2, "tags": []}',
        b'{"text": "Three."}',
        b"\xff",
    ]
    path.write_bytes(b"\n".join(rows))
    (source,) = find_sources(path)
    result = read_source(source)
    assert [article.text for article in result.articles] == ["One.", "Three."]
    assert [
        (problem.line, problem.skipped, problem.reason[:34]) for problem in result.problems
    ] == [
        (3, True, "not JSON (Expecting property name "),
        (4, True, "a second article with id a; give i"),
        (5, True, "text is empty; there is nothing to"),
        (6, True, "half a character pair (U+D800 to U"),
        (8, True, f"a second article with id {result.articles[1].id[:9]}"),
        (9, True, "not UTF-8 at byte 0 of the line; s"),
        (None, False, "unknown keys were not used: tags, "),
    ]


def test_identity_is_the_content_and_what_was_given(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text(PROSE)
    second.write_text(PROSE)
    assert only(first).id == only(second).id
    # sha256 of {"text": ...} with sorted keys, as the docstring says it.
    assert only(first).id == "cc02a0329d4d1812"
    (tmp_path / "b.json").write_text('{"title": "Floods"}')
    assert only(second).id != only(first).id
    before = only(second).id
    (tmp_path / "b.json").write_text('{ "title":"Floods" }')
    assert only(second).id == before


def test_importing_is_quick_because_heavy_readers_wait() -> None:
    code = (
        "import sys, embeddings.articles;"
        "print(sorted({'trafilatura', 'pypdf', 'docx', 'dateparser', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=SEEDS.parent
    )
    assert done.stdout == "[]\n"


SUFFIXES = [".txt", ".md", ".html", ".pdf", ".docx", ".jsonl", ".jsonl.gz", ".xyz"]


@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.binary(max_size=300) | st.text(max_size=200).map(str.encode),
    st.sampled_from(SUFFIXES),
    st.binary(max_size=60),
)
def test_reading_never_raises_and_spans_lie_within_the_text(
    tmp_path: Path, data: bytes, suffix: str, side: bytes
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(gzip.compress(data) if suffix.endswith(".gz") else data)
    (tmp_path / "a.json").write_bytes(side)
    (source,) = find_sources(path)
    result = read_source(source)
    assert result.articles or result.problems
    for article in result.articles:
        spans = article.furniture
        assert all(0 <= span.start < span.end <= len(article.text) for span in spans)
        assert all(a.end < b.start for a, b in pairwise(spans))
        article.text.encode("utf-8")

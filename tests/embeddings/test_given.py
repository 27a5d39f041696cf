"""Sidecars, front matter and JSON lines: what the user wrote, and what could not be used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.errors import ArticleUnreadable
from embeddings.given import parse_line, read_front_matter, read_sidecar
from embeddings.schema import Found, Heading

WHOLE = Heading(
    title=Found("Été à Lisbonne", "sidecar a.json"),
    author=Found("Ana Ruiz, Bo Li", "sidecar a.json"),
    publisher=Found("The Daily Star", "sidecar a.json"),
    published=Found("2020-03-05", "sidecar a.json"),
    url=Found("https://example.org/a", "sidecar a.json"),
)


def test_a_json_sidecar() -> None:
    raw = (
        '{"title": "Été à Lisbonne", "author": ["Ana Ruiz", "Bo Li"],'
        ' "publisher": "The Daily Star",'
        ' "date": "5 March 2020", "url": "https://example.org/a"}'
    ).encode()
    read = read_sidecar(b"\xef\xbb\xbf" + raw, "a.json")
    assert read.heading == WHOLE
    assert read.warnings == ()


def test_a_yaml_sidecar_and_published_before_date() -> None:
    raw = b"title: 1984\nauthor: Ana\npublished: 2020-03-05\ndate: 2021-01-01 10:00:00\n"
    heading = read_sidecar(raw, "a.yaml").heading
    assert heading == Heading(
        title=Found("1984", "sidecar a.yaml"),
        author=Found("Ana", "sidecar a.yaml"),
        published=Found("2020-03-05", "sidecar a.yaml"),
    )


@pytest.mark.parametrize(
    ("raw", "name", "reason"),
    [
        (b"{", "a.json", "sidecar a.json cannot be read and was not used: Expecting property name"),
        (b"a: [", "a.yml", "sidecar a.yml cannot be read and was not used: while parsing"),
        (b"published: 2020-13-45", "a.yml", "sidecar a.yml cannot be read"),
        (b"\xff\xfe", "a.json", "sidecar a.json cannot be read and was not used: 'utf-8' codec"),
        (b"[1]", "a.json", "expected keys and values, found a list"),
        (b"", "a.yaml", "expected keys and values, found nothing"),
        (b"[" * 100_000, "a.json", "sidecar a.json cannot be read"),
        (b" " * 1_000_001, "a.json", "larger than 1000000 bytes"),
        (b'{"published": "soon"}', "a.json", "published was not used: expected a date such as"),
        (b'{"author": [1]}', "a.json", "author was not used: expected text or a list of names"),
        (b'{"title": {"a": 1}}', "a.json", "title was not used: expected text, found an object"),
        (b'{"titel": "x"}', "a.json", "unknown keys titel; expected title, author"),
    ],
)
def test_what_a_sidecar_cannot_give_is_a_warning(raw: bytes, name: str, reason: str) -> None:
    read = read_sidecar(raw, name)
    assert read.heading == Heading()
    assert len(read.warnings) == 1
    assert reason in read.warnings[0]


def test_one_bad_value_leaves_the_others() -> None:
    read = read_sidecar(b'{"title": "Floods", "published": "soon", "author": ""}', "a.json")
    assert read.heading == Heading(title=Found("Floods", "sidecar a.json"))
    assert read.warnings == (
        "sidecar a.json: published was not used: expected a date such as 2021-09-02, found 'soon'",
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_front_matter(newline: str, mark: str) -> None:
    block = mark + newline.join(["---", "title: “Été” 🎉", "date: 2020-03-05", "---", ""])
    read = read_front_matter(block + "Prose.")
    assert read.heading == Heading(
        title=Found("“Été” 🎉", "front matter"), published=Found("2020-03-05", "front matter")
    )
    assert read.end == len(block)


@pytest.mark.parametrize(
    "text",
    [
        "Prose.",
        "---\nJust a rule\n---\nProse.",
        "---\n\n---\nProse",
        "--- a",
        "---\ntitle: x\nno end",
    ],
)
def test_what_is_no_front_matter(text: str) -> None:
    read = read_front_matter(text)
    assert (read.heading, read.end, read.warnings) == (Heading(), 0, ())


def test_broken_front_matter_is_a_warning() -> None:
    text = "---\ntitle: a: b\n---\nProse."
    read = read_front_matter(text)
    assert read.end == len("---\ntitle: a: b\n---\n")
    assert read.warnings[0].startswith("front matter was not used: mapping values are not allowed")


def test_a_json_line() -> None:
    line, unknown = parse_line(
        b'{"id": "a1", "text": "Prose.", "author": ["A", "B"], "published": "2020-03-05T23:00:00Z",'
        b' "title": null, "words": 1}'
    )
    assert line.id == "a1"
    assert unknown == {"words"}
    assert line.heading() == Heading(
        author=Found("A, B", "jsonl field"), published=Found("2020-03-05", "jsonl field")
    )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xff", "not UTF-8 at byte 0"),
        (b"{", "not JSON"),
        (b"[1]", "expected a JSON object, found a list"),
        (b"{}", "text: field required"),
        (b'{"text": 1}', "text: input should be a valid string"),
        (b'{"text": "a", "id": 7}', "id: input should be a valid string"),
        (b'{"text": "a", "id": "a\\nb"}', "id: expected 1 to 200 printable characters"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_bad_lines(raw: bytes, reason: str) -> None:
    with pytest.raises(ArticleUnreadable, match=r".") as caught:
        parse_line(raw)
    assert reason in str(caught.value)


def test_a_line_with_another_date_form_is_refused() -> None:
    line, _ = parse_line(b'{"text": "a", "published": "5 March 2020"}')
    with pytest.raises(
        ArticleUnreadable, match="published is '5 March 2020', expected an ISO date"
    ):
        line.heading()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_warned_about(raw: bytes) -> None:
    for name in ("a.json", "a.yaml"):
        read = read_sidecar(raw, name)
        assert read.warnings or read.heading or raw

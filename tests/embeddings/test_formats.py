"""Bytes of one article -> text and metadata; every bad input says why and what would help."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import docx
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings import formats
from embeddings.errors import ArticleUnreadable
from embeddings.formats import read_docx, read_html, read_pdf, read_plain
from embeddings.schema import Found, Heading

PROSE = "The river flooded Lisbon on Sunday while the mayor was abroad, officials said on Monday."


def pdf(pages: list[list[str]], info: str = "") -> bytes:
    """A small PDF by hand: one line of text after another, in a standard font."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        rows = " ".join(f"({line}) Tj 0 -20 Td" for line in lines)
        stream = f"BT /F1 12 Tf 72 720 Td {rows} ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects.append(f"<< {info} >>")
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"<< /Size {size} /Root 1 0 R /Info {len(objects)} 0 R >>"
    start = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    return out + f"{start}trailer\n{trailer}\nstartxref\n{len(out)}\n%%EOF".encode()


def word(title: str = "", author: str = "python-docx", created: datetime | None = None) -> bytes:
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = author
    if created:
        document.core_properties.created = created
    document.add_paragraph("Été à Lisbonne: les “crues” 🎉")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Day", "Dead", "Sunday", "12"], strict=True):
        cell.text = text
    document.add_paragraph("נגמר ביום אחד.")
    return saved(document)


def saved(document: docx.document.Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def page(head: str, body: str) -> str:
    return f"<html><head>{head}</head><body><article>{body}</article></body></html>"


def test_plain_text_is_the_file_unchanged() -> None:
    text = "\ufeffÉté “zwei” 🎉\r\n\r\nשלום  \n"
    assert read_plain(text.encode()).text == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            "Été".encode("cp1252"),
            "not UTF-8 at byte 0: it looks like Windows-1252; save it as UTF-8",
        ),
        (b"abc \x92s", "not UTF-8 at byte 4: it looks like Windows-1252; save it as UTF-8"),
        ("Été".encode("utf-16"), "it looks like UTF-16; save it as UTF-8"),
        (b"abc\0def", "binary, not text (a NUL at byte 3)"),
        (b"\x81\x8d\x8f", "not UTF-8 at byte 0; save it as UTF-8"),
        (b"%PDF-1.4", "the content is PDF, not text"),
        (b"PK\x03\x04", "the content is zip or DOCX, not text"),
    ],
)
def test_what_is_not_utf_8_text(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleUnreadable) as caught:
        read_plain(data)
    assert reason in str(caught.value)


def test_html_gives_its_text_and_its_tags() -> None:
    head = (
        "<title>River floods Lisbon | The Daily Star</title>"
        "<meta property='og:title' content='River floods Lisbon'>"
        "<meta property='og:site_name' content='The Daily Star'>"
        "<meta name='author' content='José Álvarez'>"
        "<meta property='article:published_time' content='2020-03-05T10:00:00Z'>"
        "<link rel='canonical' href='https://example.org/a/river'>"
    )
    script = "<script>document.write('no')</script>"
    body = f"<h1>River floods Lisbon</h1><p>{PROSE}</p>{script}<p>Été “2”.</p>"
    read = read_html(page(head, body).encode())
    assert PROSE in read.text
    assert "Été “2”." in read.text
    assert "document" not in read.text
    assert read.strong == Heading(
        title=Found("River floods Lisbon", "HTML metadata"),
        author=Found("José Álvarez", "HTML metadata"),
        publisher=Found("The Daily Star", "HTML metadata"),
        published=Found("2020-03-05", "HTML metadata"),
        url=Found("https://example.org/a/river", "HTML metadata"),
    )


@pytest.mark.parametrize(
    ("charset", "declared"),
    [("utf-8", "utf-8"), ("utf-8", "latin-1"), ("cp1252", "windows-1252"), ("cp1251", "cp1251"),
     ("utf-16", "utf-16"), ("cp1252", "")],
)  # fmt: skip
def test_html_charsets(charset: str, declared: str) -> None:
    words = "Москва и Лиссабон" if charset == "cp1251" else "Été à Évora — “señor”"
    head = f"<meta charset='{declared}'>" if declared else ""
    html = page(head, f"<p>{PROSE} {words}</p><p>{PROSE}</p>")
    assert words in read_html(html.encode(charset)).text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<html><body><script>draw()</script></body></html>", "no article text in the page"),
        (b"<p>a\0b</p>", "binary, not HTML"),
    ],
)
def test_pages_without_text(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleUnreadable, match=reason):
        read_html(data)


def test_pdf_pages_are_joined_by_an_empty_line() -> None:
    info = "/Title (River floods Lisbon) /Author (Jane Doe) /CreationDate (D:20200305100000Z)"
    read = read_pdf(pdf([["Un été", "second line"], ["page two"]], info))
    assert read.text.replace(" \n", "\n") == "Un été\nsecond line\n\npage two"
    assert read.strong == Heading(
        title=Found("River floods Lisbon", "PDF metadata"), author=Found("Jane Doe", "PDF metadata")
    )
    assert read.weak == Heading(published=Found("2020-03-05", "PDF creation date"))


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - a.docx", "report_3.pdf", ""])
@pytest.mark.parametrize("author", ["admin", "jdoe", "python-docx", ""])
def test_what_programs_leave_in_a_pdf_is_no_title_and_no_author(title: str, author: str) -> None:
    assert read_pdf(pdf([["text"]], f"/Title ({title}) /Author ({author})")).strong == Heading()


def test_a_page_without_text_is_a_warning() -> None:
    assert read_pdf(pdf([["one"], []])).warnings == ("no text on page 2 (scanned?)",)


def test_a_scanned_pdf() -> None:
    with pytest.raises(ArticleUnreadable, match=r"without text .* run text recognition"):
        read_pdf(pdf([[], []]))


def test_an_encrypted_pdf() -> None:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([["secret"]])))
    writer.encrypt("password", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    with pytest.raises(ArticleUnreadable, match="encrypted PDF; save a copy without"):
        read_pdf(stream.getvalue())


@pytest.mark.parametrize("data", [b"%PDF-1.4\n%broken", b"not a pdf", pdf([["a"]])[:200]])
def test_a_broken_pdf(data: bytes) -> None:
    with pytest.raises(ArticleUnreadable, match="a damaged PDF"):
        read_pdf(data)


def test_docx_keeps_paragraphs_and_tables_in_order() -> None:
    made = datetime(2020, 3, 5, 10, tzinfo=UTC)
    read = read_docx(word("Crues", "Ana Ruiz", made))
    assert (
        read.text == "Été à Lisbonne: les “crues” 🎉\n\nDay | Dead\nSunday | 12\n\nנגמר ביום אחד."
    )
    assert read.strong == Heading()
    assert read.weak == Heading(
        title=Found("Crues", "DOCX properties"),
        author=Found("Ana Ruiz", "DOCX properties"),
        published=Found("2020-03-05", "DOCX properties"),
    )


def test_docx_properties_of_a_program_are_none() -> None:
    assert read_docx(word()).weak == Heading()


def test_docx_title_style_is_the_title() -> None:
    document = docx.Document()
    document.add_heading("River floods Lisbon", level=0)
    document.add_paragraph(PROSE)
    assert read_docx(saved(document)).strong.title == Found(
        "River floods Lisbon", "DOCX title style"
    )


@pytest.mark.parametrize("data", [b"PK\x03\x04broken", b"", word()[:-200], b"text"])
def test_a_broken_docx(data: bytes) -> None:
    with pytest.raises(ArticleUnreadable, match="a damaged DOCX"):
        read_docx(data)


def test_a_zip_that_is_no_docx() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(ArticleUnreadable, match="a damaged DOCX"):
        read_docx(stream.getvalue())


def test_a_docx_that_unpacks_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_UNZIPPED_BYTES", 1000)
    with pytest.raises(ArticleUnreadable, match="the limit is 1,000; remove its images"):
        read_docx(word())


def test_an_empty_docx() -> None:
    with pytest.raises(ArticleUnreadable, match="a DOCX without text"):
        read_docx(saved(docx.Document()))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read, magic in (
        (read_plain, b""),
        (read_html, b"<p>"),
        (read_pdf, b"%PDF-1.4\n"),
        (read_docx, b"PK"),
    ):
        for content in (data, magic + data):
            try:
                text = read(content).text
            except ArticleUnreadable:
                continue
            text.encode("utf-8")

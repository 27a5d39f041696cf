"""The bytes of one article -> its text and what the format itself says about it.

Enters: the bytes of a text, HTML, PDF or DOCX file. Leaves: ``Extracted``, or ``ArticleUnreadable``
with the reason and what would help. Deliberately knows nothing of files, sidecars, headings in the
text or identity. No script runs and nothing is fetched.

``strong`` metadata was written for readers (an HTML page's tags); ``weak`` was left behind by a
program (the day a PDF was made, the account a DOCX was typed in) and yields to the text.
"""

from __future__ import annotations

import codecs
import io
import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from embeddings.dates import given_day
from embeddings.errors import ArticleUnreadable
from embeddings.schema import Found, Heading

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from pypdf import PdfReader

MAX_UNZIPPED_BYTES = 200_000_000
MAX_PAGES = 5_000

_MAGIC = {b"%PDF-": "PDF", b"PK\x03\x04": "zip or DOCX", b"\x1f\x8b": "gzip", b"{\\rtf": "RTF"}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", re.I)
_NO_TITLE = re.compile(
    r"untitled.*|microsoft word\b.*|document\d*|doc\d*|title|pdf|presentation\d*|slide \d+|print.*"
    r"|\S+\.(?:docx?|pdf|indd|qxd|txt|rtf|odt|html?|pptx?|tex|dvi|ai|eps)",
    re.I,
)
_NO_AUTHOR = re.compile(
    r"python-docx|admin(?:istrator)?|user\d*|unknown|author|owner|microsoft.*|root|guest|none|anonymous"
    r"|windows user|[a-z0-9_.-]+|.*@.*",
)
# What parsers of damaged files raise besides their own errors. Listed, so that a bug of this
# module's own kind (NameError, AssertionError in a test) is not taken for a broken file.
_DAMAGE = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OverflowError,
    ZeroDivisionError, NotImplementedError, AssertionError, EOFError, OSError, MemoryError,
    zlib.error, struct.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article's text and what its format says about it."""

    text: str
    strong: Heading = field(default_factory=Heading)
    weak: Heading = field(default_factory=Heading)
    warnings: tuple[str, ...] = ()


def read_plain(data: bytes) -> Extracted:
    """Text or Markdown: the bytes as UTF-8, nothing stripped and nothing normalised."""
    for start, kind in _MAGIC.items():
        if data.startswith(start):
            raise ArticleUnreadable(f"the content is {kind}, not text; give it that extension")
    for mark in (codecs.BOM_UTF32_LE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        if data.startswith(mark):
            raise ArticleUnreadable("not UTF-8 at byte 0: it looks like UTF-16; save it as UTF-8")
    nul = data.find(b"\0")
    if nul >= 0:
        raise ArticleUnreadable(
            f"binary, not text (a NUL at byte {nul}); if it is text, save it as UTF-8"
        )
    try:
        return Extracted(data.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise ArticleUnreadable(
            f"not UTF-8 at byte {exc.start}{_guess(data)}; save it as UTF-8"
        ) from exc


def read_html(data: bytes) -> Extracted:
    """A page: its article text through trafilatura, its metadata tags."""
    import lxml.etree  # type: ignore[import-untyped]  # noqa: PLC0415  no types; both are slow to import and only pages need them
    import trafilatura  # noqa: PLC0415

    page = _decode_page(data)
    # No guessing of dates from addresses and loose text: a missing date is better than a wrong one.
    dates = {"original_date": True, "extensive_search": False, "outputformat": "%Y-%m-%d"}
    try:
        with _quiet("trafilatura", "htmldate"):
            found = trafilatura.bare_extraction(
                page, with_metadata=True, include_comments=False, date_extraction_params=dates
            )
    except (*_DAMAGE, lxml.etree.LxmlError) as exc:
        raise ArticleUnreadable(f"damaged HTML ({_brief(exc)}); save the page again") from exc
    fields = found.as_dict() if found is not None and not isinstance(found, dict) else {}
    text = _joined(fields.get("text") or "")
    if not text.strip():
        raise ArticleUnreadable(
            "no article text in the page (it may need scripts to show it); save the text as .txt"
        )
    author = (fields.get("author") or "").replace("; ", ", ")
    strong = _heading(
        "HTML metadata",
        title=fields.get("title"),
        author=author,
        publisher=fields.get("sitename"),
        published=fields.get("date"),
        url=fields.get("url"),
    )
    return Extracted(text, strong)


def read_pdf(data: bytes) -> Extracted:
    """A PDF with a text layer: its pages joined by an empty line."""
    import pypdf  # noqa: PLC0415  slow to import and only PDFs need it
    import pypdf.errors  # noqa: PLC0415

    errors = (*_DAMAGE, pypdf.errors.PyPdfError, pypdf.errors.DependencyError)
    try:
        with _quiet("pypdf"):
            reader = pypdf.PdfReader(io.BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise ArticleUnreadable("an encrypted PDF; save a copy without the password")
            pages = [_joined(page.extract_text()).strip() for page in reader.pages[:MAX_PAGES]]
            many = len(reader.pages) > MAX_PAGES
            strong, weak = _pdf_metadata(reader)
    except pypdf.errors.DependencyError as exc:
        raise ArticleUnreadable("an encrypted PDF; save a copy without encryption") from exc
    except errors as exc:
        raise ArticleUnreadable(f"a damaged PDF ({_brief(exc)}); print it to a new PDF") from exc
    empty = [str(number) for number, page in enumerate(pages, 1) if not page]
    if len(empty) == len(pages):
        raise ArticleUnreadable("a PDF without text (scanned pages?); run text recognition on it")
    warnings = [f"no text on page {', '.join(empty[:20])} (scanned?)"] if empty else []
    if many:
        warnings.append(f"only the first {MAX_PAGES} pages were read; split the file")
    return Extracted("\n\n".join(pages), strong, weak, tuple(warnings))


def read_docx(data: bytes) -> Extracted:
    """A Word document: paragraphs and tables in the order they stand."""
    import docx  # noqa: PLC0415  slow to import and only Word documents need it
    import docx.opc.exceptions  # noqa: PLC0415
    import lxml.etree  # noqa: PLC0415

    errors = (*_DAMAGE, zipfile.BadZipFile, docx.opc.exceptions.OpcError, lxml.etree.LxmlError)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_UNZIPPED_BYTES:
            raise ArticleUnreadable(
                f"unpacks to {size:,} bytes, the limit is {MAX_UNZIPPED_BYTES:,}; remove its images"
            )
        document = docx.Document(io.BytesIO(data))
        text = _joined("\n\n".join(filter(str.strip, _docx_blocks(document))))
        strong, weak = _docx_metadata(document)
    except errors as exc:
        raise ArticleUnreadable(f"a damaged DOCX ({_brief(exc)}); save it again from Word") from exc
    if not text.strip():
        raise ArticleUnreadable("a DOCX without text; if it holds scanned images, recognise them")
    return Extracted(text, strong, weak)


def _guess(data: bytes) -> str:
    """What a file that is not UTF-8 probably is, in words for a message."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    printable = sum(letter.isprintable() or letter.isspace() for letter in text)
    return ": it looks like Windows-1252" if printable > 0.95 * len(text) else ""


def _decode_page(data: bytes) -> str:
    """Byte order mark, valid UTF-8, the charset the page declares, or the likeliest one."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    if b"\0" in data:
        raise ArticleUnreadable("binary, not HTML; save the page as HTML")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = _META_CHARSET.search(data[:4096])
    try:
        # What the HTML standard takes for an undeclared page in Western languages.
        return data.decode(declared[1].decode("ascii") if declared else "cp1252")
    except (UnicodeError, LookupError):
        from trafilatura.utils import decode_file  # noqa: PLC0415

        return decode_file(data)


def _pdf_metadata(reader: PdfReader) -> tuple[Heading, Heading]:
    info = reader.metadata
    if info is None:
        return Heading(), Heading()
    try:
        made = given_day(info.creation_date)
    except ValueError:  # a date in a form of the program's own
        made = None
    title = str(info.title or "").strip()
    author = str(info.author or "").strip()
    strong = _heading(
        "PDF metadata",
        title=None if _NO_TITLE.fullmatch(title) else title,
        author=None if _NO_AUTHOR.fullmatch(author) else author,
    )
    return strong, _heading("PDF creation date", published=made)


def _docx_metadata(document: Document) -> tuple[Heading, Heading]:
    core = document.core_properties
    marked = [
        paragraph.text
        for paragraph in document.paragraphs[:8]
        if paragraph.style is not None and paragraph.style.name == "Title"
    ]
    title, author = core.title.strip(), core.author.strip()
    made = given_day(core.created) if author != "python-docx" else None
    weak = _heading(
        "DOCX properties",
        title=None if _NO_TITLE.fullmatch(title) else title,
        author=None if _NO_AUTHOR.fullmatch(author) else author,
        published=made,
    )
    return _heading("DOCX title style", title=marked[0] if marked else None), weak


def _docx_blocks(document: Document) -> Iterator[str]:
    from docx.text.paragraph import Paragraph  # noqa: PLC0415

    for block in document.iter_inner_content():
        yield block.text if isinstance(block, Paragraph) else _table(block)


def _table(table: Table) -> str:
    rows = []
    for row in table.rows:
        # A merged cell is listed once for each column it covers.
        cells = list(dict.fromkeys(cell._tc for cell in row.cells))
        texts = [" ".join(t.text or "" for t in cell.iter("{*}t")).strip() for cell in cells]
        rows.append(" | ".join(texts))
    return "\n".join(rows)


def _heading(source: str, **values: str | None) -> Heading:
    texts = {name: " ".join(_joined(value or "").split()) for name, value in values.items()}
    return Heading(**{name: Found(text, source) for name, text in texts.items() if text})


def _joined(text: str) -> str:
    """Surrogate pairs as one character, lone halves as U+FFFD: some extractors leave them."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _brief(exc: BaseException) -> str:
    return (" ".join(str(exc).split()) or type(exc).__name__)[:120]


@contextmanager
def _quiet(*names: str) -> Iterator[None]:
    """Keep parsers from writing about damaged files on stderr: that is told as a Problem."""
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)

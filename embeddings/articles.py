"""Files -> articles.

Enters: a ``SourceFile``. Leaves: the ``Article`` values it holds, with the ``Problem`` values met
on the way. Deliberately knows nothing of passages, indexes or which articles are already known;
how files are found, a format read, a heading read or a sidecar understood is said in ``sources``,
``formats``, ``heading`` and ``given``.

Values win field by field: sidecar, front matter, the format's own metadata, the text's heading,
and last what a program left behind (a PDF's creation date).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from embeddings.errors import ArticleUnreadable
from embeddings.footer import read_footer
from embeddings.formats import Extracted, read_docx, read_html, read_pdf, read_plain
from embeddings.furniture import lines_of, merge, page_furniture
from embeddings.given import MAX_SIDECAR_BYTES, Given, parse_line, read_front_matter, read_sidecar
from embeddings.heading import read_heading, repeated_lines
from embeddings.schema import Article, Found, Heading, Problem, Span
from embeddings.sources import (
    LINES,
    MAX_BYTES,
    SourceFile,
    find_sources,
    numbered_lines,
    read_bytes,
)

__all__ = [
    "MAX_BYTES",
    "READER_VERSION",
    "SUPPORTED",
    "ReadResult",
    "SourceFile",
    "find_sources",
    "read_parts",
    "read_source",
]

READER_VERSION = "1"
# Articles of a file of lines that are read before any of them is passed on.
PART_ARTICLES = 64

_FORMATS: dict[str, tuple[str, Callable[[bytes], Extracted]]] = {
    ".txt": ("txt", read_plain),
    ".text": ("txt", read_plain),
    ".md": ("md", read_plain),
    ".markdown": ("md", read_plain),
    ".html": ("html", read_html),
    ".htm": ("html", read_html),
    ".pdf": ("pdf", read_pdf),
    ".docx": ("docx", read_docx),
}
SUPPORTED = (".txt", ".md", ".html", ".pdf", ".docx", *LINES)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The articles of one file, and what went wrong."""

    articles: tuple[Article, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_source(source: SourceFile) -> ReadResult:
    """The articles of one file; whatever is wrong with it becomes a ``Problem``, never an error."""
    articles: list[Article] = []
    problems: list[Problem] = []
    for part, _ in read_parts(source):
        articles += part.articles
        problems += part.problems
    return ReadResult(tuple(articles), tuple(problems))


def read_parts(source: SourceFile) -> Iterator[tuple[ReadResult, float]]:
    """The same part by part, each with the share of the file read by then; the last is 1.0.

    A file of lines holds any number of articles: no more than ``PART_ARTICLES`` are in memory.
    """
    name = Path(source.path).name.lower()
    if name.endswith(LINES):
        yield from _read_lines(source.path)
        return
    try:
        known = _FORMATS.get(Path(name).suffix)
        if known is None:
            raise ArticleUnreadable(_unsupported(source.path))
        yield _read_one(source, *known), 1.0
    except ArticleUnreadable as exc:
        yield ReadResult(problems=(Problem(source.path, str(exc)),)), 1.0


def _read_one(source: SourceFile, kind: str, extract: Callable[[bytes], Extracted]) -> ReadResult:
    data = read_bytes(source.path, MAX_BYTES)
    if not data.strip():
        raise ArticleUnreadable("empty; there is nothing to index")
    extracted = extract(data)
    text = extracted.text
    front = read_front_matter(text) if kind in {"txt", "md"} else Given()
    sidecar = _sidecar(source.sidecar)
    if not text[front.end :].strip(" \t\r\n\ufeff"):
        raise ArticleUnreadable("empty; there is nothing to index")
    stated = _merged([sidecar.heading, front.heading, extracted.strong])
    lines = lines_of(text, front.end)
    detected, spans = read_heading(text, lines)
    if kind == "html" and stated.title:
        # The page's own title is known: the text's first line is then a standfirst, not a title.
        detected, spans = replace(detected, title=None), tuple(repeated_lines(lines, stated))
    start = [Span(0, front.end)] if front.end else [Span(0, 1)] if text[0] == "\ufeff" else []
    furniture = merge(text, [*start, *spans, *page_furniture(lines)])
    heading = _cited(_merged([stated, detected, extracted.weak]), detected, text, furniture)
    key = _identity(text, _merged([stated, extracted.weak]))
    warnings = (*sidecar.warnings, *front.warnings, *extracted.warnings)
    return ReadResult(
        (Article(key, source.path, kind, text, heading, furniture),),
        tuple(Problem(source.path, warning, skipped=False) for warning in warnings),
    )


def _read_lines(path: str) -> Iterator[tuple[ReadResult, float]]:
    """A .jsonl or .jsonl.gz file: one article a line, bad lines told by number."""
    articles: list[Article] = []
    problems: list[Problem] = []
    unknown: set[str] = set()
    seen: set[str] = set()
    told = number = 0
    try:
        for number, raw, share in numbered_lines(path):
            if len(articles) == PART_ARTICLES:
                told += len(problems)
                yield ReadResult(tuple(articles), tuple(problems)), min(share, 0.999)
                articles, problems = [], []
            try:
                article, extra = _line_article(path, raw)
                if article.id in seen:
                    raise ArticleUnreadable(
                        f"a second article with id {article.id}; give it its own"
                    )
            except ArticleUnreadable as exc:
                problems.append(Problem(path, str(exc), line=number))
                continue
            unknown |= extra
            seen.add(article.id)
            articles.append(article)
    except ArticleUnreadable as exc:
        reason = f"{exc}; {len(seen)} articles up to line {number} were kept"
        problems.append(Problem(path, reason))
    if not seen and not problems and not told:
        problems.append(Problem(path, "empty; there is nothing to index"))
    if unknown:
        names = ", ".join(ascii(name[:40])[1:-1] for name in sorted(unknown)[:10])
        problems.append(Problem(path, f"unknown keys were not used: {names}", skipped=False))
    yield ReadResult(tuple(articles), tuple(problems)), 1.0


def _line_article(path: str, raw: bytes) -> tuple[Article, frozenset[str]]:
    if len(raw) > MAX_BYTES:
        raise ArticleUnreadable(f"longer than {MAX_BYTES:,} bytes; split the article")
    line, unknown = parse_line(raw)
    if not line.text.strip():
        raise ArticleUnreadable("text is empty; there is nothing to index")
    stated = line.heading()
    lines = lines_of(line.text)
    spans = [*repeated_lines(lines, stated), *read_footer(lines).spans, *page_furniture(lines)]
    furniture = merge(line.text, spans)
    heading = _cited(stated, Heading(), line.text, furniture)
    key = line.id or _identity(line.text, stated)
    return Article(key, path, "jsonl", line.text, heading, furniture), unknown


def _merged(headings: Sequence[Heading]) -> Heading:
    """Field by field the first value there is."""
    names = [field.name for field in fields(Heading)]
    return Heading(
        **{name: next(filter(None, (getattr(h, name) for h in headings)), None) for name in names}
    )


def _cited(heading: Heading, detected: Heading, text: str, furniture: Sequence[Span]) -> Heading:
    """The heading with a span where the text's own heading or footer says a given value too."""
    spans: dict[str, Found] = {}
    for field in fields(Heading):
        found: Found | None = getattr(heading, field.name)
        if found is None or found.span is not None:
            continue
        same: Found | None = getattr(detected, field.name)
        if same and same.value.casefold() == found.value.casefold():
            spans[field.name] = replace(found, span=same.span)
            continue
        for span in furniture:
            at = text.find(found.value, span.start, span.end)
            if at >= 0:
                spans[field.name] = replace(found, span=Span(at, at + len(found.value)))
                break
    return replace(heading, **spans)


def _identity(text: str, stated: Heading) -> str:
    """A name for the content: the text and what was given, never what rules read out of it."""
    found: Mapping[str, Found | None] = {f.name: getattr(stated, f.name) for f in fields(Heading)}
    given = {name: value.value for name, value in found.items() if value}
    try:
        canonical = json.dumps({"text": text, **given}, sort_keys=True, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        raise ArticleUnreadable(f"half a character pair (U+D800 to U+DFFF) at {exc.start}") from exc
    return hashlib.sha256(canonical).hexdigest()[:16]


def _sidecar(path: str | None) -> Given:
    if path is None:
        return Given()
    name = Path(path).name
    try:
        return read_sidecar(read_bytes(path, MAX_SIDECAR_BYTES), name)
    except ArticleUnreadable as exc:
        return Given(warnings=(f"sidecar {name} was not used: {exc}",))


def _unsupported(path: str) -> str:
    suffix = Path(path).suffix.lower()
    if suffix in {".json", ".yaml", ".yml"}:
        return f"{suffix} is only read beside an article of its name; articles in lines are .jsonl"
    what = suffix or "a file without extension"
    return f"{what} is not supported; expected {', '.join(SUPPORTED)}"

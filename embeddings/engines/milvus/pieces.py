"""Values as rows of text that Milvus takes, and back; pure.

Enters: articles, sources, passages. Leaves: JSON, in parts no longer than a VARCHAR. Deliberately
knows nothing of Milvus.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from embeddings.engines.milvus.schema import VARCHAR_BYTES
from embeddings.engines.values import SourceRow
from embeddings.identity import heading_from_json, heading_to_json
from embeddings.schema import Article, Problem, Span


def dumped(value: Any) -> str:  # noqa: ANN401 (whatever JSON takes)
    """A value as JSON, its letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parts(text: str, limit: int = VARCHAR_BYTES) -> list[str]:
    """A text cut into pieces of at most ``limit`` bytes of UTF-8 each; at least one piece."""
    data = text.encode()
    pieces: list[str] = []
    start = 0
    while start < len(data) or not pieces:
        end = min(start + limit, len(data))
        # Never inside a letter: those bytes begin with the bits 10.
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[start:end].decode())
        start = end
    return pieces


def clipped(text: str | None, limit: int) -> str | None:
    """A text's first ``limit`` bytes of UTF-8, whole letters of it."""
    return None if text is None else parts(text, limit)[0]


def article_parts(article: Article) -> list[str]:
    """All that is kept of an article."""
    spans = [[span.start, span.end] for span in article.furniture]
    heading = heading_to_json(article.heading)
    return parts(dumped([article.id, article.path, article.format, article.text, heading, spans]))


def article_of(pieces: Sequence[str]) -> Article:
    """What ``article_parts`` cut, its parts in order."""
    name, path, kind, text, heading, spans = json.loads("".join(pieces))
    return Article(
        name, path, kind, text, heading_from_json(heading), tuple(Span(*span) for span in spans)
    )


def spans_text(spans: Sequence[Span]) -> str:
    """Spans as numbers, from pair to pair."""
    return dumped([number for span in spans for number in (span.start, span.end)])


def spans_of(data: str) -> tuple[Span, ...]:
    """What ``spans_text`` wrote."""
    numbers = iter(json.loads(data))
    return tuple(Span(start, end) for start, end in zip(numbers, numbers, strict=True))


def source_head(source: SourceRow) -> str:
    """All that is recorded of a file but its problems."""
    return dumped([source.root, source.path, source.signature, source.fingerprint, source.reader])


def problems_text(problems: Sequence[Problem]) -> str:
    """Problems as JSON."""
    return dumped([[p.path, p.reason, p.skipped, p.line] for p in problems])


def problems_of(data: str) -> tuple[Problem, ...]:
    """What ``problems_text`` wrote."""
    return tuple(Problem(*each) for each in json.loads(data))


def day_number(day: str | date | None) -> int:
    """A day as filters compare it: counted from 1 January of the year 1; 0 for none."""
    if not day:
        return 0
    return (date.fromisoformat(day) if isinstance(day, str) else day).toordinal()

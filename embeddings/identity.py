"""What makes an article the same, and its heading as it is kept: pure.

Enters: values of ``embeddings.schema``. Leaves: bytes and JSON, the same in every process and on
every engine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from embeddings.schema import Article, Found, Heading, Span


def pack_spans(spans: Iterable[Span]) -> bytes:
    """Spans as little-endian int32 pairs."""
    return np.array([(s.start, s.end) for s in spans], dtype="<i4").tobytes()


def unpack_spans(data: bytes) -> tuple[Span, ...]:
    """What ``pack_spans`` packed."""
    pairs = np.frombuffer(data, dtype="<i4").reshape(-1, 2).tolist()
    return tuple(Span(start, end) for start, end in pairs)


def heading_to_json(heading: Heading) -> str:
    """A heading with its sources and spans, as JSON."""
    fields: dict[str, Any] = {}
    for name in Heading.__dataclass_fields__:
        found: Found | None = getattr(heading, name)
        if found is not None:
            span = None if found.span is None else [found.span.start, found.span.end]
            fields[name] = [found.value, found.source, span]
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def heading_from_json(data: str) -> Heading:
    """What ``heading_to_json`` wrote."""
    fields = {
        name: Found(value, source, None if span is None else Span(*span))
        for name, (value, source, span) in json.loads(data).items()
    }
    return Heading(**fields)


def content_digest(article: Article) -> str:
    """sha256 of all that is kept of an article but its path: equal digests, nothing to do."""
    digest = hashlib.sha256()
    for part in (article.id, article.format, article.text, heading_to_json(article.heading)):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    digest.update(pack_spans(article.furniture))
    return digest.hexdigest()

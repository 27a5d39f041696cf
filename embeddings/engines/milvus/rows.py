"""Articles, passages and files as the rows that a sync stages; pure.

Enters: values of this project, keys and the generation that they are staged for. Leaves: rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from embeddings.encoder import FloatArray
from embeddings.engines.milvus.pieces import (
    article_parts,
    clipped,
    day_number,
    dumped,
    parts,
    problems_text,
    source_head,
    spans_text,
)
from embeddings.engines.milvus.schema import FOREVER, number
from embeddings.engines.milvus.table import Row
from embeddings.engines.milvus.tables import record
from embeddings.engines.milvus.truth import PARTS, item
from embeddings.engines.milvus.weights import passage_row
from embeddings.engines.values import SourceRow
from embeddings.identity import content_digest
from embeddings.inputs import encoder_input
from embeddings.lexical import normalize
from embeddings.schema import Article, Passage

# Bytes of a publisher's, an author's or an article's name that are kept beside the whole text.
NAME_BYTES = 16_000
_LINK = "link"


def article_rows(key: int, article: Article, generation: int, sketch: bytes = b"") -> Iterator[Row]:
    """An article under its key: one row a part, the first with what is looked up."""
    pieces = article_parts(article)
    head = [
        article.id,
        clipped(article.publisher, NAME_BYTES),
        clipped(article.author, NAME_BYTES),
        article.published,
        len(pieces),
    ]
    for place, body in enumerate(pieces):
        first = place == 0
        yield {
            "pk": PARTS * key + place,
            "article": key,
            "part": place,
            "name": number(article.id) if first else 0,
            "content": content_digest(article) if first else "",
            "sketch": sketch.hex() if first else "",
            "head": dumped(head) if first else "",
            "body": body,
            "added": generation,
            "removed": FOREVER,
        }


def passage_rows(  # noqa: PLR0913 (a row is made of these)
    article: Article,
    passages: Sequence[tuple[Passage, FloatArray, bytes]],
    *,
    first: int,
    owner: int,
    generation: int,
    analyze: Callable[[str], list[str]],
) -> Iterator[Row]:
    """An article's passages, each with its vector and the sha256 of what was embedded.

    Args:
        article: what they are passages of.
        passages: in order.
        first: the key of the first one.
        owner: the article's key.
        generation: that they are staged for.
        analyze: text to stems.
    """
    whose = {
        "article": owner,
        "head": dumped(
            [
                clipped(article.publisher, NAME_BYTES),
                clipped(article.author, NAME_BYTES),
                article.published,
            ]
        ),
        "publisher": number(article.publisher),
        "author": number(article.author),
        "publisher_folded": number(_folded(article.publisher)),
        "author_folded": number(_folded(article.author)),
        "published": day_number(article.published),
        "added": generation,
        "removed": FOREVER,
    }
    for key, (passage, vector, digest) in enumerate(passages, first):
        text = encoder_input(article, passage.start, passage.end)
        yield {
            "pk": key,
            "id": passage.id,
            "first": passage.start,
            "last": passage.end,
            "sentences": spans_text(passage.sentences),
            "input": digest.hex(),
            "vector": np.asarray(vector, dtype=np.float32),
            "words": passage_row(analyze(normalize(text))),
            **whose,
        }


def source_rows(source: SourceRow, generation: int) -> Iterator[Row]:
    """What is recorded of a file."""
    for part, body in enumerate(parts(problems_text(source.problems))):
        yield record(
            f"source:{_name(source.root, source.path)}:{generation}:{part}",
            "source",
            root=number(source.root),
            item=item(source.root, source.path),
            tag=int(bool(source.problems)),
            part=part,
            head=source_head(source) if part == 0 else "",
            body=body,
            added=generation,
        )


def link_row(root: str, path: str, article: int, generation: int) -> Row:
    """That a file holds an article."""
    return record(
        f"{_LINK}:{_name(root, path)}:{article}:{generation}",
        _LINK,
        root=number(root),
        item=item(root, path),
        tag=number(path.rpartition("/")[2]),
        article=article,
        head=dumped([root, path]),
        added=generation,
    )


def copy_row(article: int, leader: int, generation: int) -> Row:
    """That an article is a near-copy of another, or the first of some."""
    return record(
        f"copy:{article}:{generation}", "copy", article=article, item=leader, added=generation
    )


def excluded_row(root: str, path: str, article: Article, generation: int) -> Row:
    """That an article was taken out of a file by hand."""
    return record(
        f"excluded:{_name(root, path, article.id)}:{generation}",
        "excluded",
        root=number(root),
        item=item(root, path),
        tag=number(article.id),
        head=dumped([root, path, article.id, clipped(article.label, NAME_BYTES)]),
        added=generation,
    )


def _folded(value: str | None) -> str | None:
    return None if value is None else value.casefold()


def _name(*values: str) -> str:
    """A short name for values, the same in every process."""
    return hashlib.sha256("\0".join(values).encode()).hexdigest()[:40]

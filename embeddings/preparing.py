"""Files in, articles cut into passages out: what a sync does before anything is embedded.

Enters: ``SourceFile``s in order. Leaves: ``Chunk``s in the same order, some articles each, whatever
the size of the files. Pure but for the reading: it can be done here, in a process beside
(``preparing_beside.py``) or on another machine. Deliberately knows nothing of what is stored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from embeddings.articles import read_parts
from embeddings.copies import sketch_of
from embeddings.encoder import FloatArray
from embeddings.identity import content_digest
from embeddings.schema import Article, Passage, Problem
from embeddings.segment import passages
from embeddings.sources import SourceFile

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Known:
    """What need not be cut: articles that are there as they are, and those that are to stay out.

    ``current`` gives the content digest of the articles that are there, by id.
    """

    current: Mapping[str, str] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article with its content digest and passages; None where it is there as it is.

    ``sketch`` is what near-copies are found by (``copies.py``); empty where it was not cut.
    """

    article: Article
    digest: str
    passages: tuple[Passage, ...] | None
    sketch: bytes = b""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some articles of the source with this number; ``share`` of its file is read by then.

    ``seconds`` are those of reading and of cutting. ``vectors`` are there where whoever prepared it
    embedded too: unit rows by the sha256 of what was embedded.
    """

    source: int
    articles: tuple[PreparedArticle, ...] = ()
    problems: tuple[Problem, ...] = ()
    share: float = 1.0
    seconds: tuple[float, float] = (0.0, 0.0)
    vectors: Mapping[bytes, FloatArray] = field(default_factory=dict)

    @property
    def last(self) -> bool:
        """Whether the source is read to its end."""
        return self.share >= 1.0


# Sources and what is known of their articles -> chunks, in order of the sources.
Preparing = Callable[[Sequence[SourceFile], Known], Iterator[Chunk]]


def prepare(
    sources: Iterable[tuple[int, SourceFile]], count_tokens: CountTokens, known: Known
) -> Iterator[Chunk]:
    """Read sources and cut their articles, in order; each source ends with a ``last`` chunk.

    Args:
        sources: with the numbers that their chunks carry.
        count_tokens: the encoder's.
        known: what need not be cut.
    """
    for number, source in sources:
        parts = read_parts(source)
        while True:
            begin = time.perf_counter()
            part, share = next(parts)
            middle = time.perf_counter()
            articles = tuple(
                _prepared(article, count_tokens, known)
                for article in part.articles
                if article.id not in known.excluded
            )
            seconds = middle - begin, time.perf_counter() - middle
            yield Chunk(number, articles, part.problems, share, seconds)
            if share >= 1.0:
                break


def _prepared(article: Article, count_tokens: CountTokens, known: Known) -> PreparedArticle:
    digest = content_digest(article)
    if known.current.get(article.id) == digest:
        return PreparedArticle(article, digest, None)
    cut = tuple(passages(article, count_tokens))
    sentences = (span for passage in cut for span in passage.sentences)
    return PreparedArticle(article, digest, cut, sketch_of(article, sentences))

"""The values that flow through the project: frozen, no logic beyond naming.

Enters: nothing. Leaves: ``Span``, ``Found``, ``Heading``, ``Article``, ``Problem``, ``Passage``,
``Scores``, ``Hit``. Deliberately knows nothing of files, databases, models or LangChain.

All offsets count Unicode code points of ``Article.text``, the start inclusive and the end
exclusive, so that ``article.text[start:end]`` is the passage, sentence or quote itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of an article's text: ``text[start:end]``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Found:
    """One heading value and where it was read.

    ``source`` is for people ("sidecar 12.meta.json", "HTML metadata", "byline, line 3").
    ``span`` is the place in the article's text that says it, when the text does: it can be cited.
    """

    value: str
    source: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What is known about an article besides its text; ``published`` is ``YYYY-MM-DD``."""

    title: Found | None = None
    author: Found | None = None
    publisher: Found | None = None
    published: Found | None = None
    url: Found | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One article, with its text as it came.

    For a text or Markdown file ``text`` is the whole file decoded as UTF-8, nothing stripped and
    nothing normalised. For other formats it is the extracted text, which the collection keeps.
    ``furniture`` are the stretches that are not the article's own prose (page controls, photo
    credits, contact lines, the heading block itself): they are never evidence.
    """

    id: str
    path: str
    format: str
    text: str
    heading: Heading = Heading()
    furniture: tuple[Span, ...] = ()

    @property
    def title(self) -> str | None:
        """The title, or None where the article has none."""
        return self.heading.title.value if self.heading.title else None

    @property
    def author(self) -> str | None:
        """The author or authors as one string, or None."""
        return self.heading.author.value if self.heading.author else None

    @property
    def publisher(self) -> str | None:
        """The publisher, or None."""
        return self.heading.publisher.value if self.heading.publisher else None

    @property
    def published(self) -> str | None:
        """The publication date as ``YYYY-MM-DD``, or None."""
        return self.heading.published.value if self.heading.published else None

    @property
    def label(self) -> str:
        """The title, or the article's first words followed by an ellipsis: never empty.

        First words are not a title: where ``title`` is None, faces say so beside the label.
        """
        return self.title or first_words(self)


def first_words(article: Article, count: int = 9) -> str:
    """The first ``count`` words of the article's own prose, for want of a title."""
    position = 0
    for span in sorted(article.furniture):
        if article.text[position : span.start].strip():
            break
        position = max(position, span.end)
    # 40 characters a word is beyond any prose: the slice bounds the work on a long article.
    words = article.text[position : position + 40 * count].split()
    if not words:
        return "(no text)"
    more = "…" if len(words) > count else ""
    return " ".join(words[:count]).rstrip(".,;:") + more


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that went wrong with a file while it was read, told by name.

    ``skipped`` is True when nothing of the file (or of that line) was indexed, False for a
    warning about something that was indexed all the same.
    """

    path: str
    reason: str
    skipped: bool = True
    line: int | None = None

    def __str__(self) -> str:
        """``path:line: reason``, as compilers write it."""
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one article, about as many as the encoder reads at once.

    ``text == article.text[start:end]``; ``sentences`` are absolute offsets into the article.
    """

    id: str
    article: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]


class Location(NamedTuple):
    """Where a passage stands: its id, its article's key, its offsets there.

    With it goes what the article's heading says of its source, ``published`` as ``YYYY-MM-DD``.
    A tuple, since a question makes hundreds: a frozen dataclass takes three times as long to make.
    """

    id: str
    article: int
    start: int
    end: int
    publisher: str | None = None
    author: str | None = None
    published: str | None = None

    def overlaps(self, other: Location) -> bool:
        """Whether both share a stretch of one article."""
        return self.article == other.article and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Scores:
    """Why a passage is in the ranking; None where that index did not return it.

    ``dense`` is the cosine in [-1, 1], ``lexical`` the BM25 score (unbounded, >= 0), ``reader``
    the relevance in [0, 1] that the trained reader gave, ``fused`` what the ranking is sorted by:
    all together, less what repeating a better hit's place costs.
    """

    fused: float
    dense: float | None = None
    lexical: float | None = None
    reader: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question, with its article and scores.

    ``copies`` are other articles that carry nearly the same words, in order of date, as far as the
    search came upon them: the passage stands for theirs, which take no places of their own.
    """

    passage: Passage
    article: Article
    scores: Scores
    copies: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to; an empty tuple or None means no limit.

    Values in one field are alternatives, fields combine with AND. Publisher and author compare
    without regard to case; ``article`` takes ids or paths. ``after`` and ``before`` are
    inclusive days of publication: an article without a date matches neither.
    """

    publisher: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    article: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None

    def __bool__(self) -> bool:
        """True when anything is limited."""
        return bool(self.publisher or self.author or self.article or self.after or self.before)

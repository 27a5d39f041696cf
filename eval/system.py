"""The system under test, through the interfaces that any other program would use.

Enters: a ``Spec`` (which articles, which settings) and cases. Leaves: an ``Outcome`` a case.
Runs in the worker's process. Deliberately knows nothing of what would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from eval.cases import Case, Unit
from eval.made_of import code_digest, versions
from eval.results import Outcome, Place, Said

if TYPE_CHECKING:
    from embeddings.collection import Collection
    from embeddings.schema import Article, Hit
    from eval.cache import BuildRecord
    from qa_app.schema import Answer

DEPTH = 10
# Passages read to have DEPTH different articles among them, where articles are ranked.
ARTICLE_DEPTH = 100
# Passages whose text is kept with a result: enough to see why a case failed.
SHOWN = 3

Bounds = dict[str, tuple[tuple[int, int], ...]]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Spec:
    """What the worker opens: articles by place, their keys, how they are ranked and asked."""

    articles: Path
    cache: Path
    keys: frozenset[str]
    unit: Unit
    asks: bool
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """What the worker tells when it can answer: the index, and every passage's offsets by article.

    ``made_of`` says what the system is, so that a run goes on only with the same one; ``skipped``
    are the problems that the index was built with, as text.
    """

    index: Mapping[str, Any]
    bounds: Bounds
    made_of: Mapping[str, Any] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()


class System(Protocol):
    """What the worker asks of a system under test."""

    @property
    def opened(self) -> Opened:
        """The index and its passages."""
        ...

    def answer(self, case: Case) -> Outcome:
        """What the system does with a case; whatever it raises is the case's failure."""
        ...


class Product:
    """This project's retriever and assistant over a collection."""

    def __init__(self, collection: Collection, spec: Spec, opened: Opened) -> None:
        """Answer from ``collection`` as ``spec`` says."""
        from qa_app.assistant import Assistant  # noqa: PLC0415 (heavy)
        from qa_app.settings import Settings  # noqa: PLC0415 (heavy)

        self.collection, self.spec, self.opened = collection, spec, opened
        self.assistant = Assistant(collection, Settings(**spec.settings))
        # What a language model wrote is never asked for twice.
        eager = Settings(**{**spec.settings, "threshold": 0.0, "model": None, "model_url": None})
        # The same reader: a second one would read every sentence again.
        self.eager = Assistant(collection, eager, self.assistant.reader)

    def answer(self, case: Case) -> Outcome:
        """Ask as a user would; where nothing was found, ask once more without abstaining."""
        if not self.spec.asks:
            hits, timings = self._ranking(case.question)
            return Outcome(hits=hits, timings_ms={**timings, "total": sum(timings.values())})
        answer = self.assistant.ask(case.question, case.history)
        forced = None
        if answer.status == "not_found":
            forced = self._said(self.eager.ask(case.question, case.history))
        # After the answer, so that the answer's timings are those of a question never seen.
        hits, _ = self._ranking(answer.understood or case.question)
        return Outcome(
            hits=hits,
            said=self._said(answer),
            forced=forced,
            understood=answer.understood,
            timings_ms=dict(answer.timings_ms),
            model=answer.model.record() if answer.model else None,
        )

    def _ranking(self, question: str) -> tuple[tuple[Place, ...], dict[str, float]]:
        from embeddings.retrieval import retrieve  # noqa: PLC0415 (heavy)

        depth = DEPTH if self.spec.unit == "passage" else ARTICLE_DEPTH
        found = retrieve(self.collection, question, depth)
        hits = tuple(self._hit(hit, rank < SHOWN) for rank, hit in enumerate(found.hits))
        return hits, dict(found.timings_ms)

    def _hit(self, hit: Hit, shown: bool) -> Place:
        passage = hit.passage
        return self._place(hit.article, passage.start, passage.end, passage.text if shown else "")

    def _place(self, article: Article, start: int, end: int, text: str) -> Place:
        return Place(
            article=key_of(article, self.spec.keys),
            start=start,
            end=end,
            text=text,
            title=article.title or "",
            publisher=article.publisher or "",
            published=article.published or "",
        )

    def _said(self, answer: Answer) -> Said:
        # As a user gets it: claims without support are no part of the answer, nor what they cite.
        used = {number for sentence in answer.supported for number in sentence.citations}
        shown = [citation for citation in answer.citations if citation.number in used]
        order = {citation.number: i for i, citation in enumerate(shown)}
        return Said(
            answered=answer.status == "answered",
            confidence=answer.confidence,
            sentences=tuple(
                (sentence.text, tuple(order[number] for number in sentence.citations))
                for sentence in answer.supported
            ),
            citations=tuple(
                self._place(cited.article, cited.start, cited.end, cited.quote) for cited in shown
            ),
            missing=answer.missing,
        )


@contextmanager
def product(spec: Spec, progress: Progress) -> Iterator[System]:
    """This project, with its index built or found in the cache."""
    from embeddings.encoder import SentenceEncoder  # noqa: PLC0415 (heavy)
    from eval.cache import open_collection  # noqa: PLC0415 (heavy)

    model = spec.settings.get("encoder")
    with open_collection(
        spec.articles,
        cache=spec.cache,
        encoder=SentenceEncoder(model) if model else SentenceEncoder(),
        progress=lambda told: progress(told.fraction),
    ) as (collection, record):
        articles = collection.articles()
        bounds = {
            key_of(article, spec.keys): tuple(
                (passage.start, passage.end) for passage in collection.passages_of(article.id)
            )
            for article in articles
        }
        made_of = {
            "code": code_digest(),
            "encoder": record.encoder,
            "arithmetic": record.arithmetic,
            "versions": versions(),
        }
        opened = Opened(_index(record), bounds, made_of, tuple(map(str, record.problems)))
        yield Product(collection, spec, opened)


def key_of(article: Article, keys: frozenset[str] | Sequence[str]) -> str:
    """A set's own name for an article: its given id, or else the name of its file."""
    return article.id if article.id in keys else Path(article.path).name


def _index(record: BuildRecord) -> dict[str, Any]:
    return {
        "fingerprint": record.fingerprint,
        "articles": record.articles,
        "passages": record.passages,
        "seconds": record.seconds,
        "passages_per_second": record.passages_per_second,
        "cached": record.cached,
        "encoder": record.encoder,
        "arithmetic": record.arithmetic,
    }

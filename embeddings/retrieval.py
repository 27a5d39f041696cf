"""A question and a collection in, the passages that fit it best out.

Enters: a question. Leaves: ``Hit``s, best first, with what was recognised and how long each stage
took. What the question says of its sources is recognised (``understanding.py``), both
indexes are searched and their scores fused (``search.py``), repetition is made to cost
(``diversity.py``), ties are broken by passage id. Passages that repeat a better one of another
article are folded into it before (``folding.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from embeddings.collection import Collection
from embeddings.diversity import diversify
from embeddings.errors import InvalidQuestion
from embeddings.folding import Folding, fold
from embeddings.known import known_of
from embeddings.reader import PassageReader
from embeddings.readers import released_reader
from embeddings.rerank import READ, Rereading
from embeddings.schema import Filters, Hit, Scores
from embeddings.search import (
    POOL,
    Candidates,
    Passages,
    Search,
    Searched,
    Watch,
    fuse,
    named_apart,
)
from embeddings.understanding import Understanding, understand

MAX_WORDS = 2_000


@dataclass(slots=True)
class Retrieval:
    """What was found for one question, best first.

    ``timings_ms`` says how long each stage took, ``understanding`` what was recognised, and
    ``parts`` for which part of the question each hit was found: one number a hit, None for the
    question as a whole; empty where the question has no parts.
    """

    hits: list[Hit]
    timings_ms: dict[str, float] = field(default_factory=dict)
    understanding: Understanding = field(default_factory=Understanding)
    parts: tuple[int | None, ...] = ()

    def asked(self, question: str) -> list[tuple[str, list[Hit]]]:
        """What the hits are to be read for: each half with its hits, or the question with all."""
        if len(self.understanding.parts) < 2:
            return [(question, self.hits)]
        texts = [*(part.text for part in self.understanding.parts), question]
        found: list[list[Hit]] = [[] for _ in texts]
        for hit, part in zip(self.hits, self.parts, strict=True):
            found[-1 if part is None else part].append(hit)
        return [each for each in zip(texts, found, strict=True) if each[1]]


def clean_question(question: str) -> str:
    """The question with control characters made spaces and white space collapsed.

    Raises:
        InvalidQuestion: nothing is left, or it is longer than any question.
    """
    printable = "".join(c if c.isprintable() else " " for c in question)
    # Lone surrogates cannot be encoded, so neither index could take them.
    words = printable.encode(errors="ignore").decode().split()
    if not any(c.isalnum() for word in words for c in word):
        raise InvalidQuestion("the question is empty: write what you want to know, in words")
    if len(words) > MAX_WORDS:
        raise InvalidQuestion(
            f"the question has {len(words):,} words, at most {MAX_WORDS:,} are taken: ask for one "
            f"thing at a time, and add long texts to the collection instead"
        )
    return " ".join(words)


def retrieve(  # noqa: PLR0913 (each a choice of the caller's)
    collection: Collection,
    question: str,
    k: int = 8,
    filters: Filters | None = None,
    *,
    recognise: bool = True,
    rerank: bool | PassageReader = True,
) -> Retrieval:
    """Find the k passages that best match a question.

    Args:
        collection: where to look.
        question: any text; no character of it is syntax.
        k: at most this many.
        filters: what to limit the search to.
        recognise: whether publishers, authors, dates and parts of the question count.
        rerank: whether the trained reader reads the best candidates, where its weights are there;
            or the reader that does.

    Raises:
        InvalidQuestion: the question is empty or far too long.
    """
    question = clean_question(question)
    snapshot = collection.snapshot()
    if k <= 0 or not len(snapshot):
        return Retrieval([])
    watch = Watch()
    understanding = Understanding()
    if recognise:
        known = watch("understand", lambda: known_of(collection, snapshot))
        understanding = watch("understand", lambda: understand(question, known))
    search = Search(collection, snapshot, max(POOL, k), watch)
    searched, candidates, folding = _candidates(search, question, understanding, filters, k)
    reader = released_reader() if rerank is True else rerank or None
    relevance: Mapping[int, float] = {}
    if reader is not None:
        texts = (question, *(part.text for part in understanding.parts))
        best = watch("fuse", lambda: [key for key, _ in choose(candidates, READ)])
        rereading = Rereading(reader, texts, search.passages)
        candidates, relevance = watch("rerank", lambda: rereading(candidates, best, searched))
    ranked = watch("fuse", lambda: choose(candidates, k))
    hits = watch("fuse", lambda: _hits(search.passages, ranked, searched, relevance, folding))
    parts = tuple(candidates.part.get(key) for key in hits) if understanding.parts else ()
    return Retrieval([*hits.values()], watch.timings, understanding, parts)


def _candidates(
    search: Search, question: str, understanding: Understanding, filters: Filters | None, k: int
) -> tuple[Searched, Candidates, Folding]:
    """What was found, copies folded: looked for deeper where these leave fewer than k others."""
    snapshot, watch = search.snapshot, search.watch
    seen = -1
    while True:
        searched = search(question, understanding, filters)
        before, seen = seen, len(searched.keys())
        candidates, folding = watch("fuse", partial(_folded, search, searched, understanding))
        enough = len(candidates.places) >= k or not folding.into
        # Filters may leave no more than that.
        if enough or search.pool >= len(snapshot) or seen == before:
            return searched, candidates, folding
        search = search.deeper()


def _folded(
    search: Search, searched: Searched, understanding: Understanding
) -> tuple[Candidates, Folding]:
    snapshot = search.snapshot
    places = snapshot.locations(searched.keys())
    candidates = fuse(searched, understanding, places)
    leaders = snapshot.copies(sorted({place.article for place in places.values()}))
    if not leaders:
        return candidates, Folding()
    return fold(candidates, leaders, search.passages, named_apart(understanding, places))


def choose(candidates: Candidates, k: int) -> list[tuple[int, float]]:
    """The k candidates to show, best first, repetition counted against them."""
    return diversify(candidates.scores, candidates.places, k, part=candidates.part)


def _hits(
    fetch: Passages,
    ranked: Sequence[tuple[int, float]],
    searched: Searched,
    relevance: Mapping[int, float],
    folding: Folding,
) -> dict[int, Hit]:
    """The hits by their passages' keys, best first."""
    found = fetch([key for key, _ in ranked])
    return {
        key: Hit(
            *found[key],
            Scores(score, searched.dense(key), searched.lexical(key), relevance.get(key)),
            folding.copies(key),
        )
        for key, score in ranked
        if key in found
    }

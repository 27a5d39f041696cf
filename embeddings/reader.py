"""(question, passages) in, sentences with the probability that each answers out.

Enters: a question and the hits that retrieval found. Leaves: a ``Reading``: every sentence of
those hits scored, best first, and the probability that the best one really answers. Deliberately
knows nothing of how an answer is put together or shown.

``Reader`` is the seam. ``SimilarityReader`` needs no training beyond two logistic regressions
over what ``features.py`` sees (fitted on SQuAD and SQuADShifts, weights in
``similarity_weights.json``); a trained model takes its place by implementing ``read``.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder, FloatArray
from embeddings.features import NAMES, Asked, Candidate, rows, take_apart
from embeddings.inputs import heading_line
from embeddings.lexical import WordIndex, analyzer
from embeddings.schema import Hit, Span

WEIGHTS = Path(__file__).with_name("similarity_weights.json")
# What the second regression sees of a whole reading, besides the best sentence's features.
READING_NAMES = ("best", "lead", "terms")
CACHED_SENTENCES = 50_000


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """One sentence of a hit; ``score`` is the probability that it answers the question."""

    hit: Hit
    span: Span
    score: float

    @property
    def text(self) -> str:
        """The sentence's exact words."""
        return self.hit.article.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Reading:
    """All sentences of the hits, best first, and what is believed of the best one.

    ``answerable`` is the probability that the first sentence answers. ``vectors`` are the
    sentences' embeddings, shape (len(sentences), dim), for telling repetition from addition.
    ``unmatched`` are names and numbers of the question that stand nowhere around the best one.
    """

    sentences: tuple[ScoredSentence, ...]
    answerable: float
    vectors: FloatArray
    unmatched: tuple[str, ...] = ()


class Reader(Protocol):
    """What an answer is built on."""

    @property
    def name(self) -> str:
        """Which reader this is, for people."""
        ...

    @property
    def threshold(self) -> float:
        """The ``answerable`` below which nothing should be answered."""
        ...

    def read(self, question: str, hits: Sequence[Hit], words: WordIndex) -> Reading:
        """Score every sentence of the hits against the question."""
        ...


class SimilarityReader:
    """A ``Reader`` from similarity, shared words and the kind of answer asked for."""

    name = "similarity of sentence and question"

    @property
    def threshold(self) -> float:
        """Lets 95% of the right answers to held-out questions through; fitted with the weights."""
        return float(_weights_file()["threshold"])

    def __init__(self, encoder: Encoder) -> None:
        """Read with this encoder's sentence vectors, kept in memory once made."""
        self._encoder = encoder
        self._analyzer = analyzer()
        self._vectors: OrderedDict[str, FloatArray] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, question: str, hits: Sequence[Hit], words: WordIndex) -> Reading:
        """Score every sentence of the hits against the question.

        Args:
            question: stand-alone.
            hits: best first; a sentence in several counts with the best of them.
            words: says how rare a word is in the collection.
        """
        spans = distinct_sentences(hits)
        if not spans:
            return Reading((), 0.0, np.zeros((0, self._encoder.identity.dim), np.float32))
        table, vectors, asked = self.describe(question, spans, words)
        weights = load_weights()
        scores = _sigmoid(_logit(table, weights["sentence"]))
        order = np.lexsort((np.arange(len(spans)), -scores))
        best = reading_features(table, scores, order, len(asked.order))
        answerable = float(_sigmoid(_logit(best[None, :], weights["reading"]))[0])
        sentences = tuple(
            ScoredSentence(spans[i][0], spans[i][1], float(scores[i])) for i in order.tolist()
        )
        around = _candidate(*spans[int(order[0])], 0.0, 0.0).around
        near = set(self._analyzer.analyze(f"{sentences[0].text} {around}"))
        unmatched = tuple(name for name in asked.order if name in asked.names - near)
        return Reading(sentences, answerable, vectors[order], unmatched)

    def describe(
        self, question: str, spans: Sequence[tuple[Hit, Span]], words: WordIndex
    ) -> tuple[FloatArray, FloatArray, Asked]:
        """The feature table of the sentences, their vectors, and the question taken apart."""
        asked = take_apart(question, self._analyzer, words.idf)
        vectors = self._embed([hit.article.text[span.start : span.end] for hit, span in spans])
        cosines = vectors @ self._encoder.encode_query(question)
        most = max((hit.scores.lexical or 0.0 for hit, _ in spans), default=0.0) or 1.0
        candidates = [
            _candidate(hit, span, cosine, (hit.scores.lexical or 0.0) / most)
            for (hit, span), cosine in zip(spans, cosines.tolist(), strict=True)
        ]
        table = rows(asked, candidates, self._analyzer, self._encoder.encode_words)
        return table, vectors, asked

    def _embed(self, texts: Sequence[str]) -> FloatArray:
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known |= dict(zip(new, self._encoder.encode(new), strict=True))
        with self._lock:
            self._vectors.update(known)
            for text in known:
                self._vectors.move_to_end(text)
            while len(self._vectors) > CACHED_SENTENCES:
                self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts])


def distinct_sentences(hits: Sequence[Hit]) -> list[tuple[Hit, Span]]:
    """Each sentence once, with the best hit that holds it: passages overlap."""
    found: dict[tuple[str, Span], tuple[Hit, Span]] = {}
    for hit in hits:
        for span in hit.passage.sentences:
            found.setdefault((hit.article.id, span), (hit, span))
    return list(found.values())


def _candidate(hit: Hit, span: Span, cosine: float, words: float) -> Candidate:
    text, sentences = hit.article.text, hit.passage.sentences
    at = sentences.index(span)
    beside = [sentences[i] for i in (at - 1, at + 1) if 0 <= i < len(sentences)]
    around = [heading_line(hit.article), *(text[s.start : s.end] for s in beside)]
    return Candidate(
        text=text[span.start : span.end],
        around=" ".join(around),
        cosine=cosine,
        passage_cosine=hit.scores.dense or 0.0,
        passage_words=words,
    )


def reading_features(
    table: FloatArray, scores: FloatArray, order: NDArray[np.int64], terms: int
) -> FloatArray:
    """What the second regression sees: the best sentence, and how far it is ahead.

    Returns:
        float32, shape (len(NAMES) + len(READING_NAMES),).
    """
    first = order[0]
    second = scores[order[1]] if len(order) > 1 else 0.0
    extra = [_log_odds(scores[first]), _log_odds(scores[first]) - _log_odds(second), terms]
    return np.concatenate([table[first], np.array(extra, dtype=np.float32)])


@cache
def _weights_file() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return data


@cache
def load_weights() -> Mapping[str, tuple[FloatArray, float]]:
    """Coefficients and intercept of both regressions, on unscaled features."""
    data = _weights_file()
    names = {"sentence": NAMES, "reading": NAMES + READING_NAMES}
    return {
        part: (
            np.array([data[part]["weights"][name] for name in expected], dtype=np.float32),
            float(data[part]["intercept"]),
        )
        for part, expected in names.items()
    }


def _logit(table: FloatArray, weights: tuple[FloatArray, float]) -> FloatArray:
    logits: FloatArray = table @ weights[0] + np.float32(weights[1])
    return logits


def _sigmoid(values: FloatArray) -> FloatArray:
    bounded = np.clip(values, -30, 30)
    result: FloatArray = (1.0 / (1.0 + np.exp(-bounded))).astype(np.float32)
    return result


def _log_odds(probability: float) -> float:
    bounded = min(max(float(probability), 1e-6), 1 - 1e-6)
    return float(np.log(bounded / (1 - bounded)))

"""A ``Reader`` without a network of its own: what reads where the trained one cannot be used.

Enters: a question and hits. Leaves: a ``Reading``. Deliberately knows nothing of how an answer is
put together or shown. It needs no training beyond a conditional and a logistic regression over
what ``features.py`` sees (fitted on SQuAD and SQuADShifts, weights in
``similarity_weights.json``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.encoder import Encoder, FloatArray
from embeddings.engines.base import Words
from embeddings.features import (
    CONFIDENCE_NAMES,
    NAMES,
    SENTENCE_NAMES,
    Asked,
    Candidate,
    stems_around,
    take_apart,
    text_rows,
    words_told,
)
from embeddings.fitted import Weights, lead, linear, weights_by_part
from embeddings.reading import Reading, ScoredSentence, candidate_of, distinct_sentences, softmax
from embeddings.schema import Hit, Span
from embeddings.sentence_vectors import SentenceVectors

WEIGHTS = Path(__file__).with_name("similarity_weights.json")
# What the second regression sees: the best sentence, and how far it is ahead of the next.
READING_NAMES = (*CONFIDENCE_NAMES, "lead")
# Sentences that go through the encoder for one question: those most like it in their words.
EMBEDDED = 40


@dataclass(frozen=True, slots=True)
class Seen:
    """Sentences with their features, shape (n, len(NAMES)), and vectors, shape (n, dim)."""

    spans: list[tuple[Hit, Span]]
    candidates: list[Candidate]
    table: FloatArray
    vectors: FloatArray
    asked: Asked


_COLUMNS = [NAMES.index(name) for name in SENTENCE_NAMES]


class SimilarityReader:
    """A ``Reader`` from similarity, shared words and the kind of answer asked for."""

    name = "similarity of sentence and question"

    @property
    def threshold(self) -> float:
        """Lets 90% of the right answers to held-out questions through; fitted with the weights."""
        return float(_weights_file()["threshold"])

    def __init__(self, encoder: Encoder) -> None:
        """Read with this encoder's sentence vectors, kept in memory once made."""
        self._encoder = encoder
        self._vectors = SentenceVectors(encoder)

    def read(self, question: str, hits: Sequence[Hit], words: Words) -> Reading:
        """Score the sentences of the hits against the question.

        Args:
            question: stand-alone.
            hits: best first; a sentence in several counts with the best of them.
            words: says how rare a word is in the collection.
        """
        seen = self.describe(question, hits, words)
        if not seen.spans:
            return Reading((), 0.0, seen.vectors)
        weights = load_weights()
        logits = linear(seen.table[:, _COLUMNS], weights["sentence"])
        order = np.lexsort((np.arange(len(logits)), -logits))
        shares = softmax(logits)
        best = reading_features(seen.table, logits)
        answerable = float(1.0 / (1.0 + np.exp(-linear(best[None, :], weights["reading"])[0])))
        sentences = tuple(
            ScoredSentence(seen.spans[i][0], seen.spans[i][1], float(shares[i]))
            for i in order.tolist()
        )
        near = stems_around(seen.candidates[int(order[0])])
        unmatched = tuple(n for n in seen.asked.order if n in seen.asked.names - near)
        told = tuple(words_told(seen.asked, sentence.text) for sentence in sentences)
        return Reading(sentences, answerable, seen.vectors[order], unmatched, told)

    def describe(self, question: str, hits: Sequence[Hit], words: Words) -> Seen:
        """The sentences worth embedding, described and embedded."""
        spans = distinct_sentences(hits)
        candidates = [candidate_of(hit, span) for hit, span in spans]
        asked = take_apart(question, words.idf)
        table = text_rows(asked, candidates, self._encoder.encode_words)
        if len(spans) > EMBEDDED:
            alike = table[:, NAMES.index("likeness")] + table[:, NAMES.index("likeness_around")]
            kept = np.sort(np.argsort(-alike, kind="stable")[:EMBEDDED])
            table, candidates = table[kept], [candidates[i] for i in kept]
            spans = [spans[i] for i in kept]
        vectors = self._vectors(candidate.text for candidate in candidates)
        table[:, NAMES.index("cosine")] = vectors @ self._encoder.encode_query(question)
        return Seen(spans, candidates, table, vectors, asked)


def reading_features(table: FloatArray, logits: FloatArray) -> FloatArray:
    """What the second regression sees of a reading: float32, shape (len(READING_NAMES),)."""
    best = table[int(np.argmax(logits)), [NAMES.index(name) for name in CONFIDENCE_NAMES]]
    return np.concatenate([best, [np.float32(lead(logits))]]).astype(np.float32)


@cache
def _weights_file() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return data


@cache
def load_weights() -> Mapping[str, Weights]:
    """Coefficients and intercept of both regressions, on unscaled features."""
    return weights_by_part(_weights_file(), {"sentence": SENTENCE_NAMES, "reading": READING_NAMES})

"""A ``Reader`` on the trained network: which sentence answers, in which words, and whether any.

Enters: a question and hits. Leaves: a ``Reading``. Deliberately knows nothing of tensors, of how
hits were found, or of how an answer is put together.

The network reads every passage and says how likely it answers and where. Two small regressions,
fitted on documents that the network never saw, weigh that against what ``features.py`` sees: one
ranks the sentences of all passages, the other says how likely the first of them really answers.
Their weights lie beside the network's, in ``question_weights.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from embeddings.encoder import Encoder, FloatArray
from embeddings.engines.base import Words
from embeddings.errors import ReaderUnavailable
from embeddings.features import (
    NAMES,
    Asked,
    Candidate,
    stems_around,
    take_apart,
    text_rows,
    words_told,
)
from embeddings.fitted import Weights, lead, linear, weights_by_part
from embeddings.reader import FOLDER, PassageReader, PassageReading
from embeddings.reading import Reading, ScoredSentence, candidate_of, softmax
from embeddings.schema import Hit, Span
from embeddings.sentence_vectors import SentenceVectors

WEIGHTS = FOLDER / "question_weights.json"
# Sentences looked at closely for one question: those the network puts first.
LOOKED_AT = 16
READ_NAMES = (
    "answerable",  # logit that the sentence's passage answers
    "share",  # logarithm of how likely the answer starts in this sentence
    "certainty",  # logarithm of the probability of its best words
    "relevance",  # logit that the passage fits the question
    "fused",  # the retrieval's score against the best one's
)
COLUMNS = (*READ_NAMES, *NAMES)
SENTENCE_COLUMNS = (*READ_NAMES, "cosine", "likeness", "likeness_around", "kind_found",
                    "kind_absent", "is_question", "short", "length")  # fmt: skip
QUESTION_COLUMNS = ("answerable", "share", "certainty", "relevance", "cosine", "likeness",
                    "likeness_around", "weakest_around", "kind_found", "kind_absent")  # fmt: skip
# Besides: how far the best is ahead, and what the best passage of all says.
QUESTION_NAMES = (*QUESTION_COLUMNS, "lead", "most_answerable", "most_relevant")
SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class Sight:
    """The sentences looked at, with their features, shape (n, len(COLUMNS)), and vectors (n, dim).

    ``answers`` are each one's best words, as offsets into its article.
    """

    spans: list[tuple[Hit, Span]]
    answers: list[Span | None]
    candidates: list[Candidate]
    table: FloatArray
    vectors: FloatArray
    asked: Asked


class TrainedReader:
    """A ``Reader`` over a ``PassageReader``."""

    name = "the trained reader"

    def __init__(self, encoder: Encoder, passages: PassageReader) -> None:
        """Read with this network; sentences are compared by this encoder's vectors."""
        self.passages = passages
        self._encoder = encoder
        self._vectors = SentenceVectors(encoder)

    @property
    def threshold(self) -> float:
        """The rule it follows is written beside it in the weights file."""
        return float(_weights_file()["threshold"])

    def read(self, question: str, hits: Sequence[Hit], words: Words) -> Reading:
        """Score the sentences of the hits against the question.

        Args:
            question: stand-alone.
            hits: best first.
            words: says how rare a word is in the collection.
        """
        sight = self.look(question, hits, words)
        if not sight.spans:
            return Reading((), 0.0, sight.vectors)
        weights = load_weights()
        logits = linear(columns(sight.table, SENTENCE_COLUMNS), weights["sentence"])
        order = np.lexsort((np.arange(len(logits)), -logits))
        seen = question_features(sight.table, logits)
        answerable = _calibrated(float(linear(seen[None, :], weights["question"])[0]))
        shares = softmax(logits)
        sentences = tuple(
            ScoredSentence(hit, span, float(shares[i]), sight.answers[i])
            for i, (hit, span) in ((i, sight.spans[i]) for i in order.tolist())
        )
        near = stems_around(sight.candidates[int(order[0])])
        unmatched = tuple(n for n in sight.asked.order if n in sight.asked.names - near)
        told = tuple(words_told(sight.asked, sentence.text) for sentence in sentences)
        return Reading(sentences, answerable, sight.vectors[order], unmatched, told)

    def look(self, question: str, hits: Sequence[Hit], words: Words) -> Sight:
        """The sentences that the network puts first, with all that is known of them."""
        found = _sentences(hits, self.passages.read_hits(question, hits))
        seen = sorted(found, key=lambda each: -each.score)[:LOOKED_AT]
        asked = take_apart(question, words.idf)
        spans = [(each.hit, each.span) for each in seen]
        candidates = [candidate_of(hit, span) for hit, span in spans]
        described = text_rows(asked, candidates, self._encoder.encode_words)
        vectors = self._vectors(c.text for c in candidates)
        if spans:
            described[:, NAMES.index("cosine")] = vectors @ self._encoder.encode_query(question)
        best = max((hit.scores.fused for hit in hits), default=0.0)
        read = [each.row(best) for each in seen]
        table = np.hstack([np.array(read, np.float32).reshape(-1, len(READ_NAMES)), described])
        return Sight(spans, [each.answer for each in seen], candidates, table, vectors, asked)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence with the passage that the network believes most to answer in it."""

    hit: Hit
    span: Span
    answer: Span | None
    answerable: float
    relevance: float
    share: float
    certainty: float

    @property
    def score(self) -> float:
        return self.answerable + float(np.log(self.share + SMALL))

    def row(self, best_fused: float) -> list[float]:
        fused = self.hit.scores.fused / best_fused if best_fused > 0 else 0.0
        share, certainty = np.log(self.share + SMALL), np.log(self.certainty + SMALL)
        return [self.answerable, float(share), float(certainty), self.relevance, fused]


def _sentences(hits: Sequence[Hit], readings: Sequence[PassageReading]) -> list[_Sentence]:
    """Each sentence once: passages overlap, and the one that scores it highest counts."""
    found: dict[tuple[str, Span], _Sentence] = {}
    for hit, reading in zip(hits, readings, strict=True):
        begin = hit.passage.start
        rows = zip(hit.passage.sentences, reading.places, reading.shares, strict=True)
        for span, place, share in rows:
            words = place.within(begin) if place else None
            each = _Sentence(
                hit, span, words, reading.answerable, reading.relevance, share,
                place.certainty if place else 0.0,
            )  # fmt: skip
            key = (hit.article.id, span)
            if key not in found or each.score > found[key].score:
                found[key] = each
    return list(found.values())


def columns(table: FloatArray, names: Sequence[str]) -> FloatArray:
    """Some columns of a ``Sight``'s table, by name."""
    return table[:, [COLUMNS.index(name) for name in names]]


def question_features(table: FloatArray, logits: FloatArray) -> FloatArray:
    """What the second regression sees: float32, shape (len(QUESTION_NAMES),)."""
    best = columns(table, QUESTION_COLUMNS)[int(np.argmax(logits))]
    most = columns(table, ("answerable", "relevance")).max(axis=0)
    return np.concatenate([best, [np.float32(lead(logits))], most]).astype(np.float32)


def _calibrated(logit: float) -> float:
    """The probability that the first sentence answers.

    Slope and intercept were fitted on other questions than the regression, those of a development
    set (``eval/studies/calibration.py``).
    """
    fit = _weights_file().get("calibration", {"slope": 1.0, "intercept": 0.0})
    return float(1.0 / (1.0 + np.exp(-(fit["slope"] * logit + fit["intercept"]))))


@cache
def _weights_file() -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ReaderUnavailable(
            f"cannot read {WEIGHTS}: {exc}; check it out again, or make it and the network's "
            f"weights with `python -m embeddings.training --data FOLDER`"
        ) from exc
    return data


@cache
def load_weights() -> Mapping[str, Weights]:
    """Coefficients and intercept of both regressions, on unscaled features."""
    return weights_by_part(
        _weights_file(), {"sentence": SENTENCE_COLUMNS, "question": QUESTION_NAMES}
    )

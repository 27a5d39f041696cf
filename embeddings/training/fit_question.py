"""Fit the two regressions of ``TrainedReader`` on documents that its network never saw.

Enters: a ``PassageReader`` and mined sets with their indexes. Leaves: what is written to
``question_weights.json``: the weights, the threshold with its rule, and the scores on the half of
the questions that the regressions were not fitted on. Deliberately knows nothing of training.

Each held-out question is asked three times, so that the regressions see what they will see in
use: as it is; with its own document taken out of the hits, which leaves the near misses; and
altered, so that the passage almost answers it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from embeddings.collection import Collection
from embeddings.encoder import Encoder, FloatArray, SentenceEncoder
from embeddings.reader import PassageReader
from embeddings.retrieval import retrieve
from embeddings.schema import Hit, Span
from embeddings.trained import (
    QUESTION_NAMES,
    SENTENCE_COLUMNS,
    TrainedReader,
    columns,
    question_features,
)
from embeddings.training.alter import Alterer
from embeddings.training.examples import Material
from embeddings.training.mining import Case, Excerpt, Mined, plain_text
from embeddings.training.progress import track
from embeddings.training.regressions import BoolArray, conditional_logit, logistic, named

HITS = 12
REWORDED = 0.2
OTHER_WORDS = 0.4


@dataclass(slots=True)
class _Asked:
    """One reading: its table, which rows answer, whether a question as it is, and for what."""

    table: FloatArray
    right: BoolArray
    answerable: bool
    fitted: bool


def fit(  # noqa: PLR0913 (a model each for reading and comparing, and what they are asked)
    passages: PassageReader,
    material: Material,
    work: Path,
    questions: int,
    seed: int,
    *,
    encoder: Encoder | None = None,
) -> dict[str, Any]:
    """Fit both regressions and choose the threshold.

    Args:
        passages: the trained network.
        material: the sets, and other words for their questions.
        work: the folder that they were mined in.
        questions: at most this many held-out questions of each set.
        seed: of the sampling.
        encoder: the embedding model; None for the packaged one.

    Raises:
        ValueError: too few questions, of which too few are answered right, or all are.
    """
    rng = random.Random(seed)  # noqa: S311 (sampling, not secrecy)
    alterer = Alterer(rng, material.synonyms)
    model = encoder or SentenceEncoder()
    reader = TrainedReader(model, passages)
    mined = material.mined
    asked: list[_Asked] = []
    for each in mined:
        with Collection.open(work / each.place / "index", encoder=model) as collection:
            asked.extend(_ask_all(collection, reader, each, questions, alterer))
    fitted, other = [a for a in asked if a.fitted], [a for a in asked if not a.fitted]
    with_answer = [a for a in fitted if a.right.any()]
    _check(bool(with_answer), len(fitted))
    ranking = conditional_logit(
        [columns(a.table, SENTENCE_COLUMNS) for a in with_answer], [a.right for a in with_answer]
    )
    features, right, importance = _readings(fitted, ranking)
    _check(bool(right.any() and not right.all()), len(fitted))
    weights, intercept = logistic(features, right, importance)
    features, right, importance = _readings(other, ranking)
    _check(bool(right.any() and not right.all()), len(other))
    confidence = 1 / (1 + np.exp(-(features @ weights + intercept)))
    answerable = np.array([a.answerable for a in other])
    threshold = threshold_for(confidence, right, importance, answerable)
    possible = np.array([a.right.any() for a in other])
    given = confidence >= threshold
    return {
        "data": {"sets": [m.name for m in mined], "questions_each": questions, "seed": seed},
        "rule": "the confidence with the highest F1, of the answers given that are right and of "
        "the answerable questions answered right, where half of the questions have an answer",
        "threshold": threshold,
        "held_out": {
            "readings": len(other),
            "first_right_where_retrieved": _share(right, possible),
            "auroc_first_right": round(float(roc_auc_score(right, confidence)), 4),
            "expected_calibration_error": calibration_error(confidence, right, importance),
            "answered_and_right": _share(given & right, answerable),
            "unanswerable_refused": _share(~given, ~answerable),
        },
        "sentence": named(SENTENCE_COLUMNS, ranking, 0.0),
        "question": named(QUESTION_NAMES, weights, intercept),
    }


def _check(both: bool, readings: int) -> None:
    if not both:
        raise ValueError(
            f"{readings} readings of held-out questions are too few to fit on: expected some whose "
            f"first sentence answers and some whose does not; ask more with --held-out, or train "
            f"on more"
        )


def _ask_all(
    collection: Collection, reader: TrainedReader, mined: Mined, questions: int, alterer: Alterer
) -> Iterator[_Asked]:
    cases = [case for case in mined.cases if case.held_out]
    chosen = alterer.rng.sample(cases, min(questions, len(cases)))
    for i, case in enumerate(track(chosen, f"asking {mined.name}", len(chosen))):
        yield from _ask(collection, reader, mined, case, i % 2 == 0, alterer)


def _ask(  # noqa: PLR0913, PLR0917 (one question's circumstances)
    collection: Collection,
    reader: TrainedReader,
    mined: Mined,
    case: Case,
    fitted: bool,
    alterer: Alterer,
) -> Iterator[_Asked]:
    excerpt = mined.excerpts[case.positive]
    question = case.question
    if alterer.rng.random() < OTHER_WORDS:
        question = alterer.in_other_words(question)
    if alterer.rng.random() < REWORDED:
        question = alterer.reword(question)
    hits = retrieve(collection, question, HITS + 2, rerank=reader.passages).hits
    answers = [plain_text(excerpt.text[a.start : a.end]) for a in case.answers]
    # Another document may say it too: then nothing is missed.
    without = [
        hit
        for hit in hits
        if hit.article.id != excerpt.document
        and not any(answer in plain_text(hit.passage.text) for answer in answers)
    ]
    near = " ".join(hit.passage.text for hit in without[:3])
    rounds: list[tuple[str, Sequence[Hit], bool]] = [
        (question, hits[:HITS], True),
        (question, without[:HITS], False),
    ]
    altered = alterer.unanswerable(case.question, excerpt.text, near)
    if altered is not None and alterer.rng.random() < OTHER_WORDS:
        altered = alterer.in_other_words(altered)
    if altered is not None:
        rounds.append(
            (altered, retrieve(collection, altered, HITS, rerank=reader.passages).hits, False)
        )
    for text, found, answerable in rounds:
        sight = reader.look(text, found, collection.words())
        if sight.spans:
            right = [answerable and _answers(*each, excerpt, case) for each in sight.spans]
            yield _Asked(sight.table, np.array(right), answerable, fitted)


def _answers(hit: Hit, span: Span, excerpt: Excerpt, case: Case) -> bool:
    """Whether a sentence covers an answer where it was given."""
    if hit.article.id != excerpt.document:
        return False
    begin = hit.article.text.find(excerpt.text)
    return any(a.start + begin < span.end and span.start < a.end + begin for a in case.answers)


def _readings(
    asked: Sequence[_Asked], ranking: FloatArray
) -> tuple[FloatArray, BoolArray, FloatArray]:
    """Features, whether the first sentence is right, and weights that make both kinds half."""
    features, right = [], []
    for each in asked:
        logits = columns(each.table, SENTENCE_COLUMNS) @ ranking
        features.append(question_features(each.table, logits))
        right.append(bool(each.right[int(np.argmax(logits))]))
    answerable = np.array([each.answerable for each in asked])
    share = answerable.mean()
    # Where all are of one kind there are no halves; what is divided by nothing is not taken.
    yes, no = (0.5 / max(each, 1e-9) for each in (share, 1 - share))
    importance = np.where(answerable, yes, no).astype(np.float32)
    return np.stack(features), np.array(right), importance


def threshold_for(
    confidence: FloatArray, right: BoolArray, importance: FloatArray, answerable: BoolArray
) -> float:
    """The confidence from which answering gives the highest F1.

    Precision is the share of the answers given that are right, recall the share of the answerable
    questions that are answered right; among equals the higher confidence.
    """
    order = np.argsort(-confidence, kind="stable")
    given = np.cumsum(importance[order])
    correct = np.cumsum(importance[order] * right[order])
    f1 = 2 * correct / (given + importance[answerable].sum())
    # Answers of the same confidence are given together.
    last = np.append(np.diff(confidence[order]) != 0, True)
    best = int(np.argmax(np.where(last, f1, -1.0)))
    return round(float(confidence[order[best]]), 3)


def calibration_error(
    confidence: FloatArray, right: BoolArray, importance: FloatArray, bins: int = 10
) -> float:
    """Expected calibration error over bins of equal width (Naeini et al., AAAI 2015)."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for i in range(bins):
        chosen = place == i
        if chosen.any():
            weight = importance[chosen]
            gap = np.average(confidence[chosen], weights=weight) - np.average(
                right[chosen], weights=weight
            )
            total += float(abs(gap) * weight.sum() / importance.sum())
    return round(total, 4)


def _share(values: BoolArray, among: BoolArray) -> float:
    return round(float(values[among].mean()), 4) if among.any() else float("nan")

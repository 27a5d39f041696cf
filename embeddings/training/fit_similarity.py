"""Fit the two regressions of ``SimilarityReader`` and write ``similarity_weights.json``.

    python -m embeddings.training.fit_similarity --data DATA/reading

Enters: SQuAD-like sets as gzip JSONL (``NAME_passages.jsonl.gz`` with ``id, title, text``;
``NAME_questions.jsonl.gz`` with ``question, passage, answers, starts``). Leaves: the weights,
with the data and the scores on held-out passages written beside them.

Each set becomes a collection and is searched by the project's own retriever, so the regressions
see what they will see in use. A question is used as it is and reworded, since its author had the
passage in view and repeats its words, which someone who asks a collection does not: words shared
with the answering sentence are replaced by near neighbours in the encoder's table of word vectors.
Each is used a second time with the passage that answers it taken out of the hits, which makes an
unanswerable question whose neighbours (passages of the same article) are still there: a near miss.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from embeddings.collection import Collection
from embeddings.encoder import FloatArray
from embeddings.features import NAMES, SENTENCE_NAMES
from embeddings.lexical import QUESTION_WORDS, analyzer
from embeddings.retrieval import retrieve
from embeddings.schema import Hit, Span
from embeddings.segment import sentences
from embeddings.similarity import (
    READING_NAMES,
    WEIGHTS,
    SimilarityReader,
    reading_features,
)
from embeddings.training.regressions import conditional_logit, logistic, named

# Licences that allow it; the SQuAD 2.0 dev set is for measuring and never read here.
SETS = ("squad_part", "squadshifts_wiki", "squadshifts_reddit", "squadshifts_amazon")
HITS = 12
# Share of right first sentences that the threshold must let through.
KEPT = 0.9
# Share of the shared words that a reworded question has in other words: most, not names.
REWORDED = 0.7


@dataclass(slots=True)
class _Case:
    """The hits of one question, its feature rows, and which rows answer."""

    table: FloatArray
    answers: np.ndarray[Any, Any]
    held_out: bool


def _load(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _cases(data: Path, name: str, passages: int, rng: random.Random) -> Iterator[_Case]:
    kept = _load(data / f"{name}_passages.jsonl.gz")
    # Whole articles stay together: their other passages are the near misses.
    titles = sorted({row["title"] for row in kept})
    rng.shuffle(titles)
    rank = {title: i for i, title in enumerate(titles)}
    kept = sorted(kept, key=lambda row: rank[row["title"]])[:passages]
    ids = {row["id"] for row in kept}
    held_out = {row["id"] for row in kept if rank[row["title"]] % 5 == 0}
    if len(titles) < 5:
        held_out = {row["id"] for i, row in enumerate(kept) if i % 5 == 0}
    questions = [q for q in _load(data / f"{name}_questions.jsonl.gz") if q["passage"] in ids]
    rng.shuffle(questions)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "set.jsonl"
        keys = ("id", "title", "text")
        source.write_text("\n".join(json.dumps({k: row[k] for k in keys}) for row in kept))
        with Collection.open(Path(folder) / "index") as collection:
            collection.sync(source)
            reader = SimilarityReader(collection.encoder)
            reword = _Reworder(collection.encoder, rng)
            text_of = {row["id"]: row["text"] for row in kept}
            for question in tqdm(questions[: passages // 2], desc=name, disable=None):
                away = question["passage"] in held_out
                other = question | {"question": reword(question, text_of[question["passage"]])}
                yield from _pair(collection, reader, question, away)
                yield from _pair(collection, reader, other, away)


class _Reworder:
    """Replaces words that a question shares with the sentence that answers it."""

    def __init__(self, encoder: Any, rng: random.Random) -> None:  # noqa: ANN401
        self._encoder, self._rng = encoder, rng
        vocabulary = encoder._tokenizer.get_vocab()
        self._words = sorted(w for w in vocabulary if w.isalpha() and w.isascii() and len(w) > 3)
        self._rows = encoder.encode_words(self._words)
        self._stem = analyzer()

    def __call__(self, question: dict[str, Any], text: str) -> str:
        """The question in other words."""
        start = question["starts"][0]
        span = next(s for s in sentences(text) if s.start <= start < s.end)
        shared = set(self._stem.analyze(text[span.start : span.end]))
        return re.sub(
            r"(?<!^)\b[a-z]{4,}\b",
            lambda found: self._other(found[0], shared),
            question["question"],
        )

    def _other(self, word: str, shared: set[str]) -> str:
        stems = set(self._stem.analyze(word))
        if word in QUESTION_WORDS or not stems & shared or self._rng.random() > REWORDED:
            return word
        cosines = self._rows @ self._encoder.encode_words([word])[0]
        near = [self._words[i] for i in np.argsort(-cosines)[:12]]
        near = [each for each in near if not stems & set(self._stem.analyze(each))][:5]
        return self._rng.choice(near) if near else word


def _pair(
    collection: Collection, reader: SimilarityReader, question: dict[str, Any], held_out: bool
) -> Iterator[_Case]:
    hits = retrieve(collection, question["question"], HITS + 2, rerank=False).hits
    without = [hit for hit in hits if hit.article.id != question["passage"]]
    for found in (hits[:HITS], without[:HITS]):
        seen = reader.describe(question["question"], found, collection.snapshot().words)
        if seen.spans:
            answers = np.array([_answers(hit, span, question) for hit, span in seen.spans])
            yield _Case(seen.table, answers, held_out)


def _answers(hit: Hit, span: Span, question: dict[str, Any]) -> bool:
    """Whether a sentence of the right passage covers an answer."""
    text = hit.article.text
    return hit.article.id == question["passage"] and any(
        span.start <= start < span.end and text.startswith(answer, start)
        for start in question["starts"]
        for answer in question["answers"]
    )


def _readings(cases: list[_Case], ranking: FloatArray) -> tuple[FloatArray, np.ndarray[Any, Any]]:
    columns = [NAMES.index(name) for name in SENTENCE_NAMES]
    features, right = [], []
    for case in cases:
        logits = case.table[:, columns] @ ranking
        features.append(reading_features(case.table, logits))
        right.append(bool(case.answers[int(np.argmax(logits))]))
    return np.stack(features), np.array(right)


def _threshold(confidence: FloatArray, right: np.ndarray[Any, Any]) -> float:
    """The highest confidence that still lets ``KEPT`` of the right answers through.

    A right answer withheld is lost; a doubtful one is shown as doubtful, with its source.
    """
    return round(float(np.quantile(confidence[right], 1 - KEPT)), 3)


def fit(data: Path, passages: int, seed: int) -> dict[str, Any]:
    """Fit both regressions.

    Args:
        data: folder of the sets.
        passages: how many of each set.
        seed: of the sampling; the same seed gives the same weights.

    Returns:
        what is written to the weights file.
    """
    rng = random.Random(seed)  # noqa: S311 (sampling, not secrecy)
    cases = [case for name in SETS for case in _cases(data, name, passages, rng)]
    train = [case for case in cases if not case.held_out]
    columns = [NAMES.index(name) for name in SENTENCE_NAMES]
    told = [case for case in train if case.answers.any()]
    ranking = conditional_logit([c.table[:, columns] for c in told], [c.answers for c in told])
    weights, intercept = logistic(*_readings(train, ranking))
    held_out = [case for case in cases if case.held_out]
    features, right = _readings(held_out, ranking)
    confidence = 1 / (1 + np.exp(-(features @ weights + intercept)))
    possible = np.array([case.answers.any() for case in held_out])
    threshold = _threshold(confidence, right)
    return {
        "data": {"sets": list(SETS), "passages_each": passages, "seed": seed, "cases": len(cases)},
        "held_out": {
            "cases": len(held_out),
            "first_right_where_retrieved": round(float(right[possible].mean()), 4),
            "auroc_first_right": round(float(roc_auc_score(right, confidence)), 4),
            "right_kept": round(float((confidence >= threshold)[right].mean()), 4),
            "unanswerable_refused": round(float((confidence < threshold)[~possible].mean()), 4),
        },
        "threshold": threshold,
        "sentence": named(SENTENCE_NAMES, ranking, 0.0),
        "reading": named(READING_NAMES, weights, intercept),
    }


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m embeddings.training.fit_similarity")
    parser.add_argument("--data", type=Path, required=True, help="folder of the reading sets")
    parser.add_argument("--passages", type=int, default=240, help="passages of each set")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    result = fit(options.data, options.passages, options.seed)
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result["held_out"]), file=sys.stdout)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())

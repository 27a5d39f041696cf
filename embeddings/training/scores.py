"""How well a reader does on held-out documents of the sets it was trained on.

Enters: a ``PassageReader`` and what was trained on. Leaves: named figures, each with its n.
Deliberately knows nothing of training. Figures on sets never trained on come from ``eval``.
"""

from __future__ import annotations

import random
import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.metrics import roc_auc_score

from embeddings.reader import Excerpt, PassageReader, PassageReading
from embeddings.schema import Span
from embeddings.training import mining
from embeddings.training.alter import Alterer
from embeddings.training.claims import Claim
from embeddings.training.examples import Material
from embeddings.training.mining import Case, Mined
from embeddings.training.progress import track

READ = 8
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(slots=True)
class _Seen:
    f1: list[float] = field(default_factory=list)
    ranked_first: list[bool] = field(default_factory=list)
    sentence_first: list[bool] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    altered: list[float] = field(default_factory=list)


def held_out(
    reader: PassageReader, material: Material, questions: int, seed: int = 7
) -> dict[str, float]:
    """Measure on at most ``questions`` held-out questions of each set, and twice as many claims.

    Returns:
        ``place_f1`` (SQuAD's token F1 of the span in the right passage), ``relevant_first`` (the
        right passage above ``READ`` neighbours by relevance), ``sentence_first`` (an answering
        sentence above all theirs), ``auroc_neighbours`` and ``auroc_altered`` (answerable, of right
        pairs against neighbours and against altered questions), ``n``; where there are claims
        ``auroc_claims`` (answerable, of supported against refuted ones).
    """
    seen = _Seen()
    rng = random.Random(seed)  # noqa: S311 (sampling, not secrecy)
    for each in material.mined:
        cases = [case for case in each.cases if case.held_out]
        asked = rng.sample(cases, min(questions, len(cases)))
        for case in track(asked, f"scoring {each.name}", len(asked)):
            _score(reader, each, case, rng, seen)
    figures = {
        "n": len(seen.f1),
        "place_f1": _mean(seen.f1),
        "relevant_first": _mean(seen.ranked_first),
        "sentence_first": _mean(seen.sentence_first),
        "auroc_neighbours": _auroc(seen.right, seen.beside),
        "auroc_altered": _auroc(seen.right, seen.altered),
    }
    claims = [claim for claim in material.claims if claim.held_out]
    if claims:
        chosen = rng.sample(claims, min(2 * questions, len(claims)))
        figures["auroc_claims"] = _claims(reader, chosen)
    return figures


def _claims(reader: PassageReader, claims: Sequence[Claim]) -> float:
    said: dict[bool, list[float]] = {True: [], False: []}
    for claim in track(claims, "scoring claims", len(claims)):
        text = " ".join(claim.evidence)
        reading = reader.read(claim.text, [Excerpt("", text, (Span(0, len(text)),))])[0]
        said[claim.supported].append(reading.answerable)
    return _auroc(said[True], said[False])


def _score(
    reader: PassageReader, mined: Mined, case: Case, rng: random.Random, seen: _Seen
) -> None:
    right = mined.excerpts[case.positive]
    near = [mined.excerpts[i] for i in case.neighbours["fused"][:READ]]
    readings = reader.read(case.question, [_excerpt(each) for each in (right, *near)])
    best, others = readings[0], readings[1:]
    wanted = [right.text[a.start : a.end] for a in case.answers]
    said = "" if best.place is None else right.text[best.place.span.start : best.place.span.end]
    seen.f1.append(max(token_f1(said, answer) for answer in wanted))
    seen.right.append(best.answerable)
    seen.beside.extend(other.answerable for other in others)
    if others:
        seen.ranked_first.append(best.relevance > max(other.relevance for other in others))
    seen.sentence_first.append(_answering(right.sentences, case.answers, best, others))
    altered = Alterer(rng).unanswerable(
        case.question, right.text, " ".join(each.text for each in near)
    )
    if altered is not None:
        seen.altered.append(reader.read(altered, [_excerpt(right)])[0].answerable)


def sentence_scores(reading: PassageReading) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The logarithm of the odds-weighted share of each sentence: what sentences are ranked by."""
    return reading.answerable + np.log(np.array(reading.shares) + 1e-6)


def _answering(
    sentences: Sequence[Span],
    answers: Sequence[Span],
    best: PassageReading,
    others: Sequence[PassageReading],
) -> bool:
    scores = sentence_scores(best)
    if any(other.shares and sentence_scores(other).max() >= scores.max() for other in others):
        return False
    top = sentences[int(np.argmax(scores))]
    return any(a.start < top.end and top.start < a.end for a in answers)


def _excerpt(excerpt: mining.Excerpt) -> Excerpt:
    return Excerpt(excerpt.title, excerpt.text, excerpt.sentences)


def token_f1(said: str, wanted: str) -> float:
    """Token F1 after SQuAD's normalisation; 1 where both are empty."""
    one, other = _tokens(said), _tokens(wanted)
    if not one or not other:
        return float(one == other)
    shared = sum((Counter(one) & Counter(other)).values())
    return 2 * shared / (len(one) + len(other))


def _tokens(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4) if values else float("nan")


def _auroc(higher: Sequence[float], lower: Sequence[float]) -> float:
    if not higher or not lower:
        return float("nan")
    labels = [1] * len(higher) + [0] * len(lower)
    return round(float(roc_auc_score(labels, [*higher, *lower])), 4)

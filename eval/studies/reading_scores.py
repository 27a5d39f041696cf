"""What a reader said of passages -> figures, as reading comprehension is judged.

Enters: a ``Read`` for every question. Leaves: ``Figure`` values, each with n and a 95% interval.
Deliberately knows nothing of sets' files or of how passages are read.

SQuAD 2.0's rule (Rajpurkar et al. 2018): an answer is worth its token F1 with the nearest gold
answer, a question without an answer 1 where nothing is answered, else 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.scoring.measures import Figure
from eval.scoring.statistics import bootstrap_interval
from eval.scoring.text_match import exact_match, token_f1
from eval.scoring.weighted import AUROC, ECE, MEAN, FloatArray, Statistic

RESAMPLES = 2000
_RULE = "a question without an answer scores 1 where nothing is answered, else 0"
DEFINITIONS: Mapping[str, str] = {
    "F1 at threshold 0": f"Mean token F1 where logits of at least 0 are answered; {_RULE}.",
    "F1 at the best threshold": (
        f"Mean token F1 at the threshold that is best for these very questions; {_RULE}."
    ),
    "F1 at the other half's threshold": (
        "Mean token F1, the threshold of each half of the passages chosen on the other half; "
        f"{_RULE}."
    ),
    "F1, answerable alone": (
        "Mean token F1 of the best words, refused or not, over questions with an answer."
    ),
    "Exact match, answerable alone": (
        "Share of the best words that are a gold answer and nothing else, refused or not, over "
        "questions with an answer."
    ),
    "AUROC, answerable or not": (
        "Chance that a question with an answer has a higher probability of one than a question "
        "without."
    ),
    "ECE of the probability": (
        "Expected calibration error: |mean probability - share with an answer| in ten bins, "
        "weighted by their questions."
    ),
}


@dataclass(frozen=True, slots=True)
class Read:
    """What was said of one question; ``golds`` are none where it has no answer.

    ``logit`` says whether its passage answers, ``said`` in which words.
    """

    id: str
    passage: str
    golds: tuple[str, ...]
    answerable: bool
    logit: float
    said: str

    @property
    def answered(self) -> float:
        """The F1 of the words."""
        return token_f1(self.said, self._golds)

    @property
    def refused(self) -> float:
        """The F1 of saying nothing."""
        return token_f1("", self._golds)

    @property
    def exact(self) -> float:
        """Whether the words are a gold answer and nothing else."""
        return exact_match(self.said, self._golds)

    @property
    def _golds(self) -> tuple[str, ...]:
        return self.golds if self.answerable else ("",)


def _sums(rows: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Every threshold that makes a difference, and the sum of F1 at each.

    Args:
        rows: columns logit, F1 of the words, F1 of saying nothing.
        counts: how often each row counts, shape (m, n).

    Returns:
        thresholds from the highest, inf (nothing is answered) the first; sums of shape
        (m, thresholds). What is at the threshold is answered.
    """
    order = np.argsort(-rows[:, 0], kind="stable")
    logits, gains = rows[order, 0], rows[order, 1] - rows[order, 2]
    # Equal logits are on one side of any threshold.
    last = np.flatnonzero(np.diff(logits, append=np.nan) != 0)
    gained = np.cumsum(counts.take(order, axis=1) * gains, axis=1)[:, last]
    sums = (counts @ rows[:, 2])[:, None] + np.pad(gained, ((0, 0), (1, 0)))
    return np.concatenate([[np.inf], logits[last]]), sums


def _best(rows: FloatArray, counts: FloatArray) -> FloatArray:
    number = counts.sum(axis=1)
    found: FloatArray = np.full(len(counts), np.nan)
    np.divide(_sums(rows, counts)[1].max(axis=1), number, out=found, where=number > 0)
    return found


# Mean F1 at the threshold that is best for these very rows; columns as ``_sums`` has them.
BEST_F1 = Statistic(_best)


def best_threshold(rows: FloatArray) -> float:
    """The threshold with the highest mean F1, the highest of them where several have it.

    Args:
        rows: columns logit, F1 of the words, F1 of saying nothing.

    Returns:
        a logit, to be answered at and above; inf where nothing should be; NaN for no rows.
    """
    if not len(rows):
        return float("nan")
    thresholds, sums = _sums(rows, np.ones((1, len(rows))))
    return float(thresholds[int(np.argmax(sums[0]))])


def at_threshold(rows: FloatArray, threshold: float | FloatArray) -> FloatArray:
    """Each question's F1 where logits at and above the threshold are answered, shape (n,)."""
    scored: FloatArray = np.where(rows[:, 0] >= threshold, rows[:, 1], rows[:, 2])
    return scored


def halves(passages: Sequence[str]) -> FloatArray:
    """Which half each question's passage is in, 0 or 1; questions of one passage stay together.

    Every other passage by sha256 of its key, so that neighbours in a file are parted.
    """
    ranked = sorted(set(passages), key=lambda key: hashlib.sha256(key.encode()).digest())
    half = {key: i % 2 for i, key in enumerate(ranked)}
    return np.array([half[key] for key in passages], dtype=np.float64)


def crossed_thresholds(rows: FloatArray, half: FloatArray) -> tuple[float, float]:
    """For either half the threshold that is best for the other one."""
    return best_threshold(rows[half == 1]), best_threshold(rows[half == 0])


def squad2_figures(found: Sequence[Read]) -> tuple[list[Figure], Mapping[str, float]]:
    """The figures of SQuAD 2.0, and the thresholds that they are at, by name.

    The threshold of a half is the one that is used for it, so it is chosen on the other.
    """
    rows = np.array([(each.logit, each.answered, each.refused) for each in found])
    rows = rows.reshape(len(found), 3)
    half = halves([each.passage for each in found])
    first, second = crossed_thresholds(rows, half)
    crossed = at_threshold(rows, np.where(half == 0, first, second))
    # Where all passages are in one half, nothing is left to choose on.
    crossed = crossed if (half == 1).any() else crossed[:0]
    there = [each for each in found if each.answerable]
    figures = [
        _figure("F1 at threshold 0", at_threshold(rows, 0.0)),
        _figure("F1 at the best threshold", rows, BEST_F1),
        _figure("F1 at the other half's threshold", crossed),
        _figure("F1, answerable alone", np.array([each.answered for each in there])),
        _figure("Exact match, answerable alone", np.array([each.exact for each in there])),
        *_certainty(found),
    ]
    thresholds = {
        "best": best_threshold(rows),
        "first half": first,
        "second half": second,
    }
    return [each for each in figures if each], thresholds


def clapnq_figures(found: Sequence[Read]) -> tuple[list[Figure], Mapping[str, float]]:
    """The figures of CLAPnq: its long answers are not one stretch, so only whether there is one."""
    return [each for each in _certainty(found) if each], {}


def _certainty(found: Sequence[Read]) -> list[Figure | None]:
    labels = np.array([float(each.answerable) for each in found])
    sure = 1 / (1 + np.exp(-np.array([each.logit for each in found], dtype=np.float64)))
    rows = np.column_stack([sure, labels])
    return [
        _figure("AUROC, answerable or not", rows, AUROC),
        _figure("ECE of the probability", rows, ECE, higher_is_better=False),
    ]


def _figure(
    name: str, rows: FloatArray, statistic: Statistic = MEAN, *, higher_is_better: bool = True
) -> Figure | None:
    """The figure over rows, one a question; None where it is not defined on them."""
    rows = rows[:, None] if rows.ndim == 1 else rows
    value = statistic(rows) if len(rows) else float("nan")
    if np.isnan(value):
        return None
    low, high = bootstrap_interval(rows, statistic, resamples=RESAMPLES, seed=0)
    return Figure(
        name=name,
        group="reading",
        value=value,
        low=None if np.isnan(low) else low,
        high=None if np.isnan(high) else high,
        n=len(rows),
        definition=DEFINITIONS[name],
        higher_is_better=higher_is_better,
    )


FIGURES: Mapping[str, Callable[[Sequence[Read]], tuple[list[Figure], Mapping[str, float]]]] = {
    "squad2": squad2_figures,
    "clapnq": clapnq_figures,
}

"""Logits and labels -> one loss, against the formulas written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from embeddings.pairs import Batch
from embeddings.reader_network import NOWHERE, Logits
from embeddings.training.batches import Labelled
from embeddings.training.losses import Weights, _ranking, loss_of


def labelled(
    answers: list[int], ranked: list[int], group: list[int], start: list[list[int]],
    end: list[list[int]],
) -> Labelled:  # fmt: skip
    empty = np.zeros((0, 0), np.int64)
    return Labelled(
        Batch(empty, empty, empty, empty),
        np.array(group, np.int64),
        np.array(answers, np.float32),
        np.array(ranked, np.float32),
        np.array(start, np.float32),
        np.array(end, np.float32),
        1,
    )


def entropy(logit: float, label: int) -> float:
    share = 1 / (1 + math.exp(-logit))
    return -math.log(share if label else 1 - share)


# Two questions: one with a negative and an altered question, one alone; three tokens of text.
LABELS = labelled(
    [1, 0, 0, 1], [1, 1, 0, 1], [0, 0, 0, 1],
    [[1, 0, 0], [0, 0, 0], [0, 0, 0], [1, 0, 1]],
    [[0, 1, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1]],
)  # fmt: skip
RELEVANCE, ANSWERABLE = [1.0, 2.0, 9.0, -1.0], [0.5, -0.5, 2.0, 0.0]
START = [[2.0, 0.0, NOWHERE], [5.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]
END = [[0.0, 1.0, NOWHERE], [5.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 2.0]]


def logits() -> Logits:
    tensors = [torch.tensor(v, requires_grad=True) for v in (RELEVANCE, ANSWERABLE, START, END)]
    return Logits(*tensors)


def test_each_part_by_hand() -> None:
    _, parts = loss_of(logits(), LABELS, Weights())
    # The altered question is not ranked, and a group of one has nothing to be told from.
    among = -math.log(math.exp(1) / (math.exp(1) + math.exp(2)))
    ranked = (entropy(1, 1) + entropy(2, 0) + entropy(-1, 1)) / 3
    assert parts["relevance"] == pytest.approx(among / 2 + 0.5 * ranked, rel=1e-5)
    told = [entropy(0.5, 1), entropy(-0.5, 0), entropy(2, 0), entropy(0, 1)]
    assert parts["answerable"] == pytest.approx(sum(told) / 4, rel=1e-5)
    e = math.e
    first = -math.log(e**2 / (e**2 + 1))
    # Both given answers count as right.
    second = -math.log((e + 1) / (2 * e + 1))
    start = (first + second) / 2
    end = (-math.log(e / (1 + e)) - math.log(e**2 / (1 + e + e**2))) / 2
    assert parts["place"] == pytest.approx(0.5 * (start + end), rel=1e-5)


@pytest.mark.parametrize(
    "weights", [Weights(), Weights(0.0, 2.0, 0.5), Weights(relevance=0.0), Weights(1.0, 0.0, 0.0)]
)
def test_the_parts_are_weighed(weights: Weights) -> None:
    total, parts = loss_of(logits(), LABELS, weights)
    expected = sum(getattr(weights, name) * value for name, value in parts.items())
    assert float(total.detach()) == pytest.approx(expected, rel=1e-6)


def test_a_part_of_no_weight_is_not_learned_from() -> None:
    found = logits()
    loss, _ = loss_of(found, LABELS, Weights(relevance=0.0, place=0.0))
    loss.backward()
    assert found.relevance.grad is not None
    assert found.relevance.grad.tolist() == [0.0] * 4
    assert found.answerable.grad is not None
    shares = [1 / (1 + math.exp(-value)) for value in ANSWERABLE]
    assert found.answerable.grad.tolist() == pytest.approx(
        [(share - label) / 4 for share, label in zip(shares, [1, 0, 0, 1], strict=True)], abs=1e-6
    )


def test_nothing_is_learned_from_tokens_outside_the_text() -> None:
    found = logits()
    loss_of(found, LABELS, Weights())[0].backward()
    assert found.start.grad is not None
    assert found.start.grad[0, 2] == 0.0
    # Nor from the place of a pair that has no answer.
    assert found.start.grad[1:3].abs().sum() == 0.0


def test_an_answer_without_words_has_no_place() -> None:
    labels = labelled([1, 1], [0, 0], [0, 1], [[1, 0], [0, 0]], [[0, 1], [0, 0]])
    place = torch.tensor([[2.0, 0.0], [5.0, -5.0]], requires_grad=True)
    found = Logits(torch.zeros(2), torch.zeros(2), place, place)
    loss, parts = loss_of(found, labels, Weights())
    loss.backward()
    first, last = (-math.log(math.exp(x) / (math.exp(2) + 1)) for x in (2, 0))
    assert parts["place"] == pytest.approx((first + last) / 2, rel=1e-5)
    assert parts["answerable"] == pytest.approx(math.log(2))
    assert place.grad is not None
    assert place.grad[1].tolist() == [0.0, 0.0]


def test_no_answers_at_all() -> None:
    labels = labelled([0, 0], [0, 0], [0, 0], [[0, 0]] * 2, [[0, 0]] * 2)
    zeros = Logits(*(torch.zeros(shape) for shape in ((2,), (2,), (2, 2), (2, 2))))
    loss, parts = loss_of(zeros, labels, Weights())
    assert parts == {"relevance": 0.0, "answerable": pytest.approx(math.log(2)), "place": 0.0}
    assert float(loss) == pytest.approx(math.log(2))


def test_scores_far_apart_stay_finite() -> None:
    labels = labelled([1, 0], [1, 1], [0, 0], [[1, 0]] * 2, [[1, 0]] * 2)
    far = torch.tensor([-15.0, 60.0], requires_grad=True)
    nothing = torch.zeros(2, 2)
    loss, parts = loss_of(Logits(far, torch.zeros(2), nothing, nothing), labels, Weights())
    loss.backward()
    assert math.isfinite(parts["relevance"])
    assert far.grad is not None
    assert torch.isfinite(far.grad).all()


def naive(scores: list[float], answers: list[int], ranked: list[int], group: list[int]) -> float:
    """Cross-entropy of each group in turn, by numpy in float64; 1,000 apart is no matter there."""
    lost = []
    for number in sorted(set(group)):
        chosen = [i for i, g in enumerate(group) if g == number and ranked[i]]
        right = [i for i in chosen if answers[i]]
        if right:
            every, told = (np.logaddexp.reduce([scores[i] for i in p]) for p in (chosen, right))
            lost.append(float(every - told))
    return float(np.mean(lost)) if lost else 0.0


@pytest.mark.parametrize(
    ("scores", "answers", "ranked", "group"),
    [
        # Groups far from each other.
        ([100.0, 99.0, -100.0, -101.5], [1, 0, 1, 0], [1, 1, 1, 1], [0, 0, 1, 1]),
        ([-100.0, -101.0, 100.0, 101.5, 0.0, 0.5], [1, 0, 1, 0, 1, 0], [1] * 6, [0, 0, 1, 1, 2, 2]),
        # Pairs of one group far from each other, either way.
        ([-100.0, 100.0], [1, 0], [1, 1], [0, 0]),
        ([100.0, -100.0, 99.0], [1, 0, 0], [1, 1, 1], [0, 0, 0]),
        # What is not ranked takes nothing from what is, however high it is.
        ([0.5, 0.0, 200.0], [1, 0, 0], [1, 1, 0], [0, 0, 0]),
        ([0.5, 0.0, -200.0, 3.0], [1, 0, 0, 1], [1, 1, 0, 1], [0, 0, 0, 1]),
        # Two right ones; a group without any; one with nothing ranked.
        ([1.0, 201.0, 2.0], [1, 1, 0], [1, 1, 1], [0, 0, 0]),
        ([1.0, 2.0, 200.0, 5.0], [1, 0, 0, 0], [1, 1, 1, 0], [0, 0, 1, 2]),
        ([3.0, 200.0], [0, 0], [1, 1], [0, 1]),
    ],
)
def test_ranking_is_that_of_each_group_alone(
    scores: list[float], answers: list[int], ranked: list[int], group: list[int]
) -> None:
    given = torch.tensor(scores, requires_grad=True)
    masks = (torch.tensor(each, dtype=torch.float32) for each in (answers, ranked))
    loss = _ranking(given, *masks, torch.tensor(group))
    wanted = naive(scores, answers, ranked, group)
    assert float(loss.detach()) == pytest.approx(wanted, rel=1e-5, abs=1e-4)
    loss.backward()
    # The slope of cross-entropy: each one's share among the ranked less that among the right.
    step = 1e-4
    slopes = [
        (naive(up, answers, ranked, group) - naive(down, answers, ranked, group)) / (2 * step)
        for i in range(len(scores))
        for up, down in [(
            [s + step * (j == i) for j, s in enumerate(scores)],
            [s - step * (j == i) for j, s in enumerate(scores)],
        )]
    ]  # fmt: skip
    assert given.grad is not None
    assert given.grad.tolist() == pytest.approx(slopes, abs=1e-5)


def test_random_groups_are_ranked_each_alone() -> None:
    draw = np.random.default_rng(5)
    for _ in range(30):
        group = np.sort(draw.integers(0, 6, 24))
        group = np.unique(group, return_inverse=True)[1]
        scores = draw.normal(size=24) + 200 * draw.integers(-1, 2, 24)
        answers, ranked = draw.integers(0, 2, 24), draw.integers(0, 2, 24)
        given = torch.tensor(scores, dtype=torch.float32)
        masks = (torch.tensor(each, dtype=torch.float32) for each in (answers, ranked))
        found = float(_ranking(given, *masks, torch.tensor(group)))
        wanted = naive(given.tolist(), answers.tolist(), ranked.tolist(), group.tolist())
        assert found == pytest.approx(wanted, rel=1e-5, abs=1e-4)

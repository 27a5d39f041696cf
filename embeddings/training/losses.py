"""Logits and labels in, one loss out.

Deliberately knows nothing of data or of how the loss is made smaller.

Three parts. Relevance: within a question's group, cross-entropy of the answering passage against
its hard negatives, and a binary loss, so that scores of different questions can be compared.
Answerable: binary, over all pairs, also those whose question the passage almost answers, and
statements that it supports or refutes. Place:
cross-entropy of start and end over the passage's tokens, every given answer counting as right.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as binary

from embeddings.reader_network import Logits
from embeddings.training.batches import Labelled


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts; a part of weight 0 is not trained."""

    relevance: float = 1.0
    answerable: float = 1.0
    place: float = 1.0


def loss_of(logits: Logits, labels: Labelled, weights: Weights) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch, and its parts by name."""
    device = logits.relevance.device
    arrays = (labels.answers, labels.ranked, labels.group, labels.start, labels.end)
    answers, ranked, group, start, end = (torch.from_numpy(each).to(device) for each in arrays)
    parts = {
        "relevance": _ranking(logits.relevance, answers, ranked, group)
        + 0.5 * _mean(binary(logits.relevance, answers, reduction="none"), ranked),
        "answerable": binary(logits.answerable, answers),
        "place": 0.5 * (_place(logits.start, start) + _place(logits.end, end)),
    }
    total = sum((getattr(weights, name) * part for name, part in parts.items()), torch.zeros(()))
    return total, {name: float(part.detach()) for name, part in parts.items()}


def _mean(values: Tensor, mask: Tensor) -> Tensor:
    return (values * mask).sum() / mask.sum().clamp(min=1.0)


def _ranking(scores: Tensor, answers: Tensor, ranked: Tensor, group: Tensor) -> Tensor:
    """Cross-entropy of each group's answering pair among its ranked pairs."""
    right = ranked * answers
    has = torch.zeros(int(group.max()) + 1, device=scores.device).index_add(0, group, right) > 0
    if not has.any():
        return scores.sum() * 0
    lost = _log_sum_exp(scores, ranked, group) - _log_sum_exp(scores, right, group)
    return lost[has].mean()


def _log_sum_exp(scores: Tensor, mask: Tensor, group: Tensor) -> Tensor:
    """Over the masked scores of each group; very low for a group without any."""
    bounds = torch.finfo(scores.dtype)
    low = torch.full((int(group.max()) + 1,), bounds.min, dtype=scores.dtype, device=scores.device)
    seen = scores.masked_fill(mask == 0, bounds.min)
    # Against the highest of just these: one of a whole batch would leave low groups nothing.
    highest = low.scatter_reduce(0, group, seen.detach(), "amax")
    raised = (seen - highest[group]).exp() * mask
    total = torch.zeros_like(low).index_add(0, group, raised)
    return highest + total.clamp(min=bounds.tiny).log()


def _place(logits: Tensor, right: Tensor) -> Tensor:
    """Minus the log of the probability that falls on right tokens, over pairs that have any."""
    answers = (right.sum(-1) > 0).to(logits.dtype)
    shares = logits.log_softmax(-1)
    told = torch.logsumexp(shares.masked_fill(right == 0, -1e4), dim=-1)
    return -_mean(told, answers)

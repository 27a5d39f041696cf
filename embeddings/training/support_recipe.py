"""What an epoch of claims is drawn from, and in which shares.

Enters: everything that claims are made from, a seed, an epoch's number. Leaves: the draws of that
epoch in random order, the same for the same. Deliberately knows nothing of how a claim is made.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from embeddings.training.examples import Synonyms
from embeddings.training.support_sets import Readings, Stated


@dataclass(frozen=True, slots=True)
class SupportRecipe:
    """What the pairs of an epoch are made of; probabilities unless said otherwise."""

    questions: float = 0.4  # of the questions, drawn for each epoch
    sentences: float = 0.25  # of the passages' number, claims made of their own sentences
    summaries: int = 2  # how often each summary's sentence is taken
    other_words: float = 0.25  # synonyms in the claim
    beside: float = 0.3  # sentences of another text before or after the evidence
    lacking: float = 0.3  # a supported statement comes again with evidence of another
    wrong: float = 0.5  # a statement of a question is one that nothing supports
    headed: float = 0.4  # the title stands in front


@dataclass(frozen=True, slots=True)
class SupportMaterial:
    """Everything that claims are made from."""

    fever: Sequence[Stated]
    summaries: Sequence[Stated]
    readings: Sequence[Readings]
    synonyms: Synonyms = field(default_factory=dict)


Drawn = tuple[str, int, int]


def drawn(
    material: SupportMaterial, recipe: SupportRecipe, seed: int, number: int, held_out: bool
) -> list[Drawn]:
    """What an epoch is made from, in random order: a kind, and places in the material."""
    rng = random.Random(f"{seed} {number} support")  # noqa: S311 (sampling, not secrecy)
    order: list[Drawn] = [
        ("fever", i, 0) for i, each in enumerate(material.fever) if each.held_out == held_out
    ]
    chosen = [i for i, each in enumerate(material.summaries) if each.held_out == held_out]
    order += [("summary", i, 0) for i in chosen * recipe.summaries]
    for s, source in enumerate(material.readings):
        asked = [
            i for i, each in enumerate(source.asked)
            if source.texts[each.text].held_out == held_out
        ]  # fmt: skip
        texts = [i for i, each in enumerate(source.texts) if each.held_out == held_out]
        order += [("asked", s, i) for i in rng.sample(asked, round(recipe.questions * len(asked)))]
        times = round(recipe.sentences * len(asked))
        order += [("sentence", s, i) for i in rng.choices(texts, k=times)] if texts else []
    rng.shuffle(order)
    return order

"""Mined cases in, the pairs of one epoch out: which question with which passage, and what is true.

Enters: ``Mined`` sets, a seed, an epoch's number. Leaves: ``Group`` values, one a question, each
with the passage that answers it, hard negatives, and questions that the passage almost answers.
The same seed and epoch give the same groups. Deliberately knows nothing of tokens or networks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from embeddings.schema import Span
from embeddings.training.alter import Alterer
from embeddings.training.mining import SOURCES, Case, Excerpt, Mined


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the pairs of an epoch are made of; probabilities unless said otherwise."""

    sources: tuple[str, ...] = SOURCES
    negatives: int = 1  # hard negatives a question
    depth: int = 8  # how far down the rankings they are taken from
    altered: float = 0.5  # a question that the passage almost answers is added
    reworded: float = 0.25
    mistyped: float = 0.1
    cropped: float = 0.4  # the passage is cut to some sentences around the answer
    only_sentence: bool = False  # the passage is the answering sentence alone
    headed: float = 0.75  # the title stands in front
    dated: float = 0.3  # a made-up date stands in front


@dataclass(frozen=True, slots=True)
class Example:
    """One pair. ``answers`` is empty where ``text`` does not answer; offsets into ``text``.

    ``ranked`` is whether the pair says something about relevance: a question that its passage
    almost answers is about the right passage all the same.
    """

    question: str
    heading: str
    text: str
    answers: tuple[Span, ...]
    ranked: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """The pairs of one question, the answering one first."""

    examples: tuple[Example, ...]


def epoch(
    mined: Sequence[Mined], recipe: Recipe, seed: int, number: int, *, held_out: bool = False
) -> Iterator[Group]:
    """The groups of one epoch in random order; held-out documents only, or all others."""
    order = [(m, c) for m in mined for c in m.cases if c.held_out == held_out]
    random.Random(f"{seed} {number}").shuffle(order)  # noqa: S311 (sampling, not secrecy)
    for place, (source, case) in enumerate(order):
        rng = random.Random(f"{seed} {number} {place}")  # noqa: S311
        yield _group(source.excerpts, case, recipe, rng)


def _group(excerpts: Sequence[Excerpt], case: Case, recipe: Recipe, rng: random.Random) -> Group:
    alterer = Alterer(rng)
    excerpt = excerpts[case.positive]
    asked = _asked(case.question, alterer, recipe, rng)
    text, answers = _shown(excerpt, case.answers, recipe, rng)
    examples = [Example(asked, _heading(excerpt, recipe, rng), text, answers)]
    for place in _negatives(excerpts, case, recipe, rng):
        other = excerpts[place]
        shown, _ = _shown(other, (), recipe, rng)
        examples.append(Example(asked, _heading(other, recipe, rng), shown, ()))
    if rng.random() < recipe.altered:
        near = [excerpts[i].text for i in case.neighbours["dense"][:3]]
        missed = alterer.unanswerable(case.question, text, " ".join(near))
        if missed is not None:
            heading = _heading(excerpt, recipe, rng)
            examples.append(Example(missed, heading, text, (), ranked=False))
    return Group(tuple(examples))


def _asked(question: str, alterer: Alterer, recipe: Recipe, rng: random.Random) -> str:
    draw = rng.random()
    if draw < recipe.reworded:
        return alterer.reword(question)
    if draw < recipe.reworded + recipe.mistyped:
        return alterer.mistype(question)
    return question


def _negatives(
    excerpts: Sequence[Excerpt], case: Case, recipe: Recipe, rng: random.Random
) -> list[int]:
    # A held-out passage is never read in training, not even as a wrong answer.
    pools = [
        [i for i in case.neighbours[source] if excerpts[i].held_out == case.held_out]
        for source in recipe.sources
    ]
    chosen: list[int] = []
    for _ in range(recipe.negatives):
        left = [p for pool in pools if (p := [i for i in pool[: recipe.depth] if i not in chosen])]
        if left:
            chosen.append(rng.choice(rng.choice(left)))
    return chosen


def _heading(excerpt: Excerpt, recipe: Recipe, rng: random.Random) -> str:
    parts = []
    if excerpt.title and rng.random() < recipe.headed:
        parts.append(excerpt.title)
    if rng.random() < recipe.dated:
        day = date(2012, 1, 1) + timedelta(days=rng.randrange(5400))
        parts.append(f"{day.day} {day:%B} {day.year} ({day.isoformat()})")
    return ". ".join(parts)


def _shown(
    excerpt: Excerpt, answers: Sequence[Span], recipe: Recipe, rng: random.Random
) -> tuple[str, tuple[Span, ...]]:
    """The passage or a stretch of its sentences, with the answers' offsets in that stretch."""
    spans = excerpt.sentences
    if len(spans) < 2 or not (recipe.only_sentence or rng.random() < recipe.cropped):
        return excerpt.text, tuple(answers)
    if answers:
        goal = rng.choice(list(answers))
        covering = [i for i, s in enumerate(spans) if s.start < goal.end and goal.start < s.end]
        first, last = (covering[0], covering[-1]) if covering else (0, len(spans) - 1)
    else:
        goal = None
        first = last = rng.randrange(len(spans))
    if not recipe.only_sentence:
        first = rng.randint(0, first)
        last = rng.randint(last, len(spans) - 1)
    begin, end = spans[first].start, spans[last].end
    inside = tuple(
        Span(a.start - begin, a.end - begin) for a in answers if begin <= a.start and a.end <= end
    )
    if goal is not None and not inside:
        # An answer over a badly cut sentence: the whole passage holds it.
        return excerpt.text, tuple(answers)
    return excerpt.text[begin:end], inside

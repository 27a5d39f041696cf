"""Mined cases in, the pairs of one epoch out: which question with which passage, and what is true.

Enters: ``Mined`` sets, ``Claim`` values, a seed, an epoch's number. Leaves: ``Group`` values, one a
question, each with the passage that answers it, hard negatives, and questions that the passage
almost answers; and one a statement, with the sentences that support or refute it: what they
support they answer, though in no words that could be marked.
The same seed and epoch give the same groups. Deliberately knows nothing of tokens or networks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from embeddings.schema import Span
from embeddings.training.alter import Alterer
from embeddings.training.claims import Claim
from embeddings.training.mining import SOURCES, Case, Excerpt, Mined, plain_text


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the pairs of an epoch are made of; probabilities unless said otherwise."""

    sources: tuple[str, ...] = SOURCES
    negatives: int = 1  # hard negatives a question
    depth: int = 8  # how far down the rankings they are taken from
    altered: float = 0.6  # a question that the passage almost answers is added
    emptied: float = 0.25  # the passage without the sentences that answer is added
    other_words: float = 0.5  # synonyms in the question
    reworded: float = 0.2
    mistyped: float = 0.08
    cropped: float = 0.5  # the passage is cut to some sentences around the answer
    only_sentence: bool = False  # the passage is the answering sentence alone
    headed: float = 0.75  # the title stands in front
    dated: float = 0.3  # a made-up date stands in front


@dataclass(frozen=True, slots=True)
class Example:
    """One pair. ``answers`` are the words that answer, as offsets into ``text``.

    ``supported`` is true of a statement that ``text`` supports: an answer without such words.
    ``ranked`` is whether the pair says something about relevance: a question that its passage
    almost answers is about the right passage all the same.
    """

    question: str
    heading: str
    text: str
    answers: tuple[Span, ...]
    ranked: bool = True
    supported: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The pairs of one question, the answering one first, or the one pair of a statement."""

    examples: tuple[Example, ...]


Synonyms = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Material:
    """What is trained on: mined sets, other words for words, statements.

    Without other words questions keep theirs.
    """

    mined: Sequence[Mined]
    synonyms: Synonyms = field(default_factory=dict)
    claims: Sequence[Claim] = ()

    def size(self, *, held_out: bool = False) -> int:
        """How many groups an epoch has."""
        cases = sum(c.held_out == held_out for m in self.mined for c in m.cases)
        return cases + sum(c.held_out == held_out for c in self.claims)


def epoch(
    material: Material, recipe: Recipe, seed: int, number: int, *, held_out: bool = False
) -> Iterator[Group]:
    """The groups of one epoch in random order; held-out documents only, or all others."""
    order: list[tuple[Mined, Case] | Claim] = [
        (m, c) for m in material.mined for c in m.cases if c.held_out == held_out
    ]
    order.extend(claim for claim in material.claims if claim.held_out == held_out)
    random.Random(f"{seed} {number}").shuffle(order)  # noqa: S311 (sampling, not secrecy)
    for place, drawn in enumerate(order):
        rng = random.Random(f"{seed} {number} {place}")  # noqa: S311
        if isinstance(drawn, Claim):
            yield _judged(drawn, material.synonyms, recipe, rng)
        else:
            source, case = drawn
            yield _Maker(source.excerpts, recipe, rng, material.synonyms).group(case)


def _judged(claim: Claim, synonyms: Synonyms, recipe: Recipe, rng: random.Random) -> Group:
    """A statement with its sentences, in the order in which they were given or another."""
    text = claim.text
    if rng.random() < recipe.other_words:
        text = Alterer(rng, synonyms).in_other_words(text)
    evidence = " ".join(rng.sample(claim.evidence, len(claim.evidence)))
    return Group((Example(text, "", evidence, (), ranked=False, supported=claim.supported),))


class _Maker:
    """Makes one group; everything drawn comes from its random numbers."""

    def __init__(
        self,
        excerpts: Sequence[Excerpt],
        recipe: Recipe,
        rng: random.Random,
        synonyms: Synonyms,
    ) -> None:
        self._excerpts, self._recipe, self._rng = excerpts, recipe, rng
        self._alterer = Alterer(rng, synonyms)

    def group(self, case: Case) -> Group:
        excerpt = self._excerpts[case.positive]
        asked = self._asked(case.question)
        text, answers = _shown(excerpt, case.answers, self._recipe, self._rng)
        examples = [Example(asked, self._heading(excerpt), text, answers)]
        for place in _negatives(self._excerpts, case, self._recipe, self._rng):
            other = self._excerpts[place]
            shown, _ = _shown(other, (), self._recipe, self._rng)
            examples.append(Example(asked, self._heading(other), shown, ()))
        examples.extend(self._near_misses(case, excerpt, asked, text))
        return Group(tuple(examples))

    def _near_misses(
        self, case: Case, excerpt: Excerpt, asked: str, text: str
    ) -> Iterator[Example]:
        """What must not be taken for an answer, though it is about the right thing."""
        if self._rng.random() < self._recipe.altered:
            near = (self._excerpts[i] for i in case.neighbours["dense"][:3])
            elsewhere = " ".join(e.text for e in near if e.held_out == excerpt.held_out)
            missed = self._alterer.unanswerable(case.question, text, elsewhere)
            if missed is not None:
                # In other words as often as what is answered: new words alone mean nothing.
                if self._rng.random() < self._recipe.other_words:
                    missed = self._alterer.in_other_words(missed)
                yield Example(missed, self._heading(excerpt), text, (), ranked=False)
        if self._rng.random() < self._recipe.emptied:
            left = _without_answers(excerpt, case.answers)
            if left:
                yield Example(asked, self._heading(excerpt), left, (), ranked=False)

    def _asked(self, question: str) -> str:
        if self._rng.random() < self._recipe.other_words:
            question = self._alterer.in_other_words(question)
        draw = self._rng.random()
        if draw < self._recipe.reworded:
            return self._alterer.reword(question)
        if draw < self._recipe.reworded + self._recipe.mistyped:
            return self._alterer.mistype(question)
        return question

    def _heading(self, excerpt: Excerpt) -> str:
        parts = []
        if excerpt.title and self._rng.random() < self._recipe.headed:
            parts.append(excerpt.title)
        if self._rng.random() < self._recipe.dated:
            day = date(2012, 1, 1) + timedelta(days=self._rng.randrange(5400))
            parts.append(f"{day.day} {day:%B} {day.year} ({day.isoformat()})")
        return ". ".join(parts)


def _without_answers(excerpt: Excerpt, answers: Sequence[Span]) -> str:
    """The longer stretch beside the sentences that answer; empty where it tells an answer too."""
    spans = excerpt.sentences
    covering = [
        i for i, s in enumerate(spans) if any(s.start < a.end and a.start < s.end for a in answers)
    ]
    if not covering:
        return ""
    before, after = spans[: covering[0]], spans[covering[-1] + 1 :]
    sides = [excerpt.text[s[0].start : s[-1].end] for s in (before, after) if s]
    left = max(sides, key=len, default="")
    wanted = [plain_text(excerpt.text[a.start : a.end]) for a in answers]
    return "" if any(words in plain_text(left) for words in wanted) else left


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

"""Claims by source in, the pairs of one epoch out: which claim with which evidence, and the truth.

Enters: ``Stated`` claims, ``Readings``, other words, a seed, an epoch's number. Leaves: ``Group``
values of one ``Example`` each, a claim and a window. The same seed and epoch give the same.
Deliberately knows nothing of tokens or networks.

Three sources of claims. Stated ones are people's: FEVER's, and sentences of edited summaries.
Answers make a statement of a question and an answer; another answer of its kind, a neighbouring
passage, or the passage without its answer make one that nothing supports. Passages' own sentences,
shortened and in other words, are supported by their passage; altered, without their sentence, or
joined to a sentence from elsewhere, they are not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from embeddings.support_evidence import look
from embeddings.training.alter import Alterer
from embeddings.training.examples import Example, Group
from embeddings.training.statements import statement
from embeddings.training.support_kin import Kin
from embeddings.training.support_recipe import SupportMaterial, SupportRecipe, drawn
from embeddings.training.support_sets import FEW_PASSAGES, Asked, Readings, Stated, Text

# Draws again where what was drawn on the way does not fit: an answer without another of its kind.
TRIES = 6

_NUMBER = re.compile(r"\d")
_ASIDE = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
_CLAUSE = re.compile(
    r"^[^,;]{4,60},\s+|,\s+[^,;]{8,}(?=[.!?]$)|,\s+(?:who|which|where|when)\b[^,]*,"
)


def support_epoch(  # noqa: PLR0913 (as ``epoch``, and what claims are alike)
    material: SupportMaterial,
    recipe: SupportRecipe,
    seed: int,
    number: int,
    kin: Kin,
    *,
    held_out: bool = False,
) -> Iterator[tuple[str, Group]]:
    """The pairs of one epoch, each with the kind it is of; held-out documents only, or all others.

    A draw of which nothing can be made is left out.
    """
    for place, (kind, one, two) in enumerate(drawn(material, recipe, seed, number, held_out)):
        rng = random.Random(f"{seed} {number} {place} support")  # noqa: S311
        maker = _Maker(material, recipe, rng, kin)
        for _ in range(TRIES):
            made = tuple(maker.made(kind, one, two))
            if made:
                yield kind, Group(made)
                break


class _Maker:
    """Makes the pairs of one draw; everything drawn comes from its random numbers."""

    def __init__(
        self, material: SupportMaterial, recipe: SupportRecipe, rng: random.Random, kin: Kin
    ) -> None:
        self._material, self._recipe, self._rng, self._kin = material, recipe, rng, kin
        self._alterer = Alterer(rng, material.synonyms)

    def made(self, kind: str, one: int, two: int) -> Iterator[Example]:
        """The pairs of one draw; none where what was drawn on the way does not fit."""
        if kind == "fever":
            return self.fever(one)
        if kind == "summary":
            return self.summary(self._material.summaries[one])
        source = self._material.readings[one]
        return (
            self.asked(source, source.asked[two]) if kind == "asked" else self.sentence(source, two)
        )

    def fever(self, place: int) -> Iterator[Example]:
        """A statement with its evidence; now and then with another's that is about the like."""
        stated = self._material.fever[place]
        evidence = self._rng.sample(stated.evidence, len(stated.evidence))
        other = self._kin.like(place, self._rng)
        if other is not None and self._chance(self._recipe.beside):
            evidence.insert(self._rng.randrange(len(evidence) + 1), other)
        yield self._example(stated.claim, " ".join(evidence), stated.supported)
        if other is not None and self._chance(self._recipe.lacking):
            yield self._example(stated.claim, other, False)

    def summary(self, stated: Stated) -> Iterator[Example]:
        """A summary's sentence with the window that has most of it, or another good one."""
        windows = look(stated.claim, stated.evidence).windows
        # What supports it lies in the first as a rule; that it does not is so of all of them.
        last = len(windows) if not stated.supported else min(2, len(windows))
        window = windows[0 if self._chance(0.6) else self._rng.randrange(last)]
        # Other words would undo what people made sure of: they are in other words already.
        yield _example(stated.claim, window, stated.supported)

    def asked(self, source: Readings, asked: Asked) -> Iterator[Example]:
        """A statement of a question and an answer, right or not."""
        text = source.texts[asked.text]
        right = statement(asked.question, asked.answer)
        begin, end = asked.start, asked.start + len(asked.answer)
        around = self._around(text, begin, end)
        if not self._chance(self._recipe.wrong):
            yield self._example(right, self._headed(text, around), True)
            return
        draw = self._rng.random()
        if draw < 0.45:
            wrong = self._other_answer(asked, around)
            if wrong:
                told = statement(asked.question, wrong)
                yield self._example(told, self._headed(text, around), False)
                return
        if draw < 0.65:
            altered = self._altered(right, text.text, source, asked.text)
            if altered:
                yield self._example(altered, self._headed(text, around), False)
                return
        left = self._without(text, begin, end) if draw < 0.8 else ""
        shown = left or self._neighbour(source, asked.text, right)
        if shown and asked.answer.lower() not in shown.lower():
            yield self._example(right, self._headed(text, shown), False)

    def sentence(self, source: Readings, place: int) -> Iterator[Example]:
        """One of a passage's own sentences as a claim, with its passage."""
        text = source.texts[place]
        if not text.sentences:
            return
        span = self._rng.choice(text.sentences)
        told = self._shorter(text.text[span.start : span.end])
        if len(told.split()) < 4:
            return
        around = self._around(text, span.start, span.end)
        draw = self._rng.random()
        if draw < 0.35:
            yield self._example(told, self._headed(text, around), True)
        elif draw < 0.45:
            other = self._rng.choice(text.sentences)
            if other == span:
                return
            joined = self._joined(told, text.text[other.start : other.end])
            yield self._example(joined, self._headed(text, text.text[:1400]), True)
        elif draw < 0.65:
            altered = self._altered(told, text.text, source, place)
            if altered:
                yield self._example(altered, self._headed(text, around), False)
        elif draw < 0.85:
            far = draw > 0.75
            left = (
                self._neighbour(source, place, told)
                if far
                else self._without(text, span.start, span.end)
            )
            if left and told[:40] not in left:
                yield self._example(told, self._headed(text, left), False)
        else:
            elsewhere = source.texts[self._near(source, place)]
            if elsewhere.sentences and elsewhere is not text:
                other = self._rng.choice(elsewhere.sentences)
                joined = self._joined(told, elsewhere.text[other.start : other.end])
                yield self._example(joined, self._headed(text, around), False)

    def _example(self, claim: str, text: str, supported: bool) -> Example:
        if self._chance(self._recipe.other_words):
            claim = self._alterer.in_other_words(claim)
        if self._chance(0.1):
            claim = claim.rstrip(".")
        return _example(claim, text, supported)

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _headed(self, text: Text, shown: str) -> str:
        head = f"{text.title}. " if text.title and self._chance(self._recipe.headed) else ""
        return head + shown

    def _around(self, text: Text, begin: int, end: int) -> str:
        """The sentences of a place with some of those around it."""
        spans = text.sentences
        inside = [i for i, s in enumerate(spans) if s.start < end and begin < s.end]
        if not inside:
            return text.text[max(0, begin - 300) : end + 300]
        first = max(0, inside[0] - self._rng.randrange(4))
        last = min(len(spans), inside[-1] + 1 + self._rng.randrange(4))
        return text.text[spans[first].start : spans[last - 1].end]

    def _without(self, text: Text, begin: int, end: int) -> str:
        """The sentences next to a place without its own."""
        spans = text.sentences
        inside = [i for i, s in enumerate(spans) if s.start < end and begin < s.end]
        if not inside:
            return ""
        first, last = max(0, inside[0] - 4), min(len(spans), inside[-1] + 5)
        kept = [*spans[first : inside[0]], *spans[inside[-1] + 1 : last]]
        return " ".join(text.text[s.start : s.end] for s in kept)

    def _near(self, source: Readings, place: int) -> int:
        kin = source.kin[source.texts[place].title]
        same = source.texts[place].held_out
        found = [
            i for i in self._rng.sample(kin, min(len(kin), FEW_PASSAGES))
            if i != place and source.texts[i].held_out == same
        ]  # fmt: skip
        return found[0] if found else place

    def _neighbour(self, source: Readings, place: int, claim: str) -> str:
        """Of some passages of the same title or set the stretch most like the claim."""
        others = {self._near(source, place) for _ in range(6)} - {place}
        texts = [source.texts[i].text for i in sorted(others)]
        return look(claim, texts).windows[-1] if texts else ""

    def _altered(self, told: str, text: str, source: Readings, place: int) -> str | None:
        elsewhere = source.texts[self._near(source, place)].text
        return self._alterer.unanswerable(told, text, elsewhere)

    def _other_answer(self, asked: Asked, around: str) -> str:
        """Another answer given in the passage that looks of the same kind."""
        kind = _kind(asked.answer)
        alike = [
            each for each in asked.others
            if _kind(each) == kind and each.lower() not in asked.answer.lower()
            and asked.answer.lower() not in each.lower()
        ]  # fmt: skip
        near = [each for each in alike if each in around]
        return self._rng.choice(near or alike) if alike else ""

    def _shorter(self, sentence: str) -> str:
        """A sentence without what stands aside in it."""
        told = _ASIDE.sub("", sentence)
        if self._chance(0.5):
            cut = _CLAUSE.sub("", told, count=1)
            told = cut if len(cut.split()) > 3 else told
        return told[:1].upper() + told[1:]

    def _joined(self, one: str, other: str) -> str:
        """Two sentences as one claim."""
        second = self._shorter(other)
        keeps = second[:2].isupper() or second.split(" ", 1)[0] == "I"
        return f"{one.rstrip('.!?')}, and {second if keeps else second[:1].lower() + second[1:]}"


def _example(claim: str, text: str, supported: bool) -> Example:
    return Example(claim, "", " ".join(text.split()), (), ranked=False, supported=supported)


def _kind(answer: str) -> str:
    """Number, name, or neither: what another answer must be to be taken for this one."""
    if _NUMBER.search(answer):
        return "number"
    return "name" if any(word[:1].isupper() for word in answer.split()) else "words"

"""A reading in, an answer in the articles' own words out: no language model.

Enters: the sentences a ``Reader`` scored. Leaves: a few of them as an answer, each word for word
and cited, the best first and then those that add something: another source, another figure, what
the question asks besides. A fact that a second article
tells as well carries both citations. Deliberately knows nothing of retrieval or of how scores
are made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from embeddings.encoder import FloatArray
from embeddings.products import inner_products
from embeddings.reading import Reading, ScoredSentence
from embeddings.schema import Article, Span
from qa_app.schema import WELL_SUPPORTED, Citation, Sentence

# Cosine from which two sentences of different articles tell the same in other words. Below it come
# sentences that share a subject only; what differs in a figure is kept apart at any cosine.
SAME_FACT = 0.78
# A further sentence must be at least this likely to answer, absolutely and against the best.
ADD_AT_LEAST = 0.02
ADD_RATIO = 0.1

_FIGURE = re.compile(
    r"\d+(?:[.,:]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|"
    r"thirty|forty|fifty|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|scores)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Draft:
    """Sentences and citations as they are put together, numbered as they are first cited."""

    sentences: list[Sentence] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def cite(self, article: Article, span: Span) -> int:
        """The number of the citation of these words: a new one unless they are cited already."""
        known = self.cited(article, span)
        if known is not None:
            return known.number
        number = len(self.citations) + 1
        self.citations.append(Citation.at(number, article, span.start, span.end))
        return number

    def cited(self, article: Article, span: Span) -> Citation | None:
        """The citation of these words, where there is one."""
        same = (c for c in self.citations if (c.article.id, c.start) == (article.id, span.start))
        return next(same, None)

    def say(self, spans: Sequence[tuple[Article, Span]], answer: Span | None = None) -> None:
        """Add the first of these as a sentence, cited together with the others.

        Args:
            spans: where it is told, as offsets into each article.
            answer: the words of the first that answer, as offsets into its article.
        """
        article, span = spans[0]
        numbers = tuple(self.cite(each, where) for each, where in spans)
        words = None
        if answer is not None and span.start <= answer.start < answer.end <= span.end:
            words = (answer.start - span.start, answer.end - span.start)
        self.sentences.append(Sentence(article.text[span.start : span.end], numbers, words))

    def take(self, other: Draft) -> None:
        """Add the sentences of another draft, with its citations under numbers of this one."""
        numbers = {
            each.number: self.cite(each.article, Span(each.start, each.end))
            for each in other.citations
        }
        for sentence in other.sentences:
            cited = tuple(numbers[number] for number in sentence.citations)
            self.sentences.append(replace(sentence, citations=cited))


def compose_all(readings: Sequence[Reading], max_sentences: int) -> Draft:
    """One answer out of several readings, of a question's parts: each has its say in turn."""
    draft = Draft()
    for number, reading in enumerate(readings):
        left = max_sentences - len(draft.sentences)
        if left:
            compose(reading, max(1, left // (len(readings) - number)), draft)
    return draft


def compose(reading: Reading, max_sentences: int, draft: Draft | None = None) -> Draft:
    """Choose and cite the sentences that answer.

    Args:
        reading: not empty, and believed to hold an answer.
        max_sentences: at most this many.
        draft: what was said before, to go on from; what is in it is not said again.
    """
    draft = draft or Draft()
    likeness = inner_products(reading.vectors, reading.vectors)
    figures = [_figures(sentence.text) for sentence in reading.sentences]
    best = reading.sentences[0].score
    chosen: list[int] = []
    for i, sentence in enumerate(reading.sentences):
        if len(chosen) == max_sentences:
            break
        likely = sentence.score >= ADD_AT_LEAST and sentence.score >= ADD_RATIO * best
        if i and not (likely and sentence.text[-1:] != "?"):
            continue
        repeated = draft.cited(*_place(sentence)) is not None
        if repeated or any(_same(likeness, figures, i, j) for j in chosen):
            continue
        # Where the first may not answer, the next likely ones are shown without having to add.
        unsure = reading.answerable < WELL_SUPPORTED
        if not chosen or unsure or _adds(reading, figures, i, chosen):
            chosen.append(i)
    for i in chosen:
        told = [_place(reading.sentences[j]) for j in _tellers(reading, likeness, figures, i)]
        draft.say(told, reading.sentences[i].answer)
    return draft


def _adds(
    reading: Reading, figures: Sequence[frozenset[str]], i: int, chosen: Sequence[int]
) -> bool:
    """Whether a sentence is another source's, or has a figure or a word asked for that is new."""
    if reading.sentences[i].hit.article.id not in {
        reading.sentences[j].hit.article.id for j in chosen
    }:
        return True
    for has in (figures, reading.told):
        if has and not has[i] <= frozenset().union(*(has[j] for j in chosen)):
            return True
    return False


def _tellers(
    reading: Reading,
    likeness: np.ndarray,
    figures: list[frozenset[str]],
    i: int,
) -> list[int]:
    """The sentence itself, then for each other article the one that best tells the same."""
    tellers = {reading.sentences[i].hit.article.id: i}
    for j in np.argsort(-likeness[i], kind="stable").tolist():
        if likeness[i, j] < SAME_FACT:
            break
        if j != i and _same(likeness, figures, i, j):
            tellers.setdefault(reading.sentences[j].hit.article.id, j)
    return list(tellers.values())


def _same(likeness: FloatArray, figures: list[frozenset[str]], i: int, j: int) -> bool:
    """Whether two sentences tell the same: alike, and no figure of one against another's."""
    if likeness[i, j] < SAME_FACT:
        return False
    return figures[i] <= figures[j] or figures[j] <= figures[i]


def _figures(text: str) -> frozenset[str]:
    return frozenset(found.casefold().rstrip("s") for found in _FIGURE.findall(text))


def _place(sentence: ScoredSentence) -> tuple[Article, Span]:
    return sentence.hit.article, sentence.span

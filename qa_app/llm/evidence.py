"""Hits in, numbered sentences out: all that a language model gets to see of the articles.

Enters: the passages that retrieval found. Leaves: ``Evidence``: sentences with their numbers and
places, and the text of it for a prompt. Deliberately knows nothing of models or of what is asked.

The model answers with numbers, and a number stands for a place in an article, so what is shown may
be cleaned freely: a quote is never taken from it. A sentence is one line without square or angle
brackets, so no article can begin a line, number a sentence or end the list. A passage that speaks
to language models is left out from the sentence where it does so, a heading's part altogether.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from embeddings.inputs import heading_line
from embeddings.schema import Article, Hit, Span
from qa_app.unfounded import names_in

# Characters of a sentence and of a heading's part that are shown; a quote is always whole.
SENTENCE_CHARACTERS = 700
HEADING_CHARACTERS = 160
BEGIN, END = "<articles>", "</articles>"
_BRACKETS = str.maketrans("[]<>{}【】`", "()‹›()()'")
_WHOM = r"(?:(?:your|all|any|the|these|those|prior|previous|earlier|preceding|above|system)\s+)+"
_WHAT = r"(?:instructions?|prompts?|rules?|guidelines?|directions?|directives?)"
_ADDRESSED = re.compile(
    rf"\b(?:ignore|disregard|forget|override|bypass|do\s+not\s+follow)\s+{_WHOM}{_WHAT}\b"
    rf"|\b(?:system|developer)\s+(?:prompt|message)\b"
    rf"|\bnew\s+{_WHAT}\s*:"
    r"|\b(?:you\s+are|act\s+as|as)\s+an?\s+(?:\w+\s+){0,2}"
    r"(?:ai|a\.i\.|language\s+model|llm|chatbot|assistant)\b"
    r"|\b(?:note|message|instructions?|attention|important)\b[^.\n]{0,20}\b(?:to|for)\s+"
    r"(?:the\s+|any\s+|all\s+)?(?:ai|a\.i\.|language\s+models?|llms?|chatbots?|assistants?)\b"
    r"|<\|?/?\s*(?:system|assistant|user|im_start|im_end|articles?|instructions?)\b"
    r"|^\s*#*\s*(?:system|assistant)\s*:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A sentence as the model may name it: ``article.text[span.start:span.end]``."""

    number: int
    article: Article
    span: Span

    @property
    def text(self) -> str:
        """The exact words."""
        return self.article.text[self.span.start : self.span.end]


@dataclass(frozen=True)
class Evidence:
    """Numbered sentences, from 1, article by article; ``kept_back`` were not shown to the model."""

    sentences: tuple[Numbered, ...]
    kept_back: int = 0

    @cached_property
    def by_number(self) -> Mapping[int, Numbered]:
        """Each sentence by its number."""
        return {each.number: each for each in self.sentences}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names in all of it, folded."""
        headings = {each.article.id: heading_line(each.article) for each in self.sentences}
        return names_in([*headings.values(), *(each.text for each in self.sentences)])

    @cached_property
    def shown(self) -> str:
        """The sentences under their articles' headings, as a prompt has them."""
        lines, last = [BEGIN], None
        for each in self.sentences:
            if last is None or each.article.id != last.article.id:
                lines += ["", _heading(each.article)]
            elif each.article.text[last.span.end : each.span.start].strip():
                lines.append("(…)")
            lines.append(f"[{each.number}] {shown(each.text, SENTENCE_CHARACTERS)}")
            last = each
        return "\n".join([*lines, "", END])


def evidence_from(hits: Sequence[Hit]) -> Evidence:
    """Every sentence of the hits once, in the order of its article; articles best first."""
    found: dict[str, tuple[Article, set[Span]]] = {}
    hidden: set[tuple[str, Span]] = set()
    for hit in hits:
        _, spans = found.setdefault(hit.article.id, (hit.article, set()))
        spans.update(hit.passage.sentences)
        hidden |= {(hit.article.id, span) for span in _from_address(hit)}
    places = [
        (article, span)
        for article, spans in found.values()
        for span in sorted(spans)
        if (article.id, span) not in hidden
    ]
    numbered = (Numbered(number, *place) for number, place in enumerate(places, 1))
    return Evidence(tuple(numbered), len(hidden))


def _from_address(hit: Hit) -> Iterator[Span]:
    """The sentences of a passage from the one on that speaks to a language model."""
    addressed = False
    for span in hit.passage.sentences:
        text = hit.article.text[span.start : span.end]
        addressed = addressed or speaks_to_a_model(text)
        if addressed:
            yield span


def speaks_to_a_model(text: str) -> bool:
    """Whether words tell a language model what to do, which is none of a reader's news."""
    return _ADDRESSED.search(" ".join(_visible(text).split())) is not None


def shown(text: str, length: int) -> str:
    """One line without brackets, invisible characters or more than ``length`` characters."""
    line = " ".join(_visible(text).translate(_BRACKETS).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _visible(text: str) -> str:
    """Control, format and other unprintable characters made blanks: they can hide words."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(c if c.isprintable() else " " for c in composed)


def _heading(article: Article) -> str:
    known = (article.title, article.publisher, article.published)
    said = (each for each in known if each and not speaks_to_a_model(each))
    parts = [shown(each, HEADING_CHARACTERS) for each in said]
    return "ARTICLE: " + (" | ".join(parts) or "no title, publisher or date given")

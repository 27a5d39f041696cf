"""The one pipeline, question to ``Answer``; every face calls it and adds nothing to it.

Enters: a question, earlier questions, filters. Leaves: events while the answer is made, then the
``Answer``. Deliberately knows nothing of pages, terminals or ``--json``.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from embeddings.collection import Collection
from embeddings.readers import reader_for
from embeddings.reading import Reader, Reading
from embeddings.retriever import Retrieval, clean_question, retrieve
from embeddings.schema import Filters
from embeddings.understanding import Understanding
from qa_app.conversation import stand_alone
from qa_app.events import Done, Event, Said, Stage
from qa_app.extractive import Draft, compose_all
from qa_app.heading_answers import NAMES, OF_ARTICLES, HeadingQuestion, heading_question, line_of
from qa_app.recognised import recognised_in
from qa_app.schema import Answer
from qa_app.settings import Settings

NEAREST = 3


# Said of an answer to some parts of a question.
SOME_PARTS = (
    "Only a part of the question is answered: for the rest these articles hold no sentence."
)


class Assistant:
    """Answers questions from one collection; safe to share between threads."""

    def __init__(
        self, collection: Collection, settings: Settings | None = None, reader: Reader | None = None
    ) -> None:
        """Answer from ``collection`` with these settings; ``reader`` replaces the scoring."""
        self.collection = collection
        self.settings = settings or Settings()
        self.reader: Reader = reader or reader_for(collection.encoder)

    @property
    def name(self) -> str:
        """What answers, for people."""
        return f"the articles' own sentences, chosen by {self.reader.name}; no language model"

    def warm_up(self) -> None:
        """Load the model and the indexes, so that the first question does not wait for them."""
        self.collection.snapshot()
        self.collection.encoder.encode_query("warm-up")

    def ask(
        self, question: str, history: Sequence[str] = (), filters: Filters | None = None
    ) -> Answer:
        """Answer a question.

        Args:
            question: in words; at most 2,000 of them.
            history: the questions asked before it, oldest first.
            filters: what to limit the search to.

        Raises:
            InvalidQuestion: the question is empty or far too long.
        """
        for event in self.stream(question, history, filters):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("stream ends with Done")

    def stream(
        self, question: str, history: Sequence[str] = (), filters: Filters | None = None
    ) -> Iterator[Event]:
        """Answer a question in steps: ``Stage`` and ``Said`` events, then one ``Done``."""
        begin = time.perf_counter()
        asked = clean_question(question)
        understood = clean_question(stand_alone(asked, history))
        yield Stage("Searching the articles")
        rerank = self.settings.rerank
        found = retrieve(self.collection, understood, self.settings.k, filters, rerank=rerank)
        yield Stage(f"Reading {len(found.hits)} passages")
        answer = self._answer(asked, understood, found, begin)
        for sentence in answer.sentences:
            yield Said(sentence)
        yield Done(answer)

    def _answer(self, asked: str, understood: str, found: Retrieval, begin: float) -> Answer:
        about = heading_question(understood, found.hits)
        notices: tuple[str, ...] = ()
        draft, confidence, missing = Draft(), 0.0, ""
        reading_begin = time.perf_counter()
        if about is not None:
            draft, confidence, missing, notices = _from_heading(about)
        else:
            words = self.collection.words()
            # A question with halves is answered by halves: no sentence answers all of it.
            readings = [
                self.reader.read(text, hits, words) for text, hits in found.asked(understood)
            ]
            confidence = max((each.answerable for each in readings), default=0.0)
            wanted = self.settings.threshold
            threshold = self.reader.threshold if wanted is None else wanted
            believed = [r for r in readings if r.sentences and r.answerable >= threshold]
            draft = compose_all(believed, self.settings.max_sentences)
            if not believed:
                missing = self._missing(understood, found, readings)
            elif len(believed) < len(readings):
                notices = (SOME_PARTS,)
        end = time.perf_counter()
        timings = {**found.timings_ms, "read": 1000 * (end - reading_begin)}
        return Answer(
            question=asked,
            understood=understood,
            recognised=recognised_in(found.understanding),
            status="answered" if draft.sentences else "not_found",
            confidence=confidence,
            sentences=tuple(draft.sentences),
            citations=tuple(draft.citations),
            nearest=() if draft.sentences else tuple(found.hits[:NEAREST]),
            missing=missing,
            notices=notices,
            timings_ms={**timings, "total": 1000 * (end - begin)},
        )

    def _missing(self, question: str, found: Retrieval, readings: Sequence[Reading]) -> str:
        """What was not there, in plain words."""
        if not found.hits:
            return "There are no articles to look in: add some, or widen the filters."
        words = self.collection.words()
        script = _foreign_script(question)
        if script:
            return (
                f"The question is written in {script} letters. The articles are searched in "
                f"English: ask in English."
            )
        spoken = _spoken(question, found.understanding)
        unknown = [term for term in spoken if words.is_unknown(term)]
        if unknown:
            return f"Nothing in these articles mentions {_quoted(unknown)}."
        # The reader looked around one sentence; this is said of all the passages that are shown.
        shown = {stem for hit in found.hits[:NEAREST] for stem in words.stems(hit.passage.text)}
        absent = {word for reading in readings for word in reading.unmatched} - shown
        named = [term for term in spoken if absent.intersection(words.stems(term))]
        if named:
            return f"The passages nearest to the question do not mention {_quoted(named)}."
        return "The nearest passages are about related things, but no sentence in them says this."


def _from_heading(about: HeadingQuestion) -> tuple[Draft, float, str, tuple[str, ...]]:
    draft, field, label = Draft(), NAMES[about.field], about.article.label
    if about.found is None:
        return draft, 0.0, f"“{label}” does not give its {field}.", ()
    if about.found.span is None:
        told = f"The {field} of “{label}” is given as {about.found.value} ({about.found.source})."
        return draft, 0.0, f"The text of “{label}” does not state its {field}.", (told,)
    span = about.found.span
    draft.say([(about.article, line_of(about.article.text, span))], span)
    return draft, 1.0, "", ()


def _spoken(question: str, understanding: Understanding) -> list[str]:
    """The words of a question that say what it is about, as written, not whose word it wants."""
    taken = [(each.start, each.end) for each in understanding.names]
    taken += [(each.start, each.end) for each in understanding.periods]
    words = [
        found[0].strip("?.,!:;\"'“”‘’()[]")
        for found in re.finditer(r"\S+", question)
        if not any(start < found.end() and found.start() < end for start, end in taken)
    ]
    return [word for word in words if word not in OF_ARTICLES]


def _quoted(words: Sequence[str]) -> str:
    marked = [f"“{word}”" for word in dict.fromkeys(words)][:4]
    return marked[0] if len(marked) == 1 else f"{', '.join(marked[:-1])} or {marked[-1]}"


def _foreign_script(question: str) -> str | None:
    """The script most letters of the question are in, unless it is Latin."""
    scripts = Counter(
        unicodedata.name(letter, "UNKNOWN").split()[0] for letter in question if letter.isalpha()
    )
    most = scripts.most_common(1)
    return most[0][0].capitalize() if most and most[0][0] != "LATIN" else None

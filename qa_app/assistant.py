"""The one pipeline, question to ``Answer``; every face calls it and adds nothing to it.

Enters: a question, what was asked and answered before, filters. Leaves: events while the answer is
made, then the ``Answer``. Deliberately knows nothing of pages, terminals or ``--json``.

The answer is written by a language model where one is set, and else made of the articles' own
sentences; it is these as well that stand in where the model gives none.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from embeddings.collection import Collection
from embeddings.errors import InvalidQuestion
from embeddings.readers import reader_for
from embeddings.reading import Reader
from embeddings.retrieval import Retrieval, clean_question, retrieve
from embeddings.schema import Filters
from qa_app.also_in import with_copies
from qa_app.conversation import Exchange, stand_alone
from qa_app.events import Done, Event, Said, Stage, Withdrawn
from qa_app.extractive import Draft, compose_all
from qa_app.generative import Writer, open_writer
from qa_app.heading_answers import NAMES, HeadingQuestion, heading_question, line_of
from qa_app.llm.evidence import Evidence, evidence_from
from qa_app.missing import NEAREST, missing_words
from qa_app.recognised import recognised_in
from qa_app.schema import Answer, ModelUse
from qa_app.settings import Settings

# Said of an answer to some parts of a question.
SOME_PARTS = (
    "Only a part of the question is answered: for the rest these articles hold no sentence."
)
# Said where the model finds no answer in sentences in which the reader does.
SAYS_NOT = "{} finds no answer to it in the nearest passages."
OWN_WORDS = "The answer is in the articles' own words instead."


@dataclass(slots=True)
class _Made:
    """What an answer is made of, before it is one."""

    draft: Draft = field(default_factory=Draft)
    confidence: float = 0.0
    missing: str = ""
    notices: tuple[str, ...] = ()
    model: ModelUse | None = None


class Assistant:
    """Answers questions from one collection; safe to share between threads."""

    def __init__(
        self,
        collection: Collection,
        settings: Settings | None = None,
        reader: Reader | None = None,
        writer: Writer | None = None,
    ) -> None:
        """Answer from ``collection`` with these settings.

        Args:
            collection: what is asked.
            settings: how; the environment's where None.
            reader: replaces the scoring of sentences.
            writer: replaces the language model that the settings name, if they name one.

        Raises:
            SettingsInvalid: the settings name no language model that can be.
            ModelUnavailable: its package or its key is missing.
        """
        self.collection = collection
        self.settings = settings or Settings()
        self.reader: Reader = reader or reader_for(collection.encoder)
        self.writer = writer or open_writer(self.settings)

    @property
    def name(self) -> str:
        """What answers, for people."""
        if self.writer is not None:
            return f"{self.writer.title}, each statement checked against the articles"
        return f"the articles' own sentences, chosen by {self.reader.name}; no language model"

    def warm_up(self) -> None:
        """Load the models and the indexes, so that the first question does not wait for them."""
        self.collection.snapshot()
        self.collection.encoder.encode_query("warm-up")
        if self.writer is not None:
            self.writer.warm_up()

    def ask(
        self,
        question: str,
        history: Sequence[str | Exchange] = (),
        filters: Filters | None = None,
        *,
        understood: str | None = None,
    ) -> Answer:
        """Answer a question.

        Args:
            question: in words; at most 2,000 of them.
            history: the questions asked before it, oldest first, with their answers where known.
            filters: what to limit the search to.
            understood: the question as it is to be understood; None to make it stand alone here.

        Raises:
            InvalidQuestion: the question is empty or far too long.
        """
        for event in self.stream(question, history, filters, understood=understood):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("stream ends with Done")

    def stream(
        self,
        question: str,
        history: Sequence[str | Exchange] = (),
        filters: Filters | None = None,
        *,
        understood: str | None = None,
    ) -> Iterator[Event]:
        """Answer a question in steps: ``Stage`` and ``Said`` events, then one ``Done``."""
        begin = time.perf_counter()
        asked = clean_question(question)
        told = partial(self._short_answer, filters=filters)
        understood = clean_question(understood or stand_alone(asked, history, told))
        yield Stage("Searching the articles")
        rerank = self.settings.rerank
        found = retrieve(self.collection, understood, self.settings.k, filters, rerank=rerank)
        yield Stage(f"Reading {len(found.hits)} passages")
        reading_begin = time.perf_counter()
        about = heading_question(understood, found.hits)
        if about is not None:
            made = _from_heading(about)
        elif self.writer is not None and found.hits:
            made = yield from self._written(self.writer, understood, found)
        else:
            made = self._extracted(understood, found)
        if made.model is None:
            for sentence in made.draft.sentences:
                yield Said(sentence)
        end = time.perf_counter()
        writing = made.model.seconds if made.model else 0.0
        timings = {**found.timings_ms, "read": 1000 * (end - reading_begin - writing)}
        if made.model:
            timings["write"] = 1000 * writing
        answered = any(sentence.supported for sentence in made.draft.sentences)
        yield Done(
            Answer(
                question=asked,
                understood=understood,
                recognised=recognised_in(found.understanding),
                status="answered" if answered else "not_found",
                confidence=made.confidence,
                sentences=tuple(made.draft.sentences),
                citations=with_copies(made.draft.citations, found.hits),
                nearest=() if answered else tuple(found.hits[:NEAREST]),
                missing=made.missing,
                notices=made.notices,
                timings_ms={**timings, "total": 1000 * (end - begin)},
                model=made.model,
            )
        )

    def _short_answer(self, question: str, filters: Filters | None) -> str:
        """The words that answer an earlier question; "" where it would not be answered."""
        rerank = self.settings.rerank
        try:
            found = retrieve(self.collection, question, self.settings.k, filters, rerank=rerank)
        except InvalidQuestion:
            return ""
        reading = self.reader.read(question, found.hits, self.collection.words())
        if not reading.sentences or reading.answerable < self.reader.threshold:
            return ""
        best = reading.sentences[0]
        span = best.answer or best.span
        return best.hit.article.text[span.start : span.end]

    def _extracted(self, understood: str, found: Retrieval) -> _Made:
        """The answer in the articles' own sentences."""
        words = self.collection.words()
        # A question with halves is answered by halves: no sentence answers all of it.
        readings = [self.reader.read(text, hits, words) for text, hits in found.asked(understood)]
        made = _Made(confidence=max((each.answerable for each in readings), default=0.0))
        wanted = self.settings.threshold
        threshold = self.reader.threshold if wanted is None else wanted
        believed = [r for r in readings if r.sentences and r.answerable >= threshold]
        made.draft = compose_all(believed, self.settings.max_sentences)
        if not believed:
            made.missing = missing_words(understood, found, readings, words)
        elif len(believed) < len(readings):
            made.notices = (SOME_PARTS,)
        return made

    def _written(
        self, writer: Writer, understood: str, found: Retrieval
    ) -> Generator[Event, None, _Made]:
        """The answer as the language model writes it, or else the articles' own sentences."""
        evidence = evidence_from(found.hits)
        yield Stage(f"Asking {writer.title}")
        written = yield from writer.write(understood, evidence, self.settings.max_sentences)
        # Afterwards: the model's first word does not wait for it.
        made = self._extracted(understood, found)
        made.model = written.use
        notices = [*_kept_back(evidence), *written.notices]
        if written.use.outcome == "written":
            made.draft, made.missing = written.draft, ""
        elif written.use.outcome == "not found":
            made.missing = made.missing or SAYS_NOT.format(writer.title)
            made.draft = Draft()
        else:
            yield Withdrawn(written.why)
            own = [OWN_WORDS] if made.draft.sentences else []
            notices += [" ".join([written.why, *own]), *made.notices]
            # Claims without support stay to be seen, marked; they are no part of the answer.
            made.draft.take(written.draft)
            for sentence in made.draft.sentences:
                yield Said(sentence)
        made.notices = tuple(notices)
        return made


def _kept_back(evidence: Evidence) -> list[str]:
    if not evidence.kept_back:
        return []
    which = "One sentence that speaks" if evidence.kept_back == 1 else (
        f"{evidence.kept_back} sentences, of which one or more speak"
    )  # fmt: skip
    return [f"{which} to language models instead of readers: the model was not shown them."]


def _from_heading(about: HeadingQuestion) -> _Made:
    made, name, label = _Made(), NAMES[about.field], about.article.label
    if about.found is None:
        made.missing = f"“{label}” does not give its {name}."
    elif about.found.span is None:
        made.missing = f"The text of “{label}” does not state its {name}."
        made.notices = (
            f"The {name} of “{label}” is given as {about.found.value} ({about.found.source}).",
        )
    else:
        span = about.found.span
        made.draft.say([(about.article, line_of(about.article.text, span))], span)
        made.confidence = 1.0
    return made

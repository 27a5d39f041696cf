"""What a support model learns from: claims by path, each with what is known of its support.

Enters: the folders of the support sets and of the reading sets. Leaves: ``Stated`` claims with
texts that support them or do not, and ``Asked`` questions with the passage that answers them; each
held out or not, by document. Deliberately knows nothing of windows, tokens or networks.

Of SummEdits' summaries each sentence is a claim of its own: one that stands in the unedited
summary too is supported, one that does not is as its summary is labelled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.schema import Span
from embeddings.segment import sentences
from embeddings.training import sets
from embeddings.training.claims import claims

SUMMARIES = "summedits_train"
SUMMARIES_HOME, SUMMARIES_LICENCE = "salesforce/factualNLG (SummEdits)", "Apache-2.0"
FEVER = "fever_train"
# An answer longer than this is a sentence, and makes no sentence together with its question.
ANSWER_WORDS = 12
FEW_PASSAGES = 60


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim, texts to judge it by, and whether they support it."""

    claim: str
    evidence: tuple[str, ...]
    supported: bool
    held_out: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A passage of a reading set; ``others`` are its neighbours: same title, else same set."""

    title: str
    text: str
    sentences: tuple[Span, ...]
    held_out: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, one right answer with its place in a passage, and other answers given there."""

    question: str
    answer: str
    start: int
    text: int
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readings:
    """One reading set; ``kin`` are the places of texts of the same title, by title."""

    name: str
    texts: tuple[Text, ...]
    asked: tuple[Asked, ...]
    kin: dict[str, tuple[int, ...]]


def fever(folder: Path) -> list[Stated]:
    """FEVER's supported and refuted statements. Raises as ``claims``."""
    read = claims(folder / f"{FEVER}.jsonl.gz")
    return [Stated(c.text, c.evidence, c.supported, c.held_out) for c in read]


def summaries(folder: Path) -> list[Stated]:
    """The sentences of SummEdits' summaries, each once a document.

    Raises:
        TrainingDataMissing: the file is not there, or not such a file.
    """
    found: dict[tuple[str, str], Stated] = {}
    advice = (
        f"the summaries come from {SUMMARIES_HOME} ({SUMMARIES_LICENCE}): give the folder that "
        f"holds them with --data"
    )
    keys = ("doc", "summary", "label", "original_summary")
    for row in sets.gzip_rows(folder / f"{SUMMARIES}.jsonl.gz", advice, keys):
        document, right = str(row["doc"]), bool(int(row["label"]))
        known = set(_sentences(str(row["original_summary"])))
        held_out = sets.tenth(document) < sets.HELD_OUT_TENTHS
        for sentence in _sentences(str(row["summary"])):
            supported = right or sentence in known
            # What one person called wrong and another right stays as it was read first.
            found.setdefault(
                (document, sentence), Stated(sentence, (document,), supported, held_out)
            )
    return list(found.values())


def _sentences(text: str) -> list[str]:
    told = " ".join(text.split())
    return [told[span.start : span.end] for span in sentences(told)]


def readings(folder: Path, which: sets.ReadingSet) -> Readings:
    """A reading set's passages and questions. Raises as ``sets.documents``."""
    documents = sets.documents(folder, which)
    place = {document.id: i for i, document in enumerate(documents)}
    kin: dict[str, list[int]] = defaultdict(list)
    texts = []
    for i, document in enumerate(documents):
        texts.append(
            Text(document.title, document.text, (*sentences(document.text),), document.held_out)
        )
        kin[document.title].append(i)
    return Readings(
        which.name,
        tuple(texts),
        tuple(_asked(sets.questions(folder, which), place, documents)),
        {title: tuple(places) for title, places in kin.items()},
    )


def _asked(
    questions: Sequence[sets.Question], place: dict[str, int], documents: Sequence[sets.Document]
) -> list[Asked]:
    given: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        given[question.document].append(question.answers[0])
    found = []
    for question in questions:
        at = place.get(question.document)
        if at is None:
            continue
        # Some sets list an answer once that was given at several places.
        said = [
            (start, answer)
            for start in question.starts
            for answer in question.answers
            if documents[at].text.startswith(answer, start)
        ]
        start, answer = min(said, key=lambda each: len(each[1]), default=(-1, ""))
        if start >= 0 and len(answer.split()) <= ANSWER_WORDS:
            others = dict.fromkeys(a for a in given[question.document] if a != answer)
            found.append(Asked(question.text, answer, start, at, tuple(others)))
    return found

"""The public sets: their lines -> articles and cases.

Enters: the files of a set. Leaves: a ``Dataset``. An answer or evidence that a set gives for a
question that cannot be answered is left out (MultiHop-RAG writes "Insufficient information.").
A quote that is not in its article is left out too, and a warning says how many: public data has
slips, and refusing all of it for one would help nobody. Deliberately knows nothing of where files
are (``datasets.py``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from eval.cases import Case, Dataset, Evidence
from eval.errors import DatasetInvalid
from eval.sets.public_rows import (
    ClapnqPassage,
    ClapnqRow,
    MultihopRow,
    RamdocsDocument,
    RamdocsRow,
    ScifactRow,
    SquadRow,
)
from eval.sets.quotes import Span, evidence_at, locate, locate_words
from eval.sets.seed_set import CASES, seed_set
from eval.sets.set_files import content_id, read_rows, read_texts, write_articles
from qa_app.settings import SEEDS

Loader = Callable[[Sequence[Path], Path], Dataset]

_LOG = logging.getLogger(__name__)


def multihop_rag(files: Sequence[Path], _scratch: Path) -> Dataset:
    """MultiHop-RAG: a case's evidence is one quote from each of several articles.

    Of a quote that stands twice in its article, the first place is taken.
    """
    articles, questions = files
    texts = read_texts(articles)
    cases, missed = [], []
    for place, row in read_rows(questions, MultihopRow):
        evidence = []
        for told in row.evidence if row.answerable else ():
            text = _article(place, told.article, texts)
            span = locate(text, told.quote)
            if span is None:
                missed.append(f"{place}: {told.quote!r}")
            else:
                evidence.append(Evidence(told.article, text[slice(*span)], *span))
        kind = row.type.removesuffix("_query")
        answers = row.answers if row.answerable else ()
        cases.append(_case(row, kind, answers, evidence))
    _tell(missed)
    return Dataset("multihop_rag", articles, tuple(cases), texts)


def scifact(files: Sequence[Path], _scratch: Path) -> Dataset:
    """SciFact: which abstracts are about a claim; nothing is asked of the assistant."""
    articles, questions = files
    texts = read_texts(articles)
    cases = []
    for place, row in read_rows(questions, ScifactRow):
        for key in row.relevant:
            _article(place, key, texts)
        relevant = tuple(row.relevant)
        cases.append(Case(row.id, row.question, bool(relevant), "claim", relevant=relevant))
    return Dataset("scifact", articles, tuple(cases), texts, unit="article", asks=False)


def squad2(files: Sequence[Path], _scratch: Path) -> Dataset:
    """SQuAD 2.0 as open retrieval: the passage is not given, it has to be found.

    Evidence is the longest answer that stands at each start. A question without an answer was
    written against one passage; that no other passage holds one is taken on trust.
    """
    passages, questions = files
    texts = read_texts(passages)
    cases, missed = [], []
    for place, row in read_rows(questions, SquadRow):
        text = _article(place, row.passage, texts)
        spans = []
        for start in row.starts if row.answerable else ():
            standing = [answer for answer in row.answers if text.startswith(answer, start)]
            if standing:
                spans.append((start, start + max(map(len, standing))))
            else:
                missed.append(f"{place}: no answer at {start}")
        answers = row.answers if row.answerable else ()
        evidence = evidence_at(row.passage, text, spans)
        kind = _kind(row.answerable)
        cases.append(_case(row, kind, answers, evidence))
    _tell(missed)
    return Dataset("squad2", passages, tuple(cases), texts)


def clapnq(files: Sequence[Path], scratch: Path) -> Dataset:
    """CLAPnq: the answers are long; the evidence is every sentence that any annotator chose."""
    articles: dict[str, ClapnqPassage] = {}
    cases, missed = [], []
    for place, row in read_rows(files[0], ClapnqRow):
        keys = [content_id(passage.title, passage.text) for passage in row.passages]
        articles.update(zip(keys, row.passages, strict=True))
        found: dict[str, list[Span]] = {key: [] for key in keys}
        output = row.output if row.answerable else ()
        for sentence in (s for told in output for s in told.selected_sentences):
            spans = [(key, locate(articles[key].text, sentence)) for key in keys]
            standing = [(key, span) for key, span in spans if span]
            for key, span in standing[:1]:
                found[key].append(span)
            if not standing:
                missed.append(f"{place}: {sentence!r}")
        evidence = [e for key in found for e in evidence_at(key, articles[key].text, found[key])]
        answers = _distinct([told.answer for told in output if told.answer.strip()])
        kind = _kind(row.answerable)
        cases.append(_case(row, kind, answers, evidence))
    _tell(missed)
    lines = ({"id": key, "title": a.title, "text": a.text} for key, a in articles.items())
    path = write_articles(scratch, "clapnq", lines)
    return Dataset("clapnq", path, tuple(cases), {key: a.text for key, a in articles.items()})


def ramdocs(files: Sequence[Path], scratch: Path) -> Dataset:
    """RAMDocs: documents that tell several right answers, wrong ones, or nothing to the point.

    A case's kind is the worst that is among its own documents: ``misinformation`` where one tells
    a wrong answer, else ``noise`` where one tells nothing, else ``correct_only``. It is answerable
    where a document is labelled correct. Its gold answers are the set's, also those that none of
    its documents tells. An answer that is called both right and wrong counts as right.
    """
    texts: dict[str, str] = {}
    cases = []
    for _, row in read_rows(files[0], RamdocsRow):
        keys = [content_id(document.text) for document in row.documents]
        texts.update(zip(keys, (document.text for document in row.documents), strict=True))
        found: dict[str, list[Span]] = {}
        for key, document in zip(keys, row.documents, strict=True):
            if document.type == "correct":
                span = locate_words(document.text, document.answer) or (0, len(document.text))
                found.setdefault(key, []).append(span)
        gold = _distinct(row.gold_answers) if found else ()
        right = {answer.strip().casefold() for answer in gold}
        wrong = [told for told in row.wrong_answers if told.strip().casefold() not in right]
        cases.append(
            Case(
                id=row.id,
                question=row.question,
                answerable=bool(found),
                kind=_worst(row.documents),
                answers=gold,
                wrong_answers=_distinct(wrong),
                evidence=tuple(e for k in found for e in evidence_at(k, texts[k], found[k])),
                all_answers=len(gold) > 1,
            )
        )
    lines = ({"id": key, "text": text} for key, text in texts.items())
    return Dataset("ramdocs", write_articles(scratch, "ramdocs", lines), tuple(cases), texts)


def _article(place: str, key: str, texts: Mapping[str, str]) -> str:
    """The text of an article that a line names."""
    if key not in texts:
        raise DatasetInvalid(
            f"{place}: no article has the id {key!r}; the two files are not of one set"
        )
    return texts[key]


def _case(
    row: MultihopRow | SquadRow | ClapnqRow,
    kind: str,
    answers: Sequence[str],
    evidence: Sequence[Evidence],
) -> Case:
    return Case(
        id=row.id,
        question=row.question,
        answerable=row.answerable,
        kind=kind,
        answers=tuple(answers),
        evidence=tuple(evidence),
    )


def _kind(answerable: bool) -> str:
    return "answerable" if answerable else "unanswerable"


def _worst(documents: Sequence[RamdocsDocument]) -> str:
    types = {document.type for document in documents}
    if "misinfo" in types:
        return "misinformation"
    return "noise" if "noise" in types else "correct_only"


def _distinct(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _tell(missed: Sequence[str]) -> None:
    """Warn of evidence that is not where it should be."""
    if missed:
        _LOG.warning(
            "%d places of evidence are not in their article and were left out, the first at %s",
            len(missed),
            missed[0][:300],
        )


LOADERS: Mapping[str, Loader] = {
    "seeds": lambda _files, _scratch: seed_set(CASES, SEEDS),
    "multihop_rag": multihop_rag,
    "scifact": scifact,
    "squad2": squad2,
    "clapnq": clapnq,
    "ramdocs": ramdocs,
}

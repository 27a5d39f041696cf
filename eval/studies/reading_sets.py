"""Questions with the passage that each is asked of, out of the sets that measure reading.

Enters: the folder of public sets. Leaves: ``Given`` values: a question, what is known of its
answer, and the passage as a reader takes it. Deliberately knows nothing of readers or scores.

A passage goes in whole where it fits. One that does not is cut as a collection cuts it, into
windows of which each is read: the reader would never see what is beyond its reach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.pairs import PAIR_TOKENS, PairTokenizer
from embeddings.reader import Excerpt
from embeddings.schema import Article, Span
from embeddings.segment import passages, sentences
from embeddings.weights import packaged_folder
from eval.cases import Case
from eval.errors import DatasetInvalid
from eval.sets.datasets import SETS, files_of, sample
from eval.sets.public_rows import ClapnqRow, SquadRow
from eval.sets.set_files import ArticleRow, content_id, read_rows

# [CLS], and [SEP] after the question and after the passage.
MARKS = 3


class _TitledRow(ArticleRow):
    """A passage with its title, where the file has one."""

    title: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A question and the passage it is asked of; ``passage`` is the passage's own key.

    ``windows`` are what is read of the passage: one, unless it is too long to be read at once.
    """

    case: Case
    passage: str
    windows: tuple[Excerpt, ...]


class Cutter:
    """Makes windows of passages."""

    def __init__(self) -> None:
        """Count tokens as the reader does."""
        self._tokenizer = PairTokenizer(packaged_folder())

    def windows(self, question: str, heading: str, text: str) -> tuple[Excerpt, ...]:
        """The passage whole, or else cut, never none; sentences are the project's own."""
        asked = self._tokenizer.question(question)
        context = self._tokenizer.context(heading, text)
        if len(asked) + len(context.ids) + MARKS <= PAIR_TOKENS:
            return (Excerpt(heading, text, tuple(sentences(text))),)
        cut = passages(Article("", "", "txt", text), self._count)
        return tuple(
            Excerpt(heading, each.text, tuple(_moved(span, -each.start) for span in each.sentences))
            for each in cut
        ) or (Excerpt(heading, text, ()),)

    def _count(self, texts: Sequence[str]) -> list[int]:
        return [len(self._tokenizer.context("", text).ids) for text in texts]


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


def squad2(data: Path, limit: int | None = None) -> list[Given]:
    """The questions of SQuAD 2.0 dev, each with its passage.

    Args:
        data: the folder that holds the public sets, or the folder of this one.
        limit: how many questions to keep, always the same ones; None for all.

    Raises:
        DatasetMissing: the files are not there.
        DatasetInvalid: a file is not what it should be.
    """
    articles, questions = files_of(SETS["squad2"], data)
    known = {row.id: row for _, row in read_rows(articles, _TitledRow)}
    cases, passage = [], {}
    for place, row in read_rows(questions, SquadRow):
        if row.passage not in known:
            raise DatasetInvalid(
                f"{place}: no passage has the id {row.passage!r}; the two files are not of one set"
            )
        answers = row.answers if row.answerable else ()
        cases.append(Case(row.id, row.question, row.answerable, answers=answers))
        passage[row.id] = row.passage
    cutter, pairs = Cutter(), []
    for case in sample(cases, limit):
        found = known[passage[case.id]]
        # The file writes titles as addresses have them.
        heading = (found.title or "").replace("_", " ")
        windows = cutter.windows(case.question, heading, found.text)
        pairs.append(Given(case, found.id, windows))
    return pairs


def clapnq(data: Path, limit: int | None = None) -> list[Given]:
    """The questions of CLAPnq dev, each with its passage; arguments and errors as ``squad2``.

    The long answers are left aside: only whether there is one is measured.
    """
    rows = {row.id: row for _, row in read_rows(files_of(SETS["clapnq"], data)[0], ClapnqRow)}
    cases = [Case(row.id, row.question, row.answerable) for row in rows.values()]
    cutter, pairs = Cutter(), []
    for case in sample(cases, limit):
        given = rows[case.id].passages
        cut = [cutter.windows(case.question, each.title, each.text) for each in given]
        key = content_id(*(part for each in given for part in (each.title, each.text)))
        pairs.append(Given(case, key, tuple(window for each in cut for window in each)))
    return pairs


LOADERS: Mapping[str, Callable[[Path, int | None], list[Given]]] = {
    "squad2": squad2,
    "clapnq": clapnq,
}

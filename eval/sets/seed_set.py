"""The hand-written cases over the example articles.

Enters: the file of cases and the folder of articles. Leaves: a ``Dataset``. Deliberately does not
judge whether the cases are good: ``eval/data/DATASHEET.md`` says how they were written.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from eval.cases import Case, Dataset, Evidence
from eval.errors import DatasetInvalid, DatasetMissing
from eval.sets.set_files import Row, read_rows

CASES = Path(__file__).parents[1] / "data" / "seeds.jsonl"


class PlaceRow(BaseModel):
    """One place that tells the answer."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    article: str
    quote: str
    start: int
    end: int


class SeedRow(Row):
    """One case; ``note`` is for people. Unknown keys are refused, for a misspelt one would be."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    kind: str
    question: str
    answerable: bool
    answers: tuple[str, ...]
    evidence: tuple[PlaceRow, ...]
    history: tuple[str, ...] = ()
    note: str = ""


def seed_set(cases: Path, articles: Path) -> Dataset:
    """Read cases over a folder of text files, and check every quote against its article.

    Raises:
        DatasetMissing: the file or the folder is not there.
        DatasetInvalid: a line is not a case, or a quote is not ``text[start:end]``.
    """
    for place in (cases, articles):
        if not place.exists():
            raise DatasetMissing(
                f"there is no {place}; the example articles and their cases come with a checkout "
                f"of the project, not with the installed package"
            )
    texts = {path.name: _text(path) for path in sorted(articles.glob("*.txt"))}
    made = [_case(place, row, texts) for place, row in read_rows(cases, SeedRow)]
    return Dataset("seeds", articles, tuple(made), texts)


def _text(path: Path) -> str:
    # newline="" because offsets count the file's own characters, CRLF included.
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as exc:
        raise DatasetInvalid(f"{path}: cannot be read as UTF-8 ({exc})") from exc


def _case(place: str, row: SeedRow, texts: Mapping[str, str]) -> Case:
    for told in row.evidence:
        _check(place, told, texts)
    return Case(
        id=row.id,
        question=row.question,
        answerable=row.answerable,
        kind=row.kind,
        history=row.history,
        answers=row.answers,
        evidence=tuple(Evidence(p.article, p.quote, p.start, p.end) for p in row.evidence),
    )


def _check(place: str, told: PlaceRow, texts: Mapping[str, str]) -> None:
    text = texts.get(told.article)
    if text is None:
        raise DatasetInvalid(
            f"{place}: no article is called {told.article!r}; expected one of {', '.join(texts)}"
        )
    # A negative offset would count from the end.
    found = text[told.start : told.end] if told.start >= 0 else ""
    if found != told.quote or not found:
        raise DatasetInvalid(
            f"{place}: expected {told.quote!r} at {told.start} to {told.end} of {told.article}, "
            f"found {found[:200]!r}; correct start and end, or the quote"
        )

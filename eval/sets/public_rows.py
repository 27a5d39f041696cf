"""The lines of the public sets, as they are in their files.

Enters: JSON. Leaves: checked values. Keys that are not used are not named here and let pass, since
a public set's home adds columns as it grows. Deliberately knows nothing of cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from eval.sets.set_files import Row

Words = Annotated[str, StringConstraints(pattern=r"\S")]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class MultihopQuote(_Part):
    """A quote and the article it is from."""

    article: str
    quote: Words


class MultihopRow(Row):
    """A question of MultiHop-RAG."""

    question: Words
    answers: tuple[Words, ...]
    type: str
    answerable: bool
    evidence: tuple[MultihopQuote, ...]


class ScifactRow(Row):
    """A claim of SciFact; the keys of ``relevant`` are what counts."""

    question: Words
    relevant: Mapping[str, int]


class SquadRow(Row):
    """A question of SQuAD 2.0; ``answers`` and ``starts`` are not aligned with each other."""

    question: Words
    passage: str
    answerable: bool
    answers: tuple[Words, ...]
    starts: tuple[Annotated[int, Field(ge=0)], ...]


class ClapnqPassage(_Part):
    """A passage of CLAPnq."""

    title: str
    text: Words


class ClapnqOutput(_Part):
    """What one annotator wrote; both are empty where there is no answer or it was skipped."""

    answer: str
    selected_sentences: tuple[str, ...]


class ClapnqRow(Row):
    """A question of CLAPnq."""

    question: Words
    answerable: bool
    passages: Annotated[tuple[ClapnqPassage, ...], Field(min_length=1)]
    output: tuple[ClapnqOutput, ...]


class RamdocsDocument(_Part):
    """A document of RAMDocs and the answer that it tells."""

    text: Words
    type: Literal["correct", "misinfo", "noise"]
    answer: str


class RamdocsRow(Row):
    """A question of RAMDocs."""

    question: Words
    documents: tuple[RamdocsDocument, ...]
    gold_answers: tuple[Words, ...]
    wrong_answers: tuple[Words, ...]

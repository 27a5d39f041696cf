"""What an answer in the making tells its face.

``Assistant.stream`` yields any number of events, then exactly one ``Done``. What ``Wrote`` brings
is provisional: ``Said`` brings the same words again once they are a sentence with its citations,
and what never becomes one is not part of the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa_app.schema import Answer, Sentence


@dataclass(frozen=True, slots=True)
class Stage:
    """Work has begun on a stage; ``name`` is for people: "searching 5 articles"."""

    name: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """Words that a language model has just written, plain text without sentence numbers."""

    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing new, for ``seconds`` since the stage began: a face may look whether to stop."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was written and said of this answer does not count; ``why`` is for people."""

    why: str


@dataclass(frozen=True, slots=True)
class Said:
    """One more sentence of the answer, with the numbers of its citations."""

    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer."""

    answer: Answer


Event = Stage | Wrote | Waiting | Withdrawn | Said | Done

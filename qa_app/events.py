"""What an answer in the making tells its face.

``Assistant.stream`` yields any number of ``Stage`` and ``Said``, then exactly one ``Done``.
"""

from __future__ import annotations

from dataclasses import dataclass

from qa_app.schema import Answer, Sentence


@dataclass(frozen=True, slots=True)
class Stage:
    """Work has begun on a stage; ``name`` is for people: "searching 5 articles"."""

    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """One more sentence of the answer, with the numbers of its citations."""

    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer."""

    answer: Answer


Event = Stage | Said | Done

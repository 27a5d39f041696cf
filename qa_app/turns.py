"""What is kept of a conversation, as values.

Enters: nothing. Leaves: ``Feedback``, ``Turn``, ``Conversation``. Deliberately knows nothing of
the file they are kept in (``history.py``), nor of how they are shown or exported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

# A thumb up or down: the answer was good, or it was not.
Thumb = Literal["up", "down"]
THUMBS: tuple[Thumb, ...] = ("up", "down")


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the reader thinks of an answer; ``given`` is UTC like ``Turn.asked``."""

    verdict: Thumb
    comment: str = ""
    given: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it.

    ``record`` is None while the answer is not finished; ``partial`` is then what was said of it.
    ``understood`` is the stand-alone question as the reader wrote it, empty where it was left to
    the assistant. ``settings`` is what the answer was made with (``made_with.py``), None where
    that was not kept. ``asked`` is UTC, ``YYYY-MM-DDTHH:MM:SS+00:00``.
    """

    id: int
    question: str
    asked: str
    record: dict[str, Any] | None = None
    partial: str = ""
    understood: str = ""
    settings: dict[str, Any] | None = None
    feedback: Feedback | None = None

    @property
    def understood_as(self) -> str:
        """How the question was read, where that is not as it was asked; else empty."""
        read = ((self.record or {}).get("understood") or self.understood).strip()
        return "" if read == self.question.strip() else read

    @property
    def model(self) -> str:
        """The language model that wrote the answer; empty where none did."""
        use = (self.record or {}).get("model") or {}
        return str(use["model"]) if use.get("outcome") == "written" else ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as the list shows it: its first question, and a name if it was given one."""

    id: str
    question: str
    started: str
    touched: str
    name: str = ""

    @property
    def title(self) -> str:
        """What it goes by."""
        return self.name or self.question

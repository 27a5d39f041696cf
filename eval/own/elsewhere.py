"""Questions that the articles cannot answer, and what the assistant makes of them.

Enters: a file of questions, an open collection. Leaves: for each question whether it was refused,
and what was said and cited where it was not. Deliberately knows nothing of reports.

``data/elsewhere.jsonl`` asks about invented people, places, companies and events, and about what
no article can tell; ``data/ELSEWHERE.md`` says how it was written. A question whose invented name
does stand in the articles after all is left out, and named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from embeddings.cli import question_rows
from embeddings.collection import Collection
from embeddings.errors import CitedQAError
from embeddings.schema import Article
from eval.errors import DatasetInvalid, DatasetMissing
from qa_app.assistant import Assistant
from qa_app.schema import Answer
from qa_app.settings import Settings

QUESTIONS = Path(__file__).parents[1] / "data" / "elsewhere.jsonl"
YOURS = "yours"

Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A question from elsewhere; ``names`` are the invented ones in it."""

    id: str
    kind: str
    question: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cited:
    """One quote that an answer rested on, with its article's id."""

    article: str
    quote: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question; ``answer`` is empty where it was refused.

    ``error`` says why it could not be asked: then it was not refused either.
    """

    question: Elsewhere
    refused: bool
    confidence: float = 0.0
    answer: str = ""
    citations: tuple[Cited, ...] = ()
    error: str = ""


def shipped() -> list[Elsewhere]:
    """The questions that come with the project."""
    return [
        Elsewhere(row["id"], row["kind"], row["question"], tuple(row["names"]))
        for row in map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())
    ]


def from_file(path: Path) -> list[Elsewhere]:
    """Questions from a file of the user's, one JSON object a line; follow-ups are left out.

    Raises:
        DatasetMissing: it cannot be read.
        DatasetInvalid: a line holds no question.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise DatasetMissing(f"cannot read {path}: {exc}; expected a UTF-8 file") from exc
    wanted = 'expected one JSON object a line, {"question": "…"}'
    return [
        Elsewhere(str(row.get("id") or number), YOURS, row["question"])
        for number, row in question_rows(str(path), lines, wanted, DatasetInvalid)
        if not row.get("history")
    ]


def told_of(
    questions: Sequence[Elsewhere], collection: Collection, articles: Sequence[Article]
) -> dict[str, str]:
    """Ids of the questions that the articles may be about after all, with the name they hold."""
    words = collection.words()
    found = {}
    for question in questions:
        for name in question.names:
            # A name with a word that stands in no passage stands in none: no text need be read.
            if any(words.is_unknown(word) for word in name.split()):
                continue
            said = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
            if any(said.search(f"{a.title or ''}\n{a.text}") for a in articles):
                found[question.id] = name
    return found


def ask_elsewhere(
    collection: Collection,
    settings: Settings,
    questions: Sequence[Elsewhere],
    progress: Progress,
) -> list[Reply]:
    """Ask the assistant each question, as a user would."""
    assistant = Assistant(collection, settings)
    found = []
    for question in questions:
        try:
            found.append(_reply(question, assistant.ask(question.question)))
        except CitedQAError as exc:
            found.append(Reply(question, refused=False, error=str(exc)))
        progress(1)
    return found


def _reply(question: Elsewhere, answer: Answer) -> Reply:
    return Reply(
        question,
        refused=answer.status == "not_found",
        confidence=round(answer.confidence, 4),
        answer=answer.text,
        citations=tuple(Cited(c.article.id, c.quote) for c in answer.citations),
    )

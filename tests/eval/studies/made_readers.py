"""A reader whose readings are given, and small sets to be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from embeddings.reader import Excerpt, PassageReader, PassageReading, Place
from embeddings.schema import Span
from tests.eval.made_sets import write


class ToldReader(PassageReader):
    """A ``PassageReader`` that says of every pair what a function says of it."""

    def __init__(self, tell: Callable[[str, str], PassageReading]) -> None:
        """``tell`` takes a question and the words of a passage."""
        self.tell = tell
        self.asked: list[tuple[str, Excerpt]] = []

    def read_pairs(self, pairs: Sequence[tuple[str, Excerpt]]) -> list[PassageReading]:
        self.asked.extend(pairs)
        return [self.tell(question, excerpt.text) for question, excerpt in pairs]


def reading(text: str, words: str, answerable: float, relevance: float = 0.0) -> PassageReading:
    """These words of a text as the answer; none for the empty string."""
    if not words:
        return PassageReading(relevance, answerable, (None,), (0.0,))
    start = text.index(words)
    place = Place(Span(start, start + len(words)), 0.5)
    return PassageReading(relevance, answerable, (None, place), (0.0, 1.0))


OIL = "In late October 1973, prix d’été: $12 – or $13. 🙂\r\nNobody knew why."
ROSE = "The price rose to nearly $12.\r\nIt fell again."


def write_squad(data: Path, *questions: Any, passages: Sequence[Any] = ()) -> None:
    """SQuAD 2.0 in small: passages s1 (OIL), s2 (ROSE), s3 (empty), and these questions."""
    known = (
        {"id": "s1", "title": "Oil_crisis", "text": OIL},
        {"id": "s2", "title": None, "text": ROSE},
        {"id": "s3", "text": ""},
        *passages,
    )
    write(data / "reading" / "squad2_dev_passages.jsonl.gz", *known)
    write(data / "reading" / "squad2_dev_questions.jsonl.gz", *questions)


def asked(name: str, passage: str, *answers: str) -> dict[str, Any]:
    """A line of the file of questions; without answers it cannot be answered."""
    return {
        "id": name,
        "question": f"{name}?",
        "passage": passage,
        "answerable": bool(answers),
        "answers": [*answers],
        "starts": [0] * len(answers),
    }


def searched(name: str, answerable: bool, *texts: str) -> dict[str, Any]:
    """A line of CLAPnq's file."""
    return {
        "id": name,
        "question": f"{name}?",
        "answerable": answerable,
        "passages": [{"title": "Åre 🚆", "text": text} for text in texts],
        "output": [{"answer": "", "selected_sentences": []}],
    }


def write_clapnq(data: Path, *questions: Any) -> None:
    """CLAPnq's file with these questions."""
    write(data / "reading" / "clapnq_dev.jsonl.gz", *questions)

"""Reading sets by path: questions, and the documents that answer them.

Enters: a folder with ``NAME_passages.jsonl.gz`` (``id, title, text``) and
``NAME_questions.jsonl.gz`` (``id, question, passage, answers, starts``). Leaves: ``Document`` and
``Question`` values, each held out or not. Deliberately knows nothing of passages or models.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.errors import TrainingDataMissing

HELD_OUT_TENTHS = 1


@dataclass(frozen=True, slots=True)
class ReadingSet:
    """A set by name; ``titled`` where its titles say what a document is about."""

    name: str
    titled: bool
    home: str
    licence: str


# Licences that allow training what is given on. The SQuAD 2.0 dev set and CLAPnq measure the
# reader, so they are not here.
SETS = (
    ReadingSet("squad_part", True, "rajpurkar/squad (SQuAD 1.1 train, a part)", "CC BY-SA 4.0"),
    ReadingSet("squadshifts_wiki", True, "modestyachts/squadshifts_website", "CC BY 4.0"),
    ReadingSet("squadshifts_reddit", False, "modestyachts/squadshifts_website", "CC BY 4.0"),
    ReadingSet("squadshifts_amazon", False, "modestyachts/squadshifts_website", "CC BY 4.0"),
    ReadingSet("covidqa", False, "deepset-ai/COVID-QA", "Apache-2.0"),
)


@dataclass(frozen=True, slots=True)
class Document:
    """What is indexed; ``held_out`` documents, with all their questions, are never trained on."""

    id: str
    title: str
    text: str
    held_out: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question with every answer that was given to it.

    ``starts`` are offsets into the document, ``answers`` words; not one to one: where several
    people gave the same words, some sets list them once.
    """

    id: str
    text: str
    document: str
    starts: tuple[int, ...]
    answers: tuple[str, ...]


def documents(folder: Path, which: ReadingSet) -> list[Document]:
    """The documents of a set, in the order of its file.

    Raises:
        TrainingDataMissing: the file is not there, or not such a file.
    """
    found = []
    for row in _rows(folder, which, "passages", ("id", "text")):
        title = str(row.get("title", "")).replace("_", " ") if which.titled else ""
        # Whole titles are held out, so that no neighbour of a held-out passage is trained on.
        held_out = tenth(title or str(row["id"])) < HELD_OUT_TENTHS
        found.append(Document(str(row["id"]), title, str(row["text"]), held_out))
    return found


def questions(folder: Path, which: ReadingSet) -> list[Question]:
    """The answerable questions of a set, in the order of its file.

    Raises:
        TrainingDataMissing: as ``documents``.
    """
    found = []
    keys = ("id", "question", "passage", "answers", "starts")
    for row in _rows(folder, which, "questions", keys):
        starts, answers = dict.fromkeys(row["starts"]), dict.fromkeys(row["answers"])
        if row.get("answerable", True) and answers:
            asked = Question(
                str(row["id"]), row["question"], str(row["passage"]), (*starts,), (*answers,)
            )
            found.append(asked)
    return found


def _rows(
    folder: Path, which: ReadingSet, part: str, keys: Sequence[str]
) -> Iterator[dict[str, Any]]:
    advice = (
        f"the set {which.name} comes from {which.home} ({which.licence}): give the folder that "
        f"holds it with --data, or leave it out with --sets"
    )
    return gzip_rows(folder / f"{which.name}_{part}.jsonl.gz", advice, keys)


def gzip_rows(path: Path, advice: str, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of a gzip JSON Lines file.

    Args:
        path: the file.
        advice: where it comes from and what to do where it is not there.
        keys: what each row must have.

    Raises:
        TrainingDataMissing: the file is not there, or not such a file.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                row = json.loads(line)
                if not isinstance(row, dict) or not row.keys() >= set(keys):
                    raise TrainingDataMissing(
                        f"{path}:{number} is not of such a set: expected {', '.join(keys)}"
                    )
                yield row
    except FileNotFoundError as exc:
        raise TrainingDataMissing(f"{path} is not there; {advice}") from exc
    except (OSError, EOFError, ValueError, zlib.error) as exc:
        raise TrainingDataMissing(f"{path} is not gzip JSON Lines: {exc}; fetch it again") from exc


def tenth(text: str) -> int:
    """0 to 9, by the text alone: what decides what is held out."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % 10

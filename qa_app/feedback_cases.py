"""Rated answers as cases that an evaluation can ask again.

Enters: turns with the readers' verdicts. Leaves: dictionaries, one a case, in the shape of the
cases in ``eval/data/seeds.jsonl``. Deliberately judges nothing: a thumb up says that the answer
and its citations are right, and a thumb down only that something is wrong.

``cases_from`` makes of each thumb up a whole case: the citations are its evidence, the words that
answer its answer, the comment its note; of a rightly refused question a case without an answer.
Its articles go by their file names, those of JSON Lines by their ids.

``cases_to_complete`` makes of each thumb down the beginning of one, of kind "feedback": whoever
completes it sets ``answerable`` (null here), ``answers`` and ``evidence``, and takes out
``verdict``, ``comment`` and ``said``, which tell what was answered and what was wrong with it.
Until then a reader of cases refuses the line and names these keys, so that no case without
evidence is taken for one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from qa_app.turns import Thumb, Turn

KIND = "feedback"


def cases_from(conversations: Iterable[Sequence[Turn]]) -> Iterator[dict[str, Any]]:
    """A case for every answer with a thumb up.

    Args:
        conversations: each as its turns in order.
    """
    for turn, history, record in _rated(conversations, "up"):
        answered = record["status"] == "answered"
        short = record.get("short_answer")
        yield {
            **_asked(turn, history),
            "answerable": answered,
            "answers": [short] if answered and short else [],
            "evidence": _evidence(record) if answered else [],
            "note": "\n".join(_notes(turn)),
        }


def cases_to_complete(conversations: Iterable[Sequence[Turn]]) -> Iterator[dict[str, Any]]:
    """The beginning of a case for every answer with a thumb down."""
    for turn, history, record in _rated(conversations, "down"):
        said = {"status": record["status"], "answer": record.get("answer") or ""}
        comment = turn.feedback.comment if turn.feedback else ""
        yield {
            **_asked(turn, history),
            "answerable": None,
            "answers": [],
            "evidence": [],
            "note": "\n".join(_notes(turn)[bool(comment) :]),
            "verdict": "down",
            "comment": comment,
            "said": {**said, "evidence": _evidence(record)},
        }


def _rated(
    conversations: Iterable[Sequence[Turn]], verdict: Thumb
) -> Iterator[tuple[Turn, list[str], Mapping[str, Any]]]:
    """Every finished answer of that verdict, with the questions before it."""
    for turns in conversations:
        for place, turn in enumerate(turns):
            rated = turn.feedback is not None and turn.feedback.verdict == verdict
            if rated and turn.record is not None:
                history = [each.question for each in turns[:place]]
                # Asked again in other words of the reader's: it does not follow upon itself.
                while history and history[-1] == turn.question:
                    history.pop()
                yield turn, history, turn.record


def _asked(turn: Turn, history: list[str]) -> dict[str, Any]:
    told = json.dumps([turn.id, turn.asked, turn.question])
    return {
        "id": f"{KIND}-{hashlib.sha256(told.encode()).hexdigest()[:12]}",
        "kind": KIND,
        "question": turn.question,
        "history": history,
    }


def _evidence(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The places that the answer rests on, each once; not what only a struck sentence cites."""
    resting = {
        number
        for sentence in record.get("sentences") or ()
        if (sentence.get("support") or {}).get("verdict") != "not supported"
        for number in sentence["citations"]
    }
    places = [
        {
            "article": _key(each),
            **{name: each[name] for name in ("quote", "start", "end")},
        }
        for each in record.get("citations") or ()
        if each["number"] in resting
    ]
    return [each for n, each in enumerate(places) if each not in places[:n]]


def _key(citation: Mapping[str, Any]) -> str:
    """What an evaluation calls the article."""
    name = PurePosixPath(str(citation["path"]).replace("\\", "/")).name
    return str(citation["article"]) if name.endswith((".jsonl", ".jsonl.gz")) else name


def _notes(turn: Turn) -> list[str]:
    """What whoever reads the case should know: the comment first, where there is one."""
    notes = [turn.feedback.comment] if turn.feedback and turn.feedback.comment else []
    if turn.understood:
        notes.append(f"The reader wrote how it is to be understood: {turn.understood}")
    limits = (turn.settings or {}).get("filters") or {}
    told = [
        f"{name} {', '.join(value) if isinstance(value, list) else value}"
        for name, value in limits.items()
        if value
    ]
    if told:
        notes.append(f"The search was limited to {', '.join(told)}.")
    return notes

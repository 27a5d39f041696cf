"""Small made-up files in the forms of the public sets."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any


def write(path: Path, *rows: Any) -> Path:
    """Rows as gzip JSON lines; a string is written as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_bytes(gzip.compress("".join(line + "\n" for line in lines).encode()))
    return path


TRIAL = "Zoë’s trial  began\non Monday. 🙂 She denies it."
TALKS = "The talks in Åre ended.\n\nNobody signed."


def multihop(data: Path, *questions: Any) -> Path:
    folder = data / "multihop_rag"
    write(
        folder / "articles.jsonl.gz",
        {"id": "a1", "title": "Trial", "author": None, "url": "https://x", "text": TRIAL},
        {"id": "a2", "title": "Talks", "published": "2023-10-06", "text": TALKS},
    )
    return write(folder / "questions_dev.jsonl.gz", *questions)


def multihop_question(name: str, *evidence: tuple[str, str], **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "question": "Who stood trial?",
        "answers": ["Zoë"],
        "type": "inference_query",
        "answerable": True,
        "evidence": [{"article": article, "quote": quote} for article, quote in evidence],
        **more,
    }


def squad(data: Path, *questions: Any) -> Path:
    folder = data / "reading"
    write(
        folder / "squad2_dev_passages.jsonl.gz",
        {
            "id": "s1",
            "title": "Oil_crisis",
            "text": "In late October 1973, prix d’été: $12 – or $13.",
        },
    )
    return write(folder / "squad2_dev_questions.jsonl.gz", *questions)


def squad_question(name: str, answers: list[str], starts: list[int], **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "question": "When?",
        "passage": "s1",
        "answerable": bool(answers),
        "answers": answers,
        "starts": starts,
        **more,
    }

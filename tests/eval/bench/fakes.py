"""Systems for the bench's processes, which find them by name, and articles to measure on."""

from __future__ import annotations

import gzip
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from embeddings.encoder import Encoder
from tests.fakes import TinyEncoder

ROOT = Path(__file__).resolve().parents[3]
PLACES = ("Oslo", "Lisbon", "Haifa", "Cairo", "Kraków", "Nazaré")


def news(count: int) -> list[dict[str, str]]:
    """Articles of three sentences each: one passage, one title."""
    return [
        {
            "id": f"nw{number:03d}",
            "title": f"Harbour {number} of {PLACES[number % 6]} “reopened” 🚢",
            "published": "2024-03-01",
            "text": (
                f"The harbour master counted {100 + number} broken cranes beside the quay in "
                f"{PLACES[number % 6]}. Nobody was hurt. Dockers want eight shorter shifts from "
                f"company {100 + number} before winter storms arrive."
            ),
        }
        for number in range(count)
    ]


def write_news(folder: Path, count: int) -> Path:
    """The set as it is published: ``news/articles.jsonl.gz``."""
    path = folder / "news" / "articles.jsonl.gz"
    path.parent.mkdir(parents=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in news(count))
    path.write_bytes(gzip.compress(lines.encode()))
    return path


@contextmanager
def quick() -> Iterator[Encoder]:
    """The product with stand-ins for its models."""
    from embeddings.similarity import SimilarityReader  # noqa: PLC0415

    with (
        patch("embeddings.retrieval.released_reader", lambda: None),
        patch("qa_app.assistant.reader_for", SimilarityReader),
    ):
        yield TinyEncoder()


@contextmanager
def dying() -> Iterator[Encoder]:
    """Killed while it opens."""
    os.kill(os.getpid(), signal.SIGKILL)
    yield TinyEncoder()


@contextmanager
def hanging() -> Iterator[Encoder]:
    """Opens for ever."""
    time.sleep(3600)
    yield TinyEncoder()


@contextmanager
def stumbling() -> Iterator[Encoder]:
    """Takes articles in, and cannot take a question that holds a number 3."""
    with quick() as encoder:
        one = encoder.encode_query

        def encode_query(text: str) -> Any:
            if "3" in text:
                raise KeyError("three")
            return one(text)

        encoder.encode_query = encode_query  # type: ignore[method-assign]
        yield encoder

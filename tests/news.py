"""Four short articles, the example articles, and what a search finds in them."""

from __future__ import annotations

import json
from pathlib import Path

from embeddings.collection import Collection
from embeddings.retrieval import retrieve
from embeddings.schema import Filters

SEEDS = Path(__file__).parents[1] / "seeds"

QUESTION = "Who went on strike in Oslo after the flood?"
# One article of one passage each: (id, heading, text).
NEWS = (
    (
        "lisbon",
        {
            "title": "Flood in Lisbon",
            "publisher": "Público",
            "author": "Ana Sá",
            "published": "2024-03-01",
        },
        "The river flooded Lisbon on Sunday. The mayor was abroad, officials said.",
    ),
    (
        "oslo",
        {
            "title": "Strike in Oslo",
            "publisher": "Dagen",
            "author": "Kari Moe",
            "published": "2024-03-05",
        },
        "Train drivers in Oslo went on strike. Their union wants “eight hours” — no more. 🚆",
    ),
    (
        "haifa",
        {"title": "Port of Haifa", "publisher": "DAGEN", "published": "2024-03-09"},
        "The port of Haifa reopened.\r\nA sign said שלום עולם to the crews.",
    ),
    ("cairo", {}, "A museum opened in Cairo. It shows forty statues."),
)


FLOOD = "The river flooded Lisbon on Sunday. The mayor was abroad, officials said."
STRIKE = "Train drivers in Oslo went on strike. Their union wants “eight hours” — no more. 🚆"


def row(name: str, text: str, **heading: str) -> dict[str, object]:
    return {"id": name, "text": text, **heading}


def write_lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def hits(collection: Collection, question: str = QUESTION) -> list[list[object]]:
    found = retrieve(collection, question, 9).hits
    return [[hit.passage.id, hit.scores.fused, hit.passage.text] for hit in found]


def matching(collection: Collection, **limits: object) -> list[str]:
    """Ids of the articles that pass the filters, by way of a search."""
    filters = Filters(**limits)  # type: ignore[arg-type]
    return sorted({h.article.id for h in retrieve(collection, QUESTION, 9, filters).hits})

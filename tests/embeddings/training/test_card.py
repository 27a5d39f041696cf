"""The model card says what the run's record says."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from embeddings.training.card import card, write_card
from embeddings.training.trainer import Plan


def record(steps: int = 3) -> dict[str, Any]:
    history = [
        {"step": 50 * (i + 1), "relevance": 1 / (i + 1), "answerable": 0.5, "place": 2.25}
        for i in range(steps)
    ]
    return {
        "plan": asdict(Plan(epochs=3)),
        "device": "cpu",
        "steps": 12_345,
        "seconds": 5_400,
        "history": history,
        "sha256": "ab" * 32,
        "bytes": 21_000_000,
        "sets": [
            {"name": "made", "home": "someone/made", "licence": "CC BY 4.0", "questions": 1_234,
             "held_out": 56, "passages": 789},
        ],
        "scores": {"n": 1_000, "place_f1": 0.8125},
        "question": {
            "rule": "the lowest confidence at which 90%",
            "threshold": 0.371,
            "held_out": {"readings": 44, "auroc_first_right": 0.9021},
        },
    }  # fmt: skip


def test_every_figure_of_the_run_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "MODEL_CARD.md"
    write_card(record(), path)
    text = path.read_text(encoding="utf-8")
    for line in (
        f"`reader.safetensors`: 21,000,000 bytes, sha256 `{'ab' * 32}`.",
        "| made | someone/made | CC BY 4.0 | 1,234 | 56 | 789 |",
        "12,345 steps in 90 minutes on cpu.",
        "| 50 | 1.000 | 0.500 | 2.250 |",
        "| 150 | 0.333 | 0.500 | 2.250 |",
        "## Scores on held-out documents (n = 1,000)",
        "| place_f1 | 0.8125 |",
        "| readings | 44 |",
        "| auroc_first_right | 0.9021 |",
    ):
        assert line in text.splitlines()
    assert "Threshold 0.371, which is\nthe lowest confidence at which 90%." in text
    assert "epochs 3, seed 7, tokens 6144" in text
    assert "sources bm25 dense fused, negatives 1" in text


def test_a_long_history_is_thinned() -> None:
    rows = [
        int(line.split("|")[1].replace(",", ""))
        for line in card(record(500)).split("| step |")[1].split("##")[0].splitlines()[2:]
        if line
    ]
    assert len(rows) == 12
    assert (rows[0], rows[-1]) == (50, 25_000)
    assert rows == sorted(set(rows))


def test_a_short_run_has_no_history() -> None:
    assert "| step | relevance | answerable | place |\n|---|---|---|---|\n\n" in card(record(0))

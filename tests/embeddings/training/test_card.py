"""The model card says what the run's record says."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from embeddings.training.card import card, write_card
from embeddings.training.examples import Recipe
from embeddings.training.trainer import Plan


def record(steps: int = 3, plan: Plan | None = None) -> dict[str, Any]:
    history = [
        {"step": 50 * (i + 1), "relevance": 1 / (i + 1), "answerable": 0.5, "place": 2.25}
        for i in range(steps)
    ]
    return {
        "plan": asdict(plan or Plan(epochs=3)),
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
    assert "epochs 3, share 1.0, seed 7, tokens 6144" in text
    assert "emptied 0.25, other_words 0.5, reworded" in text
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


def prose(text: str) -> str:
    """A card's words, wherever its lines end."""
    return re.sub(r"\s+", " ", text)


def test_what_it_began_from_is_said_in_words() -> None:
    other = "cd" * 32
    text = card(record(plan=Plan(begins_from=other)))
    assert (
        f"The network was trained on from another reader's weights, those with sha256 `{other}`, "
        f"and what that one was trained on, its own card says."
    ) in prose(text)
    plain = card(record())
    assert "another reader" not in plain
    for each in (text, plain):
        assert "begins_from" not in each
        assert "\n\n| step |" in each


def test_the_trainings_before_are_told() -> None:
    first, second = "cd" * 32, "ef" * 32
    keys = ("device", "steps", "seconds", "sets")
    early = {**{k: record()[k] for k in keys}, "sha256": first, "plan": asdict(Plan(seed=5))}
    later = {**early, "sha256": second, "plan": asdict(Plan(begins_from=first)), "steps": 77}
    text = card(record(plan=Plan(begins_from=second)) | {"earlier": [later, early]})
    assert f"those with sha256 `{second}`, as told below." in prose(text)
    last, before, first_of_all = text.split("Before, to the weights with sha256 ")
    assert "| step |" in last
    assert before.startswith(f"`{second}`:\n77 steps in 90 minutes on cpu.\nPlan: epochs 2")
    assert first_of_all.startswith(f"`{first}`:\n12,345 steps")
    assert "seed 5" in first_of_all.split("## Scores")[0]
    assert "Trained on made (1,234).\n" in before
    assert "Before, to" not in card(record())


ALTERED = "questions that a passage almost answers, made by changing a name"
THEM = "Some of those, like some that are answered, were put in other words"
EMPTIED = "It was shown passages without the sentences that answer."
CHOSEN = "The other words were chosen by a model"
LIE_NEAR = "lie near it both among the embedding model's input vectors and among its vectors"


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        (Recipe(), {ALTERED, THEM, EMPTIED, CHOSEN, LIE_NEAR}),
        (replace(Recipe(), altered=0.0, emptied=0.0), {CHOSEN, LIE_NEAR}),
        (replace(Recipe(), other_words=0.0), {ALTERED, EMPTIED}),
        (replace(Recipe(), emptied=0.0), {ALTERED, THEM, CHOSEN, LIE_NEAR}),
    ],
)
def test_it_says_what_this_recipe_leaves_open(recipe: Recipe, told: set[str]) -> None:
    text = card(record(plan=Plan(recipe=recipe)))
    assert {each for each in (ALTERED, THEM, EMPTIED, CHOSEN, LIE_NEAR) if each in prose(text)} == (
        told
    )
    limits = text.split("## Limits\n\n")[1].splitlines()
    assert limits[0].startswith("- It reads English")
    assert (
        limits[-1]
        == "- A high score says that a sentence answers, never that what it says is true."
    )
    assert all(line[:2] in {"- ", "  "} and len(line) <= 100 for line in limits)

"""What was run in, a model card for people out; every figure comes from the run itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

LIMITS = """
- It reads English, as its embedding model does, and about 200 words at a time: an answer that is
  spread over several passages, or has to be worked out, is not found as one.
- Its questions were written by people who had the passage in view, or made from such questions by
  rule. It has seen Wikipedia, forum posts, product reviews and papers on COVID-19, and no news.
- It was shown questions that a passage almost answers, made by changing a name, a number, an
  opposite or a word; people make subtler ones.
- A high score says that a sentence answers, never that what it says is true.
"""


def write_card(record: Mapping[str, Any], path: Path) -> None:
    """Write the card of one training."""
    path.write_text(card(record), encoding="utf-8")


def card(record: Mapping[str, Any]) -> str:
    """The card as Markdown."""
    plan, scores, question = record["plan"], record["scores"], record["question"]
    sets = "\n".join(
        f"| {s['name']} | {s['home']} | {s['licence']} | {s['questions']:,} | {s['held_out']:,} | "
        f"{s['passages']:,} |"
        for s in record["sets"]
    )
    losses = "\n".join(
        f"| {row['step']:,} | "
        f"{row['relevance']:.3f} | {row['answerable']:.3f} | {row['place']:.3f} |"
        for row in _thinned(record["history"])
    )
    recipe = ", ".join(f"{name} {_value(value)}" for name, value in plan["recipe"].items())
    rest = ", ".join(
        f"{name} {_value(value)}"
        for name, value in plan.items()
        if name not in ("recipe", "weights")
    )
    held = "\n".join(f"| {name} | {value} |" for name, value in scores.items() if name != "n")
    asked = "\n".join(f"| {name} | {value} |" for name, value in question["held_out"].items())
    return f"""# The reader

Given a question and a passage: how relevant the passage is, whether it answers, and in which words.
Six transformer layers that began as those of all-MiniLM-L6-v2 (its token embeddings are used as
they are), with three heads. Made by `python -m embeddings.training`; the code says how.

`reader.safetensors`: {record["bytes"]:,} bytes, sha256 `{record["sha256"]}`.

## Data

| set | home | licence | trained on | held out | passages |
|---|---|---|---|---|---|
{sets}

Whole documents are held out, with all their questions. The SQuAD 2.0 dev set, CLAPnq and all news
collections were not trained on.

## Training

{record["steps"]:,} steps in {record["seconds"] / 60:.0f} minutes on {record["device"]}.
Plan: {rest}.
Pairs of an epoch: {recipe}.

| step | relevance | answerable | place |
|---|---|---|---|
{losses}

## Scores on held-out documents (n = {scores["n"]:,})

| measure | value |
|---|---|
{held}

With the two regressions that rank sentences and decide whether to answer, on the half of the
held-out questions that they were not fitted on. Threshold {question["threshold"]}, which is
{question["rule"]}.

| measure | value |
|---|---|
{asked}

## Limits
{LIMITS}"""


def _value(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _thinned(history: list[dict[str, float]], rows: int = 12) -> list[dict[str, float]]:
    if len(history) <= rows:
        return history
    return [history[round(i * (len(history) - 1) / (rows - 1))] for i in range(rows)]

"""What was run in, a model card for people out; every figure comes from the run itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

# Each limit with the parts of a recipe without which it says nothing.
LIMITS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "It reads English, as its embedding model does, and about 200 words at a time: an answer "
     "that is spread over several passages, or has to be worked out, is not found as one."),
    ((), "Its questions were written by people who had the passage in view, or made from such "
     "questions by rule. It has seen Wikipedia, forum posts, product reviews and papers on "
     "COVID-19, and no news."),
    (("other_words",), "The other words were chosen by a model: some mean less than the word they "
     "stand for, or more, or something else beside it."),
    (("altered",), "It was shown questions that a passage almost answers, made by changing a name, "
     "a number, an opposite or a word; people make subtler ones."),
    (("altered", "other_words"), "Some of those, like some that are answered, were put in "
     "other words by that model too; people choose theirs with the matter in mind."),
    (("emptied",), "It was shown passages without the sentences that answer. They begin or end in "
     "the middle of their matter, which an article that leaves something out does not."),
    (("claims",), "Half of what it was told of statements is that a text refutes them: it was not "
     "shown statements about which a text says nothing."),
    ((), "A high score says that a sentence answers, never that what it says is true."),
)  # fmt: skip
SYNONYMS = (
    "Other words for a word are those words of the passages trained on that lie near it both among "
    "the embedding model's input vectors and among its vectors of words as texts, without words of "
    "the same stem, known opposites, and classes of siblings such as numbers and colours."
)


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
    made = "\n".join(["", *_made(record)])
    before = "".join(_before(record))
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

{_trained(record)}{made}

| step | relevance | answerable | place |
|---|---|---|---|
{losses}
{before}
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

{_limits({**plan["recipe"], "claims": "auroc_claims" in scores})}
"""


def _trained(record: Mapping[str, Any]) -> str:
    """How long, where and by which plan."""
    plan = record["plan"]
    recipe = ", ".join(f"{name} {_value(value)}" for name, value in plan["recipe"].items())
    rest = ", ".join(
        f"{name} {_value(value)}"
        for name, value in plan.items()
        if name not in ("recipe", "weights", "begins_from")
    )
    return (
        f"{record['steps']:,} steps in {record['seconds'] / 60:.0f} minutes on {record['device']}."
        f"\nPlan: {rest}.\nPairs of an epoch: {recipe}."
    )


def _made(record: Mapping[str, Any]) -> Iterator[str]:
    """What the plan's names and numbers do not say of themselves."""
    plan, earlier = record["plan"], record.get("earlier", [])
    if plan["begins_from"]:
        told = "as told below" if earlier else "and what that one was trained on, its own card says"
        yield _wrapped(
            f"The network was trained on from another reader's weights, those with sha256 "
            f"`{plan['begins_from']}`, {told}."
        )
    if plan["recipe"]["other_words"]:
        yield _wrapped(SYNONYMS)


def _before(record: Mapping[str, Any]) -> Iterator[str]:
    """The trainings that this one went on from, last first."""
    for each in record.get("earlier", []):
        sets = ", ".join(f"{s['name']} ({s['questions']:,})" for s in each["sets"])
        yield (
            f"\nBefore, to the weights with sha256 `{each['sha256']}`:\n{_trained(each)}\n"
            f"Trained on {sets}.\n"
        )


def _limits(recipe: Mapping[str, Any]) -> str:
    told = (limit for needs, limit in LIMITS if all(recipe[name] for name in needs))
    return "\n".join(_wrapped(limit, "- ") for limit in told)


def _wrapped(text: str, mark: str = "") -> str:
    indent = " " * len(mark)
    return fill(
        text, 100, initial_indent=mark, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _value(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _thinned(history: list[dict[str, float]], rows: int = 12) -> list[dict[str, float]]:
    if len(history) <= rows:
        return history
    return [history[round(i * (len(history) - 1) / (rows - 1))] for i in range(rows)]

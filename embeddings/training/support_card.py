"""What was run in, the support model's card for people out; every figure comes from the run."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any

LIMITS = (
    "It reads English, about 200 words of evidence at a time. Of longer evidence it reads the "
    "stretches that share most with the claim: what says it in quite other words may be missed.",
    "It says whether the evidence says so, never whether it is true.",
    "It was shown what people wrote of encyclopedia articles, forum posts, reviews, papers, mails, "
    "calls and meetings, and no news. Claims made of questions and answers, and of passages' "
    "sentences, were made by rule and are not all good English.",
    "A summary's sentence counts as wrong where the edited summary as a whole does and the "
    "sentence was changed: some of those changes were harmless.",
    "That another text does not support a claim was taken from words in common: now and then it "
    "does, and was called wrong.",
    "Subtle changes (a few words of a long sentence, another order of things) are what it misses "
    "most.",
)  # fmt: skip


def support_card(record: Mapping[str, Any]) -> str:
    """The card as Markdown."""
    fitted = record["fitted"]
    sets = "\n".join(
        f"| {s['name']} | {s['home']} | {s['licence']} | {s['claims']:,} | {s['held_out']:,} |"
        for s in record["sets"]
    )
    losses = "\n".join(
        f"| {row['step']:,} | {row['answerable']:.3f} |" for row in _thinned(record["history"])
    )
    scores = "\n".join(
        f"| {kind} | {s['n']:,} | {s.get('auroc', '')} | {s.get('balanced_accuracy', '')} |"
        for kind, s in fitted["held_out"].items()
    )
    plan = ", ".join(f"{name} {value}" for name, value in record["plan"].items())
    recipe = ", ".join(f"{name} {value}" for name, value in record["recipe"].items())
    limits = "\n".join(_wrapped(limit, "- ") for limit in LIMITS)
    return f"""# The support model

Given a claim and the texts it cites: how likely they support it. The reader's network (six
transformer layers, which began as those of all-MiniLM-L6-v2, over its token embeddings), trained
on; and a logistic regression over what it says of a few windows of the evidence and what shows
without reading. Made by `{record["made_by"]}`; the code says how.

`support.safetensors`: {record["bytes"]:,} bytes, sha256 `{record["sha256"]}`.

## Data

| set | home | licence | claims or questions trained on | held out |
|---|---|---|---|---|
{sets}

Whole documents are held out, with all their claims. WiCE, AttributionBench, SummEdits' news, the
SQuAD 2.0 dev set, CLAPnq and all news collections were not trained on.

## Training

{record["steps"]:,} steps in {record["seconds"] / 60:.0f} minutes on {record["device"]}.
Plan: {plan}.
Claims of an epoch: {recipe}.

| step | loss |
|---|---|
{losses}

## Scores on held-out documents

{_wrapped(_thresholds(fitted), "")}

| claims | n | AUROC | balanced accuracy |
|---|---|---|---|
{scores}

## Limits

{limits}
"""


def _thresholds(fitted: Mapping[str, Any]) -> str:
    return (
        f"On the half of the held-out claims that the regression was not fitted on, balanced "
        f"accuracy at supported_from, {fitted['supported_from']}; unsupported_below is "
        f"{fitted['unsupported_below']}. The rules: {fitted['rule']}."
    )


def _wrapped(text: str, mark: str) -> str:
    indent = " " * len(mark)
    return fill(
        text, 100, initial_indent=mark, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _thinned(history: list[dict[str, float]], rows: int = 12) -> list[dict[str, float]]:
    if len(history) <= rows:
        return history
    return [history[round(i * (len(history) - 1) / (rows - 1))] for i in range(rows)]

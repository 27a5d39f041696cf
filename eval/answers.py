"""Answers over the example articles against the hand-written cases: how often right, how fast.

    python -m eval.answers [--threshold 0]

Enters: ``eval/data/seeds.jsonl`` and the articles in ``seeds/``. Leaves: a table on stdout, one row
a kind of question: how many were answered, for how many the first sentence and any sentence holds
a gold answer, how many were refused; then milliseconds by stage. A right sentence holds one of
the gold answers word for word, after SQuAD's normalisation (lower case, no punctuation, no
articles). An answerable question that is refused counts as not right.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.collection import Collection
from qa_app.assistant import Assistant
from qa_app.schema import Answer
from qa_app.settings import SEEDS, Settings

CASES = Path(__file__).with_name("data") / "seeds.jsonl"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case."""

    answerable: bool
    answered: bool
    first: bool
    anywhere: bool
    timings: dict[str, float]


def normalize(text: str) -> str:
    """Lower case, no punctuation, no articles, single spaces (as SQuAD's evaluation does)."""
    kept = "".join(c if c.isalnum() else " " for c in text.lower())
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", kept).split())


def holds(sentence: str, golds: Sequence[str]) -> bool:
    """Whether a sentence holds one of the gold answers as whole words."""
    padded = f" {normalize(sentence)} "
    return any(f" {normalize(gold)} " in padded for gold in golds)


def judge(case: dict[str, Any], answer: Answer) -> Outcome:
    """Compare an answer with its case."""
    right = [holds(sentence.text, case["answers"]) for sentence in answer.sentences]
    return Outcome(
        answerable=case["answerable"],
        answered=answer.status == "answered",
        first=bool(right and right[0]),
        anywhere=any(right),
        timings=dict(answer.timings_ms),
    )


def measure(threshold: float | None) -> dict[str, list[Outcome]]:
    """The outcome of every case, by kind."""
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, Collection.open(folder) as collection:
        collection.sync(SEEDS)
        assistant = Assistant(collection, Settings(threshold=threshold))
        assistant.warm_up()
        for line in CASES.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            answer = assistant.ask(case["question"], case.get("history", ()))
            kind = case["kind"] if case["answerable"] else f"{case['kind']}, no answer"
            outcomes[kind].append(judge(case, answer))
    return outcomes


def _row(name: str, found: Sequence[Outcome]) -> str:
    answered = sum(one.answered for one in found)
    first, anywhere = sum(one.first for one in found), sum(one.anywhere for one in found)
    refused = len(found) - answered
    return f"{name:24} {len(found):4} {answered:9} {first:6} {anywhere:4} {refused:8}\n"


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m eval.answers")
    parser.add_argument("--threshold", type=float, help="0 answers everything")
    outcomes = measure(parser.parse_args().threshold)
    everything = [one for found in outcomes.values() for one in found]
    write = sys.stdout.write
    write(f"{'kind':24} {'n':>4} {'answered':>9} {'first':>6} {'any':>4} {'refused':>8}\n")
    for kind, found in outcomes.items():
        write(_row(kind, found))
    write(_row("all with an answer", [one for one in everything if one.answerable]))
    write(_row("all without", [one for one in everything if not one.answerable]))
    stages = sorted({stage for one in everything for stage in one.timings})
    for stage in stages:
        spent = sorted(one.timings.get(stage, 0.0) for one in everything)
        p95 = spent[int(0.95 * len(spent))]
        write(f"{stage:8} p50 {statistics.median(spent):7.1f} ms   p95 {p95:7.1f} ms\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

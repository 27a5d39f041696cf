"""Statements by path: each with sentences that support it, or refute it.

Enters: a gzip JSON Lines file (``claim, label, evidence``) as FEVER's. Leaves: ``Claim`` values,
each held out or not. Deliberately knows nothing of questions or of how claims are trained on.

People refuted these statements by changing a name, a number, an opposite or a relation of a true
one: the same misses by which a passage only seems to answer, and subtler than any made by rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from embeddings.training.sets import HELD_OUT_TENTHS, gzip_rows, tenth

HOME, LICENCE = "FEVER", "CC BY-SA 3.0"
LABELS = {"SUPPORTS": True, "REFUTES": False}
# As the Penn Treebank writes what a text cannot hold as it is.
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_BRACKET = re.compile("|".join(_BRACKETS))
_BEFORE = re.compile(r" +(?=[,.;:!?%)\]}]|n't\b|'(?:s|re|ve|ll|d|m)\b)")
_AFTER = re.compile(r"(?<=[(\[{$]) +")
_QUOTED = re.compile(r"``\s*(.*?)\s*''")


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement and the sentences to judge it by; ``supported`` where they say that it is so."""

    text: str
    evidence: tuple[str, ...]
    supported: bool
    held_out: bool


def claims(path: Path) -> list[Claim]:
    """The supported and the refuted statements of a file, in its order, each once.

    Raises:
        TrainingDataMissing: the file is not there, or not such a file.
    """
    found = {}
    advice = f"claims come from {HOME} ({LICENCE}): give their file with --claims, or leave it out"
    for row in gzip_rows(path, advice, ("claim", "label", "evidence")):
        evidence = tuple(written(sentence) for sentence in row["evidence"])
        if row["label"] in LABELS and any(evidence):
            # All statements about the same sentences are held out together.
            held_out = tenth(" ".join(evidence)) < HELD_OUT_TENTHS
            claim = Claim(written(row["claim"]), evidence, LABELS[row["label"]], held_out)
            found[claim.text, claim.evidence] = claim
    return list(found.values())


def written(text: str) -> str:
    """Tokens of a treebank as people write them: brackets, quotation marks, no stray spaces."""
    text = _BRACKET.sub(lambda found: _BRACKETS[found[0]], text)
    text = _QUOTED.sub(r'"\1"', text)
    return " ".join(_AFTER.sub("", _BEFORE.sub("", text)).split())

"""Statements by path, written as people write."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.errors import TrainingDataMissing
from embeddings.training.claims import Claim, claims, written
from tests.embeddings.training.made import write_gzip


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("Oslo -LRB- Norway -RRB- , founded c. 1048 .", "Oslo (Norway), founded c. 1048."),
        ("the `` Guardian '' said", 'the "Guardian" said'),
        (
            "It is n't Kabul 's 🎉 fault ; they 've left .",
            "It isn't Kabul's 🎉 fault; they've left.",
        ),
        ("-LSB- Muqdisho -RSB- 5 % for $ 3", "[Muqdisho] 5% for $3"),
        ('Already written: "fine" (here).', 'Already written: "fine" (here).'),
        ("  ", ""),
    ],
)
def test_written(tokens: str, text: str) -> None:
    assert written(tokens) == text


def test_claims(tmp_path: Path) -> None:
    rows = [
        {
            "claim": "Oslo is old .",
            "label": "SUPPORTS",
            "evidence": ["Oslo , founded 1048 .", "Ø 🎉"],
        },
        {
            "claim": "Oslo is new.",
            "label": "REFUTES",
            "evidence": ["Oslo , founded 1048 .", "Ø 🎉"],
        },
        {"claim": "Oslo is nice.", "label": "NOT ENOUGH INFO", "evidence": []},
        {"claim": "Oslo is.", "label": "SUPPORTS", "evidence": []},
        {"claim": "Oslo is old.", "label": "SUPPORTS", "evidence": ["Oslo, founded 1048.", "Ø 🎉"]},
    ]
    found = claims(write_gzip(tmp_path / "made.jsonl.gz", rows))
    evidence = ("Oslo, founded 1048.", "Ø 🎉")
    held_out = found[0].held_out
    assert found == [
        Claim("Oslo is old.", evidence, True, held_out),
        Claim("Oslo is new.", evidence, False, held_out),
    ]


def test_a_tenth_is_held_out_with_all_that_is_said_of_it(tmp_path: Path) -> None:
    rows = [
        {"claim": f"Claim {i}", "label": "SUPPORTS", "evidence": [f"Fact {i % 300}."]}
        for i in range(900)
    ]
    found = claims(write_gzip(tmp_path / "made.jsonl.gz", rows))
    held = {c.evidence for c in found if c.held_out}
    assert 15 < len(held) < 45
    assert sum(c.held_out for c in found) == 3 * len(held)


def test_no_such_file(tmp_path: Path) -> None:
    path = tmp_path / "made.jsonl.gz"
    with pytest.raises(TrainingDataMissing) as caught:
        claims(path)
    assert str(caught.value) == (
        f"{path} is not there; claims come from FEVER (CC BY-SA 3.0): give their file with "
        f"--claims, or leave it out"
    )
    write_gzip(path, [{"claim": "x", "label": "SUPPORTS"}])
    with pytest.raises(TrainingDataMissing, match="gz:1 is not of such a set: expected claim, lab"):
        claims(path)

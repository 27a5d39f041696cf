"""The summary of a run: what it says of the kinds, and that the documentation names its keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from eval.runner import Run
from eval.summary import summarise
from tests.eval.made_runs import made_results

EVALUATION = Path(__file__).parents[2] / "docs" / "evaluation.md"


def made_summary() -> dict[str, Any]:
    return summarise(
        Run(
            results=tuple(made_results()),
            complete=True,
            identity={"set": "harbour", "cases": 200, "settings": {"k": 10}},
            made_of={"code": "1" * 64, "versions": {"python": "3.11.2"}},
            index={"fingerprint": "abc"},
            start={"index": "built"},
            peak_memory_mb=600.0,
            started="2024-06-01T09:30:00+00:00",
            seconds=12.5,
        )
    )


def test_what_made_a_run_stands_in_its_own_place() -> None:
    summary = made_summary()
    assert (summary["set"], summary["cases"], summary["failed"]) == ("harbour", 200, [])
    assert summary["settings"] == {"k": 10}
    assert summary["identity"] == {"set": "harbour", "cases": 200}
    assert summary["made_of"] == {"code": "1" * 64}
    assert summary["versions"] == {"python": "3.11.2"}


def test_each_kind_is_measured_over_its_own_cases() -> None:
    by_kind = made_summary()["by_kind"]
    (recall,) = (each for each in by_kind["near_miss"] if each["name"] == "Not found recall")
    assert list(by_kind) == ["fact", "near_miss"]
    # 30 of the 50 that have no answer are refused.
    assert (recall["value"], recall["n"]) == (0.6, 50)


def test_the_documentation_names_every_key() -> None:
    _, _, table = EVALUATION.read_text(encoding="utf-8").partition("| key | what it holds |\n")
    rows = table.partition("\n\n")[0].splitlines()[1:]
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert named == list(made_summary())

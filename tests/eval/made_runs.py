"""Small made-up runs whose figures are known, for what compares and judges runs.

200 cases: 150 answerable (``fact-000`` on; the first 110 have a right first sentence, the last 15
are refused) and 50 that are not (``near-000`` on; the first 30 are refused). Every third passage
ranking has its first relevant passage at rank 3, so that rr@10 is a third: no number of four
places.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.results import RESULTS, SUMMARY, Outcome, Result, write_result
from eval.scoring.measures import MEASURES, figures

CONDITIONS: dict[str, Any] = {
    "index": {"fingerprint": "abc", "encoder": "tiny", "passages_per_second": 50.0},
    "start": {"first_answer_s": 4.0, "index": "built"},
    "peak_memory_mb": 600.0,
    "settings": {"k": 10, "fusion": {"words": 0.5}},
    "identity": {"set": "harbour", "cases": 200, "cases_sha256": "c" * 64, "code_sha256": "1" * 64},
    "versions": {"python": "3.11.2"},
    "machine": {"cores": 2},
}


def name_of(*columns: str) -> str:
    """The measure that is computed from exactly these scores."""
    return next(name for name, one in MEASURES.items() if one.columns == columns)


def made_results() -> list[Result]:
    """The 200 cases."""
    return [_answerable(i) for i in range(150)] + [_unanswerable(i) for i in range(50)]


def _answerable(i: int) -> Result:
    right, refused = float(i < 110), i >= 135
    rank = 3 if i % 3 == 0 else 1
    scores = {
        "hits@1": float(rank == 1),
        "hits@4": 1.0,
        "hits@10": 1.0,
        "rr@10": 1 / rank,
        "contains": right,
        "first_right": right,
        "any_right": right,
        "f1": 0.5 * right,
        "citations": None if refused else 2.0,
        "verbatim": None if refused else 2.0,
        "right_citations": None if refused else 1.0 + right,
        "answerable": 1.0,
        "not_found": float(refused),
        "confidence": 0.9 - i / 300,
        "right": right,
        "failed": 0.0,
        "ms:total": 20.0 + i,
    }
    return _result(f"fact-{i:03d}", f"Who keeps “lamp {i}” at Setúbal? 🌊", ["Inês"], scores)


def _unanswerable(i: int) -> Result:
    refused = float(i < 30)
    scores = {
        "citations": None if refused else 1.0,
        "verbatim": None if refused else 1.0,
        "right_citations": None if refused else 0.0,
        "answerable": 0.0,
        "not_found": refused,
        "rightly_refused": refused,
        "confidence": 0.2 + i / 200,
        "right": 0.0,
        "failed": 0.0,
        "ms:total": 15.0 + i,
    }
    return _result(f"near-{i:03d}", f"Who paints lamp {i}?", [], scores)


def _result(
    name: str, question: str, answers: list[str], scores: dict[str, float | None]
) -> Result:
    return Result(
        id=name,
        kind="fact" if answers else "near_miss",
        question=question,
        answerable=bool(answers),
        history=(),
        gold={"answers": answers},
        outcome=Outcome(),
        scores=scores,
    )


def changed(
    results: Sequence[Result], ids: Sequence[str], change: Callable[[Result], dict[str, Any]]
) -> list[Result]:
    """The results with other scores in some cases."""
    return [
        replace(one, scores={**one.scores, **change(one)}) if one.id in ids else one
        for one in results
    ]


def regressed(results: Sequence[Result]) -> tuple[list[Result], list[str]]:
    """The first sentence of 20 answers no longer right, and which."""
    ids = [f"fact-{i:03d}" for i in range(0, 100, 5)]
    return changed(results, ids, lambda _: {"first_right": 0.0}), ids


def made_summary(results: Sequence[Result], **conditions: Any) -> dict[str, Any]:
    """A summary of the results; ``conditions`` replace its parts."""
    return {
        "set": "harbour",
        "cases": len(results),
        "complete": True,
        "figures": [figure.record() for figure in figures(results, resamples=20)],
        "by_kind": {},
        "failed": [{"id": one.id, "reason": one.failed} for one in results if one.failed],
        **CONDITIONS,
        **conditions,
    }


def write_run(folder: Path, results: Sequence[Result], **conditions: Any) -> Path:
    """A run folder with these results."""
    folder.mkdir(parents=True)
    (folder / RESULTS).write_text("".join(map(write_result, results)), encoding="utf-8")
    summary = json.dumps(made_summary(results, **conditions))
    (folder / SUMMARY).write_text(summary, encoding="utf-8")
    return folder

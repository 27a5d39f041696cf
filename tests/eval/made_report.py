"""Reports of made-up runs, written to be opened."""

from dataclasses import replace

from eval.reporting.report import write_report
from eval.results import Place, Said
from tests.eval.made_results import HOSTILE, made_results, made_summary


def written(tmp_path, results=None, **summary):
    results = made_results() if results is None else results
    path = tmp_path / "report.html"
    write_report(results, {**made_summary(results), **summary}, path)
    return path


def hostile():
    """Cases whose every text tries to become markup."""
    place = Place(HOSTILE, 0, 4, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    said = Said(True, 0.5, ((HOSTILE, (0,)),), (place,), HOSTILE)
    first, failed = made_results(4)[0], made_results(4)[3]
    gold = {
        "answers": [HOSTILE],
        "wrong_answers": [HOSTILE],
        "evidence": [{"article": HOSTILE, "quote": HOSTILE, "start": 1, "end": 3}],
        "relevant": [HOSTILE],
    }
    outcome = replace(first.outcome, hits=(place,), said=said, forced=said, understood=HOSTILE)
    words = {"question": HOSTILE, "history": (HOSTILE,), "kind": HOSTILE, "gold": gold}
    return [
        replace(first, id=HOSTILE, outcome=outcome, **words),
        replace(failed, outcome=replace(failed.outcome, error=HOSTILE), **words),
    ]

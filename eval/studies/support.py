"""How well it is told whether evidence supports a claim.

    python -m eval.studies.support --data DATA [--sets NAME ...] [--limit N] [--out FILE.json]

Enters: claims that people judged, on none of which the model was trained or fitted. Leaves: a table
a set, each figure with its 95% interval and n, and the same as JSON with the probability of every
claim. The threshold is the model's own, chosen on held-out training material; the best one for
these very claims stands beside it, to show what that costs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.cli import guarded
from embeddings.support import SupportModel
from eval.files import write_whole
from eval.options import add_data, add_limit
from eval.progress import progress_bar
from eval.reporting.formatting import interval_text, number_text, table_line
from eval.scoring.measures import Figure
from eval.studies.support_scores import figures
from eval.studies.support_sets import SETS, Given, load

# Claims a call: enough that windows of like length can be read together.
CALL = 64
WIDTHS = (38, 7, 13, 7)
SINGLE = 200
# Evidence of so many sentences and no more is what an answer cites.
CITED_WORDS = 150


def judge(model: SupportModel, claims: Sequence[Given], what: str = "") -> list[float]:
    """The probability of each claim, in their order; ``what`` stands before the bar."""
    found: list[float] = []
    bar = progress_bar(total=len(claims), desc=what, unit="claim")
    for begin in range(0, len(claims), CALL):
        part = claims[begin : begin + CALL]
        found += model.probabilities([(each.claim, each.evidence) for each in part])
        bar.update(len(found) - bar.n)
    bar.close()
    return found


def measure(model: SupportModel, sets: dict[str, list[Given]]) -> dict[str, Any]:
    """Every set's figures, as JSON values."""
    measured = {}
    for name, claims in sets.items():
        begin = time.perf_counter()
        found = judge(model, claims, name)
        seconds = time.perf_counter() - begin
        measured[name] = {
            "claims": len(claims),
            "supported": sum(each.supported for each in claims),
            "figures": [
                figure.record()
                for figure in figures(claims, found, model.supported_from, model.unsupported_below)
            ],
            "seconds": seconds,
            "judged": [
                {"id": c.id, "supported": c.supported, "probability": p}
                for c, p in zip(claims, found, strict=True)
            ],
        }
    return measured


def single_claim_ms(model: SupportModel, claims: Sequence[Given]) -> dict[str, float]:
    """Milliseconds for one claim with evidence as long as an answer cites, each judged alone."""
    short = [
        each for each in claims
        if sum(len(text.split()) for text in each.evidence) <= CITED_WORDS
    ][:SINGLE]  # fmt: skip
    times = []
    for each in short:
        begin = time.perf_counter()
        # Other words at the end: what was read before is kept.
        model.probabilities([(each.claim + " indeed", each.evidence)])
        times.append(1000 * (time.perf_counter() - begin))
    if not times:
        return {"n": 0}
    middle, late = np.percentile(times, (50, 95))
    return {"n": len(times), "p50": float(middle), "p95": float(late)}


def table(name: str, measured: dict[str, Any]) -> str:
    """A set's figures as text, one a line."""
    head = f"{SETS[name].title}; {measured['claims']:,} claims, {measured['supported']:,} supported"
    lines = [head, table_line(("measure", "value", "95% interval", "n"), WIDTHS)]
    for figure in (Figure(**record) for record in measured["figures"]):
        interval = interval_text(figure.low, figure.high)
        cells = (figure.name, number_text(figure.value), interval, f"{figure.n:,}")
        lines.append(table_line(cells, WIDTHS))
    each = 1000 * measured["seconds"] / max(1, measured["claims"])
    lines.append(f"{each:.1f} ms a claim, {CALL} at a time")
    return "\n".join(lines) + "\n"


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line, parsed."""
    taken = argparse.ArgumentParser(
        prog="python -m eval.studies.support",
        description="How well it is told whether evidence supports a claim.",
    )
    add_data(taken, required=True)
    taken.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), help="these only")
    taken.add_argument(
        "--weights", type=Path, metavar="DIR",
        help="a folder that training wrote (default: the released weights)",
    )  # fmt: skip
    add_limit(taken, "claims of each set")
    taken.add_argument("--out", type=Path, metavar="FILE", help="a JSON file to write as well")
    return taken.parse_args(arguments)


def run(chosen: argparse.Namespace) -> int:
    """Judge every set, print the figures, and keep them where that is asked for."""
    folder: Path | None = chosen.weights
    model = SupportModel.released() if folder is None else SupportModel.load(folder)
    sets = {name: load(SETS[name], chosen.data, chosen.limit) for name in chosen.sets}
    # The network is loaded when it is first asked, which is not judging.
    model.probabilities([("It is so.", ["It is so."])])
    measured = measure(model, sets)
    bounds = f"supported from {model.supported_from}, not below {model.unsupported_below}"
    sys.stdout.write(f"{model.name}; {bounds}\n")
    for name, of_set in measured.items():
        sys.stdout.write("\n" + table(name, of_set))
    alone = single_claim_ms(model, [each for claims in sets.values() for each in claims])
    if alone["n"]:
        sys.stdout.write(
            f"\none claim at a time, at most {CITED_WORDS} words of evidence: "
            f"{alone['p50']:.1f} ms (p95 {alone['p95']:.1f}, n = {alone['n']})\n"
        )
    if chosen.out is not None:
        record = {
            "model": model.name, "supported_from": model.supported_from,
            "unsupported_below": model.unsupported_below, "limit": chosen.limit,
            "sets": measured, "alone": alone,
        }  # fmt: skip
        text = json.dumps(record, indent=1, ensure_ascii=False)
        write_whole(chosen.out, text.encode(errors="backslashreplace") + b"\n")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    chosen = options(arguments)
    return guarded(lambda: run(chosen))


if __name__ == "__main__":
    sys.exit(main())

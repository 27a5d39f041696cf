"""How well a reader reads when the passage is given: nothing is searched for.

    python -m eval.studies.reading --data DATA [--weights FILE] [--limit N] [--out FILE.json]

Enters: SQuAD 2.0 dev and CLAPnq dev, on neither of which a reader is trained, and a reader's
weights. Leaves: a table a set, each figure with its 95% interval and n, and the same as JSON with
what was said of every question. Of a passage in several windows, the one counts that is likeliest
to answer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embeddings.cli import guarded
from embeddings.reader import WEIGHTS, PassageReader, PassageReading
from eval.files import write_whole
from eval.options import add_data, add_limit
from eval.progress import progress_bar
from eval.reporting.formatting import count_text, interval_text, number_text, table_line
from eval.scoring.measures import Figure
from eval.sets.datasets import SETS
from eval.studies.reading_scores import FIGURES, Read
from eval.studies.reading_sets import LOADERS, Given

# Windows a call: enough that those of like length can be read together.
CALL = 256
WIDTHS = (34, 7, 13, 8)


def read(reader: PassageReader, pairs: Sequence[Given], what: str = "") -> list[Read]:
    """What the reader says of each pair, in their order; ``what`` stands before the bar."""
    asked = [(pair.case.question, window) for pair in pairs for window in pair.windows]
    readings: list[PassageReading] = []
    bar = progress_bar(total=len(asked), desc=what, unit="pair")
    for begin in range(0, len(asked), CALL):
        readings += reader.read_pairs(asked[begin : begin + CALL])
        bar.update(len(readings) - bar.n)
    bar.close()
    told = iter(zip(asked, readings, strict=True))
    found = []
    for pair in pairs:
        own = [next(told) for _ in pair.windows]
        (_, window), best = max(own, key=lambda each: each[1].answerable)
        span = best.place.span if best.place else None
        said = window.text[span.start : span.end] if span else ""
        case = pair.case
        found.append(
            Read(case.id, pair.passage, case.answers, case.answerable, best.answerable, said)
        )
    return found


def measure(reader: PassageReader, sets: dict[str, list[Given]]) -> dict[str, Any]:
    """Every set's figures, as JSON values."""
    measured = {}
    for name, pairs in sets.items():
        begin = time.perf_counter()
        found = read(reader, pairs, name)
        seconds = time.perf_counter() - begin
        figures, thresholds = FIGURES[name](found)
        measured[name] = {
            "pairs": len(pairs),
            "answerable": sum(each.answerable for each in found),
            "in_windows": sum(len(pair.windows) > 1 for pair in pairs),
            "figures": [figure.record() for figure in figures],
            "thresholds": {k: v if math.isfinite(v) else None for k, v in thresholds.items()},
            "seconds": seconds,
            "pairs_per_second": len(pairs) / seconds,
            "read": [_record(each) for each in found],
        }
    return measured


def _record(found: Read) -> dict[str, Any]:
    return {
        "id": found.id,
        "answerable": found.answerable,
        "logit": found.logit,
        "said": found.said,
        "f1": found.answered,
    }


def table(name: str, measured: dict[str, Any]) -> str:
    """A set's figures as text, one a line."""
    head = f"{SETS[name].title.partition(',')[0]}, the passage given: "
    head += f"{count_text(measured['pairs'], 'question')}, {measured['answerable']:,} answerable"
    if measured["in_windows"]:
        head += f"; {count_text(measured['in_windows'], 'passage')} read in windows"
    lines = [head, table_line(("measure", "value", "95% interval", "n"), WIDTHS)]
    for figure in (Figure(**record) for record in measured["figures"]):
        interval = interval_text(figure.low, figure.high)
        cells = (figure.name, number_text(figure.value), interval, f"{figure.n:,}")
        lines.append(table_line(cells, WIDTHS))
    if measured["thresholds"]:
        told = (f"{k} {number_text(v, 'number')}" for k, v in measured["thresholds"].items())
        lines.append(f"thresholds of the logit: {', '.join(told)}")
    rate, seconds = measured["pairs_per_second"], measured["seconds"]
    lines.append(f"{number_text(rate, 'number')} questions a second, {seconds:.1f} s")
    return "\n".join(lines) + "\n"


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line, parsed."""
    taken = argparse.ArgumentParser(
        prog="python -m eval.studies.reading",
        description="How well a reader reads when the passage is given.",
    )
    add_data(taken, required=True)
    taken.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="the weights to read with (default: the released ones)",
    )
    add_limit(taken, "questions of each set")
    taken.add_argument("--out", type=Path, metavar="FILE", help="a JSON file to write as well")
    return taken.parse_args(arguments)


def run(chosen: argparse.Namespace) -> int:
    """Read both sets, print the figures, and keep them where that is asked for."""
    weights: Path | None = chosen.weights
    reader = PassageReader.released() if weights is None else PassageReader.load(weights)
    sets = {name: load(chosen.data, chosen.limit) for name, load in LOADERS.items()}
    # The network is loaded when it is first asked, which is not reading.
    reader.read_pairs([(pair.case.question, pair.windows[0]) for pair in sets["clapnq"][:1]])
    measured = measure(reader, sets)
    sha256 = hashlib.sha256((weights or WEIGHTS).read_bytes()).hexdigest()
    sys.stdout.write(f"weights {sha256[:12]}\n")
    for name, of_set in measured.items():
        sys.stdout.write("\n" + table(name, of_set))
    if chosen.out is not None:
        record = {"weights": sha256, "limit": chosen.limit, "sets": measured}
        text = json.dumps(record, indent=1, ensure_ascii=False)
        write_whole(chosen.out, text.encode(errors="backslashreplace") + b"\n")
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    chosen = options(arguments)
    return guarded(lambda: run(chosen))


if __name__ == "__main__":
    sys.exit(main())

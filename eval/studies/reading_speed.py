"""How fast engines run the reader's network, and what that costs in exactness.

    python -m eval.studies.reading_speed --data DATA --made FOLDER [--pairs 100] [--rounds 15]

Enters: questions with their passages from SQuAD 2.0 dev and CLAPnq dev, and the engines of
``reading_engines.py``. Leaves: a Markdown table. Every round asks each engine in turn, and a ratio
is the median over rounds, so what else the machine does weighs on all alike. What an engine says
is held against float32 in torch. One that is not installed is left out, with a word.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import torch

from embeddings.cli import count, guarded
from embeddings.pairs import Batch, PairTokenizer, by_length, collate
from embeddings.reader import (
    BATCH_TOKENS,
    WEIGHTS,
    Excerpt,
    Network,
    PassageReader,
    PassageReading,
)
from embeddings.rerank import READ
from embeddings.segment import sentences
from embeddings.training.sets import SETS as TRAINING_SETS
from embeddings.training.sets import documents, questions
from embeddings.weights import packaged_folder
from eval.options import add_data
from eval.progress import progress_bar
from eval.studies.reading_engines import KINDS, Material
from eval.studies.reading_sets import LOADERS

CALIBRATION_PAIRS = 300
EXACT = "torch float32"
BEFORE = "torch bfloat16, padded"
COLUMNS = (
    "engine", "pairs/s", f"times {BEFORE}", "greatest difference", "mean", "same words",
    "loaded in s", "MB installed",
)  # fmt: skip

Asked = Sequence[tuple[str, Excerpt]]


@dataclass(slots=True)
class Measured:
    """One engine: what it said, how long it took to load, and the seconds of every round."""

    engine: Network
    loaded: float
    readings: list[PassageReading]
    megabytes: float
    seconds: list[float] = field(default_factory=list)


def asked_pairs(data: Path, limit: int) -> Asked:
    """``limit`` questions with their passages, from both sets, always the same ones."""
    pairs = [pair for load in LOADERS.values() for pair in load(data, -(-limit // len(LOADERS)))]
    return [(pair.case.question, pair.windows[0]) for pair in pairs][:limit]


def calibration_pairs(data: Path, limit: int) -> Asked:
    """Pairs of a set that the reader is trained on, evenly from all of it."""
    folder = data / "reading"
    which = TRAINING_SETS[0]
    known = {each.id: each for each in documents(folder, which)}
    found = questions(folder, which)
    step = max(1, len(found) // limit)
    chosen = islice(found[::step], limit)
    pairs = [(each.text, known[each.document]) for each in chosen]
    return [
        (question, Excerpt(of.title, of.text, tuple(sentences(of.text)))) for question, of in pairs
    ]


def batches_of(pairs: Asked, tokenizer: PairTokenizer, size: int) -> list[list[Batch]]:
    """What a reader makes of ``size`` pairs at a time, as the network takes it."""
    calls = []
    for begin in range(0, len(pairs), size):
        encoded = [
            tokenizer.pair(tokenizer.question(q), tokenizer.context(e.heading, e.text))
            for q, e in pairs[begin : begin + size]
        ]
        groups = by_length(encoded, BATCH_TOKENS)
        calls.append([collate([encoded[i] for i in group]) for group in groups])
    return calls


def take(
    names: Sequence[str], pairs: Asked, tokenizer: PairTokenizer, material: Material
) -> dict[str, Measured]:
    """Load every engine that is installed, and let it read the pairs once."""
    found = {}
    for name in names:
        kind = KINDS[name]
        if missing := kind.missing():
            sys.stderr.write(f"{name} is left out: {', '.join(missing)} not installed\n")
            continue
        path = kind.prepare(material)
        begin = time.perf_counter()
        engine = kind.load(path, material)
        loaded = time.perf_counter() - begin
        reader = PassageReader(tokenizer, _given(engine))
        found[name] = Measured(engine, loaded, reader.read_pairs(pairs), kind.megabytes())
    return found


def _given(engine: Network) -> Callable[[], Network]:
    return lambda: engine


def clock(engines: Mapping[str, Measured], calls: Sequence[Sequence[Batch]], rounds: int) -> None:
    """Time every engine once a round, each over the same calls."""
    bar = progress_bar(total=rounds, desc="rounds")
    for _ in range(rounds):
        for measured in engines.values():
            begin = time.perf_counter()
            for call in calls:
                for batch in call:
                    measured.engine.read(batch)
            measured.seconds.append(time.perf_counter() - begin)
        bar.update()
    bar.close()


def row(name: str, engines: Mapping[str, Measured], number: int) -> list[str]:
    """An engine's line of the table; a dash where there is nothing to hold it against."""
    own, exact, before = engines[name], engines.get(EXACT), engines.get(BEFORE)
    cells = [name, f"{number / statistics.median(own.seconds):.0f}"]
    ratios = [b / o for b, o in zip(before.seconds, own.seconds, strict=True)] if before else []
    cells.append(f"{statistics.median(ratios):.2f}" if ratios else "-")
    if exact is None:
        cells += ["-", "-", "-"]
    else:
        both = list(zip(own.readings, exact.readings, strict=True))
        apart = [abs(_share(one) - _share(other)) for one, other in both]
        same = sum(_words(one) == _words(other) for one, other in both)
        cells += [f"{max(apart):.3f}", f"{statistics.mean(apart):.4f}", f"{same / number:.1%}"]
    return [*cells, f"{own.loaded:.1f}", f"{own.megabytes:.0f}"]


def _share(reading: PassageReading) -> float:
    return 1 / (1 + math.exp(-reading.answerable))


def _words(reading: PassageReading) -> object:
    return reading.place and reading.place.span


def table(engines: Mapping[str, Measured], number: int) -> str:
    """The figures in Markdown."""
    lines = [COLUMNS, ("---",) * len(COLUMNS)]
    lines += [tuple(row(name, engines, number)) for name in engines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.studies.reading_speed", description="Engines for the reader."
    )
    add_data(parser, required=True)
    parser.add_argument("--pairs", type=count, default=100, help="default: %(default)s")
    parser.add_argument("--rounds", type=count, default=15, help="default: %(default)s")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="default: the released ones")
    parser.add_argument(
        "--made", type=Path, required=True, metavar="DIR", help="where engines' files are kept"
    )
    parser.add_argument(
        "--engines", nargs="+", choices=KINDS, default=list(KINDS), metavar="NAME",
        help=f"default: all of {', '.join(KINDS)}",
    )  # fmt: skip
    chosen = parser.parse_args()
    tokenizer = PairTokenizer(packaged_folder())
    pairs = asked_pairs(chosen.data, chosen.pairs)
    calibration = batches_of(calibration_pairs(chosen.data, CALIBRATION_PAIRS), tokenizer, 1)
    chosen.made.mkdir(parents=True, exist_ok=True)
    threads = torch.get_num_threads()
    material = Material(
        [b for call in calibration for b in call], chosen.made, threads, chosen.weights
    )
    engines = take(chosen.engines, pairs, tokenizer, material)
    clock(engines, batches_of(pairs, tokenizer, READ), chosen.rounds)
    sys.stdout.write(
        f"{len(pairs)} pairs, {READ} a call, {threads} threads, {chosen.rounds} rounds\n\n"
    )
    sys.stdout.write(table(engines, len(pairs)))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))

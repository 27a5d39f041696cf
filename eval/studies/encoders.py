"""How fast each way of embedding the packaged model is here, and how near it is to float32.

    python -m eval.studies.encoders [--articles seeds] [--texts 200] [--rounds 3]

Enters: a folder of articles, whose passages and sentences are embedded as an index does. Leaves: a
Markdown table. Every round asks each path in turn, so what else the machine does weighs on all
alike; a second of the processor's is one that this process was computing on one core, which says
more than the clock where other work runs beside. A path that is not installed is left out, with a
word; one that is not near enough to float32 makes the study fail.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from embeddings.cli import count, guarded
from embeddings.collection import Collection
from embeddings.encoder import FloatArray, SentenceEncoder
from embeddings.encoder_openvino import INSTALL, installed
from embeddings.encoder_sentences import SentenceTransformersModel
from embeddings.inputs import encoder_input
from embeddings.weights import packaged_folder
from eval.progress import progress_bar

REFERENCE = "sentence-transformers, float32"
OPENVINO = "OpenVINO"
NEAR_MEAN, NEAR_KEPT = 0.9995, 0.97
NEIGHBOURS = 10
COLUMNS = (
    "path", "passages/s", "passages a processor's second", "question p50 ms", "loaded in s",
    "cosine mean", "min", f"same top {NEIGHBOURS}",
)  # fmt: skip
QUESTIONS = (
    "Who led the delegation?",
    "How many people were evacuated from Kabul airport?",
    "What did the Pentagon say about working with the Taliban against ISIS-K in September 2021?",
)


class Way(Protocol):
    """One way of embedding."""

    def embed(self, texts: Sequence[str]) -> FloatArray:
        """Rows of unit length."""
        ...

    def embed_question(self, text: str) -> FloatArray:
        """One row."""
        ...


class _Own:
    """A ``SentenceEncoder``, without its memory of questions."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        model = encoder._model
        self.embed, self.embed_question = model.embed, model.embed_question


@dataclass(slots=True)
class Measured:
    """One path: its rows, how long it took to load, and the seconds of every round."""

    way: Way
    loaded: float
    rows: FloatArray
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    questions: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Nearness:
    """Cosine to the exact rows, mean and least, and the share of nearest neighbours kept."""

    mean: float
    least: float
    kept: float

    @property
    def enough(self) -> bool:
        """Whether an index may be made with one and searched with the other."""
        return self.mean >= NEAR_MEAN and self.kept >= NEAR_KEPT


def nearness(exact: FloatArray, found: FloatArray, neighbours: int = NEIGHBOURS) -> Nearness:
    """How near rows are to the exact ones; each row's own place counts as a neighbour."""
    cosines = (exact * found).sum(1)
    ranked = (np.argsort(-(rows @ rows.T), axis=1)[:, :neighbours] for rows in (exact, found))
    kept = [len({*one} & {*other}) / len(one) for one, other in zip(*ranked, strict=True)]
    return Nearness(float(cosines.mean()), float(cosines.min()), statistics.mean(kept))


def ways() -> dict[str, Callable[[], Way]]:
    """Every path by name, the one that all are held against first."""
    folder = str(packaged_folder())
    return {
        REFERENCE: lambda: SentenceTransformersModel(folder, lower=False, batch_size=32),
        "sentence-transformers, bfloat16": lambda: SentenceTransformersModel(
            folder, lower=True, batch_size=32
        ),
        "own layers, float32": lambda: _Own(SentenceEncoder(precision="float32", backend="torch")),
        "own layers, bfloat16": lambda: _Own(
            SentenceEncoder(precision="bfloat16", backend="torch")
        ),
        f"{OPENVINO}, float32": lambda: _Own(
            SentenceEncoder(precision="float32", backend="openvino")
        ),
        f"{OPENVINO}, bfloat16": lambda: _Own(
            SentenceEncoder(precision="bfloat16", backend="openvino")
        ),
    }


def texts_of(folder: Path, limit: int) -> tuple[list[str], list[str]]:
    """Passages as an index embeds them, and sentences, evenly from all articles of a folder."""
    found: tuple[list[str], list[str]] = ([], [])
    with tempfile.TemporaryDirectory() as made, Collection.open(Path(made)) as collection:
        collection.sync(folder)
        for article in collection.articles():
            for p in collection.passages_of(article.id):
                found[0].append(encoder_input(article, p.start, p.end))
                found[1].extend(article.text[s.start : s.end] for s in p.sentences)
    passages, sentences = (
        list(dict.fromkeys(each))[:: max(1, len(each) // limit)][:limit] for each in found
    )
    return passages, sentences


def take(names: Sequence[str], texts: Sequence[str]) -> dict[str, Measured]:
    """Load every path that is installed, and let it embed the texts once."""
    found = {}
    for name in names:
        if name.startswith(OPENVINO) and not installed():
            sys.stderr.write(f"{name} is left out: run `{INSTALL}`\n")
            continue
        begin = time.perf_counter()
        way = ways()[name]()
        way.embed(QUESTIONS)
        loaded = time.perf_counter() - begin
        found[name] = Measured(way, loaded, way.embed(texts))
    return found


def clock(paths: Mapping[str, Measured], passages: Sequence[str], rounds: int) -> None:
    """Time every path once a round."""
    bar = progress_bar(total=rounds, desc="rounds")
    for _ in range(rounds):
        for measured in paths.values():
            begin, computed = time.perf_counter(), time.process_time()
            measured.way.embed(passages)
            measured.seconds.append(time.perf_counter() - begin)
            measured.processor.append(time.process_time() - computed)
            for question in QUESTIONS * 5:
                begin = time.perf_counter()
                measured.way.embed_question(question)
                measured.questions.append(time.perf_counter() - begin)
        bar.update()
    bar.close()


def row(name: str, own: Measured, near: Nearness, passages: int) -> list[str]:
    """A path's line of the table."""
    return [
        name,
        f"{passages / statistics.median(own.seconds):.0f}",
        f"{passages / statistics.median(own.processor):.1f}",
        f"{1e3 * statistics.median(own.questions):.1f}",
        f"{own.loaded:.1f}",
        f"{near.mean:.5f}",
        f"{near.least:.5f}",
        f"{near.kept:.1%}",
    ]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.studies.encoders", description="Ways of embedding the packaged model."
    )
    parser.add_argument("--articles", type=Path, default=Path("seeds"), help="default: %(default)s")
    parser.add_argument("--texts", type=count, default=200, help="of each kind; %(default)s")
    parser.add_argument("--rounds", type=count, default=3, help="default: %(default)s")
    chosen = parser.parse_args()
    passages, sentences = texts_of(chosen.articles, chosen.texts)
    paths = take(list(ways()), [*passages, *sentences])
    exact = paths[REFERENCE].rows
    clock(paths, passages, chosen.rounds)
    near = {name: nearness(exact, own.rows) for name, own in paths.items()}
    lines = [COLUMNS, ("---",) * len(COLUMNS)]
    lines += [tuple(row(n, own, near[n], len(passages))) for n, own in paths.items()]
    sys.stdout.write(f"{len(passages)} passages, {len(sentences)} sentences\n\n")
    sys.stdout.write("".join(f"| {' | '.join(cells)} |\n" for cells in lines))
    far = [name for name, each in near.items() if not each.enough]
    if far:
        sys.stderr.write(f"not near enough to float32: {'; '.join(far)}\n")
    return 1 if far else 0


if __name__ == "__main__":
    sys.exit(guarded(main))

"""What a million, ten million and a hundred million articles would take: arithmetic over a bench.

    python -m eval.studies.scaling BENCH_JSON

Enters: ``bench.json`` of ``python -m eval bench``. Leaves: tables on stdout, as docs/scaling.md has
them: first how well the same arithmetic foretells the largest size that was measured from the one
before it, then the sizes that were not. Nothing here is measured; what it assumes besides the bench
stands in ``Assumed``, each with where it is from.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embeddings.cli import guarded
from eval.errors import EvalError

SIZES = (1_000_000, 10_000_000, 100_000_000)
DIM, LAYERS, WIDE = 384, 6, 1536
TOKENS = 207
MB = 2**20


@dataclass(frozen=True, slots=True)
class Assumed:
    """What the bench does not say.

    Tokens a passage (with its heading; mean of 21,952 news passages), multiplications of the
    model, an H200's dense bfloat16 peak (NVIDIA's data sheet: 989 TFLOPS) and the share of it that
    short texts reach (a fifth is careful), and prices in dollars an hour or month, of the order of
    public clouds in 2026: put your own in their place.
    """

    gpu_flops: float = 989e12
    reached: float = 0.2
    core_hour: float = 0.05
    gpu_hour: float = 4.0
    memory_gb_month: float = 3.0
    disk_gb_month: float = 0.1


ASSUMED = Assumed()


@dataclass(frozen=True, slots=True)
class Rates:
    """What one article costs, read off one size of a bench."""

    articles: int
    passages: float
    seconds: float
    bytes_by_part: Mapping[str, float]

    @property
    def bytes(self) -> float:
        """All parts together."""
        return sum(self.bytes_by_part.values())


def rates(figures: Sequence[Mapping[str, Any]], size: int) -> Rates:
    """One article's share of what a size took.

    Raises:
        EvalError: the bench lacks a figure of that size.
    """
    found = {(f["group"], f["name"]): f["value"] for f in figures if f["size"] == size}

    def each(group: str, name: str) -> float:
        value = found.get((group, name))
        if value is None:
            raise EvalError(f"the bench has no {group}, {name} of {size:,} articles; run it again")
        return float(value) / articles

    articles = 1.0
    articles = each("taking in", "articles")
    parts = [name for group, name in found if group == "on disk" and name != "whole"]
    return Rates(
        round(articles),
        each("taking in", "passages"),
        each("taking in", "whole"),
        {name: each("on disk", name) * MB for name in parts},
    )


def flops_a_passage(tokens: int = TOKENS) -> float:
    """Floating-point operations of the embedding model over one passage."""
    maps = 4 * DIM * DIM + 2 * DIM * WIDE
    attention = 2 * tokens * DIM
    return 2.0 * LAYERS * tokens * (maps + attention)


def check(small: Rates, large: Rates) -> Iterator[Sequence[str]]:
    """What the smaller size says of the larger one, and what was measured there."""
    yield ("", f"from {small.articles:,}", f"measured at {large.articles:,}", "ratio")
    for name, foretold, measured in (
        ("passages", small.passages, large.passages),
        ("seconds to take in", small.seconds, large.seconds),
        ("bytes on disk", small.bytes, large.bytes),
    ):
        yield (
            name,
            f"{foretold * large.articles:,.0f}",
            f"{measured * large.articles:,.0f}",
            f"{measured / foretold:.2f}",
        )


def projected(known: Rates, cores: int, assumed: Assumed = ASSUMED) -> Iterator[Sequence[str]]:
    """Passages, bytes, hours and dollars at each of ``SIZES``."""
    yield ("articles", *(f"{size:,}" for size in SIZES))
    passages = [known.passages * size for size in SIZES]
    yield ("passages, millions", *(f"{count / 1e6:,.0f}" for count in passages))
    for name, each in known.bytes_by_part.items():
        yield (f"{name}, GB", *(f"{each * size / 1e9:,.0f}" for size in SIZES))
    core_hours = [known.seconds * size * cores / 3600 for size in SIZES]
    yield ("core hours to take in", *(f"{hours:,.0f}" for hours in core_hours))
    yield ("  dollars of that", *(f"{hours * assumed.core_hour:,.0f}" for hours in core_hours))
    rate = assumed.gpu_flops * assumed.reached / flops_a_passage()
    gpu_hours = [count / rate / 3600 for count in passages]
    yield ("hours of one H200 to embed", *(f"{hours:,.1f}" for hours in gpu_hours))
    yield ("  dollars of that", *(f"{hours * assumed.gpu_hour:,.0f}" for hours in gpu_hours))
    exact = [count * DIM * 4 / 1e9 for count in passages]
    codes = [count * 112 / 1e9 for count in passages]
    yield ("float32 vectors in memory, GB", *(f"{size:,.0f}" for size in exact))
    yield ("compressed codes in memory, GB", *(f"{size:,.0f}" for size in codes))
    yield (
        "  dollars a month of the codes",
        *(f"{size * assumed.memory_gb_month:,.0f}" for size in codes),
    )
    disk = [known.bytes * size / 1e9 * assumed.disk_gb_month for size in SIZES]
    yield ("dollars a month of the disk", *(f"{price:,.0f}" for price in disk))


# How a stage of a question grows with the passages, as an exponent. Vectors: a fixed number of
# lists is read, of about as many as the root of the passages. Words: postings of common words, in
# proportion at worst. Everything else looks at the candidates alone.
GROWTH = {"encode": 0.0, "vectors": 0.5, "words": 1.0, "fuse": 0.0, "rerank": 0.0, "read": 0.0}


def questions(figures: Sequence[Mapping[str, Any]], size: int) -> Iterator[Sequence[str]]:
    """Milliseconds of each stage of a whole answer: as measured, and by ``GROWTH`` at ``SIZES``.

    On one machine that holds all of it: the encoder works while words are searched, and what does
    not fit one machine is searched by several, each its own share.
    """
    known = {
        f["name"]: f["value"]
        for f in figures
        if f["size"] == size and f["group"] == "whole answer" and f["value"] is not None
    }
    yield ("stage, ms p50 (p95)", f"{size:,}, measured", *(f"{each:,}" for each in SIZES))
    for stage, exponent in GROWTH.items():
        middle, high = known.get(f"{stage} p50"), known.get(f"{stage} p95")
        if middle is None or high is None:
            continue
        grown = [1.0, *((each / size) ** exponent for each in SIZES)]
        yield (stage, *(f"{middle * g:,.1f} ({high * g:,.1f})" for g in grown))


def table(rows: Iterator[Sequence[str]]) -> str:
    """Rows as a Markdown table."""
    head, *body = rows
    lines = [f"| {' | '.join(head)} |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in body)]) + "\n"


def read(path: Path) -> tuple[list[dict[str, Any]], int]:
    """The figures of a bench, and the number of cores it ran on.

    Raises:
        EvalError: it cannot be read.
    """
    try:
        bench = json.loads(path.read_text(encoding="utf-8"))
        return list(bench["figures"]), int(bench["machine"]["cores"])
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise EvalError(f"{path} is not what `python -m eval bench` writes: {exc!r}") from exc


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.scaling")
    parser.add_argument("bench", type=Path, metavar="BENCH_JSON")
    figures, cores = read(parser.parse_args(arguments).bench)
    sizes = sorted({f["size"] for f in figures if (f["group"], f["name"]) == ("on disk", "whole")})
    if len(sizes) < 2:
        raise EvalError("the bench has one size: measure two, so that one can foretell the other")
    small, large = (rates(figures, size) for size in sizes[-2:])
    parts = (check(small, large), projected(large, cores), questions(figures, sizes[-1]))
    sys.stdout.write("\n".join(table(part) for part in parts))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))

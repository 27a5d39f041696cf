"""What else differs between two runs: cases, settings, versions, index, machine, times.

Enters: two ``RecordedRun``s. Leaves: lines to read beside a comparison, and speeds side by side.
A time is a ratio without a verdict: it says as much about the machine and its other work as about
the code. Deliberately knows nothing of scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from eval.comparing.baselines import RecordedRun
from eval.reporting.formatting import count_text, value_text

SECTIONS = ("settings", "identity", "versions", "machine")
INDEX = ("fingerprint", "encoder", "articles", "passages")
# Said in words of their own.
SAID = {"identity.set", "identity.cases", "identity.cases_sha256"}
# Of the times that a summary holds outside its figures: where, name, unit.
TIMES = (
    (("index", "passages_per_second"), "indexing, passages/s"),
    (("start", "ready_s"), "process start to ready, s"),
    (("start", "first_answer_s"), "process start to first answer, s"),
    (("peak_memory_mb",), "peak memory, MB"),
)


@dataclass(frozen=True, slots=True)
class Speed:
    """A time, rate or size of both runs; ``ratio`` is b / a."""

    name: str
    a: float
    b: float
    ratio: float


def speeds_of(a: RecordedRun, b: RecordedRun) -> tuple[Speed, ...]:
    """Every speed that both summaries have, over whatever cases each of them ran."""
    in_a, in_b = dict(_speeds(a.summary)), dict(_speeds(b.summary))
    return tuple(
        Speed(name, value, in_b[name], in_b[name] / value)
        for name, value in in_a.items()
        if name in in_b and value
    )


def _speeds(summary: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for figure in summary["figures"]:
        if figure.get("group") == "speed":
            yield figure["name"], figure["value"]
    for keys, name in TIMES:
        value: Any = summary
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, int | float):
            yield name, float(value)


def what_differs(
    a: RecordedRun, b: RecordedRun, common: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the runs were made with that is not the same, and what to know about their cases.

    Args:
        a: the earlier run.
        b: the later one.
        common: how many cases both have.

    Returns:
        lines like ``settings.k: 10 -> 12``, and sentences.
    """
    in_a, in_b = dict(_conditions(a.summary)), dict(_conditions(b.summary))
    differs = tuple(
        f"{name}: {_shown(in_a, name)} -> {_shown(in_b, name)}"
        for name in dict.fromkeys([*in_a, *in_b])
        if in_a.get(name) != in_b.get(name)
    )
    return differs, tuple(_cases(a, b, common))


def machines_differ(a: RecordedRun, b: RecordedRun) -> bool:
    """Whether the runs were made on machines that describe themselves differently."""
    return bool(a.summary.get("machine") != b.summary.get("machine"))


def _conditions(summary: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section in SECTIONS:
        yield from _flat(section, summary.get(section, {}))
    for name in INDEX:
        if name in summary.get("index", {}):
            yield f"index.{name}", summary["index"][name]
    if "index" in summary.get("start", {}):
        yield "start.index", summary["start"]["index"]


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 (any JSON value)
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _flat(f"{name}.{key}", each)
    elif name not in SAID:
        yield name, value


def _shown(values: Mapping[str, Any], name: str) -> str:
    if name not in values:
        return "not told"
    text = value_text(values[name])
    return f"{text[:12]}…" if name.endswith("sha256") else text


def _cases(a: RecordedRun, b: RecordedRun, common: int) -> Iterator[str]:
    for letter, run in (("A", a), ("B", b)):
        if not run.summary["complete"]:
            yield f"{letter} was interrupted: it holds only the first {len(run.ids)} cases"
    if common < max(len(a.ids), len(b.ids)):
        yield (
            f"A has {count_text(len(a.ids), 'case')} and B {len(b.ids):,}; compared on the "
            f"{common:,} that both have: the values are of these, not of the whole runs"
        )
    elif a.summary.get("identity", {}).get("cases_sha256") != b.summary.get("identity", {}).get(
        "cases_sha256"
    ):
        yield "the cases were edited in between: same ids, other questions or gold answers"
    asked = dict(zip(b.ids, b.questions, strict=False))
    changed = [n for n, q in zip(a.ids, a.questions, strict=False) if asked.get(n, q) != q]
    if changed:
        yield f"the question was edited in {count_text(len(changed), 'case')}: {', '.join(changed)}"

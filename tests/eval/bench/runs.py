"""A small bench with stand-ins for the models."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.bench.command import add_bench, plan_of, run_bench

SYSTEM = "tests.eval.bench.fakes:"


def options(data: Path, out: Path, *arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_bench(parser)
    small = ["--questions", "8", "--sessions", "3", "--seconds", "1"]
    return parser.parse_args(["--data", str(data), "--out", str(out), *small, *arguments])


def bench(
    monkeypatch: pytest.MonkeyPatch, chosen: argparse.Namespace, system: str = "quick"
) -> int:
    monkeypatch.setattr(
        "eval.bench.command.plan_of", lambda each: replace(plan_of(each), system=SYSTEM + system)
    )
    return run_bench(chosen)


def record_of(out: Path) -> dict[str, Any]:
    return dict(json.loads((out / "bench.json").read_text(encoding="utf-8")))

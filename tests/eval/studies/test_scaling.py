"""Arithmetic over a bench: what a size says of another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.errors import EvalError
from eval.studies import scaling
from eval.studies.scaling import (
    check,
    flops_a_passage,
    main,
    projected,
    questions,
    rates,
    table,
)


def figure(size: int, group: str, name: str, value: float | None) -> dict[str, Any]:
    return {"size": size, "group": group, "name": name, "value": value, "unit": "number", "n": 1}


def bench(size: int, articles: int, seconds: float) -> list[dict[str, Any]]:
    return [
        figure(size, "taking in", "articles", articles),
        figure(size, "taking in", "passages", 10 * articles),
        figure(size, "taking in", "whole", seconds),
        figure(size, "on disk", "database", 2.0 * articles),
        figure(size, "on disk", "words", 0.5 * articles),
        figure(size, "on disk", "whole", 2.5 * articles),
    ]


FIGURES = [*bench(1000, 1000, 50.0), *bench(5000, 5000, 300.0)]


def test_rates_are_an_articles_share() -> None:
    known = rates(FIGURES, 5000)
    assert (known.articles, known.passages, known.seconds) == (5000, 10.0, 0.06)
    assert known.bytes_by_part == {"database": 2.0 * 2**20, "words": 0.5 * 2**20}


def test_what_the_smaller_size_foretells() -> None:
    rows = [*check(rates(FIGURES, 1000), rates(FIGURES, 5000))]
    assert rows[0] == ("", "from 1,000", "measured at 5,000", "ratio")
    assert rows[1] == ("passages", "50,000", "50,000", "1.00")
    assert rows[2] == ("seconds to take in", "250", "300", "1.20")
    assert rows[3][3] == "1.00"


def test_the_model_by_hand() -> None:
    # A layer maps a token with 4 * 384^2 + 2 * 384 * 1536 weights; attention over one token is
    # 2 * 384 more. Six layers, two operations each.
    assert flops_a_passage(1) == 2 * 6 * (589_824 + 1_179_648 + 768)


def test_projections_by_hand() -> None:
    rows = {row[0]: row[1:] for row in projected(rates(FIGURES, 5000), cores=2)}
    assert rows["articles"] == ("1,000,000", "10,000,000", "100,000,000")
    assert rows["passages, millions"] == ("10", "100", "1,000")
    # .06 s an article on two cores: 120,000 core seconds a million.
    assert rows["core hours to take in"] == ("33", "333", "3,333")
    # 10 M rows of 384 numbers of 4 bytes, and of 112 bytes.
    assert rows["float32 vectors in memory, GB"] == ("15", "154", "1,536")
    assert rows["compressed codes in memory, GB"] == ("1", "11", "112")
    assert rows["database, GB"] == ("2,097", "20,972", "209,715")


def test_questions_grow_by_stage() -> None:
    figures = [
        *FIGURES,
        figure(10_000, "whole answer", "encode p50", 3.0),
        figure(10_000, "whole answer", "encode p95", 4.0),
        figure(10_000, "whole answer", "vectors p50", 1.0),
        figure(10_000, "whole answer", "vectors p95", 2.0),
        figure(10_000, "whole answer", "words p50", 0.5),
        figure(10_000, "whole answer", "words p95", None),
    ]
    head, *rows = questions(figures, 10_000)
    assert head[1] == "10,000, measured"
    # A hundred times the articles: ten times the codes. A stage without a figure is left out.
    assert rows == [
        ("encode", *["3.0 (4.0)"] * 4),
        ("vectors", "1.0 (2.0)", "10.0 (20.0)", "31.6 (63.2)", "100.0 (200.0)"),
    ]


def test_the_command_prints_both_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bench.json"
    path.write_text(json.dumps({"figures": FIGURES, "machine": {"cores": 2}}))
    assert main([str(path)]) == 0
    told = capsys.readouterr().out
    assert table(check(rates(FIGURES, 1000), rates(FIGURES, 5000))) in told
    assert "| core hours to take in | 33 | 333 | 3,333 |" in told


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{}", "is not what"),
        ("no json", "is not what"),
        (json.dumps({"figures": bench(9, 9, 1.0), "machine": {"cores": 2}}), "one size"),
        (
            json.dumps(
                {
                    "figures": [*FIGURES[:6], figure(5000, "on disk", "whole", 1.0)],
                    "machine": {"cores": 2},
                }
            ),
            "has no taking in, articles of 5,000 articles",
        ),
    ],
)
def test_what_is_no_bench(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "bench.json"
    path.write_text(content)
    with pytest.raises(EvalError, match=why):
        scaling.main([str(path)])

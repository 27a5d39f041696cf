"""The released weights give these readings, in float32 and in bfloat16.

After a training, write what the new weights give, and look at the difference before it is kept:

    python -m tests.embeddings.test_reader_released

That fills in ``released_readings.json``: twenty pairs made up for this test, each with the
probabilities that it is relevant and that it answers, to two decimal places, and the words.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from embeddings import reader as module
from embeddings.encoder import Precision
from embeddings.reader import Excerpt, PassageReader, PassageReading
from embeddings.schema import Span

FILE = Path(__file__).with_name("released_readings.json")
CASES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
# Rounded to two decimal places, and what processors differ by.
ROUNDED = 0.0051

Read = Callable[[Precision], list[PassageReading]]


def pair_of(case: dict[str, Any]) -> tuple[str, Excerpt]:
    """A question, and a text whose sentences stand ``between`` apart."""
    text, spans = "", list[Span]()
    for sentence in case["sentences"]:
        text += case["between"] if text else ""
        spans.append(Span(len(text), len(text) + len(sentence)))
        text += sentence
    return case["question"], Excerpt(case["heading"], text, tuple(spans))


PAIRS = [pair_of(case) for case in CASES]


def logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def words(reading: PassageReading, excerpt: Excerpt) -> str | None:
    place = reading.place
    return place and excerpt.text[place.span.start : place.span.end]


@pytest.fixture(scope="module")
def read() -> Read:
    made: dict[str, list[PassageReading]] = {}

    def readings(precision: Precision) -> list[PassageReading]:
        if precision not in made:
            made[precision] = PassageReader.released(precision).read_pairs(PAIRS)
        return made[precision]

    return readings


def test_the_pairs_are_different_and_odd() -> None:
    texts = "".join(question + excerpt.heading + excerpt.text for question, excerpt in PAIRS)
    assert len(set(PAIRS)) == 20
    for odd in ("\r\n", "é", "a\u0301", "🎉", "ש", "“", "€"):
        assert odd in texts


@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_reading_in_float32(read: Read, number: int) -> None:
    case, reading = CASES[number], read("float32")[number]
    assert logistic(reading.relevance) == pytest.approx(case["relevance"], abs=ROUNDED)
    assert logistic(reading.answerable) == pytest.approx(case["answerable"], abs=ROUNDED)
    assert words(reading, PAIRS[number][1]) == case["words"]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_bfloat16_reads_nearly_the_same(read: Read, number: int) -> None:
    exact, rounded = read("float32")[number], read("bfloat16")[number]
    assert logistic(rounded.relevance) == pytest.approx(logistic(exact.relevance), abs=0.02)
    assert logistic(rounded.answerable) == pytest.approx(logistic(exact.answerable), abs=0.02)


def test_bfloat16_finds_the_same_words(read: Read) -> None:
    texts = [excerpt for _, excerpt in PAIRS]
    exact, rounded = (
        [words(reading, excerpt) for reading, excerpt in zip(read(p), texts, strict=True)]
        for p in ("float32", "bfloat16")
    )
    # One may differ: where two ends are as likely, rounding decides.
    assert sum(one == other for one, other in zip(exact, rounded, strict=True)) >= 19


@pytest.mark.parametrize(("precision", "apart"), [("float32", 1e-5), ("bfloat16", 0.01)])
def test_a_pair_is_read_the_same_in_any_company(
    read: Read, precision: Precision, apart: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_TOKENS", 1)
    alone = PassageReader.released(precision).read_pairs(PAIRS)
    for one, other in zip(alone, read(precision), strict=True):
        assert logistic(one.relevance) == pytest.approx(logistic(other.relevance), abs=apart)
        assert logistic(one.answerable) == pytest.approx(logistic(other.answerable), abs=apart)


def write() -> None:
    """Write what the released weights give."""
    readings = PassageReader.released("float32").read_pairs(PAIRS)
    for case, reading, (_, excerpt) in zip(CASES, readings, PAIRS, strict=True):
        case["relevance"] = round(logistic(reading.relevance), 2)
        case["answerable"] = round(logistic(reading.answerable), 2)
        case["words"] = words(reading, excerpt)
    FILE.write_text(json.dumps(CASES, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()

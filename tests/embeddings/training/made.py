"""A reading set made up for tests: museums, who opened them and when, as files and as mined."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from embeddings.schema import Span
from embeddings.training.examples import Recipe
from embeddings.training.mining import Case, Excerpt, Mined

Run = Callable[..., int]
# Nothing is added to a question and its passage, and nothing altered.
PLAIN = Recipe(
    altered=0, emptied=0, other_words=0, reworded=0, mistyped=0, cropped=0, headed=0, dated=0
)

_CITIES = """
    Oslo Lisbon Haifa Cairo Doha Kabul Córdoba Malmö Zürich Łódź Quito Lima Accra Dakar Tunis
    Porto Bergen Turku Riga Vilnius Gdańsk Brno Graz Linz Basel Lyon Nantes Lille Ghent Bruges
"""
_PEOPLE = "Moe Sá Baradar Khan Ødegård Müller Šimić Novák Costa Lund"
CITIES, PEOPLE = _CITIES.split(), _PEOPLE.split()


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 (sampling, not secrecy)


def museum(i: int) -> tuple[str, str, list[tuple[str, str]]]:
    """City, text, and questions with their answers."""
    city, name, year = CITIES[i], f"{PEOPLE[i % 10]}son{i}", str(1900 + 3 * i)
    text = (
        f"The museum of {city} opened in {year} 🎉. Its first director was {name}, a painter.\r\n"
        f"Visitors saw {40 + i} statues “by the sea”. The café stayed empty for long."
    )
    asked = [
        (f"When did the museum of {city} open?", year),
        (f"Who was the first director of the museum in {city}?", name),
        (f"How many statues did visitors see in {city}?", str(40 + i)),
    ]
    return city, text, asked


def rows_of(count: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Passages and questions, as the files of a set hold them."""
    passages: list[dict[str, object]] = []
    questions: list[dict[str, object]] = []
    for i in range(count):
        city, text, asked = museum(i)
        passages.append({"id": f"m{i}", "title": f"Museum_{city}", "text": text})
        for j, (question, answer) in enumerate(asked):
            questions.append(
                {"id": f"m{i}q{j}", "question": question, "passage": f"m{i}", "answers": [answer],
                 "starts": [text.index(answer)], "answerable": True}
            )  # fmt: skip
    return passages, questions


def write_gzip(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def write_set(folder: Path, name: str, count: int) -> Path:
    """Both files of a set of ``count`` museums."""
    folder.mkdir(exist_ok=True)
    passages, questions = rows_of(count)
    write_gzip(folder / f"{name}_passages.jsonl.gz", passages)
    write_gzip(folder / f"{name}_questions.jsonl.gz", questions)
    return folder


def options(data: Path, out: Path) -> list[object]:
    """Of the training command, for a set written as ``squad_part``."""
    return ["--data", data, "--out", out, "--sets", "squad_part", "--epochs", 1, "--device", "cpu"]


def sentences_of(text: str) -> tuple[Span, ...]:
    """The four sentences of a museum."""
    cuts = [text.index(mark) + 1 for mark in ("🎉.", "painter.", "sea”.")]
    ends = [cuts[0] + 1, cuts[1] + 7, cuts[2] + 4, len(text)]
    begins = [0, ends[0] + 1, ends[1] + 2, ends[2] + 1]
    return tuple(Span(*pair) for pair in zip(begins, ends, strict=True))


def mined(count: int = 20) -> Mined:
    """The set as mining leaves it; every fifth museum is held out."""
    excerpts, cases = [], []
    for i in range(count):
        city, text, asked = museum(i)
        excerpts.append(Excerpt(f"m{i}", f"Museum {city}", text, sentences_of(text), i % 5 == 0))
        others = [(i + step) % count for step in range(1, count)]
        for question, answer in asked:
            start = text.index(answer)
            cases.append(
                Case(
                    question,
                    i,
                    (Span(start, start + len(answer)),),
                    {"bm25": others[:6], "dense": others[3:9], "fused": others[:12]},
                    i % 5 == 0,
                )
            )
    return Mined("museums", "museums-0", excerpts, cases)

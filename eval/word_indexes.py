"""Word indexes side by side on the same passages and questions: why tantivy.

    python -m eval.word_indexes --data DATA/multihop_rag

Enters: a folder with ``articles.jsonl.gz`` and ``questions_dev.jsonl.gz``. Leaves: a table on
stdout: build seconds, milliseconds a query, milliseconds to replace one passage, Hits@4 and
Hits@10 (a hit is a passage that holds an evidence quote, white space aside).
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from embeddings.articles import find_sources, read_source
from embeddings.encoder import SentenceEncoder
from embeddings.inputs import encoder_input
from embeddings.lexical import WordEntry, WordIndex, analyzer, normalize, question_terms
from embeddings.segment import passages

Search = Callable[[str, int], Sequence[int]]


def tantivy_index(entries: list[WordEntry], folder: Path) -> tuple[Search, Callable[[], None]]:
    """The project's own."""
    index = WordIndex(folder / "words")
    index.update([], entries)
    return (
        lambda question, k: index.search(question, k)[0].tolist(),
        lambda: index.update([], entries[:1]),
    )


def fts5_index(entries: list[WordEntry], folder: Path) -> tuple[Search, Callable[[], None]]:
    """SQLite's own, with its Porter stemmer, asked for the same words."""
    database = sqlite3.connect(folder / "words.sqlite3", isolation_level=None)
    database.execute("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'porter unicode61')")
    database.execute("BEGIN")
    database.executemany(
        "INSERT INTO words (rowid, text) VALUES (?, ?)",
        [(entry.key, normalize(entry.text)) for entry in entries],
    )
    database.execute("COMMIT")
    analyze = analyzer()

    def search(question: str, k: int) -> list[int]:
        terms = " OR ".join(f'"{term}"' for term in question_terms(question, analyze))
        rows = database.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words) LIMIT ?", (terms, k)
        )
        return [row[0] for row in rows]

    def replace() -> None:
        database.execute(
            "INSERT OR REPLACE INTO words (rowid, text) VALUES (?, ?)",
            (entries[0].key, normalize(entries[0].text)),
        )

    return search, replace


def _load(data: Path) -> tuple[list[WordEntry], list[str], list[dict[str, Any]]]:
    encoder = SentenceEncoder()
    entries: list[WordEntry] = []
    texts: list[str] = []
    for number, article in enumerate(
        read_source(find_sources(data / "articles.jsonl.gz")[0]).articles
    ):
        for passage in passages(article, encoder.count_tokens):
            text = encoder_input(article, passage.start, passage.end)
            entries.append(WordEntry(len(entries) + 1, number, text))
            texts.append(_squeeze(passage.text))
    with gzip.open(data / "questions_dev.jsonl.gz", "rt", encoding="utf-8") as file:
        questions = [json.loads(line) for line in file]
    return entries, texts, [q for q in questions if q["answerable"]]


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _measure(
    build: Callable[..., tuple[Search, Callable[[], None]]],
    entries: list[WordEntry],
    texts: list[str],
    questions: list[dict[str, Any]],
) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        search, replace = build(entries, Path(folder))
        built = time.perf_counter() - begin
        spent, ranks = [], []
        for question in questions:
            quotes = [_squeeze(item["quote"]) for item in question["evidence"]]
            begin = time.perf_counter()
            found = search(question["question"], 10)
            spent.append(1000 * (time.perf_counter() - begin))
            right = [any(quote in texts[key - 1] for quote in quotes) for key in found]
            ranks.append(right.index(True) if True in right else 99)
        begin = time.perf_counter()
        replace()
        replaced = 1000 * (time.perf_counter() - begin)
    hits = [sum(rank < k for rank in ranks) / len(ranks) for k in (4, 10)]
    return [built, statistics.median(spent), replaced, *hits]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m eval.word_indexes")
    parser.add_argument("--data", type=Path, required=True)
    entries, texts, questions = _load(parser.parse_args().data)
    out = sys.stdout.write
    out(f"{len(entries)} passages, {len(questions)} questions\n")
    out("index    build s  query p50 ms  replace ms  Hits@4  Hits@10\n")
    for name, build in (("tantivy", tantivy_index), ("FTS5", fts5_index)):
        built, query, replaced, four, ten = _measure(build, entries, texts, questions)
        out(f"{name:8} {built:7.2f} {query:13.2f} {replaced:11.1f} {four:7.3f} {ten:8.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

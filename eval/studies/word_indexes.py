"""Word indexes side by side on the same passages and questions: why tantivy.

    python -m eval.studies.word_indexes --data FOLDER [--set multihop_rag]

Enters: a public set. Leaves: a table on stdout, judged as ``eval run`` judges, and under it build
seconds, milliseconds a query and milliseconds to replace one passage.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from embeddings.cli import guarded
from embeddings.inputs import encoder_input
from embeddings.lexical import WordEntry, WordIndex, analyzer, normalize, question_terms
from eval.studies.rankings import Study, opened, options, table

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


def measure(
    study: Study, build: Callable[..., tuple[Search, Callable[[], None]]]
) -> tuple[list[float], str]:
    """The figures of one index, and how long it took, in words."""
    found = [
        (passage, article)
        for article in study.collection.articles()
        for passage in study.collection.passages_of(article.id)
    ]
    owners = {article.id: number for number, (_, article) in enumerate(found)}
    entries = [
        WordEntry(key, owners[article.id], encoder_input(article, passage.start, passage.end))
        for key, (passage, article) in enumerate(found, start=1)
    ]
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        search, replace = build(entries, Path(folder))
        built = time.perf_counter() - begin
        spent, rankings = [], []
        for case in study.dataset.cases:
            begin = time.perf_counter()
            keys = search(case.question, study.depth)
            spent.append(1000 * (time.perf_counter() - begin))
            rankings.append([study.place(*found[key - 1]) for key in keys])
        begin = time.perf_counter()
        replace()
        replaced = 1000 * (time.perf_counter() - begin)
    times = f"built in {built:.2f} s, query p50 {statistics.median(spent):.2f} ms, "
    return study.figures(rankings), times + f"one passage replaced in {replaced:.1f} ms"


def main() -> int:
    """Run from the command line."""
    chosen = options("python -m eval.studies.word_indexes", "Word indexes side by side.")
    with opened(chosen) as study:
        found = {
            name: measure(study, build)
            for name, build in (("tantivy", tantivy_index), ("FTS5", fts5_index))
        }
        title = f"{chosen.set}: {len(study.dataset.cases)} questions"
    table(title, {name: figures for name, (figures, _) in found.items()})
    for name, (_, times) in found.items():
        sys.stdout.write(f"{name}: {times}\n")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))

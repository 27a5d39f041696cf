"""The news as a set for speed: some of its articles, and questions that nobody labelled.

Enters: the folder of public sets, and how many articles. Leaves: a ``Dataset`` whose cases have
no evidence, so that times can be measured on it and nothing else. Deliberately knows nothing of
systems.
"""

from __future__ import annotations

import json
from pathlib import Path

from eval.bench.news import NEWS, line, news_file, read_news
from eval.bench.questions import questions_of
from eval.cases import Case, Dataset
from eval.sets.set_files import write_articles

QUESTIONS = 200


def news_set(data: Path | None, *, scratch: Path, articles: int, limit: int | None) -> Dataset:
    """The first articles in the order of the bench, and questions made of them.

    Args:
        data: the folder of all public sets, or that of this one.
        scratch: where the article file is written.
        articles: how many; all where there are fewer.
        limit: how many questions; None for ``QUESTIONS``.

    Raises:
        DatasetMissing, DatasetInvalid: the articles are not there, or are no articles.
        EvalError: scratch cannot be written.
    """
    rows = read_news(news_file(data))[:articles]
    lines = (json.loads(line(row)) for row in rows)
    asked = questions_of(rows, limit or QUESTIONS)
    return Dataset(
        name=NEWS.name,
        articles=write_articles(scratch, NEWS.name, lines),
        cases=tuple(Case(f"q{n:04d}", text, answerable=True) for n, text in enumerate(asked, 1)),
        texts={row.id: row.text for row in rows},
        asks=False,
    )

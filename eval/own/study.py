"""Everything that ``own`` finds out about a collection, as one record.

Enters: an open collection and a ``Plan``. Leaves: the record that becomes ``own.json``, complete
but for its advice. Deliberately computes no text for people and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.collection import Collection
from embeddings.schema import Article, Passage
from eval.own.checks import check_articles, prose_of
from eval.own.elsewhere import Elsewhere, Reply, ask_elsewhere, told_of
from eval.own.near_duplicates import exact_repeats, grouped, near_duplicates, shared_sentences
from eval.own.queries import (
    Blanked,
    Reach,
    Sought,
    ask_headlines,
    ask_sentences,
    blanked,
    sampled,
    with_headlines,
)
from eval.own.reach import Alike, unreached
from eval.own.record import (
    Names,
    copied_files,
    groups_record,
    missed,
    names_of,
    problems_record,
    reply_record,
    shared_record,
)
from eval.scoring.statistics import bootstrap_interval
from eval.scoring.weighted import MEAN
from qa_app.assistant import Assistant
from qa_app.settings import Settings

RESAMPLES = 2000
SENTENCES, HEADLINES, ELSEWHERE = "Sentences", "Headlines", "Questions from elsewhere"

# Begins a step of so many parts; what it gives back is told of each part.
Step = Callable[[str, int], Callable[[int], object]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look at and how much of it.

    ``root`` is where the articles lie, None for an index whose articles may lie anywhere.
    ``today`` is the last day that is not in the future.
    """

    limit: int
    questions: tuple[Elsewhere, ...]
    settings: Settings
    today: date
    root: Path | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The queries and what came of them."""

    passages: list[Passage]
    sentences: list[Sought]
    headlines: list[Sought]
    replies: list[Reply]
    left_out: dict[str, str]
    answered: list[bool]
    reach: Reach


def study(collection: Collection, plan: Plan, step: Step) -> dict[str, Any]:
    """Look at the articles, ask the queries, and say what was seen.

    Args:
        collection: at least one article.
        plan: how much to ask.
        step: told of each stage.
    """
    articles = collection.articles()
    passages = _passages(collection, articles, step("reading the articles", len(articles)))
    texts = {article.id: prose_of(article) for article in articles}
    pairs = near_duplicates(texts, progress=step("comparing them", len(articles)))
    repeats = exact_repeats(texts)
    copies = grouped([*repeats, *((pair.first, pair.second) for pair in pairs)])
    shared = shared_sentences(
        {
            name: [text for each in held for text in _sentences(each)]
            for name, held in passages.items()
        },
        copies,
    )
    asked = _ask(collection, plan, articles, passages, step)
    names = names_of(articles, plan.root)
    counts = {name: len(held) for name, held in passages.items()}
    return {
        "articles": len(articles),
        "passages": sum(counts.values()),
        "formats": sorted({article.format for article in articles}),
        "figures": _figures(asked),
        "asked": _asked_record(asked, articles, names),
        "unreached": unreached(
            asked.passages, asked.sentences, asked.reach, Alike(copies, shared), names
        ),
        "near_duplicates": groups_record(grouped((p.first, p.second) for p in pairs), pairs, names),
        "exact_repeats": [[names(one) for one in group] for group in repeats],
        "copied_files": copied_files(plan.root),
        "shared_sentences": [shared_record(one, names) for one in shared],
        "checks": {
            check: [{**names(flag.article), "note": flag.note} for flag in flags]
            for check, flags in check_articles(articles, counts, plan.today).items()
        },
        **problems_record(collection.status().problems, plan.root),
    }


def _passages(
    collection: Collection, articles: Sequence[Article], progress: Callable[[int], object]
) -> dict[str, list[Passage]]:
    found = {}
    for article in articles:
        found[article.id] = collection.passages_of(article.id)
        progress(1)
    return found


def _sentences(passage: Passage) -> list[str]:
    return [
        passage.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences
    ]


def _ask(
    collection: Collection,
    plan: Plan,
    articles: Sequence[Article],
    passages: Mapping[str, Sequence[Passage]],
    step: Step,
) -> _Asked:
    words, reach = collection.words(), Reach()
    everything = [passage for held in passages.values() for passage in held]
    chosen = sampled(everything, lambda passage: passage.id, plan.limit)
    made = [blanked(passage, passages[passage.article], words) for passage in chosen]
    queries = [one for one in made if one is not None]
    sentences = ask_sentences(collection, queries, reach, step("asking sentences", len(queries)))
    titled = with_headlines(articles, plan.limit)
    headlines = ask_headlines(collection, titled, reach, step("asking headlines", len(titled)))
    left_out = told_of(plan.questions, collection, articles)
    foreign = [one for one in plan.questions if one.id not in left_out]
    foreign = sampled(foreign, lambda one: one.id, plan.limit)
    replies = ask_elsewhere(
        collection, plan.settings, foreign, step("asking questions from elsewhere", len(foreign))
    )
    # As many as there were foreign questions: who refuses everything must not look good.
    control = queries[: len(foreign)]
    answered = _control(
        collection, plan, control, step("asking sentences for an answer", len(control))
    )
    return _Asked(chosen, sentences, headlines, replies, left_out, answered, reach)


def _control(
    collection: Collection,
    plan: Plan,
    queries: Sequence[Blanked],
    progress: Callable[[int], object],
) -> list[bool]:
    assistant, found = Assistant(collection, plan.settings), []
    for one in queries:
        found.append(assistant.ask(one.query).status == "answered")
        progress(1)
    return found


def share(name: str, group: str, hits: Sequence[bool], definition: str) -> dict[str, Any]:
    """A share with its interval, in the form of every figure of ``eval``.

    Where all or none are True no resample differs, and the percentile interval would be a point.
    There the exact binomial bound is given instead (Clopper & Pearson 1934).
    """
    n, count = len(hits), sum(hits)
    if count in {0, n}:
        doubt = 0.025 ** (1 / n)
        low, high = (doubt, 1.0) if count else (0.0, 1 - doubt)
    else:
        rows = np.array(hits, dtype=np.float64)[:, None]
        low, high = bootstrap_interval(rows, MEAN, resamples=RESAMPLES, seed=0)
    return {
        "name": name,
        "group": group,
        "value": count / n,
        "low": low,
        "high": high,
        "n": n,
        "definition": definition,
        "higher_is_better": True,
    }


def _figures(asked: _Asked) -> list[dict[str, Any]]:
    table: list[tuple[str, str, list[bool], str]] = []
    for depth in (1, 4, 10):
        place = "first" if depth == 1 else f"in the first {depth}"
        sentence = f"Its rarest word left out, the sentence brings a passage that holds it {place}."
        title = f"The title brings its article {place}."
        for group, sought, meaning in (
            (SENTENCES, asked.sentences, sentence),
            (HEADLINES, asked.headlines, title),
        ):
            table.append((f"found {place}", group, [s.within(depth) for s in sought], meaning))
    for kind, name, meaning in (
        ("invented", "invented names", "Asks about people, places or firms that do not exist."),
        ("in_principle", "unanswerable", "Asks what no article can tell."),
        ("yours", "your own file", "Asks what your file says these articles do not tell."),
    ):
        refused = [reply.refused for reply in asked.replies if reply.question.kind == kind]
        table.append((f"refused: {name}", ELSEWHERE, refused, f"{meaning} It should be refused."))
    control = "For comparison: sentences of your articles, rarest word left out. It should answer."
    table.append(("answered: your own", ELSEWHERE, asked.answered, control))
    order = {SENTENCES: 0, HEADLINES: 1, ELSEWHERE: 2}
    table.sort(key=lambda row: order[row[1]])
    return [share(*row) for row in table if row[2]]


def _asked_record(asked: _Asked, articles: Sequence[Article], names: Names) -> dict[str, Any]:
    return {
        "passages_sampled": len(asked.passages),
        "sentences": len(asked.sentences),
        "sentences_missed": missed(asked.sentences, names),
        "headlines": len(asked.headlines),
        "titled": sum(article.title is not None for article in articles),
        "headlines_missed": missed(asked.headlines, names),
        "elsewhere": len(asked.replies),
        "left_out": asked.left_out,
        "control": len(asked.answered),
        "control_refused": asked.answered.count(False),
        "not_refused": [reply_record(reply, names) for reply in asked.replies if not reply.refused],
    }

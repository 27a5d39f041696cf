"""How often a follow-up is understood, beside how people rewrote it.

    python -m eval.studies.followups --data FOLDER [--limit N] [--way WAY] [--wrong N]

Enters: CANARD dev (Elgohary et al. 2019): questions of conversations about an article, each with
the article's title, the questions and answers before it, and a rewrite by a person that stands
alone. Leaves: a table on stdout, one row a way, each figure with its 95% interval. Resampled are
conversations, since the questions of one are alike.

What counts is the words that the person added: stems of the rewrite that the question lacks,
without those that say how a question is put. Nothing is searched for and nothing is read.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import model_validator

from embeddings.cli import count, guarded
from embeddings.lexical import QUESTION_WORDS, analyzer, normalize
from eval.errors import DatasetMissing
from eval.options import add_data, add_limit
from eval.reporting.formatting import interval_text, number_text
from eval.scoring.statistics import bootstrap_interval
from eval.scoring.weighted import FloatArray, Statistic
from eval.sets.set_files import Row, read_rows
from qa_app.conversation import Exchange, stand_alone
from qa_app.follow_up.words import word_set

FILE = Path("followup/canard_dev.jsonl.gz")
UNANSWERED = "I don't know."
RESAMPLES = 2000
_PRONOUNS = word_set(
    "he him his himself she her hers herself they them their theirs it its this that these those "
    "there then i me my you your we us our"
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
Way = Callable[["Conversed"], str]


class CanardRow(Row):
    """A line of CANARD; ``History`` is title, section, question, answer, question, answer, …."""

    Question: str
    Rewrite: str
    History: tuple[str, ...]
    conversation: str

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:  # noqa: ANN401 (whatever the line holds)
        if not isinstance(data, dict):
            return data
        conversation = str(data.get("QuAC_dialog_id", ""))
        history = data.get("History")
        told = tuple(history) if isinstance(history, list) else history
        name = f"{conversation}#{data.get('Question_no', '')}"
        return {**data, "History": told, "conversation": conversation, "id": name}


@dataclass(frozen=True, slots=True)
class Conversed:
    """A question in its conversation, and how a person rewrote it."""

    question: str
    rewrite: str
    conversation: str
    title: str
    before: tuple[Exchange, ...]

    @property
    def added(self) -> frozenset[str]:
        """The stems that the person added."""
        return stems(self.rewrite) - stems(self.question)

    @property
    def alone(self) -> bool:
        """Whether the person left it as it was, but for case and punctuation."""
        return _letters(self.question) == _letters(self.rewrite)

    @property
    def kind(self) -> str:
        """What makes it a follow-up: a pronoun in it, or what is not in it."""
        words = {word.casefold() for word in _WORD.findall(self.question)}
        return "pronoun" if words & (_PRONOUNS - {"there", "that"}) else "no pronoun"


@cache
def _analyzer() -> Any:  # noqa: ANN401 (tantivy ships no types)
    return analyzer()


def stems(text: str) -> frozenset[str]:
    """The stems of a text's words, those left out that say how a question is put."""
    words = [word.casefold() for word in _WORD.findall(normalize(text))]
    content = [word for word in words if word not in QUESTION_WORDS | _PRONOUNS]
    return frozenset(_analyzer().analyze(" ".join(content)))


def _letters(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


def conversed(row: CanardRow) -> Conversed:
    """A line as a question in its conversation; an answer that says nothing is none."""
    title, history = row.History[0], row.History[2:]
    pairs = zip(history[::2], history[1::2], strict=True)
    before = tuple(Exchange(q, "" if a == UNANSWERED else a) for q, a in pairs)
    return Conversed(row.Question, row.Rewrite, row.conversation, title, before)


def as_it_is(case: Conversed) -> str:
    """The question, whatever was asked before."""
    return case.question


def in_front(case: Conversed) -> str:
    """With the last question in front of it; of the first one, with the title."""
    earlier = case.before[-1].question if case.before else case.title
    words = {word.casefold() for word in _WORD.findall(case.question)}
    named = any(word[0].isupper() for word in _WORD.findall(case.question)[1:])
    points = bool(words & (_PRONOUNS | {"one", "else", "another", "other", "same"})) and not named
    return f"{earlier} {case.question}" if points or len(words) <= 2 else case.question


def title_in_front(case: Conversed) -> str:
    """With the article's title in front of it, always."""
    return f"{case.title}: {case.question}"


def _ruled(case: Conversed, *, title: bool = True, answers: bool = True) -> str:
    before = case.before if answers else tuple(Exchange(e.question) for e in case.before)
    return stand_alone(case.question, [*([Exchange(case.title)] if title else []), *before])


WAYS: Mapping[str, Way] = {
    "as it is": as_it_is,
    "last question in front": in_front,
    "title in front, always": title_in_front,
    "rules": _ruled,
    "rules, no answers": lambda case: _ruled(case, answers=False),
    "rules, no title": lambda case: _ruled(case, title=False),
}
COLUMNS = ("all", "any", "recall", "precision", "F1", "unchanged")
_ROW = {name: place for place, name in enumerate(
    ("follow-up", "all", "any", "added", "found", "shared", "alone", "unchanged"))}  # fmt: skip


def score(case: Conversed, text: str) -> tuple[float, ...]:
    """One case's counts, in the order of ``_ROW``; all 0 but the last two for no follow-up."""
    wanted, got = case.added, stems(text) - stems(case.question)
    if wanted:
        shared = wanted & got
        sizes = (len(wanted), len(got), len(shared))
        return (1.0, float(shared == wanted), float(bool(shared)), *map(float, sizes), 0.0, 0.0)
    return (0.0,) * 6 + (float(case.alone), float(case.alone and text == case.question))


def _over(top: str, bottom: str) -> Callable[[FloatArray], FloatArray]:
    def share(sums: FloatArray) -> FloatArray:
        above, below = sums[:, _ROW[top]], sums[:, _ROW[bottom]]
        found: FloatArray = np.full(len(sums), np.nan)
        np.divide(above, below, out=found, where=below > 0)
        return found

    return share


def _f1(sums: FloatArray) -> FloatArray:
    both = sums[:, _ROW["added"]] + sums[:, _ROW["found"]]
    found: FloatArray = np.full(len(sums), np.nan)
    np.divide(2 * sums[:, _ROW["shared"]], both, out=found, where=both > 0)
    return found


MEASURES: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "all": _over("all", "follow-up"),
    "any": _over("any", "follow-up"),
    "recall": _over("shared", "added"),
    "precision": _over("shared", "found"),
    "F1": _f1,
    "unchanged": _over("unchanged", "alone"),
}


def figures(
    cases: Sequence[Conversed], texts: Sequence[str]
) -> dict[str, tuple[float, float, float]]:
    """Every measure with its interval, whole conversations resampled."""
    of_conversation: dict[str, FloatArray] = {}
    for case, text in zip(cases, texts, strict=True):
        row = np.array(score(case, text), dtype=np.float64)
        known = of_conversation.get(case.conversation)
        of_conversation[case.conversation] = row if known is None else known + row
    rows = np.array([*of_conversation.values()]).reshape(-1, len(_ROW))
    found = {}
    for name, measure in MEASURES.items():
        statistic = Statistic(lambda rows, counts, measure=measure: measure(counts @ rows))  # type: ignore[misc]  # its default is the measure
        interval = bootstrap_interval(rows, statistic, resamples=RESAMPLES, seed=1)
        found[name] = (statistic(rows), *interval)
    return found


def table(cases: Sequence[Conversed], ways: Sequence[str]) -> str:
    """The figures of every way over all cases, and over each kind of follow-up."""
    lines, texts, took = [], {}, {}
    for way in ways:
        begin = time.perf_counter()
        texts[way] = [WAYS[way](case) for case in cases]
        took[way] = 1000 * (time.perf_counter() - begin) / max(len(cases), 1)
    width = max(map(len, ways))
    for kind in ("all", "pronoun", "no pronoun"):
        chosen = [i for i, case in enumerate(cases) if kind in ("all", case.kind)]
        own = [cases[i] for i in chosen]
        follow, alone = sum(bool(c.added) for c in own), sum(c.alone and not c.added for c in own)
        lines.append(f"{kind}: {follow:,} follow-ups, {alone:,} that stand alone")
        lines.append(f"{'':{width}}  " + "  ".join(f"{name:>15}" for name in COLUMNS) + "       ms")
        for way in ways:
            of_way = figures(own, [texts[way][i] for i in chosen])
            told = (
                f"{number_text(v)} {interval_text(low, high)}"
                for v, low, high in (of_way[name] for name in COLUMNS)
            )
            lines.append(f"{way:{width}}  " + "  ".join(f"{each:>15}" for each in told)
                         + f"  {took[way]:7.2f}")  # fmt: skip
        lines.append("")
    return "\n".join(lines)


def wrong(cases: Sequence[Conversed], way: str, most: int) -> str:
    """Some cases in which a way adds none of the words, or changes what stands alone."""
    lines = []
    for case in cases:
        text = WAYS[way](case)
        scored = score(case, text)
        lost = scored[_ROW["follow-up"]] and not scored[_ROW["any"]]
        if lost or (scored[_ROW["alone"]] and not scored[_ROW["unchanged"]]):
            lines.append(f"{case.question}\n  person: {case.rewrite}\n  {way}: {text}")
    step = max(len(lines) // most, 1)
    return "\n".join(lines[::step][:most]) + "\n"


def load(data: Path, limit: int | None = None) -> list[Conversed]:
    """The cases; ``limit`` keeps whole conversations, the first ones of the file.

    Raises:
        DatasetMissing: the file is not there.
        DatasetInvalid: it is not what it should be.
    """
    path = next((p for p in (data / FILE, data / FILE.name) if p.is_file()), None)
    if path is None:
        raise DatasetMissing(
            f"CANARD: expected {FILE}, there is no {data / FILE}. Its public home is "
            f"https://sites.google.com/view/qanta/projects/canard. The file is gzip JSON lines, "
            f"each with History, Question, Rewrite, QuAC_dialog_id and Question_no"
        )
    cases = [conversed(row) for _, row in read_rows(path, CanardRow)]
    return cases[:limit]


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line, parsed."""
    taken = argparse.ArgumentParser(
        prog="python -m eval.studies.followups", description="How often a follow-up is understood."
    )
    add_data(taken, required=True)
    add_limit(taken, "questions")
    taken.add_argument("--way", action="append", choices=[*WAYS], help="only this; repeatable")
    taken.add_argument("--wrong", type=count, metavar="N", help="show N failures of each way")
    return taken.parse_args(arguments)


def run(chosen: argparse.Namespace) -> int:
    """Print the table."""
    cases, ways = load(chosen.data, chosen.limit), chosen.way or [*WAYS]
    sys.stdout.write(table(cases, ways))
    for way in ways if chosen.wrong else ():
        sys.stdout.write(f"\n{way}, wrong:\n" + wrong(cases, way, chosen.wrong))
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    chosen = options(arguments)
    return guarded(lambda: run(chosen))


if __name__ == "__main__":
    sys.exit(main())

"""Every measure as a value: its canonical name, what it says, and how it is computed.

Enters: judged results. Leaves: ``Measure`` values and ``Figure``s, each with n and a 95% interval.
Deliberately knows nothing of how scores were given (``judging.py``).

A failed case has the worst score wherever a score would have applied, so it can never improve a
mean, nor the figures on "not found", nor AURC. It may improve a ratio or a ranking of cases that is
taken over fewer of them, and no score could prevent that: citations (it counts as one wrong one; a
case that gave several wrong ones weighed more), AUROC (where it was right with low confidence, a
badly ranked pair is gone), ECE (where its error balances the opposite error of its bin), times, and
what a language model did (it has none of these). "Failed cases" stands beside them for that reason.
Nor can a score keep a figure from being undefined, and left out, once no case is left that it is
about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from eval.reporting.formatting import Unit
from eval.results import Result
from eval.scoring.measure import Figure, Measure, figure_from
from eval.scoring.statistics import bootstrap_interval
from eval.scoring.weighted import (
    AURC,
    AUROC,
    ECE,
    F1,
    MEAN,
    PRECISION,
    RATIO,
    percentile,
)

__all__ = [
    "MEASURES", "STAGES", "Figure", "Measure", "figure_from", "figures", "measures_of",
    "speed_measures", "unit_of",
]  # fmt: skip

# As the retriever and the assistant name them, in their order; "filter" occurs where a question is
# limited or names its sources. Others appear behind these when they occur.
STAGES = ("understand", "filter", "encode", "vectors", "words", "fuse", "rerank", "read", "total")
PREFIX = "ms:"


def _retrieval() -> Iterable[Measure]:
    relevant = (
        "relevant passage (one that covers at least half of an evidence quote; in sets that judge "
        "articles, a relevant article)"
    )
    for k in (1, 4, 10):
        text = f"Share of questions with a {relevant} among the first {k}."
        yield Measure(f"Hits@{k}", "retrieval", text, (f"hits@{k}",))
    text = f"Mean of 1 / rank of the first {relevant}; 0 where it is not among the first 10."
    yield Measure("MRR@10", "retrieval", text, ("rr@10",))
    text = (
        f"Normalised discounted cumulative gain of the first 10: every {relevant} gains "
        "1 / log2(rank + 1), over the most that could be gained. An evidence quote that no passage "
        "covers counts among what could have been gained."
    )
    yield Measure("nDCG@10", "retrieval", text, ("ndcg@10",))
    text = (
        "Share of a question's evidence quotes that the first 10 passages cover, each at least by "
        "half (in sets that judge articles: share of the relevant articles among the first 10)."
    )
    yield Measure("Evidence recall@10", "retrieval", text, ("evidence_recall@10",))
    hit = "passage that contains an evidence quote, white space aside, whatever its article"
    source = "MultiHop-RAG's own scorer (Tang & Yang 2024)."
    for k in (4, 10):
        text = f"Share of questions with a {hit}, among the first {k}: {source}"
        yield Measure(f"MultiHop-RAG Hits@{k}", "retrieval", text, (f"multihop_hits@{k}",))
    text = f"Mean of 1 / rank of the first {hit}, 0 beyond 10: {source}"
    yield Measure("MultiHop-RAG MRR@10", "retrieval", text, ("multihop_rr@10",))


def _answers() -> Iterable[Measure]:
    over = "Over questions that have an answer; a refusal scores 0."
    right = (
        "holds a gold answer as whole words, or, where a gold answer is longer than 12 words, "
        "consists of it by at least 60%"
    )
    script = "after SQuAD's normalisation"
    text = f"Share of answers that hold a gold answer as whole words. {over}"
    yield Measure("Answer contained", "answers", text, ("contains",))
    text = f"Share of answers that are a gold answer and nothing else, {script}. {over}"
    yield Measure("EM", "answers", text, ("em",))
    text = f"Mean token F1 of the whole answer with the nearest gold answer, {script}. {over}"
    yield Measure("F1", "answers", text, ("f1",))
    text = f"Share of answers whose first sentence {right}. {over}"
    yield Measure("First sentence right", "answers", text, ("first_right",))
    text = f"Share of answers of which some sentence {right}. {over}"
    yield Measure("Any sentence right", "answers", text, ("any_right",))
    also = "Over all questions; one without an answer scores 1 where it is refused, else 0"
    for name, column in (("EM", "squad2_em"), ("F1", "squad2_f1")):
        text = f"{name} as in SQuAD 2.0 (Rajpurkar et al. 2018), {script}. {also}."
        yield Measure(f"{name} (SQuAD 2.0)", "answers", text, (column,))


def _citations() -> Iterable[Measure]:
    right = (
        "right citation (verbatim, and it shares half of the shorter of the two with an evidence "
        "quote or its words hold a gold answer)"
    )
    over = "Over all citations together; n counts the answers that gave them"
    failed = "a failed case counts as one citation that is not."
    text = (
        "Share of citations that are verbatim: their words stand in the article at their offsets. "
        f"{over}; {failed}"
    )
    yield Measure("Citations verbatim", "citations", text, ("verbatim", "citations"), RATIO)
    text = (
        f"Share of citations that are a {right}. None is right in an answer to a question that "
        f"has none. {over}; {failed}"
    )
    columns = ("right_citations", "citations")
    yield Measure("Citation precision", "citations", text, columns, RATIO)
    text = (
        f"Mean share of an answer's sentences that have a {right}. "
        "Over questions that have an answer; 0 for a refusal."
    )
    yield Measure("Citation recall", "citations", text, ("citation_recall",))
    text = (
        f"Mean share of the articles with evidence that a {right} is from. Over questions "
        "whose evidence lies in several articles; 0 for a refusal."
    )
    yield Measure("Sources covered", "citations", text, ("sources_covered",))


def _conflict() -> Iterable[Measure]:
    over = "Over questions with several right answers or with known wrong ones"
    text = f"Mean share of the right answers that the answer holds. {over}; 0 for a refusal."
    yield Measure("Gold answers covered", "conflict", text, ("gold_covered",))
    text = "Mean share of the known wrong answers that the answer holds; 0 for a refusal."
    columns = ("wrong_told",)
    yield Measure("Wrong answers told", "conflict", text, columns, higher_is_better=False)
    text = f"Share of answers that hold every right answer and no known wrong one. {over}."
    yield Measure("All and only right answers", "conflict", text, ("all_and_only",))


def _abstention() -> Iterable[Measure]:
    columns = ("not_found", "answerable")
    both = (
        "n counts all questions, since each may be refused; defined only where some have an answer "
        "and some have none."
    )
    text = f"Of the questions refused as not found, the share that have no answer. {both}"
    yield Measure("Not found precision", "abstention", text, columns, PRECISION)
    text = "Of the questions that have no answer, the share refused as not found."
    yield Measure("Not found recall", "abstention", text, ("rightly_refused",))
    text = f"Harmonic mean of precision and recall of not found. {both}"
    yield Measure("Not found F1", "abstention", text, columns, F1)
    sure = ("confidence", "right")
    would = (
        "right: the first sentence given, or that would have been given instead of a refusal, is"
    )
    text = f"Chance that a right case has more confidence than a wrong one ({would})."
    yield Measure("AUROC of confidence", "abstention", text, sure, AUROC)
    text = (
        "Area under the risk-coverage curve: the share wrong among the k surest cases, averaged "
        f"over all k ({would}; El-Yaniv & Wiener 2010)."
    )
    yield Measure("AURC", "abstention", text, sure, AURC, higher_is_better=False)
    text = (
        "Expected calibration error: |mean confidence - share right| in ten bins of confidence, "
        f"weighted by their cases ({would}; Guo et al. 2017)."
    )
    yield Measure("ECE", "abstention", text, sure, ECE, higher_is_better=False)


def _model() -> Iterable[Measure]:
    over = "Over questions that a language model was asked"
    text = f"Share of answers that the language model wrote. {over}; the others are extractive."
    yield Measure("Written by the model", "model", text, ("model_wrote",))
    text = (
        "Share of the model's claims that the sentences they cite do not support, in the eyes of "
        f"the local check: they are left out of the answer. {over}, all claims together."
    )
    columns = ("model_unsupported", "model_claims")
    yield Measure("Unsupported claims", "model", text, columns, RATIO, higher_is_better=False)
    costs: tuple[tuple[str, str, Unit, str], ...] = (
        ("Dropped by answer", "dropped", "number", "sentences without a number, unknown numbers"),
        ("Input tokens", "input_tokens", "number", "tokens that the model read"),
        ("Output tokens", "output_tokens", "number", "tokens that the model wrote"),
        ("Model seconds", "seconds", "s", "seconds that the model took, retries included"),
        ("First word seconds", "first_word", "s", "seconds until the model's first word"),
    )
    for name, column, unit, what in costs:
        text = f"Mean number of {what}. {over}."
        yield Measure(name, "model", text, (f"model_{column}",), MEAN, False, unit)


_PERCENTILES = {"p50": ("Median", percentile(50)), "p95": ("95th percentile", percentile(95))}


def speed_measures(stages: Iterable[str]) -> list[Measure]:
    """Two measures a stage: the median and the 95th percentile of its milliseconds."""
    of = "of the time that the stage {} takes a question, in milliseconds; failed cases have none"
    return [
        Measure(
            name=f"{short} {stage} ms",
            group="speed",
            definition=f"{name} {of.format(stage)}.",
            columns=(f"{PREFIX}{stage}",),
            statistic=statistic,
            higher_is_better=False,
            unit="ms",
        )
        for stage in stages
        for short, (name, statistic) in _PERCENTILES.items()
    ]


_FAILED = Measure(
    name="Failed cases",
    group="run",
    definition="Share of cases that ended in an error, a crash or a timeout instead of an outcome.",
    columns=("failed",),
    higher_is_better=False,
)


_MADE = (
    *(_retrieval, _answers, _citations, _conflict, _abstention, _model),
    lambda: speed_measures(STAGES),
)

MEASURES: Mapping[str, Measure] = {
    measure.name: measure for measure in (*(each for made in _MADE for each in made()), _FAILED)
}


def measures_of(results: Sequence[Result]) -> list[Measure]:
    """``MEASURES``, and behind the other speeds those of stages that only these results have."""
    timed = {name for result in results for name in result.scores if name.startswith(PREFIX)}
    known = {column for measure in MEASURES.values() for column in measure.columns}
    others = speed_measures(name.removeprefix(PREFIX) for name in sorted(timed - known))
    measures = [measure for measure in MEASURES.values() if measure is not _FAILED]
    return [*measures, *others, _FAILED]


def unit_of(name: str, group: str) -> Unit:
    """What a figure's value is in, by its measure's name and group."""
    if group == "speed":
        return "ms"
    known = MEASURES.get(name)
    return known.unit if known else "share"


def figures(results: Sequence[Result], *, resamples: int = 2000, seed: int = 0) -> list[Figure]:
    """Every measure that is defined on these results, with its interval.

    Args:
        results: judged cases; the order does not matter to the values.
        resamples: how many the bootstrap draws.
        seed: of the drawing.
    """
    found = (_figure(each, results, resamples, seed) for each in measures_of(results))
    return [figure for figure in found if figure]


def _figure(
    measure: Measure, results: Sequence[Result], resamples: int, seed: int
) -> Figure | None:
    indexes, rows = measure.rows(results)
    value = measure.statistic(rows)
    if np.isnan(value):
        return None
    low, high = bootstrap_interval(rows, measure.statistic, resamples=resamples, seed=seed)
    return Figure(
        name=measure.name,
        group=measure.group,
        value=value,
        low=None if np.isnan(low) else low,
        high=None if np.isnan(high) else high,
        n=len(indexes),
        definition=measure.definition,
        higher_is_better=measure.higher_is_better,
    )

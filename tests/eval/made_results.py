"""Made-up results of a run over invented articles, as like real ones as a report needs.

``made_results`` gives as many judged cases as asked for, the same for the same seed: the first
eight are one of each outcome, the rest fall as chance has it. Scores agree with what they stand
beside. ``made_summary`` goes with them; its intervals are only of a likely width.
"""

import random
from math import exp, log2, sqrt
from statistics import fmean

from eval.results import Outcome, Place, Result, Said

HOSTILE = "</script><img src=x onerror=alert(1)><!--"

ARTICLES = {
    "lisboa.txt": (
        ("Talks in Lisbon end without a deal", "Diário do Porto", "2024-04-12"),
        "The delegation to Lisbon was led by Inês Sousa, the ministry’s chief negotiator.",
        "Talks ran for nine rounds and ended on 11 April without a deal.",
        "“We were close, and we were tired,” said Sousa.",
        "The ministry puts the number of stranded travellers at 2,400.",
    ),
    "setubal.txt": (
        ("Setúbal’s harbour reopens after eleven days", "Costa Viva", "2024-05-02"),
        "The harbour of Setúbal was closed to ships for eleven days in April.",
        "Two cranes had fallen in the storm of 17 April.",
        "The port’s director, João Falcão, reckons the loss at €3.4 million.",
        "Around 2,000 travellers were stranded, the port says.",
    ),
    "nazare.txt": (
        ("The keeper of Nazaré’s lighthouse 🌊", "Atlantic Letters", "2023-11-20"),
        "The lighthouse keeper of Nazaré is called Teresa Amaral; she has kept it since 1998. 🌊",
        "Her father kept it before her, from 1961.",
        "She counts waves of more than twenty metres every winter.",
    ),
    "strike.txt": (
        ("Ferry crews walk out for a third week", "The Tagus Record", ""),
        "Ferry crews stayed away from work for a third week on Monday.",
        "Their union asks for a pay rise of six per cent; the company offers two.",
        "Four in ten crossings were cancelled in March.",
    ),
}
TEXTS = {key: " ".join(sentences) for key, (_, *sentences) in ARTICLES.items()}

# question, kind, fair answers, wrong ones, the places that tell it, history
ASKED = (
    ("Who led the delegation to Lisbon?", "fact", ["Inês Sousa"], [], [("lisboa.txt", 0)], ()),
    ("How many rounds did it take?", "followup", ["nine"], [], [("lisboa.txt", 1)],
     ("Who led the delegation to Lisbon?", "Did the talks end well?")),
    ("How long was the harbour shut?", "reworded", ["eleven days"], [], [("setubal.txt", 0)], ()),
    ("What did closing the port cost?", "reworded", ["3.4 million"], [], [("setubal.txt", 2)], ()),
    ("Who looks after the light?", "reworded", ["Teresa Amaral"], [], [("nazare.txt", 0)], ()),
    ("How many travellers were stranded?", "differ", ["2,400", "2,000"], ["24,000"],
     [("lisboa.txt", 3), ("setubal.txt", 3)], ()),
    ("Who said that they had been tired?", "who_said", ["Sousa"], [], [("lisboa.txt", 2)], ()),
    ("What does the crews’ union ask for?", "fact", ["six per cent"], [], [("strike.txt", 1)], ()),
    ("What share of crossings fell out?", "reworded", ["Four in ten"], [], [("strike.txt", 2)], ()),
    ("Since when did her father keep it?", "followup", ["1961"], [], [("nazare.txt", 1)],
     ("Who is the lighthouse keeper of Nazaré?",)),
)  # fmt: skip
NOT_TOLD = (
    ("How tall is Mount Everest?", "foreign", [], [], [], ()),
    ("Which school did Inês Sousa attend?", "near_miss", [], [], [], ()),
    ("How many cranes does the port of Sines have?", "near_miss", [], [], [], ()),
    ("Who painted the Mona Lisa?", "foreign", [], [], [], ()),
)
OUTCOMES = ("right", "wrong", "refused", "failed")
FIRST = ("right", "wrong", "refused", "failed", "right", "right", "answered", "refused")


def span(article, number):
    """Where a sentence of an article stands, its words given: start, end."""
    start = TEXTS[article].index(ARTICLES[article][1 + number])
    return start, start + len(ARTICLES[article][1 + number])


def place(article, start, end, shown=True):
    text = TEXTS[article][start:end] if shown else ""
    return Place(article, start, end, text, *ARTICLES[article][0])


def passages():
    """Every two neighbouring sentences of every article."""
    for article, (_, *sentences) in ARTICLES.items():
        for number in range(len(sentences) - 1):
            yield place(article, span(article, number)[0], span(article, number + 1)[1])


def tells(one, evidence):
    return any(
        one.article == each["article"] and one.start <= each["start"] and each["end"] <= one.end
        for each in evidence
    )


def ranking(chance, evidence):
    """All passages in an order that favours the ones that tell it."""
    found = sorted(passages(), key=lambda one: chance.random() - 0.35 * tells(one, evidence))
    return tuple(
        each if rank < 5 else place(each.article, each.start, each.end, shown=False)
        for rank, each in enumerate(found[:10])
    )


def said(chance, cited, confidence):
    """An answer of the given places' words, each sentence with a citation of its own."""
    return Said(
        answered=True,
        confidence=confidence,
        sentences=tuple((each.text, (number,)) for number, each in enumerate(cited)),
        citations=tuple(cited),
    )


def outcome(chance, kind, evidence, hits):
    """What the system did, and whether its first sentence would have been right."""
    right = kind == "right" or (kind == "refused" and bool(evidence) and chance.random() < 0.6)
    confidence = min(1.0, max(0.01, chance.gauss(0.78 if kind == "right" else 0.5, 0.16)))
    if kind == "refused":
        confidence = chance.uniform(0.02, 0.3)
    gold = [place(each["article"], each["start"], each["end"]) for each in evidence]
    other = [
        place("strike.txt", *span("strike.txt", 0)),
        place("nazare.txt", *span("nazare.txt", 2)),
    ]
    answer = said(
        chance, (gold + other[:1] if right else other[: chance.randint(1, 2)]), confidence
    )
    base = exp(chance.gauss(2.6, 0.4))
    timings = {"encode": base * 0.6, "words": 0.04 * base, "vectors": 0.02 * base}
    timings |= {"read": base * chance.uniform(0.8, 2.5)}
    timings["total"] = sum(timings.values()) + 0.3
    refused = Said(False, confidence, missing="No article names this.")
    return right, Outcome(
        hits=hits,
        said=refused if kind == "refused" else answer,
        forced=answer if kind == "refused" else None,
        understood="",
        timings_ms={name: round(ms, 2) for name, ms in timings.items()},
    )


def retrieval_scores(right_hits):
    rank = right_hits.index(True) + 1 if True in right_hits else 0
    return {
        **{f"hits@{k}": float(0 < rank <= k) for k in (1, 4, 10)},
        "rr@10": 1 / rank if rank else 0.0,
        "ndcg@10": 1 / log2(rank + 1) if rank else 0.0,
        "evidence_recall@10": float(rank > 0),
        "hits_rank": float(rank),
    }


def scores_of(answerable, kind, right, made, right_hits, right_citations):  # noqa: PLR0917 (a row)
    """Scores by name, None where one does not apply; the worst ones for a failed case."""
    failed, refused = kind == "failed", kind == "refused"
    told = answerable and right and not refused
    spoken = made.forced or made.said
    return {
        **(retrieval_scores(right_hits) if answerable else {"hits@10": None, "hits_rank": None}),
        "contains": float(told) if answerable else None,
        "first_right": float(told) if answerable else None,
        "any_right": float(told) if answerable else None,
        "f1": 0.4 * told if answerable else None,
        "citations": None if failed or refused else float(len(right_citations)),
        "verbatim": None if failed or refused else float(len(right_citations)),
        "right_citations": None if failed or refused else float(sum(right_citations)),
        "answerable": float(answerable),
        "not_found": float(refused),
        "confidence": spoken.confidence if spoken else float(not answerable),
        "right": float(answerable and right),
        "failed": float(failed),
        **{f"ms:{stage}": ms for stage, ms in made.timings_ms.items()},
    }


def made_result(number, kind, asked, chance):
    question, sort, answers, wrong, where, history = asked
    evidence = [
        {"article": article, "quote": TEXTS[article][slice(*span(article, one))],
         "start": span(article, one)[0], "end": span(article, one)[1]}
        for article, one in where
    ]  # fmt: skip
    if kind == "failed":
        error = "TimeoutError: no answer after 60 s"
        right, made = False, Outcome(error=error)
    else:
        right, made = outcome(chance, kind, evidence, ranking(chance, evidence))
    citations = made.said.citations if made.said else ()
    right_hits = tuple(tells(hit, evidence) for hit in made.hits)
    right_citations = tuple(tells(each, evidence) for each in citations)
    gold = {"answers": answers, "wrong_answers": wrong, "evidence": evidence, "relevant": [],
            "all_answers": sort == "differ"}  # fmt: skip
    return Result(
        id=f"{sort}-{number:03d}",
        kind=sort,
        question=question,
        answerable=bool(answers),
        history=history,
        gold=gold,
        outcome=made,
        scores=scores_of(bool(answers), kind, right, made, right_hits, right_citations),
        right_hits=right_hits,
        right_citations=right_citations,
        right_sentences=right_citations,
        verbatim_citations=tuple(each.text in TEXTS[each.article] for each in citations),
    )


def made_results(count=120, seed=0):
    """``count`` judged cases; number seven and eight are not told by the articles."""
    chance, results = random.Random(seed), []  # noqa: S311 (made-up data)
    for number in range(1, count + 1):
        first = FIRST[number - 1] if number <= len(FIRST) else ""
        told = chance.random() < 0.7 if not first else number < 7
        asked = chance.choice(ASKED if told else NOT_TOLD)
        if not first:
            weights = (70, 14, 13, 3) if told else (0, 18, 80, 2)
            first = chance.choices(OUTCOMES, weights)[0]
        results.append(made_result(number, first, asked, chance))
    return results


def figure(name, group, values, definition, higher_is_better=True):
    value, n = fmean(values), len(values)
    half = 1.96 * sqrt(max(value * (1 - value), 0.0) / n) if value <= 1 else 0.06 * value
    return {
        "name": name,
        "group": group,
        "value": value,
        "low": value - half if value > 1 else max(0.0, value - half),
        "high": value + half if value > 1 else min(1.0, value + half),
        "n": n,
        "definition": definition,
        "higher_is_better": higher_is_better,
    }


# name, group, score, what it is
MADE_FIGURES = (
    ("Hits@1", "retrieval", "hits@1", "Share of questions whose first passage is relevant."),
    ("Hits@4", "retrieval", "hits@4", "Share with a relevant passage in the first 4."),
    ("Hits@10", "retrieval", "hits@10", "Share with a relevant passage in the first 10."),
    ("MRR@10", "retrieval", "rr@10", "Mean of 1/rank of the first relevant passage, 0 beyond 10."),
    ("nDCG@10", "retrieval", "ndcg@10", "Gain discounted by rank over the best possible, 10 deep."),
    ("Answer contained", "answers", "contains", "Share of answers that contain a gold answer."),
    ("Token F1", "answers", "f1", "Overlap of words with the nearest gold answer, SQuAD’s way."),
    ("First sentence right", "answers", "first_right", "Share whose first sentence tells it."),
    ("Not found", "abstention", "not_found", "Share of all cases answered with “not found”."),
)  # fmt: skip


def made_figures(results):
    rows = []
    for name, group, score, definition in MADE_FIGURES:
        values = [r.scores[score] for r in results if r.scores.get(score) is not None]
        if values:
            rows.append(figure(name, group, values, definition))
    times = [r.scores["ms:total"] for r in results if "ms:total" in r.scores]
    if times:
        rows.append(figure("p50 total", "speed", times, "Median time of a question.", False))
    failed = [r.scores["failed"] for r in results]
    if failed:
        rows.append(figure("Failed", "run", failed, "Share of cases with no outcome.", False))
    return rows


def made_summary(results, complete=True):
    """What ``summary.json`` holds for these results."""
    kinds = sorted({result.kind for result in results})
    return {
        "set": "harbour",
        "figures": made_figures(results),
        "by_kind": {k: made_figures([r for r in results if r.kind == k]) for k in kinds},
        "failed": [{"id": r.id, "reason": r.failed} for r in results if r.failed],
        "cases": len(results),
        "complete": complete,
        "index": {
            "passages": 10,
            "articles": 4,
            "seconds": 0.84,
            "passages_per_second": 11.9,
            "fingerprint": "9b1c77e0d4a2f35c8e61",
        },
        "start": {"first_answer_s": 3.41, "import_s": 2.07},
        "peak_memory_mb": 612.4,
        "settings": {"k": 10, "threshold": 0.35, "fusion": {"words": 0.5, "vectors": 0.5}},
        "versions": {"cited-qa": "0.1.0", "python": "3.11.2", "faiss-cpu": "1.12.0"},
        "machine": {"system": "Linux 6.1", "cores": 2, "memory_gb": 7.8},
        "started": "2024-06-01T09:30:00+00:00",
        "seconds": 21.7,
    }

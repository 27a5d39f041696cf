"""A case and what came of it -> a judged result.

Enters: a ``Case`` and its ``Outcome``. Leaves: a ``Result`` whose scores every measure is computed
from. A score that does not apply to a case is None. Deliberately knows nothing of measures.

A case that failed gets the worst value of every score that would have applied to it: nothing
found, nothing right, "not found" where there was an answer and an answer where there was none, one
citation that is neither verbatim nor right, full confidence in a wrong answer. Its times are left
out, since it never came to an end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from eval.cases import Case, Dataset
from eval.results import Outcome, Place, Result, Said
from eval.scoring.ranking import Bounds, RankingJudge, distinct, touches
from eval.scoring.text_match import exact_match, holds, holds_any, is_verdict, tells, token_f1

SCORES = (
    *("hits@1", "hits@4", "hits@10", "rr@10", "ndcg@10", "evidence_recall@10", "hits_rank"),
    *("multihop_hits@4", "multihop_hits@10", "multihop_rr@10"),
    *("contains", "em", "f1", "first_right", "any_right", "squad2_em", "squad2_f1"),
    *("citations", "verbatim", "right_citations", "citation_recall", "sources_covered"),
    *("gold_covered", "wrong_told", "all_and_only"),
    *("answerable", "not_found", "rightly_refused", "confidence", "right", "failed"),
)
SILENT = "the system gave no answer and no reason"


class Judge:
    """Judges the cases of one set over one index."""

    def __init__(self, dataset: Dataset, bounds: Bounds) -> None:
        """Judge against ``dataset``; ``bounds`` are the offsets of every passage by article."""
        self.dataset = dataset
        self.ranking = RankingJudge(dataset.unit, bounds, dataset.texts)

    def judge(self, case: Case, outcome: Outcome) -> Result:
        """The result: what was right, and scores by name."""
        if self.dataset.asks and outcome.said is None and not outcome.error:
            outcome = replace(outcome, error=SILENT)
        ranked = self.ranking.judge(case, () if outcome.error else outcome.hits)
        scores: dict[str, float | None] = {**dict.fromkeys(SCORES), **ranked.scores, "failed": 0.0}
        right_citations: tuple[bool, ...] = ()
        right_sentences: tuple[bool, ...] = ()
        verbatim_citations: tuple[bool, ...] = ()
        if outcome.error:
            scores |= self._worst(case)
        else:
            scores |= {f"ms:{stage}": float(ms) for stage, ms in outcome.timings_ms.items()}
            scores |= model_scores(outcome.model)
        if self.dataset.asks and outcome.said and not outcome.error:
            right_citations = self.right_citations(case, outcome.said)
            verbatim_citations = tuple(map(self.is_verbatim, outcome.said.citations))
            right_sentences = tuple(tells(text, case.answers) for text, _ in outcome.said.sentences)
            scores |= self._asked(case, outcome.said, outcome.forced)
        return Result(
            id=case.id,
            kind=case.kind,
            question=case.question,
            answerable=case.answerable,
            history=case.history,
            gold=gold_of(case),
            outcome=outcome,
            scores=scores,
            right_hits=ranked.right,
            right_citations=right_citations,
            right_sentences=right_sentences,
            verbatim_citations=verbatim_citations,
        )

    def _asked(self, case: Case, said: Said, forced: Said | None) -> dict[str, float | None]:
        """Every score of an answer."""
        return {
            **answer_scores(case, said),
            **self._citation_scores(case, said),
            **conflict_scores(case, said),
            **abstention_scores(case, said, forced),
        }

    def _worst(self, case: Case) -> dict[str, float | None]:
        """The worst values of the scores that apply to a case; rankings are judged as empty."""
        if not self.dataset.asks:
            return {"failed": 1.0}
        # Which scores apply depends on the case, not on the answer.
        scores = self._asked(case, Said(False, 1.0), None)
        worst: dict[str, float | None] = {
            name: None if value is None else 0.0 for name, value in scores.items()
        }
        if scores.get("wrong_told") is not None:
            worst["wrong_told"] = 1.0
        return worst | {
            "citations": 1.0,
            "verbatim": 0.0,
            "right_citations": 0.0 if judgeable(case) else None,
            "answerable": float(case.answerable),
            "not_found": float(case.answerable),
            "confidence": 1.0,
            "failed": 1.0,
        }

    def _citation_scores(self, case: Case, said: Said) -> dict[str, float | None]:
        right = self.right_citations(case, said)
        scores: dict[str, float | None] = {}
        if said.answered:
            scores["citations"] = float(len(said.citations))
            scores["verbatim"] = float(sum(map(self.is_verbatim, said.citations)))
            scores["right_citations"] = float(sum(right)) if judgeable(case) else None
        if case.answerable and judgeable(case):
            supported = [any(right[i] for i in numbers) for _, numbers in said.sentences]
            share = sum(supported) / len(supported) if said.answered and supported else 0.0
            scores["citation_recall"] = share
        sources = {each.article for each in case.evidence}
        if case.answerable and len(sources) > 1:
            cited = {each.article for each, ok in zip(said.citations, right, strict=True) if ok}
            scores["sources_covered"] = len(cited & sources) / len(sources)
        return scores

    def right_citations(self, case: Case, said: Said) -> tuple[bool, ...]:
        """Which citations are verbatim, and overlap the evidence or hold a gold answer.

        Words that were made up are no evidence, wherever they are said to stand. A bare yes or no
        is in no text. None is right in an answer to a question that the articles do not answer.
        """
        evidence = distinct(case.evidence)
        answers = [answer for answer in case.answers if not is_verdict(answer)]
        return tuple(
            case.answerable
            and self.is_verbatim(each)
            and (
                any(touches(each, one) for one in evidence)
                or holds_any(self._words_at(each), answers)
            )
            for each in said.citations
        )

    def is_verbatim(self, citation: Place) -> bool:
        """Whether a citation's words are what its article says at its offsets."""
        words = self._words_at(citation)
        return bool(words) and citation.text == words

    def _words_at(self, place: Place) -> str:
        """What the set's article says at a place; empty where there is no such place."""
        text = self.dataset.texts.get(place.article, "")
        if not 0 <= place.start < place.end <= len(text):
            return ""
        return text[place.start : place.end]


def judgeable(case: Case) -> bool:
    """Whether it is known which citations would be right: none, where there is no answer."""
    return not case.answerable or bool(case.evidence or case.answers)


def answer_scores(case: Case, said: Said) -> dict[str, float | None]:
    """Scores of an answer's words; a refusal of a question that has an answer scores 0."""
    if not case.answerable:
        refused = float(not said.answered)
        return {"squad2_em": refused, "squad2_f1": refused}
    if not case.answers:
        return {}
    sentences = [text for text, _ in said.sentences] if said.answered else []
    text = " ".join(sentences)
    exact = exact_match(text, case.answers) if said.answered else 0.0
    f1 = token_f1(text, case.answers) if said.answered else 0.0
    right = [tells(sentence, case.answers) for sentence in sentences]
    return {
        "contains": float(holds_any(text, case.answers)),
        "em": exact,
        "f1": f1,
        "first_right": float(any(right[:1])),
        "any_right": float(any(right)),
        "squad2_em": exact,
        "squad2_f1": f1,
    }


def conflict_scores(case: Case, said: Said) -> dict[str, float | None]:
    """Scores where several answers are wanted, or wrong ones are told.

    ``all_and_only`` is RAMDocs' exact match (Wang et al. 2025, 2504.13079): every right answer
    and no wrong one.
    """
    if not (case.all_answers or case.wrong_answers):
        return {}
    text = said.text if said.answered else ""
    wrong = [holds(text, answer) for answer in case.wrong_answers]
    told = sum(wrong) / len(wrong) if wrong else None
    if not (case.answerable and case.answers):
        return {"wrong_told": told}
    right = [holds(text, answer) for answer in case.answers]
    return {
        "gold_covered": sum(right) / len(right),
        "wrong_told": told,
        "all_and_only": float(all(right) and not any(wrong)),
    }


def model_scores(use: Mapping[str, Any] | None) -> dict[str, float | None]:
    """What a language model did and cost; nothing where none was asked."""
    if use is None:
        return {}
    first = use["first_word"]
    return {
        "model_wrote": float(use["outcome"] == "written"),
        "model_claims": float(use["claims"]),
        "model_unsupported": float(use["unsupported"]),
        "model_dropped": float(use["uncited"] + use["unknown_numbers"]),
        "model_input_tokens": float(use["input_tokens"]),
        "model_output_tokens": float(use["output_tokens"]),
        "model_seconds": float(use["seconds"]),
        "model_first_word": None if first is None else float(first),
    }


def abstention_scores(case: Case, said: Said, forced: Said | None) -> dict[str, float | None]:
    """Whether it refused, how sure it was, and whether it would have been right.

    Both are of the answer that it gave, or would have given, had it not been allowed to refuse.
    ``right`` is None where a case has an answer that the set does not tell, ``rightly_refused``
    where a case has an answer.
    """
    given = said if said.answered else forced or said
    first = given.sentences[0][0] if given.sentences else ""
    known = not case.answerable or bool(case.answers)
    return {
        "answerable": float(case.answerable),
        "not_found": float(not said.answered),
        "rightly_refused": None if case.answerable else float(not said.answered),
        "confidence": float(given.confidence),
        "right": float(case.answerable and tells(first, case.answers)) if known else None,
    }


def gold_of(case: Case) -> Mapping[str, object]:
    """What is known of the answer, as JSON values."""
    return {
        "answers": list(case.answers),
        "wrong_answers": list(case.wrong_answers),
        "evidence": [asdict(each) for each in case.evidence],
        "relevant": list(case.relevant),
        "all_answers": case.all_answers,
    }

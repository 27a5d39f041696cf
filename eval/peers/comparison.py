"""A comparison from set to report.

Enters: a set, the cases to ask, and a ``Plan``. Leaves: the report as JSON values with its table
as text; ``peers.json`` is rewritten after every system, so that nothing measured is lost.
Deliberately knows nothing of the command line.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from eval.cases import Case, Dataset
from eval.errors import EvalError, PeerUnavailable
from eval.files import check_writable, write_whole
from eval.peers.process import perform
from eval.peers.rounds import Plan, Round, run_rounds
from eval.peers.scoring import Passages, Scorer
from eval.peers.systems import Peer, versions
from eval.peers.table import render, rows
from eval.peers.worker import Job
from eval.system import ARTICLE_DEPTH, DEPTH

FILE = "peers.json"
# Every system runs on these; their versions decide times as much as its own do.
COMMON = ("torch", "sentence-transformers", "transformers", "faiss-cpu", "numpy")
FAIRNESS = (
    "Same for all: the passages (as this project cuts them, each with its line of title, publisher"
    " and date in front),",
    "the questions, the embedding weights (all-MiniLM-L6-v2), the threads and the machine; one"
    " process at a time, the order",
    "changed from round to round, the network refused. Build: from passages in memory to ready,"
    " the model loaded before;",
    "this project alone starts from the articles on disk, so its build also reads, cuts and stores"
    " them. Query times include",
    "embedding the question. Peers are set up as their documentation starts; LangChain's BM25 also"
    " gets a tokenizer, and none",
    "uses a reranker or a language model; this project's own reader orders its best candidates, and"
    " the row without it is the one",
    "whose query times are for the same work. Memory: the peak of the whole process, libraries and"
    " passages included.",
)
CHOSEN = (
    "How this project fuses and orders passages was chosen while looking at multihop_rag's"
    " questions, the peers' ways were not:",
    "for scores on questions that nobody looked at, take another --set as well.",
)
# Where there are no labels, instead of ``CHOSEN``.
UNLABELLED = (
    "The questions are made of the articles, half of them titles, half the content words of a"
    " sentence; nobody labelled what would",
    "be right, so that columns of quality are left out: a faster system here may find less.",
)

Told = Callable[[str], None]


@dataclass(slots=True)
class _Comparison:
    """What is known of a comparison while it runs."""

    dataset: Dataset
    cases: Sequence[Case]
    plan: Plan
    passages: Passages
    versions: Mapping[str, str]
    skipped: Mapping[str, str]
    started: str
    rounds: list[Round] = field(default_factory=list)

    def report(self, complete: bool) -> dict[str, Any]:
        """Everything so far as JSON values."""
        plan, passages = self.plan, self.passages
        made = rows(plan.peers, self.rounds, self.skipped)
        head = (
            f"{self.dataset.name}: {len(self.cases):,} questions over {passages.articles:,}"
            f" articles, {len(passages.texts):,} passages; rounds: {plan.rounds},"
            f" threads: {plan.threads}"
        )
        labelled = any(case.evidence or case.relevant for case in self.cases)
        notes = (*FAIRNESS, *(CHOSEN if labelled else UNLABELLED))
        text = [head, "", render(made, labelled=labelled), "", *notes, *_remarks(self.rounds)]
        return {
            "set": self.dataset.name,
            "questions": len(self.cases),
            "articles": passages.articles,
            "passages": len(passages.texts),
            "fingerprint": passages.fingerprint,
            "started": self.started,
            "complete": complete,
            "threads": plan.threads,
            "timeout": plan.timeout,
            "machine": f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}",
            "python": platform.python_version(),
            "versions": dict(self.versions),
            "systems": [row.record() for row in made],
            "text": "\n".join(text),
            "rounds": [each.record() for each in self.rounds],
        }


def compare(
    dataset: Dataset, cases: Sequence[Case], plan: Plan, told: Told = lambda _: None
) -> dict[str, Any]:
    """Run the comparison.

    Args:
        dataset: the articles, and what is right.
        cases: the questions to ask.
        plan: which systems, how often, with how much.
        told: called with a line of text when something was done.

    Returns:
        the report as JSON values, its tables under ``text``; after Ctrl-C with ``complete`` False
        and what was done until then.

    Raises:
        EvalError: there is nothing to ask, the passages cannot be made, or ``out`` cannot be
            written.
    """
    if not cases:
        raise EvalError(f"{dataset.name} has no question that a ranking can be judged by")
    started = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    if plan.out is not None:
        check_writable(plan.out)
    found, skipped = installed(plan.peers, told)
    with tempfile.TemporaryDirectory(prefix="peers-") as made:
        told(f"cutting the articles of {dataset.name} into passages")
        job, passages = prepare(dataset, cases, plan, Path(made))
        state = _Comparison(dataset, cases, plan, passages, found, skipped, started)
        complete = True
        try:
            for each in run_rounds(plan, job, Scorer(dataset, cases, passages), skipped):
                state.rounds.append(_rated(each, len(passages.texts)))
                told(_line(each, plan.rounds))
                _keep(state.report(complete=False), plan.out)
        except KeyboardInterrupt:
            told("interrupted")
            complete = False
    report = state.report(complete)
    _keep(report, plan.out)
    return report


def prepare(
    dataset: Dataset, cases: Sequence[Case], plan: Plan, folder: Path
) -> tuple[Job, Passages]:
    """Cut the articles into passages, in a process of its own, and write them for the workers.

    Raises:
        EvalError: it did not work; the message says why.
    """
    path = folder / "passages.json"
    job = Job(
        articles=str(dataset.articles.resolve()),
        cache=str(plan.cache.resolve()),
        passages=str(path),
        result=str(path),
        scratch=str(folder),
        # Where articles are ranked, enough passages to have ten different articles among them.
        k=DEPTH if dataset.unit == "passage" else ARTICLE_DEPTH,
        keys=tuple(dataset.texts),
        questions=tuple((case.id, case.question) for case in cases),
    )
    made = perform(job, folder, threads=plan.threads, timeout=plan.timeout)
    if "error" in made:
        raise EvalError(f"the articles of {dataset.name} could not be cut: {made['error']}")
    places = [(article, start, end) for article, start, end in made["places"]]
    return job, Passages(made["texts"], places, made["keys"], made["articles"], made["fingerprint"])


def installed(peers: Sequence[Peer], told: Told) -> tuple[dict[str, str], dict[str, str]]:
    """Versions of all packages that are there, and by system why it cannot run."""
    found: dict[str, str] = {}
    skipped: dict[str, str] = {}
    for peer in peers:
        try:
            found |= versions(peer)
        except PeerUnavailable as exc:
            skipped[peer.name] = str(exc)
            told(f"skipped {peer.name}: {exc}")
    for name in COMMON:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return dict(sorted(found.items())), skipped


def _line(done: Round, rounds: int) -> str:
    what = f"round {done.number + 1} of {rounds}, {done.system}: "
    if done.error:
        return f"{what}failed: {done.error}"
    seconds, questions = done.figures["build_s"], len(done.queries)
    return f"{what}built in {seconds:.1f} s, {questions:,} questions asked"


def _rated(done: Round, passages: int) -> Round:
    """The round with passages a second of its build."""
    if done.error:
        return done
    rate = passages / done.figures["build_s"]
    return replace(done, figures={**done.figures, "passages_per_second": rate})


def _remarks(rounds: Sequence[Round]) -> list[str]:
    """What the systems themselves have to say, each thing once."""
    lines = [remark for each in rounds for remark in each.remarks]
    lines += [
        f"{each.system} tried to reach {host}; it was refused"
        for each in rounds
        for host in each.refused
    ]
    return [f"Note: {line}." for line in dict.fromkeys(lines)]


def _keep(report: Mapping[str, Any], out: Path | None) -> None:
    if out is not None:
        write_whole(out / FILE, json.dumps(report, ensure_ascii=False, indent=1) + "\n")

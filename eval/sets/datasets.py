"""The sets that can be run: what each one is, where it comes from, and ``load``.

Enters: a set's name and the folder that holds the public sets. Leaves: a ``Dataset``, whole or a
fixed sample of it. Deliberately knows nothing of what is in the files (``public_sets.py``,
``seed_set.py``), and imports no package, so that a help text can list the sets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.cases import Case, Dataset
from eval.errors import DatasetMissing


@dataclass(frozen=True, slots=True)
class SetInfo:
    """What a set is.

    ``home`` is where anyone gets it, ``licence`` what is stated there. ``files`` are relative to
    the folder of public sets; ``form`` says what a line of them holds, since a home may publish
    the same content in another form. ``description`` is one line.
    """

    name: str
    title: str
    home: str
    licence: str
    files: tuple[str, ...]
    form: str
    description: str


_ARTICLES = "one article a line (id, title, text)"

SETS: Mapping[str, SetInfo] = {
    info.name: info
    for info in (
        SetInfo(
            "seeds",
            "Hand-written questions over the example articles",
            "this project (eval/data/seeds.jsonl over seeds/)",
            "see eval/data/DATASHEET.md",
            (),
            "",
            "hand-written questions over the example articles; needs no --data",
        ),
        SetInfo(
            "multihop_rag",
            "MultiHop-RAG",
            "yixuantt/MultiHop-RAG on Hugging Face",
            "ODC-BY",
            ("multihop_rag/articles.jsonl.gz", "multihop_rag/questions_dev.jsonl.gz"),
            f"{_ARTICLES}; one question a line (id, question, answers, type, answerable, "
            "evidence as a list of article and quote)",
            "news questions whose evidence lies in two to four articles, or in none",
        ),
        SetInfo(
            "scifact",
            "SciFact, test split of BEIR",
            "allenai/scifact on GitHub, BeIR/scifact on Hugging Face",
            "see its repository",
            ("scifact/articles.jsonl.gz", "scifact/questions_test.jsonl.gz"),
            f"{_ARTICLES}; one claim a line (id, question, relevant as an object whose keys are "
            "article ids)",
            "scientific claims and the abstracts about them; measures the retriever only",
        ),
        SetInfo(
            "squad2",
            "SQuAD 2.0 dev, all passages in one collection",
            "rajpurkar/squad_v2 on Hugging Face",
            "CC BY-SA 4.0",
            ("reading/squad2_dev_passages.jsonl.gz", "reading/squad2_dev_questions.jsonl.gz"),
            "one passage a line (id, title, text); one question a line (id, question, passage, "
            "answerable, answers, starts)",
            "questions on encyclopedia passages, half of them without an answer",
        ),
        SetInfo(
            "clapnq",
            "CLAPnq dev, all passages in one collection",
            "PrimeQA/clapnq on Hugging Face",
            "Apache-2.0",
            ("reading/clapnq_dev.jsonl.gz",),
            "one question a line (id, question, answerable, passages as a list of title and text, "
            "output as a list of answer and selected_sentences)",
            "questions people searched for, with long answers from several sentences, or none",
        ),
        SetInfo(
            "ramdocs",
            "RAMDocs dev, the documents of all questions in one collection",
            "HanNight/RAMDocs on Hugging Face",
            "MIT",
            ("conflict/ramdocs_dev.jsonl.gz",),
            "one question a line (id, question, documents as a list of text, type and answer, "
            "gold_answers, wrong_answers)",
            "questions with several right answers, misinformation and noise among the documents",
        ),
    )
}


def load(name: str, data: Path | None, *, scratch: Path, limit: int | None = None) -> Dataset:
    """Read a set.

    Args:
        name: a key of ``SETS``.
        data: the folder that holds the public sets, or the folder of this one; not used for
            a set that needs no files.
        scratch: where article files are written for sets that come without one.
        limit: how many cases to keep, always the same ones; None for all. A smaller sample is
            part of every larger one. The articles are all kept.

    Raises:
        DatasetMissing: there is no such set, or its files are not there.
        DatasetInvalid: a file is not what it should be; the message names file and line.
        EvalError: scratch cannot be written.
        ValueError: ``limit`` is below 1.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"limit is {limit}, expected at least 1")
    info = SETS.get(name)
    if info is None:
        raise DatasetMissing(f"no set is called {name!r}; there are {', '.join(SETS)}")
    from eval.sets.public_sets import LOADERS  # noqa: PLC0415 (the list of sets must not wait for it)

    dataset = LOADERS[name](files_of(info, data), scratch)
    return replace(dataset, cases=sample(dataset.cases, limit))


def sample(cases: Sequence[Case], limit: int | None) -> tuple[Case, ...]:
    """``limit`` cases in their order, chosen by sha256 of their ids; all of them for None.

    Not the first ones, because neighbours in a file are often about the same article; not by a
    seed, because a case is then in or out whatever else the set holds.
    """
    if limit is None:
        return tuple(cases)
    ranked = sorted(cases, key=lambda case: hashlib.sha256(case.id.encode()).digest())
    kept = {case.id for case in ranked[:limit]}
    return tuple(case for case in cases if case.id in kept)


def files_of(info: SetInfo, data: Path | None) -> tuple[Path, ...]:
    """Where the set's files are: all under the common folder, or all in the set's own."""
    if data is None:
        if info.files:
            raise DatasetMissing(_missing(info, "no folder was given"))
        return ()
    folder = data.expanduser()
    common = tuple(folder / name for name in info.files)
    own = tuple(folder / Path(name).name for name in info.files)
    # The common layout is named in the message unless the folder holds a part of the other.
    nearest = max(common, own, key=lambda paths: sum(path.is_file() for path in paths))
    lacking = [str(path) for path in nearest if not path.is_file()]
    if lacking:
        raise DatasetMissing(_missing(info, f"there is no {' and no '.join(lacking)}"))
    return nearest


def _missing(info: SetInfo, found: str) -> str:
    names = " and ".join(info.files)
    return (
        f"{info.title}: expected {names}, {found}. Its public home is {info.home} "
        f"(licence: {info.licence}). Each file is gzip JSON lines: {info.form}. Then pass "
        f"`--data FOLDER`, the folder above {Path(info.files[0]).parent}/ or that folder itself"
    )

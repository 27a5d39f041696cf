"""Claims with their evidence and what people said of them, out of the sets that measure support.

Enters: the folder of public sets. Leaves: ``Given`` values. Deliberately knows nothing of models or
scores. No model of this project is trained or fitted on these rows; of FEVER's training file only
the claims are here that training leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from embeddings.training.support_sets import fever as fever_stated
from eval.errors import DatasetMissing
from eval.sets.set_files import Row, content_id, read_rows


@dataclass(frozen=True, slots=True)
class Given:
    """A claim, the texts it is judged by, whether they support it, and the part of its set."""

    id: str
    claim: str
    evidence: tuple[str, ...]
    supported: bool
    part: str


@dataclass(frozen=True, slots=True)
class SupportSet:
    """A set by its name, its file, and where that comes from."""

    name: str
    title: str
    file: str
    home: str
    load: Callable[[Path], list[Given]]


class _WiceRow(Row):
    claim: str
    evidence: Annotated[tuple[str, ...], Field(strict=False)]
    label: Literal["supported", "partially_supported", "not_supported"]

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: Any) -> Any:  # noqa: ANN401 (whatever a line holds)
        """Its id lies deeper than those of other sets."""
        if isinstance(data, dict) and isinstance(data.get("meta"), dict):
            return {"id": data["meta"].get("id"), **data}
        return data


class _BenchRow(Row):
    claim: str
    references: tuple[str, ...]
    attribution_label: Literal["attributable", "not attributable"]
    src_dataset: str


class _SummaryRow(Row):
    doc: str
    summary: str
    label: Literal["0", "1", 0, 1]


def wice(path: Path) -> list[Given]:
    """WiCE, whole claims: supported against partially and not. Raises as ``read_rows``."""
    rows = (row for _, row in read_rows(path, _WiceRow))
    return [Given(r.id, r.claim, r.evidence, r.label == "supported", r.label) for r in rows]


def attributionbench(path: Path) -> list[Given]:
    """AttributionBench: attributable or not; its parts are its sources. Raises as ``read_rows``."""
    rows = (row for _, row in read_rows(path, _BenchRow))
    return [
        Given(r.id, r.claim, r.references, r.attribution_label == "attributable", r.src_dataset)
        for r in rows
    ]


def summedits_news(path: Path) -> list[Given]:
    """SummEdits, news: summaries with their article. Raises as ``read_rows``."""
    rows = (row for _, row in read_rows(path, _SummaryRow))
    return [Given(r.id, r.summary, (r.doc,), int(r.label) == 1, "") for r in rows]


def fever(path: Path) -> list[Given]:
    """FEVER's statements that training holds out: supported against refuted.

    Raises:
        TrainingDataMissing: the file is not there, or not such a file.
    """
    stated = (each for each in fever_stated(path.parent) if each.held_out)
    return [
        Given(content_id(e.claim, *e.evidence), e.claim, e.evidence, e.supported, "")
        for e in stated
    ]


SETS: Mapping[str, SupportSet] = {
    each.name: each
    for each in (
        SupportSet(
            "wice", "WiCE dev, whole claims: supported against the rest", "wice_claim_dev.jsonl.gz",
            "ryokamoi/wice on GitHub", wice,
        ),
        SupportSet(
            "attributionbench", "AttributionBench dev: attributable or not",
            "attributionbench_dev.jsonl.gz", "osunlp/AttributionBench on Hugging Face",
            attributionbench,
        ),
        SupportSet(
            "summedits_news", "SummEdits, news: right summaries against wrong ones",
            "summedits_news.jsonl.gz", "Salesforce/summedits on Hugging Face", summedits_news,
        ),
        SupportSet(
            "fever", "FEVER, held out in training: supported against refuted",
            "fever_train.jsonl.gz", "FEVER (fever.ai)", fever,
        ),
    )
}  # fmt: skip


def load(which: SupportSet, data: Path, limit: int | None = None) -> list[Given]:
    """A set's claims, or a sample of them that is always the same.

    Args:
        which: one of ``SETS``.
        data: the folder that holds the public sets, or the folder of these.
        limit: how many to keep; None for all.

    Raises:
        DatasetMissing: the file is not there.
    """
    paths = (data / "support" / which.file, data / which.file)
    path = next((each for each in paths if each.is_file()), None)
    if path is None:
        raise DatasetMissing(
            f"{which.title}: expected {paths[0]}, found none. Its public home is {which.home}. "
            f"Then pass `--data FOLDER`, the folder above support/ or that folder itself"
        )
    found = which.load(path)
    if limit is None:
        return found
    kept = set(sorted(content_id(each.id) for each in found)[:limit])
    return [each for each in found if content_id(each.id) in kept]

"""Hard negatives: what the project's own indexes find for a question and does not answer it.

Enters: a reading set. Leaves: its passages, as a collection cuts them, and ``Case`` values: a
question, the passage that answers it with the answer's offsets, and the neighbours that BM25,
the vectors and both together rank first. Kept as gzip JSON in the work folder, so that a second
training starts at once. Deliberately knows nothing of how a reader is trained.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from embeddings.articles import READER_VERSION
from embeddings.collection import Collection
from embeddings.encoder import Encoder, FloatArray, SentenceEncoder
from embeddings.engines.base import Snapshot
from embeddings.fusion import convex_fusion
from embeddings.lexical import LEXICAL_VERSION
from embeddings.opening import index_versions
from embeddings.schema import Span
from embeddings.training.progress import track
from embeddings.training.sets import Document, Question, ReadingSet, documents, questions

MINING_VERSION = "1"
POOL = 30
KEPT = 12
# Which ranking the negatives are taken from.
SOURCES = ("bm25", "dense", "fused")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage: its document, its title, its words, and its sentences as offsets into them."""

    document: str
    title: str
    text: str
    sentences: tuple[Span, ...]
    held_out: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the excerpt that answers it, and its neighbours, best first.

    ``answers`` are offsets into the excerpt's text. ``neighbours`` has one list a source, of
    places in ``Mined.excerpts``; none of them holds an answer's words.
    """

    question: str
    positive: int
    answers: tuple[Span, ...]
    neighbours: dict[str, list[int]]
    held_out: bool


@dataclass(frozen=True, slots=True)
class Mined:
    """A whole set, ready to be trained on; ``place`` is its folder in the work folder."""

    name: str
    place: str
    excerpts: list[Excerpt]
    cases: list[Case]


def mine(
    folder: Path,
    which: ReadingSet,
    work: Path,
    limit: int | None = None,
    *,
    encoder: Encoder | None = None,
) -> Mined:
    """Index a set with the project's own collection and search it with its own questions.

    Args:
        folder: where the set lies.
        which: the set.
        work: where the index and what was mined are kept.
        limit: at most this many questions, evenly spread; None for all.
        encoder: the embedding model; None for the packaged one.

    Raises:
        TrainingDataMissing: the set is not in ``folder``.
    """
    docs, asked = documents(folder, which), questions(folder, which)
    if limit is not None and limit < len(asked):
        asked = [asked[i * len(asked) // limit] for i in range(limit)]
    encoder = encoder or SentenceEncoder()
    content = repr((MINING_VERSION, _made_with(encoder), docs, asked)).encode()
    place = work / f"{which.name}-{hashlib.sha256(content).hexdigest()[:12]}"
    kept = place / "mined.json.gz"
    if kept.is_file():
        return _read(which.name, place.name, kept)
    place.mkdir(parents=True, exist_ok=True)
    source = place / "documents.jsonl"
    rows = ({"id": d.id, "title": d.title, "text": d.text} for d in docs)
    source.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    with Collection.open(place / "index", encoder=encoder) as collection:
        collection.sync(source)
        cut = _excerpts(collection, docs)
        cases = _search(collection, which.name, asked, cut)
    mined = Mined(which.name, place.name, cut.excerpts, cases)
    _write(mined, kept)
    return mined


def _made_with(encoder: Encoder) -> tuple[object, ...]:
    """What decides passages and rankings besides the set.

    Not the encoder's arithmetic: its vectors can be searched together, and a training may go on
    on another machine.
    """
    return encoder.identity, READER_VERSION, *index_versions(), LEXICAL_VERSION


@dataclass(frozen=True, slots=True)
class _Cut:
    """Every passage, where each begins in its document, and its place in the list by its id."""

    excerpts: list[Excerpt]
    begins: list[int]
    places: dict[str, int]


def _excerpts(collection: Collection, docs: Sequence[Document]) -> _Cut:
    known = {doc.id: doc for doc in docs}
    cut = _Cut([], [], {})
    for article in collection.articles():
        doc = known.get(article.id)
        if doc is None:
            continue
        for passage in collection.passages_of(article.id):
            begin = passage.start
            spans = tuple(Span(s.start - begin, s.end - begin) for s in passage.sentences)
            cut.places[passage.id] = len(cut.excerpts)
            cut.excerpts.append(Excerpt(doc.id, doc.title, passage.text, spans, doc.held_out))
            cut.begins.append(begin)
    return cut


def _search(collection: Collection, name: str, asked: Sequence[Question], cut: _Cut) -> list[Case]:
    snapshot = collection.snapshot()
    excerpts, places = cut.excerpts, cut.places
    plain = [plain_text(excerpt.text) for excerpt in excerpts]
    of: dict[str, list[int]] = {}
    for i, excerpt in enumerate(excerpts):
        of.setdefault(excerpt.document, []).append(i)
    rows = collection.encoder.encode([question.text for question in asked])
    cases = []
    for question, row in track(zip(asked, rows, strict=True), f"searching {name}", len(asked)):
        found = _answered_by(
            question, [(i, excerpts[i], cut.begins[i]) for i in of.get(question.document, ())]
        )
        if found is None:
            continue
        positive, answers = found
        words = [plain_text(answer) for answer in question.answers]
        neighbours = {
            source: [
                place
                for place in (places[key] for key in keys if key in places)
                if place != positive and not any(word in plain[place] for word in words)
            ][:KEPT]
            for source, keys in _neighbours(snapshot, question.text, row).items()
        }
        cases.append(
            Case(question.text, positive, answers, neighbours, excerpts[positive].held_out)
        )
    return cases


def _answered_by(
    question: Question, excerpts: Sequence[tuple[int, Excerpt, int]]
) -> tuple[int, tuple[Span, ...]] | None:
    """The excerpt that holds an answer whole, with every answer in it as offsets there."""
    for place, excerpt, begin in excerpts:
        spans = tuple(
            Span(start - begin, start - begin + len(words))
            for start in question.starts
            for words in question.answers
            if start >= begin and excerpt.text.startswith(words, start - begin)
        )
        if spans:
            return place, spans
    return None


def _neighbours(snapshot: Snapshot, question: str, row: FloatArray) -> dict[str, list[str]]:
    """Passage ids by source, best first."""
    dense, lexical = snapshot.nearest(row, POOL), snapshot.matching(question, POOL)
    dense_all = dense | snapshot.cosines(row, [key for key in lexical if key not in dense])
    fused = convex_fusion(lexical, dense_all)
    ids = {key: place.id for key, place in snapshot.locations([*fused]).items()}
    ranked = {"bm25": lexical, "dense": dense, "fused": fused}
    return {
        source: [ids[key] for key in sorted(by, key=lambda k: -by[k]) if key in ids]
        for source, by in ranked.items()
    }


def plain_text(text: str) -> str:
    """A text as answers are looked for in it: without case, extra white space or end marks."""
    return " ".join(text.casefold().split()).strip(" .,;:")


def _write(mined: Mined, path: Path) -> None:
    data = {
        "excerpts": [asdict(excerpt) for excerpt in mined.excerpts],
        "cases": [asdict(case) for case in mined.cases],
    }
    arriving = path.with_suffix(".arriving")
    with gzip.open(arriving, "wt", encoding="utf-8", compresslevel=3) as file:
        json.dump(data, file)
    arriving.replace(path)


def _read(name: str, place: str, path: Path) -> Mined:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        data = json.load(file)
    excerpts = [
        Excerpt(**{**row, "sentences": _spans(row["sentences"])}) for row in data["excerpts"]
    ]
    cases = [Case(**{**row, "answers": _spans(row["answers"])}) for row in data["cases"]]
    return Mined(name, place, excerpts, cases)


def _spans(rows: Sequence[dict[str, Any]]) -> tuple[Span, ...]:
    return tuple(Span(**row) for row in rows)

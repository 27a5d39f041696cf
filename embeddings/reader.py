"""(question, passage) in; relevance, the words that answer, and whether they do, out.

Enters: a question and passages with their heading lines and sentences. Leaves: a
``PassageReading`` each, with offsets into the passage's own text. Deliberately knows nothing of
retrieval, of articles beyond a heading line, or of how an answer is put together.

The network is trained by ``python -m embeddings.training`` from the packaged embedding model; its
model card lies beside the weights. Its layers compute in bfloat16 where the processor multiplies
that in hardware, and everything that is added up in float32.
"""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import FloatArray, Precision
from embeddings.errors import ReaderUnavailable
from embeddings.inputs import heading_line
from embeddings.kept import Kept
from embeddings.pairs import PAIR_TOKENS, Batch, IntTable, PairTokenizer, by_length, collate
from embeddings.processor import multiplies_bfloat16, wait_passively
from embeddings.schema import Article, Hit, Passage, Span
from embeddings.weights import check_weights, packaged_folder, packaged_weights

FOLDER = Path(__file__).with_name("reader_weights")
WEIGHTS = FOLDER / "reader.safetensors"
SHA256 = "70cd18b35f72f742840b4c50236971db48e03d7974a8b9c55e9ae83a517036db"
# Tokens of one forward pass, padding counted: what a question's passages have, read in one go.
BATCH_TOKENS = 8_192
# The longest answer, in tokens: longer ones are whole sentences.
LONGEST_ANSWER = 40
KEPT_READINGS = 512


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is read: a heading line, a text, and its sentences as offsets into the text."""

    heading: str
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Words that would answer, as offsets into the excerpt's text, and how sure that is.

    ``certainty`` is the probability of that start and that end, given that the excerpt answers.
    """

    span: Span
    certainty: float

    def within(self, begin: int) -> Span:
        """The words as offsets into an article whose passage begins at ``begin``."""
        return Span(self.span.start + begin, self.span.end + begin)


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What the network says of one passage.

    ``relevance`` and ``answerable`` are logits: how well the passage fits the question, and
    whether it answers. ``places`` has the best words of each sentence, None for one without any;
    ``shares`` says how likely an answer starts in each. They sum to at most 1.
    """

    relevance: float
    answerable: float
    places: tuple[Place | None, ...]
    shares: tuple[float, ...]

    @property
    def place(self) -> Place | None:
        """The best words of all; None for a text without any."""
        found = [place for place in self.places if place is not None]
        return max(found, key=lambda place: place.certainty, default=None)


class Network(Protocol):
    """What reads a batch of pairs: ``PackedNetwork``, or whatever a test or a study puts there."""

    def read(self, batch: Batch) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Relevance and answerable (pairs,), start and end (pairs, tokens): logits."""
        ...


class PassageReader:
    """Reads passages in batches; safe to share between threads."""

    def __init__(self, tokenizer: PairTokenizer, network: Callable[[], Network]) -> None:
        """Read with what ``network`` makes, which is done once, when the first pair is read.

        ``PassageReader.load`` gives the trained one.
        """
        self._tokenizer = tokenizer
        self._make = network
        self._lock = threading.Lock()
        self._kept = Kept(KEPT_READINGS, self._read)

    @classmethod
    def load(
        cls, weights: Path = WEIGHTS, *, sha256: str = "", precision: Precision = "auto"
    ) -> PassageReader:
        """Take trained weights, over the packaged embedding model.

        Args:
            weights: what ``python -m embeddings.training`` made.
            sha256: what they must be; empty for weights of one's own.
            precision: ``auto`` computes the layers in bfloat16 where that is fast.

        Raises:
            ReaderUnavailable: there are none.
            WeightsMismatch: they are not those that this version was released with.
        """
        if not weights.is_file():
            raise ReaderUnavailable(
                f"there are no weights of the reader at {weights}; check them out again, or make "
                f"them with `python -m embeddings.training --data FOLDER`"
            )
        if sha256:
            check_weights(
                weights,
                sha256,
                what="the reader's released weights",
                remedy="check the file out again, or train it with `python -m embeddings.training`",
            )
        tokenizer = PairTokenizer(packaged_folder())
        return cls(tokenizer, lambda: _network(weights, precision))

    @classmethod
    def released(cls, precision: Precision = "auto") -> PassageReader:
        """The reader that comes with this version. Raises as ``load``."""
        return cls.load(WEIGHTS, sha256=SHA256, precision=precision)

    @cached_property
    def _network(self) -> Network:
        return self._make()

    def read_hits(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        """Read what retrieval found; spans are offsets into each passage's text."""
        return self.read(question, [excerpt_at(hit.passage, hit.article) for hit in hits])

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[PassageReading]:
        """Read every excerpt against one question, in the order given."""
        return self.read_pairs([(question, excerpt) for excerpt in excerpts])

    def read_pairs(self, pairs: Sequence[tuple[str, Excerpt]]) -> list[PassageReading]:
        """Read (question, excerpt) pairs, in the order given.

        Returns:
            one reading a pair; texts beyond ``pairs.PAIR_TOKENS`` tokens are read up to there.
        """
        # The ranking reads a passage, and then the answer does.
        return self._kept(pairs)

    def _read(self, pairs: Sequence[tuple[str, Excerpt]]) -> list[PassageReading]:
        asked = {question: self._tokenizer.question(question) for question, _ in pairs}
        contexts = self._tokenizer.contexts([(e.heading, e.text) for _, e in pairs])
        encoded = [
            self._tokenizer.pair(asked[question], context)
            for (question, _), context in zip(pairs, contexts, strict=True)
        ]
        readings: dict[int, PassageReading] = {}
        for places in by_length(encoded, BATCH_TOKENS):
            with self._lock:
                logits = self._network.read(collate([encoded[i] for i in places]))
            for row, i in enumerate(places):
                relevance, answerable, start, end = (values[row] for values in logits)
                pair = encoded[i]
                reach = slice(pair.first, pair.last)
                found = _found(start[reach], end[reach], pair.offsets, pairs[i][1])
                readings[i] = PassageReading(float(relevance), float(answerable), *found)
        return [readings[i] for i in range(len(pairs))]


def _network(weights: Path, precision: Precision) -> Network:
    """Load the network; raises ``ReaderUnavailable`` where the file is not of this network."""
    wait_passively()
    import torch  # noqa: PLC0415 (1 s)

    from embeddings.reader_packed import PackedNetwork, StoredNetwork  # noqa: PLC0415

    lower = precision == "bfloat16" or (precision == "auto" and multiplies_bfloat16())
    dtype = torch.bfloat16 if lower else torch.float32
    try:
        return PackedNetwork(StoredNetwork.read(packaged_weights().parent, weights, dtype))
    except (OSError, ValueError, KeyError) as exc:
        raise ReaderUnavailable(f"cannot load the reader from {weights}: {exc}") from exc


def excerpt_at(passage: Passage, article: Article) -> Excerpt:
    """A passage of an article as the reader sees it."""
    begin = passage.start
    spans = tuple(Span(s.start - begin, s.end - begin) for s in passage.sentences)
    return Excerpt(heading_line(article), passage.text, spans)


def _found(
    start: FloatArray, end: FloatArray, offsets: IntTable, excerpt: Excerpt
) -> tuple[tuple[Place | None, ...], tuple[float, ...]]:
    """Each sentence's best words and share, from the text tokens' logits."""
    count = len(excerpt.sentences)
    if not len(start):
        return (None,) * count, (0.0,) * count
    of = _sentence_of(offsets, excerpt.sentences)
    begins, ends = _softmax(start), _softmax(end)
    shares = np.bincount(of[of >= 0], begins[of >= 0], minlength=count)
    places: list[Place | None] = []
    for i in range(count):
        tokens = np.flatnonzero(of == i)
        if not len(tokens):
            places.append(None)
            continue
        first, last = _best_span(start[tokens], end[tokens])
        first, last = int(tokens[first]), int(tokens[last])
        span = _whole_words(excerpt.text, int(offsets[first, 0]), int(offsets[last, 1]))
        # A sentence that was too long is cut where there may be no space.
        whole = excerpt.sentences[i]
        span = Span(max(span.start, whole.start), min(span.end, whole.end))
        places.append(Place(span, float(begins[first] * ends[last])))
    return tuple(places), tuple(shares.tolist())


def _sentence_of(offsets: IntTable, sentences: Sequence[Span]) -> IntTable:
    """The number of each token's sentence; -1 for a token outside all of them."""
    if not sentences:
        return np.full(len(offsets), -1)
    starts = np.array([s.start for s in sentences])
    ends = np.array([s.end for s in sentences])
    of = np.searchsorted(starts, offsets[:, 0], side="right") - 1
    return np.where((of >= 0) & (offsets[:, 0] < ends[np.maximum(of, 0)]), of, -1)


def _best_span(start: FloatArray, end: FloatArray) -> tuple[int, int]:
    """The start and end with the highest sum, end not before start and not too far behind."""
    sums = start[:, None] + end[None, :]
    size = len(start)
    at = int(np.argmax(np.where(_allowed(LONGEST_ANSWER)[:size, :size], sums, -np.inf)))
    return at // size, at % size


@lru_cache
def _allowed(longest: int) -> NDArray[np.bool_]:
    """Which ends go with which starts; a shorter text takes the first rows and columns."""
    size = PAIR_TOKENS
    lengths = np.arange(size)[None, :] - np.arange(size)[:, None]
    return (lengths >= 0) & (lengths < longest)


def _whole_words(text: str, start: int, end: int) -> Span:
    """Widen to whole words: the network may stop inside one."""
    while start > 0 and _joined(text[start - 1], text[start]):
        start -= 1
    while end < len(text) and _joined(text[end - 1], text[end]):
        end += 1
    return Span(start, end)


def _joined(one: str, next_one: str) -> bool:
    """Whether two characters are of one word; an accent belongs to what it stands on."""
    kinds = unicodedata.category(one)[0] + unicodedata.category(next_one)[0]
    return kinds[1] == "M" or (kinds[0] in "LMN" and kinds[1] in "LN")


def _softmax(logits: FloatArray) -> FloatArray:
    raised = np.exp(logits - logits.max())
    shares: FloatArray = raised / raised.sum()
    return shares

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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoder import FloatArray, Precision
from embeddings.errors import ReaderUnavailable
from embeddings.inputs import heading_line
from embeddings.pairs import IntTable, PairTokenizer, by_length, collate
from embeddings.processor import multiplies_bfloat16
from embeddings.schema import Hit, Span
from embeddings.weights import check_weights, packaged_folder

if TYPE_CHECKING:
    from embeddings.reader_network import ReaderNetwork

FOLDER = Path(__file__).with_name("reader_weights")
WEIGHTS = FOLDER / "reader.safetensors"
SHA256 = ""
# Tokens of one forward pass, padding counted: more are no faster on two cores.
BATCH_TOKENS = 2_048
# The longest answer, in tokens: longer ones are whole sentences.
LONGEST_ANSWER = 40


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is read: a heading line, a text, and its sentences as offsets into the text."""

    heading: str
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PassageReading:
    """What the network says of one passage.

    ``relevance`` and ``answerable`` are logits: how well the passage fits the question, and
    whether it answers. ``span`` are the words that would answer, as offsets into the text, with
    ``certainty``, the probability of that start and end; None for a text without words.
    ``shares`` says for each sentence how likely the answer starts in it; they sum to at most 1.
    """

    relevance: float
    answerable: float
    span: Span | None
    certainty: float
    shares: tuple[float, ...]


class PassageReader:
    """Reads passages in batches; safe to share between threads."""

    def __init__(
        self,
        network: ReaderNetwork,
        tokenizer: PairTokenizer,
        precision: Precision = "auto",
    ) -> None:
        """Read with a network; ``PassageReader.load`` takes the trained one.

        Args:
            network: on the processor.
            tokenizer: of the same model.
            precision: ``auto`` computes the layers in bfloat16 where that is fast.
        """
        if precision == "auto":
            precision = "bfloat16" if multiplies_bfloat16() else "float32"
        self.precision = precision
        self._network = network.eval()
        if precision == "bfloat16":
            network.lower_precision()
        self._tokenizer = tokenizer
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls, weights: Path = WEIGHTS, *, sha256: str = "", precision: Precision = "auto"
    ) -> PassageReader:
        """Load trained weights over the packaged embedding model.

        Raises:
            ReaderUnavailable: there are none, or they are not of this network.
            WeightsMismatch: they are not those that this version was released with.
        """
        from embeddings.reader_network import ReaderNetwork  # noqa: PLC0415 (imports torch)

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
        folder = packaged_folder()
        try:
            network = ReaderNetwork.from_weights(folder, weights)
        except (OSError, ValueError) as exc:
            raise ReaderUnavailable(f"cannot load the reader from {weights}: {exc}") from exc
        return cls(network, PairTokenizer(folder / "tokenizer.json"), precision)

    def read_hits(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        """Read what retrieval found; spans are offsets into each passage's text."""
        return self.read(question, [excerpt_of(hit) for hit in hits])

    def read(self, question: str, excerpts: Sequence[Excerpt]) -> list[PassageReading]:
        """Read every excerpt against one question, in the order given."""
        return self.read_pairs([(question, excerpt) for excerpt in excerpts])

    def read_pairs(self, pairs: Sequence[tuple[str, Excerpt]]) -> list[PassageReading]:
        """Read (question, excerpt) pairs, in the order given.

        Returns:
            one reading a pair; texts beyond ``pairs.PAIR_TOKENS`` tokens are read up to there.
        """
        asked = {question: self._tokenizer.question(question) for question, _ in pairs}
        encoded = [
            self._tokenizer.pair(asked[q], self._tokenizer.context(e.heading, e.text))
            for q, e in pairs
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


def excerpt_of(hit: Hit) -> Excerpt:
    """A hit as the reader sees it."""
    begin = hit.passage.start
    spans = tuple(Span(s.start - begin, s.end - begin) for s in hit.passage.sentences)
    return Excerpt(heading_line(hit.article), hit.passage.text, spans)


def _found(
    start: FloatArray, end: FloatArray, offsets: IntTable, excerpt: Excerpt
) -> tuple[Span | None, float, tuple[float, ...]]:
    """The best span, its certainty, and each sentence's share, from the text tokens' logits."""
    if not len(start):
        return None, 0.0, (0.0,) * len(excerpt.sentences)
    of = _sentence_of(offsets, excerpt.sentences)
    begins, ends = _softmax(start), _softmax(end)
    shares = np.bincount(of[of >= 0], begins[of >= 0], minlength=len(excerpt.sentences))
    first, last = _best_span(start, end, of)
    span = _whole_words(excerpt.text, int(offsets[first, 0]), int(offsets[last, 1]))
    return span, float(begins[first] * ends[last]), tuple(shares.tolist())


def _sentence_of(offsets: IntTable, sentences: Sequence[Span]) -> IntTable:
    """The number of each token's sentence; -1 for a token outside all of them."""
    if not sentences:
        return np.full(len(offsets), -1)
    starts = np.array([s.start for s in sentences])
    ends = np.array([s.end for s in sentences])
    of = np.searchsorted(starts, offsets[:, 0], side="right") - 1
    return np.where((of >= 0) & (offsets[:, 0] < ends[np.maximum(of, 0)]), of, -1)


def _best_span(start: FloatArray, end: FloatArray, of: IntTable) -> tuple[int, int]:
    """The start and end with the highest sum, in one sentence and not too far apart."""
    size = min(LONGEST_ANSWER, len(start))
    best, found = -np.inf, (0, 0)
    for length in range(size):
        sums = start[: len(start) - length] + end[length:]
        sums = np.where(of[: len(of) - length] == of[length:], sums, -np.inf)
        at = int(np.argmax(sums))
        if sums[at] > best:
            best, found = float(sums[at]), (at, at + length)
    return found


def _whole_words(text: str, start: int, end: int) -> Span:
    """Widen to whole words: the network may stop inside one."""
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return Span(start, end)


def _softmax(logits: FloatArray) -> FloatArray:
    raised = np.exp(logits - logits.max())
    shares: FloatArray = raised / raised.sum()
    return shares

"""Models without their weights: the same numbers in every process, and nothing to download.

An embedding model that hashes words into unit vectors and counts its calls, a reader's network of
two narrow layers, and a reader whose readings are given.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoder import EncoderIdentity, FloatArray
from embeddings.pairs import PairTokenizer
from embeddings.reader import PassageReader, PassageReading
from embeddings.schema import Hit
from embeddings.weights import WEIGHTS_FILE, packaged_folder

if TYPE_CHECKING:
    from embeddings.reader_network import ReaderNetwork

_WORD = re.compile(r"[^\W_]+")


class TinyEncoder:
    """An ``Encoder``: the same word gives the same direction in every process."""

    def __init__(self, name: str = "tiny", dim: int = 32) -> None:
        self.identity = EncoderIdentity(name, hashlib.sha256(name.encode()).hexdigest(), dim)
        self.calls = 0
        self.texts: list[str] = []

    arithmetic = "float32"
    tokenizer = None

    def encode(self, texts: Sequence[str]) -> FloatArray:
        self.calls += 1
        self.texts.extend(texts)
        return self._rows(texts)

    def encode_query(self, text: str) -> FloatArray:
        return self._rows([text])[0]

    def encode_words(self, words: Sequence[str]) -> FloatArray:
        return self._rows(words)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) for text in texts]

    def embedded(self) -> list[str]:
        """The texts embedded since the last call, and start again."""
        texts, self.texts = self.texts, []
        return texts

    def _rows(self, texts: Sequence[str]) -> FloatArray:
        rows = np.zeros((len(texts), self.identity.dim), dtype=np.float32)
        for i, text in enumerate(texts):
            # The text as a whole weighs a little: no two texts lie in the same place.
            rows[i] = 0.01 * self._direction(text)
            for word in _WORD.findall(text.casefold()):
                rows[i] += self._direction(word)
            rows[i] /= np.linalg.norm(rows[i])
        return rows

    def _direction(self, word: str) -> FloatArray:
        seed = hashlib.sha256(word.encode()).digest()
        return np.random.default_rng(list(seed)).standard_normal(self.identity.dim, np.float32)


def pair_tokenizer() -> PairTokenizer:
    """The packaged model's tokenizer."""
    return PairTokenizer(packaged_folder())


def tiny_network(seed: int = 0, spread: float = 1.0) -> ReaderNetwork:
    """A network of two layers of 32, over the packaged vocabulary.

    ``spread`` multiplies the heads, whose logits are else all but equal.
    """
    import torch  # noqa: PLC0415 (2 s, and few tests need it)
    from transformers import BertConfig  # noqa: PLC0415

    from embeddings.reader_network import ReaderNetwork  # noqa: PLC0415 (imports torch)

    config = BertConfig(
        vocab_size=30_522, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    config._attn_implementation = "eager"
    torch.manual_seed(seed)
    network = ReaderNetwork(config)
    with torch.no_grad():
        for head in (network.place, network.relevance, network.answerable):
            for parameter in head.parameters():
                parameter.mul_(spread)
    return network


def tiny_packaged(folder: Path) -> Path:
    """The body of ``tiny_network`` in files, as the packaged model lies in its folder."""
    from safetensors.torch import save_file  # noqa: PLC0415 (imports torch)

    body = tiny_network().body
    body.config.save_pretrained(folder)
    weights = folder / WEIGHTS_FILE
    save_file({k: v.contiguous() for k, v in body.state_dict().items()}, weights)
    return weights


class GivenReadings(PassageReader):
    """A ``PassageReader`` that says of each passage, by id, what it is told to say."""

    def __init__(self, readings: Mapping[str, PassageReading]) -> None:
        self.readings = readings
        self.asked: list[str] = []

    def read_hits(self, question: str, hits: Sequence[Hit]) -> list[PassageReading]:
        self.asked.append(question)
        return [self.readings[hit.passage.id] for hit in hits]

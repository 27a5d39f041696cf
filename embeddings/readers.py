"""Which reader reads: the trained one where its weights are there, else the one by similarity.

Enters: an encoder. Leaves: a ``Reader``, and what to tell people about it. Deliberately knows
nothing of what readers do.
"""

from __future__ import annotations

from functools import cache

from embeddings.encoder import Encoder
from embeddings.reader import SHA256, WEIGHTS, PassageReader
from embeddings.reading import Reader
from embeddings.similarity import SimilarityReader
from embeddings.trained import TrainedReader


@cache
def released_reader() -> PassageReader | None:
    """The network that comes with this version, one for the process; None without its weights.

    Raises:
        WeightsMismatch: the file is there and is another.
    """
    return PassageReader.released() if WEIGHTS.is_file() else None


def reader_for(encoder: Encoder) -> Reader:
    """The best reader there is. Raises as ``released_reader``."""
    passages = released_reader()
    return SimilarityReader(encoder) if passages is None else TrainedReader(encoder, passages)


def told() -> str:
    """Which reader reads and why, in one line."""
    if WEIGHTS.is_file():
        return f"{TrainedReader.name} (weights {SHA256[:12]})"
    return f"{SimilarityReader.name}, since there are no trained weights at {WEIGHTS}"

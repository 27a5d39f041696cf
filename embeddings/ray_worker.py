"""What a worker of a Ray cluster does: sources in, articles cut into passages out; texts to rows.

Enters: sources by their paths, and texts. Leaves: ``Cut`` values and vectors. It loads the encoder
once a process. Deliberately knows nothing of clusters or of what is stored.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from embeddings.articles import READER_VERSION
from embeddings.encoder import Encoder, EncoderIdentity, FloatArray, SentenceEncoder
from embeddings.errors import ClusterUnavailable
from embeddings.inputs import INPUT_VERSION
from embeddings.preparing import Chunk, Known, prepare
from embeddings.segment import SEGMENTER_VERSION
from embeddings.sources import SourceFile

# What makes the passages of two installations, and what is embedded of them, the same.
VERSIONS = (READER_VERSION, SEGMENTER_VERSION, INPUT_VERSION)

Numbered = Sequence[tuple[int, SourceFile]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a worker makes the encoder: "module:callable", and what it is called with."""

    factory: str
    arguments: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """What every task needs to know; ``identity`` is that of the encoder which the index has."""

    recipe: Recipe
    identity: EncoderIdentity
    known: Known = Known()  # noqa: RUF009 (frozen)
    versions: tuple[str, ...] = VERSIONS


@dataclass(frozen=True, slots=True)
class Cut:
    """The chunk with this index of its source; None where ``node`` does not see the file."""

    source: int
    index: int
    chunk: Chunk | None
    node: str = ""


def recipe_of(encoder: Encoder) -> Recipe:
    """The recipe of a ``SentenceEncoder``: its constructor's parameters, kept under their names.

    Raises:
        TypeError: it is another encoder, which needs a recipe of its own.
    """
    if not isinstance(encoder, SentenceEncoder):
        raise TypeError(f"say by a Recipe how a worker makes a {type(encoder).__name__}")
    names = list(inspect.signature(SentenceEncoder).parameters)
    arguments = {name: getattr(encoder, name) for name in names}
    if not encoder.packaged and Path(encoder.model).is_dir():
        # A worker runs in another folder.
        arguments["model"] = str(Path(encoder.model).resolve())
    kind = SentenceEncoder
    return Recipe(f"{kind.__module__}:{kind.__qualname__}", tuple(arguments.items()))


@functools.cache
def made(recipe: Recipe) -> Encoder:
    """The encoder of a recipe, one a process."""
    module, _, name = recipe.factory.partition(":")
    factory = cast("Callable[..., Encoder]", getattr(importlib.import_module(module), name))
    return factory(**dict(recipe.arguments))


def cut(sources: Numbered, work: Work) -> Iterator[Cut]:
    """Read and cut sources, in order.

    Raises:
        ClusterUnavailable: this is another version of the project than the one that asks.
    """
    if work.versions != VERSIONS:
        raise ClusterUnavailable(
            f"node {platform.node()} has another version of this project: reader, segmenter and "
            f"input {VERSIONS}, wanted {work.versions}; install the same version on every node"
        )
    count_tokens = made(work.recipe).count_tokens
    for number, source in sources:
        if not sees(source):
            yield Cut(number, 0, None, platform.node())
            continue
        chunks = prepare([(number, source)], count_tokens, work.known)
        for index, chunk in enumerate(chunks):
            yield Cut(number, index, chunk)


def sees(source: SourceFile) -> bool:
    """Whether the file, and the sidecar it was found with, are there on this machine."""
    paths: Iterable[str] = filter(None, (source.path, source.sidecar))
    return all(os.path.exists(path) for path in paths)  # noqa: PTH110 (Path's raises where denied)


def embed(work: Work, texts: Sequence[str]) -> FloatArray:
    """Embed texts with this process's encoder: float32, shape (len(texts), dim), unit rows.

    Raises:
        ClusterUnavailable: the model is another one here.
        EncoderError: it cannot be loaded.
    """
    encoder = made(work.recipe)
    if encoder.identity != work.identity:
        raise ClusterUnavailable(
            f"node {platform.node()} has another embedding model: {encoder.identity}, the index "
            f"has {work.identity}; every node needs the same weights"
        )
    return encoder.encode(texts)

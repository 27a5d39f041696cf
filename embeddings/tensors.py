"""Weights out of safetensors files, in the type they compute in. torch lives here.

Enters: a file. Leaves: tensors of their own, so that no file is held in memory besides.
Deliberately knows nothing of networks but what the embeddings' names begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from threading import Lock

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor

from embeddings.weights import WEIGHTS_FILE

Shapes = Mapping[str, tuple[int, ...]]

EMBEDDINGS = "embeddings."
WORDS = f"{EMBEDDINGS}word_embeddings.weight"


class Stored(Mapping[str, Tensor]):
    """Tensors by name, each got when it is asked for, and kept by whoever asks.

    A network that puts its weights in another order then never holds them twice.
    """

    def __init__(self, made: Mapping[str, Callable[[], Tensor]]) -> None:
        """Get them by these."""
        self._made = made

    @classmethod
    def read(
        cls, path: Path, dtype: torch.dtype, wanted: Callable[[str], bool] = lambda _: True
    ) -> Stored:
        """The floating-point tensors of a file.

        Args:
            path: a safetensors file.
            dtype: what they become.
            wanted: says of a name whether it is there.

        Raises:
            OSError: it cannot be read.
            safetensors.SafetensorError: it is not such a file.
        """
        tensors = {name: tensor for name, tensor in load_file(path).items() if wanted(name)}
        return cls(
            {
                name: partial(tensor.to, dtype, copy=True)
                for name, tensor in tensors.items()
                if tensor.is_floating_point()
            }
        )

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor]) -> Stored:
        """Those of another mapping, which is asked for each when it is wanted."""
        return cls({name: partial(tensors.__getitem__, name) for name in tensors})

    def __or__(self, other: Mapping[str, Tensor]) -> Stored:
        """These and those of another mapping."""
        return Stored({**self._made, **Stored.of(other)._made})

    def under(self, prefix: str) -> Stored:
        """Those whose names begin so, without that beginning."""
        begun = {name: made for name, made in self._made.items() if name.startswith(prefix)}
        return Stored({name.removeprefix(prefix): made for name, made in begun.items()})

    def __getitem__(self, name: str) -> Tensor:
        """The tensor: of a file a new one each time, of a mapping what that gives."""
        return self._made[name]()

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._made)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._made)


def shapes_of(path: Path) -> Shapes:
    """The shape of every tensor of a file; none of them is read. Raises as ``Stored.read``."""
    with safe_open(path, "pt") as file:
        return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118


_reading = Lock()


def token_embeddings(folder: Path, dtype: torch.dtype) -> Mapping[str, Tensor]:
    """The embeddings of the model in a folder: one copy of a type for all networks of a process.

    Half of the small model's weights are these, and whatever is trained from it keeps them.
    Raises as ``Stored.read``.
    """
    with _reading:
        return _token_embeddings(folder, dtype)


@cache
def _token_embeddings(folder: Path, dtype: torch.dtype) -> Mapping[str, Tensor]:
    stored = Stored.read(folder / WEIGHTS_FILE, dtype, lambda name: name.startswith(EMBEDDINGS))
    return dict(stored)

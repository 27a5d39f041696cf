"""What the system under test is made of, so that two runs can be told to be of the same one.

Enters: nothing. Leaves: a digest of the three packages' code and weights, and versions. Worked out
in the process that answers: what is on disk may change while a run goes on.
"""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BASELINES = ROOT / "eval" / "baselines"
OWN = ("embeddings", "qa_app", "eval")
SUFFIXES = {".py", ".json", ".safetensors", ".onnx"}
PACKAGES = (
    "cited-qa",
    "torch",
    "openvino",
    "tokenizers",
    "transformers",
    "sentence-transformers",
    "faiss-cpu",
    "tantivy",
    "numpy",
    "scipy",
    "ir-measures",
)


def code_digest() -> str:
    """sha256 over the sources and weights of the three packages; kept figures are no part of it."""
    found = hashlib.sha256()
    for package in OWN:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in SUFFIXES and path.parent != BASELINES and path.is_file():
                found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a figure may depend on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found

"""Weight files: where the packaged ones lie, and that no others are taken for them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from embeddings.errors import EncoderUnavailable, WeightsMismatch
from embeddings.weights import (
    check_weights,
    folder_digest,
    packaged_folder,
    packaged_weights,
    parameters_digest,
    sha256_of,
)

# sha256 of "abc", as FIPS 180-2 gives it.
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_the_packaged_weights_are_the_published_ones() -> None:
    path = packaged_weights()
    assert path == packaged_folder() / "model.safetensors"
    assert path.stat().st_size == 90_868_376


def test_files_are_digested_one_after_the_other(tmp_path: Path) -> None:
    first, second, empty = tmp_path / "é 🎉", tmp_path / "b", tmp_path / "empty"
    first.write_bytes(b"a")
    second.write_bytes(b"bc")
    empty.write_bytes(b"")
    assert sha256_of([first, empty, second]) == ABC
    assert sha256_of([]) == sha256_of([empty]) == sha256().hexdigest()
    large = b"\r\n" * (1 << 20)
    empty.write_bytes(large)
    assert sha256_of([empty]) == sha256(large).hexdigest()


def test_a_check_says_expected_found_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "head.safetensors"
    remedy = "run `make head`"
    with pytest.raises(EncoderUnavailable, match=r"cannot read .*head\.safetensors: .*; run `make"):
        check_weights(path, ABC, what="the weights of the head", remedy=remedy)
    path.write_bytes(b"abc")
    check_weights(path, ABC, what="the weights of the head", remedy=remedy)
    path.write_bytes(b"abd")
    with pytest.raises(WeightsMismatch) as caught:
        check_weights(path, ABC, what="the weights of the head", remedy=remedy)
    found = sha256(b"abd").hexdigest()
    assert str(caught.value) == (
        f"{path} has sha256 {found}, the weights of the head have {ABC}; run `make head`"
    )


def test_a_folder_is_its_weights_and_how_they_are_put_together(tmp_path: Path) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_bytes(b"a")
    (tmp_path / "model.safetensors").write_bytes(b"b")
    (tmp_path / "modules.json").write_bytes(b"c")
    (tmp_path / "README.md").write_bytes(b"not read")
    assert folder_digest(tmp_path) == ABC
    (tmp_path / "modules.json").write_bytes(b"d")
    assert folder_digest(tmp_path) == sha256(b"abd").hexdigest()


def test_parameters_are_digested_by_name_and_value() -> None:
    weight, bias = np.array([[1, -2]], np.float32), np.array([0.5], np.float32)
    by_hand = sha256(b"bias" + bias.tobytes() + b"weight" + weight.tobytes()).hexdigest()
    assert parameters_digest({"weight": weight, "bias": bias}) == by_hand
    assert parameters_digest({"weight": weight, "b\u00efas": bias}) != by_hand
    assert parameters_digest({"weight": weight + 1, "bias": bias}) != by_hand

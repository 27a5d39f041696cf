"""Weights out of files: each made when it is asked for, embeddings once for all networks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from embeddings.tensors import WORDS, Stored, shapes_of, token_embeddings
from embeddings.weights import packaged_folder


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "some.safetensors"
    save_file({"a.one": torch.ones(2, 3), "a.two": torch.zeros(4), "n": torch.arange(3)}, path)
    return path


def test_what_is_read_is_there_in_the_type_wanted(stored: Path) -> None:
    found = Stored.read(stored, torch.bfloat16)
    # Numbers of positions and the like are no weights.
    assert sorted(found) == ["a.one", "a.two"]
    assert found["a.one"].dtype == torch.bfloat16
    assert Stored.read(stored, torch.float32)["a.one"].equal(torch.ones(2, 3))
    assert [*Stored.read(stored, torch.float32, lambda name: name.endswith("two"))] == ["a.two"]


def test_nobody_else_has_what_was_asked_for(stored: Path) -> None:
    found = Stored.read(stored, torch.float32)
    found["a.two"][0] = 7
    assert found["a.two"].equal(torch.zeros(4))


def test_joined_and_under_a_beginning(stored: Path) -> None:
    own = torch.full((1,), 5.0)
    found = Stored.read(stored, torch.float32) | {"b.one": own, "a.two": own}
    assert len(found) == 3
    assert found["b.one"] is found["a.two"] is own
    assert sorted(found.under("a.")) == ["one", "two"]
    assert found.under("a.")["two"] is own
    with pytest.raises(KeyError):
        found["c"]


def test_shapes_without_reading(stored: Path) -> None:
    assert shapes_of(stored) == {"a.one": (2, 3), "a.two": (4,), "n": (3,)}


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (path := tmp_path / "some.safetensors").write_bytes(b"no weights")
    for read in (shapes_of, lambda each: Stored.read(each, torch.float32)):
        with pytest.raises(SafetensorError):
            read(path)


def test_embeddings_are_read_once_for_all() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(lambda _: token_embeddings(packaged_folder(), torch.bfloat16), range(8))]
    assert all(each is found[0] for each in found)
    assert found[0][WORDS].shape == (30_522, 384)

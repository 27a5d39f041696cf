"""The reader's weights on disk: read back as they were, and no others taken for them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from embeddings.errors import ReaderUnavailable, WeightsMismatch
from embeddings.reader import Excerpt, PassageReader
from embeddings.reader_network import ReaderNetwork
from embeddings.reader_packed import PackedNetwork
from embeddings.schema import Span
from embeddings.weights import packaged_folder
from tests.fakes import pair_tokenizer, tiny_network, tiny_packaged

EXCERPT = Excerpt("Café 🎉", "Baradar led.\r\nThen it rained.", (Span(0, 12), Span(14, 29)))


def adapter_file(path: Path, network: ReaderNetwork) -> Path:
    save_file({k: v.contiguous() for k, v in network.adapter().items()}, path)
    return path


@pytest.fixture
def packaged_is_tiny(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The embedding model beneath is that of ``tiny_network``, as files."""
    weights = tiny_packaged(tmp_path_factory.mktemp("packaged"))
    monkeypatch.setattr("embeddings.reader.packaged_weights", lambda: weights)


def test_trained_weights_are_read_back(packaged_is_tiny: None, tmp_path: Path) -> None:
    trained = tiny_network()
    with torch.no_grad():
        trained.relevance.bias.fill_(3.0)
    path = adapter_file(tmp_path / "reader.safetensors", trained)
    digest = sha256(path.read_bytes()).hexdigest()
    loaded = PassageReader.load(path, sha256=digest, precision="float32").read(
        "Who led?", [EXCERPT]
    )
    same = PassageReader(pair_tokenizer(), lambda: PackedNetwork(trained))
    assert loaded == same.read("Who led?", [EXCERPT])
    assert loaded[0].relevance > 2
    assert not any(name.startswith("body.embeddings.") for name in trained.adapter())


def test_other_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "reader.safetensors"
    path.write_bytes(b"abd")
    expected, found = sha256(b"abc").hexdigest(), sha256(b"abd").hexdigest()
    with pytest.raises(WeightsMismatch) as caught:
        PassageReader.load(path, sha256=expected)
    assert str(caught.value) == (
        f"{path} has sha256 {found}, the reader's released weights have {expected}; check the file "
        f"out again, or train it with `python -m embeddings.training`"
    )


def test_no_weights(tmp_path: Path) -> None:
    missing = tmp_path / "é 🎉.safetensors"
    with pytest.raises(ReaderUnavailable, match=r"python -m embeddings\.training --data") as caught:
        PassageReader.load(missing)
    assert str(missing) in str(caught.value)


def test_a_file_that_is_no_weights(packaged_is_tiny: None, tmp_path: Path) -> None:
    path = tmp_path / "reader.safetensors"
    path.write_bytes(b"\x80\x04 not safetensors")
    reader = PassageReader.load(path)
    with pytest.raises(ReaderUnavailable, match=r"cannot load .*: not a safetensors file"):
        reader.read("Who led?", [EXCERPT])


@pytest.mark.parametrize("what", ["missing", "unknown", "shape"])
def test_weights_of_another_network(packaged_is_tiny: None, tmp_path: Path, what: str) -> None:
    weights = {k: v.contiguous() for k, v in tiny_network().adapter().items()}
    if what == "missing":
        del weights["place.bias"]
    elif what == "unknown":
        weights["place.scale"] = torch.ones(1)
    else:
        weights["place.bias"] = torch.ones(3)
    path = tmp_path / "reader.safetensors"
    save_file(weights, path)
    named = r"not the weights of this network: \['place\." + (
        "scale" if what == "unknown" else "bias"
    )
    with pytest.raises(ReaderUnavailable, match=named):
        PassageReader.load(path).read("Who led?", [EXCERPT])


def test_weights_that_are_whole_numbers(packaged_is_tiny: None, tmp_path: Path) -> None:
    weights = {k: v.contiguous() for k, v in tiny_network().adapter().items()}
    weights["place.bias"] = torch.ones(2, dtype=torch.int32)
    path = tmp_path / "reader.safetensors"
    save_file(weights, path)
    with pytest.raises(ReaderUnavailable, match="some are whole numbers"):
        PassageReader.load(path).read("Who led?", [EXCERPT])


def test_begins_as_the_packaged_model() -> None:
    folder = packaged_folder()
    network = ReaderNetwork.from_encoder(folder)
    assert (network.body.config.num_hidden_layers, network.body.config.hidden_size) == (6, 384)
    sizes = sum(value.numel() for value in network.adapter().values())
    # Six layers of 1,774,464; heads of 385, 770 and 768 * 384 + 384 + 385.
    assert sizes == 6 * 1_774_464 + 385 + 770 + 768 * 384 + 384 + 385

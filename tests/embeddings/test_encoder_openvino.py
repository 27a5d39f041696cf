"""The packaged model on OpenVINO: near enough to float32, and never taken by mistake."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from embeddings import encoder as module
from embeddings.collection import Collection
from embeddings.encoder import Precision, SentenceEncoder
from embeddings.encoder_openvino import installed
from embeddings.errors import EncoderUnavailable

ODD = ["", " \r\n", "🎉", "Café “naïve” — שלום\x00!", "word " * 254, "word " * 900, "Who led?"]


@pytest.fixture
def engine() -> None:
    """OpenVINO; on a machine without it its tests are skipped, in CI they fail."""
    if not installed() and os.environ.get("CI") != "true":
        pytest.skip("no OpenVINO: `pip install '.[fast]'`")


@pytest.fixture(scope="module")
def exact() -> SentenceEncoder:
    return SentenceEncoder(precision="float32", backend="torch")


def test_odd_texts_in_float32(engine: None, exact: SentenceEncoder) -> None:
    quick = SentenceEncoder(precision="float32", backend="openvino")
    expected = exact.encode(ODD)
    np.testing.assert_allclose(quick.encode(ODD), expected, atol=1e-5)
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(quick.encode_query, ODD * 2))
    np.testing.assert_allclose(np.stack(rows), np.tile(expected, (2, 1)), atol=1e-5)
    assert quick.encode([]).shape == (0, 384)
    assert quick.identity == exact.identity


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_same_neighbours(
    engine: None, exact: SentenceEncoder, seeds: Collection, precision: Precision
) -> None:
    quick = SentenceEncoder(precision=precision, backend="openvino")
    passages = [p for a in seeds.articles() for p in seeds.passages_of(a.id)]
    texts = [p.text for p in passages]
    texts += [p.text[s.start - p.start : s.end - p.start] for p in passages for s in p.sentences]
    texts = texts[:400]
    assert len(texts) >= 200
    right, near = exact.encode(texts), quick.encode(texts)
    cosines = (right * near).sum(1)
    assert cosines.mean() >= 0.9995
    assert cosines.min() >= 0.999
    kept = [
        len({*np.argsort(-a)[:10]} & {*np.argsort(-b)[:10]}) / 10
        for a, b in zip(right @ right.T, near @ near.T, strict=True)
    ]
    assert np.mean(kept) >= 0.97


@pytest.mark.parametrize(
    ("multiplies", "there", "expected"),
    [
        (True, True, "bfloat16"),
        (True, False, "bfloat16"),
        (False, True, "float32, OpenVINO"),
        (False, False, "float32"),
    ],
)
def test_it_is_taken_where_it_is_quicker(
    monkeypatch: pytest.MonkeyPatch, multiplies: bool, there: bool, expected: str
) -> None:
    monkeypatch.setattr(module, "multiplies_bfloat16", lambda: multiplies)
    monkeypatch.setattr(module, "find_spec", lambda _: object() if there else None)
    assert SentenceEncoder().arithmetic == expected
    assert SentenceEncoder(backend="torch").arithmetic == expected.removesuffix(", OpenVINO")
    # A model of one's own is not touched.
    assert SentenceEncoder("some/model").arithmetic == "float32"


def test_a_missing_package_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embeddings.encoder_openvino.installed", lambda: False)
    with pytest.raises(EncoderUnavailable, match=r"run `pip install '\.\[fast\]'`"):
        SentenceEncoder(backend="openvino").encode(["text"])


def test_no_other_model_is_computed_by_it() -> None:
    with pytest.raises(EncoderUnavailable, match=r"all-MiniLM-L6-v2 only, .*'some/model'"):
        SentenceEncoder("some/model", backend="openvino").encode(["text"])

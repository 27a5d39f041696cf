"""The packaged model by the project's own layers says what sentence-transformers says of it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embeddings import encoder_tokens
from embeddings.encoder import SentenceEncoder
from embeddings.encoder_sentences import SentenceTransformersModel
from embeddings.encoder_tokens import TokenBatches, batches_of, tokenizer_of
from embeddings.packed import STEP, WINDOW, close_steps, workers
from embeddings.weights import packaged_folder
from tests.fakes import pair_tokenizer

ROOT = Path(__file__).parents[2]
ODD = [
    "",
    " \r\n\t",
    "🎉",
    "Café “naïve” — שלום\x00!",
    "a",
    "[SEP] [MASK] ##ed",
    "東京",
    "word " * 253,
    # 256 tokens with the marks: the last that is read whole; then one and many more.
    "word " * 254,
    "word " * 255,
    "The river flooded Lisbon; 4,000 were evacuated. " * 500,
    "Taliban negotiators met in Doha.",
]


@pytest.fixture(scope="module")
def reference() -> SentenceTransformersModel:
    return SentenceTransformersModel(str(packaged_folder()), lower=False, batch_size=32)


@pytest.fixture(scope="module")
def exact() -> SentenceEncoder:
    return SentenceEncoder(precision="float32", backend="torch")


def test_odd_texts_as_sentence_transformers(
    exact: SentenceEncoder, reference: SentenceTransformersModel
) -> None:
    np.testing.assert_allclose(exact.encode(ODD), reference.embed(ODD), atol=2e-6)
    for text in ODD[:6]:
        np.testing.assert_allclose(
            exact.encode_query(text), reference.embed_question(text), atol=2e-6
        )


def test_rounded_rows_are_near_those_of_sentence_transformers(
    reference: SentenceTransformersModel,
) -> None:
    rounded = SentenceEncoder(precision="bfloat16", backend="torch")
    cosines = (rounded.encode(ODD) * reference.embed(ODD)).sum(1)
    assert cosines.min() >= 0.999


def test_words_as_sentence_transformers(
    exact: SentenceEncoder, reference: SentenceTransformersModel
) -> None:
    words = ["Lisbon", "treaty", "unfathomably", "", "Café", "🎉"]
    theirs = SentenceEncoder(str(packaged_folder()), precision="float32")
    np.testing.assert_allclose(exact.encode_words(words), theirs.encode_words(words), atol=1e-6)
    np.testing.assert_allclose(exact._model.word_mean(), reference.word_mean(), atol=1e-6)
    rounded = SentenceEncoder(precision="bfloat16", backend="torch").encode_words(words)
    cosines = (rounded * exact.encode_words(words)).sum(1)
    assert cosines[[0, 1, 2, 4, 5]].min() > 0.9999
    assert not rounded[3].any()


def test_few_texts_at_a_time_give_the_same_rows_in_order(
    exact: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = exact.encode(ODD)
    monkeypatch.setattr(encoder_tokens, "TEXTS_AT_ONCE", 5)
    np.testing.assert_allclose(exact.encode(ODD), expected, atol=2e-6)


def test_ids_are_cut_with_the_mark_at_the_end() -> None:
    folder = packaged_folder()
    batches = TokenBatches(folder, tokenizer_of(folder))
    assert batches.longest == 256
    short, whole, cut = batches.ids(["word", "word " * 254, "word " * 255])
    assert short == [101, 2773, 102]
    assert cut == whole == [101, *[2773] * 254, 102]


@given(st.lists(st.integers(2, 256), max_size=60), st.integers(256, 1_000), st.integers(1, 4))
def test_batches_hold_every_text_once_and_no_more_than_they_may(
    sizes: list[int], tokens: int, shares: int
) -> None:
    batches = list(batches_of(sizes, tokens, shares))
    places = [i for batch in batches for i in batch]
    assert sorted(places) == list(range(len(sizes)))
    assert [sizes[i] for i in places] == sorted(sizes, reverse=True)
    assert all(len(b) == 1 or sum(sizes[i] for i in b) <= tokens for b in batches)


def test_batches_by_hand() -> None:
    assert list(batches_of([3, 9, 4, 9], 13, 1)) == [[1], [3, 2], [0]]
    assert list(batches_of([3, 9, 4, 8], 100, 2)) == [[1], [3, 2], [0]]
    assert list(batches_of([3, 9, 4, 8], 100, 1)) == [[1, 3, 2, 0]]
    assert list(batches_of([], 100, 2)) == []


def test_all_who_ask_share_one_tokenizer() -> None:
    assert pair_tokenizer()._tokenizer is tokenizer_of(packaged_folder())
    assert SentenceEncoder()._tokenizer is tokenizer_of(packaged_folder())


def test_steps_by_hand() -> None:
    assert close_steps(2) == close_steps(16) == [16]
    assert close_steps(17) == [32]
    assert close_steps(256) == close_steps(129) == [256]
    assert close_steps(257) == [256, 16]
    assert close_steps(1_024) == [1_024]
    assert close_steps(1_024 + 512 + 60) == [1_024, 256, 256, 64]
    assert close_steps(4_300) == [1_024] * 4 + [256]


@given(st.integers(1, 20_000))
def test_steps_hold_all_tokens_and_few_more(tokens: int) -> None:
    steps = close_steps(tokens)
    assert tokens <= sum(steps) < tokens + 128 + WINDOW
    assert set(steps) <= {16, 32, 64, 128, 256, STEP}


def test_many_callers_at_once(exact: SentenceEncoder) -> None:
    questions = [f"Who led delegation number {i} in Café 🎉?" for i in range(40)]
    expected, before = exact.encode(questions), torch.get_num_threads()
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(exact.encode_query, questions * 2))
        threads = set(pool.map(lambda _: torch.get_num_threads(), range(32)))
    np.testing.assert_allclose(np.stack(found), np.tile(expected, (2, 1)), atol=2e-6)
    assert threads == {before}
    assert torch.get_num_threads() == before
    assert len(exact._questions) == 16


def test_a_question_waits_for_no_passages(
    exact: SentenceEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While every thread for passages is taken, a question is answered."""
    from threading import Event  # noqa: PLC0415

    from embeddings.packed import workers  # noqa: PLC0415

    exact.encode_query("Who led?")
    threads, free = torch.get_num_threads(), Event()
    busy = [workers(threads, "passages").submit(free.wait, 60) for _ in range(threads)]
    try:
        with ThreadPoolExecutor(1) as pool:
            row = pool.submit(exact.encode_query, "Who else led?").result(timeout=50)
            assert not any(each.done() for each in busy)
    finally:
        free.set()
    assert row.shape == (384,)


def test_neither_embedding_nor_reading_imports_other_models() -> None:
    script = (
        "import sys\n"
        "from embeddings.encoder import SentenceEncoder\n"
        "from embeddings.reader import Excerpt, PassageReader\n"
        "from embeddings.schema import Span\n"
        "encoder = SentenceEncoder(backend='torch')\n"
        "encoder.encode(['It rained.']), encoder.encode_query('Did it?')\n"
        "encoder.encode_words(['rain']), encoder.count_tokens(['rain'])\n"
        "PassageReader.released().read('Did it?', [Excerpt('', 'It did.', (Span(0, 7),))])\n"
        "print(*sorted({'transformers', 'sentence_transformers', 'sklearn', 'torch'}"
        " & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout == "torch\n"


@pytest.mark.parametrize("threads", [2, 3])
def test_workers_compute_alone_also_after_their_first_operation(threads: int) -> None:
    def told(_: int) -> int:
        torch.ones(500, 500) @ torch.ones(500, 500)
        return torch.get_num_threads()

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        pool = workers(threads, f"alone among {threads}")
        assert set(pool.map(told, range(20))) == {1}
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)

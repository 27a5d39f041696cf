"""The network that reads says what the one that is trained says, and wastes less on it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from embeddings.packed import LAST_STEP, WINDOW, shared_out
from embeddings.pairs import PAIR_TOKENS, Batch, Pair, collate
from embeddings.reader import Excerpt, PassageReader
from embeddings.reader_network import NOWHERE, ReaderNetwork
from embeddings.reader_packed import PackedNetwork
from embeddings.schema import Span
from tests.fakes import pair_tokenizer, tiny_network


def pairs_of(sizes: Sequence[int], seed: int = 7) -> list[Pair]:
    """Pairs of random tokens: a question of three, a heading of two, the rest text."""
    rng = np.random.default_rng(seed)
    return [
        Pair(
            tuple(rng.integers(1_000, 30_000, size).tolist()), 3, 7, size - 1, np.zeros((0, 2), int)
        )
        for size in sizes
    ]


def both(network: ReaderNetwork, batch: Batch) -> zip[tuple[np.ndarray, np.ndarray]]:
    return zip(PackedNetwork(network).read(batch), network.read(batch), strict=True)


@pytest.mark.parametrize(
    "sizes",
    [
        [9],
        # A window ends where the pair does, and one before and after that.
        [WINDOW, 2 * WINDOW - 1, WINDOW + 1, 3 * WINDOW],
        # One token less than a step, a step, and one more.
        [LAST_STEP // 2, LAST_STEP // 2 - 1],
        [LAST_STEP // 2] * 2,
        [LAST_STEP // 2, LAST_STEP // 2 + 1],
        [PAIR_TOKENS, 200, 377, 61, 300, PAIR_TOKENS, 9],
    ],
)
def test_the_same_logits_as_the_network_that_was_trained(sizes: list[int]) -> None:
    batch = collate(pairs_of(sizes))
    for found, expected in both(tiny_network(spread=20.0).eval(), batch):
        assert found.dtype == np.float32
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-4)


def test_a_text_starts_nowhere_else() -> None:
    batch = collate(pairs_of([30, 9]))
    _, _, start, end = PackedNetwork(tiny_network()).read(batch)
    for logits in (start, end):
        assert (logits[batch.text == 0] == NOWHERE).all()
        assert (np.abs(logits[batch.text == 1]) < 10).all()


def test_neighbours_make_no_difference() -> None:
    network = PackedNetwork(tiny_network(spread=20.0))
    pairs = pairs_of([40, 200, 17, 40])
    together = network.read(collate(pairs))
    for row, pair in enumerate(pairs):
        alone = network.read(collate([pair]))
        for one, other in zip(alone, together, strict=True):
            reach = (..., slice(0, len(pair.ids))) if one.ndim > 1 else ...
            assert other[row][reach] == pytest.approx(one[0][reach], rel=1e-5, abs=1e-4)


def test_a_pair_without_a_text() -> None:
    nothing = Pair((101, 2040, 102, 102), 1, 3, 3, np.zeros((0, 2), int))
    network = PackedNetwork(tiny_network(spread=20.0))
    alone = network.read(collate([nothing]))
    beside = network.read(collate([*pairs_of([50]), nothing]))
    assert (beside[2][1] == NOWHERE).all()
    assert np.isfinite(alone[1]).all()
    # Padding, which differs between the two, has no say in it.
    assert [each[1] for each in beside[:2]] == pytest.approx([each[0] for each in alone[:2]])


def test_bfloat16_is_near() -> None:
    batch = collate(pairs_of([300, 41, 200]))
    exact = PackedNetwork(tiny_network()).read(batch)
    rounded = tiny_network()
    rounded.lower_precision()
    found = PackedNetwork(rounded).read(batch)
    for one, other in zip(found, exact, strict=True):
        assert one.dtype == np.float32
        assert one == pytest.approx(other, abs=0.05)


def test_even_shares_by_hand() -> None:
    assert shared_out([512, 512], 2) == [[0], [1]]
    assert shared_out([300, 100, 400, 380], 2) == [[2, 1], [3, 0]]
    assert shared_out([300, 100, 400, 380], 1) == [[2, 3, 0, 1]]
    assert shared_out([300, 100], 0) == [[0, 1]]
    # One long pair cannot be shared out.
    assert shared_out([2_000, 8], 3) == [[0], [1]]
    assert shared_out([], 2) == []


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_any_number_of_threads_reads_the_same(threads: int) -> None:
    batch = collate(pairs_of([300, 61, 212, 377, 118, 9, 254, 301]))
    network = tiny_network(spread=20.0).eval()
    expected, before = network.read(batch), torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = PackedNetwork(network).read(batch)
        assert torch.get_num_threads() == threads
        with ThreadPoolExecutor(1) as pool:
            # Those that come later are not told to be alone.
            assert pool.submit(torch.get_num_threads).result() == threads
    finally:
        torch.set_num_threads(before)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-5, abs=1e-4)


def test_the_trained_network_is_not_kept() -> None:
    network = tiny_network()
    layer = weakref.ref(network.body.encoder.layer[0])
    gone = weakref.ref(network)
    packed = PackedNetwork(network)
    del network
    gc.collect()
    assert gone() is None
    assert layer() is None
    assert len(packed.read(collate(pairs_of([12])))[0]) == 1


def test_nothing_is_learned_from_reading() -> None:
    network = tiny_network().eval()
    packed = PackedNetwork(network)
    packed.read(collate(pairs_of([12])))
    assert {parameter.grad for parameter in network.parameters()} == {None}
    assert torch.is_grad_enabled()


def test_threads_read_the_same() -> None:
    words = ["storm", "café", "🎉", "שלום", "led", "bridge"]
    texts = [" ".join(words[i % 6 :] * (i + 1)) + ".\r\n" for i in range(24)]
    pairs = [("Who led?", Excerpt("", text, (Span(0, len(text)),))) for text in texts]
    network = PackedNetwork(tiny_network(spread=9.0))
    alone = PassageReader(pair_tokenizer(), lambda: network).read_pairs(pairs)
    shared = PassageReader(pair_tokenizer(), lambda: network)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda pair: shared.read_pairs([pair])[0], pairs * 2))
    assert [each.relevance for each in found[:24]] == pytest.approx(
        [each.relevance for each in alone], abs=1e-4
    )
    assert found[24:] == found[:24]


def test_a_torch_without_its_compilers_operators_reads_too(monkeypatch: pytest.MonkeyPatch) -> None:
    network = tiny_network()
    network.lower_precision()
    batch = collate(pairs_of((20, 33)))
    usual = PackedNetwork(network).read(batch)
    monkeypatch.setattr("embeddings.packed.torch.ops.mkldnn", object())
    plain = PackedNetwork(network)
    assert not plain._layers.layers[0].projected.ordered
    for one, other in zip(usual, plain.read(batch), strict=True):
        np.testing.assert_allclose(one, other, atol=0.05)

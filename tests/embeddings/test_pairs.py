"""(question, passage) as token ids, and back to exact characters."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from embeddings.pairs import PAIR_TOKENS, QUESTION_TOKENS, Pair, PairTokenizer, by_length, collate
from tests.fakes import pair_tokenizer

CLS, SEP = 101, 102
# Ids in the packaged vocabulary.
WHO, LED, ASKS, TITLE, STOP = 2040, 2419, 1029, 2516, 1012
BAR, ADA, R = 3347, 8447, 2099


@pytest.fixture(scope="module")
def tokenizer() -> PairTokenizer:
    return pair_tokenizer()


def made(size: int) -> Pair:
    """A pair of ``size`` tokens, the last three of them text."""
    return Pair(tuple(range(1, size + 1)), 1, size - 3, size, np.zeros((3, 2), np.int64))


def test_a_pair_by_hand(tokenizer: PairTokenizer) -> None:
    question = tokenizer.question("Who led?")
    assert question == (WHO, LED, ASKS)
    pair = tokenizer.pair(question, tokenizer.context("Title", "Baradar led."))
    assert pair.ids == (CLS, WHO, LED, ASKS, SEP, TITLE, BAR, ADA, R, LED, STOP, SEP)
    assert (pair.question_tokens, pair.first, pair.last) == (3, 6, 11)
    assert pair.offsets.tolist() == [[0, 3], [3, 6], [6, 7], [8, 11], [11, 12]]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Café Müller", ["Café", "Müller"]),
        # Composed or not, the offsets are those of the text; a last accent of its own is no token.
        ("Mu\u0308ller in Bra\u0301tislava", ["Mu\u0308ller", "in", "Bra\u0301tislava"]),
        ("Cafe\u0301 bar now", ["Cafe", "bar", "now"]),
        ("Ja 🎉, ok", ["Ja", "🎉", ",", "ok"]),
        ("👩\u200d🚒 ❤\ufe0f now", ["👩\u200d🚒", "❤", "now"]),
        ("said שלום.\r\nEnd", ["said", "ש", "ל", "ו", "ם", ".", "End"]),
        ("“I can’t”", ["“", "I", "can", "’", "t", "”"]),
        ("日本", ["日", "本"]),
        ("", []),
        (" \r\n\t\u200b", []),
    ],
)
def test_offsets_are_characters_of_the_text(
    tokenizer: PairTokenizer, text: str, read: list[str]
) -> None:
    pair = tokenizer.pair(tokenizer.question("Why? 🎉"), tokenizer.context("Rümelin 🎉", text))
    assert [text[start:end] for start, end in pair.offsets.tolist()] == read
    assert pair.last - pair.first == len(read)
    assert pair.ids[pair.last] == SEP


def test_long_questions_and_headings_leave_room_for_the_passage(tokenizer: PairTokenizer) -> None:
    question = tokenizer.question("led " * 500)
    assert question == (LED,) * QUESTION_TOKENS
    context = tokenizer.context("title " * 5000, "Baradar led. " * 500)
    assert context.heading_tokens == PAIR_TOKENS // 4
    pair = tokenizer.pair(question, context)
    assert len(pair.ids) == PAIR_TOKENS
    assert (pair.first, pair.last) == (98 + 96, PAIR_TOKENS - 1)
    assert pair.ids[97:99] == (SEP, TITLE)
    assert pair.ids[pair.first : pair.first + 3] == (BAR, ADA, R)
    assert pair.ids[-1] == SEP
    # 189 tokens fit: 37 whole sentences of 13 characters, and four tokens.
    assert len(pair.offsets) == 189
    assert pair.offsets[-1].tolist() == [37 * 13 + 8, 37 * 13 + 11]


def test_a_passage_fits_whole_beside_no_question(tokenizer: PairTokenizer) -> None:
    pair = tokenizer.pair((), tokenizer.context("", "led " * 1000))
    assert pair.ids == (CLS, SEP, *(LED,) * (PAIR_TOKENS - 3), SEP)
    assert (pair.first, pair.last) == (2, PAIR_TOKENS - 1)
    assert pair.offsets[-1].tolist() == [4 * 380, 4 * 380 + 3]


def test_padding_by_hand(tokenizer: PairTokenizer) -> None:
    context = tokenizer.context("Title", "Baradar led.")
    pairs = [tokenizer.pair(tokenizer.question(q), context) for q in ("Who led?", "Who?")]
    batch = collate(pairs, padded_to=5)
    assert batch.ids.tolist() == [
        [CLS, WHO, LED, ASKS, SEP, TITLE, BAR, ADA, R, LED, STOP, SEP, 0, 0, 0],
        [CLS, WHO, ASKS, SEP, TITLE, BAR, ADA, R, LED, STOP, SEP, 0, 0, 0, 0],
    ]
    assert batch.types.tolist() == [[0] * 5 + [1] * 7 + [0] * 3, [0] * 4 + [1] * 7 + [0] * 4]
    assert batch.mask.tolist() == [[1] * 12 + [0] * 3, [1] * 11 + [0] * 4]
    assert batch.text.tolist() == [
        [0] * 6 + [1] * 5 + [0] * 4,
        [0] * 5 + [1] * 5 + [0] * 5,
    ]
    assert collate(pairs[:1]).ids.shape == (1, 16)
    assert collate([made(16)]).ids.shape == (1, 16)
    assert collate([made(17), made(5)]).ids.shape == (2, 32)


def test_batches_of_like_length() -> None:
    pairs = [made(size) for size in (10, 40, 16, 48, 12, 33)]
    # Three rows of 48, then three of 16.
    assert list(by_length(pairs, 144)) == [[3, 1, 5], [2, 4, 0]]
    assert list(by_length(pairs, 96)) == [[3, 1], [5, 2], [4, 0]]
    # One that is too long by itself is read all the same.
    assert list(by_length(pairs, 1)) == [[3], [1], [5], [2], [4], [0]]
    assert list(by_length([], 100)) == []


@pytest.mark.parametrize("tokens", [64, 100, 2_048])
def test_batches_are_within_their_bound_with_padding(tokens: int) -> None:
    sizes = np.random.default_rng(7).integers(4, 60, 200).tolist()
    pairs = [made(size) for size in sizes]
    cut = list(by_length(pairs, tokens))
    assert sorted(i for batch in cut for i in batch) == list(range(200))
    assert max(collate([pairs[i] for i in batch]).ids.size for batch in cut) <= tokens
    lengths = [sizes[i] for batch in cut for i in batch]
    assert all(one >= other for one, other in pairwise(lengths))


def test_a_passage_is_tokenized_once(
    tokenizer: PairTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer._contexts.most = 2
    one = tokenizer.context("A", "one")
    two = tokenizer.context("A", "two")
    assert tokenizer.context("A", "one") is one
    # The other one was asked for longer ago.
    tokenizer.context("B", "one")
    assert tokenizer.context("A", "one") is one
    assert tokenizer.context("A", "two") is not two
    assert len(tokenizer._contexts) == 2


def test_what_is_kept_of_a_passage_is_small(tokenizer: PairTokenizer) -> None:
    context = tokenizer.context("Title", "Baradar led. " * 500)
    assert (context.ids.nbytes, context.offsets.nbytes) == (PAIR_TOKENS * 4, PAIR_TOKENS * 8)

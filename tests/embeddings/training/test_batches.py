"""Groups -> batches of numbers with their labels."""

from __future__ import annotations

import numpy as np
import pytest

from embeddings.pairs import PADDED_TO, PairTokenizer
from embeddings.schema import Span
from embeddings.training import batches as module
from embeddings.training.batches import Labelled, batches, token_span
from embeddings.training.examples import Example, Group, Material, Recipe, epoch
from tests.embeddings.training.made import mined, seeded
from tests.fakes import pair_tokenizer


@pytest.fixture(scope="module")
def tokenizer() -> PairTokenizer:
    return pair_tokenizer()


@pytest.mark.parametrize(
    ("text", "answer", "tokens"),
    [
        ("Baradar led.", "Baradar", (0, 2)),
        ("Baradar led.", "led", (3, 3)),
        ("Baradar led.", "Baradar led.", (0, 4)),
        # Part of a word is the tokens that touch it.
        ("Baradar led.", "adar", (1, 2)),
        ("Mu\u0308ller 🎉\r\nled שלום now", "led", (2, 2)),
        ("Mu\u0308ller 🎉\r\nled שלום now", "שלום", (3, 6)),
        ("Mu\u0308ller 🎉\r\nled שלום now", "🎉", (1, 1)),
        ("to Cafe\u0301 now", "Cafe\u0301", (1, 1)),
        ("It was “open”, he said", "“open”", (2, 4)),
        ("open \u200b", "\u200b", None),
    ],
)
def test_an_answer_as_tokens(
    tokenizer: PairTokenizer, text: str, answer: str, tokens: tuple[int, int] | None
) -> None:
    pair = tokenizer.pair(tokenizer.question("Who?"), tokenizer.context("The title", text))
    assert pair.first == 6
    start = text.index(answer)
    found = token_span(pair, Span(start, start + len(answer)))
    assert found == (tokens and (6 + tokens[0], 6 + tokens[1]))


def test_an_answer_beyond_what_is_read(tokenizer: PairTokenizer) -> None:
    pair = tokenizer.pair((), tokenizer.context("", "led " * 500))
    assert token_span(pair, Span(4 * 380, 4 * 380 + 3)) == (382, 382)
    assert token_span(pair, Span(4 * 380, 4 * 381 + 3)) is None
    assert token_span(pair, Span(4 * 381, 4 * 381 + 3)) is None


def test_a_batch_by_hand(tokenizer: PairTokenizer) -> None:
    first = Group((
        Example("Who led?", "", "Baradar led. Baradar!", (Span(0, 7), Span(13, 20))),
        Example("Who led?", "Title", "Nobody.", ()),
        Example("Who fled?", "", "Baradar led. Baradar!", (), ranked=False),
    ))  # fmt: skip
    second = Group((Example("Why 🎉?", "", "Rain.", (Span(0, 4),)),))
    (made,) = batches([first, second], tokenizer, 10_000, seeded(0))
    # Sorted by length: the short group comes first.
    assert made.group.tolist() == [0, 1, 1, 1]
    assert made.answers.tolist() == [1, 1, 0, 0]
    assert made.ranked.tolist() == [1, 1, 1, 0]
    assert made.done == 2
    # [CLS] who led ? [SEP] bar ada r led . bar ada r ! [SEP]: text from token 5.
    assert np.flatnonzero(made.start[1]).tolist() == [5, 10]
    assert np.flatnonzero(made.end[1]).tolist() == [7, 12]
    assert np.flatnonzero(made.start[0]).tolist() == np.flatnonzero(made.end[0]).tolist() == [5]
    assert made.start[2:].sum() == made.end[2:].sum() == 0
    assert made.batch.mask.sum(1).tolist() == [8, 15, 9, 15]


def cut(tokenizer: PairTokenizer, tokens: int, seed: int = 0) -> list[Labelled]:
    groups = epoch(Material([mined()]), Recipe(), 7, 0)
    return list(batches(groups, tokenizer, tokens, seeded(seed)))


def test_every_group_is_in_one_batch(tokenizer: PairTokenizer) -> None:
    groups = epoch(Material([mined()]), Recipe(), 7, 0)
    pairs = [len(group.examples) for group in groups]
    made = cut(tokenizer, 700)
    assert len(made) > 10
    assert sum(len(each.group) for each in made) == sum(pairs)
    assert [each.done for each in made][-1] == len(pairs) == 48
    counted = [0]
    for each in made:
        assert sorted(set(each.group.tolist())) == list(range(each.group.max() + 1))
        counted.append(counted[-1] + int(each.group.max()) + 1)
        assert each.done == counted[-1]
        # Each group has its answering pair.
        assert np.bincount(each.group, each.answers).tolist() == [1.0] * (each.group.max() + 1)


def test_batches_are_the_same_for_a_seed(tokenizer: PairTokenizer) -> None:
    def ids(seed: int) -> list[list[list[int]]]:
        return [each.batch.ids.tolist() for each in cut(tokenizer, 700, seed)]

    assert ids(1) == ids(1)
    assert ids(1) != ids(2)
    assert sorted(ids(1)) == sorted(ids(2))


def test_batches_are_within_their_bound_with_their_padding(tokenizer: PairTokenizer) -> None:
    for each in cut(tokenizer, 700):
        assert each.batch.ids.shape[1] % PADDED_TO == 0
        assert each.batch.ids.size <= 700
        assert np.all((each.start > 0) <= (each.batch.text > 0))


def group_of(number: int, *, whole: bool = True) -> Group:
    """A question and its negative; its answer is among what is read, or beyond it."""
    text = f"Ødegård {number} 🎉\r\n" if whole else "led " * 500 + "Ødegård"
    start = text.index("Ødegård")
    asked = f"Who led {number}?"
    return Group((
        Example(asked, "", text, (Span(start, start + 7),)),
        Example(asked, "", "Nobody.", ()),
    ))  # fmt: skip


def test_a_group_whose_answer_is_cut_off_is_dropped(tokenizer: PairTokenizer) -> None:
    groups = [group_of(i, whole=i not in {0, 3}) for i in range(5)]
    (made,) = batches(groups, tokenizer, 10_000, seeded(0))
    # Its negative is dropped with it: nothing would be told from anything.
    assert made.group.tolist() == [0, 0, 1, 1, 2, 2]
    assert made.answers.tolist() == [1, 0, 1, 0, 1, 0]
    assert made.done == 5
    # One of two answers is enough.
    text = "Ødegård " + "led " * 500 + "Ødegård"
    both = Group((Example("Who?", "", text, (Span(0, 7), Span(len(text) - 7, len(text)))),))
    (made,) = batches([both], tokenizer, 10_000, seeded(0))
    assert (made.answers.tolist(), made.start.sum(), made.done) == ([1.0], 1.0, 1)


@pytest.mark.parametrize(
    "dropped",
    [
        set(), {0}, {11}, {2, 5, 7},
        # A whole window of four: the first, one between, the last, and the last two.
        {0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}, set(range(4, 12)), set(range(11)),
    ],
)  # fmt: skip
def test_every_group_is_counted(
    tokenizer: PairTokenizer, monkeypatch: pytest.MonkeyPatch, dropped: set[int]
) -> None:
    monkeypatch.setattr(module, "WINDOW", 4)
    groups = [group_of(i, whole=i not in dropped) for i in range(12)]
    made = list(batches(groups, tokenizer, 100, seeded(0)))
    assert sum(len(set(each.group.tolist())) for each in made) == 12 - len(dropped)
    done = [each.done for each in made]
    assert done == sorted(set(done))
    assert done[-1] == 12


def test_nothing_but_dropped_groups(tokenizer: PairTokenizer) -> None:
    groups = [group_of(i, whole=False) for i in range(3)]
    assert list(batches(groups, tokenizer, 100, seeded(0))) == []
    assert list(batches([], tokenizer, 100, seeded(0))) == []


def test_what_a_text_supports_it_answers_in_no_words(tokenizer: PairTokenizer) -> None:
    claims = [
        Group((Example(text, "", "Baradar led.", (), ranked=False, supported=supported),))
        for text, supported in (("Baradar led", True), ("Baradar fled", False))
    ]
    (made,) = batches([*claims, group_of(1)], tokenizer, 10_000, seeded(0))
    assert sorted(made.answers.tolist()) == [0, 0, 1, 1]
    assert (made.answers.sum(), made.ranked.sum(), made.done) == (2, 2, 3)
    # Only the question's answer has a place.
    assert made.start.sum() == made.end.sum() == 1

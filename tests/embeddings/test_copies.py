"""Sentences -> sketches -> groups of near-copies."""

from __future__ import annotations

import hashlib
import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.copies import VALUES, alike, groups, sketch

STORY = [
    "The river rose four metres in a single night.",
    "Élodie Brun, the mayor, asked for help 🎉 on Sunday.",
    "Trains to the coast were stopped at noon.",
    "שלום עולם אמר ראש העיר לתושבים.",
]


def of_numbers(numbers: set[int]) -> list[str]:
    return [f"The sentence with the number {number} was said." for number in sorted(numbers)]


def jaccard(first: set[int], second: set[int]) -> float:
    return len(first & second) / len(first | second)


def splitmix(value: int) -> int:
    """As Steele, Lea and Flood write it, in numbers without end."""
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB % 2**64
    return value ^ (value >> 31)


def test_a_sketch_has_the_same_bytes_everywhere() -> None:
    """Kept sketches are compared with those of later versions and of other machines."""
    folded = [
        "the river rose four metres in a single night",
        "élodie brun the mayor asked for help on sunday",
        "trains to the coast were stopped at noon",
        "שלום עולם אמר ראש העיר לתושבים",
    ]
    numbers = [
        int.from_bytes(hashlib.blake2b(each.encode(), digest_size=8).digest(), "little")
        for each in folded
    ]
    seeds = [splitmix(n * 0x9E3779B97F4A7C15 % 2**64) for n in range(1, VALUES + 1)]
    expected = [min(splitmix(number ^ seed) >> 32 for number in numbers) for seed in seeds]
    assert sketch(STORY) == b"".join(value.to_bytes(4, "little") for value in expected)


def test_order_case_punctuation_repeats_and_accents_do_not_count() -> None:
    decomposed = STORY[1].replace("É", "E\u0301").upper().replace(".", " !")
    assert sketch([STORY[3], decomposed, *STORY]) == sketch(STORY)


@pytest.mark.parametrize(
    "sentences",
    [
        [],
        STORY[:2],
        [STORY[0], STORY[0], STORY[1]],
        [*STORY[:2], "He declined comment.", "So it is."],
    ],
)
def test_too_few_sentences_have_no_sketch(sentences: list[str]) -> None:
    assert sketch(sentences) == b""


def test_what_is_no_unicode_has_one() -> None:
    assert len(sketch([*STORY, "A broken \ud800 file is read too."])) == 4 * VALUES


@given(st.sets(st.integers(0, 30), min_size=3), st.sets(st.integers(0, 30), min_size=3))
def test_sketches_agree_in_about_as_much_as_the_sentences(one: set[int], other: set[int]) -> None:
    rows = [np.frombuffer(sketch(of_numbers(each)), dtype="<u4") for each in (one, other)]
    agreeing = float((rows[0] == rows[1]).mean())
    # Five standard deviations of 128 trials at the worst share.
    assert abs(agreeing - jaccard(one, other)) <= 5 * (0.25 / VALUES) ** 0.5
    assert (agreeing == 1) >= (one == other)


def test_the_first_of_a_group_leads_and_copies_hang_together() -> None:
    chain = {7: {*range(10)}, 3: {*range(2, 12)}, 5: {*range(4, 14)}, 9: {*range(50, 60)}}
    sketches = {key: sketch(of_numbers(each)) for key, each in chain.items()}
    assert jaccard(chain[7], chain[5]) < 0.45
    assert groups(sketches) == {7: 7, 3: 7, 5: 7}
    assert groups({key: sketches[key] for key in (5, 9, 3, 7)}) == {5: 5, 3: 5, 7: 5}
    assert groups({1: b"", 7: sketches[7], 2: b""}) == {}
    assert groups({}) == {}
    assert groups({1: b"", 2: b""}) == {}


def test_many_equals_are_one_group() -> None:
    sketches = {key: sketch(STORY) for key in range(100)}
    assert groups(sketches) == dict.fromkeys(range(100), 0)


@pytest.fixture(scope="module")
def made() -> list[set[int]]:
    """3,000 articles of 20 to 40 sentences: 600 stories, and four edited copies of each."""
    rng = random.Random(20)  # noqa: S311
    articles = []
    for story in range(600):
        begin = 100 * story
        whole = set(range(begin, begin + rng.randint(20, 40)))
        articles.append(whole)
        for copy in range(4):
            dropped = set(rng.sample(sorted(whole), rng.randint(0, len(whole) * 2 // 3)))
            added = range(begin + 50 + 10 * copy, begin + 50 + 10 * copy + rng.randint(0, 6))
            articles.append(whole - dropped | set(added))
    return articles


def test_pairs_as_brute_force_finds_them(made: list[set[int]]) -> None:
    """Every pair of 3,000 articles: those at .7 are found, none below .3 is."""
    rows = np.stack([np.frombuffer(sketch(of_numbers(each)), dtype="<u4") for each in made])
    linked = {(int(a), int(b)) for a, b in zip(*alike(rows), strict=True)}
    # Articles of different stories share nothing: only pairs within one can be alike.
    stories = [range(at, at + 5) for at in range(0, len(made), 5)]
    similar = {
        pair: jaccard(made[pair[0]], made[pair[1]])
        for story in stories
        for pair in combinations(story, 2)
    }
    high = {pair for pair, value in similar.items() if value >= 0.7}
    assert len(high) > 500
    assert len(high & linked) >= 0.99 * len(high)
    assert [pair for pair in linked if similar.get(pair, 0.0) < 0.3] == []
    grouped = groups({key: row.tobytes() for key, row in enumerate(rows)})
    assert all(grouped[a] == grouped[b] for a, b in high & linked)
    assert all(leader // 5 == key // 5 and leader <= key for key, leader in grouped.items())

import random

import pytest

from embeddings.words import runs_of, words_of
from eval.own.near_duplicates import (
    Pair,
    exact_repeats,
    grouped,
    jaccard,
    near_duplicates,
    shared_sentences,
)

WORDS = [f"word{number}" for number in range(400)]


def text_of(rng, length=300):
    return " ".join(rng.choices(WORDS, k=length))


def test_words_are_the_same_however_accents_and_quotes_are_written():
    assert words_of("L’Été à São Paulo… 🌊") == ["l", "été", "à", "são", "paulo"]
    assert words_of("E\u0301te\u0301") == words_of("Été")


def test_similarity_is_that_of_runs_of_five_words():
    # a b c d e f g: abcde bcdef cdefg; with h for g: abcde bcdef cdefh; 2 of 4 are shared
    first, second = runs_of(list("abcdefg")), runs_of(list("abcdefh"))
    assert len(first) == 3
    assert jaccard(first, second) == 0.5
    assert runs_of(["short", "text"]) == {("short", "text")}
    assert runs_of([]) == set()
    assert jaccard(set(), set()) == 0.0


def test_repeats_are_the_same_words_whatever_their_case_and_spacing():
    texts = {"b": "The harbour — closed.", "a": "the\r\nharbour “closed”", "c": "Another", "d": ""}
    assert exact_repeats({**texts, "e": "🌊"}) == [("a", "b")]


def test_a_planted_near_duplicate_is_found_with_its_exact_similarity():
    rng = random.Random(1)  # noqa: S311 (made-up texts)
    texts = {f"other{number}": text_of(rng) for number in range(30)}
    texts["z-original"] = text_of(rng)
    words = texts["z-original"].split()
    texts["a-edited"] = " ".join([*words[:280], "twenty", "new", "words", *words[283:]])
    # Words 281 to 283 of 300 stand in the runs that begin at words 277 to 283: 7 of 296 differ.
    (pair,) = near_duplicates(texts)
    assert (pair.first, pair.second) == ("a-edited", "z-original")
    assert pair.similarity == pytest.approx(289 / (296 + 7))


def test_pairs_at_the_bound_are_found_and_those_below_are_not():
    rng = random.Random(2)  # noqa: S311 (made-up texts)
    texts, close = {}, set()
    for number in range(100):
        words = text_of(rng).split()
        kept = 210 if number % 2 else 150  # runs shared: 206 of 386 (.53), or 146 of 446 (.33)
        texts[f"{number:03}a"] = " ".join(words)
        texts[f"{number:03}b"] = " ".join([*words[:kept], *text_of(rng, 300 - kept).split()])
        if number % 2:
            close.add((f"{number:03}a", f"{number:03}b"))
    found = {(pair.first, pair.second) for pair in near_duplicates(texts)}
    assert found == close


def test_exact_repeats_are_compared_once_and_progress_counts_every_article():
    rng = random.Random(3)  # noqa: S311 (made-up texts)
    words = text_of(rng)
    seen = []
    texts = {"a": words, "b": words, "c": f"{words} and one more line here", "d": ""}
    pairs = near_duplicates(texts, progress=seen.append)
    assert pairs == [Pair("a", "c", 296 / 301)]
    assert sum(seen) == 4


def test_groups_follow_links_through_others():
    assert grouped([("a", "d"), ("b", "c"), ("c", "e", "f")]) == [("a", "d"), ("b", "c", "e", "f")]
    assert grouped([]) == []


def test_a_sentence_in_five_articles_is_shared_and_copies_count_once():
    notice = "Stay ahead with “our” weekly newsletter, readers."
    sentences = {
        name: [notice, notice, f"Only {name} says this at such length."] for name in "abcde"
    }
    (found,) = shared_sentences(sentences)
    assert (found.text, found.articles) == (notice, ("a", "b", "c", "d", "e"))
    assert shared_sentences(sentences, [("a", "b")]) == []
    assert shared_sentences({name: ["Too short to count."] for name in "abcdef"}) == []

"""When a text holds an answer, worked out by hand and against SQuAD's script written out again."""

from __future__ import annotations

import random
import re
import string
from collections import Counter

import pytest

from eval.scoring.text_match import (
    exact_match,
    holds,
    holds_any,
    is_verdict,
    squad_normalize,
    tells,
    token_f1,
    words,
)


def official_normalize(text: str) -> str:
    """The four steps of ``normalize_answer`` in SQuAD's evaluate-v2.0.py."""
    text = text.lower()
    text = "".join(character for character in text if character not in set(string.punctuation))
    text = re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text)
    return " ".join(text.split())


def official_f1(gold: str, text: str) -> float:
    gold_tokens, tokens = official_normalize(gold).split(), official_normalize(text).split()
    same = sum((Counter(gold_tokens) & Counter(tokens)).values())
    if not gold_tokens or not tokens:
        return int(gold_tokens == tokens)
    if same == 0:
        return 0
    precision, recall = same / len(tokens), same / len(gold_tokens)
    return 2 * precision * recall / (precision + recall)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  U.S. “peace” deal, an end", "us peace deal end"),
        ("Taliban-led, co-founder's", "talibanled cofounders"),
        ("10–12 and 10-12 — it’s “a” $5 bill…", "1012 and 1012 its 5 bill"),
        ("Théâtre an der Wien 🎭", "théâtre der wien 🎭"),
        ("«L’été» €3.4", "lété €34"),
        ("The.", ""),
        ("", ""),
    ],
)
def test_squads_normalisation(text: str, normal: str) -> None:
    assert squad_normalize(text) == normal


@pytest.mark.parametrize(
    ("text", "golds", "exact", "f1"),
    [
        ("The Nile.", ["nile", "river Nile"], 1.0, 1.0),
        ("the river Nile", ["Nile"], 0.0, 2 / 3),  # shared 1 of 2 and 1
        ("It ended in 1998 in Nice.", ["1998", "in Nice"], 0.0, 0.5),  # 2 of 6 and 2
        ("in in", ["in"], 0.0, 2 / 3),  # counted as often as it stands in both
        ("“Amélie”", ["amélie"], 1.0, 1.0),
        ("nothing alike", ["gold"], 0.0, 0.0),
        ("", ["gold"], 0.0, 0.0),
        ("the", ["a"], 1.0, 1.0),  # nothing is left of either
        ("anything", [], 0.0, 0.0),
    ],
)
def test_exact_match_and_f1(text: str, golds: list[str], exact: float, f1: float) -> None:
    assert exact_match(text, golds) == exact
    assert token_f1(text, golds) == pytest.approx(f1)


def test_em_and_f1_agree_with_the_official_script() -> None:
    random_ = random.Random(5)  # noqa: S311 (made-up data)
    pool = ["The", "a", "an", "U.S.", "Nile", "nile,", "co-op", "1,000", "é", "🌊", "it's", "--"]
    seen = set()
    for _ in range(500):
        text = " ".join(random_.choices(pool, k=random_.randint(0, 6)))
        golds = [" ".join(random_.choices(pool, k=random_.randint(0, 4))) for _ in range(3)]
        expected = max(official_f1(gold, text) for gold in golds)
        same = max(official_normalize(gold) == official_normalize(text) for gold in golds)
        assert squad_normalize(text) == official_normalize(text)
        assert round(token_f1(text, golds), 4) == round(expected, 4)
        assert exact_match(text, golds) == float(same)
        seen.add((same, round(expected, 1)))
    assert {(True, 1.0), (False, 0.0), (False, 0.5)} <= seen


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  U.S. “peace” deal, an end—A", ["u", "s", "peace", "deal", "end"]),
        ("124,000 people, 3.4% at 10:30.", ["124000", "people", "3.4", "at", "10:30"]),
        ("Baradar’s 14th; snake_case", ["baradar", "s", "14th", "snake", "case"]),
        ("1,2,3 and 1968.[2]", ["1,2,3", "and", "1968", "2"]),
        ("Cafe\u0301 ﬁne", ["café", "fine"]),  # a combining accent, a ligature
        ("🌊 …", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("sentence", "golds", "right"),
    [
        ("More than 124,000 people left.", ["124,000"], True),
        ("More than 124000 people left.", ["124,000"], True),
        ("The year was 1968.", ["the year"], True),
        ("Some 175,000 died.", ["5,000"], False),  # whole words only
        ("Some 175,000 died.", ["175"], False),
        ("It rose by 3.5 points.", ["5"], False),
        ("Nothing.", [], False),
        ("Nothing.", ["the", "…", ""], False),  # an answer of no words is held by nothing
        ("The Taliban-led council", ["Taliban"], True),
        ("“Amélie’s” café", ["amélie"], True),
        ("Ten — no, twelve.", ["ten no"], True),
        ("He met Ana Sousa.", ["Sousa Ana"], False),
    ],
)
def test_a_text_holds_an_answer(sentence: str, golds: list[str], right: bool) -> None:
    assert holds_any(sentence, golds) is right


@pytest.mark.parametrize(
    ("text", "answer", "right"),
    [
        ("No.", "No", True),
        ("“No,” he said.", "no", True),
        ("Yes", "Yes.", True),
        ("No — both fell.", "No", True),
        ("No one was hurt.", "No", False),  # a sentence about no one is no verdict
        ("There was no doubt; yes.", "yes", False),
        ("Yes, it did.", "no", False),
        ("Nobody.", "no", False),
        ("", "no", False),
    ],
)
def test_yes_and_no_only_count_as_a_verdict(text: str, answer: str, right: bool) -> None:
    assert is_verdict(answer)
    assert holds(text, answer) is right
    assert not is_verdict("no one")


def test_a_sentence_tells_a_part_of_a_long_answer() -> None:
    long = (
        "There are three women washing clothes and singing by the river. Delmar is convinced that "
        "the women were Sirens."
    )
    assert len(words(long)) == 17
    half = "Delmar is convinced the women were Sirens who turned Pete into a toad."
    assert len(words(half)) == 11
    assert not tells(half, [long])  # 6 of 11
    assert tells("Delmar is convinced the women were Sirens who turned Pete.", [long])  # 6 of 9
    assert tells("Three women were singing by the river.", [long])  # 6 of 6
    assert not tells("The women were.", [long])  # too short to say anything
    assert not tells("Three women were singing by the river.", ["women by the river"])
    assert tells(f"As he tells it, {long}", [long])  # all of it, whatever else


def test_a_short_answer_is_not_told_by_its_words() -> None:
    answer = "the first of the twelve bridges over the river Tagus to be built"
    assert len(words(answer)) == 10
    assert not tells("The first of the bridges over the river was built.", [answer])
    assert tells(
        "It is the first of the twelve bridges over the river Tagus to be built.", [answer]
    )

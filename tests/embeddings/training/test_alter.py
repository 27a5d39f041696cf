"""Questions as others would put them, and questions that are not answered any more."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from embeddings.training.alter import OPPOSITES, Alterer
from tests.embeddings.training.made import museum, seeded

PASSAGE = "In 1998 Ana Sá opened the largest museum of Oslo. She was paid 40 crowns."
ELSEWHERE = "Nobody saw it, but Kari Moe sold paintings in 2004 to the library of towns near Malmö."


class Chooses(random.Random):
    """Takes the first of everything, and says ``draws`` one after the other, then 0.99."""

    def __init__(self, *draws: float) -> None:
        super().__init__(0)
        self.draws = list(draws)

    def random(self) -> float:
        return self.draws.pop(0) if self.draws else 0.99

    def choice(self, seq: Sequence[Any]) -> Any:
        return seq[0]

    def choices(self, population: Sequence[Any], weights: Any = None, **_: Any) -> list[Any]:
        return [population[0]]


def by_rule(rule: str, question: str, *draws: float) -> str | None:
    alterer = Alterer(Chooses(*draws))
    found: str | None = getattr(alterer, rule)(question, PASSAGE, ELSEWHERE)
    return found


@pytest.mark.parametrize(
    ("rule", "question", "draws", "altered"),
    [
        # 0.99: a name from elsewhere, that the passage does not have, as many words give or take 1.
        ("_name", "What did Ana Sá open in Oslo?", (0.99,), "What did Kari Moe open in Oslo?"),
        # 0.1: a name of the same passage that the question does not have.
        ("_name", "What did Ana Sá open?", (0.1,), "What did Oslo open?"),
        ("_name", "Who opened it?", (), None),
        ("_name", "who opened it in oslo 🎉?", (), None),
        # 0.99: a number as long as it, of the passage first.
        ("_number", "What opened in 1997?", (0.99,), "What opened in 1998?"),
        ("_number", "What opened in 1998?", (0.99,), "What opened in 2004?"),
        # 0.1: a number near it.
        ("_number", "What opened in 1998?", (0.1,), "What opened in 1988?"),
        ("_number", "What opened?", (), None),
        ("_number", "What cost 1,250,000 crowns?", (0.1,), None),
        ("_opposite", "What is the largest museum?", (), "What is the smallest museum?"),
        ("_opposite", "What is the museum?", (), None),
        ("_negate", "Who was paid?", (), "Who wasn't paid?"),
        ("_negate", "Who opened it?", (), None),
        # A word of the passage by one that it has not, with the same ending.
        ("_word", "Which museum was opened?", (), None),
        ("_word", "Who likes crowns?", (), "Who likes towns?"),
    ],
)
def test_one_rule(rule: str, question: str, draws: tuple[float, ...], altered: str | None) -> None:
    assert by_rule(rule, question, *draws) == altered


def test_opposites_go_both_ways() -> None:
    assert OPPOSITES["smallest"] == ("largest", "biggest")
    assert OPPOSITES["largest"] == ("smallest",)
    assert all(word in OPPOSITES[other] for word in OPPOSITES for other in OPPOSITES[word])
    assert all(word not in others for word, others in OPPOSITES.items())


def test_a_rule_that_does_not_fit_leaves_the_others() -> None:
    alterer = Alterer(seeded(1))
    assert {alterer.unanswerable("who was paid?", PASSAGE, ELSEWHERE) for _ in range(20)} == {
        "who wasn't paid?"
    }
    for question in ("", " ", "?", "🎉", "Who?", "naïve", "\r\n", "שלום"):
        assert alterer.unanswerable(question, PASSAGE, ELSEWHERE) is None
        assert alterer.unanswerable(question, "", "") is None


def test_never_the_question_itself() -> None:
    asked = [(question, museum(i)[1]) for i in range(20) for question, _ in museum(i)[2]]
    seen: Counter[bool] = Counter()
    for seed in range(8):
        alterer = Alterer(seeded(seed))
        for i, (question, text) in enumerate(asked):
            altered = alterer.unanswerable(question, text, asked[i - 6][1])
            assert altered != question
            seen[altered is not None] += 1
    assert seen[True] > 400


def test_the_same_seed_alters_the_same_way() -> None:
    def altered(seed: int) -> list[str | None]:
        alterer = Alterer(seeded(seed))
        found: list[str | None] = []
        for i in range(12):
            _, text, asked = museum(i)
            for question, _ in asked:
                found += [alterer.reword(question), alterer.mistype(question)]
                found.append(alterer.unanswerable(question, text, museum(i + 1)[1]))
        return found

    assert altered(7) == altered(7)
    assert altered(7) != altered(8)


@pytest.mark.parametrize(
    ("question", "draws", "reworded"),
    [
        # As keywords, with the question word and without.
        ("When did Ana Sá open it in Oslo?", (0.1, 0.1), "When Ana Sá open Oslo"),
        ("When did Ana Sá open it in Oslo?", (0.1, 0.9), "Ana Sá open Oslo"),
        # Too few words for that: a lead.
        ("Who was it?", (0.1, 0.1), "According to the article, who was it?"),
        ("When did it 🎉 open?", (0.9,), "According to the article, when did it 🎉 open?"),
        ("{0} {", (0.9,), "According to the article, {0} {"),
        ("", (0.1,), "According to the article, "),
        # What is no question word may be a name or an acronym: it stays as it is.
        ("NATO did what?", (0.9,), "According to the article, NATO did what?"),
        ("Ødegård left when?", (0.9,), "According to the article, Ødegård left when?"),
        (
            "In which year did it open?",
            (0.9,),
            "According to the article, in which year did it open?",
        ),
    ],
)
def test_reworded(question: str, draws: tuple[float, ...], reworded: str) -> None:
    assert Alterer(Chooses(*draws)).reword(question) == reworded


def test_every_lead_keeps_the_question() -> None:
    alterer = Alterer(seeded(3))
    found = {alterer.reword("Who was it?") for _ in range(200)}
    assert found == {
        "According to the article, who was it?",
        "Tell me, who was it?",
        "I would like to know: who was it?",
        "Do the articles say who was it?",
        "Who was it? Please answer.",
    }


OTHERS = {"museum": ("gallery", "hall"), "opened": ("began",), "oslo": ("town",), "caf": ("bar",)}


@pytest.mark.parametrize(
    ("question", "draws", "told"),
    [
        # Below the share that is replaced: each word that has another one, the first of them.
        ("Who opened the museum?", (0.0, 0.0), "Who began the gallery?"),
        ("Who opened the museum?", (0.59, 0.6), "Who began the museum?"),
        ("Who opened the museum?", (0.6, 0.59), "Who opened the gallery?"),
        # Names, acronyms and the first word of a sentence are not written in lower case.
        ("Museum Oslo opened what in OSLO?", (0.0,) * 3, "Museum Oslo began what in OSLO?"),
        ("MUSEUM", (0.0,), "MUSEUM"),
        # Nor is a piece of a word a word.
        ("museum-goers at the museum's café, museumé 🎉", (0.0,) * 3,
         "museum-goers at the museum's café, museumé 🎉"),
        ("museum’s museums\r\nmuseum", (0.0,) * 3, "museum’s museums\r\ngallery"),
        ("", (), ""),
        ("שלום 🎉?", (), "שלום 🎉?"),
    ],
)  # fmt: skip
def test_in_other_words(question: str, draws: tuple[float, ...], told: str) -> None:
    assert Alterer(Chooses(*draws), OTHERS).in_other_words(question) == told
    assert Alterer(Chooses(*draws)).in_other_words(question) == question
    assert Alterer(Chooses(*draws), {}).in_other_words(question) == question


def test_other_words_are_the_same_for_their_random_numbers() -> None:
    question = "Who opened the museum beside the museum that opened in Oslo?"

    def told(seed: int) -> list[str]:
        alterer = Alterer(seeded(seed), OTHERS)
        return [alterer.in_other_words(question) for _ in range(12)]

    assert told(1) == told(1)
    assert told(1) != told(2)
    seen = {each for seed in range(40) for each in told(seed)}
    # Each of the four words stays or becomes one of its own: 2 * 3 * 3 * 2 ways.
    assert len(seen) == 36
    assert all(each.startswith("Who ") and each.endswith(" in Oslo?") for each in seen)


def test_a_word_is_not_replaced_by_one_that_means_the_same() -> None:
    # "crowns" becomes another word with its ending; one that means the same changes nothing.
    rng = Chooses()
    assert Alterer(rng)._word("Who likes crowns?", PASSAGE, ELSEWHERE) == "Who likes towns?"
    for synonyms in ({"crowns": ("coins", "towns")}, {"towns": ("crowns",)}):
        assert Alterer(rng, synonyms)._word("Who likes crowns?", PASSAGE, ELSEWHERE) is None


def test_mistyped() -> None:
    alterer = Alterer(seeded(0))
    question = "Where did the museum of Córdoba open after the flood of 1998?"
    found = {alterer.mistype(question) for _ in range(300)}
    for each in found:
        words = each.split()
        assert words[0] == "Where"
        assert [words[i] for i in (1, 2, 4, 8, 10, 11)] == [
            "did",
            "the",
            "of",
            "the",
            "of",
            "1998?",
        ]
        assert sum(a != b for a, b in zip(words, question.split(), strict=True)) <= 2
        assert abs(len(each) - len(question)) <= 2
    assert len(found) > 50


@pytest.mark.parametrize("question", ["", "🎉", "Who?", "Internationalisation?", "a b c d", "\r\n"])
def test_nothing_to_mistype(question: str) -> None:
    alterer = Alterer(seeded(0))
    assert {alterer.mistype(question) for _ in range(20)} == {question}

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

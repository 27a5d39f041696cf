"""Passages without the sentences that answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from embeddings.schema import Span
from embeddings.training.examples import Material, _without_answers, epoch
from embeddings.training.mining import Case, Excerpt, Mined
from tests.embeddings.training.made import PLAIN, mined, museum


def spans_of(text: str, *sentences: str) -> tuple[Span, ...]:
    return tuple(Span(text.index(s), text.index(s) + len(s)) for s in sentences)


# Three sentences with accents, an emoji and CRLF between them.
HALL = ("Léa opened the hall 🎉.", "It cost 40 crowns.", "Ana Sá came in 1998, as did others.")
TEXT = "\r\n".join(HALL)


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        # The answer's sentence goes; the longer side stays as it is, line ends and all.
        (["Léa"], "It cost 40 crowns.\r\nAna Sá came in 1998, as did others."),
        (["1998"], "Léa opened the hall 🎉.\r\nIt cost 40 crowns."),
        (["40"], "Ana Sá came in 1998, as did others."),
        (["🎉"], "It cost 40 crowns.\r\nAna Sá came in 1998, as did others."),
        # Two answers: what lies between them goes too.
        (["Léa", "40 crowns"], "Ana Sá came in 1998, as did others."),
        (["Léa", "1998"], ""),
        # Over a sentence's end.
        (["crowns.\r\nAna Sá"], "Léa opened the hall 🎉."),
        # The whole passage, and nothing at all.
        ([TEXT], ""),
        ([], ""),
    ],
)
def test_without_its_answers(answers: list[str], left: str) -> None:
    excerpt = Excerpt("a", "", TEXT, spans_of(TEXT, *HALL), False)
    assert _without_answers(excerpt, spans_of(TEXT, *answers)) == left


@pytest.mark.parametrize(
    "after",
    ["He, Léa, left.", "LÉA left.", "He and léa, left", "Then Léaud left."],
)
def test_what_tells_the_answer_elsewhere_is_not_emptied(after: str) -> None:
    text = f"Léa led 🎉.\r\n{after}"
    excerpt = Excerpt("a", "", text, spans_of(text, "Léa led 🎉.", after), False)
    assert _without_answers(excerpt, (Span(0, 3),)) == ""
    # Of several answers one is enough, and white space makes no other answer.
    text = f"Léa  Sá, or Moe, led.\r\nLater léa\r\nsá left. {'Nobody came. ' * 3}".strip()
    excerpt = Excerpt("a", "", text, (Span(0, 21), Span(23, len(text))), False)
    assert _without_answers(excerpt, (Span(0, 7),)) == ""
    assert _without_answers(excerpt, (Span(12, 15), Span(0, 7))) == ""
    assert _without_answers(excerpt, (Span(12, 15),)) == text[23:]


def test_an_answer_outside_of_all_sentences() -> None:
    text = "1998 * It opened."
    excerpt = Excerpt("a", "", text, (Span(7, 17),), False)
    assert _without_answers(excerpt, (Span(0, 4),)) == ""
    assert _without_answers(Excerpt("a", "", text, (), False), (Span(0, 4),)) == ""


def test_emptied_passages() -> None:
    recipe = replace(PLAIN, negatives=0, emptied=1.0, cropped=1.0, headed=1.0)
    wanted = {question: answer for i in range(20) for question, answer in museum(i)[2]}
    for group in epoch(Material([mined()]), recipe, 7, 0):
        right, emptied = group.examples
        assert emptied.question == right.question
        assert emptied.heading == right.heading
        assert (emptied.answers, emptied.ranked) == ((), False)
        assert wanted[right.question] not in emptied.text
        city = right.heading.removeprefix("Museum ")
        (whole,) = (museum(i)[1] for i in range(20) if museum(i)[0] == city)
        assert emptied.text in whole
        # Of four sentences the answer's is one, and the longer side of it is left.
        assert emptied.text.count(".") in {2, 3}
    # A passage of one sentence has nothing left.
    excerpt = Excerpt("a", "", "It opened in 1998.", (Span(0, 18),), False)
    case = Case("When?", 0, (Span(13, 17),), {"bm25": [], "dense": [], "fused": []}, False)
    alone = Material([Mined("made", "made-0", [excerpt], [case])])
    (group,) = epoch(alone, recipe, 7, 0)
    assert len(group.examples) == 1

"""Mined cases -> the pairs of an epoch, which are the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from embeddings.schema import Span
from embeddings.training.examples import Example, Group, Recipe, epoch
from embeddings.training.mining import Case, Excerpt, Mined
from tests.embeddings.training.made import mined, museum

PLAIN = Recipe(altered=0, reworded=0, mistyped=0, cropped=0, headed=0, dated=0)


@pytest.fixture
def museums() -> Mined:
    return mined()


def groups(made: Mined, recipe: Recipe = PLAIN, seed: int = 7, number: int = 0) -> list[Group]:
    return list(epoch([made], recipe, seed, number))


def test_a_group_by_hand() -> None:
    text, other = "It opened in 1998 🎉.\r\nNobody came.", "Nothing opened."
    excerpts = [
        Excerpt("a", "Oslo", text, (Span(0, 20), Span(22, 34)), False),
        Excerpt("b", "", other, (Span(0, 15),), False),
    ]
    case = Case("When did it open?", 0, (Span(13, 17),), {"bm25": [1]}, False)
    made = Mined("made", "made-0", excerpts, [case])
    recipe = replace(PLAIN, sources=("bm25",), headed=1.0)
    right = Example("When did it open?", "Oslo", text, (Span(13, 17),))
    wrong = Example("When did it open?", "", other, ())
    assert groups(made, recipe) == [Group((right, wrong))]
    assert groups(made, replace(recipe, negatives=0)) == [Group((right,))]
    # There is only one to take.
    assert groups(made, replace(recipe, negatives=5)) == [Group((right, wrong))]
    sentence = Example("When did it open?", "Oslo", "It opened in 1998 🎉.", (Span(13, 17),))
    assert groups(made, replace(recipe, only_sentence=True)) == [Group((sentence, wrong))]


def test_no_negatives_to_take() -> None:
    excerpt = Excerpt("a", "", "It opened.", (Span(0, 10),), False)
    case = Case("When?", 0, (Span(0, 2),), {"bm25": [], "dense": [], "fused": []}, False)
    made = Mined("made", "made-0", [excerpt], [case])
    assert groups(made, replace(PLAIN, altered=1.0)) == [
        Group((Example("When?", "", "It opened.", (Span(0, 2),)),))
    ]


def test_an_epoch_is_the_same_for_its_seed_and_number(museums: Mined) -> None:
    recipe = Recipe()
    assert groups(museums, recipe) == groups(museums, recipe)
    assert groups(museums, recipe) != groups(museums, recipe, seed=8)
    assert groups(museums, recipe) != groups(museums, recipe, number=1)
    # Every question comes once, in another order.
    asked = [g.examples[0].question for g in groups(museums)]
    again = [g.examples[0].question for g in groups(museums, number=1)]
    assert asked != again
    assert (
        sorted(asked)
        == sorted(again)
        == sorted(c.question for c in museums.cases if not c.held_out)
    )


def test_held_out_passages_are_never_read(museums: Mined) -> None:
    away = {excerpt.text for excerpt in museums.excerpts if excerpt.held_out}
    known = {excerpt.text for excerpt in museums.excerpts} - away
    recipe = replace(PLAIN, negatives=3, altered=1.0)
    for seed, number in product(range(4), range(2)):
        shown = {e.text for g in groups(museums, recipe, seed, number) for e in g.examples}
        assert shown == known
    # Asked for, they come alone.
    held_out = epoch([museums], recipe, 7, 0, held_out=True)
    assert {e.text for group in held_out for e in group.examples} == away


@pytest.mark.parametrize("only_sentence", [False, True])
def test_a_cropped_passage_holds_its_answer(museums: Mined, only_sentence: bool) -> None:
    wanted = {question: answer for i in range(20) for question, answer in museum(i)[2]}
    whole = {museum(i)[1] for i in range(20)}
    recipe = replace(PLAIN, cropped=1.0, only_sentence=only_sentence, negatives=2)
    lengths = set()
    for seed in range(25):
        for group in groups(museums, recipe, seed):
            right, *wrong = group.examples
            assert [right.text[a.start : a.end] for a in right.answers] == [wanted[right.question]]
            assert any(right.text in text for text in whole)
            assert right.text[0] in "TIV"
            assert right.text[-1] in ".”"
            assert all(each.answers == () and each.text for each in wrong)
            lengths.add(right.text.count(".") + 0)
    assert lengths == ({1} if only_sentence else {1, 2, 3, 4})


def test_an_answer_over_a_cut_is_shown_whole() -> None:
    # No sentence covers the answer whole, and some of the text is in none.
    text = "It opened in 1998 and closed."
    for sentences in ((Span(0, 15), Span(18, 29)), (Span(0, 9), Span(18, 29))):
        excerpt = Excerpt("a", "", text, sentences, False)
        case = Case("When?", 0, (Span(13, 17),), {"bm25": [], "dense": [], "fused": []}, False)
        made = Mined("made", "made-0", [excerpt], [case])
        for seed in range(10):
            (group,) = groups(made, replace(PLAIN, cropped=1.0), seed)
            right = group.examples[0]
            assert [right.text[a.start : a.end] for a in right.answers] == ["1998"]


def test_a_question_that_is_almost_answered(museums: Mined) -> None:
    asked = {museum(i)[1]: [question for question, _ in museum(i)[2]] for i in range(20)}
    found = groups(museums, replace(PLAIN, negatives=0, altered=1.0))
    added = [group.examples[1] for group in found if len(group.examples) == 2]
    assert len(added) > 40
    for group in found:
        for example in group.examples[1:]:
            assert example.question not in asked[example.text]
            assert (example.text, example.answers) == (group.examples[0].text, ())
            assert not example.ranked
        assert group.examples[0].ranked


def test_headings(museums: Mined) -> None:
    recipe = replace(PLAIN, headed=1.0, dated=1.0, negatives=1)
    for group in groups(museums, recipe):
        for example in group.examples:
            city = example.text.split("museum of ")[1].split()[0]
            title, date = example.heading.split(". ")
            assert title == f"Museum {city}"
            assert date.endswith(")")
            year = int(date.split("(")[1][:4])
            assert 2012 <= year <= 2026
            assert f" {year} (" in date
    assert {e.heading for g in groups(museums) for e in g.examples} == {""}


def test_negatives_come_from_the_rankings_asked_for(museums: Mined) -> None:
    texts = [excerpt.text for excerpt in museums.excerpts]
    places = {case.question: case for case in museums.cases}
    for source in ("bm25", "dense", "fused"):
        recipe = replace(PLAIN, sources=(source,), negatives=2, depth=4)
        for group in groups(museums, recipe):
            right, *wrong = group.examples
            ranked = places[right.question].neighbours[source]
            pool = [i for i in ranked if not museums.excerpts[i].held_out][:4]
            chosen = [texts.index(each.text) for each in wrong]
            assert len(set(chosen)) == 2
            assert set(chosen) <= set(pool)

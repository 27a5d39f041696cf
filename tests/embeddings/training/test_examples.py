"""Mined cases -> the pairs of an epoch, which are the same for the same seed."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from embeddings.schema import Span
from embeddings.training.claims import Claim
from embeddings.training.examples import (
    Example,
    Group,
    Material,
    Recipe,
    Synonyms,
    epoch,
)
from embeddings.training.mining import Case, Excerpt, Mined
from tests.embeddings.training.made import PLAIN, mined, museum


@pytest.fixture
def museums() -> Mined:
    return mined()


def groups(
    made: Mined,
    recipe: Recipe = PLAIN,
    seed: int = 7,
    number: int = 0,
    synonyms: Synonyms | None = None,
) -> list[Group]:
    return list(epoch(Material([made], synonyms or {}), recipe, seed, number))


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


def test_statements_are_groups_of_their_own(museums: Mined) -> None:
    sentences = ("It opened 🎉.", "She led it.")
    claims = [
        Claim("It opened", sentences, True, False),
        Claim("It never opened", sentences, False, False),
        Claim("Held out", sentences, True, True),
    ]
    material = Material([museums], {}, claims)
    made = list(epoch(material, PLAIN, 7, 0))
    assert len(made) == material.size() == 48 + 2
    stated = [g.examples for g in made if not g.examples[0].ranked]
    assert sorted((e.question, e.supported, e.answers) for (e,) in stated) == [
        ("It never opened", False, ()), ("It opened", True, ()),
    ]  # fmt: skip
    assert {e.text for (e,) in stated} <= {" ".join(sentences), " ".join(reversed(sentences))}
    assert material.size(held_out=True) == 12 + 1
    (held,) = (g for g in epoch(material, PLAIN, 7, 0, held_out=True) if len(g.examples) == 1
               and not g.examples[0].ranked)  # fmt: skip
    assert held.examples[0].question == "Held out"
    # In other words, as questions are.
    told = Material([], {"opened": ("began",)}, claims[:1])
    ways = {
        group.examples[0].question
        for number in range(20)
        for group in epoch(told, replace(PLAIN, other_words=1.0), 7, number)
    }
    assert ways == {"It opened", "It began"}


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
    known = {"museum": ("gallery", "hall"), "statues": ("figures",), "open": ("begin",)}
    told = groups(museums, recipe, synonyms=known)
    assert told == groups(museums, recipe, synonyms=known)
    assert told != groups(museums, recipe)
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
    recipe = replace(PLAIN, negatives=3, altered=1.0, emptied=1.0)
    for seed, number in product(range(4), range(2)):
        found = groups(museums, recipe, seed, number)
        shown = {e.text for g in found for e in g.examples}
        assert known <= shown
        # What is not a whole passage is a part of one, not of those that are kept away.
        assert all(any(text in whole for whole in known) for text in shown)
        assert not any(text in whole for text in shown for whole in away)
    # Asked for, they come alone.
    recipe = replace(recipe, emptied=0)
    held_out = epoch(Material([museums]), recipe, 7, 0, held_out=True)
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


def test_questions_in_other_words(museums: Mined) -> None:
    known = {"museum": ("gallery",), "statues": ("figures",)}
    recipe = replace(PLAIN, other_words=1.0, negatives=1, emptied=1.0)
    changed = 0
    plain = groups(museums, replace(recipe, other_words=0), synonyms=known)
    asked = {case.question for case in museums.cases}
    assert {group.examples[0].question for group in plain} <= asked
    for group in groups(museums, recipe, synonyms=known):
        # One question a group, for what answers and what does not.
        (question,) = {example.question for example in group.examples}
        back = question.replace("gallery", "museum").replace("figures", "statues")
        assert back in asked
        changed += question != back
    # Each of the 48 questions has one word that has another one, and 6 of 10 are replaced.
    assert 18 <= changed <= 45
    # Without other words nothing changes, whatever the recipe says.
    assert {g.examples[0].question for g in groups(museums, recipe)} <= asked


def test_what_is_almost_answered_is_put_in_other_words_too(museums: Mined) -> None:
    known = {"museum": ("gallery",), "director": ("head",), "visitors": ("guests",)}
    recipe = replace(PLAIN, other_words=1.0, negatives=0, altered=1.0)
    missed = [
        example.question
        for seed in range(4)
        for group in groups(museums, recipe, seed, synonyms=known)
        for example in group.examples[1:]
    ]
    words = {"gallery", "head", "guests"}
    share = sum(bool(words & set(question.split())) for question in missed) / len(missed)
    assert 0.4 < share < 0.9
    plain = replace(recipe, other_words=0)
    assert not any(
        words & set(example.question.split())
        for group in groups(museums, plain, synonyms=known)
        for example in group.examples
    )


@pytest.mark.parametrize("held_out", [False, True])
def test_names_are_taken_from_passages_of_the_same_side(held_out: bool) -> None:
    def excerpt(text: str, away: bool) -> Excerpt:
        return Excerpt(text, "", text, (Span(0, len(text)),), away)

    excerpts = [
        excerpt("In 1998 Ana opened it.", held_out),
        excerpt("Later came Gøril, on foot.", held_out),
        excerpt("Later came Baradar, on foot.", not held_out),
    ]
    neighbours = {"bm25": [], "dense": [2, 1], "fused": []}
    case = Case("What did Ana open in there?", 0, (Span(19, 21),), neighbours, held_out)
    made = Mined("made", "made-0", excerpts, [case])
    recipe = replace(PLAIN, negatives=0, altered=1.0)
    asked = [
        example.question
        for seed in range(60)
        for group in epoch(Material([made]), recipe, seed, 0, held_out=held_out)
        for example in group.examples[1:]
    ]
    assert "What did Gøril open in there?" in asked
    assert not any("Baradar" in question for question in asked)

"""The pairs of an epoch of claims: the same each time, held out apart, and true."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings.training import sets
from embeddings.training.examples import Example
from embeddings.training.sets import SETS
from embeddings.training.support_examples import support_epoch
from embeddings.training.support_kin import Kin
from embeddings.training.support_recipe import SupportMaterial, SupportRecipe, drawn
from embeddings.training.support_sets import Stated, readings
from tests.embeddings.training.made import CITIES, museum, write_set

RECIPE = SupportRecipe(questions=1.0, sentences=1.0, other_words=0.0, headed=0.0)


@pytest.fixture
def material(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SupportMaterial:
    monkeypatch.setattr(sets, "HELD_OUT_TENTHS", 3)
    read = readings(write_set(tmp_path / "data", "squad_part", len(CITIES)), SETS[0])
    # One title, so that every museum is a neighbour of every other.
    texts = tuple(replace(text, title="Museums") for text in read.texts)
    kin = {"Museums": tuple(range(len(texts)))}
    stated = [
        Stated(f"The museum of {city} opened.", (museum(i)[1],), i % 2 == 0, i % 5 == 0)
        for i, city in enumerate(CITIES)
    ]
    told = [
        Stated(f"{city} is told.", (f"{museum(i)[1]} told",), i % 2 == 1, i % 5 == 0)
        for i, city in enumerate(CITIES)
    ]
    return SupportMaterial(stated, told, [replace(read, texts=texts, kin=kin)])


def pairs(
    material: SupportMaterial,
    recipe: SupportRecipe = RECIPE,
    number: int = 0,
    *,
    held_out: bool = False,
) -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = defaultdict(list)
    kin = Kin(material.fever)
    for kind, group in support_epoch(material, recipe, 7, number, kin, held_out=held_out):
        found[kind] += group.examples
    return found


def test_the_same_seed_and_epoch_give_the_same(material: SupportMaterial) -> None:
    assert pairs(material) == pairs(material)
    assert pairs(material) != pairs(material, number=1)


def test_every_kind_comes_supported_and_not(material: SupportMaterial) -> None:
    found = pairs(material)
    assert {kind: {each.supported for each in made} for kind, made in found.items()} == {
        kind: {True, False} for kind in ("fever", "summary", "asked", "sentence")
    }
    assert {each.ranked for made in found.values() for each in made} == {False}


def test_what_is_held_out_is_read_in_no_other_epoch(material: SupportMaterial) -> None:
    (source,) = material.readings
    out = {city for i, city in enumerate(CITIES) if source.texts[i].held_out}
    assert 0 < len(out) < len(CITIES)

    def read(held_out: bool) -> str:
        made = pairs(material, held_out=held_out)
        told = [*made["asked"], *made["sentence"]]
        return " ".join(f"{each.question} {each.text}" for each in told)

    assert not [city for city in out if f"museum of {city} " in read(False)]
    assert not [city for city in set(CITIES) - out if f"museum of {city} " in read(True)]


def test_right_answers_stand_in_what_supports_them(material: SupportMaterial) -> None:
    for each in pairs(material)["asked"]:
        city = next((c for c in CITIES if each.question.find(f"museum of {c} open in") >= 0), "")
        if city:
            year = each.question.rstrip(".").rsplit(" ", 1)[1]
            told = f"museum of {city} opened in {year}" in each.text
            assert told == each.supported, each


def test_a_summary_comes_as_often_as_said_and_in_its_own_words(material: SupportMaterial) -> None:
    synonyms = {"told": ("said",)}
    other = SupportMaterial(material.fever, material.summaries, material.readings, synonyms)
    made = pairs(other, replace(RECIPE, summaries=3, other_words=1.0))["summary"]
    kept = [each for each in material.summaries if not each.held_out]
    assert sorted(each.question for each in made) == sorted(e.claim for e in kept for _ in range(3))


def test_an_epoch_of_nothing() -> None:
    nothing = SupportMaterial((), (), ())
    assert drawn(nothing, RECIPE, 7, 0, held_out=False) == []
    assert pairs(nothing) == {}

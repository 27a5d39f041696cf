"""What a worker of a cluster does, without a cluster: it makes the encoder, cuts and embeds."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from embeddings.articles import find_sources
from embeddings.encoder import SentenceEncoder
from embeddings.errors import ClusterUnavailable
from embeddings.ray_worker import Recipe, Work, cut, embed, made, recipe_of
from tests.fakes import TinyEncoder

TINY = Recipe("tests.fakes:TinyEncoder")


def test_another_version_of_the_project_is_an_error(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.txt").write_text(f"Article {name} is short.")
    sources = list(enumerate(find_sources(tmp_path)))
    work = Work(TINY, TinyEncoder().identity)
    assert [each.source for each in cut(sources, work)] == [0, 1, 2]
    assert embed(work, ["a ferry"]).tolist() == TinyEncoder().encode(["a ferry"]).tolist()
    old = Work(TINY, TinyEncoder().identity, versions=("0", "0", "0"))
    with closing(cut(sources, old)) as cuts, pytest.raises(ClusterUnavailable, match="version"):
        next(cuts)


def test_the_recipe_of_a_model_makes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged = made(recipe_of(SentenceEncoder(batch_size=7, precision="float32")))
    assert isinstance(packaged, SentenceEncoder)
    assert (packaged.batch_size, packaged.precision) == (7, "float32")
    assert packaged.identity == SentenceEncoder().identity
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    recipe = recipe_of(SentenceEncoder("model"))
    assert dict(recipe.arguments)["model"] == str((tmp_path / "model").resolve())
    # A folder that has the packaged model's name is another model, and not meant.
    (tmp_path / SentenceEncoder().model).mkdir()
    assert dict(recipe_of(SentenceEncoder()).arguments)["model"] == SentenceEncoder().model
    with pytest.raises(TypeError, match="TinyEncoder"):
        recipe_of(TinyEncoder())

"""The same on every engine: which articles are near-copies, in which generation."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.collection import Collection
from embeddings.engines.base import Snapshot
from embeddings.retrieval import retrieve
from tests.embeddings.engines.places import Place
from tests.news import row, write_lines

STORY = (
    "The river Tagus flooded the lower town of Lisbon on Sunday night. Two bridges were closed to "
    "all traffic until Monday noon. The mayor was abroad, officials of the town said. Nobody was "
    "hurt, according to the fire brigade of Lisbon. Schools in the lower town stay closed today."
)
MORE = (
    "The port of Haifa opened again after a strike of nine days. Its crews went back to work in "
    "the early morning. The union accepted an offer of five percent. Forty ships wait outside."
)
ROWS = {
    "agency": row("agency", STORY, publisher="Lusa", published="2024-03-01"),
    "dagen": row("dagen", STORY.replace("Two", "Both"), publisher="Dagen", published="2024-03-03"),
    "undated": row("undated", STORY + " More rain is on its way."),
    "haifa": row("haifa", MORE, published="2024-02-01"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "copies"
    made.mkdir()
    for name, each in ROWS.items():
        write_lines(made / f"{name}.jsonl", [each])
    return made


def grouped(collection: Collection, snapshot: Snapshot | None = None) -> dict[str, set[str]]:
    """The articles of each group, by the id of the first."""
    ids = {key: name for name, (key, _) in collection.engine.current_articles().items()}
    leaders = (snapshot or collection.snapshot()).copies([*ids, 10**6])
    if snapshot is None:
        assert collection.engine.copies() == leaders
    found: dict[str, set[str]] = {}
    for key, leader in leaders.items():
        found.setdefault(ids[leader], set()).add(ids[key])
    return found


def test_groups_follow_what_is_there(place: Place, folder: Path) -> None:
    with place.open() as collection:
        assert collection.engine.copies() == {}
        collection.sync(folder)
        # The first of those that are dated leads.
        assert grouped(collection) == {"agency": {"agency", "dagen", "undated"}}
        status = collection.status()
        assert (status.articles, status.copied, status.copy_groups) == (4, 3, 1)
        before = collection.snapshot()
        write_lines(folder / "late.jsonl", [row("late", STORY, published="2023-01-01")])
        collection.sync(folder)
        assert grouped(collection) == {"late": {"late", "agency", "dagen", "undated"}}
        # Who began to read before goes on with the groups of then.
        assert grouped(collection, before) == {"agency": {"agency", "dagen", "undated"}}
        collection.remove("late")
        collection.remove("agency")
        assert grouped(collection) == {"dagen": {"dagen", "undated"}}
    with place.open(create=False) as collection:
        assert grouped(collection) == {"dagen": {"dagen", "undated"}}
        (folder / "undated.jsonl").unlink()
        collection.sync(folder)
        assert grouped(collection) == {}


def test_a_hit_stands_for_its_copies(collection: Collection, folder: Path) -> None:
    collection.sync(folder)
    hits = retrieve(collection, "Which bridges were closed in Lisbon?", 9, rerank=False).hits
    best, *others = hits
    told = [best.article.id, *(each.id for each in best.copies)]
    assert sorted(told) == ["agency", "dagen", "undated"]
    assert best.passage.text == best.article.text
    assert "haifa" in {hit.article.id for hit in others}
    assert "agency" not in {hit.article.id for hit in others}

"""A collection with copies in it: what a search gives for them, as articles come and go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from embeddings import __main__ as commands
from embeddings import retrieval
from embeddings.collection import Collection
from embeddings.engines.local_snapshot import LocalSnapshot
from embeddings.register import forget_register
from embeddings.retrieval import retrieve
from embeddings.retriever import HybridRetriever, to_document
from embeddings.schema import Article, Filters
from embeddings.search import Search, Searched
from embeddings.store import Store
from tests.copied_news import ADDED, EDITED, MORE, STORY
from tests.fakes import TinyEncoder
from tests.news import row, write_lines

QUESTION = "Who asked the army for help when the river flooded the town?"
COPIES = [
    row("agency", STORY, publisher="Lusa", published="2024-03-01", title="Flood"),
    row("dagen", EDITED, publisher="Dagen", published="2024-03-03", title="Flom"),
    row("post", STORY + ADDED, publisher="Post", published="2024-03-02", title="Flood in Lisbon"),
]
OTHERS = [
    row("haifa", MORE, publisher="Dagen", published="2024-03-09"),
    row("cairo", "A museum opened in Cairo. It shows forty statues of the old town."),
]


@pytest.fixture
def copied(collection: Collection, tmp_path: Path) -> Collection:
    folder = tmp_path / "copies"
    folder.mkdir()
    for each in (*COPIES, *OTHERS):
        write_lines(folder / f"{each['id']}.jsonl", [each])
    collection.sync(folder)
    return collection


def found(collection: Collection, k: int = 9, **limits: object) -> list[tuple[str, list[str]]]:
    filters = Filters(**limits)  # type: ignore[arg-type]
    hits = retrieve(collection, QUESTION, k, filters, rerank=False).hits
    return [(hit.article.id, [each.id for each in hit.copies]) for hit in hits]


def groups(collection: Collection) -> dict[str, set[str]]:
    """The articles of each group by the id of its leader, as the newest snapshot has them."""
    return grouped(collection, collection.snapshot())


def grouped(collection: Collection, snapshot: object) -> dict[str, set[str]]:
    engine = collection.engine
    ids = {key: name for name, (key, _) in engine.current_articles().items()}
    leaders = snapshot.copies([*ids])  # type: ignore[attr-defined]
    return {
        ids[leader]: {ids[key] for key, each in leaders.items() if each == leader}
        for leader in set(leaders.values())
    }


def test_one_passage_stands_for_its_copies(copied: Collection) -> None:
    assert groups(copied) == {"agency": {"agency", "dagen", "post"}}
    # The paragraph that one paper adds keeps its passage.
    assert found(copied) == [
        ("agency", ["post", "dagen"]),
        ("post", []),
        ("cairo", []),
        ("haifa", []),
    ]
    # All stay in the collection.
    assert len(copied.articles()) == 5


def test_another_stands_where_the_leader_is_filtered_out(copied: Collection) -> None:
    assert found(copied, article=("dagen", "haifa")) == [("dagen", []), ("haifa", [])]
    assert found(copied, article=("agency", "dagen")) == [("agency", ["dagen"])]


def test_there_are_k_hits_where_there_are_others(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "POOL", 5)
    rows = [row(f"copy{n:02}", STORY, publisher=f"Paper {n}") for n in range(30)]
    write_lines(tmp_path / "many.jsonl", [*rows, *OTHERS])
    collection.sync(tmp_path / "many.jsonl")
    hits = found(collection, k=3)
    assert [name for name, _ in hits[1:]] == ["cairo", "haifa"]
    assert len(hits[0][1]) == 29


def test_without_copies_nothing_is_different(
    filled: Collection, seeds: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = ["Who went on strike in Oslo after the flood?", "What did the mayor of Lisbon say?"]
    for each in (filled, seeds):
        assert each.engine.copies() == {}
        before = [retrieve(each, question, 9).hits for question in questions]
        with monkeypatch.context() as patch:
            patch.setattr(retrieval, "fold", None)
            patch.setattr(type(each.snapshot()), "copies", lambda *_: {})
            after = [retrieve(each, question, 9).hits for question in questions]
        assert after == before
        assert all(hit.copies == () for hits in before for hit in hits)


def test_groups_follow_what_is_added_changed_and_removed(
    copied: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    write_lines(folder / "late.jsonl", [row("late", EDITED, published="2024-02-01")])
    copied.sync(folder)
    assert groups(copied) == {"late": {"late", "agency", "dagen", "post"}}
    write_lines(folder / "late.jsonl", [row("late", MORE + " It was a long day for all of them.")])
    copied.sync(folder)
    assert groups(copied) == {"agency": {"agency", "dagen", "post"}}
    copied.remove("agency")
    assert groups(copied) == {"post": {"dagen", "post"}}
    (folder / "post.jsonl").unlink()
    copied.sync(folder)
    assert groups(copied) == {}
    assert found(copied)[0] == ("dagen", [])


def test_a_snapshot_keeps_its_groups(copied: Collection, tmp_path: Path) -> None:
    before = copied.snapshot()
    (tmp_path / "copies" / "post.jsonl").unlink()
    (tmp_path / "copies" / "dagen.jsonl").unlink()
    keys = [key for key, _ in copied.engine.current_articles().values()]
    leaders = before.copies(keys)
    copied.sync(tmp_path / "copies")
    assert copied.snapshot().copies(keys) == {}
    assert len(leaders) == 3
    assert before.copies(keys) == leaders


def test_what_is_staged_is_not_yet_a_copy(copied: Collection) -> None:
    before = groups(copied)
    text = STORY + " More."
    made = Article("staged", "s.txt", "txt", text)
    sketches = [each for each in copied.engine.store.sketches().values() if each]  # type: ignore[attr-defined]
    with copied.engine.writing():
        (key,) = copied.engine.stage_articles([(made, [])], sketches[:1])
    forget_register(copied.engine.store)  # type: ignore[attr-defined]
    assert copied.snapshot().copies([key]) == {}
    assert groups(copied) == before


def without_sketches(folder: Path) -> None:
    """Make an index folder what it was before there were sketches."""
    store = Store(folder)
    store.connection.execute("DROP TABLE sketches")
    store.close()


def test_an_older_database_gets_its_sketches_at_the_next_sync(
    copied: Collection, tmp_path: Path
) -> None:
    sketches = copied.engine.store.sketches()  # type: ignore[attr-defined]
    generation = copied.engine.generation
    copied.close()
    without_sketches(copied.directory)
    encoder = TinyEncoder()
    with Collection.open(copied.directory, encoder=encoder) as opened:
        assert groups(opened) == {}
        assert len(found(opened)) == 5
        report = opened.sync(tmp_path / "copies")
        assert (bool(report), opened.engine.generation) == (False, generation)
        assert encoder.embedded() == []
        assert opened.engine.store.sketches() == sketches  # type: ignore[attr-defined]
        assert groups(opened) == {"agency": {"agency", "dagen", "post"}}
        assert found(opened)[0][1] != []


def test_opened_again_it_finds_the_same(copied: Collection) -> None:
    before = found(copied)
    copied.close()
    with Collection.open(copied.directory, encoder=TinyEncoder()) as opened:
        assert found(opened) == before


def test_status_counts_them(copied: Collection) -> None:
    status = copied.status()
    assert (status.articles, status.copied, status.copy_groups) == (5, 3, 1)


def test_a_search_stops_where_filters_leave_no_more(
    copied: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval, "POOL", 2)
    pools: list[int] = []

    class Counted(Search):
        def __call__(self, *given: Any, **named: Any) -> Searched:
            pools.append(self.pool)
            return super().__call__(*given, **named)

    monkeypatch.setattr(retrieval, "Search", Counted)
    monkeypatch.setattr(type(copied.snapshot()), "__len__", lambda _: 10**9)
    filters = Filters(article=("agency", "dagen"))
    assert len(retrieve(copied, QUESTION, 9, filters, rerank=False).hits) == 1
    assert pools == [9, 36]


@pytest.mark.parametrize("k", [1, 9])
def test_a_question_reads_each_passage_once(
    copied: Collection, monkeypatch: pytest.MonkeyPatch, k: int
) -> None:
    read: list[int] = []
    real = LocalSnapshot.passages

    def passages(self: LocalSnapshot, keys: Sequence[int]) -> Any:
        read.extend(keys)
        return real(self, keys)

    # So shallow that copies leave too few, and a deeper search folds them again.
    monkeypatch.setattr(retrieval, "POOL", 2)
    monkeypatch.setattr(LocalSnapshot, "passages", passages)
    retrieved = retrieve(copied, QUESTION, k)
    assert retrieved.hits[0].copies
    assert len(read) == len(set(read)) >= len(retrieved.hits)


def test_a_document_names_them(copied: Collection) -> None:
    hit = retrieve(copied, QUESTION, 1, rerank=False).hits[0]
    assert to_document(hit).metadata["copies"] == [each.id for each in hit.copies]
    documents = HybridRetriever(collection=copied, k=1).invoke(QUESTION)
    assert documents[0].metadata["copies"] == ["post", "dagen"]


def test_the_command_line_tells_them(
    copied: Collection, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commands, "_open", lambda *_, **__: nullcontext(copied))
    assert commands.main(["search", QUESTION, "--article", "agency", "--article", "dagen"]) == 0
    shown = capsys.readouterr().out
    (also,) = [line for line in shown.splitlines() if "also in" in line]
    (hit,) = retrieve(copied, QUESTION, 9, Filters(article=("agency", "dagen"))).hits
    (copy,) = hit.copies
    assert also == f"   also in: {copy.publisher}, {copy.published}"
    assert commands.main(["search", QUESTION, "--article", "cairo"]) == 0
    assert "also in" not in capsys.readouterr().out
    assert commands.main(["search", QUESTION, "--k", "1", "--json"]) == 0
    (record,) = json.loads(capsys.readouterr().out)["hits"]
    assert {record["article"], *(each["article"] for each in record["copies"])} == {
        "agency",
        "dagen",
        "post",
    }
    assert commands.main(["status"]) == 0
    assert "copies: 3 articles in 1 group of near-copies\n" in capsys.readouterr().out

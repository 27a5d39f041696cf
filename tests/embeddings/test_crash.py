"""Killed at any point, or read while it is written: the old state or the new one, never a mix."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from embeddings import sync as sync_module
from embeddings.collection import Collection
from embeddings.database import DATABASE
from embeddings.retrieval import retrieve
from tests.fakes import TinyEncoder
from tests.news import NEWS, write_lines

ROOT = Path(__file__).parents[2]

# Stops for good just before (or after) the n-th call of a function, and says so.
WRITER = """
import importlib, sys, time
from embeddings import sync
from embeddings.collection import Collection
from tests.fakes import TinyEncoder

index, folder, where, name, count, when = sys.argv[1:]
home = importlib.import_module(where)
for part in name.split(".")[:-1]:
    home = getattr(home, part)
name = name.split(".")[-1]
real, calls = getattr(home, name), []

def stop():
    print("inside", flush=True)
    time.sleep(600)

def slow(*args, **named):
    calls.append(1)
    if len(calls) == int(count) and when == "before":
        stop()
    result = real(*args, **named)
    if len(calls) == int(count):
        stop()
    return result

setattr(home, name, slow)
sync.BATCH_PASSAGES = 1
with Collection.open(index, encoder=TinyEncoder()) as collection:
    collection.sync(folder)
print("done", flush=True)
"""

READER = """
import json, os, pathlib, sys
from embeddings.collection import Collection
from embeddings.database import DATABASE
from embeddings.retrieval import retrieve
from tests.fakes import TinyEncoder

index, stop = sys.argv[1:]
seen, parent = set(), os.getppid()
with Collection.open(index, encoder=TinyEncoder(), create=False) as collection:
    print("ready", flush=True)
    last = False
    while not last and os.getppid() == parent:
        last = pathlib.Path(stop).exists()
        hits = retrieve(collection, "what is said about number seven", 20).hits
        seen.add(tuple(sorted(hit.article.id + ": " + hit.passage.text for hit in hits)))
print(json.dumps([sorted(seen), sorted(h.article.id + ": " + h.passage.text for h in hits)]))
"""

ADDED = {
    "n1.txt": "A tram was late in Porto.",
    "n2.txt": "Kiwis are green “inside”.",
    "n3.txt": "The vote is on Friday — très tôt.",
}
OSLO = "The strike in Oslo is over."
OLD = {text for _, _, text in NEWS}
NEW = {NEWS[0][2], NEWS[2][2], OSLO, *ADDED.values()}

# (module, function, call, before or after it) -> (new state visible, texts still to embed)
POINTS = {
    ("tests.fakes", "TinyEncoder.encode", 1, "before"): (False, 4),
    ("tests.fakes", "TinyEncoder.encode", 1, "after"): (False, 4),
    ("tests.fakes", "TinyEncoder.encode", 3, "before"): (False, 2),
    ("embeddings.staging", "stage_vectors", 1, "after"): (False, 3),
    ("embeddings.staging", "stage_article", 2, "before"): (False, 2),
    ("embeddings.staging", "stage_article", 4, "after"): (False, 0),
    ("embeddings.staging", "make_current", 1, "before"): (False, 0),
    ("embeddings.staging", "_record_source", 2, "after"): (False, 0),
    ("embeddings.staging", "make_current", 1, "after"): (True, 0),
    ("embeddings.derived", "catch_up", 1, "before"): (True, 0),
    ("embeddings.lexical", "WordIndex.update", 1, "after"): (True, 0),
    ("embeddings.vector_folder", "save", 1, "after"): (True, 0),
    ("embeddings.derived", "catch_up", 1, "after"): (True, 0),
}


def texts(collection: Collection) -> set[str]:
    """What a search finds when it may find everything; the articles must be the same."""
    found = {hit.passage.text for hit in retrieve(collection, "Oslo and Lisbon", 20).hits}
    assert found == {article.text for article in collection.articles()}
    return found


@pytest.fixture
def index(tmp_path: Path, news: Path) -> Path:
    """A collection of the old state; the folder holds the new one."""
    with Collection.open(tmp_path / "index", encoder=TinyEncoder()) as collection:
        collection.sync(news)
        assert texts(collection) == OLD
    rows = [{"id": name, "text": text, **heading} for name, heading, text in NEWS[:3]]
    rows[1]["text"] = OSLO
    write_lines(news / "news.jsonl", rows)
    for name, text in ADDED.items():
        (news / name).write_text(text)
    return tmp_path / "index"


def kill_inside(index: Path, folder: Path, *point: object) -> None:
    arguments = [str(index), str(folder), *map(str, point)]
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as writer:
        assert writer.stdout is not None
        line = writer.stdout.readline()
        writer.kill()
    assert line == "inside\n"


@pytest.mark.parametrize("point", POINTS, ids=lambda p: f"{p[3]}-{p[1]}-{p[2]}")
def test_killed_in_the_middle_of_a_sync(
    index: Path, news: Path, point: tuple[str, str, int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    visible, missing = POINTS[point]
    kill_inside(index, news, *point)
    monkeypatch.setattr(sync_module, "BATCH_PASSAGES", 1)
    encoder = TinyEncoder()
    with Collection.open(index, encoder=encoder) as collection:
        assert texts(collection) == (NEW if visible else OLD)
        report = collection.sync(news)
        assert (bool(report), report.embedded) == (not visible, missing)
        assert len(encoder.texts) == missing
        assert texts(collection) == NEW
        assert len(collection.snapshot().vectors) == len(collection.snapshot().words) == 6
    with Collection.open(index, encoder=TinyEncoder()) as collection:
        assert texts(collection) == NEW


def test_killed_again_and_again(index: Path, news: Path) -> None:
    for point in [p for p, (visible, _) in POINTS.items() if not visible][:4]:
        kill_inside(index, news, point[0], point[1], 1, point[3])
    with Collection.open(index, encoder=TinyEncoder()) as collection:
        assert texts(collection) == OLD
        collection.sync(news)
        assert texts(collection) == NEW


def test_killed_then_changed_by_hand(index: Path, news: Path) -> None:
    kill_inside(index, news, "embeddings.staging", "make_current", 1, "before")
    with Collection.open(index, encoder=TinyEncoder()) as collection:
        collection.remove("haifa")
        assert texts(collection) == OLD - {NEWS[2][2]}
        collection.sync(news)
        assert texts(collection) == NEW - {NEWS[2][2]}


def test_killed_while_removing(index: Path) -> None:
    with Collection.open(index, encoder=TinyEncoder()) as collection:
        collection.remove("haifa")
        upload = collection.add_upload("a.txt", b"A ferry sank.")
    script = (
        "import sys\n"
        "from embeddings import derived\n"
        "from embeddings.collection import Collection\n"
        "from tests.fakes import TinyEncoder\n"
        "def stop(*_):\n"
        "    print('inside', flush=True)\n"
        "    input()\n"
        "derived.catch_up = stop\n"
        "with Collection.open(sys.argv[1], encoder=TinyEncoder()) as collection:\n"
        "    collection.remove(sys.argv[2])\n"
    )
    for article in ("cairo", upload.added[0]):
        with subprocess.Popen(
            [sys.executable, "-c", script, str(index), article],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as remover:
            assert remover.stdout is not None
            assert remover.stdout.readline() == "inside\n"
            remover.kill()
    with Collection.open(index, encoder=TinyEncoder()) as collection:
        assert texts(collection) == {NEWS[0][2], NEWS[1][2]}


def test_two_read_while_one_writes(tmp_path: Path) -> None:
    folder, stop, index = tmp_path / "articles", tmp_path / "stop", tmp_path / "index"
    folder.mkdir()

    def state(number: int) -> tuple[str, ...]:
        # Everything but the last article changes from one state to the next.
        rows = [(f"a{i}", f"Number {i} is said to be {number}.") for i in range(6)]
        if number % 2:
            rows.append(("odd", "Number seven is there in odd states."))
        rows.append(("same", "Number seven is always the same."))
        write_lines(folder / "n.jsonl", [{"id": name, "text": text} for name, text in rows])
        return tuple(sorted(f"{name}: {text}" for name, text in rows))

    states = [state(0)]
    with Collection.open(index, encoder=TinyEncoder()) as collection:
        collection.sync(folder)
        command = [sys.executable, "-c", READER, str(index), str(stop)]
        readers = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
            for _ in range(2)
        ]
        try:
            for reader in readers:
                assert reader.stdout is not None
                assert reader.stdout.readline() == b"ready\n"
            for number in range(1, 13):
                states.append(state(number))
                collection.sync(folder)
        finally:
            stop.touch()
            told = [reader.communicate() for reader in readers]
    for reader, (out, err) in zip(readers, told, strict=True):
        assert (reader.returncode, err.decode()) == (0, "")
        seen, last = json.loads(out)
        for each in seen:
            # Two syncs within one question may delete what it is about to read: then less is
            # found, but never something of another state.
            assert any(set(each) <= set(known) for known in states)
        assert tuple(last) == states[-1]


def vectors_kept(index: Path) -> int:
    with sqlite3.connect(index / DATABASE) as connection:
        return int(connection.execute("SELECT count(*) FROM vectors").fetchone()[0])


def test_what_a_killed_sync_embedded_in_vain_is_forgotten_by_the_next(
    index: Path, news: Path
) -> None:
    kill_inside(index, news, "embeddings.staging", "make_current", 1, "before")
    # Four old texts and four new ones; two of the new are gone before they could be used.
    assert vectors_kept(index) == 8
    for name in ("n1.txt", "n2.txt"):
        (news / name).unlink()
    with Collection.open(index, encoder=TinyEncoder()) as collection:
        assert collection.sync(news).embedded == 0
        # Those of the replaced articles stay for readers of the generation before.
        assert vectors_kept(index) == 6
        (news / "n1.txt").write_text(ADDED["n1.txt"])
        assert collection.sync(news).embedded == 1
        assert vectors_kept(index) == 7
        # Two generations later nobody reads the replaced articles any more.
        assert not collection.sync(news)
        assert vectors_kept(index) == 5

"""A file of conversations that an earlier version wrote, or one that nobody here knows."""

import json
import sqlite3
import threading

import pytest

from qa_app import history_tables
from qa_app.history import ConversationStore
from qa_app.history_file import FILE_NAME
from qa_app.turns import Conversation, Feedback, Turn

# The statements that made layout 1, as they were.
FIRST_LAYOUT = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, started TEXT NOT NULL, touched TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    question TEXT NOT NULL, asked TEXT NOT NULL, partial TEXT NOT NULL DEFAULT '', record TEXT
);
CREATE INDEX IF NOT EXISTS turns_of ON turns(conversation, id);
PRAGMA user_version = 1;
COMMIT;
"""
WHEN = "2026-01-02T12:00:00+00:00"
RECORD = {
    **{"question": "Où est l’Élysée ?\r\n", "understood": "Où est l’Élysée ?"},
    **{"status": "answered", "answer": "À Paris 🗞 — “là-bas” שלום", "confidence": 0.9},
    **{"sentences": [], "citations": [], "nearest": [], "notices": [], "missing": ""},
}
WRITTEN = json.dumps(RECORD, ensure_ascii=False)


def first_layout(folder, records=(WRITTEN,)):
    """A file as layout 1 kept it: one answered conversation, one that was stopped."""
    db = sqlite3.connect(folder / FILE_NAME)
    db.execute("PRAGMA journal_mode = WAL")
    db.executescript(FIRST_LAYOUT)
    db.execute("INSERT INTO conversations VALUES ('one', ?, ?, ?)", ("Où ?", WHEN, WHEN))
    for record in records:
        db.execute(
            "INSERT INTO turns (conversation, question, asked, record) VALUES ('one', ?, ?, ?)",
            (RECORD["question"], WHEN, record),
        )
    db.execute("INSERT INTO conversations VALUES ('two', 'Why?', ?, ?)", (WHEN, WHEN))
    db.execute(
        "INSERT INTO turns (id, conversation, question, asked, partial) "
        "VALUES (7, 'two', 'Why?', ?, 'Because of the')",
        (WHEN,),
    )
    db.commit()
    db.close()


def version(folder):
    db = sqlite3.connect(folder / FILE_NAME)
    found = db.execute("PRAGMA user_version").fetchone()[0]
    db.close()
    return found


def test_a_file_of_layout_1_keeps_everything(tmp_path):
    first_layout(tmp_path)
    store = ConversationStore(tmp_path)
    assert store.problem is None
    assert store.conversations() == [
        Conversation("two", "Why?", WHEN, WHEN),
        Conversation("one", "Où ?", WHEN, WHEN),
    ]
    assert store.turns("one") == [Turn(1, RECORD["question"], WHEN, RECORD)]
    assert store.turns("two") == [Turn(7, "Why?", WHEN, None, "Because of the")]
    store.close()
    assert version(tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir() if "unreadable" in path.name] == []


def test_what_layout_1_kept_is_found_and_can_be_rated_and_renamed(tmp_path):
    first_layout(tmp_path)
    store = ConversationStore(tmp_path, clock=lambda: WHEN)
    for words, found in (("elysee paris", ["one"]), ("BECAUSE", ["two"]), ("w", ["two"])):
        assert [each.id for each in store.conversations(words)] == found, words
    store.rate(1, "up", "Très bien")
    store.rename("one", "Palais")
    store.close()
    again = ConversationStore(tmp_path)
    assert again.turns("one")[0].feedback == Feedback("up", "Très bien", WHEN)
    assert again.conversation("one") == Conversation("one", "Où ?", WHEN, WHEN, "Palais")
    assert again.ask("one", "And then?") == 8
    again.close()


@pytest.mark.parametrize("record", ["not JSON", "[1]", "null", '{"answer": 5}'])
def test_a_record_that_is_none_stops_nothing_else_from_being_kept(tmp_path, record):
    first_layout(tmp_path, [record, WRITTEN])
    store = ConversationStore(tmp_path)
    assert store.problem is None
    assert {each.id for each in store.conversations()} == {"one", "two"}
    assert [each.id for each in store.conversations("paris")] == ["one"]
    store.close()


def test_layout_1_is_left_as_it_is_where_the_change_fails(tmp_path, monkeypatch):
    first_layout(tmp_path)
    # The last thing that is done: what was altered before must be undone.
    monkeypatch.setattr(history_tables, "turn_words", lambda *_: 1 / 0)
    store = ConversationStore(tmp_path)
    assert "cannot be kept" in store.problem
    store.close()
    db = sqlite3.connect(tmp_path / FILE_NAME)
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    columns = [row[1] for row in db.execute("PRAGMA table_info(turns)")]
    assert columns == ["id", "conversation", "question", "asked", "partial", "record"]
    assert db.execute("SELECT record FROM turns ORDER BY id").fetchall() == [(WRITTEN,), (None,)]
    db.close()
    monkeypatch.undo()
    again = ConversationStore(tmp_path)
    assert again.turns("one") == [Turn(1, RECORD["question"], WHEN, RECORD)]
    again.close()


def test_several_that_open_a_file_of_layout_1_at_once_change_it_once(tmp_path):
    first_layout(tmp_path)
    begin, stores = threading.Barrier(6), []

    def opening():
        begin.wait()
        stores.append(ConversationStore(tmp_path))

    threads = [threading.Thread(target=opening) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [store.problem for store in stores] == [None] * 6
    for store in stores:
        assert [turn.id for turn in store.turns("one")] == [1]
        store.close()


@pytest.mark.parametrize("layout", [3, 99, -1])
def test_a_layout_that_is_not_known_is_moved_aside(tmp_path, layout):
    store = ConversationStore(tmp_path)
    store.begin("Who?")
    store.close()
    db = sqlite3.connect(tmp_path / FILE_NAME)
    db.execute(f"PRAGMA user_version = {layout:d}")
    db.close()
    store = ConversationStore(tmp_path)
    assert f"its layout is {layout}, expected 2" in store.problem
    assert store.conversations() == []
    store.close()
    (aside,) = (
        p for p in tmp_path.iterdir() if p.name.count(".unreadable-") and "-wal" not in p.name
    )
    db = sqlite3.connect(aside)
    assert db.execute("SELECT question FROM turns").fetchall() == [("Who?",)]
    db.close()


def test_tables_that_only_say_they_are_of_a_layout_are_moved_aside(tmp_path):
    db = sqlite3.connect(tmp_path / FILE_NAME)
    db.executescript("CREATE TABLE turns (unexpected TEXT); PRAGMA user_version = 1;")
    db.close()
    store = ConversationStore(tmp_path)
    assert "could not be read" in store.problem
    store.close()

import sqlite3
import subprocess
import sys
import threading

import pytest

from embeddings.errors import ConversationsUnavailable
from qa_app.history import ConversationStore
from qa_app.history_file import FILE_NAME
from qa_app.turns import Conversation, Turn

RECORD = {"status": "answered", "answer": "“Où ?” ’š 🗞 שלום", "sentences": [], "citations": []}
TIMES = [f"2026-01-0{day}T12:00:00+00:00" for day in range(1, 10)]


@pytest.fixture
def store(tmp_path):
    times = iter(TIMES)
    made = ConversationStore(tmp_path, clock=lambda: next(times))
    yield made
    made.close()


def test_a_question_is_kept_before_its_answer(store):
    conversation, turn = store.begin("Who?")
    assert store.turns(conversation) == [Turn(turn, "Who?", TIMES[0])]


def test_what_was_said_so_far_is_kept_until_the_answer_is(store):
    conversation, turn = store.begin("Who?")
    store.keep_partial(turn, "Mullah Baradar led")
    assert store.turns(conversation)[0].partial == "Mullah Baradar led"
    store.answer(turn, RECORD)
    assert store.turns(conversation) == [Turn(turn, "Who?", TIMES[0], RECORD)]


def test_turns_come_in_the_order_they_were_asked(store):
    conversation, first = store.begin("Who?")
    second = store.ask(conversation, "And when?")
    store.answer(second, RECORD)
    assert [turn.id for turn in store.turns(conversation)] == [first, second]
    assert [turn.question for turn in store.turns(conversation)] == ["Who?", "And when?"]


def test_a_question_keeps_its_blanks_and_letters(store):
    question = "  Où est-il ?\r\n\tשלום 🗞 <b>$x$</b>"
    conversation, _ = store.begin(question)
    assert store.turns(conversation)[0].question == question


def test_conversations_are_listed_by_their_latest_question(store):
    one, _ = store.begin("First?")
    two, _ = store.begin("Second?")
    store.ask(one, "Again?")
    assert store.conversations() == [
        Conversation(one, "First?", TIMES[0], TIMES[2]),
        Conversation(two, "Second?", TIMES[1], TIMES[1]),
    ]
    assert store.conversations(limit=1) == [Conversation(one, "First?", TIMES[0], TIMES[2])]


def test_in_one_second_the_later_question_still_comes_first(tmp_path):
    store = ConversationStore(tmp_path, clock=lambda: TIMES[0])
    one, _ = store.begin("First?")
    two, _ = store.begin("Second?")
    assert [each.id for each in store.conversations()] == [two, one]
    store.close()


def test_a_deleted_conversation_is_gone_with_its_turns(store, tmp_path):
    conversation, _ = store.begin("Who told the secret?")
    store.delete(conversation)
    assert store.turns(conversation) == []
    assert store.conversations() == []
    store.close()
    assert b"secret" not in (tmp_path / FILE_NAME).read_bytes()


def test_asking_in_a_deleted_conversation_is_an_error(store):
    conversation, _ = store.begin("Who?")
    store.delete(conversation)
    with pytest.raises(ConversationsUnavailable, match="could not be kept"):
        store.ask(conversation, "And when?")


def test_ids_differ_and_are_too_long_to_guess(store):
    ids = {store.begin(f"{n}?")[0] for n in range(9)}
    assert len(ids) == 9
    assert {len(each) for each in ids} == {22}


def test_an_unknown_conversation_has_no_turns(store):
    assert store.turns("../../etc/passwd' OR 1=1 --") == []


def test_another_process_reads_what_was_kept(store, tmp_path):
    conversation, turn = store.begin("Où ?")
    store.answer(turn, RECORD)
    program = (
        "import sys; from qa_app.history import ConversationStore\n"
        "found = ConversationStore(sys.argv[1]).turns(sys.argv[2])[0]\n"
        "print(ascii((found.question, found.record['answer'])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), conversation],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ascii(("Où ?", RECORD["answer"]))


def test_threads_share_a_store(tmp_path):
    store = ConversationStore(tmp_path)
    conversation, _ = store.begin("0?")

    def ask(worker):
        for n in range(20):
            turn = store.ask(conversation, f"{worker}.{n}?")
            store.keep_partial(turn, "so far")
            store.answer(turn, {"n": n})

    workers = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    turns = store.turns(conversation)
    assert len(turns) == 161
    assert sorted(turn.question for turn in turns[1:]) == sorted(
        f"{worker}.{n}?" for worker in range(8) for n in range(20)
    )
    store.close()


@pytest.mark.parametrize("content", [b"not a database, whatever its name says" * 200, b"\x00" * 5])
def test_a_file_that_is_no_database_is_moved_aside(tmp_path, content):
    (tmp_path / FILE_NAME).write_bytes(content)
    store = ConversationStore(tmp_path)
    kept = [path for path in tmp_path.iterdir() if ".unreadable-" in path.name]
    assert [path.read_bytes() for path in kept] == [content]
    assert kept[0].name in store.problem
    conversation, _ = store.begin("Who?")
    store.close()
    again = ConversationStore(tmp_path)
    assert again.problem is None
    assert [turn.question for turn in again.turns(conversation)] == ["Who?"]
    again.close()


def test_a_database_of_another_layout_is_moved_aside(tmp_path):
    other = sqlite3.connect(tmp_path / FILE_NAME)
    other.execute("CREATE TABLE turns (unexpected TEXT)")
    other.commit()
    other.close()
    store = ConversationStore(tmp_path)
    assert "could not be read" in store.problem
    store.begin("Who?")
    store.close()


def test_a_damaged_database_is_moved_aside(tmp_path):
    store = ConversationStore(tmp_path)
    for n in range(200):
        store.begin(f"{n}? " + "words " * 50)
    store.close()
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[4096:20480] = b"\xff" * (20480 - 4096)
    path.write_bytes(content)
    store = ConversationStore(tmp_path)
    assert "could not be read" in store.problem
    assert store.conversations() == []
    store.close()


def test_where_nothing_can_be_written_conversations_live_as_long_as_the_process(tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = ConversationStore(tmp_path / "file" / "index")
    assert "cannot be kept" in store.problem
    conversation, _ = store.begin("Who?")
    assert [turn.question for turn in store.turns(conversation)] == ["Who?"]
    store.close()

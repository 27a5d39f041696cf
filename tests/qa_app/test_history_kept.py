"""Names, feedback, settings and readers' own understanding, kept with a conversation."""

import subprocess
import sys
import threading

import pytest

from embeddings.errors import ConversationsUnavailable
from qa_app.history import ConversationStore
from qa_app.history_file import FILE_NAME
from qa_app.turns import Conversation, Feedback, Turn

TIMES = [f"2026-01-{day:02d}T12:00:00+00:00" for day in range(1, 30)]
RECORD = {"status": "answered", "answer": "Paris."}


@pytest.fixture
def store(tmp_path):
    times = iter(TIMES)
    made = ConversationStore(tmp_path, clock=lambda: next(times))
    yield made
    made.close()


def test_a_conversation_is_renamed_and_its_first_question_is_not_lost(store):
    one, _ = store.begin("  Who?\r\n ")
    assert store.conversation(one) == Conversation(one, "Who?", TIMES[0], TIMES[0])
    assert store.conversation(one).title == "Who?"
    store.rename(one, "  Élysée\n“🗞” \t שלום <b>$x$</b> ")
    renamed = store.conversation(one)
    assert renamed == Conversation(one, "Who?", TIMES[0], TIMES[0], "Élysée “🗞” שלום <b>$x$</b>")
    assert renamed.title == renamed.name
    assert store.conversations() == [renamed]
    store.rename(one, " \n")
    assert store.conversation(one).title == "Who?"


def test_renaming_what_is_not_there_does_nothing(store):
    store.rename("gone", "A name")
    assert store.conversation("gone") is None


def test_feedback_is_kept_replaced_and_taken_back(store):
    one, turn = store.begin("Who?")
    store.answer(turn, RECORD)
    assert store.turns(one)[0].feedback is None
    store.rate(turn, "up")
    assert store.turns(one)[0].feedback == Feedback("up", "", TIMES[1])
    store.rate(turn, "down", " “No”, said Zoë:\r\nit was 🗞 שלום ")
    assert store.turns(one)[0].feedback == Feedback(
        "down", "“No”, said Zoë:\r\nit was 🗞 שלום", TIMES[2]
    )
    assert store.ratings() == {"up": 0, "down": 1}
    store.unrate(turn)
    assert store.turns(one)[0].feedback is None
    assert store.ratings() == {"up": 0, "down": 0}


def test_no_other_verdict_is_kept_nor_one_on_nothing(store):
    one, turn = store.begin("Who?")
    with pytest.raises(ConversationsUnavailable, match="could not be kept"):
        store.rate(turn, "sideways")
    with pytest.raises(ConversationsUnavailable, match="could not be kept"):
        store.rate(turn + 1, "up")
    assert store.turns(one)[0].feedback is None


def test_feedback_goes_with_its_conversation(store, tmp_path):
    one, turn = store.begin("Who?")
    store.rate(turn, "down", "told a secret")
    store.rename(one, "the secret")
    store.delete(one)
    assert store.ratings() == {"up": 0, "down": 0}
    store.close()
    assert b"secret" not in (tmp_path / FILE_NAME).read_bytes()


def test_an_answer_keeps_what_it_was_made_with(store):
    one, turn = store.begin("Who?")
    settings = {"k": 12, "threshold": None, "filters": {"publisher": ["Público"]}}
    store.answer(turn, RECORD, settings)
    assert store.turns(one) == [Turn(turn, "Who?", TIMES[0], RECORD, settings=settings)]


def test_what_the_reader_understood_is_kept_before_the_answer_is(store):
    one, first = store.begin("And he?", "And what did Bárány do?")
    second = store.ask(one, "Why?", "Why did Bárány leave? 🗞")
    store.keep_partial(second, "Because")
    assert store.turns(one) == [
        Turn(first, "And he?", TIMES[0], understood="And what did Bárány do?"),
        Turn(second, "Why?", TIMES[1], None, "Because", "Why did Bárány leave? 🗞"),
    ]


def test_half_characters_from_a_script_are_no_defect(store):
    one, turn = store.begin("Who \ud83d?", "Who is \udc00?")
    store.answer(turn, {"answer": "\ud800 Paris"})
    store.rate(turn, "up", "fine \udfff")
    store.rename(one, "named \ud83d")
    (kept,) = store.turns(one)
    assert (kept.question, kept.understood) == ("Who \ufffd?", "Who is \ufffd?")
    assert kept.feedback.comment == "fine \ufffd"
    assert store.conversation(one).name == "named \ufffd"
    assert kept.record == {"answer": "\ufffd Paris"}


def test_another_process_sees_and_changes_the_same_file(store, tmp_path):
    one, turn = store.begin("Who?")
    store.answer(turn, RECORD)
    program = (
        "import sys; from qa_app.history import ConversationStore\n"
        "store = ConversationStore(sys.argv[1])\n"
        "store.rate(int(sys.argv[3]), 'down', 'Ça non'); store.rename(sys.argv[2], 'Où')"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path), one, str(turn)], check=True)
    assert store.turns(one)[0].feedback.comment == "Ça non"
    assert store.conversation(one).title == "Où"


def test_two_stores_on_one_file_write_at_once(tmp_path):
    stores = [ConversationStore(tmp_path) for _ in range(2)]
    one, turn = stores[0].begin("0?")

    def work(store, name):
        for n in range(20):
            store.answer(store.ask(one, f"{name}.{n}?"), {"answer": "So."})
            store.rate(turn, "up" if n % 2 else "down", f"{name}.{n}")
            store.rename(one, f"{name}.{n}")

    workers = [threading.Thread(target=work, args=(store, n)) for n, store in enumerate(stores * 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for store in stores:
        assert sorted(each.question for each in store.turns(one)[1:]) == sorted(
            f"{name}.{n}?" for name in range(4) for n in range(20)
        )
        assert store.ratings() == {"up": 1, "down": 0}
        assert store.turns(one)[0].feedback.comment.endswith(".19")
        store.close()

"""Conversations found by their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_app.history import ConversationStore
from qa_app.history_words import folded, turn_words, wanted

WHEN = "2026-01-01T12:00:00+00:00"


@pytest.fixture
def store(tmp_path):
    made = ConversationStore(tmp_path, clock=lambda: WHEN)
    lisbon, first = made.begin("Who led the delegation to Lisbon?")
    made.answer(first, {"answer": "Inês Sousa, the ministry’s chief negotiator."})
    second = made.ask(lisbon, "And she?", "And Inês Sousa?")
    made.answer(second, {"answer": "", "missing": "Nothing mentions “São Tomé”."})
    strasse, third = made.begin("Was ist auf der Straße in ÅRHUS?")
    made.answer(third, {"understood": "Was geschah auf der Straße?", "answer": "100% sicher_ja"})
    made.rate(third, "down", "Não: it's שלום 🗞")
    israel, fourth = made.begin("מי הוביל את המשלחת?")
    made.keep_partial(fourth, "Half of the Reykjavík talks")
    made.rename(israel, "Mission to Kraków")
    made.names = {lisbon: "lisbon", strasse: "strasse", israel: "israel"}
    yield made
    made.close()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", {"lisbon", "strasse", "israel"}),
        (" \t\n", {"lisbon", "strasse", "israel"}),
        ("lisbon", {"lisbon"}),
        ("LISB", {"lisbon"}),
        ("lisbon  DELEGATION who", {"lisbon"}),
        # One word in the first question, another in the second answer.
        ("delegation sao tome", {"lisbon"}),
        ("inês", {"lisbon"}),
        ("INE\u0302S ministry's", {"lisbon"}),
        ("“São", {"lisbon"}),
        ("strasse århus", {"strasse"}),
        ("STRASSE arhus", {"strasse"}),
        ("geschah", {"strasse"}),
        ("nao it’s", {"strasse"}),
        ("שלום", {"strasse"}),
        ("🗞", {"strasse"}),
        ("100%", {"strasse"}),
        ("r_ja", {"strasse"}),
        ("krakow", {"israel"}),
        ("reykjavik mission המשלחת", {"israel"}),
        ("the", {"lisbon", "israel"}),
        ("lisbon krakow", set()),
        ("nobody", set()),
        # What would mean something elsewhere is only words here.
        ("100_", set()),
        ("%", {"strasse"}),
        ("lis*", set()),
        ("lisbon OR krakow", set()),
        ("question:lisbon", set()),
        ('" OR 1=1 --', set()),
        ("'); DROP TABLE turns; --", set()),
        ("[a-z]", set()),
        ("\x00", set()),
    ],
)
def test_all_words_must_be_there_anywhere(store, words, found):
    assert {store.names[each.id] for each in store.conversations(words)} == found


def test_found_conversations_come_in_the_same_order_and_as_many_as_wanted(store):
    everything = [each.id for each in store.conversations()]
    both = [each.id for each in store.conversations("the")]
    assert both == [name for name in everything if store.names[name] != "strasse"]
    assert [each.id for each in store.conversations("the", limit=1)] == both[:1]
    assert [each.id for each in store.conversations(limit=2)] == everything[:2]


def test_what_changed_is_found_as_it_is_now(store):
    (lisbon,) = store.conversations("lisbon")
    store.rename(lisbon.id, "Porto")
    assert [each.id for each in store.conversations("porto lisbon")] == [lisbon.id]
    store.rename(lisbon.id, "")
    assert store.conversations("porto") == []
    turn = store.turns(lisbon.id)[0]
    store.rate(turn.id, "up", "splendid")
    assert [each.id for each in store.conversations("splendid")] == [lisbon.id]
    store.rate(turn.id, "up", "fine")
    assert store.conversations("splendid") == []
    store.unrate(turn.id)
    assert store.conversations("fine") == []
    store.delete(lisbon.id)
    assert store.conversations("lisbon") == []


def test_a_partial_answer_is_found_until_the_whole_one_is(store):
    (israel,) = store.conversations("reykjavik")
    store.answer(store.turns(israel.id)[0].id, {"answer": "The whole of it."})
    assert store.conversations("reykjavik") == []
    assert [each.id for each in store.conversations("whole")] == [israel.id]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ångström", "angstrom"),
        ("A\u030angstro\u0308m", "angstrom"),
        ("STRASSE Straße", "strasse strasse"),
        ("İstanbul ISTANBUL", "istanbul istanbul"),
        ("ﬁne Ⅷ １２", "fine viii 12"),
        ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
        ("  “It’s”\r\n\tso ", '"it\'s" so'),
        ("שָׁלוֹם", "שלום"),
        ("🗞️", "🗞"),
        ("", ""),
    ],
)
def test_texts_as_they_are_compared(text, plain):
    assert folded(text) == plain


@given(st.text())
def test_folding_again_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


@given(st.text(), st.text(), st.text())
def test_a_turn_is_found_by_every_word_in_it(question, understood, said):
    words = turn_words(question, understood, said)
    for text in (question, understood, said):
        assert all(word in words for word in wanted(text))


def test_words_to_look_for():
    assert wanted("to  Tomé TO tom São") == ["tome", "sao"]
    assert wanted("\n") == []

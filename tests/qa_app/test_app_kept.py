"""What the page keeps beside questions and answers: ratings, names, understanding, settings."""

from types import SimpleNamespace

import pytest
import streamlit as st

from embeddings.errors import ConversationsUnavailable
from embeddings.schema import Filters
from qa_app.conversation import Exchange
from qa_app.history import ConversationStore
from qa_app.turns import Feedback, Turn
from qa_app.ui import chat
from qa_app.ui.conversations import local_time
from qa_app.ui.state import Page
from qa_app.ui.streaming import asking
from qa_app.ui.view import rating_of
from tests.qa_app import page_fakes as fakes
from tests.qa_app.page_runs import answers, ask, drawn, start

LISBON = "What about lisbon.txt?"


def here(at):
    return at.session_state["page"]


def kept(index, at):
    return ConversationStore(index).turns(here(at).conversation)


def test_a_follow_up_says_how_it_was_understood(index):
    at = ask(ask(start(), LISBON), "And then?")
    first, second = answers(at)
    assert first["understood"] is None
    assert second["understood"] == {"label": "Understood as:", "text": f"{LISBON} And then?"}
    assert second["notices"] == ["Mind it."]


def test_what_the_reader_understood_is_asked_and_kept_as_they_wrote_it(index):
    at = ask(ask(start(), LISBON), "And then?")
    store = ConversationStore(index)
    turn = store.ask(here(at).conversation, "And then?", "Where is hostile.txt 🗞?")
    here(at).pending = turn
    at.run()
    assert fakes.ScriptedAssistant.told == [None, None, "Where is hostile.txt 🗞?"]
    assert [each.question for each in kept(index, at)] == [LISBON, "And then?", "And then?"]
    record = kept(index, at)[2].record
    assert record["question"] == "And then?"
    assert record["understood"] == "Where is hostile.txt 🗞?"
    assert record["citations"][0]["path"].endswith("hostile.txt")
    shown = {"label": "Understood, as you wrote it:", "text": "Where is hostile.txt 🗞?"}
    assert answers(at)[2]["understood"] == shown
    st.cache_resource.clear()
    assert answers(start(conversation=here(at).conversation))[2]["understood"] == shown


def test_a_question_understood_anew_says_so_until_it_is_answered(index):
    at = ask(start(), LISBON)
    turn = ConversationStore(index).ask(here(at).conversation, "Where?", "Where is ??? then?")
    at.run()
    shown = drawn(at, f"understood-{turn}")
    assert shown == {"label": "Understood, as you wrote it:", "text": "Where is ??? then?"}
    assert drawn(at, f"fail-{turn}")["heading"] == "This answer was not finished"
    at.button(key=f"again-{turn}").click().run()
    assert fakes.ScriptedAssistant.told[-1] == "Where is ??? then?"


def test_what_went_before_is_told_with_its_answer_and_understanding():
    turns = [
        Turn(1, "Who?", "", {"question": "Who?", "understood": "Who?", "answer": "Inês."}),
        Turn(2, "And he?", "", {"question": "And he?", "understood": "Who is he?", "answer": ""}),
        Turn(3, "Why?", "", None, "Because", "Why did he?"),
        Turn(4, "When?", ""),
    ]
    asked = asking(turns, turns[3], Filters(publisher=("BBC",)))
    assert asked.earlier == (
        Exchange("Who?", "Inês."),
        Exchange("And he?", "", "Who is he?"),
        Exchange("Why?", "", "Why did he?"),
    )
    assert (asked.turn, asked.limits) == (turns[3], Filters(publisher=("BBC",)))
    assert asking(turns, turns[0], Filters()).earlier == ()


def test_an_answer_is_kept_with_what_made_it(index):
    at = ask(start(), LISBON)
    assert kept(index, at)[0].settings == {
        **{"by": "a script", "k": 12, "rerank": True, "max_sentences": 5, "threshold": None},
        **{"encoder": None, "model": None, "model_url": None},
        "filters": {"publisher": [], "after": None, "before": None},
    }


def test_only_supported_sentences_that_stand_are_kept_of_a_stopped_answer(index):
    at = ask(start(), "think twice and stop here: lisbon.txt")
    (turn,) = kept(index, at)
    assert (turn.record, turn.partial) == (None, "It says so.")


def test_ratings_are_drawn_as_they_are_kept(index):
    at = ask(start(), LISBON)
    assert answers(at)[0]["rating"] == {"verdict": None, "comment": ""}
    ConversationStore(index).rate(1, "down", "<b>Não</b>\n🗞")
    at.run()
    assert answers(at)[0]["rating"] == {"verdict": "down", "comment": "<b>Não</b>\n🗞"}
    st.cache_resource.clear()
    again = start(conversation=here(at).conversation)
    assert answers(again)[0]["rating"] == {"verdict": "down", "comment": "<b>Não</b>\n🗞"}


@pytest.mark.parametrize(
    ("verdict", "comment", "rating"),
    [
        ("up", "Bien", Feedback("up", "Bien")),
        ("down", None, Feedback("down")),
        ("down", 5, Feedback("down")),
        (None, "Bien", None),
        ("sideways", "", None),
        (1, "", None),
        (["up"], "", None),
    ],
)
def test_what_a_script_sends_is_a_rating_or_none(verdict, comment, rating):
    assert rating_of(verdict, comment) == rating


class Kept:
    """As much of ``Shared`` as rating and asking need."""

    def __init__(self, store):
        self.conversations = store


def test_rating_again_replaces_and_no_verdict_takes_back(tmp_path):
    store, page = ConversationStore(tmp_path, clock=lambda: "now"), Page()
    conversation, number = store.begin("Who?")
    turn = store.turns(conversation)[0]
    for verdict, comment, rating in (
        ("up", "", Feedback("up", "", "now")),
        ("down", " Non ", Feedback("down", "Non", "now")),
        (None, "Non", None),
    ):
        chat.rate(Kept(store), page, turn, verdict, comment)
        assert store.turns(conversation)[0].feedback == rating
    store.delete(conversation)
    chat.rate(Kept(store), page, turn, "up", "")
    assert "could not be kept" in page.unkept[number]
    store.close()


def test_an_edited_understanding_begins_a_turn_of_the_same_question(tmp_path, monkeypatch):
    store, page = ConversationStore(tmp_path), Page()
    conversation, _ = store.begin("And he?")
    page.conversation = conversation
    turn = store.turns(conversation)[0]
    chat.ask_as(Kept(store), page, turn, " \n")
    assert (page.pending, len(store.turns(conversation))) == (None, 1)
    chat.ask_as(Kept(store), page, turn, " Who is Zoë? ")
    again = store.turns(conversation)[1]
    assert (again.question, again.understood) == ("And he?", "Who is Zoë?")
    assert page.pending == again.id
    store.close()


def test_a_rating_that_cannot_be_kept_is_said_below_the_answer(index, monkeypatch):
    at = ask(start(), LISBON)
    here(at).unkept[1] = "the conversation could not be kept: <b>disk full</b>"
    at.run()
    shown = drawn(at, "unkept-1")
    assert (shown["tone"], shown["heading"]) == ("error", "This was not kept")
    assert shown["text"].endswith("<b>disk full</b>")


def test_conversations_are_found_by_words_and_called_by_their_names(index):
    at = ask(start(), LISBON)
    at.button(key="new-conversation").click().run()
    ask(at, "Who baked the bread?")
    ConversationStore(index).rename(here(at).conversation, "Pão *quente*")
    at.run()
    assert [row["title"] for row in drawn(at, "earlier")["rows"]] == ["Pão *quente*", LISBON]
    row = drawn(at, "earlier")["rows"][0]
    assert row["current"] is True
    assert row["actions"][0]["field"]["value"] == "Pão *quente*"
    assert row["actions"][1]["sure"] == "Really delete?"
    for words, titles in (
        ("pao bread", ["Pão *quente*"]),
        ("SAYS so", [LISBON]),
        ("nowhere", []),
        ("", ["Pão *quente*", LISBON]),
    ):
        at.text_input(key="find-conversation").set_value(words).run()
        assert [row["title"] for row in drawn(at, "earlier")["rows"]] == titles


def test_many_conversations_come_in_pages(index):
    store = ConversationStore(index, clock=lambda: "2026-01-01T12:00:00+00:00")
    for n in range(30):
        store.begin(f"Question {n}?")
    store.close()
    at = start()
    shown = drawn(at, "earlier")
    assert [row["title"] for row in shown["rows"]] == [f"Question {n}?" for n in range(29, 17, -1)]
    assert shown["pager"] == {"page": 1, "pages": 3}
    here(at).conversations_page = 3
    at.run()
    assert [row["title"] for row in drawn(at, "earlier")["rows"]] == [
        f"Question {n}?" for n in range(5, -1, -1)
    ]
    at.text_input(key="find-conversation").set_value("question 7").run()
    assert [row["title"] for row in drawn(at, "earlier")["rows"]] == [
        f"Question {n}?" for n in (27, 17, 7)
    ]
    assert drawn(at, "earlier")["pager"] is None


def test_conversations_that_cannot_be_read_are_said_to_be(index, monkeypatch):
    at = start()

    def fails(*_, **__):
        raise ConversationsUnavailable("the conversations cannot be read: <b>gone</b>")

    monkeypatch.setattr(ConversationStore, "conversations", fails)
    at.run()
    assert drawn(at, "conversations-error")["text"].endswith("<b>gone</b>")


def test_saving_is_offered_for_what_there_is(index):
    def labels(at):
        return [each.proto.label for each in at.get("download_button")]

    at = start()
    assert labels(at) == []
    ask(at, LISBON)
    at.run()
    assert labels(at) == ["Save this conversation", "Save as JSON", "Save all conversations"]
    store = ConversationStore(index)
    store.rate(1, "up")
    store.rate(store.ask(here(at).conversation, "Why?"), "down")
    at.run()
    assert labels(at)[2:] == [
        "Save all conversations",
        "Save good answers as cases",
        "Save poor answers as drafts",
    ]


@pytest.mark.parametrize("moment", ["", "yesterday", "<b>"])
def test_a_time_that_is_none_is_shown_as_it_is(moment):
    assert local_time(moment) == moment


def test_asking_again_begins_anew():
    forgotten = []
    asked = Page(failures={7: "it broke"})
    chat._again(SimpleNamespace(made=forgotten.append), asked, 7)
    assert (forgotten, asked.failures, asked.pending) == ([7], {}, 7)

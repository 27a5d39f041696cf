from datetime import date

import streamlit as st

from embeddings.collection import Collection
from embeddings.schema import Filters
from qa_app.conversation import Exchange
from qa_app.history import ConversationStore
from tests.fakes import TinyEncoder
from tests.qa_app import page_fakes as fakes
from tests.qa_app.page_runs import answers, ask, drawn, start


def row_of(at, words):
    rows = drawn(at, "articles")["rows"]
    return next(row for row in rows if words in row["title"])


def test_an_empty_conversation_says_what_there_is(index):
    at = start()
    facts = {row["title"]: row["detail"] for row in drawn(at, "facts")["rows"]}
    assert facts["Holds"].startswith("3 articles, ")
    assert facts["Answers by"] == "a script"
    assert len(drawn(at, "articles")["rows"]) == 3
    assert [row["title"] for row in drawn(at, "examples")["rows"]] == [
        "What do the articles say about Lisbon?"
    ]
    assert "conversation" not in at.query_params


def test_a_question_is_answered_with_its_sources(index):
    at = ask(start(), "What about lisbon.txt?")
    (answer,) = answers(at)
    assert answer["sentences"] == [
        {"parts": ["It says so.", "", ""], "marks": [1, 2], "unsupported": False, "doubt": ""}
    ]
    assert [source["number"] for source in answer["sources"]] == [1, 2]
    assert answer["support"] == {
        "words": "Well supported",
        "well": True,
        "number": "Estimated probability that the first sentence answers the question: 90%",
    }
    assert answer["notices"] == ["Mind it."]
    assert answer["recognised"] == []
    assert [text.value for text in at.chat_message[0].text] == ["What about lisbon.txt?"]


def test_what_was_recognised_is_said_and_kept(index):
    at = ask(start(), "What did Publico say in lisbon.txt?")
    assert answers(at)[0]["recognised"] == ["published by Público"]
    st.cache_resource.clear()
    again = start(conversation=at.session_state["page"].conversation)
    assert answers(again)[0]["recognised"] == ["published by Público"]


def test_what_is_not_there_is_said_with_the_nearest_passages(index):
    at = ask(start(), "Who baked the bread?")
    (answer,) = answers(at)
    assert answer["absent"] is True
    assert answer["support"]["words"] == "Not found in these articles"
    assert answer["missing"] == "Nothing says this."
    assert [near["key"] for near in answer["nearest"]] == ["nearest:0"]
    assert answer["sentences"] == []


def test_earlier_questions_and_answers_go_with_the_next_one(index):
    at = ask(ask(start(), "What about lisbon.txt?"), "Then?")
    assert fakes.ScriptedAssistant.asked == [
        ("What about lisbon.txt?", (), None),
        ("Then?", (Exchange("What about lisbon.txt?", "It says so."),), None),
    ]
    assert len(answers(at)) == 2


def test_a_reloaded_page_shows_the_same_conversation(index):
    at = ask(start(), "What about lisbon.txt?")
    again = start(conversation=at.session_state["page"].conversation)
    first, second = answers(at)[0], answers(again)[0]
    assert {**first, "fresh": None} == {**second, "fresh": None}
    assert len(fakes.ScriptedAssistant.asked) == 1


def test_a_server_started_again_still_has_the_conversation(index):
    at = ask(start(), "What about lisbon.txt?")
    st.cache_resource.clear()
    again = start(conversation=at.session_state["page"].conversation)
    assert answers(again)[0]["sentences"] == answers(at)[0]["sentences"]


def test_a_conversation_kept_before_words_were_marked_still_opens(index):
    source = {
        **{"number": 1, "article": "gone", "path": "a.txt", "title": None, "author": None},
        **{"publisher": None, "published": None, "start": 0, "end": 8, "quote": "Élodie 🎉"},
    }
    kept = {
        **{"id": None, "question": "Who?", "understood": "Who?", "status": "answered"},
        **{"answer": "Élodie 🎉", "confidence": 0.62, "missing": "", "nearest": []},
        **{"notices": [], "timings_ms": {}, "citations": [source]},
        "sentences": [{"text": "Élodie 🎉", "citations": [1]}],
    }
    store = ConversationStore(index)
    conversation, turn = store.begin("Who?")
    store.answer(turn, kept)
    store.close()
    at = start(conversation=conversation)
    (answer,) = answers(at)
    assert answer["sentences"] == [
        {"parts": ["Élodie 🎉", "", ""], "marks": [1], "unsupported": False, "doubt": ""}
    ]
    assert answer["support"]["words"] == "Partly supported: read the source before relying on it"
    assert answer["recognised"] == []
    assert answer["support"]["number"].endswith(": 62%")
    at.session_state["page"].open("gone", source, turn, "citation:1")
    at.run()
    assert not at.exception
    assert drawn(at, "article-viewer")["quote"] == ["Élodie 🎉", "", ""]


def test_an_unknown_address_is_said_to_be_unknown(index):
    at = start(conversation="no-such-conversation")
    assert drawn(at, "no-conversation")["heading"] == "This conversation is not here"
    ask(at, "What about lisbon.txt?")
    assert "no-such-conversation" not in at.query_params["conversation"]
    assert len(answers(at)) == 1


def test_a_new_conversation_begins_empty_and_the_earlier_one_is_listed(index):
    at = ask(start(), "What about lisbon.txt?")
    at.button(key="new-conversation").click().run()
    assert answers(at) == []
    assert "conversation" not in at.query_params
    assert [row["title"] for row in drawn(at, "earlier")["rows"]] == ["What about lisbon.txt?"]


def test_filters_limit_the_question_and_say_so(index):
    at = start()
    at.date_input(key="filter_after").set_value(date(2020, 3, 5)).run()
    assert "from 5 March 2020" in at.text[-1].value
    ask(at, "What about lisbon.txt?")
    assert fakes.ScriptedAssistant.asked[0][2] == Filters(after=date(2020, 3, 5))
    at.button(key="clear-filters").click().run()
    ask(at, "Again?")
    assert fakes.ScriptedAssistant.asked[1][2] is None


def test_an_error_is_shown_and_the_question_can_be_asked_again(index):
    at = ask(start(), "???")
    assert not at.exception
    turn = ConversationStore(index).turns(at.session_state["page"].conversation)[0]
    assert drawn(at, f"fail-{turn.id}")["text"] == "the question holds no words; ask in words"
    assert at.text[0].value == "???"
    at.button(key=f"again-{turn.id}").click().run()
    assert [asked[0] for asked in fakes.ScriptedAssistant.asked] == ["???", "???"]


def test_a_part_of_an_answer_is_kept(index):
    at = ask(start(), "stop here: lisbon.txt")
    again = start(conversation=at.session_state["page"].conversation)
    assert "It says so." in [text.value for text in again.text]
    assert drawn(again, "fail-1")["heading"] == "This answer was not finished"


def test_a_defect_is_shown_once_and_not_run_into_again(index):
    at = ask(start(), "boom")
    assert len(at.exception) == 1
    at.run()
    assert not at.exception
    assert len(fakes.ScriptedAssistant.asked) == 1


def test_a_chosen_source_opens_at_its_words(index):
    at = ask(start(), "What about lisbon.txt?")
    page = at.session_state["page"]
    record = ConversationStore(index).turns(page.conversation)[0].record
    source = record["citations"][1]
    page.open(source["article"], source, 1, "citation:2")
    at.run()
    shown = drawn(at, "article-viewer")
    assert shown["quote"] == [source["quote"], "", ""]
    assert shown["before"] + source["quote"] + shown["after"] == fakes.ARTICLES["lisbon.txt"]
    assert answers(at)[0]["active"] == "citation:2"
    page.close()
    at.run()
    assert drawn(at, "article-viewer") is None


def test_a_removed_article_can_still_be_read_as_quoted_and_be_restored(index):
    at = ask(start(), "What about lisbon.txt?")
    page = at.session_state["page"]
    source = ConversationStore(index).turns(page.conversation)[0].record["citations"][0]
    collection = fakes.fake_open(type("S", (), {"index": index, "articles": None}))
    collection.remove(source["article"])
    page.open(source["article"], source)
    at.run()
    assert "no longer in the collection" in drawn(at, "article-viewer")["notice"]
    assert drawn(at, "article-viewer")["quote"] == [source["quote"], "", ""]
    assert [row["id"] for row in drawn(at, "removed")["rows"]] == [source["article"]]
    assert len(drawn(at, "articles")["rows"]) == 2
    collection.restore(source["article"])
    collection.close()
    at.run()
    assert drawn(at, "removed") is None
    assert len(drawn(at, "articles")["rows"]) == 3


def test_articles_are_found_by_words(index):
    at = start()
    at.text_input(key="find-article").set_value("LISBON.txt").run()
    assert len(drawn(at, "articles")["rows"]) == 1
    at.text_input(key="find-article").set_value("no such words").run()
    assert drawn(at, "articles")["rows"] == []


def test_what_changed_on_disk_is_taken_in(index):
    at = start()
    folder = index.parent / "articles"
    (folder / "new.txt").write_text("New words about the lighthouse were found of late, it says.")
    (folder / "broken.pdf").write_bytes(b"not a PDF")
    at.button(key="resync").click().run()
    assert drawn(at, "outcome")["heading"] == "1 article added"
    assert len(drawn(at, "articles")["rows"]) == 4
    (problem,) = drawn(at, "problems")["rows"]
    assert "broken.pdf" in problem["title"]


def test_no_name_is_read_as_markdown(index):
    at = ask(start(), f"{fakes.HOSTILE} hostile.txt")
    written = [each.value for each in (*at.markdown, *at.caption, *at.title, *at.header)]
    labels = [each.label for each in (*at.button, *at.text_input, *at.multiselect, *at.expander)]
    assert [text for text in [*written, *labels] if "script" in text or "red[" in text] == []


def test_an_index_that_cannot_be_opened_is_explained(index, monkeypatch):
    blocked = index.parent / "in-the-way"
    blocked.write_text("a file")
    monkeypatch.setenv("QA_INDEX", str(blocked))
    at = start()
    assert drawn(at, "not-opened")["heading"] == "The articles cannot be opened"
    assert [button.label for button in at.button] == ["Try again"]


def test_a_wrong_setting_is_named(index, monkeypatch):
    monkeypatch.setenv("QA_K", "0")
    at = start()
    assert drawn(at, "settings")["text"].startswith("a setting cannot be used: QA_K: ")


def test_conversations_that_cannot_be_read_are_moved_aside_and_the_page_works(index):
    index.mkdir()
    (index / "conversations.sqlite3").write_bytes(b"not a database" * 100)
    at = ask(start(), "What about lisbon.txt?")
    assert "could not be read" in drawn(at, "store-problem")["text"]
    assert len(answers(at)) == 1


def test_near_copies_are_counted(index, tmp_path):
    folder = fakes.write_articles(tmp_path / "articles")
    assert "Near-copies" not in {row["title"] for row in drawn(start(), "facts")["rows"]}
    text = fakes.ARTICLES["lisbon.txt"].replace("chief negotiator", "first negotiator")
    (folder / "reprint.txt").write_text(
        text + "\nIt was printed twice that week.\n", encoding="utf-8"
    )
    st.cache_resource.clear()
    with Collection.open(tmp_path / "index", encoder=TinyEncoder()) as collection:
        collection.resync()
    facts = {row["title"]: row["detail"] for row in drawn(start(), "facts")["rows"]}
    assert facts["Near-copies"] == "2 articles in 1 group"

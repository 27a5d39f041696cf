"""Conversations as JSON, and what Markdown says of the same."""

import json

import pytest

from qa_app.export import conversation_markdown
from qa_app.export_json import conversation_json, conversation_lines, conversation_record
from qa_app.history import ConversationStore
from qa_app.turns import Conversation, Feedback, Turn

WHEN = [f"2026-01-0{day}T12:00:00+00:00" for day in range(1, 10)]
SOURCE = {
    **{"number": 1, "article": "a1", "path": "news/zoë.txt", "title": None, "author": None},
    **{"publisher": "Público", "published": "2020-03-05", "start": 3, "end": 9},
    "quote": "“Où”\r\n🗞",
}
RECORD = {
    **{"id": None, "question": "Où ?", "understood": "Où est Zoë ?", "status": "answered"},
    **{"answer": "“Où” 🗞 שלום", "short_answer": "Où", "support": "well supported"},
    **{"confidence": 0.9, "missing": "", "nearest": [], "notices": ["Mind it."]},
    "sentences": [{"text": "“Où” 🗞 שלום", "citations": [1], "answer": [1, 3]}],
    "citations": [SOURCE],
    "model": {"model": "openai:small", "outcome": "written", "claims": 1},
}
SETTINGS = {"by": "openai:small", "k": 12, "filters": {"publisher": ["Público"]}}


def test_every_key_of_a_conversation():
    turn = Turn(
        4, "Où ?", WHEN[1], RECORD, settings=SETTINGS, feedback=Feedback("up", "Bien 🗞", WHEN[2])
    )
    made = conversation_record(
        Conversation("c1", "Qui ?", WHEN[0], WHEN[1], "L’Élysée"), [turn], WHEN[3]
    )
    assert made == {
        "format": "conversation",
        "version": 1,
        "exported": WHEN[3],
        "id": "c1",
        "title": "L’Élysée",
        "first_question": "Qui ?",
        "started": WHEN[0],
        "touched": WHEN[1],
        "turns": [
            {
                "question": "Où ?",
                "asked": WHEN[1],
                "understood": "Où est Zoë ?",
                "edited": False,
                "finished": True,
                "partial": "",
                "status": "answered",
                "answer": "“Où” 🗞 שלום",
                "sentences": RECORD["sentences"],
                "citations": [SOURCE],
                "model": RECORD["model"],
                "short_answer": "Où",
                "support": "well supported",
                "confidence": 0.9,
                "missing": "",
                "nearest": [],
                "notices": ["Mind it."],
                "settings": SETTINGS,
                "feedback": {"verdict": "up", "comment": "Bien 🗞", "given": WHEN[2]},
            }
        ],
    }


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        (
            Turn(1, "Why?", WHEN[0], None, "Because"),
            {"understood": "", "edited": False, "finished": False, "partial": "Because"},
        ),
        (
            Turn(1, "Why?", WHEN[0], understood="Why did Zoë go?"),
            {"understood": "Why did Zoë go?", "edited": True, "finished": False, "partial": ""},
        ),
        # Kept before there were models, settings and feedback.
        (
            Turn(1, "Why?", WHEN[0], {"question": "Why?", "status": "not_found"}),
            {"understood": "", "finished": True, "status": "not_found", "model": None},
        ),
    ],
)
def test_what_is_not_there_is_said_to_be_absent(turn, expected):
    (made,) = conversation_record(Conversation("c", "Why?", "", ""), [turn], "")["turns"]
    assert {key: made[key] for key in expected} == expected
    assert (made["answer"], made["sentences"], made["citations"]) == ("", [], [])
    assert (made["settings"], made["feedback"]) == (None, None)


def test_a_document_and_lines_are_read_back_as_they_were(tmp_path):
    times = iter(WHEN)
    store = ConversationStore(tmp_path, clock=lambda: next(times))
    one, first = store.begin("Où ?\r\n\u2028\u2029\x85")
    store.answer(first, RECORD, SETTINGS)
    store.rate(first, "down", "Non:\n“non”")
    two, _ = store.begin("Why?", "Why did Zoë go?")
    store.rename(two, "Zoë")
    read = [json.loads(line) for line in conversation_lines(store, "now")]
    assert [(each["id"], each["title"]) for each in read] == [(two, "Zoë"), (one, "Où ?")]
    turns = store.turns(one)
    assert read[1] == conversation_record(store.conversation(one), turns, "now")
    assert read[1]["turns"][0]["question"] == "Où ?\r\n\u2028\u2029\x85"
    assert read[1]["turns"][0]["feedback"]["comment"] == "Non:\n“non”"
    assert json.loads(conversation_json(store.conversation(one), turns, "now")) == read[1]
    lines = "".join(conversation_lines(store, "now"))
    assert [json.loads(line) for line in lines.splitlines()] == read
    store.close()


def test_without_conversations_there_are_no_lines(tmp_path):
    store = ConversationStore(tmp_path)
    assert list(conversation_lines(store, "now")) == []
    store.close()


def blocks_of(turn, **given):
    return conversation_markdown([turn], **given).replace(r"\:", ":").rstrip("\n").split("\n\n")


def test_markdown_says_name_understanding_model_and_feedback():
    turn = Turn(1, "Où ?", WHEN[0], RECORD, feedback=Feedback("down", "<b>No</b>\n# no", WHEN[1]))
    blocks = blocks_of(turn, name="L’*Élysée*\n<b>")
    assert blocks[0] == r"# L’\*Élysée\* \<b\>"
    assert blocks[3] == "*Understood as:* Où est Zoë ?"
    assert blocks[6:9] == [
        "*Note:* Mind it.",
        "*Written by the language model* openai:small",
        r"*Rated poor:* \<b\>No\</b\> \# no",
    ]


def test_markdown_says_who_understood_and_rates_without_a_comment():
    edited = Turn(1, "Où ?", WHEN[0], RECORD, understood="x", feedback=Feedback("up"))
    blocks = blocks_of(edited)
    assert "*Understood as the reader wrote it:* Où est Zoë ?" in blocks
    assert "*Rated good.*" in blocks
    unfinished = Turn(1, "Où ?", WHEN[0], None, "Half", "Où est-elle ?")
    assert blocks_of(unfinished)[3:] == [
        "*Understood as the reader wrote it:* Où est-elle ?",
        "**The answer was not finished.**",
        "Half",
    ]


@pytest.mark.parametrize(
    ("use", "model"),
    [
        (None, ""),
        ({"model": "openai:small", "outcome": "written"}, "openai:small"),
        ({"model": "openai:small", "outcome": "not found"}, ""),
        ({"model": "openai:small", "outcome": "timeout"}, ""),
    ],
)
def test_a_model_is_named_only_where_it_wrote_the_answer(use, model):
    assert Turn(1, "?", "", {**RECORD, "model": use}).model == model


def test_markdown_says_behind_a_claim_what_its_sources_do_not():
    def claim(text, verdict, *unfounded):
        support = {"verdict": verdict, "probability": 0.5, "unfounded": list(unfounded)}
        return {"text": text, "citations": [1], "answer": None, "support": support}

    claims = [
        claim("Yes.", "supported"),
        claim("In part.", "partly supported", "*1968*"),
        claim("No.", "not supported"),
    ]
    blocks = blocks_of(Turn(1, "Où ?", WHEN[0], {**RECORD, "sentences": claims}))
    assert blocks[4] == (
        r"Yes. \[1\] In part. \[1\] (its sources do not have “\*1968\*”) "
        r"No. \[1\] (not supported by its sources)"
    )

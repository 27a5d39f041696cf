"""Rated answers as cases, read by the evaluation's own reader."""

import pytest

from eval.cases import Case, Evidence
from eval.errors import DatasetInvalid
from eval.sets.seed_set import seed_set
from qa_app.assistant import Assistant
from qa_app.export_json import json_lines, with_turns
from qa_app.feedback_cases import cases_from, cases_to_complete
from qa_app.history import ConversationStore
from qa_app.made_with import made_with
from qa_app.settings import Settings
from qa_app.turns import Feedback, Turn
from tests.news import SEEDS

WHEN = "2026-01-01T12:00:00+00:00"
UP, DOWN = Feedback("up", "", WHEN), Feedback("down", "“Wrong”\nperson 🗞", WHEN)


def cited(number, path="news/zoë.txt", start=3, **more):
    quote = {"start": start, "end": start + 4, "quote": "“Où”", "article": "id-7"}
    return {"number": number, "path": path, **quote, **more}


def record(**given):
    return {
        "status": "answered",
        "answer": "“Où” it is.",
        "short_answer": "Où",
        "sentences": [{"text": "“Où” it is.", "citations": [1]}],
        "citations": [cited(1)],
        **given,
    }


def cases(*turns):
    return list(cases_from([turns]))


def test_a_thumb_up_is_a_whole_case():
    (case,) = cases(Turn(3, "Où ?", WHEN, record(), feedback=Feedback("up", "Bien", WHEN)))
    assert case == {
        "id": case["id"],
        "kind": "feedback",
        "question": "Où ?",
        "history": [],
        "answerable": True,
        "answers": ["Où"],
        "evidence": [{"article": "zoë.txt", "quote": "“Où”", "start": 3, "end": 7}],
        "note": "Bien",
    }
    assert cases(Turn(3, "Où ?", WHEN, record(), feedback=UP))[0]["id"] == case["id"]
    assert cases(Turn(4, "Où ?", WHEN, record(), feedback=UP))[0]["id"] != case["id"]


def test_a_right_refusal_is_a_case_without_an_answer():
    refused = record(status="not_found", answer="", short_answer="", sentences=[], citations=[])
    (case,) = cases(Turn(1, "Why?", WHEN, refused, feedback=UP))
    assert (case["answerable"], case["answers"], case["evidence"]) == (False, [], [])


def test_only_what_is_rated_and_finished_becomes_a_case():
    turns = [Turn(1, "?", WHEN, record()), Turn(2, "?", WHEN, feedback=UP)]
    assert list(cases_from([turns])) == []
    assert list(cases_to_complete([turns])) == []
    assert list(cases_from([[Turn(1, "?", WHEN, record(), feedback=DOWN)]])) == []
    assert list(cases_to_complete([[Turn(1, "?", WHEN, record(), feedback=UP)]])) == []


def test_the_questions_before_it_are_its_history():
    first = Turn(1, "Who?", WHEN, record())
    wrong = Turn(2, "And he?", WHEN, record())
    again = Turn(3, "And he?", WHEN, record(), "", "And Zoë?", None, UP)
    later = Turn(4, "Why?", WHEN, record(), feedback=UP)
    corrected, follow_up = cases(first, wrong, again, later)
    assert corrected["history"] == ["Who?"]
    assert corrected["note"] == "The reader wrote how it is to be understood: And Zoë?"
    assert follow_up["history"] == ["Who?", "And he?", "And he?"]


def test_each_place_is_evidence_once_and_a_struck_sentence_gives_none():
    struck = {"text": "No.", "citations": [3], "support": {"verdict": "not supported"}}
    told = {"text": "Yes.", "citations": [1, 2, 4], "support": {"verdict": "partly supported"}}
    places = [cited(1), cited(2), cited(3, start=50), cited(4, "all.jsonl.gz", 9)]
    (case,) = cases(
        Turn(1, "?", WHEN, record(sentences=[struck, told], citations=places), feedback=UP)
    )
    assert case["evidence"] == [
        {"article": "zoë.txt", "quote": "“Où”", "start": 3, "end": 7},
        {"article": "id-7", "quote": "“Où”", "start": 9, "end": 13},
    ]


def test_a_thumb_down_is_a_case_to_complete():
    settings = {"filters": {"publisher": ["Público", "BBC"], "after": "2020-01-02", "before": None}}
    turn = Turn(1, "Où ?", WHEN, record(), settings=settings, feedback=DOWN)
    (case,) = cases_to_complete([[turn]])
    assert case == {
        "id": case["id"],
        "kind": "feedback",
        "question": "Où ?",
        "history": [],
        "answerable": None,
        "answers": [],
        "evidence": [],
        "note": "The search was limited to publisher Público, BBC, after 2020-01-02.",
        "verdict": "down",
        "comment": "“Wrong”\nperson 🗞",
        "said": {
            "status": "answered",
            "answer": "“Où” it is.",
            "evidence": [{"article": "zoë.txt", "quote": "“Où”", "start": 3, "end": 7}],
        },
    }


def test_windows_paths_and_old_records():
    old = {**record(citations=[cited(1, "C:\\news\\a.txt")])}
    del old["short_answer"]
    (case,) = cases(Turn(1, "?", WHEN, old, feedback=UP))
    assert (case["evidence"][0]["article"], case["answers"]) == ("a.txt", [])


@pytest.fixture(scope="module")
def rated(seeds, tmp_path_factory):
    """Questions to the example articles, asked, kept and rated as on the page."""
    settings = Settings(_env_file=None)
    assistant = Assistant(seeds, settings)
    store = ConversationStore(tmp_path_factory.mktemp("rated"))
    asked = ["Who led the Taliban delegation to Iran?", "How do I bake sourdough bread?"]
    conversation, turn = store.begin(asked[0])
    for question in asked:
        turn = turn if question == asked[0] else store.ask(conversation, question)
        store.answer(turn, assistant.ask(question).record(), made_with(settings))
        store.rate(turn, "up", "Exactly")
    wrong = store.ask(conversation, "When was Mullah Baradar born?")
    store.answer(wrong, assistant.ask("When was Mullah Baradar born?").record())
    store.rate(wrong, "down", "Not this one")
    yield store
    store.close()


def test_the_evaluation_reads_thumbs_up_as_they_are(rated, tmp_path):
    file = tmp_path / "good.jsonl"
    lines = json_lines(cases_from(turns for _, turns in with_turns(rated)))
    file.write_text("".join(lines), encoding="utf-8")
    answered, refused = seed_set(file, SEEDS).cases
    assert answered == Case(
        id=answered.id,
        question="Who led the Taliban delegation to Iran?",
        answerable=True,
        kind="feedback",
        answers=answered.answers,
        evidence=answered.evidence,
    )
    assert "Baradar" in answered.answers[0]
    quote = (
        "The delegation was led by Mullah Abdul Ghani Baradar Akund, the Taliban’s lead negotiator."
    )
    assert answered.evidence[0] == Evidence("002_2c4d026b990d7c81.txt", quote, 153, 243)
    assert (refused.answerable, refused.answers, refused.evidence) == (False, (), ())
    assert refused.history == ("Who led the Taliban delegation to Iran?",)


def test_the_evaluation_says_what_is_missing_of_a_thumb_down(rated, tmp_path):
    file = tmp_path / "poor.jsonl"
    (case,) = cases_to_complete(turns for _, turns in with_turns(rated))
    file.write_text("".join(json_lines([case])), encoding="utf-8")
    with pytest.raises(DatasetInvalid) as refused:
        seed_set(file, SEEDS)
    for told in (f"{file}:1: ", "answerable: Input should be a valid boolean", "verdict: Extra"):
        assert told in str(refused.value)
    for key in ("verdict", "comment", "said"):
        del case[key]
    completed = {**case, "answerable": True, "answers": ["1968"]}
    file.write_text("".join(json_lines([completed])), encoding="utf-8")
    assert seed_set(file, SEEDS).cases[0].answers == ("1968",)

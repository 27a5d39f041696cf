"""Questions from elsewhere: the file that ships, the guard, and what an answer becomes."""

from collections import Counter

import pytest

from eval.errors import DatasetInvalid, DatasetMissing
from eval.own.elsewhere import Cited, Elsewhere, ask_elsewhere, from_file, shipped, told_of
from qa_app.settings import Settings
from tests.news import row, write_lines


def test_the_questions_that_ship_are_as_their_datasheet_says():
    questions = shipped()
    assert Counter(one.kind for one in questions) == {"invented": 60, "in_principle": 20}
    assert Counter(one.id.rpartition("-")[0] for one in questions) == {
        "politics": 12,
        "sport": 12,
        "science": 12,
        "business": 12,
        "culture": 12,
        "asker": 7,
        "future": 7,
        "no-such-thing": 6,
    }
    assert len({one.question for one in questions}) == len({one.id for one in questions}) == 80
    for one in questions:
        assert one.question.endswith("?")
        assert all(name in one.question for name in one.names)
        assert bool(one.names) == (one.kind == "invented")


def test_a_question_whose_name_is_in_the_articles_is_left_out(collection, tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    rows = [
        row("a", "In DUNLECK the plan was voted down.", title="Vote"),
        row("b", "The storm left Mount Pleasant without power.", title="The Pellimorans sing"),
        row("c", "Lake trout, and Immerath cheese.", title="Food"),
    ]
    collection.sync(write_lines(folder / "made.jsonl", rows))
    assert told_of(shipped(), collection, collection.articles()) == {"politics-09": "Dunleck"}


def test_what_is_said_is_kept_with_its_quotes(filled):
    questions = [
        Elsewhere("x", "invented", "Why did the mayor of Varnholt resign?", ("Varnholt",)),
        Elsewhere("y", "yours", "Who went on strike in Oslo?"),
        Elsewhere("z", "yours", "🌊"),
    ]
    eager = Settings(threshold=0.0)
    seen = []
    first, second, third = ask_elsewhere(filled, eager, questions, seen.append)
    assert not first.refused
    assert second.answer.startswith("Train drivers in Oslo went on strike.")
    assert second.citations[0] == Cited("oslo", "Train drivers in Oslo went on strike.")
    assert (third.refused, third.answer) == (False, "")
    assert third.error.startswith("the question is empty")
    assert seen == [1, 1, 1]
    strict = Settings(threshold=1.0)
    assert [one.refused for one in ask_elsewhere(filled, strict, questions[:2], seen.append)] == [
        True,
        True,
    ]


def test_questions_from_a_file_are_asked_without_follow_ups(tmp_path):
    path = tmp_path / "mine.jsonl"
    path.write_text(
        '\ufeff{"question": "Où est-il ?"}\n\n'
        '{"id": "b", "question": "And then?", "history": ["Who?"]}\n'
        '{"id": "c", "question": "Who?", "history": []}\n',
        encoding="utf-8",
    )
    assert from_file(path) == [
        Elsewhere("1", "yours", "Où est-il ?"),
        Elsewhere("c", "yours", "Who?"),
    ]


@pytest.mark.parametrize("line", ["not JSON", "[]", '{"query": "x"}'])
def test_a_line_without_a_question_is_named(tmp_path, line):
    path = tmp_path / "mine.jsonl"
    path.write_text(f'{{"question": "Who?"}}\n{line}\n')
    with pytest.raises(DatasetInvalid, match=r"mine\.jsonl:2: .*expected one JSON object a line"):
        from_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DatasetMissing, match=r"cannot read .*gone\.jsonl"):
        from_file(tmp_path / "gone.jsonl")

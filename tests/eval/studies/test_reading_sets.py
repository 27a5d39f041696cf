"""Questions with their passages, as a reader takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.pairs import PAIR_TOKENS
from embeddings.reader import Excerpt
from embeddings.schema import Span
from eval.errors import DatasetInvalid, DatasetMissing
from eval.sets.datasets import sample
from eval.studies.reading_sets import MARKS, Cutter, clapnq, squad2
from tests.eval.studies.made_readers import OIL, ROSE, asked, searched, write_clapnq, write_squad
from tests.fakes import pair_tokenizer


def test_a_passage_with_its_title_and_sentences(tmp_path: Path) -> None:
    write_squad(tmp_path, asked("Wann 🙂", "s1", "October 1973", "1973"), asked("why", "s2"))
    first, second = squad2(tmp_path)
    assert (first.case.id, first.case.question, first.case.answers) == (
        "Wann 🙂",
        "Wann 🙂?",
        ("October 1973", "1973"),
    )
    assert (first.passage, second.passage) == ("s1", "s2")
    assert (first.case.answerable, second.case.answerable) == (True, False)
    (window,) = first.windows
    assert (window.heading, window.text) == ("Oil crisis", OIL)
    assert [OIL[s.start : s.end] for s in window.sentences] == [
        "In late October 1973, prix d’été: $12 – or $13. 🙂",
        "Nobody knew why.",
    ]
    assert second.windows == (Excerpt("", ROSE, (Span(0, 29), Span(31, 45))),)


def test_an_empty_passage_has_a_window_without_sentences(tmp_path: Path) -> None:
    write_squad(tmp_path, asked("what", "s3"))
    assert squad2(tmp_path)[0].windows == (Excerpt("", "", ()),)


def test_a_passage_too_long_is_cut_into_windows_that_fit() -> None:
    text = "\r\n".join(f"Sentence {i} says that the naïve café 🎉 is shut." for i in range(60))
    windows = Cutter().windows("Is it shut?", "Cafés", text)
    assert len(windows) > 1
    tokenizer = pair_tokenizer()
    for window in windows:
        asked_tokens = len(tokenizer.question("Is it shut?"))
        tokens = len(tokenizer.context(window.heading, window.text).ids)
        assert asked_tokens + tokens + MARKS <= PAIR_TOKENS
        assert window.heading == "Cafés"
        assert window.text in text
        sentences = [window.text[s.start : s.end] for s in window.sentences]
        assert all(s.startswith("Sentence ") and s.endswith("shut.") for s in sentences)
    told = {window.text[s.start : s.end] for window in windows for s in window.sentences}
    assert told == set(text.split("\r\n"))


def test_a_passage_that_just_fits_is_read_whole() -> None:
    tokenizer = pair_tokenizer()
    # "a" and the question's mark: one token each.
    room = PAIR_TOKENS - MARKS - len(tokenizer.question("Why?"))
    assert len(Cutter().windows("Why?", "", "a " * room)) == 1
    assert len(Cutter().windows("Why?", "", "a " * (room + 1))) == 2
    assert len(Cutter().windows("Why?", "Title", "a " * room)) == 2


def test_every_passage_of_a_question_is_a_window(tmp_path: Path) -> None:
    write_clapnq(tmp_path, searched("q1", True, OIL, ROSE), searched("q2", False, ROSE))
    first, second = clapnq(tmp_path)
    assert [window.text for window in first.windows] == [OIL, ROSE]
    assert {window.heading for window in first.windows} == {"Åre 🚆"}
    assert (first.case.answerable, second.case.answerable) == (True, False)
    assert first.passage != second.passage


def test_the_limit_takes_the_same_sample_as_a_run(tmp_path: Path) -> None:
    write_squad(tmp_path, *(asked(f"q{i}", "s1") for i in range(9)))
    everything = squad2(tmp_path)
    wanted = [case.id for case in sample([pair.case for pair in everything], 4)]
    assert [pair.case.id for pair in squad2(tmp_path, 4)] == wanted
    write_clapnq(tmp_path, *(searched(f"q{i}", True, ROSE) for i in range(9)))
    assert [pair.case.id for pair in clapnq(tmp_path, 4)] == wanted


def test_missing_files_are_named_with_their_home(tmp_path: Path) -> None:
    with pytest.raises(DatasetMissing, match=r"squad2_dev_passages.*rajpurkar/squad_v2"):
        squad2(tmp_path)
    with pytest.raises(DatasetMissing, match=r"clapnq_dev.*PrimeQA/clapnq"):
        clapnq(tmp_path)


def test_files_of_two_sets_are_refused(tmp_path: Path) -> None:
    write_squad(tmp_path, asked("q1", "s9"))
    with pytest.raises(DatasetInvalid, match=r"questions\.jsonl\.gz:1: no passage has the id 's9'"):
        squad2(tmp_path)

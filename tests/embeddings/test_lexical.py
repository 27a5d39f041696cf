"""Passages -> BM25: what counts as the same word, and that nothing in a question is syntax."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.errors import CollectionCorrupt, CollectionUnwritable
from embeddings.lexical import WordEntry, WordIndex, analyzer, normalize, question_terms

TEXTS = {
    1: "The Taliban’s negotiators signed an agreement in Doha.",
    2: "U.S. troops withdrew; the US has 8,600 soldiers there.",
    3: "The café in Bogotá served crème brûlée to señor Muñoz.",
    4: "Train drivers in Oslo went on strike.\r\nשלום עולם 🚆",
}


def entries(texts: dict[int, str]) -> list[WordEntry]:
    # Even keys belong to article 200, odd ones to article 100.
    return [WordEntry(key, 200 if key % 2 == 0 else 100, text) for key, text in texts.items()]


@pytest.fixture(scope="module")
def index() -> WordIndex:
    made = WordIndex(None)
    made.update([], entries(TEXTS))
    return made


def keys(
    index: WordIndex, question: str, k: int = 9, articles: list[int] | None = None
) -> list[int]:
    return index.search(question, k, articles)[0].tolist()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("sign", [1]),
        ("Who was signing agreements?", [1]),
        ("taliban", [1]),
        ("The Taliban's", [1]),
        ("negotiator’s", [1]),
        ("US", [2]),
        ("u.s.", [2]),
        ("soldier", [2]),
        ("cafe in bogota", [3]),
        ("CRÈME BRULÉE", [3]),
        ("Munoz", [3]),
        ("striking", [4]),
        ("עולם", [4]),
        ("8,600", [2]),
    ],
)
def test_what_counts_as_the_same_word(index: WordIndex, question: str, expected: list[int]) -> None:
    assert keys(index, question) == expected


def test_accents_written_apart_are_folded_too(index: WordIndex) -> None:
    assert normalize("Muñoz") == normalize(unicodedata.normalize("NFD", "Muñoz"))
    assert keys(index, unicodedata.normalize("NFD", "Muñoz")) == [3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("U.S. troops", "US troops"),
        ("the U.S.-led and U.S.S.R. side", "the US-led and USSR side"),
        ("Taliban's and Taliban’s", "Taliban and Taliban"),
        ("It’s", "It"),
        ("talks ended. Then", "talks ended. Then"),
        ("3.5 and v1.2.", "3.5 and v1.2."),
    ],
)
def test_normalize(text: str, expected: str) -> None:
    assert normalize(text) == expected


def test_question_terms() -> None:
    analyze = analyzer()
    assert question_terms("Who led the Taliban’s delegation to Iran?", analyze) == [
        "led",
        "taliban",
        "deleg",
        "iran",
    ]
    assert question_terms("Troops, troops, TROOP!", analyze) == ["troop"]
    # Nothing but question words: better they than nothing.
    assert question_terms("Who is it?", analyze) == ["who", "is", "it"]
    assert question_terms("?!", analyze) == []


def test_unknown_words_find_nothing(index: WordIndex) -> None:
    found, scores = index.search("quetzal xylophone", 5)
    assert (found.tolist(), scores.tolist()) == ([], [])
    assert keys(index, "") == []
    assert keys(index, "🎉 — …") == []
    assert keys(index, "taliban", 0) == []
    assert keys(index, "x" * 70) == []


@pytest.mark.parametrize(
    "question",
    [
        "taliban AND NOT agreement",
        'taliban "agreement',
        "(taliban",
        "text:taliban",
        "+taliban -agreement",
        "taliban*~2^3",
        "taliban OR [a TO z}",
        "\\taliban\\",
    ],
)
def test_no_character_is_syntax(index: WordIndex, question: str) -> None:
    assert keys(index, question)[:1] == [1]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_question_is_taken(index: WordIndex, question: str) -> None:
    found, scores = index.search(question, 3)
    assert set(found.tolist()) <= set(TEXTS)
    assert all(score > 0 for score in scores.tolist())
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)


def test_bm25_by_hand() -> None:
    index = WordIndex(None)
    # "a" is no stop word in passages: lengths 3, 1 and 2, on average 2.
    index.update([], entries({1: "kiwi kiwi plum", 2: "kiwi", 3: "pear fig"}))
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    assert index.idf("kiwi") == pytest.approx(idf)

    def bm25(frequency: int, length: int) -> float:
        return idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / 2))

    found, scores = index.search("kiwi", 3)
    expected = sorted([(bm25(1, 1), 2), (bm25(2, 3), 1)], reverse=True)
    assert found.tolist() == [key for _, key in expected]
    assert scores.tolist() == pytest.approx([score for score, _ in expected], rel=1e-6)


def test_idf_of_frequent_rare_and_unknown_stems(index: WordIndex) -> None:
    assert index.idf("in") == pytest.approx(math.log(1 + 1.5 / 3.5))
    assert index.idf("taliban") == pytest.approx(math.log(1 + 3.5 / 1.5))
    assert index.idf("quetzal") == pytest.approx(math.log(1 + 4.5 / 0.5))
    assert WordIndex(None).idf("taliban") == 0.0


def test_is_unknown(index: WordIndex) -> None:
    assert index.is_unknown("Quetzals")
    assert not index.is_unknown("Agreements")
    assert not index.is_unknown("quetzal agreement")
    assert not index.is_unknown("who")
    assert not index.is_unknown("")


def test_stems_leave_question_words_out(index: WordIndex) -> None:
    assert index.stems("What did the soldiers sign") == ["soldier", "sign"]
    assert index.stems("what did the") == []


def test_only_the_articles_asked_for(index: WordIndex) -> None:
    assert keys(index, "taliban troops strike", articles=[200]) == keys(
        index, "troops strike", articles=None
    )
    assert keys(index, "taliban troops strike", articles=[100]) == [1]
    assert keys(index, "taliban", articles=[200]) == []
    assert keys(index, "taliban", articles=[]) == []


def test_a_filter_does_not_change_the_scores(index: WordIndex) -> None:
    _, free = index.search("taliban", 1)
    _, limited = index.search("taliban", 1, [100])
    assert limited.tolist() == free.tolist()


def test_a_country_by_its_other_names() -> None:
    texts = {
        1: "Iran said no.", 2: "The Iranian minister spoke.", 3: "Somebody in Tehran knew.",
        4: "The U.S. left.", 5: "The United States of America", 6: "The rest of us stayed united.",
    }  # fmt: skip
    index = WordIndex(None)
    index.update([], entries(texts))
    # The name that was asked with comes first, and each passage counts once.
    assert keys(index, "What does Tehran want?")[0] == 3
    assert sorted(keys(index, "What does Tehran want?")) == [1, 2, 3]
    assert keys(index, "Does Iran agree?")[0] == 1
    assert sorted(keys(index, "Did the Iranians agree?")) == [1, 2, 3]
    assert keys(index, "Would the United States agree?")[0] == 5
    assert 4 in keys(index, "Would America agree?")
    assert keys(index, "Bogotá?") == keys(index, "iran tehran", 0) == []
    # Written as a name only: "us" is somebody else.
    assert keys(index, "tehran") == [3]
    both = WordIndex(None)
    both.update([], entries({1: "Tehran, Iran", 2: "Tehran, home", 3: "home, Iran"}))
    found, scores = both.search("Tehran?", 3)
    assert sorted(found[:2].tolist()) == [1, 2]
    assert scores[:2].tolist() == pytest.approx([2 * scores[2]] * 2)


def test_update_replaces_and_removes() -> None:
    index = WordIndex(None)
    index.update([], entries(TEXTS))
    index.update([1], entries({2: "A museum opened in Cairo."}))
    assert len(index) == 3
    assert keys(index, "taliban") == []
    assert keys(index, "troops") == []
    assert keys(index, "museum") == [2]
    index.update([999], [])
    assert len(index) == 3
    index.update([2, 3, 4], [])
    assert len(index) == 0
    assert keys(index, "museum") == []


def test_what_was_removed_does_not_count() -> None:
    index = WordIndex(None)
    index.update([], entries({key: "kiwi plum" if key < 9 else "kiwi" for key in range(10)}))
    index.update(range(9), [])
    assert index.is_unknown("plum")
    assert index.idf("kiwi") == pytest.approx(math.log(1 + 0.5 / 1.5))


def test_idf_is_never_below_zero() -> None:
    index = WordIndex(None)
    index.update([], entries(dict.fromkeys(range(10), "kiwi")))
    index.update(range(9), [])
    assert index.idf("kiwi") >= 0


def test_a_searcher_stays_as_it_was_while_another_writes(tmp_path: Path) -> None:
    before = WordIndex(tmp_path)
    before.update([], entries(TEXTS))
    other = WordIndex(tmp_path)
    other.update([1, 2, 3, 4], entries({5: "A museum opened in Cairo."}))
    assert (keys(before, "taliban"), keys(before, "museum")) == ([1], [])
    assert (keys(other, "taliban"), keys(other, "museum")) == ([], [5])
    assert keys(WordIndex(tmp_path), "museum") == [5]


def test_written_and_searched_in_another_process(tmp_path: Path) -> None:
    index = WordIndex(tmp_path / "words")
    index.update([], entries(TEXTS))
    script = (
        "import json, sys, pathlib\n"
        "from embeddings.lexical import WordIndex\n"
        "index = WordIndex(pathlib.Path(sys.argv[1]))\n"
        "keys, scores = index.search('US troops in Bogota', 9)\n"
        "print(json.dumps([keys.tolist(), scores.tolist()]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "words")],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    found, scores = index.search("US troops in Bogota", 9)
    assert found.tolist() == [2, 3]
    assert json.loads(done.stdout) == [found.tolist(), scores.tolist()]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(CollectionUnwritable, match="cannot write to"):
        WordIndex(tmp_path / "file" / "words")


def test_something_else_where_the_index_should_be(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}")
    with pytest.raises(CollectionCorrupt, match="cannot be read"):
        WordIndex(tmp_path)


def test_discard(tmp_path: Path) -> None:
    WordIndex(tmp_path / "words").update([], entries(TEXTS))
    WordIndex.discard(tmp_path / "words")
    assert len(WordIndex(tmp_path / "words")) == 0
    WordIndex.discard(tmp_path / "not there")

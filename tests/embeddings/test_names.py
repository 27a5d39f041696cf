"""Sources named in a question: by every form of their names, and not by words that look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.names import Name, Names

PUBLISHERS = (
    "World Socialist Web Site",
    "The Morning Post",
    "Harbour | World Business Leader",
    "NRK News - Culture",
    "NRK News - Sports",
    "DockSports.com",
    "tide.org",
    "Live Ocean: The Most Interesting Articles",
    "Público",
    "Fortune",
    "The Age",
    "Time",
    "Salt & Stone",
    "شبكة الجزيرة",
)
AUTHORS = ("Ana Sá", "Kari Moe and Ola Nordmann", "Grace Hopper", "dagen", "Time")
NAMES = Names(PUBLISHERS, AUTHORS)


def found(question: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    for name in NAMES.find(question):
        assert question[name.start : name.end] == name.words
    return [(name.words, name.publishers, name.authors) for name in NAMES.find(question)]


@pytest.mark.parametrize(
    ("question", "words", "publishers"),
    [
        ("What did the World Socialist Web Site say?", "World Socialist Web Site", (0,)),
        ("What did WSWS say?", "WSWS", (0,)),
        ("What did the Morning Post find?", "the Morning Post", (1,)),
        ("What did Morning Post find?", "Morning Post", (1,)),
        ("what did the morning post article say", "the morning post", (1,)),
        ("Is it in Harbour's report?", "Harbour", (2,)),
        (
            "Did Harbour | World Business Leader see it?",
            "Harbour | World Business Leader",
            (2,),
        ),
        ("What did NRK News say of Oslo?", "NRK News", (3, 4)),
        ("According to NRK, who won?", "NRK", (3, 4)),
        ("What did NRK News - Sports say?", "NRK News - Sports", (4,)),
        ("Did DockSports write so?", "DockSports", (5,)),
        ("Did docksports.com report it?", "docksports.com", (5,)),
        ("what is on docksports.com?", "docksports.com", (5,)),
        ("Did Dock Sports see it?", "Dock Sports", (5,)),
        ("As reported by Tide, who won?", "Tide", (6,)),
        ("Does 'Live Ocean' say so?", "Live Ocean", (7,)),
        ("O que disse a reportagem de Público article?", "Público", (8,)),
        ("What did the Publico article say?", "Publico", (8,)),
        ("What did the P\u0075\u0301blico article say?", "Pu\u0301blico", (8,)),
        ("Did the report from Fortune, “Fall”, say so? 🎉", "Fortune", (9,)),
        ("Did The Age publish it?", "The Age", (10,)),
        ("Who wrote so in Salt and Stone?", "Salt and Stone", (12,)),
        ("ماذا قالت شبكة الجزيرة؟", "شبكة الجزيرة", (13,)),
    ],
)
def test_forms_of_a_name(question: str, words: str, publishers: tuple[int, ...]) -> None:
    ((named, values, _),) = found(question)
    assert (named, values) == (words, tuple(PUBLISHERS[i] for i in publishers))


@pytest.mark.parametrize(
    "question",
    [
        "What was the fortune of the family?",
        "Which company leads the Fortune 500 in the report?",
        "Who won on Wheel of Fortune, the article asks?",
        "Fortune smiled on whom, according to him?",
        "At what age do people report it?",
        "Who in that age group, according to her, was rich?",
        "What time did the report name?",
        "Time ran out for whom in the story?",
        "Who runs Time Warner, the report asked?",
        "What is the Time-like device in the article?",
        "Was the harbour closed, as reported?",
        "Was Harbour closed?",
        "Did the WS report it?",
        "What does wsws mean?",
        "What did Grace Hopper invent?",
        "What did Grace Hopper say?",
        "What was signed by Grace Hopper?",
        "According to the report, what was said of Grace Hopper?",
        "Who wrote it in dagen?",
        "",
        "?!…",
        "🎉",
        "מי הוביל?",
    ],
)
def test_false_friends(question: str) -> None:
    assert found(question) == []


@pytest.mark.parametrize(
    ("question", "words", "authors"),
    [
        ("What did the article by Grace Hopper say?", "Grace Hopper", (2,)),
        ("According to Ana Sá, who won?", "Ana Sá", (0,)),
        ("According to ANA SA, who won?", "ANA SA", (0,)),
        ("What did Grace Hopper's column say?", "Grace Hopper", (2,)),
        ("Who does Ola Nordmann, in an article by Kari Moe, blame?", "Kari Moe", (1,)),
    ],
)
def test_authors_where_they_are_named_as_authors(
    question: str, words: str, authors: tuple[int, ...]
) -> None:
    assert found(question) == [(words, (), tuple(AUTHORS[i] for i in authors))]


def test_several_in_order() -> None:
    question = "Do The Age, Fortune and 'The Morning Post' articles agree with DockSports.com?"
    assert [words for words, _, _ in found(question)] == [
        "The Age",
        "Fortune",
        "The Morning Post",
        "DockSports.com",
    ]


def test_line_ends_part_names() -> None:
    assert found("They live by the ocean.\r\nMorning\r\nPost reported it?") == []


def test_the_whole_name_is_one_the_short_form_is_all() -> None:
    names = Names(["Post - Oslo", "Post - Lisbon", "Post"])
    (name,) = names.find("What did the Post article say?")
    assert name.publishers == ("Post - Oslo", "Post - Lisbon", "Post")
    (name,) = names.find("What did the Post - Lisbon article say?")
    assert name.publishers == ("Post - Lisbon",)


def test_a_publisher_that_signs_its_articles() -> None:
    names = Names(["The Morning Post"], ["The Morning Post"])
    assert names.find("What did The Morning Post say?") == [
        Name("The Morning Post", 9, 25, ("The Morning Post",), ("The Morning Post",))
    ]


def test_no_headings() -> None:
    assert len(Names()) == 0
    assert Names().find("What did the Morning Post say?") == []
    assert len(Names(["", " ", "—", "|"], ["", "&"])) == 0


def test_a_sentence_is_no_name() -> None:
    long = "we are an association of many papers in all the towns along the coast"
    assert Names([long]).find(f"What does {long} say?") == []


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.lists(texts, max_size=4), st.lists(texts, max_size=3), texts)
def test_any_headings_and_any_question(
    publishers: list[str], authors: list[str], question: str
) -> None:
    names = Names(publishers, authors)
    end = 0
    for name in names.find(question):
        assert question[name.start : name.end] == name.words
        assert name.start >= end
        end = name.end
        assert {*name.publishers} <= {*publishers}
        assert {*name.authors} <= {*authors}
        assert name.publishers or name.authors


SHORT = Names(("bbc.co.uk", "wsws.org", "ÉSO", "The Tide"))


@pytest.mark.parametrize(
    ("question", "words", "publisher"),
    [
        ("What did the British Broadcasting Corporation say?", "British Broadcasting Corporation",
         "bbc.co.uk"),
        ("Does the World Socialist Web Site oppose it?", "World Socialist Web Site", "wsws.org"),
        ("The World Socialist Web Site’s view 🎉?", "World Socialist Web Site", "wsws.org"),
        ("Does it say that the École Supérieure d’Optique closed?", None, None),
        ("Did Élan Secours Ouvert write this?", "Élan Secours Ouvert", "ÉSO"),
        ("What did the Bureau of British Crowns report?", "Bureau of British Crowns", "bbc.co.uk"),
    ],
)  # fmt: skip
def test_a_short_name_spelled_out(question: str, words: str | None, publisher: str | None) -> None:
    named = [(name.words, name.publishers) for name in SHORT.find(question)]
    assert named == ([] if words is None else [(words, (publisher,))])


@pytest.mark.parametrize(
    "question",
    [
        "Was the building by Bob closed?",  # small letters are no name
        "Was Big Ben closed?",
        "Is Bob Baker Carlsen here?",  # three letters, and nobody reports
        "Who wrote Bold in Battle of Carillon?",
        "What did Bob Baker Carlsen Dunn say?",  # one initial too many
        "Who said The Tide turned Harbour?",
    ],
)
def test_what_spells_no_short_name(question: str) -> None:
    assert all(name.publishers == ("The Tide",) for name in SHORT.find(question))

"""Questions with several halves, and what belongs to which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.names import Names
from embeddings.parts import MOST, split
from embeddings.periods import find_periods

NAMES = Names(["TechDaily", "The Herald", "Dock Sports", "Fortune"])


def parts(question: str) -> list[tuple[str, list[str], list[str]]]:
    found = split(question, NAMES.find(question), find_periods(question))
    return [(p.text, [n.words for n in p.names], [d.words for d in p.periods]) for p in found]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Does the TechDaily article say that the bridge fell, while The Herald article "
            "reports a flood?",
            [
                ("Does the article say that the bridge fell,", ["TechDaily"], []),
                ("while article reports a flood?", ["The Herald"], []),
            ],
        ),
        (
            "Between the TechDaily report on the bridge of 5 October 2023 and the TechDaily report "
            "on the flood of 7 October 2023, what changed?",
            [
                ("Between the report on the bridge of", ["TechDaily"], ["5 October 2023"]),
                (
                    "and the report on the flood of , what changed?",
                    ["TechDaily"],
                    ["7 October 2023"],
                ),
            ],
        ),
        (
            "Who saved the bridge, according to TechDaily, and lost a boat, as reported by "
            "Dock Sports?",
            [
                ("Who saved the bridge, according to ,", ["TechDaily"], []),
                ("and lost a boat, as reported by ?", ["Dock Sports"], []),
            ],
        ),
        (
            "Did Fortune report the fall before The Herald blamed the builders?",
            [
                ("Did report the fall", ["Fortune"], []),
                ("before blamed the builders?", ["The Herald"], []),
            ],
        ),
        # Named together: the words belong to all of them.
        (
            "Who saved the bridge, as TechDaily, The Herald and Dock Sports report?",
            [
                ("Who saved the bridge, as , and report?", ["TechDaily"], []),
                ("Who saved the bridge, as , and report?", ["The Herald"], []),
                ("Who saved the bridge, as , and report?", ["Dock Sports"], []),
            ],
        ),
        (
            "Who saved the old iron bridge, lost three fishing boats near Oslo, and moved to "
            "Lisbon after that, as TechDaily and The Herald report?",
            [
                ("Who saved the old iron bridge,", ["TechDaily", "The Herald"], []),
                ("lost three fishing boats near Oslo,", ["TechDaily", "The Herald"], []),
                (
                    "and moved to Lisbon after that, as and report?",
                    ["TechDaily", "The Herald"],
                    [],
                ),
            ],
        ),
        # Nobody named
        (
            "What did the mayor of Lisbon promise last spring, and how did the train drivers in "
            "Oslo respond?",
            [
                ("What did the mayor of Lisbon promise last spring,", [], []),
                ("and how did the train drivers in Oslo respond?", [], []),
            ],
        ),
        # A statement says one thing.
        (
            "The mayor of Lisbon promised two new bridges, and train drivers in Oslo asked for "
            "shorter working days.",
            [],
        ),
        ("What did TechDaily say?", [("What did say?", ["TechDaily"], [])]),
        ("Who won on 5 October 2023?", [("Who won on ?", [], ["5 October 2023"])]),
        ("Who led the Taliban delegation to Iran?", []),
        ("Who met Anna, Berta and Clara in Rome?", []),
        ("TechDaily", []),
        ("", []),
    ],
)
def test_parts(question: str, expected: list[tuple[str, list[str], list[str]]]) -> None:
    assert parts(question) == expected


def test_the_same_source_twice_in_a_list_is_one() -> None:
    found = parts("Who saved the bridge, as TechDaily, The Herald and again TechDaily report?")
    assert [names for _, names, _ in found] == [["TechDaily"], ["The Herald"]]


def test_a_date_is_not_cut_at_its_comma() -> None:
    found = parts("Who saved the big iron bridge on October 5, 2023 near the port of Oslo?")
    assert [(text, periods) for text, _, periods in found] == [
        ("Who saved the big iron bridge on near the port of Oslo?", ["October 5, 2023"])
    ]


def test_no_more_than_the_most() -> None:
    question = "; ".join(f"What did ship number {i} carry home" for i in range(50)) + "?"
    found = parts(question)
    assert len(found) == MOST
    assert found[0][0] == "What did ship number 0 carry home;"
    # Nothing is lost: the last part has the rest.
    assert found[-1][0].endswith("What did ship number 49 carry home?")


@given(
    st.lists(
        st.sampled_from(
            ("TechDaily", "The Herald", "Fortune", "5 October 2023", "while", ", and", ";", "é🎉")
        )
    ).map(" ".join)
)
def test_any_question(question: str) -> None:
    names = NAMES.find(question)
    for part in split(question, names, find_periods(question)):
        assert any(c.isalnum() for c in part.text)
        assert {*part.names} <= {*names}

"""Headings: what the articles' own words say, and silence where they say nothing."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.furniture import lines_of, merge, page_furniture
from embeddings.heading import read_heading
from embeddings.schema import Heading

SEEDS = Path(__file__).parents[2] / "seeds"
BODY = (
    "\n\nThe river flooded Lisbon on Sunday while the mayor was abroad, officials said, and "
    "crowds ran for the hills above the city.\n\nIt was over in a day, witnesses said.\n"
)
TITLE = "River floods Lisbon while the mayor is abroad"


def values(heading: Heading) -> tuple[str | None, ...]:
    fields = (heading.title, heading.author, heading.publisher, heading.published)
    return tuple(found.value if found else None for found in fields)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("000", ("Trump Needs Iran to Make A Deal With The Taliban", None, None, None)),
        (
            "001",
            (
                "Afghanistan: Is US Cooperation with the Taliban Power Possible?",
                "Viktor Mikhin",
                "New Eastern Outlook",
                "2021-09-10",
            ),
        ),
        ("002", (None, None, None, "2019-11-27")),
        (
            "003",
            (
                "US considers an unorthodox alliance with the Taliban against ISIS",
                None,
                "BreaknLinks",
                "2021-09-02",
            ),
        ),
        (
            "004",
            (
                "Within days of Afghan “peace” deal, US bombs Taliban",
                "Bill Van Auken",
                "wsws.org",
                "2020-03-05",
            ),
        ),
    ],
)
def test_the_seeds(number: str, expected: tuple[str | None, ...]) -> None:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    text = path.read_bytes().decode("utf-8")
    heading, _ = read_heading(text)
    assert values(heading) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("000", ["Trump Needs Iran to Make A Deal With The Taliban"]),
        ("002", [" date 2019-11-27 "]),
        (
            "003",
            [
                "US considers an unorthodox alliance with the Taliban against ISIS\n\n"
                "BreaknLinks\n\nAfghanistan\n"
                "Afghan evacuees disembark a plane after landing in Macedonia. Photo / AP",
                "Publish : 2021-09-02 11:36:00\n\nGive Your Comments",
            ],
        ),
        (
            "004",
            [
                "Within days of Afghan “peace” deal, US bombs Taliban\n\nBy Bill Van Auken\n"
                "5 March 2020",
                "To contact the WSWWS and the\nSocialist Equality Party visit:\n\n<http://www.wsws.org>",
            ],
        ),
    ],
)
def test_the_seeds_furniture(number: str, expected: list[str]) -> None:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    text = path.read_bytes().decode("utf-8")
    lines = lines_of(text)
    spans = merge(text, [*read_heading(text, lines)[1], *page_furniture(lines)])
    assert [text[span.start : span.end] for span in spans] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{TITLE}{BODY}", (TITLE, None, None, None)),
        (f"{TITLE} ...{BODY}", (f"{TITLE} ...", None, None, None)),
        (
            f"# {TITLE}\n\n*By Jane Doe*\n\n2020-03-05{BODY}",
            (TITLE, "Jane Doe", None, "2020-03-05"),
        ),
        (
            f"{TITLE}\nJane Doe | The Guardian | 5 March 2020{BODY}",
            (TITLE, "Jane Doe", "The Guardian", "2020-03-05"),
        ),
        (
            f"{TITLE} | BBC News\n\nSept. 2, 2021 11:36 am{BODY}",
            (TITLE, None, "BBC News", "2021-09-02"),
        ),
        (
            f"World\n\n{TITLE}\n\nCrowds ran for the hills.\n\nBy José Álvarez and Ann O'Neill, "
            f"Staff Writers\nPublished: 5 March 2020{BODY}",
            (TITLE, "José Álvarez and Ann O'Neill", None, "2020-03-05"),
        ),
        (
            "River floods Lisbon,\nand the mayor is abroad\n\nWritten by Zoë von Braun in Porto "
            f"for Der Spiegel\nUpdated 15 August 2021{BODY}",
            (
                "River floods Lisbon, and the mayor is abroad",
                "Zoë von Braun",
                "Der Spiegel",
                "2021-08-15",
            ),
        ),
        (
            f"{TITLE}\nBy Jane Doe, CNN\nUpdated 3:15 PM ET, Thu September 2, 2021{BODY}",
            (TITLE, "Jane Doe", "CNN", "2021-09-02"),
        ),
        (
            f"{TITLE}\n\nBy The Associated Press\nAugust 15, 2021{BODY}",
            (TITLE, None, "The Associated Press", "2021-08-15"),
        ),
        (
            f"Opinion\n{TITLE}\nAlJazeera\nShare this\nFacebook{BODY}",
            (TITLE, None, "AlJazeera", None),
        ),
        (f"{TITLE}\nLisbon\n{BODY}", (TITLE, None, None, None)),
        (
            f"\ufeffFloods “drown” Lisbon 🎉\r\n\r\nBy François Müller\r\n5 mars 2020{BODY}",
            ("Floods “drown” Lisbon 🎉", "François Müller", None, "2020-03-05"),
        ),
        (
            f"Posted on 2 May 2020\nUpdated 3 May 2020\n\n{TITLE}{BODY}",
            (TITLE, None, None, "2020-05-02"),
        ),
    ],
)
def test_beginnings(text: str, expected: tuple[str | None, ...]) -> None:
    assert values(read_heading(text)[0]) == expected


@pytest.mark.parametrize(
    ("footer", "publisher", "day"),
    [
        ("© 2021 The Daily Star. All rights reserved.", "The Daily Star", None),
        (
            "This article originally appeared in The Atlantic on 5 March 2020.",
            "The Atlantic",
            "2020-03-05",
        ),
        ("Source: Tolo News", "Tolo News", None),
        (
            "Jane Doe, a historian, exclusively for the online magazine “Far Horizons”.",
            "Far Horizons",
            None,
        ),
        ("For more information visit:\nhttps://www.example.org/", "example.org", None),
        ("https://www.example.org/", None, None),
        ("Published in February 2022.", None, None),
        ("Published on 5 March 2020", None, "2020-03-05"),
    ],
)
def test_ends(footer: str, publisher: str | None, day: str | None) -> None:
    heading, _ = read_heading(f"{TITLE}{BODY}\n{footer}\n")
    assert values(heading) == (TITLE, None, publisher, day)


def test_a_dateline_names_the_agency_only_where_nothing_else_names_a_publisher() -> None:
    wire = "LISBON, Sept 2 (Reuters) - The river flooded Lisbon on Sunday, officials said.\n"
    heading, spans = read_heading(f"{TITLE}\n\n{wire}")
    assert values(heading) == (TITLE, None, "Reuters", None)
    assert [(span.start, span.end) for span in spans] == [(0, len(TITLE))]
    assert values(read_heading(f"{TITLE} | BBC News\n\n{wire}")[0])[2] == "BBC News"


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "By Wednesday, the river had flooded Lisbon.\n\nIt was over in a day.",
        "The river flooded the old town of Lisbon and the villages\nbelow it on Sunday, while the "
        "mayor\nwas abroad.\n\nMore rain came.",
        f"Floods are over. What happens next is unclear.{BODY}",
        f"Jane Mary Doe{BODY}",
        f"From staff and wire reports{BODY}",
        f"Editor's note: a reader in Lisbon wrote to us{BODY}",
        "One line without a full stop",
        "",
        " \n\r\n\t",
    ],
)
def test_no_title_is_claimed(text: str) -> None:
    heading, _ = read_heading(text)
    assert heading.title is None
    assert heading.published is None


def test_a_title_may_hold_a_date() -> None:
    text = "What happened in Lisbon on 11 September 2001" + BODY
    assert values(read_heading(text)[0]) == (
        "What happened in Lisbon on 11 September 2001",
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ("03/04/2020", None),
        ("13/04/2020", "2020-04-13"),
        ("Published: 03/04/2020\nUpdated: 2020-04-05", None),
        ("Published: 03/04/2020\nUpdated: 2020-03-05", "2020-03-04"),
        ("Published: 03/04/2020\nUpdated: 2020-04-03", "2020-04-03"),
    ],
)
def test_slashed_dates_are_decided_or_left_out(dates: str, day: str | None) -> None:
    assert values(read_heading(f"{TITLE}\n\n{dates}{BODY}")[0])[3] == day


def test_right_to_left() -> None:
    text = (
        "الفيضان يغمر مدينة لشبونة\n\n٥ مارس 2020\n\nغمر الفيضان لشبونة يوم الأحد، وقال شهود إن"
        " الأمر انتهى في يوم واحد.\n"
    )
    assert values(read_heading(text)[0]) == ("الفيضان يغمر مدينة لشبونة", None, None, "2020-03-05")


def test_every_value_says_where_it_was_read() -> None:
    text = f"{TITLE}\r\n\r\nBy Jane Doe{BODY}\nSource: Tolo News\n"
    heading, _ = read_heading(text)
    found = [heading.title, heading.author, heading.publisher]
    assert [each.source for each in found if each] == ["line 1", "line 3", "footer, line 9"]
    for each in found:
        assert each is not None
        assert each.span is not None
        assert text[each.span.start : each.span.end] == each.value


def test_the_articles_own_address() -> None:
    labelled = read_heading(f"{TITLE}\nURL: https://example.org/a/b{BODY}")[0].url
    pasted = read_heading(f"https://example.org/2020/river-floods\n{TITLE}{BODY}")[0].url
    home = read_heading(f"https://example.org/\n{TITLE}{BODY}")[0].url
    assert labelled is not None
    assert labelled.value == "https://example.org/a/b"
    assert pasted is not None
    assert pasted.value == "https://example.org/2020/river-floods"
    assert home is None


PIECES = st.sampled_from(
    ["By Ana Ruiz", "5 March 2020", "\n", "\r\n", " | ", "# ", "Title of the thing", "©", "2020 ",
     "é", "Source: X", "https://a.b/c", "visit:", "🎉", "“", ".", ", ", "Reuters", "(AP) —",
     "\ufeff",
     "by "]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=200))
def test_spans_lie_within_any_text(text: str) -> None:
    heading, spans = read_heading(text)
    for found in (heading.title, heading.author, heading.publisher, heading.published, heading.url):
        if found is not None:
            assert found.value.strip()
            assert found.span is not None
            assert 0 <= found.span.start < found.span.end <= len(text)
    for before, after in pairwise(spans):
        assert before.end < after.start
    assert all(0 <= span.start < span.end <= len(text) for span in spans)

"""Page furniture: whole lines only, and never a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.furniture import is_control, lines_of, merge, page_furniture
from embeddings.schema import Span

CONTROLS = [
    "Give Your Comments",
    "Please select digest to download:",
    "Share this",
    "Share this article on Facebook, Twitter",
    "Sign up for our newsletter",
    "Subscribe",
    "Read more: What the deal says",
    "Read More",
    "Advertisement",
    "Story continues below advertisement",
    "Follow us on Twitter",
    "Follow Ana Ruiz on Twitter: @anaruiz.",
    "Click here to read more.",
    "Related articles",
    "12 Comments",
    "Comments (3)",
    "5 min read",
    "© 2020 The Daily Star. All rights reserved.",
    "Copyright 2019 Example Media",
    "<http://www.example.org>",
    "https://example.org/a/b?c=d",
    "ana@example.org",
    "Afghan evacuees leave a plane after landing. Photo / AP",
    "(Photo by Ana Ruiz/AFP via Getty Images)",
    "Image source, Getty Images",
    "The bridge at dawn. (Image credit: Ana Ruiz)",
    "A crowd in Kabul. Ana Ruiz/AFP/Getty Images",
    "Getty Images",
    "***",
    "[Read more](https://example.org)",
    "**Advertisement**",
    "Skip to main content",
]
PROSE = [
    "She asked readers to subscribe to the newsletter before she left.",
    "“Subscribe to our newsletter,” he said.",
    "Images, however, showed troops firing at the crowd",
    "He works at Getty Images.",
    "Sign-up for US visas opens on Monday in Kabul",
    "Fewer soldiers died in 2020 (Reuters)",
    "Related articles of the treaty were struck out in March.",
    "The advertisement cost 3 million dollars.",
    "Share prices fell by 4 per cent on Monday.",
    "Follow-up talks were held in Doha",
    "More than 45,000 troops have died.",
    "Read the treaty closely and it says nothing of the kind.",
    "The photo, taken in 2019, shows the president at his desk.",
    "Comments by the president drew criticism.",
    "الصور التي نشرت تظهر الحشود",
    "Kabul",
]


@pytest.mark.parametrize("text", CONTROLS)
def test_controls(text: str) -> None:
    assert is_control(lines_of(text)[0])


@pytest.mark.parametrize("text", PROSE)
def test_prose_survives(text: str) -> None:
    assert not is_control(lines_of(text)[0])


def test_network_names_count_only_beside_a_control() -> None:
    text = "Share this\nFacebook\nTwitter\n\nThe company grew.\n\nFacebook\n\nIt grew as well."
    marked = [text[span.start : span.end] for span in page_furniture(lines_of(text))]
    assert marked == ["Share this", "Facebook", "Twitter"]


def test_lines_carry_offsets_numbers_and_blocks() -> None:
    text = "\ufeffÉté 🎉\r\n\r\n  “Zwei”  \rשלום\n"
    found = [
        (line.start, line.text, line.outer, line.number, line.block) for line in lines_of(text)
    ]
    assert found == [
        (1, "Été 🎉", Span(0, 6), 1, 0),
        (12, "“Zwei”", Span(10, 20), 3, 1),
        (21, "שלום", Span(21, 25), 4, 1),
    ]


def test_lines_after_an_offset_keep_their_numbers() -> None:
    assert [(line.number, line.text) for line in lines_of("a\nb\nc", 2)] == [(2, "b"), (3, "c")]


def test_spans_with_only_white_space_between_become_one() -> None:
    assert merge("ab \n cd e", [Span(5, 7), Span(0, 2), Span(8, 9)]) == (Span(0, 9),)
    assert merge("ab x cd", [Span(0, 2), Span(5, 7)]) == (Span(0, 2), Span(5, 7))


@given(st.text(alphabet="aé🎉 \n\r\t*_#\ufeff<>:/.@Photo", max_size=200))
def test_every_line_is_a_slice_of_the_text(text: str) -> None:
    lines = lines_of(text)
    for line in lines:
        assert text[line.start : line.start + len(line.text)] == line.text
        assert 0 <= line.outer.start <= line.start <= line.outer.end <= len(text)
    if "\ufeff" not in text:
        assert "\n".join(line.text for line in lines).split() == text.split()

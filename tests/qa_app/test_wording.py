"""The words of a sentence that answer, cut apart for every face; support in words."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa_app.wording import SUPPORT_WORDS, exact_parts, parts, support_of
from tests.qa_app.marked_words import MARKED, Marked


@pytest.mark.parametrize("marked", MARKED, ids=[each.file for each in MARKED])
def test_exactly_the_words_that_answer(marked: Marked) -> None:
    answer = marked.sentence.answer
    assert parts(marked.text, answer)[1] == marked.words_line
    assert "".join(parts(marked.text, answer)) == marked.line
    assert exact_parts(marked.text, answer)[1] == marked.words
    assert "".join(exact_parts(marked.text, answer)) == marked.text


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("🎉 Zoë won.", (2, 5), ("🎉 ", "Zoë", " won.")),
        ("Zoë\r\n won\tit.", (3, 9), ("Zoë ", "won", " it.")),  # blanks are not the answer
        (" Zoë won. ", (0, 10), ("", "Zoë won.", "")),
        ("US$5bn", (2, 4), ("US", "$5", "bn")),
        ("a| b |c", (3, 4), ("a| ", "b", " |c")),
        ("Zoë  won.", None, ("Zoë won.", "", "")),
        ("Zoë  won.", (3, 5), ("Zoë won.", "", "")),
        ("Zoë won.", (99, 104), ("Zoë won.", "", "")),
        ("", None, ("", "", "")),
    ],
)
def test_the_parts_of_a_line(
    text: str, answer: tuple[int, int] | None, expected: tuple[str, str, str]
) -> None:
    assert parts(text, answer) == expected


@given(st.text(), st.text(), st.text())
@example(" ", "\x1c a", "\u2028")
def test_the_parts_make_the_text(before: str, words: str, after: str) -> None:
    text, answer = before + words + after, (len(before), len(before) + len(words))
    line = parts(text, answer)
    assert "".join(line) == " ".join(text.split())
    assert line[1] == " ".join(words.split())
    exact = exact_parts(text, answer)
    assert ("".join(exact), exact[1]) == (text, words.strip())


@pytest.mark.parametrize(
    ("record", "support"),
    [
        ({"status": "answered", "support": "well supported", "confidence": 0.1}, "well supported"),
        ({"status": "answered", "support": "partly supported"}, "partly supported"),
        ({"status": "not_found", "support": "not found"}, "not found"),
        # As they were kept before answers said it in words.
        ({"status": "not_found", "confidence": 0.9}, "not found"),
        ({"status": "answered", "confidence": 0.75}, "well supported"),
        ({"status": "answered", "confidence": 0.7499}, "partly supported"),
        ({"status": "answered", "confidence": 0.0}, "partly supported"),
        ({"status": "answered"}, None),
    ],
)
def test_support_of_a_record(record: dict[str, object], support: str | None) -> None:
    assert support_of(record) == support


def test_support_in_words() -> None:
    assert SUPPORT_WORDS == {
        "well supported": "Well supported",
        "partly supported": "Partly supported: read the source before relying on it",
        "not found": "Not found in these articles",
    }

"""Sentences and passages of articles; single lines are in ``test_stops``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.schema import Article, Passage, Span
from embeddings.segment import passages, sentences
from embeddings.stops import BLANK

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))


def cut(text: str, furniture: Sequence[Span] = ()) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text, furniture)]


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def letters(texts: Sequence[str]) -> list[int]:
    return [sum(not c.isspace() for c in text) for text in texts]


LINES = {
    "reached\n\nin the “intra-Afghan” talks.": ["reached\n\nin the “intra-Afghan” talks."],
    "He does not want kill\r\n\r\nmillions that.": ["He does not want kill\r\n\r\nmillions that."],
    "A headline\n\nThe story.": ["A headline", "The story."],
    "It ended.\n\nand began.": ["It ended.", "and began."],
    "The best phone\n\niPhone 15 is out.": ["The best phone", "iPhone 15 is out."],
    "Read more\n\nhttps://x.org/a": ["Read more", "https://x.org/a"],
    "under an ad\n\nvia Getty He left.": ["under an ad", "via Getty He left."],
    "as follows:\n\nthe first": ["as follows:", "the first"],
    "By Bill Van Auken\n5 March 2020": ["By Bill Van Auken", "5 March 2020"],
    "To contact the\nSocialist Party visit:": ["To contact the\nSocialist Party visit:"],
    "On Tuesday,\nPresident Biden left.": ["On Tuesday,\nPresident Biden left."],
    "He met Gen.\nMilley there.": ["He met Gen.\nMilley there."],
    "# A title. And more\nThe text\ngoes on.\n## Next\nEnd.": [
        "# A title. And more",
        "The text\ngoes on.",
        "## Next",
        "End.",
    ],
    "We need:\n- bread\n- milk and\n  honey\n* tea. Or coffee.\n• cake\n1. jam\n2) ham": [
        "We need:",
        "- bread",
        "- milk and\n  honey",
        "* tea.",
        "Or coffee.",
        "• cake",
        "1. jam",
        "2) ham",
    ],
    "One\n---\nTwo": ["One", "---", "Two"],
    "One\u2029two.": ["One\u2029two."],
    "One\n\u200b\nTwo": ["One", "Two"],
    "\ufeffOne two.\u200b": ["One two."],
    "": [],
    " \n\t\u00a0\n": [],
    "A": ["A"],
}


@pytest.mark.parametrize("text", LINES)
def test_lines(text):
    assert cut(text) == LINES[text]


WRAPPED = """\
The chairman of the Joint Chiefs of Staff told reporters on Wednesday at the
Pentagon that the United States might work with its former enemies. President
Biden has not said so. The number of people who left the country that month was
124,000 in all. They went by air.
A heading in the middle of the paragraph that was never closed
The last line."""


def test_a_full_line_goes_on_and_a_line_left_short_does_not():
    assert cut(WRAPPED) == [
        "The chairman of the Joint Chiefs of Staff told reporters on Wednesday at the\n"
        "Pentagon that the United States might work with its former enemies.",
        "President\nBiden has not said so.",
        "The number of people who left the country that month was\n124,000 in all.",
        "They went by air.",
        "A heading in the middle of the paragraph that was never closed",
        "The last line.",
    ]


def test_crlf_gives_the_same_sentences():
    assert [s.replace("\r\n", "\n") for s in cut(WRAPPED.replace("\n", "\r\n"))] == cut(WRAPPED)


def test_furniture_is_a_hard_boundary():
    text = "Next page. He went Share this home. The end"
    at = text.index("Share")
    spans = [Span(at, at + 11), Span(0, 10), Span(2, 4), Span(7, 7), Span(at + 6, at + 10)]
    assert cut(text, spans) == ["He went", "home.", "The end"]
    assert cut(text, [Span(11, 999)]) == ["Next page."]
    assert cut(text, [Span(-5, len(text))]) == []


SEED_LINES = {
    "000": [
        "It’s all political theatre, without an underlying strategy or substance ….",
        "If he wants to deal with the Taliban, North Korea or even China, he needs to hold true to "
        "U.S. agreement with Iran.",
        "Mr. Pompeo was in Kabul recently and announced the imminent withdrawal of 7000 US troops.",
    ],
    "001": [
        "They haven’t taken a single step for development in Afghanistan.“",
        "He directed Secretary of State Anthony Blinken to coordinate with international partners.",
    ],
    "002": [
        "Tasnim news reported the Taliban talks in Tehran and said it was the second since "
        "US-Taliban peace negotiations had broken down in September.",
        "Then he went to Kabul in late October.",
        "There Baradar warned of bloodshed in Afghanistan if talks did not continue with the US.",
        "US Secretary of State Mike Pompeo even blamed Iran for an attack in Afghanistan that "
        "happened on May 31.",
    ],
    "003": [
        "It's harsh and unforgiving \"Milley remarked.",
        '"Yes, we all experience pain and rage.',
        "Afghan evacuees disembark a plane after landing in Macedonia.",
        "\"To those asking for the third decade of war in Afghanistan, I ask, 'What is the vital "
        "national interest?'\" Biden stated the following.",
        "Publish : 2021-09-02 11:36:00",
    ],
    "004": [
        "Any end to attacks on the forces of the Kabul regime would depend on an agreement "
        "reached\n\nin the “intra-Afghan” negotiations that are called for in the Doha accord, the "
        "Taliban has insisted.",
        "Trump has repeated so many times that he does not want kill\n\nmillions that one can only "
        "assume that he desperately wants to, if not in Afghanistan, then somewhere else on the "
        "planet.",
        "We call on the Taliban to stop needless attacks and uphold their commitments.”",
        "To contact the WSWWS and the\nSocialist Equality Party visit:",
    ],
}


@pytest.mark.parametrize("path", SEEDS, ids=lambda p: p.stem[:3])
def test_the_articles_that_ship(path):
    text = path.read_bytes().decode()
    found = cut(text)
    assert [line for line in SEED_LINES[path.stem[:3]] if line not in found] == []


PIECES = st.sampled_from(  # split at the spaces
    re.split(
        " ",
        'a. A. U.S. Mr. The he ." ” “ " \' . ! ? … ... 。 ؟ । \n \r\n \n\n - # 1. '
        "3.5 x.y a@b.c é 🎉 ا \u00a0 \u200b \u0301 ( ) [1] said p.m. No. 中 word words Word. NATO",
    )
)
TEXTS = st.lists(PIECES | st.just(" ") | st.text(max_size=3), max_size=60).map("".join)
SPANS = st.lists(
    st.tuples(st.integers(0, 80), st.integers(0, 80)).map(lambda p: Span(min(p), max(p))),
    max_size=3,
)


@settings(deadline=None)
@given(TEXTS, SPANS)
def test_sentences_are_ordered_stripped_and_cover_everything_but_furniture(text, furniture):
    found = sentences(text, furniture)
    hidden = {i for s in furniture for i in range(s.start, s.end)}
    covered: set[int] = set()
    position = 0
    for span in found:
        assert position <= span.start < span.end <= len(text)
        position = span.end
        quote = text[span.start : span.end]
        assert quote == quote.strip(BLANK)
        covered.update(range(span.start, span.end))
    assert not covered & hidden
    visible = {i for i, c in enumerate(text) if c not in BLANK}
    assert visible - hidden <= covered
    assert sentences(text, furniture) == found


@settings(deadline=None)
@given(TEXTS)
def test_line_endings_do_not_move_boundaries(text):
    unix = text.replace("\r", "")
    dos = unix.replace("\n", "\r\n")
    assert [s.replace("\r\n", "\n") for s in cut(dos)] == cut(unix)


@settings(deadline=None)
@given(TEXTS, SPANS, st.integers(1, 12))
def test_passages_are_slices_that_cover_every_sentence(text, furniture, limit):
    article = Article("a", "a.txt", "txt", text, furniture=tuple(furniture))
    found = passages(article, letters, limit)
    assert passages(article, letters, limit) == found
    seen: set[int] = set()
    for passage in found:
        assert passage.text == text[passage.start : passage.end]
        assert (passage.start, passage.end) == (
            passage.sentences[0].start,
            passage.sentences[-1].end,
        )
        assert not any(
            s.start < passage.end and passage.start < s.end and s.start < s.end for s in furniture
        )
        assert letters([passage.text])[0] <= 1.1 * limit
        seen.update(i for s in passage.sentences for i in range(s.start, s.end))
    for span in sentences(text, furniture):
        assert all(i in seen or text[i].isspace() for i in range(span.start, span.end))
    assert len({passage.id for passage in found}) == len(found)
    for before, after in pairwise(found):
        assert len(set(before.sentences) & set(after.sentences)) <= 1
        assert before.end < after.end


def article(text: str, furniture: tuple[Span, ...] = ()) -> Article:
    return Article("id1", "a.txt", "txt", text, furniture=furniture)


def test_passages_overlap_by_one_sentence():
    text = "A b cc. D e ff. G h ii. J k ll. M n oo."
    found = passages(article(text), words, 7)
    assert [p.text for p in found] == [
        "A b cc. D e ff.",
        "D e ff. G h ii.",
        "G h ii. J k ll.",
        "J k ll. M n oo.",
    ]


def test_no_overlap_where_it_leaves_no_room():
    text = "A b c d ee. F g h i jj. KK."
    assert [p.text for p in passages(article(text), words, 5)] == [
        "A b c d ee.",
        "F g h i jj.",
        "KK.",
    ]


TEN = "Abbb c d e f g h i j kk."


def test_a_scrap_at_the_end_joins_the_passage_before():
    scrap = f"{TEN} {TEN} So it."  # 2 new words are under 15% of 20, and 22 are 110%
    assert [p.text for p in passages(article(scrap), words, 20)] == [scrap]
    more = f"{TEN} {TEN} So it is."  # 3 are not under 15%
    assert [p.text for p in passages(article(more), words, 20)] == [
        f"{TEN} {TEN}",
        f"{TEN} So it is.",
    ]


def test_passages_break_at_furniture_without_overlap():
    text = "He left. AD She came. They met."
    found = passages(article(text, (Span(9, 11),)), words, 100)
    assert [p.text for p in found] == ["He left.", "She came. They met."]
    assert passages(article("AD \n", (Span(0, 2),)), words) == []


def test_a_long_sentence_is_split_at_white_space_and_a_long_word_anywhere():
    text = "one two three four five six seven"
    found = passages(article(text), words, 3)
    assert [p.text for p in found] == ["one two", "three four", "five six seven"]
    assert "".join(p.text for p in passages(article("x" * 25), letters, 10)) == "x" * 25


def test_tokens_are_counted_in_few_calls():
    calls: list[int] = []

    def count(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return words(texts)

    passages(article("He left. She came. " * 50), count)
    assert calls == [100]
    passages(article("word " * 5000), count)
    assert len(calls) <= 5


def test_the_id_is_content():
    text = "Ünï 🎉. Zwei."
    (found,) = passages(article(text), words)
    expected = hashlib.sha256(f"id1\n0\n{len(text)}\n{text}".encode()).hexdigest()[:16]
    assert found == Passage(expected, "id1", 0, len(text), text, (Span(0, 6), Span(7, 12)))


def test_the_limit_is_checked():
    with pytest.raises(ValueError, match="expected at least 1"):
        passages(article("A."), words, 0)

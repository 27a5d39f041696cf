import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qa_app.export import bold, conversation_markdown, plain
from qa_app.turns import Turn
from qa_app.wording import parts
from tests.qa_app.marked_words import MARKED

SOURCE = {
    "number": 1,
    "article": "a1",
    "path": "news/2020/a_b.txt",
    "title": "Deal *signed*",
    "author": "Bill Van Auken",
    "publisher": "wsws.org",
    "published": "2020-03-05",
    "start": 10,
    "end": 31,
    "quote": "It cost $5 & <b>more</b>",
}
ANSWERED = {
    "status": "answered",
    "question": "What did it cost?",
    "support": "partly supported",
    "sentences": [{"text": "It cost $5.", "citations": [1, 2], "answer": [8, 10]}],
    "citations": [
        SOURCE,
        {**SOURCE, "number": 2, "title": None, "author": None, "publisher": None}
        | {"published": None, "start": 0, "end": 9, "quote": "- one\n# two"},
    ],
    "notices": ["Two articles disagree."],
    "nearest": [],
    "missing": "",
}
ABSENT = {
    "status": "not_found",
    "question": "Why?",
    "sentences": [],
    "citations": [],
    "notices": [],
    "missing": "Nothing says why.",
    "nearest": [{**SOURCE, "text": "Near words."}],
}

EXPECTED = r"""# Questions to a collection of articles

Saved 2026-01-02T10:00:00+00:00

## What did it \*cost\*?

*Asked 2026-01-01T10:00:00+00:00*

It cost **\$5**. \[1\] \[2\]

*Partly supported: read the source before relying on it.*

*Note:* Two articles disagree.

### Sources

\[1\] **Deal \*signed\*** · Bill Van Auken · wsws.org · 2020-03-05

> It cost \$5 \& \<b\>more\</b\>

In news/2020/a\_b.txt, characters 10 to 31

\[2\] no title in the file · author not given · publisher not given · date not given

> \- one \# two

In news/2020/a\_b.txt, characters 0 to 9

## Why?

*Asked 2026-01-01T10:01:00+00:00*

**Not found in these articles.** Nothing says why.

### The nearest passages

**Deal \*signed\*** · Bill Van Auken · wsws.org · 2020-03-05

> Near words.

In news/2020/a\_b.txt, characters 10 to 31

## And then?

*Asked 2026-01-01T10:02:00+00:00*

**The answer was not finished.**

Half of
"""


def unescaped_times(text):
    # Colons are escaped as well: they begin shortcodes and directives.
    return text.replace(r"\:", ":")


def test_a_conversation_with_everything_in_it():
    turns = [
        Turn(1, "What did it *cost*?", "2026-01-01T10:00:00+00:00", ANSWERED),
        Turn(2, "Why?", "2026-01-01T10:01:00+00:00", ABSENT),
        Turn(3, "And then?", "2026-01-01T10:02:00+00:00", None, "Half of"),
    ]
    made = conversation_markdown(turns, made="2026-01-02T10:00:00+00:00")
    assert unescaped_times(made) == EXPECTED


HOSTILE = [
    "<script>alert(1)</script>",
    "![x](http://127.0.0.1:9/x.png)",
    "[a](javascript:alert(1))",
    "$x$ and `code` and ~~gone~~",
    "# heading",
    "1. one",
    "- [ ] task",
    "+ plus",
    "a | b\n--|--\n1 | 2",
    "> quote",
    "www.example.com https://example.com <https://example.com> me@example.com",
    "&lt;b&gt; &#60;",
    "[ref]: http://example.com",
    "\\*backslash\\*",
    "===",
    "---",
    "***",
    ":smile: :red[x] @someone",
    "    four blanks",
    "line\\\nbreak  \nhere",
]


@given(
    st.one_of(st.sampled_from(HOSTILE), st.text(), st.text(alphabet="<>[]()!*_`#-+.1 \n\\&|$~:"))
)
@example("1) one")
@example("_ a _")
def test_any_text_reads_as_itself(text):
    renderer = MarkdownIt("gfm-like", {"html": True}).disable(["linkify"])
    (opening, inline, closing) = renderer.parse(plain(text)) or (None, None, None)
    if not text.split():
        assert opening is None
        return
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    kinds = {child.type for child in inline.children}
    assert kinds <= {"text", "text_special"}
    shown = "".join(child.content for child in inline.children)
    assert shown == " ".join(text.split()).replace("\x00", "�")


def strong_of(markdown, renderer):
    """The text as it is shown, and what of it is bold."""
    (opening, inline, _) = renderer.parse(markdown)
    assert opening.type == "paragraph_open"
    shown, strong, inside = "", [], False
    for child in inline.children:
        assert child.type in ("text", "text_special", "strong_open", "strong_close"), child
        if child.type == "strong_open":
            strong.append("")
        inside = child.type == "strong_open" or (inside and child.type != "strong_close")
        shown += child.content
        if inside:
            strong[-1] += child.content
    return shown, strong


words_of = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(alphabet="<>[]()!*_`#-+.1 \\&|$~:“”’aא字🎉\u0301\u200d\u00a0"),
)


@given(words_of, words_of, words_of)
@example("US", "$5", "bn")
@example("e\u0301", "“no”", "\u0301e")
@example("是", "“你好”", "说")
@example("*", "*", "*")
@example("see www", ".a.com", "x")
@example("1", ". one", "")
@example("a", "(b)", "\x1b")
@example("&", "#65", ";")
@example("a  ", " b\r\n", " c")
def test_bold_words_are_exactly_these_in_any_text(before, words, after):
    text, place = before + words + after, (len(before), len(before) + len(words))
    made = bold(*parts(text, place))
    if not text.split():
        assert made == ""
        return
    line = " ".join(text.split()).replace("\x00", "�")
    answer = " ".join(words.split()).replace("\x00", "�")
    for preset, options in (("gfm-like", ["linkify"]), ("commonmark", [])):
        renderer = MarkdownIt(preset, {"html": True}).disable(options)
        shown, strong = strong_of(made, renderer)
        assert shown == line, preset
        if not strong:
            beside = (text[: place[0]][-1:], text[place[1] :][:1])
            assert not answer or {"Cc", "Cn"} & {unicodedata.category(c) for c in beside if c}
        assert strong in ([], [answer]), preset


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("It cost ", "$5", "."), r"It cost **\$5**."),
        (("It cost US", "$5", "bn."), r"It cost US;**\$5**bn."),
        (("Led by ", "Inês Sousa", ", 40."), "Led by **Inês Sousa**, 40."),
        (("", "– two *", " stars"), r"**– two \*** stars"),
        (("No one.", "", ""), "No one."),
    ],
)
def test_bold_words_as_they_are_written(given, expected):
    # A letter beside bold punctuation is written as its number; no other is.
    assert bold(*given) == expected.replace("US;", "U&#83;")


@pytest.mark.parametrize("marked", MARKED, ids=[each.file for each in MARKED])
def test_marked_words_in_a_saved_conversation(marked):
    record = {**ANSWERED, "sentences": [{**marked.sentence.record(), "citations": [1]}]}
    made = conversation_markdown([Turn(1, "Who?", "2026-01-01T10:00:00+00:00", record)])
    paragraph = made.split("\n\n")[3]
    shown, strong = strong_of(paragraph, MarkdownIt("commonmark", {"html": True}))
    assert shown == f"{marked.line} [1]"
    assert strong == ([marked.words_line] if marked.words else [])


def test_a_conversation_kept_before_words_were_marked():
    old = {**ANSWERED, "confidence": 0.9, "sentences": [{"text": "So.", "citations": [1]}]}
    del old["support"]
    turn = Turn(1, "What?", "2026-01-01T10:00:00+00:00", old)
    assert "\n\nSo. \\[1\\]\n\n*Well supported.*\n\n" in conversation_markdown([turn])
    del old["confidence"]
    assert "\n\nSo. \\[1\\]\n\n*Note" in conversation_markdown([turn])


def test_hostile_words_make_no_markup_anywhere():
    renderer = MarkdownIt("commonmark", {"html": True})
    for words in HOSTILE:
        source = {**SOURCE, "title": words, "author": words, "publisher": words, "quote": words}
        record = {
            **ANSWERED,
            "sentences": [{"text": words, "citations": [1], "answer": [0, len(words)]}],
            "citations": [{**source, "path": words}],
            "notices": [words],
        }
        turn = Turn(1, words, "2026-01-01T10:00:00+00:00", record)
        html = renderer.render(conversation_markdown([turn]))
        for tag in ("<script", "<img", "<a ", "<code", "<li", "<hr", "<b>", "<table", "<del"):
            assert tag not in html, (words, html)
        assert html.count("<h2") == 1
        assert html.count("<blockquote") == 1

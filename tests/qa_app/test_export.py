from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qa_app.export import conversation_markdown, plain
from qa_app.history import Turn

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
    "sentences": [{"text": "It cost $5.", "citations": [1, 2]}],
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

It cost \$5. \[1\] \[2\]

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

**Not in these articles.** Nothing says why.

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


def test_hostile_words_make_no_markup_anywhere():
    renderer = MarkdownIt("commonmark", {"html": True})
    for words in HOSTILE:
        source = {**SOURCE, "title": words, "author": words, "publisher": words, "quote": words}
        record = {
            **ANSWERED,
            "sentences": [{"text": words, "citations": [1]}],
            "citations": [{**source, "path": words}],
            "notices": [words],
        }
        turn = Turn(1, words, "2026-01-01T10:00:00+00:00", record)
        html = renderer.render(conversation_markdown([turn]))
        for tag in ("<script", "<img", "<a ", "<code", "<li", "<hr", "<b>", "<table", "<del"):
            assert tag not in html, (words, html)
        assert html.count("<h2") == 1
        assert html.count("<blockquote") == 1

"""A conversation as a Markdown document, with every quote and where it stands.

Enters: turns as ``qa_app.history`` keeps them. Leaves: one string of Markdown. Deliberately knows
nothing of pages or collections: what an article, a file name or a question says is escaped, so
that it reads as the plain text it is wherever the document is opened.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qa_app.turns import Thumb, Turn
from qa_app.wording import SUPPORT_WORDS, also_in, one_line, parts, support_note, support_of

# Everything that begins markup, mathematics, mentions, shortcodes or links in CommonMark or
# GitHub's dialect. A backslash before ASCII punctuation is always the character itself.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>()#!|~$&@:^=]")
# Only at the beginning of a line do these make a list or a rule.
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")
_WWW = re.compile(r"(?i)\bwww\.")
# What the reader thought of an answer.
RATED: Mapping[Thumb, str] = {"up": "Rated good", "down": "Rated poor"}


def plain(text: str) -> str:
    """One line of Markdown that reads as ``text``; runs of blanks become one space."""
    return _escaped(one_line(text))


def bold(before: str, words: str, after: str) -> str:
    """One line of Markdown in which the words are bold; each part is one line of plain text.

    CommonMark takes two stars for a beginning or an end only by what stands on both sides of
    them (section 6.2): beside quotation marks and the like they need a blank or punctuation
    outside, which a character written as its number ends in and begins with.
    """
    if not words:
        return _escaped(before + after)
    opening = "" if words[0].isalnum() else _in_the_way(before[-1:])
    closing = "" if words[-1].isalnum() else _in_the_way(after[:1])
    if any(unicodedata.category(each) in ("Cc", "Cn") for each in opening + closing):
        # A control character has no number in Markdown: exact words come before bold ones.
        return _escaped(before + words + after)
    head = _escaped(before[: len(before) - len(opening)]) + _numbered(opening)
    tail = _numbered(closing) + _escaped(after[len(closing) :])
    return f"{head}**{_escaped(words)}**{tail}"


def _in_the_way(outside: str) -> str:
    """The character itself where it is neither blank nor punctuation, or nothing."""
    if outside.isspace() or unicodedata.category(outside or " ").startswith(("P", "Z")):
        return ""
    return outside


def _numbered(character: str) -> str:
    return f"&#{ord(character)};" if character else ""


def _escaped(line: str) -> str:
    line = _MARKUP.sub(r"\\\g<0>", line)
    line = _WWW.sub(lambda found: found.group()[:-1] + "\\.", line)
    line = _NUMBERED.sub(r"\1\\\2", line)
    return re.sub(r"^[-+]", r"\\\g<0>", line)


def source_line(source: Mapping[str, Any]) -> str:
    """Title, author, publisher and date of a citation or a passage; what is unknown is said."""
    title = source.get("title")
    parts = [
        f"**{plain(title)}**" if title and title.strip() else "no title in the file",
        plain(source.get("author") or "author not given"),
        plain(source.get("publisher") or "publisher not given"),
        plain(source.get("published") or "date not given"),
    ]
    return " · ".join(parts)


def conversation_markdown(turns: Iterable[Turn], made: str = "", name: str = "") -> str:
    """The whole conversation as a document.

    Args:
        turns: in order.
        made: when the document is made, for its first lines; left out where empty.
        name: what the conversation is called, where it was given a name.
    """
    blocks = [f"# {plain(name) or 'Questions to a collection of articles'}"]
    if made:
        blocks.append(f"Saved {plain(made)}")
    for turn in turns:
        blocks.extend(_turn_blocks(turn))
    return "\n\n".join(blocks) + "\n"


def _turn_blocks(turn: Turn) -> list[str]:
    blocks = [f"## {plain(turn.question) or 'Question'}", f"*Asked {plain(turn.asked)}*"]
    blocks += _understood(turn)
    record = turn.record
    if record is None:
        blocks.append("**The answer was not finished.**")
        return [*blocks, plain(turn.partial)] if turn.partial.strip() else blocks
    if record.get("status") == "not_found":
        told = f"**{SUPPORT_WORDS['not found']}.** {plain(record.get('missing') or '')}"
        blocks.append(told.strip())
        return blocks + _about(turn, record) + _nearest(record.get("nearest") or ())
    blocks.append(" ".join(_sentence(each) for each in record.get("sentences") or ()))
    support = support_of(record)
    if support is not None:
        blocks.append(f"*{SUPPORT_WORDS[support]}.*")
    return blocks + _about(turn, record) + _sources(record.get("citations") or ())


def _understood(turn: Turn) -> list[str]:
    who = " as the reader wrote it" if turn.understood else " as"
    return [f"*Understood{who}:* {plain(turn.understood_as)}"] if turn.understood_as else []


def _sentence(sentence: Mapping[str, Any]) -> str:
    marks = "".join(f" \\[{number}\\]" for number in sentence.get("citations") or ())
    support = sentence.get("support")
    note = support_note(support) if support else ""
    told = f" ({plain(note)})" if note else ""
    return bold(*parts(sentence["text"], sentence.get("answer"))) + marks + told


def _about(turn: Turn, record: Mapping[str, Any]) -> list[str]:
    """What is to be known of an answer, and what its reader thought of it."""
    blocks = [f"*Note:* {plain(notice)}" for notice in record.get("notices") or ()]
    if turn.model:
        blocks.append(f"*Written by the language model* {plain(turn.model)}")
    if turn.feedback is not None:
        comment = plain(turn.feedback.comment)
        rated = RATED[turn.feedback.verdict]
        blocks.append(f"*{rated}:* {comment}" if comment else f"*{rated}.*")
    return blocks


def _sources(citations: Sequence[Mapping[str, Any]]) -> list[str]:
    if not citations:
        return []
    return ["### Sources", *(_quoted(f"\\[{c['number']}\\] ", c, c["quote"]) for c in citations)]


def _nearest(passages: Sequence[Mapping[str, Any]]) -> list[str]:
    if not passages:
        return []
    return ["### The nearest passages", *(_quoted("", each, each["text"]) for each in passages)]


def _quoted(mark: str, source: Mapping[str, Any], quote: str) -> str:
    where = f"{plain(source['path'])}, characters {source['start']} to {source['end']}"
    also = also_in(source)
    told = f"\n\n{plain(also)}" if also else ""
    return f"{mark}{source_line(source)}\n\n> {plain(quote)}\n\nIn {where}{told}"

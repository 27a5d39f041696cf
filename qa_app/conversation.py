"""A follow-up and what was asked before in, a question that stands alone out.

Enters: a question, and the exchanges before it. Leaves: the text to search and read with, and to
show people as what was understood. Deliberately knows nothing of articles; what an earlier
question's answer was is asked of the caller, where a pronoun means it and nobody has said it.

A question that stands alone is left exactly as it is. In any other, what points back is replaced
by what it most likely means (``follow_up/referents.py``), and what is missing is taken from the
question before (``follow_up/fragments.py``). No language model, and no reading of articles, is
behind this; docs/conversation.md has what it gets right and wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from embeddings.lexical import QUESTION_WORDS
from qa_app.follow_up.fragments import completed
from qa_app.follow_up.pointing import pointers_of
from qa_app.follow_up.question import take_apart
from qa_app.follow_up.referents import Memory
from qa_app.follow_up.rewriting import resolved

# Turns that a follow-up can point to: the last ones, and the first, which set the topic.
REMEMBERED = 8
# Words; a longer question is no follow-up, and of longer ones before it no more is looked at.
LOOKED_AT = 60
# Words of a follow-up that says nothing by itself, besides those of any question.
_EMPTY = (
    "tell me more else anything something really further details explain elaborate continue please "
    "again there then that this it so why not about and also meaning yes no ok okay"
)
_BARE = QUESTION_WORDS | frozenset(_EMPTY.split())
_INTERROGATIVES = frozenset("who whom whose what which when where why how".split())  # noqa: SIM905
_LEAD = re.compile(r"^\W*(?:(?:and|but|so|or|also|then|ok|okay|well|now)\b[,\s]+)+(?=\w)", re.I)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation, and what came of it.

    ``answer`` is what was answered, in a few words or in sentences; empty where nobody knows.
    ``understood`` is the question as it was understood then; empty where it stood alone, or where
    nobody knows.
    """

    question: str
    answer: str = ""
    understood: str = ""


def stand_alone(
    question: str,
    history: Sequence[str | Exchange],
    answer_of: Callable[[str], str] | None = None,
) -> str:
    """The question as it would be put to someone who has not heard the others.

    Args:
        question: the latest.
        history: the earlier ones, oldest first; a string is a question of unknown answer.
        answer_of: tells in a few words what answers an earlier question, empty for nothing. It is
            called at most twice, and only where what points back means an unknown answer.
    """
    words = question.split()
    if not history or len(words) > LOOKED_AT or not any(c.isalnum() for c in question):
        return question
    exchanges = [Exchange(each) if isinstance(each, str) else each for each in history]
    if len(exchanges) > REMEMBERED:
        exchanges = [exchanges[0], *exchanges[1 - REMEMBERED :]]
    memory, last = Memory(answer_of), ""
    for each in exchanges:
        earlier = _cut(each.question)
        understood = _cut(each.understood) or _understood(earlier, memory)
        said_she = {p.female for p in pointers_of(take_apart(earlier)) if p.kind == "person"}
        female = said_she.pop() if len(said_she) == 1 else None
        memory.add(take_apart(understood), each.answer, female)
        last = understood
    read = _understood(question, memory)
    # "Tell me more." and the like say nothing by themselves: they go with what was asked last.
    return f"{last} {question}" if _says_nothing(question) and not _asks(read, question) else read


def _asks(read: str, question: str) -> bool:
    """Whether a question was made of it: "In Oslo?" is none, "Why Oslo?" is."""
    words = read.casefold().split()
    return read != question and (words[0] in _INTERROGATIVES or len(words) > 3)


def _says_nothing(question: str) -> bool:
    return all(word.casefold() in _BARE for word in re.findall(r"[^\W_]+", question))


def _cut(text: str) -> str:
    return " ".join(text.split()[:LOOKED_AT])


def _understood(question: str, memory: Memory) -> str:
    if not memory.turns:
        return question
    asked = take_apart(" ".join(question.split()))
    whole = completed(asked, memory) or resolved(asked, memory)
    whole = _LEAD.sub("", whole)
    return whole[0].upper() + whole[1:] if whole else question

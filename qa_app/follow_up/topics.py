"""What a question leaves unsaid: the noun behind "this album", and what it is all about.

Enters: a question, and what the conversation has spoken of. Leaves: the question with its topic
named, or "" where nothing shows that one is missing. Deliberately knows nothing of pronouns.

Only what cannot be understood alone is given a topic: a noun that was said before with more words
("the delegation"), a comparison with something unsaid ("more optimistic", "the other side"), and a
question whose few words could be asked of anything ("Were there any casualties?").
"""

from __future__ import annotations

from qa_app.follow_up_clauses import event, tail, told_noun, without_mark
from qa_app.follow_up_phrases import Phrase, phrases_of
from qa_app.follow_up_pointing import Pointer
from qa_app.follow_up_question import Asked
from qa_app.follow_up_referents import Memory, Turn
from qa_app.follow_up_times import time_spans
from qa_app.follow_up_words import DETERMINERS, PREPOSITIONS, POSSESSIVES, is_past


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ADDING = _words(
    "more less else other others another also too instead next afterwards afterward again same "
    "similar different such later earlier"
)
_ANYONE = _words("anyone anybody anything someone somebody everyone everybody nobody people any")
_GROUPS = _words("band group team company party organisation organization")
_WORKS = _words(
    "album film movie book song show series novel play game record single video article "
    "report speech law bill deal agreement treaty plan statement interview"
)


def with_noun(pointer: Pointer, asked: Asked, turn: Turn, memory: Memory) -> str:
    """What "this album" means: the album spoken of before, or the name that was answered."""
    noun = asked.said(pointer.first + 1, pointer.last)
    same = _same_noun(pointer.noun, memory)
    if same is not None:
        return same.text
    named = _named_for(pointer.noun, turn, memory)
    if named is not None:
        return f"the {noun} {named.text}"
    about = tail(turn.asked) or _about(turn, memory)
    return f"the {noun} {about}" if about else ""


def with_counted(asked: Asked, turn: Turn) -> str:
    """ "How many were sent" with the noun that the last question counted; "" for any other."""
    words = asked.low[slice(*asked.wh)]
    if words[-1:] not in (["many"], ["much"]) and words[-1:] != ["which"]:
        return ""
    noun = told_noun(turn.asked)
    if not noun or asked.wh[1] >= len(asked.tokens):
        return ""
    at = asked.tokens[asked.wh[1]].start
    return f"{asked.text[:at]}{noun} {asked.text[at:]}"


def with_topic(asked: Asked, memory: Memory, *, surely: bool = False) -> str:
    """The question with what it is about, where that is missing.

    Args:
        asked: a question in which nothing points back, or nothing that was understood.
        memory: what was spoken of.
        surely: whether it is known that something is missing.
    """
    turn = memory.last
    if turn is None or not asked.is_question:
        return ""
    definite = _definite(asked, turn, memory)
    if definite:
        return definite
    named = any(p.named for p in phrases_of(asked)) or bool(time_spans(asked.text))
    if not surely and (named or not _lacks(asked)):
        return ""
    return _attached(asked, turn, memory)


def _lacks(asked: Asked) -> bool:
    """Whether the question could be asked of anything."""
    low = asked.low
    behind = low[asked.wh[1] :] if asked.wh[1] else low
    if _ADDING.intersection(low) and "than" not in low:
        return True
    content = [t for t in asked.tokens if t.open]
    tied = any(word in PREPOSITIONS for word in behind)
    anyone = bool(_ANYONE.intersection(low)) or told_noun(asked) in ("people", "many", "")
    return len(content) <= 2 and not tied and anyone and _is_past(asked)


def _is_past(asked: Asked) -> bool:
    auxiliary = asked.low[asked.auxiliary] if asked.auxiliary is not None else ""
    if auxiliary:
        return auxiliary in ("was", "were", "did", "had", "has", "have")
    return any(is_past(word) for word in asked.low)


def _attached(asked: Asked, turn: Turn, memory: Memory) -> str:
    text = without_mark(asked.text)
    about = tail(turn.asked, frozenset(("about", "on", "against")))
    tied = any(word in PREPOSITIONS for word in asked.low[asked.wh[1] :])
    if about and not tied:
        return f"{text} {about}?"
    topic = _about(turn, memory)
    return f"{text} {topic}?" if topic else ""


def _about(turn: Turn, memory: Memory) -> str:
    """What the conversation is about, with its preposition; "" where nothing is known."""
    happened = event(turn.asked)
    best = memory.best("thing")
    if best is not None and any(p.text == best[1].text and p.role != "place" for p in turn.phrases):
        return f"in {best[1].text}"
    if happened:
        return f"in {happened}"
    people = [memory.best(kind) for kind in ("person", "group", "place")]
    found = max((each for each in people if each), key=lambda each: each[0], default=best)
    return f"as to {memory.fullest(found[1]).text}" if found else ""


def _definite(asked: Asked, turn: Turn, memory: Memory) -> str:
    """The question with "the delegation" said in full, where that was said before."""
    if any(p.named for p in phrases_of(asked)):
        return ""
    for at, word in enumerate(asked.low[:-1]):
        noun = asked.tokens[at + 1]
        alone = at + 2 >= len(asked.tokens) or not (
            asked.tokens[at + 2].open and not is_past(asked.low[at + 2])
            and at + 2 != asked.subject[1]
        ) and asked.low[at + 2] not in ("of", "that", "who", "which")  # fmt: skip
        if word != "the" or not noun.open or not alone:
            continue
        same = _same_noun(noun.low, memory)
        words = same.text if same is not None else ""
        if same is None:
            named = _named_for(noun.low, turn, memory)
            words = f"the {noun.text} {named.text}" if named else ""
        if words:
            start = asked.tokens[at].start
            if start == 0:
                words = words[0].upper() + words[1:]
            return f"{asked.text[:start]}{words}{asked.text[noun.end :]}"
    return ""


def _same_noun(noun: str, memory: Memory) -> Phrase | None:
    """The fullest phrase with this noun for its head that was used before."""
    head = noun.removesuffix("s")
    for turn in reversed(memory.turns):
        same = [
            p
            for p in (*turn.phrases, *turn.said)
            if p.head.removesuffix("s") == head and len(p.text.split()) > 2
        ]
        if same:
            phrase = max(same, key=lambda p: len(p.text))
            first = phrase.text.split()[0].casefold()
            if first in DETERMINERS | POSSESSIVES or phrase.named or "'s " in phrase.text:
                return phrase
            return Phrase(f"the {phrase.text}", phrase.head, phrase.role)
    return None


def _named_for(noun: str, turn: Turn, memory: Memory) -> Phrase | None:
    """The name that a noun of its class stands for: "the band", "this album"."""
    singular = noun.removesuffix("s")
    if singular in _WORKS and turn.said:
        return next((p for p in turn.said if p.named and p.thing >= 0.5), None)
    if singular in _GROUPS:
        named = [p for _, p in memory.candidates("group") if p.named and not p.plural]
        return named[0] if named else None
    return None

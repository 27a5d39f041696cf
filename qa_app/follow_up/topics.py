"""What a question leaves unsaid: the noun behind "this album", and what it is all about.

Enters: a question, and what the conversation has spoken of. Leaves: the question with its topic
named, or "" where nothing shows that one is missing. Deliberately knows nothing of pronouns.

Only what cannot be understood alone is given a topic: a noun that was said before with more words
("the delegation"), a comparison with something unsaid ("more optimistic", "the other side"), and a
question whose few words could be asked of anything ("Were there any casualties?").
"""

from __future__ import annotations

from qa_app.follow_up.clauses import afterwards, event, tail, told_noun, without_mark
from qa_app.follow_up.kinds import Phrase
from qa_app.follow_up.phrases import phrases_of
from qa_app.follow_up.pointing import Pointer
from qa_app.follow_up.question import Asked
from qa_app.follow_up.referents import Memory, Turn
from qa_app.follow_up.times import time_spans
from qa_app.follow_up.words import (
    DETERMINERS,
    POSSESSIVES,
    PREPOSITIONS,
    Token,
    is_past,
    tokenize,
    word_set,
)

_ADDING = word_set(
    "more less else other others another also too instead next afterwards afterward again same "
    "similar different such later earlier"
)
_ANYONE = word_set("anyone anybody anything someone somebody everyone everybody nobody people any")
_GROUPS = word_set("band group team company party organisation organization")
_WHERE = word_set("in at on during near from after")
_WORKS = word_set(
    "album film movie book song show series novel play game record single video article "
    "report speech law bill deal agreement treaty plan statement interview"
)


def with_noun(pointer: Pointer, asked: Asked, turn: Turn, memory: Memory) -> str:
    """What "this album" means: the album spoken of before, or the name that was answered."""
    noun = asked.said(pointer.first + 1, pointer.last)
    if pointer.noun == "article":
        topic = memory.topic()
        return f"the article about {topic.text}" if topic else ""
    same = _same_noun(pointer.noun, memory)
    if same is not None:
        return same.text
    named = _named_for(pointer.noun, turn, memory)
    if named is not None:
        return f"the {noun} {named.text}"
    own = [p for p in turn.phrases if p.thing >= 0.3 and not p.named and p.role != "place"]
    about = f"in {own[0].text}" if own else tail(turn.asked) or _about(turn, memory)
    return f"the {noun} {about}" if about else ""


def with_counted(asked: Asked, turn: Turn, *, pointing: bool) -> str:
    """The noun the last question counted put into "How many were sent"; "" for another."""
    words = asked.low[slice(*asked.wh)]
    if words[-1:] not in (["many"], ["much"]) and words[-1:] != ["which"]:
        return ""
    noun = told_noun(turn.asked)
    counted = "how" in turn.asked.low[slice(*turn.asked.wh)]
    if not (noun and counted) or asked.wh[1] >= len(asked.tokens):
        return ""
    at = asked.tokens[asked.wh[1]].start
    text = f"{asked.text[:at]}{noun} {asked.text[at:]}"
    where = tail(turn.asked, _WHERE)
    tied = any(word in PREPOSITIONS for word in asked.low) or bool(time_spans(asked.text))
    if tied or not where or pointing:
        return text
    return f"{without_mark(text)} {where}?"


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
    told = with_compared(asked, turn) or _happened(asked, turn, memory)
    if told or (not surely and any(p.named for p in phrases_of(asked))):
        return told
    definite = _definite(asked, turn, memory)
    lacking = surely or (_lacks(asked) and not time_spans(asked.text))
    return definite or (_attached(asked, turn, memory) if lacking else "")


def with_compared(asked: Asked, turn: Turn) -> str:
    """What "instead" compares with, where it ends the question: "held instead of in Paris"."""
    words = asked.low[slice(*asked.wh)]
    if "instead" not in asked.low[-1:] or not {"where", "when"}.intersection(words):
        return ""
    last = turn.asked
    times = time_spans(last.text)
    if "when" in words:
        found = last.text[slice(*times[-1])] if times else ""
    else:
        found = tail(last, frozenset(("in", "at", "near")))
    return f"{without_mark(asked.text)} of {found}?" if found else ""


def _happened(asked: Asked, turn: Turn, memory: Memory) -> str:
    """Whom it happened to, in "What happened in 2015?", or after what, in "What happened next?"."""
    behind = asked.low[asked.wh[1] :]
    if asked.low[slice(*asked.wh)] != ["what"] or behind[:1] not in (["happened"], ["happens"]):
        return ""
    if behind[1:] in (["next"], ["then"], ["afterwards"], ["later"]):
        return afterwards(turn.asked)
    at = asked.tokens[asked.wh[1]].end
    rest = asked.text[at:].strip(" ?")
    times = [asked.text[slice(*span)] for span in time_spans(asked.text)]
    topic = memory.topic()
    if topic is None or not times or times != [rest] or topic.head in asked.low:
        return ""
    return f"{asked.text[:at]} {'to' if topic.place < 0.9 else 'in'} {topic.text} {rest}?"


def _lacks(asked: Asked) -> bool:
    """Whether the question could be asked of anything."""
    low = asked.low
    behind = low[asked.wh[1] :] if asked.wh[1] else low
    if _ADDING.intersection(low) and "than" not in low:
        return True
    content = [t for t in asked.tokens if t.open]
    tied = any(word in PREPOSITIONS for word in behind[:-1])
    anyone = bool(_ANYONE.intersection(low))
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
    known = {token.low for token in tokenize(topic) if token.open}
    return f"{text} {topic}?" if topic and not known.intersection(asked.low) else ""


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
    for at in range(len(asked.tokens) - 1):
        if not _is_bare_definite(asked, at):
            continue
        noun = asked.tokens[at + 1]
        words = _in_full(noun, turn, memory)
        known = {t.low for t in tokenize(words) if t.open} - {noun.low}
        if words and not known.intersection(asked.low):
            start = asked.tokens[at].start
            first = words[0].upper() if start == 0 else words[0]
            return f"{asked.text[:start]}{first}{words[1:]}{asked.text[noun.end :]}"
    return ""


def _is_bare_definite(asked: Asked, at: int) -> bool:
    """Whether "the" and a noun stand here, and nothing that says which one is meant."""
    noun = asked.tokens[at + 1]
    if asked.low[at] != "the" or not noun.open or noun.low in ("article", "articles"):
        return False
    if at + 2 >= len(asked.tokens):
        return True
    behind = asked.tokens[at + 2]
    goes_on = behind.open and not is_past(behind.low) and at + 2 != asked.subject[1]
    return not goes_on and behind.low not in ("of", "that", "who", "which")


def _in_full(noun: Token, turn: Turn, memory: Memory) -> str:
    """What "the" and a noun mean; "" where nothing was said of it."""
    same = _same_noun(noun.low, memory)
    if same is not None:
        return same.text
    named = _named_for(noun.low, turn, memory)
    if named is not None:
        return f"the {noun.text} {named.text}"
    topic = memory.topic() if _spoken_of(noun.low, memory) else None
    return f"the {noun.text} of {topic.text}" if topic is not None else ""


def _spoken_of(noun: str, memory: Memory) -> bool:
    """Whether a noun was in an earlier question or answer."""
    forms = {noun, noun.removesuffix("s"), f"{noun}s"}
    return any(
        forms.intersection(token.low for token in (*turn.asked.tokens, *tokenize(turn.answer)))
        for turn in memory.turns
    )


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
        persons = {p.head for t in memory.turns for p in t.phrases if p.person >= 0.5}
        works = [p for p in turn.said if p.named and p.thing >= 0.5 and p.head not in persons]
        return works[0] if works else None
    if singular in _GROUPS:
        named = [p for _, p in memory.candidates("group") if p.named and not p.plural]
        return named[0] if named else None
    return None

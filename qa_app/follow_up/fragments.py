"""Questions without a verb, made whole with the words of the question before; pure.

Enters: a fragment ("And since 2001?", "Why?", "What about Austin?") and the turns before it.
Leaves: a whole question, or None where it is no fragment. Deliberately knows nothing of pronouns.

A fragment takes the place of what is of its own kind in the last question: a time that of a time,
a place that of a place, a name that of a name, an interrogative that of the interrogative.
"""

from __future__ import annotations

import re

from qa_app.follow_up.clauses import (
    afterwards,
    asked_again,
    opens_with_preposition,
    predicate_base,
    statement,
    told_noun,
    without_mark,
)
from qa_app.follow_up.kinds import Phrase
from qa_app.follow_up.phrases import phrases_of
from qa_app.follow_up.question import Asked, take_apart
from qa_app.follow_up.referents import Memory, Turn
from qa_app.follow_up.times import is_shift, shifted, time_spans
from qa_app.follow_up.topics import with_topic
from qa_app.follow_up.words import (
    AUXILIARIES,
    PREPOSITIONS,
    PRONOUNS,
    WH,
    is_base,
    is_past,
)

_ABOUT = re.compile(r"^\s*(?:(?:and|but|so|ok|okay)[,\s]+)*(?:what|how)\s+about\s+", re.IGNORECASE)
_LEAD = re.compile(r"^\s*(?:(?:and|but|so|or|also|ok|okay|well)\b[,\s]*)+", re.IGNORECASE)
_ELSE = re.compile(r"^(?:(?:who|what|where|when|why)(?:m)?\s+else|any(?:thing|one|body)\s+else)$")
_OF_THEM = re.compile(r"\s+of\s+(?:them|these|those|it)$", re.IGNORECASE)
_WHY_NOT = re.compile(r"(why)\s+not\s+(.+)", re.IGNORECASE)
_THEN = frozenset(("then", "next", "after that", "afterwards", "later", "what next", "then what"))
_ANY = frozenset(("any", "anything", "anyone", "anybody"))
_OTHERS = frozenset(("others", "the others", "the other ones", "other ones", "the rest"))
KINDS = ("person", "place", "group", "thing")
ALIKE = 0.55


def completed(question: Asked, memory: Memory) -> str | None:
    """The fragment made whole; None where the question is none."""
    turn = memory.last
    if turn is None:
        return None
    about = _ABOUT.match(question.text)
    bare = without_mark(question.text[about.end() :] if about else _LEAD.sub("", question.text))
    bare = _OF_THEM.sub("", bare)
    if not bare or not (about or _is_fragment(question, bare)):
        return None
    part = take_apart(bare)
    if not part.tokens or any(word in PRONOUNS for word in part.low):
        return None
    if bare.casefold() in _THEN:
        return _then(turn, memory)
    if bare.casefold() in _OTHERS:
        return _else("who else", turn.asked)
    return _whole(bare, part, turn, memory, named=about is not None)


def _whole(bare: str, part: Asked, turn: Turn, memory: Memory, *, named: bool) -> str:
    """The last question with the fragment in it; ``named`` is one that "what about" opened."""
    if is_shift(bare):
        return _shifted(bare, turn, memory)
    if not named and part.low[0] in _ANY:
        there = "Were" if part.low[0] == "any" else "Was"
        return with_topic(
            take_apart(f"{there} there {bare[0].lower()}{bare[1:]}?"), memory, surely=True
        )
    if not named and part.wh[0] < part.wh[1]:
        return _asked_for(bare, part, turn, memory)
    if part.low[0] == "to" and len(part.low) > 1 and is_base(part.low[1]):
        return asked_again(bare, turn.asked, memory.answer(turn))
    return _replaced(bare, part, turn)


def _is_fragment(question: Asked, bare: str) -> bool:
    """Whether the question, conjunctions aside, has no verb of its own."""
    part = take_apart(bare)
    if not part.tokens:
        return False
    if part.low[0] == "to" and WH.intersection(part.low):
        return True
    if any(word in AUXILIARIES for word in part.low):
        return False
    behind = part.low[part.wh[1] :]
    if part.low[0] == "what" and len(part.tokens) > 3:
        return False
    if part.wh[0] < part.wh[1]:
        timed = bool(behind) and any(start == part.tokens[part.wh[1]].start
                                     for start, _ in time_spans(bare))  # fmt: skip
        short = behind[:1] in (["not"], ["of"]) or behind in (
            [],
            ["else"],
            ["exactly"],
            ["so"],
            ["not"],
            ["for"],
            ["from"],
            ["with"],
        )
        verbal = any(is_past(word) for word in part.low[part.wh[0] :])
        return (short or timed) and not verbal
    leads = question.start > 0 or _LEAD.match(question.text) is not None
    verbal = any(is_past(word) and not token.capital
                 for word, token in zip(part.low, part.tokens, strict=True))  # fmt: skip
    started = (
        part.low[0] in ("any", "anything", "anyone", "anybody")
        or opens_with_preposition(part)
        or bool(time_spans(bare))
        or is_shift(bare)
    )
    return not verbal and len(part.tokens) <= 8 and (leads or started)


def _then(turn: Turn, memory: Memory) -> str:
    """What happened after the last question; of a way, where it went on to."""
    asked = turn.asked
    place = memory.focus(turn, "place") if turn.wants == "place" and asked.inverted else None
    if place is not None:
        return f"{without_mark(asked.text)} after {place.text}?"
    moving = {"where", "how"}.intersection(asked.low[slice(*asked.wh)])
    if moving and asked.adverbial and asked.inverted:
        return f"{_without_times(without_mark(asked.text))} after that?"
    return afterwards(asked) or f"{without_mark(asked.text)}, and then?"


def _without_times(text: str) -> str:
    for start, end in reversed(time_spans(text)):
        text = f"{text[:start].rstrip()} {text[end:].lstrip()}".strip()
    return text


def _shifted(bare: str, turn: Turn, memory: Memory) -> str:
    """The last question at a time told from its own: "And a year later?"."""
    text = turn.asked.text
    for start, end in reversed(time_spans(text)):
        moved = shifted(text[start:end], bare)
        if moved is not None:
            return f"{text[:start]}{moved}{text[end:]}"
    asked_when = "when" in turn.asked.low[slice(*turn.asked.wh)]
    answer = memory.answer(turn) if asked_when else turn.answer
    moved = next(
        (m for s, e in time_spans(answer) if (m := shifted(answer[s:e], bare)) is not None), None
    )
    if moved is not None and asked_when:
        return f"What happened {moved}, after {statement(turn.asked)}?"
    return f"{without_mark(text)} {moved or bare}?"


def _asked_for(bare: str, part: Asked, turn: Turn, memory: Memory) -> str:
    """The last question with this interrogative: "Why", "By whom", "How many women"."""
    last = turn.asked
    if not last.is_question:
        return f"{bare} {without_mark(last.text)}?"
    if _ELSE.fullmatch(bare.casefold()):
        return _else(bare, last)
    if part.low[part.wh[1] :] == ["not"] and last.inverted and last.auxiliary is not None:
        subject, rest = last.said(*last.subject), last.said(last.subject[1])
        return f"{bare[:-3].strip()} {last.low[last.auxiliary]} {subject} not {rest}?"
    refused = _WHY_NOT.fullmatch(bare)
    if refused is not None:
        return _why_not(refused[1], refused[2], last)
    fragment = bare
    again = last
    if bare.casefold() in ("how many", "how much", "which") and told_noun(last):
        fragment = f"{bare} {told_noun(last)}"
    if time_spans(bare):
        start, end = time_spans(bare)[-1]
        fragment = bare[:start].strip()
        again = take_apart(_without_times(last.text))
        return f"{without_mark(asked_again(fragment, again))} {bare[start:end]}?"
    subject_wanted = part.adverbial or part.low[0] in PREPOSITIONS
    answer = _short(memory, turn) if subject_wanted and not last.inverted else ""
    return asked_again(fragment, again, answer)


def _why_not(why: str, other: str, last: Asked) -> str:
    """The refusal of one answer: "Why not Saudi Arabia?" after "Which country hosted it?"."""
    if last.inverted or last.auxiliary is not None or not is_past(last.low[last.wh[1]]):
        return f"{why} not {other}: {last.text}"
    return f"{why} did {other} not {predicate_base(last)}?"


def _short(memory: Memory, turn: Turn) -> str:
    phrase = memory.focus(turn, "person") or memory.focus(turn, "group")
    return phrase.text if phrase else ""


def _else(bare: str, last: Asked) -> str:
    words = last.low[slice(*last.wh)]
    if words and (words[0] == bare.casefold().split()[0] or "who" in words):
        return f"{last.said(last.wh[0], last.wh[0] + 1)} else {last.said(last.wh[0] + 1)}?"
    return f"{bare}: {last.text}"


def _replaced(bare: str, part: Asked, turn: Turn) -> str:
    """The last question with this in the place of what is of its kind there."""
    last = turn.asked
    text = without_mark(last.text)
    spans = time_spans(bare)
    if spans and spans[0][0] == 0 and spans[0][1] == len(bare):
        return f"{_with_time(text, bare)}?"
    preposition = part.low[0] if part.low[0] in PREPOSITIONS else ""
    mine = phrases_of(part)
    own = mine[0] if mine else None
    theirs = _counterpart(own, preposition, last)
    if theirs is None:
        if preposition or own is None:
            return f"{text} {bare}?"
        done = _did(bare, last) if last.is_question and own.person >= 0.5 else ""
        theirs = None if done else _only_name(own, last)
    if theirs is None:
        return done or f"{bare}: {text}?"
    first, end = theirs
    return re.sub(r"\b(the) the\b", r"\1", f"{text[:first]}{bare}{text[end:]}?")


def _did(bare: str, last: Asked) -> str:
    """Whether somebody did what the last question asks who did; "" for another question."""
    if last.inverted or last.wh[0] == last.wh[1]:
        return ""
    if last.auxiliary is not None:
        auxiliary = last.low[last.auxiliary].capitalize()
        return f"{auxiliary} {bare} {last.said(last.auxiliary + 1)}?"
    done = predicate_base(last)
    return f"Did {bare} {done}?" if done else ""


def _only_name(own: Phrase, last: Asked) -> tuple[int, int] | None:
    """Where the one name of the last question stands: it may be of the same kind."""
    names = [p for p in phrases_of(last) if p.named and p.role != "asked"]
    place = last.text.find(names[0].text) if len(names) == 1 and own.named else -1
    return (place, place + len(names[0].text)) if place >= 0 else None


def _with_time(text: str, time: str) -> str:
    spans = time_spans(text)
    if not spans:
        return f"{text} {time}"
    start, end = spans[-1]
    old, new = (words.split(maxsplit=1)[0] for words in (text[start:end], time))
    if old.casefold() in PREPOSITIONS and new.casefold() not in PREPOSITIONS:
        time = f"{old} {time}"
    return f"{text[:start]}{time}{text[end:]}"


def _counterpart(own: Phrase | None, preposition: str, last: Asked) -> tuple[int, int] | None:
    """Where in the last question the phrase stands that a fragment takes the place of."""
    if preposition:
        for at, word in enumerate(last.low[:-1]):
            if at < last.wh[1] or word not in PREPOSITIONS:
                continue
            after = _phrase_at(last, at + 1)
            placed = own is not None and own.place >= ALIKE
            alike = after is not None and after.place >= 0.5 if placed else word == preposition
            if after and alike:
                begin = last.tokens[at].start
                return begin, last.text.index(after.text, begin) + len(after.text)
        return None
    if own is None:
        return None
    places: list[tuple[float, int, int]] = []
    for phrase in phrases_of(last):
        place = last.text.find(phrase.text)
        if place >= 0 and phrase.role != "asked":
            places.append((_likeness(own, phrase), place, place + len(phrase.text)))
    best = max(places, default=(0.0, 0, 0), key=lambda each: each[0])
    return best[1:] if best[0] else None


def _likeness(own: Phrase, phrase: Phrase) -> float:
    """How well one phrase takes the other's place; 0 where it does not."""
    if phrase.named is not own.named and min(phrase.person, own.person) < 0.5:
        return 0.0
    alike = max(min(phrase.fit(k), own.fit(k)) for k in KINDS)
    if " and " in phrase.text and phrase.named and own.named:
        alike = 1.0
    if alike < ALIKE and phrase.head != own.head:
        return 0.0
    same = 1.0 if phrase.head == own.head else 0.0
    return alike + same + {"subject": 0.3, "object": 0.2}.get(phrase.role, 0.0)


def _phrase_at(last: Asked, at: int) -> Phrase | None:
    begin = last.tokens[at].start
    return next((p for p in phrases_of(last) if last.text.find(p.text) == begin), None)

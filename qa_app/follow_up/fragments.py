"""Questions without a verb, made whole with the words of the question before; pure.

Enters: a fragment ("And since 2001?", "Why?", "What about Austin?") and the turns before it.
Leaves: a whole question, or None where it is no fragment. Deliberately knows nothing of pronouns.

A fragment takes the place of what is of its own kind in the last question: a time that of a time,
a place that of a place, a name that of a name, an interrogative that of the interrogative.
"""

from __future__ import annotations

import re

from qa_app.follow_up_clauses import asked_again, opens_with_preposition, statement, without_mark
from qa_app.follow_up_phrases import Phrase, phrases_of
from qa_app.follow_up_question import Asked, take_apart
from qa_app.follow_up_referents import Memory, Turn
from qa_app.follow_up_times import is_shift, shifted, time_spans
from qa_app.follow_up_words import (
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
_THEN = frozenset(("then", "next", "after that", "afterwards", "later", "what next", "then what"))
_TOPICAL = frozenset(("asked",))


def completed(question: Asked, memory: Memory) -> str | None:
    """The fragment made whole; None where the question is none."""
    turn = memory.last
    if turn is None:
        return None
    about = _ABOUT.match(question.text)
    bare = without_mark(question.text[about.end() :] if about else _LEAD.sub("", question.text))
    if not bare or not (about or _is_fragment(question, bare)):
        return None
    if bare.casefold() in _THEN:
        return _then(turn)
    part = take_apart(bare)
    if any(word in PRONOUNS for word in part.low):
        return None
    if is_shift(bare):
        return _shifted(bare, turn, memory)
    if part.wh[0] < part.wh[1] and not about:
        return _asked_for(bare, part, turn, memory)
    if part.low[0] == "to" and len(part.low) > 1 and is_base(part.low[1]):
        return asked_again(bare, turn.asked, memory.answer(turn))
    return _replaced(bare, part, turn, memory)


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
    if part.wh[0] < part.wh[1]:
        timed = bool(behind) and any(start == part.tokens[part.wh[1]].start
                                     for start, _ in time_spans(bare))  # fmt: skip
        short = behind in ([], ["else"], ["exactly"], ["so"], ["not"], ["for"], ["from"], ["with"])
        verbal = any(is_past(word) for word in part.low[part.wh[0] :])
        return (short or timed) and not verbal
    leads = question.start > 0 or _LEAD.match(question.text) is not None
    verbal = any(is_past(word) and not token.capital
                 for word, token in zip(part.low, part.tokens, strict=True))  # fmt: skip
    started = opens_with_preposition(part) or bool(time_spans(bare)) or is_shift(bare)
    return not verbal and len(part.tokens) <= 8 and (leads or started)


def _then(turn: Turn) -> str:
    """What happened after the last question."""
    asked = turn.asked
    if asked.adverbial and asked.inverted:
        return f"{_without_times(without_mark(asked.text))} after that?"
    said = statement(asked)
    return f"What happened after {said}?" if said else f"{without_mark(asked.text)}, and then?"


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
        return f"{bare[:-3].strip()} {last.tokens[last.auxiliary].text} {subject} not {rest}?"
    fragment = bare
    again = last
    if time_spans(bare):
        start, end = time_spans(bare)[-1]
        fragment = bare[:start].strip()
        again = take_apart(_without_times(last.text))
        return f"{without_mark(asked_again(fragment, again))} {bare[start:end]}?"
    subject_wanted = not last.inverted and part.adverbial or part.low[0] in PREPOSITIONS
    answer = _short(memory, turn) if subject_wanted and not last.inverted else ""
    return asked_again(fragment, again, answer)


def _short(memory: Memory, turn: Turn) -> str:
    phrase = memory.focus(turn, "person") or memory.focus(turn, "group")
    return phrase.text if phrase else ""


def _else(bare: str, last: Asked) -> str:
    words = last.low[slice(*last.wh)]
    if words and words[0] == bare.casefold().split()[0]:
        return f"{last.said(last.wh[0], last.wh[0] + 1)} else {last.said(last.wh[0] + 1)}?"
    return f"{bare}: {last.text}"


def _replaced(bare: str, part: Asked, turn: Turn, memory: Memory) -> str:
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
        return f"{text}, and {bare}?" if not last.is_question else _of(bare, last, text)
    first, end = theirs
    return f"{text[:first]}{bare}{text[end:]}?"


def _of(bare: str, last: Asked, text: str) -> str:
    """Nothing in the last question is of the fragment's kind: both are asked about together."""
    said = statement(last)
    return f"What about {bare}, and {said}?" if said else f"{text}, and {bare}?"


def _with_time(text: str, time: str) -> str:
    spans = time_spans(text)
    if not spans:
        return f"{text} {time}"
    start, end = spans[-1]
    return f"{text[:start]}{time}{text[end:]}"


def _counterpart(own: Phrase | None, preposition: str, last: Asked) -> tuple[int, int] | None:
    """Where in the last question the phrase stands that a fragment takes the place of."""
    if preposition:
        for at, word in enumerate(last.low[:-1]):
            if at < last.wh[1] or word not in PREPOSITIONS:
                continue
            after = _phrase_at(last, at + 1)
            placed = own and after and own.place >= 0.5 and after.place >= 0.5
            if after and (word == preposition or placed):
                begin = last.tokens[at].start
                return begin, last.text.index(after.text, begin) + len(after.text)
        return None
    if own is None:
        return None
    best: tuple[float, int, int] | None = None
    for phrase in phrases_of(last):
        place = last.text.find(phrase.text)
        if place < 0 or phrase.role == "asked":
            continue
        if phrase.named is not own.named and min(phrase.person, own.person) < 0.5:
            continue
        likeness = sum(phrase.fit(k) * own.fit(k) for k in ("person", "place", "group", "thing"))
        likeness += 1.0 if phrase.head == own.head else 0.0
        likeness += {"subject": 0.3, "object": 0.2}.get(phrase.role, 0.0)
        if likeness >= 0.5 and (best is None or likeness > best[0]):
            best = likeness, place, place + len(phrase.text)
    return best[1:] if best else None


def _phrase_at(last: Asked, at: int) -> Phrase | None:
    begin = last.tokens[at].start
    return next((p for p in phrases_of(last) if last.text.find(p.text) == begin), None)

"""The phrases of a question or an answer: what a conversation has spoken of; pure.

Enters: a question taken apart, or an answer. Leaves: ``Phrase``s in order, each with the part it
plays. Deliberately knows nothing of pronouns or of other questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from qa_app.follow_up.kinds import ADJECTIVE, PLACED, TOWARDS, Phrase, is_plural, make_phrase
from qa_app.follow_up.question import Asked
from qa_app.follow_up.times import time_spans
from qa_app.follow_up.words import (
    DETERMINERS,
    POSSESSIVES,
    PREPOSITIONS,
    Token,
    base_of,
    is_base,
    is_only_verb,
    is_participle,
    is_past,
    tokenize,
    word_set,
)

# Characters of an answer that are looked at.
SAID_AT_MOST = 1000
YEAR_DIGITS = 4
_TITLE_WORDS = 8
_MARKS = frozenset(',;:?!()"“”«»')
_JOINING = word_set("of de van von der bin al el da du la le")
# Prepositions that tie what follows to the noun before them.
_TYING = word_set("of between against with on about for among over to from toward towards into by")
_OWNERS = word_set("his her its their")
_CALLING = word_set("call name consider make find declare label")
_HELPING = word_set("be been was were is are being had has have and")


def phrases_of(asked: Asked) -> list[Phrase]:
    """The phrases of a question, names within longer ones included, without its times."""
    if not asked.is_question and _is_title(asked):
        title = make_phrase(asked.tokens, asked.text, "subject", "")
        return [title] if title is not None else []
    times = time_spans(asked.text)
    found: dict[str, Phrase] = {}
    reached = 0
    for first, last, preposition in _chunks(asked):
        begin = asked.tokens[first].start
        if any(start <= begin < end for start, end in times):
            continue
        role = "inside" if first < reached else _role(asked, first, preposition)
        reached = max(reached, last)
        whole = make_phrase(asked.tokens[first:last], asked.text, role, preposition)
        if asked.low[first] in _OWNERS and whole is None:
            whole = _owned(asked, first, last, role, found)
        if whole is not None and role == "asked" and asked.counted:
            whole = replace(whole, text=f"{whole.text} {asked.counted}")
        if whole is not None:
            found.setdefault(_bare(whole.text), whole)
        for within in _within(asked, first, last):
            found.setdefault(_bare(within.text), within)
        for start, end in _names(asked.tokens[first:last]):
            name = _name_within(asked, first + start, first + end, last)
            if name is not None:
                found.setdefault(_bare(name.text), name)
    return [*found.values()]


def _owned(
    asked: Asked, first: int, last: int, role: str, found: Mapping[str, Phrase]
) -> Phrase | None:
    """What belongs to the subject of the question itself: "Did Swift end | her tour"."""
    owner = next((p for p in found.values() if p.role == "subject"), None)
    if owner is None or last == first + 1:
        return None
    own = make_phrase(asked.tokens[first + 1 : last], asked.text, role, "")
    if own is not None and own.named:
        own = replace(own, person=0.0, thing=1.0)
    return own and replace(own, text=f"{owner.text}'s {own.text}")


def _within(asked: Asked, first: int, last: int) -> Iterator[Phrase]:
    """The noun behind "of" in a longer phrase: "the release of | prisoners"."""
    for at in range(first + 1, last - 1):
        before = asked.tokens[at - 1]
        if asked.low[at] == "of" and (before.text.isupper() or not before.capital):
            end = _noun_end(asked, at + 1, set())
            phrase = make_phrase(asked.tokens[at + 1 : min(end, last)], asked.text, "inside", "")
            if phrase is not None:
                yield phrase


def _is_title(asked: Asked) -> bool:
    """Whether a text is a name and nothing else: all its open words have capitals."""
    open_ = [token for token in asked.tokens if token.open]
    return 0 < len(asked.tokens) <= _TITLE_WORDS and all(token.capital for token in open_)


def _name_within(asked: Asked, start: int, end: int, last: int) -> Phrase | None:
    """A name in a longer phrase; None for the adjective in it."""
    tokens = asked.tokens
    if start == 0 and end == 1 and not _opens_as_name(tokens):
        return None
    follows = end < last and tokens[end].open and not tokens[end - 1].low.endswith("'s")
    if follows and _modifies(tokens, start, end):
        return None
    the = start > 0 and tokens[start - 1].low == "the"
    first = start - 1 if the and not follows else start
    return make_phrase(tokens[first:end], asked.text, "inside", "", determined=the)


def _modifies(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a name is an adjective of the word behind it: "the Russian envoy"."""
    follows = end < len(tokens) and tokens[end].open and not is_past(tokens[end].low)
    return follows and (
        "-" in tokens[start].text or ADJECTIVE.search(tokens[end - 1].text) is not None
    )


def phrases_said(answer: str) -> list[Phrase]:
    """The names in an answer; of a short one without a verb, the whole of it first."""
    tokens = tokenize(answer[:SAID_AT_MOST])
    times = time_spans(answer[:SAID_AT_MOST])
    found = []
    verbal = any(is_past(t.low) and not t.capital for t in tokens) or any(
        t.low in ("is", "are", "was", "were", "has", "had", "have", "will") for t in tokens
    )
    plain = not verbal and not times and not re.search(r"[(),;]", answer)
    if 0 < len(tokens) <= _TITLE_WORDS and plain and tokens[0].low not in PREPOSITIONS:
        whole = make_phrase(tokens, answer, "said", "")
        if whole is not None:
            found.append(whole)
    for start, end in _names(tokens):
        before = tokens[start - 1].low if start else ""
        if start == 0 and end == 1 and not _opens_as_name(tokens):
            continue
        begin = tokens[start].start
        if any(first <= begin < last for first, last in times) or _modifies(tokens, start, end):
            continue
        phrase = make_phrase(tokens[start:end], answer, "said", before)
        if phrase is not None and phrase.text not in {each.text for each in found}:
            found.append(phrase)
    return found


def _opens_as_name(tokens: Sequence[Token]) -> bool:
    """Whether the one capital at the start of a sentence is likely a name's."""
    word = tokens[0]
    again = any(other.text == word.text for other in tokens[1:])
    return word.open and (again or len(tokens) == 1 or is_past(tokens[1].low) or
                          tokens[1].low in ("is", "was", "has", "had", "will"))  # fmt: skip


def _chunks(asked: Asked) -> Iterator[tuple[int, int, str]]:
    """The ranges of noun phrases, each with the preposition before it."""
    tokens, low = asked.tokens, asked.low
    verbs = _verbs(asked)
    at = asked.start
    if asked.adverbial:
        at = asked.wh[1]
    while at < len(tokens):
        if at in verbs or not _can_begin(tokens[at]):
            at += 1
            continue
        end = _noun_end(asked, at, verbs)
        if end > at:
            preposition = low[at - 1] if at and low[at - 1] in PREPOSITIONS else ""
            tied = asked.inverted and asked.subject[0] <= at < asked.subject[1]
            yield at, _with_ties(asked, end, verbs, tied, preposition), preposition
        at = max(end, at + 1)


def _can_begin(token: Token) -> bool:
    return token.open or token.low in DETERMINERS or token.low in POSSESSIVES


def _verbs(asked: Asked) -> set[int]:
    low = asked.low
    behind = asked.subject[1] if asked.inverted else asked.wh[1]
    verbs = {at for at in range(1, len(low)) if low[at - 1] == "to" and is_base(low[at])}
    if behind < len(low) and (asked.is_question or behind > 0):
        word = low[behind]
        if asked.inverted or is_past(word) or is_base(word.removesuffix("s")):
            verbs.add(behind)
    for at, token in enumerate(asked.tokens):
        led = at > 0 and low[at - 1] in _HELPING and not token.capital
        if led and is_participle(token.low) and at >= behind:
            verbs.add(at)
    return verbs


def _noun_end(asked: Asked, first: int, verbs: set[int]) -> int:
    """Where the noun phrase that begins at ``first`` ends, conjoined ones included."""
    tokens, low = asked.tokens, asked.low
    end, calling = first, first and base_of(low[first - 1]) in _CALLING
    while end < len(tokens) and end not in verbs:
        gap = asked.text[tokens[end - 1].end : tokens[end].start] if end > first else ""
        if _MARKS.intersection(gap):
            break
        if end > first and is_only_verb(low[end]) and is_plural(low[end - 1], tokens[:end]):
            break
        if end > first and calling and tokens[end - 1].capital and not tokens[end].capital:
            break  # "called the Taliban | ruthless"
        if tokens[end].open or (low[end] in DETERMINERS | POSSESSIVES and _opens(low, first, end)):
            end += 1
        elif low[end] in ("and", "of", "the") and end > first and end + 1 < len(tokens):
            follows = tokens[end + 1].open or low[end + 1] in DETERMINERS | POSSESSIVES
            if low[end] == "the" or not follows or end + 1 in verbs:
                break
            end += 1
        else:
            break
    return end


def _opens(low: Sequence[str], first: int, at: int) -> bool:
    """Whether a determiner at ``at`` belongs to the phrase: "all the troops", "and his team"."""
    return at == first or low[at - 1] in DETERMINERS | POSSESSIVES | {"and", "of"}


def _with_ties(asked: Asked, end: int, verbs: set[int], tied: bool, preposition: str) -> int:
    """The end with the prepositions that belong to the noun: "the call between A and B"."""
    tokens, low = asked.tokens, asked.low
    times = time_spans(asked.text)
    if tokens[end - 1].capital and not tied:
        return end  # "oust the Taliban | from power"
    while end + 1 < len(tokens) and end not in verbs:
        within = bool(preposition) and preposition not in TOWARDS
        place = (low[end] in PLACED and (tied or within)) or low[end] == "at"
        if preposition in PLACED and low[end] not in PLACED | {"of"}:
            break
        if (low[end] not in _TYING and not place) or preposition in TOWARDS:
            break
        timed = any(start <= tokens[end].start < stop for start, stop in times)
        if timed or end + 1 in verbs or not _can_begin(tokens[end + 1]):
            break
        if tied and end >= asked.subject[1]:
            break
        further = _noun_end(asked, end + 1, verbs)
        if further == end + 1:
            break
        end = further
    return end


def _role(asked: Asked, first: int, preposition: str) -> str:
    if asked.wh[0] <= first < asked.wh[1]:
        return "asked"
    if asked.inverted and asked.subject[0] <= first < asked.subject[1]:
        return "subject"
    if not asked.is_question and first == asked.start:
        return "subject"
    if not preposition:
        return "object"
    towards = preposition in TOWARDS and not asked.tokens[first].capital
    return "place" if preposition in PLACED or towards else "topic"


def _names(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """The ranges of names: capitals, with "of" and the like between them."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(tokens):
        if not (tokens[at].capital and (tokens[at].open or tokens[at].low == tokens[at].text)):
            at += 1
            continue
        end = at + 1
        while end < len(tokens):
            apart = tokens[end].start - tokens[end - 1].end > 1
            if apart or tokens[end - 1].low.endswith("'s"):
                break
            numbered = tokens[end].text.isdecimal() and len(tokens[end].text) < YEAR_DIGITS
            if (tokens[end].capital and tokens[end].open) or numbered:  # "iPhone 15"
                end += 1
                continue
            ahead = end + 1
            while ahead < len(tokens) and tokens[ahead].low in _JOINING:
                ahead += 1
            title = tokens[end - 1].text.isupper()  # "CEO of FTX" is two
            joined = not title and tokens[end].low in _JOINING and ahead < len(tokens)
            if not joined or not (tokens[ahead].capital and tokens[ahead].open):
                break
            end = ahead + 1
        found.append((at, end))
        at = end
    return found


def _bare(text: str) -> str:
    return re.sub(r"^(?:the|a|an)\s+", "", text, flags=re.IGNORECASE)

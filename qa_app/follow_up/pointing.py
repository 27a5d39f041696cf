"""Which words of a question point back, and at what kind of thing: pure.

Enters: a question taken apart. Leaves: ``Pointer``s. Deliberately knows nothing of what was said
before, so that a question that stands alone is seen to without its history.

A pronoun that finds its referent in its own question points nowhere: "Did Biden say when he would
leave?". Nor do the "it" of "Is it true that", the "there" of "Is there", the "that" of "said that",
"these articles", "this week" and "those who".
"""

from __future__ import annotations

from dataclasses import dataclass

from qa_app.follow_up.kinds import Phrase
from qa_app.follow_up.phrases import phrases_of
from qa_app.follow_up.question import Asked
from qa_app.follow_up.words import (
    AUXILIARIES,
    BE,
    HAVE,
    MODAL,
    PREPOSITIONS,
    WH,
    is_only_verb,
    is_past,
    word_set,
)

_MALE = word_set("he him his himself")
_FEMALE = word_set("she her hers herself")
_MANY = word_set("they them their theirs themselves")
_THING = word_set("it its itself")
_OWNING = word_set("his her its their theirs hers")
_BEFORE_CLAUSE = word_set("that to whether if for because who when")
# "Is it true that", "it seems", "does it take".
_IMPERSONAL = word_set(
    """
    true possible likely unlikely clear necessary legal illegal known certain fair right wrong safe
    important easy hard difficult normal common possible raining snowing seems appears takes take
    took because worth okay ok too
    """
)
_HOURS = word_set("time day date year month")
# Texts that are asked, and times that are now: they need no history.
_CLAUSES = WH | word_set("that if whether because although though while")
_AT_HAND = word_set(
    """
    articles documents texts sources news collection passages newspapers stories reports
    year week month day morning evening afternoon century decade time moment
    """
)
_PERIODS = word_set("year week month day time period moment decade season summer winter night")
_OF_THOSE = word_set("who whom which that of in from with whose")
_ORDINALS = word_set(
    "last first next second third previous latest new old other another same main biggest largest"
)
_NEVER_NOUN = PREPOSITIONS | AUXILIARIES | WH | word_set("and or but then now not so true all")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Tokens ``first`` to ``last`` (not included) that point back.

    ``kind`` is person, group, thing, event ("that"), noun ("this album"), place or time.
    ``noun`` is the noun of a "noun"; ``owning`` says that the words are a possessive.
    """

    first: int
    last: int
    kind: str
    owning: bool = False
    female: bool | None = None
    noun: str = ""


def pointers_of(asked: Asked) -> list[Pointer]:
    """The words that point back, in order."""
    found = []
    seen: set[str] = set()
    phrases = phrases_of(asked)
    for at, word in enumerate(asked.low):
        pointer = _pointer(asked, at, word)
        if pointer is None:
            continue
        if pointer.kind in ("person", "group", "thing"):
            if pointer.kind in seen or _bound(asked, at, pointer.kind, phrases):
                seen.add(pointer.kind)
                continue
            seen.add(pointer.kind)
        found.append(pointer)
    return found


def _pointer(asked: Asked, at: int, word: str) -> Pointer | None:
    if word in _MALE or word in _FEMALE:
        owning = word in ("his", "hers") or (word == "her" and _before_noun(asked, at))
        return Pointer(at, at + 1, "person", owning, word in _FEMALE)
    if word in ("this", "that", "these", "those"):
        return _demonstrative(asked, at, word)
    kind = ""
    if word in _MANY:
        kind = "group"
    elif word in _THING and not _impersonal(asked, at):
        kind = "thing"
    elif word == "there" and not _existential(asked, at):
        kind = "place"
    elif word in ("one", "ones") and _word(asked, at - 1) in _ORDINALS:
        kind = "one"
    elif word == "then" and at > asked.start and not (at + 1 < len(asked.low) and at <= 1):
        kind = "time"
    return Pointer(at, at + 1, kind, word in _OWNING) if kind else None


def _word(asked: Asked, at: int) -> str:
    return asked.low[at] if 0 <= at < len(asked.low) else ""


def _before_noun(asked: Asked, at: int) -> bool:
    following = asked.tokens[at + 1] if at + 1 < len(asked.tokens) else None
    return following is not None and following.open and not is_past(following.low)


def _impersonal(asked: Asked, at: int) -> bool:
    """Whether "it" stands for nothing: "Is it true that", "How long did it take to"."""
    if asked.low[at] != "it":
        return False
    word, after = _word(asked, at + 1), _word(asked, at + 2)
    if word in ("seems", "appears", "raining", "snowing") or not word:
        return not word and bool(_HOURS.intersection(asked.low[slice(*asked.wh)]))
    if word in ("that", "because") and _word(asked, at - 1) in BE:
        return True
    if word in ("take", "takes", "took", "mean", "matter"):
        return "to" in asked.low[at + 2 :]
    return word in _IMPERSONAL and after in _BEFORE_CLAUSE and bool(_word(asked, at + 3))


def _existential(asked: Asked, at: int) -> bool:
    before, after = _word(asked, at - 1), _word(asked, at + 1)
    again = _word(asked, at - 2) if before in ("not", "still", "ever", "also") else before
    led = again in BE | MODAL | HAVE and (asked.auxiliary == at - 1 or bool(after))
    if led and after and after not in PREPOSITIONS:
        return True
    counted = bool(asked.wh[1] - asked.wh[0] > 1 and "how" in asked.low[slice(*asked.wh)])
    return after in BE | HAVE | MODAL | {"exist", "exists"} or (counted and again in BE)


def _demonstrative(asked: Asked, at: int, word: str) -> Pointer | None:
    noun = _noun_behind(asked, at)
    if word == "those" and _word(asked, at + 1) in _OF_THOSE:
        return None
    if word == "that" and _conjoins(asked, at, noun is not None):
        return None
    if noun is None:
        return Pointer(at, at + 1, "group" if word in ("these", "those") else "event")
    last, head = noun
    within = _word(asked, at - 1) in ("during", "at", "in", "around")
    if head in _PERIODS and (word == "that" or within):
        now = word == "this" and head not in ("time", "period", "moment")
        return None if now else Pointer(at, last, "period", noun=head)
    at_hand = _AT_HAND.intersection(asked.low[at + 1 : last])
    return None if at_hand else Pointer(at, last, "noun", noun=head)


def _conjoins(asked: Asked, at: int, noun: bool) -> bool:
    """Whether "that" opens a clause: "said that the war is over", but not "won that war"."""
    before, after = _word(asked, at - 1), _word(asked, at + 1)
    if before in BE and _word(asked, at - 2) in ("it", "this"):
        return True
    verbal = any(word in AUXILIARIES or is_past(word) for word in asked.low[at + 1 :])
    if not after or after in PREPOSITIONS | {"too", "also"}:
        return verbal and at > 0 and asked.tokens[at - 1].open and bool(after)
    free = before in AUXILIARIES | PREPOSITIONS or at <= asked.start
    return not free and (verbal or not noun)


def _noun_behind(asked: Asked, at: int) -> tuple[int, str] | None:
    """The end and head of the noun phrase that a demonstrative opens."""
    end = at + 1
    while end < len(asked.tokens) and end - at < 5 and asked.tokens[end].open:
        if (
            is_past(asked.low[end])
            or is_only_verb(asked.low[end])
            or (asked.inverted and end == asked.subject[1])
        ):
            break
        end += 1
    if end == at + 1 or asked.low[at + 1] in _NEVER_NOUN:
        return None
    return end, asked.low[end - 1]


def _bound(asked: Asked, at: int, kind: str, phrases: list[Phrase]) -> bool:
    """Whether something before a pronoun, in its own question, can be what it stands for."""
    if asked.inverted and asked.subject[0] <= at < asked.subject[1]:
        head = asked.subject[0] == at
        return not head and _fits_before(asked, at, kind, phrases)
    if not asked.inverted and asked.wh[0] < asked.wh[1]:
        words = asked.low[slice(*asked.wh)]
        if kind == "person" and "who" in words:
            verb = asked.low[asked.wh[1]] if asked.wh[1] < len(asked.low) else ""
            reflexive = asked.low[at] in ("his", "her", "himself", "herself")
            clause = any(word in WH | {"that"} for word in asked.low[asked.wh[1] : at])
            return bool(verb) and (clause or (reflexive and asked.auxiliary is None))
    return _fits_before(asked, at, kind, phrases)


def _fits_before(asked: Asked, at: int, kind: str, phrases: list[Phrase]) -> bool:
    begin = asked.tokens[at].start
    female = asked.low[at] in _FEMALE if kind == "person" else None
    # Within one clause only a possessive can mean another phrase of it.
    subject = _word(asked, at + 1) in AUXILIARIES or is_past(_word(asked, at + 1))
    parted = any(word in _CLAUSES for word in asked.low[max(asked.wh[1], 1) : at])
    if asked.low[at] not in _OWNING and not subject and not parted:
        return False
    for phrase in phrases:
        place = asked.text.find(phrase.text)
        if phrase.role == "asked" or not 0 <= place < begin:
            continue
        adjacent = not asked.text[place + len(phrase.text) : begin].strip()
        other = female is not None and phrase.female is (not female)
        if adjacent or other:  # "the actress he dated"
            continue
        if kind == "group" and (phrase.plural or phrase.group >= 0.7):
            return True
        if kind == "person" and phrase.person >= 0.5:
            return True
        if kind == "thing" and not phrase.plural and max(phrase.thing, phrase.group) >= 0.6:
            return True
    return False

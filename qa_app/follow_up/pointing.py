"""Which words of a question point back, and at what kind of thing: pure.

Enters: a question taken apart. Leaves: ``Pointer``s. Deliberately knows nothing of what was said
before, so that a question that stands alone is seen to without its history.

A pronoun that finds its referent in its own question points nowhere: "Did Biden say when he would
leave?". Nor do the "it" of "Is it true that", the "there" of "Is there", the "that" of "said that",
"these articles", "this week" and "those who".
"""

from __future__ import annotations

from dataclasses import dataclass

from qa_app.follow_up_phrases import Phrase, phrases_of
from qa_app.follow_up_question import Asked
from qa_app.follow_up_words import (
    AUXILIARIES,
    BE,
    HAVE,
    MODAL,
    PREPOSITIONS,
    WH,
    is_only_verb,
    is_past,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MALE = _words("he him his himself")
_FEMALE = _words("she her hers herself")
_MANY = _words("they them their theirs themselves")
_THING = _words("it its itself")
_OWNING = _words("his her its their theirs hers")
_BEFORE_CLAUSE = _words("that to whether if for because who when")
# "Is it true that", "it seems", "does it take".
_IMPERSONAL = _words(
    """
    true possible likely unlikely clear necessary legal illegal known certain fair right wrong safe
    important easy hard difficult normal common possible raining snowing seems appears takes take
    took because worth okay ok too
    """
)
_HOURS = _words("time day date year month")
# Texts that are asked, and times that are now: they need no history.
_CLAUSES = WH | _words("that if whether because although though while")
_AT_HAND = _words(
    """
    articles documents texts sources news collection passages newspapers stories reports
    year week month day morning evening afternoon century decade time moment
    """
)
_OF_THOSE = _words("who whom which that of in from with whose")
_ORDINALS = _words(
    "last first next second third previous latest new old other another same main biggest largest"
)
_NEVER_NOUN = PREPOSITIONS | AUXILIARIES | WH | _words("and or but then now not so true all")


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
        owning = word == "his" or word == "hers" or (word == "her" and _before_noun(asked, at))
        return Pointer(at, at + 1, "person", owning, word in _FEMALE)
    if word in _MANY:
        return Pointer(at, at + 1, "group", word in _OWNING)
    if word in _THING:
        return None if _impersonal(asked, at) else Pointer(at, at + 1, "thing", word in _OWNING)
    if word in ("this", "that", "these", "those"):
        return _demonstrative(asked, at, word)
    if word == "there":
        return None if _existential(asked, at) else Pointer(at, at + 1, "place")
    if word in ("one", "ones") and _word(asked, at - 1) in _ORDINALS:
        return Pointer(at, at + 1, "one")
    if word == "then" and at > asked.start and not (at + 1 < len(asked.low) and at <= 1):
        return Pointer(at, at + 1, "time")
    return None


def _word(asked: Asked, at: int) -> str:
    return asked.low[at] if 0 <= at < len(asked.low) else ""


def _before_noun(asked: Asked, at: int) -> bool:
    following = asked.tokens[at + 1] if at + 1 < len(asked.tokens) else None
    return following is not None and following.open and not is_past(following.low)


def _impersonal(asked: Asked, at: int) -> bool:
    """Whether "it" stands for nothing: "Is it true that", "What time is it", "How long did it take"."""
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
    before, after = _word(asked, at - 1), _word(asked, at + 1)
    following = asked.tokens[at + 1] if after else None
    if word == "those" and after in _OF_THOSE:
        return None
    noun = _noun_behind(asked, at)
    if word == "that":
        free = before in AUXILIARIES | PREPOSITIONS or at <= asked.start
        if before in BE and _word(asked, at - 2) in ("it", "this"):
            return None
        if not free and (following is not None and after not in PREPOSITIONS | {"too", "also"}):
            return None
        if at and asked.tokens[at - 1].open and after in PREPOSITIONS and _later_verb(asked, at):
            return None
    if noun is not None:
        last, head = noun
        return None if head in _AT_HAND else Pointer(at, last, "noun", noun=head)
    if word in ("these", "those"):
        return Pointer(at, at + 1, "group")
    return Pointer(at, at + 1, "event")


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


def _later_verb(asked: Asked, at: int) -> bool:
    return any(word in AUXILIARIES or is_past(word) for word in asked.low[at + 1 :])


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
    # Within one clause only a possessive can mean another phrase of it.
    subject = _word(asked, at + 1) in AUXILIARIES or is_past(_word(asked, at + 1))
    parted = any(word in _CLAUSES for word in asked.low[max(asked.wh[1], 1) : at])
    if asked.low[at] not in _OWNING and not subject and not parted:
        return False
    for phrase in phrases:
        place = asked.text.find(phrase.text)
        if phrase.role == "asked" or not 0 <= place < begin:
            continue
        if kind == "group" and (phrase.plural or phrase.group >= 0.7):
            return True
        if kind == "person" and phrase.person >= 0.5:
            return True
        if kind == "thing" and not phrase.plural and max(phrase.thing, phrase.group) >= 0.6:
            return True
    return False

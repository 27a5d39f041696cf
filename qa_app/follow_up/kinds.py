"""Whether words can name a person, a place, a group or a thing: pure.

Enters: the tokens of one phrase. Leaves: a ``Phrase``. Deliberately knows nothing of where in a
question it stands, but for the part it plays there.

What a phrase can be is read off its words: titles and nouns for persons, countries, prepositions
of place, plurals. A name that nothing tells apart may be anything.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass

from embeddings.countries import mentions
from qa_app.follow_up.words import (
    DETERMINERS,
    POSSESSIVES,
    PREPOSITIONS,
    Token,
    is_participle,
    word_set,
)

Kinds = tuple[float, float, float, float]


_TITLES = word_set(
    """
    mr mrs ms miss sir lord lady dr prof professor president minister secretary general gen
    colonel col captain major lieutenant sergeant admiral king queen prince princess pope mullah
    ayatollah imam sheikh judge justice senator sen representative rep governor gov mayor
    chancellor ambassador envoy commander director chairman congressman congresswoman
    """
)
_PERSONS = _TITLES | word_set(
    """
    man woman boy girl person spokesman spokeswoman spokesperson leader rival chief chair
    chairwoman head deputy author writer journalist reporter editor officer official soldier
    singer actor actress player coach artist musician lawyer doctor teacher father mother son
    daughter brother sister wife husband friend founder co-founder candidate winner suspect
    victim analyst expert economist scientist activist fighter negotiator representative
    executive owner manager adviser advisor premier politician lawmaker
    """
)
_FEMALE = word_set(
    "mrs ms miss lady queen princess woman girl spokeswoman chairwoman actress mother daughter "
    "sister wife congresswoman"
)
_MALE = word_set(
    "mr sir lord king prince pope man boy spokesman father son brother husband congressman "
    "mullah ayatollah imam sheikh"
)
_GROUPS = word_set(
    """
    group team government army delegation police band company party family forces force military
    side sides regime administration committee council court union club staff public crew
    ministry agency media press coalition movement organisation organization troops
    """
)
_PLACES = word_set(
    """
    city country town village province region state capital district island airport place area
    street square border river building house
    """
)
_PLURALS = word_set("people men women children police troops media data forces")
_ORGANISED = word_set(
    """
    party university ministry times post army company inc council court house committee union
    agency institute bank church club association organisation organization department office
    press group command corps senate congress parliament league movement news foundation
    """
)
PLACED = word_set("in at into near within across around throughout")
TOWARDS = frozenset(("to", "from"))
# Demonyms, less the countries that end alike.
ADJECTIVE = re.compile(
    r"(?<!Ir)(?<!Jap)(?<!Sud)(?<!Om)(?<!Jord)(?<!st)(?<!Leban)(?<!Del)(?<!Hait)(?<!Fij)"
    r"(?:an|ese|ish|nch|[aq]i|eli)s?$"
)
# Nouns that say little of what they stand for, and openings of phrases that stand for nothing yet.
_VAGUE = word_set(
    """
    aspect thing way reason name kind part lot fact information idea example result view problem
    detail type sort something anything number date place
    """
)
_UNKNOWN = word_set("a an any other another no more such each every many much some most")
_POINTING = word_set("many much that this these those")
_CALENDAR = re.compile(rf"(?:{'|'.join(calendar.month_name[1:])}|\d+(?:st|nd|rd|th|s)?)", re.I)
_SINGULAR_S = re.compile(r"(?:ss|us|is|ics|news)$")
_ASKED = re.compile(r"^(?:a|an|any|some|no|which|what)\b", re.IGNORECASE)
_OWNED = re.compile(r"(?:'s|’s)$")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that name or describe something.

    ``kinds`` say how well it can be a person, place, group or thing, each in [0, 1]. ``role`` is
    subject, object, place, topic, asked (the noun of "which noun"), inside (of a longer phrase)
    or said (in an answer). ``female`` is None where the words do not tell.
    """

    text: str
    head: str
    role: str
    person: float = 0.0
    place: float = 0.0
    group: float = 0.0
    thing: float = 0.0
    plural: bool = False
    named: bool = False
    female: bool | None = None

    def fit(self, kind: str) -> float:
        """How well it can be of a kind."""
        value: float = getattr(self, kind)
        return value


def make_phrase(
    tokens: Sequence[Token], text: str, role: str, preposition: str, *, determined: bool = False
) -> Phrase | None:
    """A phrase of these tokens.

    Args:
        tokens: at least one.
        text: what they are of.
        role: the part it plays there.
        preposition: the word before it where that is one, else "".
        determined: whether "the" stands before it, though it is not of the tokens.

    Returns:
        None for a number, a date, a lone adjective, or what belongs to somebody unknown.
    """
    if tokens[0].low in _POINTING and len(tokens) > 1:
        tokens = tokens[1:]
    words = [token.low for token in tokens]
    open_ = [token for token in tokens if token.open]
    if words[0] in POSSESSIVES:
        return None  # whose it is was not understood
    if not open_ or all(_CALENDAR.fullmatch(token.text) for token in open_):
        return None
    core = _core(tokens)
    named = all(token.capital or token.text.isdecimal() for token in core)
    conjoined = any(t.low == "and" and t.start < core[-1].start for t in tokens)
    head = core[-1].low.removesuffix("'s")
    plural = conjoined or is_plural(head, core)
    if named:
        the = determined or words[0] in DETERMINERS
        kinds = _name_kinds(core, plural, conjoined, preposition, the)
    else:
        weight = _weight(tokens, head, plural, role)
        noun = (0.0, 0.0, 1.0, 0.2) if conjoined else _noun_kinds(head, plural, core)
        kinds = (weight * noun[0], weight * noun[1], weight * noun[2], weight * noun[3])
        if not weight:
            return None
    written = _OWNED.sub("", text[tokens[0].start : tokens[-1].end])
    written = written if role == "said" else _ASKED.sub("the", written)
    return Phrase(written, head, role, *kinds, plural, named, _female(words))


def _female(words: Sequence[str]) -> bool | None:
    low = {word.strip(".") for word in words}
    return True if low & _FEMALE else False if low & _MALE else None


def _weight(tokens: Sequence[Token], head: str, plural: bool, role: str) -> float:
    """How well a common noun can be meant again; 0 where it cannot."""
    first, alone = tokens[0].low, len(tokens) == 1
    if alone and not plural and (is_participle(head) or role == "object"):
        return 0.0
    weight = 0.2 if head.removesuffix("s") in _VAGUE else 1.0
    if first in _UNKNOWN and role not in ("said", "asked"):
        return weight * 0.5
    if len(tokens) == 2 and first in DETERMINERS:
        return weight * 0.7  # "the band" is itself something said before
    return weight * 0.8 if role == "asked" and alone else weight


def _core(tokens: Sequence[Token]) -> list[Token]:
    """The open words before the first tie: their last is the head."""
    core: list[Token] = []
    for token in tokens:
        if core and token.low in PREPOSITIONS and token.low != "of":
            break
        if core and token.low == "of" and not token.capital:
            break
        if token.open:
            core.append(token)
    return core


def is_plural(head: str, core: Sequence[Token]) -> bool:
    """Whether a head, the last of these words, is a plural by its form."""
    if core[-1].capital and len(core) > 1 and not core[0].capital:
        return False
    ends = head.endswith("s") and not _SINGULAR_S.search(head) and not head.endswith("'s")
    return head in _PLURALS or (ends and not core[-1].capital)


def _name_kinds(
    core: Sequence[Token], plural: bool, conjoined: bool, preposition: str, the: bool
) -> Kinds:
    """Person, place, group and thing, of a name."""
    whole = _OWNED.sub("", " ".join(token.text for token in core))
    countries = mentions(whole)
    if len(countries) == 1 and countries[0].words == whole:
        people = plural or (ADJECTIVE.search(whole) and whole.endswith("s"))
        return (0.0, 0.0, 1.0, 0.1) if people else (0.0, 1.0, 0.7, 0.7)
    titled = len(core) > 1 and any(token.low.strip(".") in _TITLES for token in core)
    if conjoined or titled:
        return (0.2, 0.1, 1.0, 0.1) if conjoined else (1.0, 0.0, 0.1, 0.1)
    if core[-1].low in _ORGANISED or (core[0].text.isupper() and len(core[0].text) > 1):
        return 0.0, 0.4, 0.8, 0.7
    numbered = any(token.text.isdecimal() for token in core)  # "the 2022 World Cup"
    if numbered or the:
        return (0.0, 0.1, 0.3, 1.0) if numbered else (0.05, 0.4, 0.9, 0.6)
    person = 0.95 if len(core) > 1 else 0.8
    if preposition in PLACED:
        return person - 0.45, 0.7, 0.4, 0.5
    return (person - 0.2, 0.5, 0.4, 0.5) if preposition in TOWARDS else (person, 0.25, 0.4, 0.5)


def _noun_kinds(head: str, plural: bool, core: Sequence[Token]) -> Kinds:
    """Person, place, group and thing, of a phrase whose head is a common noun."""
    singular = head.removesuffix("s") if plural else head
    if singular in _PERSONS or head in _PERSONS:
        return (0.0 if plural else 1.0), 0.0, (1.0 if plural else 0.1), 0.05
    if head in _GROUPS:
        return 0.0, 0.1, (1.0 if plural else 0.7), (0.1 if plural else 0.6)
    if head in _PLACES or singular in _PLACES:
        return 0.0, 0.9, 0.4 if plural else 0.2, 0.7
    if core[-1].capital and len(core) > 1:
        titled = any(token.low.strip(".") in _TITLES for token in core)
        return (0.9, 0.0, 0.1, 0.1) if titled else (0.5, 0.3, 0.5, 0.6)
    return 0.0, 0.05, (0.9 if plural else 0.15), (0.3 if plural else 1.0)

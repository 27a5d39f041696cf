"""The persons, places, groups and things that a text speaks of: pure.

Enters: a question taken apart, or an answer. Leaves: ``Phrase``s in order, each with what it can
be and the part it plays. Deliberately knows nothing of pronouns or of other questions.

What a phrase is, is read off its words: titles and nouns for persons, countries, prepositions of
place, plurals. A name that nothing tells apart may be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from embeddings.countries import mentions
from qa_app.follow_up_question import Asked
from qa_app.follow_up_times import time_spans
from qa_app.follow_up_words import (
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
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    """
    mr mrs ms miss sir lord lady dr prof professor president minister secretary general gen
    colonel col captain major lieutenant sergeant admiral king queen prince princess pope mullah
    ayatollah imam sheikh judge justice senator sen representative rep governor gov mayor
    chancellor ambassador envoy commander director chairman congressman congresswoman
    """
)
_PERSONS = _TITLES | _words(
    """
    man woman boy girl person spokesman spokeswoman spokesperson leader rival chief chair
    chairwoman head deputy author writer journalist reporter editor officer official soldier
    singer actor actress player coach artist musician lawyer doctor teacher father mother son
    daughter brother sister wife husband friend founder co-founder candidate winner suspect
    victim analyst expert economist scientist activist fighter negotiator representative
    executive owner manager adviser advisor premier politician lawmaker one
    """
)
_FEMALE = _words(
    "mrs ms miss lady queen princess woman girl spokeswoman chairwoman actress mother daughter "
    "sister wife congresswoman"
)
_MALE = _words(
    "mr sir lord king prince pope man boy spokesman father son brother husband congressman "
    "mullah ayatollah imam sheikh"
)
_GROUPS = _words(
    """
    group team government army delegation police band company party family forces force military
    side sides regime administration committee council court union club staff public crew
    ministry agency media press coalition movement organisation organization troops
    """
)
_PLACES = _words(
    """
    city country town village province region state capital district island airport place area
    street square border river building house
    """
)
_PLURALS = _words("people men women children police troops media data forces")
_ORGANISED = _words(
    """
    party university ministry times post army company inc council court house committee union
    agency institute bank church club association organisation organization department office
    press group command corps senate congress parliament league movement news foundation
    """
)
_JOINING = _words("of the de van von der bin al el da du la le")
# Prepositions that tie what follows to the noun before them.
_TYING = _words("of between against with on about for among over to from toward towards into by")
_PLACED = _words("in at into near within across around throughout")
# Demonyms, less the countries that end alike.
_ADJECTIVE = re.compile(r"(?<!Ir)(?<!Jap)(?<!Sud)(?<!Om)(?<!Jord)(?<!st)(?<!Leban)"
                        r"(?<!Del)(?<!Hait)(?<!Fij)(?:an|ese|ish|nch|[aq]i|eli)s?$")  # fmt: skip
_CALLING = _words("call name consider make find declare label")
_SINGULAR_S = re.compile(r"(?:ss|us|is|ics|news)$")


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


def phrases_of(asked: Asked) -> list[Phrase]:
    """The phrases of a question, names within longer ones included, without its times."""
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
        if whole is not None and role == "asked" and asked.counted:
            whole = replace(whole, text=f"{whole.text} {asked.counted}")
        if whole is not None:
            found.setdefault(_bare(whole.text), whole)
        for start, end in _names(asked.tokens[first:last]):
            name = _name_within(asked, first + start, first + end, last)
            if name is not None:
                found.setdefault(_bare(name.text), name)
    return [*found.values()]


def _name_within(asked: Asked, start: int, end: int, last: int) -> Phrase | None:
    """A name in a longer phrase; None for the adjective in it."""
    tokens = asked.tokens
    follows = end < last and tokens[end].open and not tokens[end - 1].low.endswith("'s")
    if follows and ("-" in tokens[start].text or _ADJECTIVE.search(tokens[end - 1].text)):
        return None
    the = start > 0 and tokens[start - 1].low == "the"
    first = start - 1 if the and not follows else start
    return make_phrase(tokens[first:end], asked.text, "inside", "", determined=the)


def phrases_said(answer: str) -> list[Phrase]:
    """The names in an answer; of a short one without a verb, the whole of it first."""
    tokens = tokenize(answer)
    found = []
    verbal = any(is_past(t.low) and not t.capital for t in tokens) or any(
        t.low in ("is", "are", "was", "were", "has", "had", "have", "will") for t in tokens
    )
    if 0 < len(tokens) <= 8 and not verbal and tokens[0].low not in PREPOSITIONS:
        whole = make_phrase(tokens, answer, "said", "")
        if whole is not None:
            found.append(whole)
    for start, end in _names(tokens):
        before = tokens[start - 1].low if start else ""
        if start == 0 and end == 1 and not _opens_as_name(tokens):
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
        early = at and low[at - 1] in ("be", "been", "was", "were", "is", "are", "being", "had",
                                       "has", "have", "and") and not token.capital  # fmt: skip
        if early and is_participle(token.low) and at >= behind:
            verbs.add(at)
    return verbs


def _noun_end(asked: Asked, first: int, verbs: set[int]) -> int:
    """Where the noun phrase that begins at ``first`` ends, conjoined ones included."""
    tokens, low = asked.tokens, asked.low
    end, calling = first, first and base_of(low[first - 1]) in _CALLING
    while end < len(tokens) and end not in verbs:
        gap = asked.text[tokens[end - 1].end : tokens[end].start] if end > first else ""
        if any(mark in gap for mark in ",;:?!()"):
            break
        if end > first and is_only_verb(low[end]) and _is_plural(low[end - 1], tokens[:end]):
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
    """The end with the prepositional phrases that belong to the noun: "the call between A and B"."""
    tokens, low = asked.tokens, asked.low
    times = time_spans(asked.text)
    while end + 1 < len(tokens) and end not in verbs:
        within = preposition not in ("", "to", "from") and preposition not in _PLACED
        place = (low[end] in _PLACED and (tied or within)) or low[end] == "at"
        if (
            (low[end] not in _TYING and not place)
            or preposition in _PLACED
            or preposition in ("to", "from")
        ):
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
    return "place" if preposition in _PLACED or preposition in ("to", "from") else "topic"


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
            if tokens[end].capital and tokens[end].open:
                end += 1
                continue
            ahead = end + 1
            while ahead < len(tokens) and tokens[ahead].low in _JOINING:
                ahead += 1
            joined = tokens[end].low in _JOINING - {"the"} and ahead < len(tokens)
            if not joined or not (tokens[ahead].capital and tokens[ahead].open):
                break
            end = ahead + 1
        found.append((at, end))
        at = end
    return found


def _bare(text: str) -> str:
    return re.sub(r"^(?:the|a|an)\s+", "", text, flags=re.IGNORECASE)


def make_phrase(
    tokens: Sequence[Token], text: str, role: str, preposition: str, *, determined: bool = False
) -> Phrase | None:
    """A phrase of these tokens; None for a lone adjective of a country, a number or a pronoun."""
    if tokens[0].low in ("many", "much") and len(tokens) > 1:
        tokens = tokens[1:]
    words = [token.low for token in tokens]
    open_ = [token for token in tokens if token.open]
    if not open_ or all(token.text.isdecimal() for token in open_):
        return None
    written = text[tokens[0].start : tokens[-1].end]
    core = _core(tokens)
    head = core[-1].low.removesuffix("'s")
    named = all(token.capital for token in core)
    conjoined = any(t.low == "and" and t.start < core[-1].start for t in tokens)
    plural = conjoined or _is_plural(head, core)
    titled = not _TITLES.isdisjoint(word.strip(".") for word in words)
    possible = _kinds(tokens, core, named, plural, conjoined, titled, preposition, determined)
    if possible is None:
        return None
    low = {word.strip(".") for word in words}
    female = True if low & _FEMALE else False if low & _MALE else None
    if words[0] in ("a", "an", "any", "some", "no", "which", "what") and role != "said":
        written = "the" + written[len(tokens[0].text) :]
    written = re.sub(r"(?:'s|’s)$", "", written)
    return Phrase(written, head, role, *possible, plural, named, female)


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


def _is_plural(head: str, core: Sequence[Token]) -> bool:
    if core[-1].capital and len(core) > 1 and not core[0].capital:
        return False
    ends = head.endswith("s") and not _SINGULAR_S.search(head) and not head.endswith("'s")
    return head in _PLURALS or (ends and not core[-1].capital)


def _kinds(  # noqa: PLR0913 (each a sign of its own)
    tokens: Sequence[Token],
    core: Sequence[Token],
    named: bool,
    plural: bool,
    conjoined: bool,
    titled: bool,
    preposition: str,
    determined: bool,
) -> tuple[float, float, float, float] | None:
    """Person, place, group and thing; None where it is no phrase by itself."""
    head = core[-1].low
    the = determined or tokens[0].low in DETERMINERS
    if not named:
        return _noun_kinds(head, plural, titled, conjoined, core)
    whole = " ".join(token.text for token in core)
    countries = mentions(whole)
    if len(countries) == 1 and countries[0].words == whole.removesuffix("'s").removesuffix("’s"):
        if plural or (_ADJECTIVE.search(whole) and whole.endswith("s")):
            return 0.0, 0.0, 1.0, 0.1
        return 0.0, 1.0, 0.7, 0.6
    if conjoined:
        return 0.2, 0.1, 1.0, 0.1
    if titled and len(core) > 1:
        return 1.0, 0.0, 0.1, 0.1
    if head in _ORGANISED or core[0].text.isupper() and len(core[0].text) > 1:
        return 0.0, 0.4, 0.8, 0.7
    if the:
        return 0.05, 0.4, 0.9, 0.6
    placed = 0.7 if preposition in _PLACED or preposition in ("to", "from") else 0.25
    if len(core) > 1:
        return 0.95 if placed < 0.5 else 0.5, placed, 0.4, 0.5
    return 0.8 if placed < 0.5 else 0.35, placed, 0.45, 0.5


def _noun_kinds(
    head: str, plural: bool, titled: bool, conjoined: bool, core: Sequence[Token]
) -> tuple[float, float, float, float]:
    """The kinds of a phrase whose head is a common noun."""
    if conjoined:
        return 0.0, 0.0, 1.0, 0.2
    singular = head.removesuffix("s") if plural else head
    if singular in _PERSONS or head in _PERSONS:
        return (0.0 if plural else 1.0), 0.0, (1.0 if plural else 0.1), 0.05
    if head in _GROUPS:
        return 0.0, 0.1, (1.0 if plural else 0.7), (0.1 if plural else 0.6)
    if head in _PLACES or singular in _PLACES:
        return 0.0, 0.9, 0.4 if plural else 0.2, 0.7
    capital = core[-1].capital and len(core) > 1
    if capital and titled:
        return 0.9, 0.0, 0.1, 0.1
    if capital:
        return 0.5, 0.3, 0.5, 0.6
    return 0.0, 0.05, (0.9 if plural else 0.15), (0.3 if plural else 1.0)

"""The words that a question is made of: closed classes of English, and the forms of its verbs.

Enters: a text or a word. Leaves: ``Token``s with offsets, and what a word may be by its form.
Deliberately knows nothing of questions or conversations.

What is in none of the closed classes is "open": a noun, an adjective, a name or a verb. Verbs are
told apart by the tables below and by their endings, which is right often enough to find where the
subject of a question ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[-'’.,&/][^\W_]+)*")


def word_set(text: str) -> frozenset[str]:
    """The words of a text that is a list of them."""
    return frozenset(text.split())


WH = word_set("what which who whom whose when where why how")
BE = word_set("is are was were am be been being")
HAVE = word_set("has have had")
DO = word_set("do does did")
MODAL = word_set("will would can could may might shall should must")
AUXILIARIES = BE | HAVE | DO | MODAL
PREPOSITIONS = word_set(
    """
    in on at to from of by for with about during after before since until till between against
    under over through into onto near within without among across behind toward towards despite
    via as than like upon below above beside besides along around outside inside off out up down
    concerning regarding per
    """
)
DETERMINERS = word_set(
    "the a an this that these those some any no every each all both many several most such another"
)
POSSESSIVES = word_set("his her its their my your our whose")
PRONOUNS = word_set(
    """
    he she it they him them hers theirs himself herself itself themselves i you we me us there
    anyone anybody anything someone somebody something everyone everybody everything nobody nothing
    none
    """
)
CONJUNCTIONS = word_set("and or but nor because while although though if whether so yet that")
ADVERBS = word_set(
    """
    not also too already ever never again still just only even more most less least very quite then
    there here now later earlier afterwards afterward before instead else next soon once twice
    exactly actually really finally first recently currently today yesterday tomorrow as away back
    together together anyway well
    """
)
LEADS = word_set("and but so or also okay ok well now then")

# Base, past, participle; one word where all are regular but the stem.
_IRREGULAR = """
be was been; become became become; begin began begun; bring brought brought; build built built;
buy bought bought; catch caught caught; choose chose chosen; come came come; cost cost cost;
cut cut cut; deal dealt dealt; do did done; draw drew drawn; drive drove driven; eat ate eaten;
fall fell fallen; feel felt felt; fight fought fought; find found found; flee fled fled;
fly flew flown; forbid forbade forbidden; forget forgot forgotten; get got got; give gave given;
go went gone; grow grew grown; have had had; hear heard heard; hide hid hidden; hit hit hit;
hold held held; hurt hurt hurt; keep kept kept; know knew known; lay laid laid; lead led led;
learn learned learned; leave left left; lend lent lent; let let let; lose lost lost;
make made made; mean meant meant; meet met met; overthrow overthrew overthrown; pay paid paid;
put put put; read read read; ride rode ridden; ring rang rung; rise rose risen; run ran run;
say said said; see saw seen; seek sought sought; sell sold sold; send sent sent; set set set;
shake shook shaken; shoot shot shot; show showed shown; shut shut shut; sing sang sung;
sink sank sunk; sit sat sat; sleep slept slept; speak spoke spoken; spend spent spent;
split split split; spread spread spread; stand stood stood; steal stole stolen;
strike struck struck; swear swore sworn; swim swam swum; take took taken; teach taught taught;
tear tore torn; tell told told; think thought thought; throw threw thrown;
understand understood understood; wake woke woken; wear wore worn; win won won;
withdraw withdrew withdrawn; write wrote written; undergo underwent undergone;
undertake undertook undertaken; oversee oversaw overseen; quit quit quit; bear bore born
"""
_FORMS = [tuple(line.split()) for line in _IRREGULAR.split(";")]
_PAST = {base: past for base, past, _ in _FORMS}
_BASE_OF_PAST = {past: base for base, past, _ in _FORMS}
_BASE_OF_PARTICIPLE = {participle: base for base, _, participle in _FORMS}
_REGULAR = """
abandon accept accuse achieve acknowledge act add address admit adopt agree allow announce answer
appear appoint approve argue arrange arrest arrive ask attack attempt attend avoid back ban base
believe belong blame block bomb call campaign capture carry cause cease celebrate change charge
claim close collapse comment compare compete complain complete condemn confirm consider contain
continue contribute control convince coordinate create criticise criticize cross declare decide
defeat defend delay demand deny depart depend deploy describe design destroy develop die direct
disagree discover discuss dismiss earn elect emerge employ encourage end enter escape establish
evacuate evict evolve exist expand expect explain express extend face fail favor favour file fire
focus follow force form found gain happen hate help host hope identify ignore impose improve
include increase influence inform insist instigate intend introduce invade invest investigate
invite issue join kill lament last launch lift like list live look love manage mark marry mention
move name need negotiate note obtain occur offer open operate oppose order organise organize oust
own participate pass perform persecute plan play pledge predict prepare present preside prevent
proclaim produce promise propose protect protest prove provide publish pull punish pursue push
raise reach react reappear receive recognise recognize record reduce refuse regain reject relate
release rely relocate remain remark remember remove repeat replace reply report represent request
require resign resist resolve respond result resume retire return reveal review rule say schedule
seem serve settle share sign start state stay stop study succeed suffer suggest support suppose
surrender survive suspect suspend talk target tell testify thank threaten tour trade train travel
treat trust try turn tweet unite urge use value view visit vote vow wait walk want warn wish
withhold witness work worry wound
"""
BASES = frozenset(_PAST) | word_set(_REGULAR)
# Bases that are as often nouns: alone they are no sign of a verb.
_NOUNABLE = word_set(
    """
    address answer attack ban base call campaign capture cause change charge claim comment control
    cost cut deal defeat delay demand design drive end escape fall favor favour fight fire focus
    force help hold hope host influence issue launch lead lift list look love mark move name need
    note offer order plan play pledge promise protest push raise record release report request
    result return review rise rule run share show sign stand start state stay stop strike study
    support talk target tour trade train travel trust turn use value view visit vote vow walk
    witness work worry wound
    """
)
# Nouns that "-ing" and "-ation" do not make.
_NOMINAL = """
agree agreement; announce announcement; appoint appointment; approve approval; arrest arrest;
arrive arrival; attack attack; bear birth; capture capture; collapse collapse; decide decision;
defeat defeat; delay delay; destroy destruction; discover discovery; elect election;
establish establishment; expand expansion; fail failure; invade invasion; move move;
propose proposal; publish publication; reduce reduction; refuse refusal; reject rejection;
release release; remove removal; resign resignation; respond response; strike strike;
visit visit; withdraw withdrawal
"""
_NOUNS = dict(pair.strip().split(" ", 1) for pair in _NOMINAL.split(";"))
_DOUBLED = re.compile(r"([bdgklmnprt])\1$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: ``text[start:end]``; ``low`` is it in small letters, quotes straight."""

    text: str
    low: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        """Whether it is written as a name is."""
        return self.text[0].isupper() or self.text[1:2].isupper()  # "iPhone"

    @property
    def open(self) -> bool:
        """Whether it is in none of the closed classes."""
        return self.low not in CLOSED


CLOSED = (
    WH | AUXILIARIES | PREPOSITIONS | DETERMINERS | POSSESSIVES | PRONOUNS | CONJUNCTIONS | ADVERBS
)


def tokenize(text: str) -> list[Token]:
    """The words of a text in order; an accent is part of its word."""
    mixed = any(c.islower() for c in text)
    found = []
    for each in _TOKEN.finditer(text):
        # "US" is not "us", nor "WHO" "who", where small letters are used at all; nor "May" "may".
        name = mixed and len(each[0]) > 1 and each[0].isupper()
        name = name or (each[0] == "May" and each.start() > 0)
        low = each[0] if name else each[0].casefold().replace("’", "'")
        found.append(Token(each[0], low, *each.span()))
    return found


def is_base(word: str) -> bool:
    """Whether it is the base form of a common verb."""
    return word in BASES


def is_only_verb(word: str) -> bool:
    """Whether it is the base form of a common verb that is no common noun."""
    return word in BASES and word not in _NOUNABLE


def is_past(word: str) -> bool:
    """Whether it may be a past tense."""
    return word in _BASE_OF_PAST or _ends_in_ed(word)


def is_participle(word: str) -> bool:
    """Whether it may be a participle, past or present."""
    ing = word.endswith("ing") and len(word) > 4
    return word in _BASE_OF_PARTICIPLE or _ends_in_ed(word) or ing


def _ends_in_ed(word: str) -> bool:
    return word.endswith("ed") and len(word) > 3 and not word.endswith("eed")


def base_of(word: str) -> str:
    """The base form of a past tense or participle: "went" is "go", "called" is "call"."""
    if word in _BASE_OF_PAST:
        return _BASE_OF_PAST[word]
    if word in _BASE_OF_PARTICIPLE:
        return _BASE_OF_PARTICIPLE[word]
    if not word.endswith("ed"):
        return word
    stem = word[:-2]
    candidates = [stem, stem + "e", stem[:-1] if _DOUBLED.search(stem) else ""]
    if stem.endswith("i"):
        candidates.insert(0, stem[:-1] + "y")
    known = [each for each in candidates if each in BASES]
    if known:
        return known[0]
    silent = re.search(r"(?:[aeiou][bcdgkmnpstvz]|[cgsv]|[^l]l|u)$", stem)
    return stem + "e" if silent and not re.search(r"(?:[aeiou]{2}.|en|er|ss|l)$", stem) else stem


def past_of(word: str) -> str:
    """The past tense of a base form."""
    if word in _PAST:
        return _PAST[word]
    if word.endswith("e"):
        return word + "d"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ied"
    if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", word):
        return word + word[-1] + "ed"
    return word + "ed"


def noun_of(word: str) -> str:
    """The noun for what a verb tells: "evacuate" is "evacuation", "kill" is "killing"."""
    if word in _NOUNS:
        return _NOUNS[word]
    return word[:-1] + "ion" if word.endswith("ate") and len(word) > 5 else gerund_of(word)


def gerund_of(word: str) -> str:
    """The base form with "-ing"."""
    if word.endswith("ie"):
        return word[:-2] + "ying"
    if word.endswith("e") and not word.endswith(("ee", "oe", "ye")) and word != "be":
        return word[:-1] + "ing"
    if re.fullmatch(r"(?:[^aeiou]*|over|for|be|up)[aeiou][bdgmnprt]", word):
        return word + word[-1] + "ing"
    return word + "ing"

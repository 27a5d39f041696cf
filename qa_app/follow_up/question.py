"""A question taken apart: its interrogative, auxiliary, subject and predicate; pure.

Enters: one question. Leaves: an ``Asked`` with the places of its parts among its tokens.
Deliberately knows nothing of other questions.

No tagger: English puts the subject of most questions between an auxiliary and a verb, and the
closed classes and verb forms of ``follow_up/words.py`` show where either stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa_app.follow_up.words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    DETERMINERS,
    DO,
    HAVE,
    LEADS,
    MODAL,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    WH,
    Token,
    is_base,
    is_only_verb,
    is_participle,
    is_past,
    tokenize,
    word_set,
)

_HARD = PREPOSITIONS | PRONOUNS | WH | AUXILIARIES | ADVERBS
_JOINS = frozenset(("of", "between", "and", "for"))
_OPENS_NOUN = DETERMINERS | POSSESSIVES
_MEASURES = word_set(
    "many much long often far old tall big high large soon fast deep wide late early"
)
_INSIDE = DETERMINERS | POSSESSIVES | {"of", "and"}
_WHOSE_NOUN = frozenset(("what", "which", "whose"))


_ADJECTIVE = re.compile(r"(?:[^m]ent|ant|ful|ive|ous|able|ible|less|ic|ical)$")
_ADJECTIVE_NOUNS = word_set("""
    president student accident incident resident agent client patient parent event precedent
    executive representative archive motive initiative objective perspective public republic music
    topic critic traffic clinic epidemic pandemic economic tactic logic table vegetable giant
    tenant merchant consultant assistant restaurant grant plant
    """)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's parts, as ranges of its tokens; an empty range is a part that is not there.

    ``wh`` is the interrogative phrase with its preposition ("At what event"). Where ``inverted``
    the subject stands behind the auxiliary; else the interrogative is the subject, or there is
    none and this is no question by its form.
    """

    text: str
    tokens: tuple[Token, ...]
    start: int
    wh: tuple[int, int]
    auxiliary: int | None
    subject: tuple[int, int]
    inverted: bool

    @property
    def low(self) -> list[str]:
        """The words in small letters."""
        return [token.low for token in self.tokens]

    @property
    def adverbial(self) -> bool:
        """Whether it asks when, where, why or how, and not for something or somebody."""
        words = self.low[slice(*self.wh)]
        measured = "how" in words and bool({"many", "much"}.intersection(words))
        return bool({"when", "where", "why", "how"}.intersection(words)) and not measured

    @property
    def is_question(self) -> bool:
        """Whether it has the form of a question with a verb."""
        if self.auxiliary is not None:
            return True
        return self.wh[1] > self.wh[0] and self.wh[1] < len(self.tokens)

    @property
    def counted(self) -> str:
        """What stands behind "were there": it belongs to the noun that is counted."""
        low, at = self.low, self.auxiliary
        if at is None or self.wh[0] == self.wh[1] or low[at + 1 : at + 2] != ["there"]:
            return ""
        return self.said(at + 3 if low[at + 2 : at + 3] == ["been"] else at + 2)

    @property
    def verb(self) -> str:
        """The first word of the predicate; empty where there is none."""
        at = self.subject[1] if self.inverted else self.wh[1]
        if not self.inverted and self.auxiliary is not None:
            at = self.auxiliary + 1
        words = [word for word in self.low[at:] if word not in ADVERBS]
        return words[0] if words else ""

    def said(self, first: int, last: int | None = None) -> str:
        """The words ``first`` to ``last`` (not included; None is the end) as they are written."""
        last = len(self.tokens) if last is None else last
        if first >= last:
            return ""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]

    @property
    def behind(self) -> str:
        """All that stands behind the interrogative."""
        return self.said(self.wh[1])


def take_apart(text: str) -> Asked:
    """The parts of a question; of any text, most of them empty."""
    tokens = tuple(tokenize(text))
    low = [token.low for token in tokens]
    start = 0
    while start < len(low) - 1 and low[start] in LEADS:
        start += 1
    wh, auxiliary = _interrogative(low, tokens, start)
    after = wh[1]
    while after < len(low) and wh[1] > wh[0] and low[after] in ADVERBS:
        after += 1
    if after < len(low) and low[after] in AUXILIARIES:
        auxiliary = after
    subject, inverted = (after, after), False
    if auxiliary is not None and (wh[0] == wh[1] or _is_inverted(tokens, low, wh, auxiliary)):
        first = auxiliary + 1
        while first < len(low) and low[first] in ("not", "n't", "ever", "also", "there"):
            first += 1
        subject, inverted = (first, _subject_end(tokens, low, first, low[auxiliary])), True
    return Asked(text, tokens, start, wh, auxiliary, subject, inverted)


def _interrogative(
    low: list[str], tokens: tuple[Token, ...], start: int
) -> tuple[tuple[int, int], int | None]:
    """The interrogative's range, and the auxiliary of a question without one."""
    if start < len(low) and low[start] in AUXILIARIES:
        return (start, start), start
    at = start
    while at < min(start + 2, len(low)) and low[at] in PREPOSITIONS:
        at += 1
    if at >= len(low) or low[at] not in WH:
        return (start, start), None
    end = at + 1
    if low[at] == "how" and end < len(low):
        measured = low[end] in _MEASURES
        if measured or (low[end] not in AUXILIARIES and end + 1 < len(low)):
            end += 1
        if measured and low[end - 1] in ("many", "much"):
            end = _noun_end(low, tokens, end)
    elif low[at] in _WHOSE_NOUN:
        end = _noun_end(low, tokens, end)
    elif end < len(low) and low[end] == "else":
        end += 1
    return (start, end), None


def _noun_end(low: list[str], tokens: tuple[Token, ...], start: int) -> int:
    """Where the noun of "which noun" ends: at the auxiliary, or before a verb."""
    end = start
    while end < len(low) and (
        tokens[end].open or low[end] in ("of", "else", "other", "more", "and", "most", "the")
    ):
        end += 1
    if end < len(low) and low[end] in AUXILIARIES:
        return end
    if start < end < len(low) and low[end] in PREPOSITIONS:
        behind = end + 1  # "How many attacks on checkpoints were there"
        while behind < len(low) and (tokens[behind].open or low[behind] in _INSIDE):
            behind += 1
        verbal = any(is_past(word) for word in low[start:end])
        if behind < len(low) and low[behind] in AUXILIARIES and not verbal:
            return behind
    for at in range(start, end):
        if is_past(low[at]) or (at > start and is_base(low[at])):
            return at
    return end


def _is_inverted(
    tokens: tuple[Token, ...], low: list[str], wh: tuple[int, int], auxiliary: int
) -> bool:
    """Whether the subject stands behind the auxiliary: "has Ghani", not "has been"."""
    if low[auxiliary] in DO:
        return True
    after = auxiliary + 1
    words = set(low[slice(*wh)])
    if words & {"when", "where", "why", "whom"} or low[wh[0]] in PREPOSITIONS:
        return True
    while after < len(low) and low[after] in ADVERBS:
        after += 1
    if after >= len(low) or low[after] in PREPOSITIONS | {"been", "be", "not"}:
        return False
    if low[after] in _OPENS_NOUN | PRONOUNS or tokens[after].capital:
        return True
    return not (is_participle(low[after]) or (low[auxiliary] not in BE and is_base(low[after])))


def _subject_end(tokens: tuple[Token, ...], low: list[str], first: int, auxiliary: str) -> int:
    """Where the subject that begins at ``first`` ends."""
    if first < len(low) and low[first] in PRONOUNS:
        return first + 1
    at, end = first, len(low)
    if auxiliary in MODAL | HAVE:
        passive = [i for i in range(first + 1, end) if low[i] in ("be", "been")]
        if passive and not any(word in PRONOUNS | WH for word in low[first : passive[0]]):
            return passive[0]
    while at < end:
        run = at
        while run < end and low[run] not in _HARD and low[run] not in ("and", "or", "that"):
            if run > at and low[run] in DETERMINERS and low[run - 1] not in _OPENS_NOUN:
                break  # "Was Stein | a writer"
            run += 1
        verb = _verb_in(tokens, low, at, run, auxiliary)
        if verb is not None and verb > first:
            return verb
        joined = run < end and low[run] in _JOINS | CONJUNCTIONS and run > at
        if auxiliary in BE and run < end and run > at and low[run] in PREPOSITIONS:
            joined = True  # a copula: what follows belongs to the subject until a verb comes
        if not joined or low[run] in ("because", "while", "if", "though", "although"):
            return run
        at = run + 1
    return end


def _verb_in(
    tokens: tuple[Token, ...], low: list[str], first: int, last: int, auxiliary: str
) -> int | None:
    """The verb or predicate among the words ``first`` to ``last``, behind a noun; None for none."""
    begin = first
    while begin < last and low[begin] in _OPENS_NOUN:
        begin += 1
    determined = begin > first
    begin += 1
    if auxiliary in BE | {"has", "have", "had"}:
        return next(
            (at for at in range(begin, last) if is_participle(low[at]) and not tokens[at].capital),
            _adjective(tokens, begin, last, determined) if auxiliary in BE else None,
        )
    verbs = [at for at in range(begin, last) if is_base(low[at])]
    known = [at for at in verbs if at + 1 not in verbs]
    if known:
        return _surer(tokens, low, known[0])
    if all(token.capital for token in tokens[first:last]):
        return None
    if last - begin < 1 or (determined and last < len(low) and low[last] in ("of", "and")):
        return None
    if determined:
        return last - 1
    after = _predicate(tokens, begin, last)
    return last - 1 if after is None else after


def _adjective(tokens: tuple[Token, ...], begin: int, last: int, determined: bool) -> int | None:
    """What is said of the subject of "is", where it shows: "Is the army | dependent"."""
    if not determined:
        return _predicate(tokens, begin, last)
    ends = last > begin and _ADJECTIVE.search(tokens[last - 1].low) is not None
    return last - 1 if ends and tokens[last - 1].low not in _ADJECTIVE_NOUNS else None


def _surer(tokens: tuple[Token, ...], low: list[str], at: int) -> int:
    """The verb where ``at`` is a noun like "strike": "did the strike on Kabul take place"."""
    if is_only_verb(low[at]) or tokens[at - 1].capital:
        return at
    later = range(at + 1, len(low))
    return next(
        (i for i in later if is_only_verb(low[i]) and tokens[i - 1].open and low[i - 1] != "to"), at
    )


def _predicate(tokens: tuple[Token, ...], begin: int, last: int) -> int | None:
    """The first small word behind a name: "Was Milley | skeptical"."""
    if not tokens[begin - 1].capital or tokens[begin - 1].low.endswith("'s"):
        return None
    return next((at for at in range(begin, last) if not tokens[at].capital), None)

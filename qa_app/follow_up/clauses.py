"""What a question tells, said another way: as a statement, an event, or another question; pure.

Enters: a question taken apart. Leaves: text. Deliberately knows nothing of which of it a
conversation needs.

"When did Baradar go to Moscow?" tells that Baradar went to Moscow; asked "Why?" after it, it is
"Why did Baradar go to Moscow?"; and what happened "then" happened after Baradar went to Moscow.
"""

from __future__ import annotations

import re

from qa_app.follow_up.question import Asked
from qa_app.follow_up.times import time_spans
from qa_app.follow_up.words import (
    ADVERBS,
    BE,
    DO,
    MODAL,
    PREPOSITIONS,
    base_of,
    gerund_of,
    is_base,
    is_participle,
    is_past,
    noun_of,
    past_of,
    word_set,
)

_AGREEING = {"was": "were", "is": "are", "has": "have", "does": "do"}
_SAYING = word_set("say tell write announce argue claim report state think believe warn")


def told_noun(asked: Asked) -> str:
    """The noun of "how many nouns" and "which noun"; empty where nothing of the kind is asked."""
    first, last = asked.wh
    words = asked.low[first:last]
    for lead in ("many", "much", "which", "what", "whose"):
        if lead in words:
            return asked.said(first + words.index(lead) + 1, last)
    return ""


def statement(asked: Asked, answer: str = "") -> str:
    """What is told for true, as a clause; empty where the question is none.

    Args:
        asked: a question.
        answer: what answers it, as a phrase; "they" stands for it where it is the subject.
    """
    if not asked.is_question:
        return ""
    if not asked.inverted:
        return f"{told_noun(asked) or answer or 'they'} {asked.behind}"
    assert asked.auxiliary is not None  # noqa: S101 (an inverted question has one)
    subject, auxiliary = asked.said(*asked.subject), asked.low[asked.auxiliary]
    rest = asked.said(asked.subject[1])
    if auxiliary not in DO:
        return " ".join(filter(None, (subject, auxiliary, rest)))
    verb, _, others = rest.partition(" ")
    if is_base(verb) and "not" not in asked.low[: asked.subject[0]]:
        rest = f"{_finite(verb, auxiliary)} {others}".strip()
    return f"{subject} {rest}".strip()


def _finite(verb: str, auxiliary: str) -> str:
    """The verb as it stands without "did", "does" or "do"."""
    if auxiliary == "did":
        return past_of(verb)
    return f"{verb}s" if auxiliary == "does" else verb


def event(asked: Asked) -> str:
    """What happened, as a noun phrase: "the evacuation of people from Kabul airport".

    For what somebody did it is the thing they did it to, or with: "what Pompeo blamed Iran for".
    Empty where nothing happened, as in "Who is Zamir Kabulov?".
    """
    passive = _passive(asked)
    if passive:
        return passive
    told = _done(asked)
    if not told:
        return ""
    if asked.low[slice(*asked.wh)] in (["what"], ["whom"], ["who"]):
        return f"what {told}"
    if told_noun(asked) and not asked.adverbial:
        return f"the {told_noun(asked)} {told}"
    verb = asked.verb
    if not is_base(verb):
        return ""
    possessive = asked.said(*asked.subject)
    mark = "'" if possessive.endswith("s") else "'s"
    rest = asked.said(asked.subject[1] + 1)
    return f"{possessive}{mark} {gerund_of(verb)} {rest}".strip()


def _done(asked: Asked) -> str:
    """The statement of a question in which somebody does something, else ""."""
    if not asked.inverted or asked.auxiliary is None or asked.low[asked.auxiliary] in BE:
        return ""
    return statement(asked) if asked.subject[1] < len(asked.tokens) else ""


def _passive(asked: Asked) -> str:
    """The event of a passive: "people were evacuated from Kabul"."""
    low = asked.low
    begin = asked.subject[1] if asked.inverted else asked.wh[1]
    for at in range(max(begin, 1), len(low)):
        before = [word for word in low[max(0, at - 3) : at] if word not in ADVERBS]
        led = before and before[-1] in BE
        inverted = asked.inverted and at == begin and low[asked.auxiliary or 0] in BE
        if not (led or inverted) or not is_participle(low[at]) or low[at].endswith("ing"):
            continue
        noun = noun_of(base_of(low[at]))
        whom = told_noun(asked) if not asked.adverbial else ""
        if asked.inverted and asked.low[asked.auxiliary or 0] in DO:
            # "How many troops did Pompeo announce would be withdrawn": the noun is withdrawn.
            back = at - 1
            while back > begin and low[back] in BE | MODAL | ADVERBS | {"to"}:
                back -= 1
            verb = _finite(low[begin], low[asked.auxiliary or 0])
            rest = asked.said(begin + 1, back + 1)
            said = " ".join(filter(None, (asked.said(*asked.subject), verb, rest)))
            return f"the {noun} of {whom} that {said}" if whom else ""
        whom = asked.said(*asked.subject) if asked.inverted else whom
        rest = asked.said(at + 1)
        return f"the {noun} of {whom} {rest}".strip() if whom else ""
    return ""


def asked_again(fragment: str, last: Asked, answer: str = "") -> str:
    """The last question with another interrogative: "Why", "To meet whom", "How many women".

    Args:
        fragment: what is asked now, without a question mark.
        last: a question with a verb.
        answer: what answered it, as a phrase, where that is known.
    """
    if not last.is_question:
        return f"{fragment} {without_mark(last.text)}?"
    words = fragment.casefold().split()
    if last.inverted and last.auxiliary is not None:
        told = _told_again(last) if words[0] not in ("what", "which", "who") else ""
        rest = told or last.said(last.auxiliary + 1)
        return f"{fragment} {last.low[last.auxiliary]} {rest}?"
    counted = words[0] == "how" and words[1:2] in (["many"], ["much"])
    if counted or words[0] in ("who", "what", "which", "whose"):
        return f"{fragment} {last.behind}?"
    return f"{fragment} {_inverted(last, told_noun(last) or answer or 'they')}?"


def _told_again(last: Asked) -> str:
    """Of "What did Zarif say about it", what stands behind another interrogative."""
    at = last.subject[1]
    if last.low[slice(*last.wh)] != ["what"] or not is_saying(last) or at >= len(last.tokens):
        return ""
    first = (last.auxiliary or 0) + 1
    return f"{last.said(first, at + 1)} that {last.said(at + 1)}".strip()


def _inverted(last: Asked, subject: str) -> str:
    """What a question asks whose subject is its interrogative, with this subject for it."""
    if last.auxiliary is not None:
        auxiliary = last.low[last.auxiliary]
        auxiliary = _AGREEING.get(auxiliary, auxiliary) if subject == "they" else auxiliary
        return f"{auxiliary} {subject} {last.said(last.auxiliary + 1)}"
    verb, rest = last.low[last.wh[1]], last.said(last.wh[1] + 1)
    helping, base = ("did", base_of(verb)) if is_past(verb) else ("does", verb.removesuffix("s"))
    return " ".join(filter(None, (helping, subject, base, rest)))


def afterwards(asked: Asked) -> str:
    """What happened after what a question tells."""
    said = statement(asked)
    return f"What happened after {said}?" if said else ""


def tail(asked: Asked, prepositions: frozenset[str] = frozenset(("about", "on", "of"))) -> str:
    """What the question is about, from its last preposition of these to its end, without times."""
    begin = asked.subject[1] if asked.inverted else asked.wh[1]
    times = time_spans(asked.text)
    for at in range(begin, len(asked.tokens) - 1):
        timed = any(start <= asked.tokens[at].start < end for start, end in times)
        if asked.low[at] in prepositions and not timed:
            return asked.said(at)
    return ""


def predicate_base(asked: Asked) -> str:
    """The predicate with its verb in the base form: "call the Taliban ruthless"."""
    if asked.inverted:
        return asked.said(asked.subject[1])
    if asked.auxiliary is not None or asked.wh[1] >= len(asked.tokens):
        return ""
    verb = asked.low[asked.wh[1]]
    return f"{base_of(verb)} {asked.said(asked.wh[1] + 1)}".strip() if is_past(verb) else ""


def is_saying(asked: Asked) -> bool:
    """Whether the question is about something said: "What did Milley say about it?"."""
    return base_of(asked.verb) in _SAYING


def without_mark(text: str) -> str:
    """A question without its mark at the end."""
    return re.sub(r"[\s?.!…]+$", "", text)


def opens_with_preposition(asked: Asked) -> bool:
    """Whether it begins, conjunctions aside, with a preposition."""
    return asked.start < len(asked.low) and asked.low[asked.start] in PREPOSITIONS

"""A question whose words point back, written anew with what they mean.

Enters: a question with a verb, and what the conversation has spoken of. Leaves: the question that
stands alone, or "" where it does so already. Deliberately knows nothing of fragments.
"""

from __future__ import annotations

import re

from qa_app.follow_up_clauses import (
    asked_again,
    event,
    predicate_base,
    statement,
    tail,
    without_mark,
)
from qa_app.follow_up_phrases import Phrase
from qa_app.follow_up_pointing import Pointer, pointers_of
from qa_app.follow_up_question import Asked, take_apart
from qa_app.follow_up_referents import Memory, Turn
from qa_app.follow_up_times import time_spans
from qa_app.follow_up_topics import with_counted, with_noun, with_topic
from qa_app.follow_up_words import AUXILIARIES, BE, base_of, is_participle

_HAPPEN = frozenset("happen happened occur occurred".split())
_SAID_THAT = re.compile(
    r"\b(?:say|said|saying|do|did|done|doing|claim|claimed)\s+(?:that|this|it|so)$", re.IGNORECASE
)
# What takes two.
_BETWEEN = frozenset(
    """
    meet met meeting talk talks talked relations relationship agree agreed agreement discuss
    discussed marry married negotiate negotiated argue fight fought cooperate differ disagree both
    """.split()
)
_ARTICLE = re.compile(r"^(?:the|a|an)\s", re.IGNORECASE)


def resolved(asked: Asked, memory: Memory) -> str:
    """The question with its pointers replaced; "" where it has none that can be."""
    turn = memory.last
    if turn is None:
        return ""
    counted = with_counted(asked, turn)
    pointers = pointers_of(take_apart(counted)) if counted else pointers_of(asked)
    if not pointers:
        return counted or with_topic(asked, memory)
    asked = take_apart(counted) if counted else asked
    again = _of_the_event(asked, pointers, turn, memory)
    if again:
        return again
    said = said_again(asked, pointers, turn)
    if said:
        asked = take_apart(said)
        pointers = pointers_of(asked)
    text = asked.text
    for pointer in reversed(pointers):
        words = _meant(pointer, asked, turn, memory)
        if words:
            start = asked.tokens[pointer.first].start
            end = asked.tokens[pointer.last - 1].end
            text = f"{text[:start]}{_fitted(words, start)}{text[end:]}"
    if text != asked.text or said:
        return text
    return with_topic(asked, memory, surely=True)


def _fitted(words: str, start: int) -> str:
    if start == 0:
        return words[0].upper() + words[1:]
    return words[0].lower() + words[1:] if _ARTICLE.match(words) else words


def _of_the_event(asked: Asked, pointers: list[Pointer], turn: Turn, memory: Memory) -> str:
    """ "When did that happen?" is the last question, asked when."""
    last = turn.asked
    if len(pointers) != 1 or pointers[0].kind not in ("event", "thing") or not asked.adverbial:
        return ""
    rest = [asked.low[at] for at in range(asked.wh[1], len(asked.low))
            if not pointers[0].first <= at < pointers[0].last]  # fmt: skip
    happened = bool(_HAPPEN.intersection(rest)) or rest[-2:] == ["take", "place"]
    bare = all(word in AUXILIARIES for word in rest)
    if not (bare or (happened and len(rest) <= 4)) or not last.is_question:
        return ""
    if pointers[0].kind == "thing" and bare and not event(last):
        return ""
    thing = last.low[slice(*last.wh)] == ["what"] or (turn.wants == "thing" and not event(last))
    if thing and not (turn.answer and pointers[0].kind == "event" and bare):
        return ""
    answer = memory.focus(turn, "person") if not last.inverted else None
    return asked_again(asked.said(*asked.wh), last, answer.text if answer else "")


def _meant(pointer: Pointer, asked: Asked, turn: Turn, memory: Memory) -> str:
    """What a pointer means, as the words that replace it; "" where nothing fits."""
    if pointer.kind == "person":
        words = _person(pointer, memory)
    elif pointer.kind == "place":
        return _place(pointer, asked, turn, memory)
    elif pointer.kind == "time":
        return _time(turn)
    elif pointer.kind == "noun":
        return with_noun(pointer, asked, turn, memory)
    elif pointer.kind == "one":
        return _one(asked, pointer, turn)
    elif pointer.kind == "group":
        words = _same_object(asked, turn) or _group(asked, turn, memory)
    else:
        words = _thing(pointer, asked, turn, memory)
    return _owning(words) if words and pointer.owning else words


def _owning(words: str) -> str:
    return f"{words}'" if re.search(r"[^s]s$", words) else f"{words}'s"


def _person(pointer: Pointer, memory: Memory) -> str:
    for each in reversed(memory.turns):
        if any(p.person >= 0.5 and memory.agrees(p, pointer.female) for p in each.phrases):
            break
        if each.wants == "person" and not each.asked.inverted and each.asked.is_question:
            answered = memory.focus(each, "person")
            if answered is not None:
                return memory.fullest(answered).text
            described = f"the one who {each.asked.behind}"
            memory.described.add(without_mark(described))
            return without_mark(described)
    best = memory.best("person", pointer.female)
    return memory.fullest(best[1]).text if best else ""


def _group(asked: Asked, turn: Turn, memory: Memory) -> str:
    if turn.wants in ("person", "thing") and not turn.asked.inverted:
        answered = memory.focus(turn, "group")
        if answered is not None and answered.plural:
            return answered.text
    best = memory.best("group")
    if best is not None and best[1].plural:
        return best[1].text
    agents = [p for p in turn.phrases if p.named and max(p.person, p.group) >= 0.6]
    both = len(agents) == 2 and "inside" not in {p.role for p in agents}
    if both and (_BETWEEN.intersection(asked.low) or best is None or best[1].group < 0.5):
        return f"{agents[0].text} and {agents[1].text}"
    return best[1].text if best else ""


def _one(asked: Asked, pointer: Pointer, turn: Turn) -> str:
    """The noun that "the last one" leaves out."""
    many = asked.low[pointer.first] == "ones"
    found = [p for p in turn.phrases if p.thing >= 0.3 and not p.named and p.plural is many]
    found = found or [p for p in turn.phrases if p.thing >= 0.3 and not p.named]
    return _ARTICLE.sub("", found[0].text) if found else ""


def _same_object(asked: Asked, turn: Turn) -> str:
    """What the verb of a passive was already said of: "held the talks", "Where were they held?"."""
    auxiliary = asked.low[asked.auxiliary] if asked.auxiliary is not None else ""
    if auxiliary not in BE or not is_participle(asked.verb):
        return ""
    verb = base_of(asked.verb)
    last = turn.asked
    for at in range(1, len(last.low) - 1):
        if base_of(last.low[at]) == verb:
            begin = last.tokens[at + 1].start
            for phrase in turn.phrases:
                if last.text.find(phrase.text) == begin:
                    return phrase.text
    return ""


def _thing(pointer: Pointer, asked: Asked, turn: Turn, memory: Memory) -> str:
    """The referent of "it" and "that": what was answered, a thing, or what happened."""
    last = turn.asked
    demonstrative = pointer.kind == "event"
    if turn.wants == "thing":
        answered = memory.focus(turn, "thing") if turn.answer else None
        if answered is not None:
            return answered.text
    same = _same_object(asked, turn)
    if same:
        return same
    happened = event(last)
    if demonstrative and happened:
        return happened
    best = memory.best("thing")
    here = best is not None and any(p.text == best[1].text for p in turn.phrases)
    low = best is None or not here or best[0] < 0.65 or best[1].role in ("place", "inside")
    if happened and low:
        return happened
    if best is not None:
        return best[1].text
    return ""


def _until(asked: Asked, pointer: Pointer) -> str:
    return asked.text[: asked.tokens[pointer.last - 1].end]


def _place(pointer: Pointer, asked: Asked, turn: Turn, memory: Memory) -> str:
    before = asked.low[pointer.first - 1] if pointer.first else ""
    bare = before in ("from", "near", "around", "to", "into", "towards", "toward")
    if turn.wants == "place":
        answered = memory.focus(turn, "place")
        if answered is not None:
            return answered.text if bare else f"in {answered.text}"
        said = statement(turn.asked)
        if said:
            return f"where {said}"
    best = memory.best("place")
    if best is None:
        return ""
    return best[1].text if bare else f"{_preposition(best[1], memory)} {best[1].text}"


def _preposition(phrase: Phrase, memory: Memory) -> str:
    for turn in reversed(memory.turns):
        at = turn.asked.text.find(phrase.text)
        before = turn.asked.text[:at].split()[-1:] if at > 0 else []
        if before and before[0].casefold() in ("at", "near", "on", "inside", "outside"):
            return before[0].casefold()
    return "in"


def _time(turn: Turn) -> str:
    for text in (turn.asked.text, turn.answer):
        spans = time_spans(text)
        if spans:
            start, end = spans[-1]
            return text[start:end]
    said = statement(turn.asked)
    return f"when {said}" if said else ""


def said_again(asked: Asked, pointers: list[Pointer], turn: Turn) -> str:
    """ "say that" replaced by what was said to be done: "call the Taliban ruthless"."""
    done = predicate_base(turn.asked)
    about = tail(turn.asked)
    for pointer in pointers:
        found = _SAID_THAT.search(_until(asked, pointer))
        if found and pointer.kind in ("event", "thing"):
            words = done if not turn.asked.inverted else f"{found[0]} {about}".strip()
            if not words or words == found[0]:
                return ""
            rest = asked.text[asked.tokens[pointer.last - 1].end :]
            return f"{asked.text[: found.start()]}{words}{rest}"
    return ""

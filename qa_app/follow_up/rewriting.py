"""A question whose words point back, written anew with what they mean.

Enters: a question with a verb, and what the conversation has spoken of. Leaves: the question that
stands alone, or "" where it does so already. Deliberately knows nothing of fragments.
"""

from __future__ import annotations

import re

from qa_app.follow_up.clauses import (
    asked_again,
    event,
    is_saying,
    predicate_base,
    tail,
    told_noun,
    without_mark,
)
from qa_app.follow_up.pointing import Pointer, pointers_of
from qa_app.follow_up.question import Asked, take_apart
from qa_app.follow_up.referents import Memory, Turn
from qa_app.follow_up.topics import with_compared, with_counted, with_noun, with_topic
from qa_app.follow_up.where import period_meant, place_meant, time_meant
from qa_app.follow_up.words import (
    AUXILIARIES,
    BE,
    base_of,
    is_participle,
    tokenize,
    word_set,
)

_HAPPEN = word_set("happen happened occur occurred")
_SAID_THAT = re.compile(
    r"\b(?:say|said|saying|do|did|done|doing|claim|claimed)\s+(?:that|this|it|so)$", re.IGNORECASE
)
# What takes two.
_BETWEEN = word_set("""
    meet met meeting talk talks talked relations relationship agree agreed agreement discuss
    discussed marry married negotiate negotiated argue fight fought cooperate differ disagree both
    """)
# What a thing is worth that "it" means rather than what happened to it.
SURE = 0.65
_ARTICLE = re.compile(r"^(?:the|a|an)\s", re.IGNORECASE)


def resolved(asked: Asked, memory: Memory) -> str:
    """The question with its pointers replaced; "" where it has none that can be."""
    turn = memory.last
    if turn is None:
        return ""
    pointers = pointers_of(asked)
    counted = with_counted(asked, turn, pointing=bool(pointers))
    pointers = pointers_of(take_apart(counted)) if counted else pointers
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
    text, moved = asked.text, 0
    taken = {token.low for token in asked.tokens if token.open}
    for pointer in pointers:
        # What the question names itself, or another of its pronouns means, is not meant as well.
        memory.taken = set() if pointer.owning else taken
        words = _meant(pointer, asked, turn, memory)
        if words:
            start = asked.tokens[pointer.first].start + moved
            end = asked.tokens[pointer.last - 1].end + moved
            fitted = _fitted(words, start)
            text = f"{text[:start]}{fitted}{text[end:]}"
            moved += len(fitted) - (end - start)
            taken |= {token.low for token in tokenize(words) if token.open}
    memory.taken = set()
    if text != asked.text or said:
        return with_compared(take_apart(text), turn) or text
    return with_topic(asked, memory, surely=True)


def _fitted(words: str, start: int) -> str:
    if start == 0:
        return words[0].upper() + words[1:]
    return words[0].lower() + words[1:] if _ARTICLE.match(words) else words


def _of_the_event(asked: Asked, pointers: list[Pointer], turn: Turn, memory: Memory) -> str:
    """The last question asked again, for "When did that happen?"; "" for another."""
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
    thing = (last.low[slice(*last.wh)] == ["what"] and not is_saying(last)) or (
        turn.wants == "thing" and not event(last)
    )
    if thing and not (turn.answer and pointers[0].kind == "event" and bare):
        return ""
    answer = memory.focus(turn, "person") if not last.inverted else None
    return asked_again(asked.said(*asked.wh), last, answer.text if answer else "")


def _meant(pointer: Pointer, asked: Asked, turn: Turn, memory: Memory) -> str:
    """What a pointer means, as the words that replace it; "" where nothing fits."""
    if pointer.kind == "person":
        words = _person(pointer, memory)
    elif pointer.kind == "place":
        return place_meant(pointer, asked, turn, memory)
    elif pointer.kind == "time":
        return time_meant(turn)
    elif pointer.kind == "period":
        return period_meant(asked, pointer, memory)
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
        persons = [p for p in each.phrases
                   if p.person >= 0.5 and memory.agrees(p, pointer.female)]  # fmt: skip
        who = each.wants == "person" and not each.asked.inverted and each.asked.is_question
        answered = memory.focus(each, "person") if who else None
        if answered is not None and memory.agrees(answered, pointer.female):
            return memory.fullest(answered).text
        if persons:
            break
        if who:
            described = without_mark(f"the one who {each.asked.behind}")
            memory.described.add(described)
            return described
    best = memory.best("person", pointer.female)
    return memory.fullest(best[1]).text if best else ""


def _group(asked: Asked, turn: Turn, memory: Memory) -> str:
    who = turn.wants == "person" and not turn.asked.inverted and turn.asked.is_question
    if who or (turn.wants == "thing" and not turn.asked.inverted):
        answered = memory.focus(turn, "group")
        if answered is not None and (answered.plural or answered.group >= 0.6):
            return answered.text
    best = memory.best("group")
    if best is not None and best[1].plural:
        return best[1].text
    free = [p for p in turn.phrases if p.named and p.head not in memory.taken]
    agents = [p for p in free if max(p.person, p.group) >= 0.6]
    both = len(agents) == 2 and "inside" not in {p.role for p in agents}
    if both and (_BETWEEN.intersection(asked.low) or best is None or best[1].group < 0.5):
        return f"{agents[0].text} and {agents[1].text}"
    if best is None and who:
        described = without_mark(f"those who {turn.asked.behind}")
        memory.described.add(described)
        return described
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
    known = _answered(pointer, turn, memory) or _same_object(asked, turn)
    if known:
        return known
    happened = event(turn.asked)
    best = memory.best("thing")
    if best is None or (happened and pointer.kind == "event"):
        return happened
    if pointer.first == asked.subject[0]:
        doer = _doer(asked, turn)
        if doer and (best[0] < SURE or base_of(asked.verb) == base_of(turn.asked.verb)):
            return doer
    here = any(p.text == best[1].text for p in turn.phrases)
    unsure = not here or best[0] < SURE or best[1].role in ("place", "inside")
    return happened if happened and unsure else best[1].text


def _doer(asked: Asked, turn: Turn) -> str:
    """The group that acts in the last question, where "it" acts now: "the Fed"."""
    acts = asked.auxiliary is not None and asked.low[asked.auxiliary] not in BE
    doers = [p for p in turn.phrases
             if p.role == "subject" and p.group >= 0.6 and not p.plural]  # fmt: skip
    return doers[0].text if acts and doers and turn.asked.inverted else ""


def _answered(pointer: Pointer, turn: Turn, memory: Memory) -> str:
    """The thing that the last question asked for, as its answer or as the question told it."""
    if turn.wants != "thing":
        return ""
    last = turn.asked
    if last.inverted:
        # "What was her first film?" is answered by the film; of "From what was DAESH created?"
        # it is DAESH that was spoken of.
        same = last.subject[1] >= len(last.tokens)
        spoken = any(
            max(p.thing, p.group) >= SURE and not p.plural and p.role != "asked"
            for p in turn.phrases
        )
        if not turn.answer or (spoken and not same and pointer.kind != "event"):
            return ""
    answered = memory.focus(turn, "thing")
    return answered.text if answered is not None else _described(turn, memory)


def _described(turn: Turn, memory: Memory) -> str:
    """The group that attacked the gate, after "Which group attacked the gate?"."""
    noun = told_noun(turn.asked)
    if turn.asked.inverted or not noun or "how" in turn.asked.low[slice(*turn.asked.wh)]:
        return ""
    described = without_mark(f"the {noun} that {turn.asked.behind}")
    memory.described.add(described)
    return described


def _until(asked: Asked, pointer: Pointer) -> str:
    return asked.text[: asked.tokens[pointer.last - 1].end]


def said_again(asked: Asked, pointers: list[Pointer], turn: Turn) -> str:
    """The question with "say that" replaced by what was done: "call the Taliban ruthless"."""
    done = predicate_base(turn.asked)
    about = tail(turn.asked)
    for pointer in pointers:
        found = _SAID_THAT.search(_until(asked, pointer))
        if found and pointer.first != asked.subject[0] and pointer.kind in ("event", "thing"):
            words = done if not turn.asked.inverted else f"{found[0]} {about}".strip()
            if not words or words == found[0]:
                return ""
            rest = asked.text[asked.tokens[pointer.last - 1].end :]
            return f"{asked.text[: found.start()]}{words}{rest}"
    return ""

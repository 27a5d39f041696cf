"""What "there", "then" and "that year" mean in a conversation.

Enters: the words that point back, and what the conversation has spoken of. Leaves: the words that
replace them. Deliberately knows nothing of persons and things.
"""

from __future__ import annotations

from qa_app.follow_up.clauses import statement
from qa_app.follow_up.kinds import Phrase
from qa_app.follow_up.pointing import Pointer
from qa_app.follow_up.question import Asked
from qa_app.follow_up.referents import Memory, Turn
from qa_app.follow_up.times import time_spans
from qa_app.follow_up.words import PREPOSITIONS


def place_meant(pointer: Pointer, asked: Asked, turn: Turn, memory: Memory) -> str:
    """What "there" means, with its preposition; "" where no place was spoken of."""
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


def time_meant(turn: Turn) -> str:
    """What "then" means: the last time that was spoken of, or when the last thing happened."""
    for text in (turn.asked.text, turn.answer):
        spans = time_spans(text)
        if spans:
            start, end = spans[-1]
            return text[start:end]
    said = statement(turn.asked)
    return f"when {said}" if said else ""


def period_meant(asked: Asked, pointer: Pointer, memory: Memory) -> str:
    """The time that "that year" or "this time" means, without its preposition."""
    for turn in reversed(memory.turns):
        for text in (turn.asked.text, turn.answer):
            spans = time_spans(text)
            if spans:
                first, _, rest = text[slice(*spans[-1])].partition(" ")
                bare = rest if first.casefold() in PREPOSITIONS else f"{first} {rest}".strip()
                before = asked.low[pointer.first - 1] if pointer.first else ""
                return bare if before in PREPOSITIONS else f"in {bare}"
    return ""

"""What a conversation has spoken of so far, and which of it a pronoun most likely means.

Enters: the questions of a conversation as they were understood, with what was answered. Leaves:
the ``Phrase`` that fits best. Deliberately knows nothing of how a question is written anew.

The order is that of centering (Grosz, Joshi & Weinstein 1995): what was last spoken of, and of
that the subject before the object before the rest; what was asked for comes with its answer; and
what keeps being spoken of is what the conversation is about.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from qa_app.follow_up.kinds import Phrase
from qa_app.follow_up.phrases import SAID_AT_MOST, phrases_of, phrases_said
from qa_app.follow_up.question import Asked
from qa_app.follow_up.words import base_of, tokenize

# What a phrase is worth by the part it plays.
ROLES = {"subject": 1.0, "object": 0.85, "asked": 0.75, "topic": 0.75, "inside": 0.5,
         "place": 0.45, "said": 0.45}  # fmt: skip
# What a place is worth: it is where things were done.
PLACE_ROLES = {"place": 1.0, "inside": 0.8, "object": 0.8, "said": 0.6, "topic": 0.7,
               "subject": 0.6, "asked": 0.5}  # fmt: skip
FADING = 0.85  # a turn
MENTIONED = 0.12  # another turn
AGAIN_AT_MOST = 4
TOPIC = 0.15  # the name that the conversation keeps speaking of
LEAST = 0.25
SURELY = 0.9  # a person
_ASKS = {"who": "person", "whom": "person", "where": "place", "what": "thing", "which": "thing"}
NAME = 4  # words of a person's name, title included
SHORT = 8  # words; a longer answer is a sentence


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of the conversation as it was understood, and what is known of its answer."""

    asked: Asked
    answer: str
    phrases: tuple[Phrase, ...]
    said: tuple[Phrase, ...]

    @property
    def wants(self) -> str:
        """The kind of thing that the question asks for; empty where it asks for none."""
        words = self.asked.low[slice(*self.asked.wh)]
        return next((_ASKS[word] for word in words if word in _ASKS), "")


@dataclass(slots=True)
class Memory:
    """The turns of a conversation, the last one last."""

    answer_of: Callable[[str], str] | None = None
    turns: list[Turn] = field(default_factory=list)
    gender: dict[str, bool] = field(default_factory=dict)
    described: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    _asked: int = 0
    _known: dict[str, str] = field(default_factory=dict)

    def add(self, asked: Asked, answer: str, female: bool | None = None) -> None:
        """Remember a turn; ``female`` is how it was spoken of a person in it, where it was."""
        phrases, said = tuple(phrases_of(asked)), tuple(phrases_said(answer))
        known_as = [text for text in self.described if text in asked.text]
        if known_as:
            one = max(known_as, key=len)
            person = one.startswith("the one who ")
            other = 0.0 if person else 0.9
            told = Phrase(one, "one", "subject", float(person), group=other, thing=other)
            phrases = (told, *phrases)
        if asked.inverted and not asked.low[asked.subject[1] :] and "who" in asked.low[:1]:
            # "Who is the CEO of FTX?" asks for a person, whatever the words.
            phrases = tuple(replace(p, person=1.0, group=0.1, thing=0.0, place=0.0)
                            if p.role == "subject" else p for p in phrases)  # fmt: skip
        known = {phrase.head for turn in self.turns for phrase in turn.phrases}
        if female is not None:
            new = [p for p in phrases if p.person >= 0.5 and p.head in known]
            for phrase in new[:1]:
                self.gender[phrase.head] = female
        self.turns.append(Turn(asked, answer, phrases, said))

    @property
    def last(self) -> Turn | None:
        """The last turn that was a question with a verb, else the last."""
        questions = [turn for turn in self.turns if turn.asked.is_question]
        return questions[-1] if questions else self.turns[-1] if self.turns else None

    def answer(self, turn: Turn, most: int = 2) -> str:
        """What answered a turn in a few words; asked for where it is not known, at most twice."""
        if _is_short(turn.answer):
            return turn.answer
        text = turn.asked.text
        if text not in self._known and self.answer_of is not None and self._asked < most:
            self._asked += 1
            self._known[text] = " ".join(self.answer_of(text).split())
        return self._known.get(text) or turn.answer

    def focus(self, turn: Turn, kind: str) -> Phrase | None:
        """The phrase that answered a turn which asked for something of this kind."""
        said = turn.said if _is_short(turn.answer) else self._answering(turn, kind)
        spoken = {token.low for token in turn.asked.tokens}
        fresh = [p for p in said if not {t.low for t in tokenize(p.text) if t.open} <= spoken]
        if kind == "thing" and not _is_short(turn.answer):
            fresh = [p for p in fresh if p.person < SURELY]
        fit = [p for p in fresh if p.fit(kind) >= 0.3 and p.head not in self.taken]
        return fit[0] if fit else None

    def _answering(self, turn: Turn, kind: str) -> tuple[Phrase, ...]:
        """What answers in sentences, or where nobody has told the answer yet."""
        named = _doing(turn) if kind in ("person", "group") else None
        if named is not None:
            return (named,)
        told = self.answer(turn)
        return tuple(phrases_said(told)) or turn.said

    def candidates(self, kind: str, female: bool | None = None) -> list[tuple[float, Phrase]]:
        """Everything that can be of a kind, with its weight, best first."""
        found: list[tuple[float, int, Phrase]] = []
        topic, roles = self.topic(least=1), PLACE_ROLES if kind == "place" else ROLES
        for distance, turn in enumerate(reversed(self.turns)):
            for phrase in (*turn.phrases, *turn.said):
                fit = phrase.fit(kind)
                if fit < 0.2 or phrase.head in self.taken or not self.agrees(phrase, female):
                    continue
                if kind == "group" and not phrase.plural and phrase.fit("group") < 0.5:
                    continue
                weight = fit * roles[phrase.role] * FADING**distance
                if kind == "group" and phrase.place >= 0.9 and phrase.role in ("place", "inside"):
                    weight /= 2  # where something was done, not who did it
                weight += MENTIONED * min(self._mentions(phrase, turn), AGAIN_AT_MOST)
                weight += TOPIC if topic is not None and phrase.head == topic.head else 0.0
                found.append((weight, -len(found), phrase))
        found.sort(key=lambda each: each[:2], reverse=True)
        return [(weight, phrase) for weight, _, phrase in found]

    def best(self, kind: str, female: bool | None = None) -> tuple[float, Phrase] | None:
        """What a pronoun of this kind most likely means, with its weight."""
        found = self.candidates(kind, female)
        return found[0] if found and found[0][0] >= LEAST else None

    def topic(self, least: int = 0) -> Phrase | None:
        """The name that the conversation keeps speaking of, the earliest where several are.

        Args:
            least: how many turns must speak of it besides its own.
        """
        best: tuple[int, Phrase] | None = None
        for turn in self.turns:
            for phrase in turn.phrases:
                count = self._mentions(phrase, turn)
                if phrase.named and count >= least and (best is None or count > best[0]):
                    best = count, phrase
        return self.fullest(best[1]) if best else None

    def fullest(self, phrase: Phrase) -> Phrase:
        """The longest name that was used of the same: "Ghani" is "Ashraf Ghani"."""
        if not phrase.named:
            return phrase
        words = {token.low for token in tokenize(phrase.text) if token.open}
        same = [
            other
            for turn in self.turns
            for other in (*turn.phrases, *turn.said)
            if other.named
            and other.head == phrase.head
            and words <= {token.low for token in tokenize(other.text)}
            and " and " not in other.text
            and len(other.text.split()) <= NAME
        ]
        return max(same, key=lambda other: len(other.text), default=phrase)

    def agrees(self, phrase: Phrase, female: bool | None) -> bool:
        """Whether a person can be spoken of as she (True), he (False) or either (None)."""
        if female is None:
            return True
        known = self.gender.get(phrase.head, phrase.female)
        return known is None or known is female

    def _mentions(self, phrase: Phrase, own: Turn) -> int:
        """How many other turns speak of it."""
        return sum(
            turn is not own and any(p.head == phrase.head for p in (*turn.phrases, *turn.said))
            for turn in self.turns
        )


def _is_short(answer: str) -> bool:
    return 0 < len(answer.split()) <= SHORT


def _doing(turn: Turn) -> Phrase | None:
    """Who does in the answer what was asked about: "Milley called them" after "Who called …?"."""
    if turn.asked.inverted or not turn.answer:
        return None
    verb = base_of(turn.asked.verb)
    for token in tokenize(turn.answer[:SAID_AT_MOST]):
        if base_of(token.low) != verb:
            continue
        before, behind = turn.answer[: token.start].rstrip(), turn.answer[token.end :].lstrip()
        by = behind.removeprefix("by ") if behind.startswith("by ") else None
        for phrase in turn.said:
            beside = by.startswith(phrase.text) if by is not None else before.endswith(phrase.text)
            if beside and max(phrase.person, phrase.group) >= 0.3:
                return phrase
    return None

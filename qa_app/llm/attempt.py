"""One answer of a language model as it comes in: its claims checked, its numbers made citations.

Enters: pieces of text and how they ended. Leaves: events, a ``Draft``, and counts of what was
dropped. Deliberately knows nothing of the model, of time or of what is done when it fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from qa_app.events import Event, Said, Wrote
from qa_app.extractive import Draft
from qa_app.llm.claims import Claim, ClaimParser
from qa_app.llm.evidence import Evidence
from qa_app.llm.failures import Failure
from qa_app.llm.stream import Ending, Piece
from qa_app.schema import Sentence
from qa_app.verification import Verifier


@dataclass(slots=True)
class Attempt:
    """One answer as it comes in; ``most`` claims are taken, then it is stopped.

    ``draft`` has the claims that name known sentences, ``reason`` is how the model ended (None:
    it did not), ``first_word`` the seconds until it began.
    """

    verifier: Verifier
    evidence: Evidence
    most: int
    number: int = 0
    parser: ClaimParser = field(default_factory=ClaimParser)
    draft: Draft = field(default_factory=Draft)
    unknown_numbers: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    first_word: float | None = None
    reason: str | None = None
    stopped: bool = False
    _seen: set[Claim] = field(default_factory=set)

    def read(self, piece: Piece) -> Iterator[Event]:
        """Take what has come."""
        yield from self._told(self.parser.feed(piece.text))

    def end(self, ending: Ending) -> Iterator[Event]:
        """Take that nothing more comes."""
        self.reason = ending.reason
        self.stopped = self.stopped or ending.reason == "length"
        self.input_tokens = ending.input_tokens
        self.output_tokens = ending.output_tokens
        broken = not ending.reason and self.parser.unfinished
        if broken:
            # It neither said that it was done nor ended a sentence: the connection was closed.
            self.reason = "broken"
        yield from self._told(self.parser.finish(cut_off=self.stopped or broken))

    def failure(self) -> Failure | None:
        """Why what came is no answer, where it is none."""
        if self.reason == "refused":
            return Failure("refused")
        if self.reason == "broken":
            return Failure("cut_off")
        if self.parser.not_found or self.draft.sentences:
            return None
        return Failure("empty" if self.parser.empty else "uncited")

    def _told(self, found: Iterable[str | Claim]) -> Iterator[Event]:
        for each in found:
            if isinstance(each, str):
                yield Wrote(each)
                continue
            sentence = None if len(self.draft.sentences) == self.most else self._sentence(each)
            if sentence is not None:
                self.draft.sentences.append(sentence)
                yield Said(sentence)
        self.stopped = self.stopped or len(self.draft.sentences) >= self.most

    def _sentence(self, claim: Claim) -> Sentence | None:
        """A claim with its numbers made citations; None for one said before, or without any."""
        known = [n for n in claim.numbers if n in self.evidence.by_number]
        self.unknown_numbers += len(claim.numbers) - len(known)
        if claim in self._seen:
            return None
        self._seen.add(claim)
        if not known:
            self.parser.uncited += 1
            return None
        cited = [self.evidence.by_number[number] for number in known]
        places = [(each.article, each.span) for each in cited]
        support = self.verifier.check(claim.text, places, self.evidence.names)
        numbers = tuple(dict.fromkeys(self.draft.cite(*place) for place in places))
        return Sentence(claim.text, numbers, support=support)

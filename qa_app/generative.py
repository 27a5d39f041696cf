"""Hits to an answer through a language model, which can name sentences and quote none.

Enters: a question and what was found for it. Leaves: events while the model writes, then what came
of it: sentences and citations, or why there are none. Deliberately knows nothing of retrieval, of
faces, or of what is answered instead.

The model sees numbered sentences and writes claims that end in numbers. A number becomes a
``Citation`` of that sentence's exact words, or is dropped; a claim without one is dropped. Each
claim is checked against its sentences as soon as it is complete.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa_app.events import Event, Waiting, Withdrawn
from qa_app.extractive import Draft
from qa_app.llm.attempt import Attempt
from qa_app.llm.evidence import Evidence
from qa_app.llm.failures import Failure
from qa_app.llm.ledger import Ledger
from qa_app.llm.prompt import messages
from qa_app.llm.providers import Key, choice_from, open_model
from qa_app.llm.stream import Ending, ModelFailed, Piece, pieces
from qa_app.schema import ModelUse
from qa_app.settings import Settings
from qa_app.verification import Verifier

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

# Characters of a token, about, in English; servers that do not count are counted so.
TOKEN_CHARACTERS = 4
# A model that does not stop is stopped: at this many characters for each token it was allowed, and
# at this many claims for each that it was asked for.
CHARACTERS_A_TOKEN = 8
CLAIMS_A_STATEMENT = 2
ATTEMPTS = 2
BACKOFF = 1.0
# With less time than this left, another try would only keep the reader waiting.
LEAST_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may cost, and all of a day: tokens, and seconds of one answer."""

    tokens: int = 800
    seconds: float = 60.0
    day_tokens: int = 2_000_000


@dataclass(slots=True)
class Written:
    """What came of asking the model.

    ``draft`` has its claims, which may all be unsupported; it is empty where ``use.outcome`` says
    that there is no answer. ``why`` there is none, or none supported, is for people, as are the
    ``notices`` of an answer.
    """

    use: ModelUse
    draft: Draft
    why: str = ""
    notices: tuple[str, ...] = ()


class Writer:
    """Writes answers with one model; safe to share between threads."""

    def __init__(
        self,
        name: str,
        model: BaseChatModel,
        limits: Limits | None = None,
        ledger: Ledger | None = None,
        verifier: Verifier | None = None,
    ) -> None:
        """Write with ``model``; ``name`` is kept with its answers ("provider:model")."""
        self.name = name
        self._model = model
        self._limits = limits or Limits()
        self._ledger = ledger or Ledger()
        self._verifier = verifier or Verifier()

    @property
    def title(self) -> str:
        """What people are told of it: the model without its provider."""
        return self.name.partition(":")[2] or self.name

    def warm_up(self) -> None:
        """Load what checks the claims."""
        self._verifier.warm_up()

    def write(
        self, question: str, evidence: Evidence, most: int
    ) -> Generator[Event, None, Written]:
        """Ask the model for at most ``most`` statements.

        Yields:
            ``Wrote``, ``Waiting``, ``Said`` and ``Withdrawn``.

        Returns:
            what came of it; it never raises what a model does.
        """
        asked = messages(question, evidence, most)
        prompt = _tokens("".join(str(message.content) for message in asked))
        reserved = prompt + self._limits.tokens
        if not self._ledger.reserve(reserved, self._limits.day_tokens):
            none = Attempt(self._verifier, evidence, 0)
            return self._ended(none, Failure("budget"), _Cost(), time.monotonic())
        begin, cost = time.monotonic(), _Cost()
        try:
            for number in range(1, ATTEMPTS + 1):
                attempt = Attempt(
                    self._verifier, evidence, most * CLAIMS_A_STATEMENT, number=number
                )
                failure = yield from self._attempt(attempt, asked, begin)
                cost.add(attempt, prompt)
                left = self._limits.seconds - (time.monotonic() - begin)
                wait = BACKOFF if failure is None or failure.wait is None else failure.wait
                again = failure is not None and failure.passing and wait + LEAST_SECONDS < left
                if not again or number == ATTEMPTS:
                    break
                assert failure is not None  # noqa: S101 (there is no second try without one)
                yield Withdrawn(f"{self.title}: {failure.told}; asking once more")
                yield from _pause(wait, begin)
        finally:
            # Also when the reader stops: what was asked for is paid for.
            self._ledger.settle(reserved, cost.tokens or prompt)
        return self._ended(attempt, failure, cost, begin)

    def _attempt(
        self, attempt: Attempt, asked: Sequence[BaseMessage], begin: float
    ) -> Generator[Event, None, Failure | None]:
        left = max(0.1, self._limits.seconds - (time.monotonic() - begin))
        stream = pieces(self._model, asked, left)
        try:
            for item in stream:
                if item is None:
                    yield Waiting(time.monotonic() - begin)
                elif isinstance(item, Ending):
                    yield from attempt.end(item)
                    break
                else:
                    attempt.first_word = attempt.first_word or time.monotonic() - begin
                    room = CHARACTERS_A_TOKEN * self._limits.tokens - attempt.parser.characters
                    # A server may send everything in one piece.
                    yield from attempt.read(Piece(item.text[:room]))
                    attempt.stopped = attempt.stopped or len(item.text) > room
                if attempt.stopped:
                    yield from attempt.end(Ending("length"))
                    break
        except ModelFailed as exc:
            if exc.failure.kind != "timeout" or not attempt.draft.sentences:
                return exc.failure
            # The time is over, not the answer wrong: what is complete has its sources.
            attempt.stopped = True
        finally:
            stream.close()
        return attempt.failure()

    def _ended(
        self, attempt: Attempt, failure: Failure | None, cost: _Cost, begin: float
    ) -> Written:
        outcome, why = "written", ""
        if failure is not None:
            outcome, why = failure.kind, f"{self.title} gave no answer: {failure.told}."
        elif attempt.parser.not_found:
            outcome = "not found"
        elif not any(sentence.supported for sentence in attempt.draft.sentences):
            outcome = "unsupported"
            why = f"What {self.title} wrote is not supported by the sentences that it names."
        sentences = attempt.draft.sentences
        use = ModelUse(
            model=self.name,
            outcome=outcome,
            claims=len(sentences),
            unsupported=sum(not sentence.supported for sentence in sentences),
            uncited=attempt.parser.uncited,
            unknown_numbers=attempt.unknown_numbers,
            input_tokens=cost.input,
            output_tokens=cost.output,
            estimated=cost.estimated,
            attempts=attempt.number,
            seconds=time.monotonic() - begin,
            first_word=attempt.first_word,
        )
        if outcome == "written":
            return Written(use, attempt.draft, notices=tuple(self._notices(attempt)))
        return Written(use, attempt.draft if outcome == "unsupported" else Draft(), why)

    def _notices(self, attempt: Attempt) -> Iterator[str]:
        if attempt.reason == "":
            yield f"{self.title} ended without saying so: something may be missing."
        if attempt.stopped:
            yield f"{self.title} was stopped at the limit set for an answer."
        if attempt.parser.uncited:
            left_out = f"{attempt.parser.uncited} of the sentences that {self.title} wrote"
            yield f"Left out: {left_out}, for want of a source."


@dataclass(slots=True)
class _Cost:
    """The tokens of all tries at one answer, ``estimated`` where a server did not count them."""

    input: int = 0
    output: int = 0
    estimated: bool = False

    def add(self, attempt: Attempt, prompt: int) -> None:
        written = -(-attempt.parser.characters // TOKEN_CHARACTERS)
        self.input += attempt.input_tokens or prompt
        self.output += attempt.output_tokens or written
        self.estimated = self.estimated or not (attempt.input_tokens and attempt.output_tokens)

    @property
    def tokens(self) -> int:
        return self.input + self.output


def _tokens(text: str) -> int:
    return -(-len(text) // TOKEN_CHARACTERS)


def _pause(seconds: float, begin: float) -> Iterator[Event]:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))
        yield Waiting(time.monotonic() - begin)


def open_writer(settings: Settings, key: Key | None = None) -> Writer | None:
    """The writer with the language model that the settings name; None where they name none.

    Args:
        settings: the model, its address and its limits; use is counted in the index folder.
        key: looks a key up by its name; the environment where None.

    Raises:
        SettingsInvalid: they name no language model that can be.
        ModelUnavailable: its package or its key is missing.
    """
    choice = choice_from(settings.model, settings.model_url)
    if choice is None:
        return None
    limits = Limits(settings.model_tokens, settings.model_seconds, settings.model_day_tokens)
    model = open_model(choice, limits.tokens, limits.seconds, key)
    return Writer(choice.name, model, limits, Ledger(settings.folder))

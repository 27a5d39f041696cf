"""Does what a claim cites say what it claims? Checked here, on this machine, claim by claim.

Enters: a claim and the sentences that it rests on. Leaves: a ``ClaimSupport``. Deliberately knows
nothing of who wrote the claim or of how it is shown.

Two looks at it: a small trained model says how likely the sentences support the claim
(``embeddings/support.py``), and ``unfounded.py`` finds the numbers, dates and names that they do
not have. A claim with such a word is never more than partly supported, and where the model doubts
it as well, it is not supported.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from functools import cache
from typing import Protocol

from embeddings.inputs import heading_line
from embeddings.schema import Article, Span
from embeddings.support import SupportModel
from qa_app.schema import ClaimSupport, Verdict
from qa_app.unfounded import unfounded


class Checker(Protocol):
    """What says how likely claims are supported: a ``SupportModel``, or a stand-in."""

    @property
    def supported_from(self) -> float:
        """The probability from which a claim counts as supported."""
        ...

    @property
    def unsupported_below(self) -> float:
        """The probability below which it counts as not supported."""
        ...

    def probabilities(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
        """How likely each claim is supported by its texts."""
        ...


@cache
def released_checker() -> SupportModel:
    """The model that comes with this version, one for the process."""
    return SupportModel.released()


class Verifier:
    """Checks claims; safe to share between threads."""

    def __init__(self, checker: Checker | None = None) -> None:
        """Check with this model; None takes the released one when the first claim comes."""
        self._given = checker

    @property
    def _checker(self) -> Checker:
        return self._given or released_checker()

    def warm_up(self) -> None:
        """Load the model, so that the first claim does not wait for it."""
        self.check("It rained.", [])
        self._checker.probabilities([("It rained.", ["It rained on Monday."])])

    def check(
        self,
        claim: str,
        places: Sequence[tuple[Article, Span]],
        names: Container[str] = frozenset(),
    ) -> ClaimSupport:
        """Whether the words at these places support the claim.

        Args:
            claim: one statement, plain text.
            places: what it cites; one without any is not supported.
            names: names that may begin a claim (``unfounded.names_in``).
        """
        if not places:
            return ClaimSupport("not supported", 0.0)
        words: dict[str, list[str]] = {}
        for article, span in places:
            said = words.setdefault(article.id, [_published(article)])
            said.append(article.text[span.start : span.end])
        texts = [" ".join(filter(None, each)) for each in words.values()]
        missing = unfounded(claim, texts, names)
        probability = self._checker.probabilities([(claim, texts)])[0]
        return ClaimSupport(self._verdict(probability, bool(missing)), probability, missing)

    def _verdict(self, probability: float, missing: bool) -> Verdict:
        likely = probability >= self._checker.supported_from
        if probability < self._checker.unsupported_below or (missing and not likely):
            return "not supported"
        return "supported" if likely and not missing else "partly supported"


def _published(article: Article) -> str:
    """Who says it and when: "this month" is a date by it. A title is no evidence of its own."""
    line = heading_line(replace(article, heading=replace(article.heading, title=None)))
    return f"{line}." if line else ""

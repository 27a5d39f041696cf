"""Why a language model gave no answer, in plain words, and whether trying again makes sense.

Enters: whatever a provider's package raised. Leaves: a ``Failure``. Deliberately repeats nothing
of the foreign message: it may hold a key, an address or the articles' words.

Providers have error classes of their own. What they share is what this reads: an HTTP status, a
Retry-After header, and names that say time-out or connection (``httpx`` is below most of them).
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "unreachable", "timeout", "rate_limit", "server", "refused", "key", "unknown_model",
    "quota", "bad_request", "cut_off", "empty", "garbage", "uncited", "budget", "other",
]  # fmt: skip
# What may be different a moment later.
_PASSING: frozenset[Kind] = frozenset(
    ("unreachable", "timeout", "rate_limit", "server", "cut_off", "empty", "garbage")
)
_TOLD: dict[Kind, str] = {
    "unreachable": "no server answered at its address",
    "timeout": "it took too long",
    "rate_limit": "its provider takes no more questions for the moment",
    "server": "its server failed",
    "refused": "it declined to answer",
    "key": "its provider did not accept the key, or there is none",
    "unknown_model": "its provider knows no such model, or nothing is at that address",
    "quota": "the account with its provider is used up",
    "bad_request": "its provider did not take the request",
    "cut_off": "its answer broke off",
    "empty": "it wrote nothing",
    "garbage": "what it sent could not be read",
    "uncited": "it named no sentence that it was shown",
    "budget": "the budget set for language models is used up",
    "other": "something went wrong with it",
}
_BY_STATUS: dict[int, Kind] = {
    401: "key", 403: "key", 404: "unknown_model", 408: "timeout", 409: "server",
    425: "server", 429: "rate_limit",
}  # fmt: skip
# Parts of class names, the most telling first: time-outs are connection errors too.
_BY_NAME: tuple[tuple[str, Kind], ...] = (
    ("Timeout", "timeout"),
    ("Authentication", "key"),
    ("PermissionDenied", "key"),
    ("RateLimit", "rate_limit"),
    ("ResourceExhausted", "rate_limit"),
    ("RemoteProtocol", "cut_off"),
    ("IncompleteRead", "cut_off"),
    ("ReadError", "cut_off"),
    ("PayloadError", "cut_off"),
    ("ContentFilter", "refused"),
    ("Connect", "unreachable"),
    ("JSONDecode", "garbage"),
    ("UnicodeDecode", "garbage"),
    ("ResponseValidation", "garbage"),
    ("UnknownApiResponse", "garbage"),
    # What a server says of itself in the middle of an answer, without a status.
    ("APIError", "server"),
)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer; ``wait`` is what the server asks for before the next try, in s."""

    kind: Kind
    status: int | None = None
    wait: float | None = None

    @property
    def passing(self) -> bool:
        """Whether another try makes sense."""
        return self.kind in _PASSING

    @property
    def told(self) -> str:
        """The reason, for people."""
        status = f" (status {self.status})" if self.status else ""
        return _TOLD[self.kind] + status


def failure_of(exc: BaseException) -> Failure:
    """What a provider's exception means; those that it was raised from are read too."""
    chain = list(chain_of(exc))
    if any(getattr(each, "code", None) == "insufficient_quota" for each in chain):
        return Failure("quota")
    for each in chain:
        status = _status(each)
        if status is not None:
            return Failure(_kind_of(status), status, _retry_after(each))
    return Failure("timeout" if isinstance(exc, TimeoutError) else _kind_by_class(chain))


def _kind_by_class(chain: Sequence[BaseException]) -> Kind:
    names = [base.__name__ for each in chain for base in type(each).__mro__]
    for part, kind in _BY_NAME:
        if any(part in name for name in names):
            return kind
    if any(isinstance(each, OSError) for each in chain):
        return "unreachable"
    # A provider's package reads what the server sent: what it stumbles over was no answer.
    wrong = (ValueError, KeyError, TypeError, AttributeError, IndexError)
    return "garbage" if isinstance(chain[0], wrong) else "other"


def chain_of(exc: BaseException | None) -> Iterator[BaseException]:
    """An exception and those that it came from, the last one first."""
    seen: set[int] = set()
    while exc is not None and id(exc) not in seen:
        seen.add(id(exc))
        yield exc
        exc = exc.__cause__ or exc.__context__


def _status(exc: BaseException) -> int | None:
    response = getattr(exc, "response", None)
    for value in (
        getattr(exc, "status_code", None),
        getattr(exc, "code", None),
        getattr(response, "status_code", None),
    ):
        if isinstance(value, int) and 400 <= value < 600:
            return value
    return None


def _kind_of(status: int) -> Kind:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return "server" if status >= 500 else "bad_request"


def _retry_after(exc: BaseException) -> float | None:
    """Seconds or a date (RFC 9110, 10.2.3); None where there is none, or no sense in it."""
    headers = getattr(getattr(exc, "response", None), "headers", None) or {}
    try:
        value = headers.get("retry-after") or headers.get("Retry-After")
    except AttributeError:
        return None
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None

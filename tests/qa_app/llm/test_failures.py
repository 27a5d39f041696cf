"""Foreign exceptions into plain reasons, which repeat nothing of what they were told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace

import pytest

from qa_app.llm.failures import Failure, failure_of

SECRET = "sk-very-secret"  # noqa: S105 (nobody's)


class APIError(Exception):
    """What providers' packages raise: a status, and a response with headers."""

    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"wrong key {SECRET}")
        self.status_code = status
        self.response = SimpleNamespace(status_code=status, headers=headers or {})


class APITimeoutError(Exception):
    pass


class APIConnectionError(Exception):
    pass


class RemoteProtocolError(Exception):
    pass


def from_below(exc: Exception, cause: Exception) -> Exception:
    exc.__cause__ = cause
    return exc


@pytest.mark.parametrize(
    ("exc", "kind", "passing"),
    [
        (APIError(401), "key", False),
        (APIError(403), "key", False),
        (APIError(404), "unknown_model", False),
        (APIError(400), "bad_request", False),
        (APIError(429), "rate_limit", True),
        (APIError(500), "server", True),
        (APIError(503), "server", True),
        (APITimeoutError(), "timeout", True),
        (TimeoutError(), "timeout", True),
        (APIConnectionError(), "unreachable", True),
        (ConnectionRefusedError(), "unreachable", True),
        (from_below(APIConnectionError(), RemoteProtocolError()), "cut_off", True),
        (from_below(APIConnectionError(), APITimeoutError()), "timeout", True),
        (json.JSONDecodeError("Expecting value", "<html>", 0), "garbage", True),
        (ValueError(SECRET), "garbage", True),
        (KeyError("choices"), "garbage", True),
        (RuntimeError(SECRET), "other", False),
    ],
)
def test_what_an_exception_means(exc: Exception, kind: str, passing: bool) -> None:
    failure = failure_of(exc)
    assert (failure.kind, failure.passing) == (kind, passing)
    assert SECRET not in failure.told + repr(failure)


def test_the_reason_is_in_plain_words() -> None:
    assert failure_of(APIError(503)).told == "its server failed (status 503)"
    assert Failure("empty").told == "it wrote nothing"


def test_a_server_says_how_long_to_wait() -> None:
    assert failure_of(APIError(429, {"retry-after": "7"})).wait == 7.0
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90))
    wait = failure_of(APIError(429, {"retry-after": later})).wait
    assert wait is not None
    assert 60 < wait <= 90
    for nonsense in ("", "soon", "-5"):
        assert failure_of(APIError(429, {"retry-after": nonsense})).wait in (None, 0.0)


def test_a_chain_that_bites_its_tail_is_read_once() -> None:
    one, other = ValueError(), RuntimeError()
    one.__context__, other.__context__ = other, one
    assert failure_of(one).kind == "garbage"

"""The OpenAI Chat Completions protocol as JSON values and bytes; pure, and knows no socket."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

ID = "chatcmpl-scripted"
CREATED = 1_700_000_000
DONE = b"data: [DONE]\n\n"
COMMENT = b": still here\n\n"


def event(value: object) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def chunk(model: str, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    """A streamed part of the answer."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {
        "id": ID, "object": "chat.completion.chunk", "created": CREATED, "model": model,
        "choices": [choice],
    }  # fmt: skip


def usage_chunk(model: str, usage: dict[str, int]) -> dict[str, Any]:
    """The last chunk of a stream whose usage was asked for: no choices."""
    return chunk(model, {}) | {"choices": [], "usage": usage}


def completion(
    model: str, message: dict[str, Any], finish_reason: str | None, usage: dict[str, int] | None
) -> dict[str, Any]:
    """An answer that is not streamed."""
    choice = {
        "index": 0, "message": {"role": "assistant"} | message, "logprobs": None,
        "finish_reason": finish_reason,
    }  # fmt: skip
    made: dict[str, Any] = {
        "id": ID, "object": "chat.completion", "created": CREATED, "model": model,
        "choices": [choice],
    }  # fmt: skip
    return made if usage is None else made | {"usage": usage}


def models(names: Iterable[str]) -> dict[str, Any]:
    """What ``GET /v1/models`` lists."""
    rows = [
        {"id": name, "object": "model", "created": CREATED, "owned_by": "test"} for name in names
    ]
    return {"object": "list", "data": rows}


def message_text(message: dict[str, Any]) -> str:
    """The text of one message, be its content a string or a list of parts."""
    content = message.get("content")
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


def prompt_text(body: dict[str, Any]) -> str:
    """Everything the client wrote, one message a paragraph."""
    return "\n\n".join(message_text(message) for message in body.get("messages", []))


def count(body: dict[str, Any], answer: str) -> dict[str, int]:
    """A usage that counts words between spaces as tokens."""
    prompt, written = len(prompt_text(body).split()), len(answer.split())
    return {
        "prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written,
    }  # fmt: skip


def wants_usage(body: dict[str, Any]) -> bool:
    """Whether a streaming client asked for the usage."""
    return bool((body.get("stream_options") or {}).get("include_usage"))

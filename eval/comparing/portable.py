"""JSON values in the form that is fit to be committed: of no particular machine, and easy to diff.

Enters: JSON values. Leaves: JSON values, and text. Deliberately knows nothing of what they mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

# A Windows or POSIX path of at least two parts that does not go on from a word, a URL or a number.
_PATH = re.compile(r"(?<![\w./:\\-])(?:[A-Za-z]:[\\/]|/(?=[^\s/]+/))[^\s'\"<>|:;,()]+")
# A value that is a path may hold spaces; what it may not hold keeps sentences out.
_WHOLE_PATH = re.compile(r"(?:[A-Za-z]:[\\/]|/)[^'\"<>|:;,()\n]*")


def without_places(value: Any) -> Any:  # noqa: ANN401 (any JSON value)
    """The value with the last part alone of every absolute path in it."""
    if isinstance(value, Mapping):
        return {key: without_places(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [without_places(each) for each in value]
    if not isinstance(value, str):
        return value
    if _WHOLE_PATH.fullmatch(value):
        return _last_part(value)
    return _PATH.sub(lambda found: _last_part(found[0]), value)


def _last_part(path: str) -> str:
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1]


def laid_out(value: Any, depth: int = 0) -> str:  # noqa: ANN401 (any JSON value)
    """JSON with whatever holds no list or object on one line: a figure a line, a column a line."""
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list | tuple) or not any(
        isinstance(each, dict | list | tuple) for each in inner
    ):
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        parts = [f"{json.dumps(str(k))}: {laid_out(v, depth + 1)}" for k, v in value.items()]
        return _block("{", parts, "}", depth)
    return _block("[", [laid_out(each, depth + 1) for each in value], "]", depth)


def _block(start: str, parts: list[str], end: str, depth: int) -> str:
    line = "\n" + " " * depth
    return start + ",".join(f"{line} {part}" for part in parts) + line + end

"""What the user wrote about an article: sidecar, front matter, the keys of a JSON line.

Enters: bytes or a mapping. Leaves: a ``Heading`` whose values say where they were written, and the
reasons why parts of it were not used. Deliberately knows nothing of article text beyond its front
matter, nor of which source of a value wins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, ValidationError

from embeddings.dates import given_day, iso_day
from embeddings.errors import ArticleUnreadable
from embeddings.schema import Found, Heading

MAX_SIDECAR_BYTES = 1_000_000
# ``date`` is what many exporters call it; ``published`` wins where both are given.
KEYS = ("title", "author", "publisher", "published", "date", "url")

_FRONT = re.compile(
    r"\ufeff?---[ \t]*\r?\n(?P<body>.*?)(?:\r?\n)?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M
)
_FRONT_LIMIT = 65_536
_KEY_LINE = re.compile(r"\s*[\w-]+\s*:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Given:
    """A heading as given, the reasons why parts of it were left out, and where the text begins."""

    heading: Heading = field(default_factory=Heading)
    warnings: tuple[str, ...] = ()
    end: int = 0  # offset after the front matter; 0 where there is none


class Line(BaseModel):
    """One line of a .jsonl file. Keys it does not know are reported by the caller, not refused."""

    model_config = ConfigDict(strict=True, extra="ignore")

    text: str
    id: str | None = None
    title: str | None = None
    author: str | list[str] | None = None
    publisher: str | None = None
    published: str | None = None
    url: str | None = None

    def heading(self) -> Heading:
        """The line's fields as a heading; ``published`` must be an ISO date or datetime.

        Raises:
            ArticleUnreadable: the date is not one.
        """
        day = iso_day(self.published) if self.published and self.published.strip() else None
        if self.published and self.published.strip() and day is None:
            raise ArticleUnreadable(
                f"published is {_shown(self.published)}, expected an ISO date such as 2021-09-02"
            )
        author = ", ".join(self.author) if isinstance(self.author, list) else self.author
        values = (self.title, author, self.publisher, day, self.url)
        return Heading(*(_found(value, "jsonl field") for value in values))


def parse_line(raw: bytes) -> tuple[Line, frozenset[str]]:
    """One JSON line -> its fields and the keys that were not used.

    Raises:
        ArticleUnreadable: not UTF-8, not JSON, not an object, or a field of the wrong type.
    """
    try:
        data = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise ArticleUnreadable(
            f"not UTF-8 at byte {exc.start} of the line; save it as UTF-8"
        ) from exc
    except (ValueError, RecursionError) as exc:
        raise ArticleUnreadable(f"not JSON ({exc}); expected one object a line") from exc
    if not isinstance(data, dict):
        raise ArticleUnreadable(f"expected a JSON object, found {_kind(data)}")
    try:
        line = Line.model_validate(data)
    except ValidationError as exc:
        reasons = "; ".join(
            f"{'.'.join(map(str, error['loc']))}: {error['msg'].lower()}" for error in exc.errors()
        )
        raise ArticleUnreadable(f"{reasons}; expected text, and title, author ... as text") from exc
    if any(_is_halved(value) for value in line.model_dump().values()):
        raise ArticleUnreadable("half a character pair (U+D800 to U+DFFF) in a field")
    if line.id is not None and not (0 < len(line.id) <= 200 and line.id.isprintable()):
        raise ArticleUnreadable("id: expected 1 to 200 printable characters")
    return line, frozenset(data.keys() - Line.model_fields.keys())


def _is_halved(value: object) -> bool:
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return True
    return False


def read_sidecar(raw: bytes, name: str) -> Given:
    """A JSON or YAML sidecar -> what it gives; one that cannot be read gives only a warning."""
    source = f"sidecar {name}"
    if len(raw) > MAX_SIDECAR_BYTES:
        return Given(
            warnings=(f"{source} is larger than {MAX_SIDECAR_BYTES} bytes and was not used",)
        )
    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text) if name.lower().endswith(".json") else _yaml(text)
    except (ValueError, RecursionError) as exc:  # covers UnicodeDecodeError and JSONDecodeError
        return Given(warnings=(f"{source} cannot be read and was not used: {_first_line(exc)}",))
    if not isinstance(data, Mapping):
        return Given(
            warnings=(f"{source} was not used: expected keys and values, found {_kind(data)}",)
        )
    return from_mapping(data, source)


def read_front_matter(text: str) -> Given:
    """The YAML block a text may begin with, and where it ends.

    Two rules of dashes around prose are not front matter: nothing is reported and ``end`` is 0.
    """
    match = (
        _FRONT.match(text[:_FRONT_LIMIT]) if text[:4].lstrip("\ufeff").startswith("---") else None
    )
    if match is None:
        return Given()
    lines = [line for line in match["body"].splitlines() if line.strip()]
    if not lines or not _KEY_LINE.match(lines[0]):
        return Given()
    try:
        data = _yaml(match["body"])
    except (ValueError, RecursionError) as exc:
        return Given(warnings=(f"front matter was not used: {_first_line(exc)}",), end=match.end())
    if not isinstance(data, Mapping):
        return Given()
    given = from_mapping(data, "front matter")
    return Given(given.heading, given.warnings, match.end())


def from_mapping(data: Mapping[object, object], source: str) -> Given:
    """Known keys -> a heading; every other key, and every value of the wrong kind, is a warning."""
    warnings = []
    values: dict[str, str | None] = {}
    for key in KEYS:
        value = data.get(key)
        if value is None:
            continue
        text = _value(key, value)
        if text is None:
            warnings.append(
                f"{source}: {key} was not used: expected {_expected(key)}, found {_shown(value)}"
            )
        values[key] = text
    unknown = sorted(
        str(key)[:40] if isinstance(key, str) else _kind(key) for key in data if key not in KEYS
    )
    if unknown:
        warnings.append(
            f"{source}: unknown keys {', '.join(unknown[:10])}; expected {', '.join(KEYS)}"
        )
    heading = Heading(
        title=_found(values.get("title"), source),
        author=_found(values.get("author"), source),
        publisher=_found(values.get("publisher"), source),
        published=_found(values.get("published") or values.get("date"), source),
        url=_found(values.get("url"), source),
    )
    return Given(heading, tuple(warnings))


def _value(key: str, value: object) -> str | None:
    """The value as text; None where it is of the wrong kind."""
    if key in {"published", "date"}:
        return given_day(value)
    if key == "author" and isinstance(value, list):
        names = [name.strip() for name in value if isinstance(name, str) and name.strip()]
        return ", ".join(names) if names and len(names) == len(value) else None
    # A title such as 1984 is a number to YAML and still a title.
    if key == "title" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and _encodable(value) else None


def _found(value: str | None, source: str) -> Found | None:
    text = " ".join(value.split()) if value else ""
    return Found(text, source) if text else None


def _encodable(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _expected(key: str) -> str:
    if key in {"published", "date"}:
        return "a date such as 2021-09-02"
    return "text or a list of names" if key == "author" else "text"


def _shown(value: object) -> str:
    """A short rendering for a message; containers only by kind, for they may nest without end."""
    if isinstance(value, str | int | float | bool):
        return ascii(value) if len(str(value)) <= 60 else ascii(str(value)[:60]) + "..."
    return _kind(value)


def _kind(value: object) -> str:
    if value is None:
        return "nothing"
    return {"dict": "an object", "list": "a list", "str": "text"}.get(
        type(value).__name__, type(value).__name__
    )


def _first_line(exc: BaseException) -> str:
    return " ".join(str(exc).split())[:200]


def _yaml(text: str) -> object:
    """Safe YAML; its many errors become ValueError, which JSON raises as well."""
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415  ships no types; seldom needed

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, OverflowError) as exc:
        raise ValueError(_first_line(exc)) from exc

"""What came of each case, as values and as lines of ``results.jsonl``.

Enters: what the worker saw of the system under test. Leaves: ``Outcome`` (before judging) and
``Result`` (after), and the file they are kept in. Deliberately knows nothing of how either is
made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

RESULTS = "results.jsonl"
SUMMARY = "summary.json"
REPORT = "report.html"

# A case's scores by name; None where the score does not apply to the case.
Scores = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of an article that the system showed: a ranked passage or a citation.

    ``article`` is the set's key. ``text`` is what was shown as the article's words; of a ranking
    only the first passages carry it, so that a run of thousands of questions stays readable.
    """

    article: str
    start: int
    end: int
    text: str = ""
    title: str = ""
    publisher: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: its sentences, each with the indexes of its citations, and how sure it is."""

    answered: bool
    confidence: float
    sentences: tuple[tuple[str, tuple[int, ...]], ...] = ()
    citations: tuple[Place, ...] = ()
    missing: str = ""

    @property
    def text(self) -> str:
        """The sentences as one string."""
        return " ".join(text for text, _ in self.sentences)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the system did with a case.

    ``hits`` is its ranking, best first. ``said`` is the answer as a user gets it, None where the
    set does not ask. ``forced`` is what it would have said had it not been allowed to abstain,
    where it did. ``model`` is what asking a language model came to, None where none was asked.
    ``error`` says why there is nothing else.
    """

    hits: tuple[Place, ...] = ()
    said: Said | None = None
    forced: Said | None = None
    understood: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    error: str = ""
    model: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A judged case: one line of ``results.jsonl``.

    ``gold`` and ``outcome`` are plain JSON values for people and reports. ``scores`` are what
    every measure is computed from. ``right_hits``, ``right_citations`` and ``right_sentences``
    say, index by index, what was right; ``verbatim_citations``, which citations have the words
    of their article. A record made before these were kept has none.
    """

    id: str
    kind: str
    question: str
    answerable: bool
    history: tuple[str, ...]
    gold: Mapping[str, Any]
    outcome: Outcome
    scores: Scores
    right_hits: tuple[bool, ...] = ()
    right_citations: tuple[bool, ...] = ()
    right_sentences: tuple[bool, ...] = ()
    verbatim_citations: tuple[bool, ...] = ()

    @property
    def failed(self) -> str:
        """Why the case has no outcome; empty when it has one."""
        return self.outcome.error

    def record(self) -> dict[str, Any]:
        """The result as one JSON object."""
        return asdict(self)


def from_record(data: Mapping[str, Any]) -> Result:
    """The ``Result`` that ``record`` made.

    Raises:
        KeyError, TypeError: it is not one.
    """
    outcome = data["outcome"]
    said, forced = (_said(outcome[name]) for name in ("said", "forced"))
    rest = {k: v for k, v in outcome.items() if k not in {"hits", "said", "forced"}}
    hits = tuple(Place(**hit) for hit in outcome["hits"])
    data = {"verbatim_citations": (), **data}
    values = {f.name: data[f.name] for f in fields(Result)}
    values["outcome"] = Outcome(hits=hits, said=said, forced=forced, **rest)
    marks = ("right_hits", "right_citations", "right_sentences", "verbatim_citations")
    for name in ("history", *marks):
        values[name] = tuple(values[name])
    return Result(**values)


def _said(data: Mapping[str, Any] | None) -> Said | None:
    if data is None:
        return None
    return Said(
        **{
            **data,
            "sentences": tuple((text, tuple(numbers)) for text, numbers in data["sentences"]),
            "citations": tuple(Place(**place) for place in data["citations"]),
        }
    )


def read_results(path: Path) -> Iterator[Result]:
    """The results in a file; a last line that was cut off by a kill is left out.

    Raises:
        OSError: it cannot be read.
        ValueError: a line before the last is not a result.
    """
    # Bytes, since a kill may cut the last line inside a character.
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield from_record(json.loads(line.decode()))
        except (ValueError, KeyError, TypeError) as exc:
            if number == len(lines):
                return
            raise ValueError(f"{path}:{number}: not a result ({exc})") from exc


def write_result(result: Result) -> str:
    """One line for ``results.jsonl``, with its line end."""
    text = json.dumps(result.record(), ensure_ascii=False)
    return text.encode(errors="backslashreplace").decode() + "\n"


def failures(results: Sequence[Result]) -> list[Result]:
    """The results that have no outcome."""
    return [result for result in results if result.failed]

"""What every face says alike: the words that answer, how well supported, what was recognised.

Enters: texts with offsets, and answer records (fresh, or kept for months). Leaves: plain strings.
Deliberately knows nothing of how a face makes words bold or keeps them from being markup.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from qa_app.schema import WELL_SUPPORTED, ClaimSupport, Support

SUPPORT_WORDS: Mapping[Support, str] = {
    "well supported": "Well supported",
    "partly supported": "Partly supported: read the source before relying on it",
    "not found": "Not found in these articles",
}
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
# A name or a part of a question is shown as far as this: enough to know it again.
SHOWN_CHARACTERS = 60


def support_note(support: ClaimSupport | Mapping[str, Any]) -> str:
    """What to say behind a language model's claim; empty where nothing is to be said.

    Args:
        support: the check, or its record as an answer keeps it.
    """
    if isinstance(support, ClaimSupport):
        support = support.record()
    unfounded = ", ".join(f"“{cut(word, SHOWN_CHARACTERS)}”" for word in support["unfounded"])
    lacking = f"its sources do not have {unfounded}" if unfounded else ""
    if support["verdict"] == "not supported":
        return "; ".join(filter(None, ("not supported by its sources", lacking)))
    if support["verdict"] == "partly supported":
        return lacking or "only partly supported by its sources"
    return ""


def one_line(text: str) -> str:
    """The text with every run of blanks and line ends as one space."""
    return " ".join(text.split())


def spoken_date(day: str | None) -> str:
    """``2020-03-05`` as people write it, "5 March 2020"; what is no such date stays as it is."""
    if not day:
        return "date not given"
    try:
        when = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{when.day} {when:%B} {when.year}"


def also_names(source: Mapping[str, Any]) -> list[str]:
    """Who else prints the words of a citation or passage: "Dagen, 3 March 2024", a string each.

    Args:
        source: its record; one that was kept before records told it says nothing.
    """
    told = (
        f"{cut(each['publisher'] or each['title'] or Path(each['path']).name, SHOWN_CHARACTERS)}, "
        f"{spoken_date(each['published'])}"
        for each in source.get("copies") or ()
    )
    return list(dict.fromkeys(told))


def also_in(source: Mapping[str, Any]) -> str:
    """The same as one line, "Also in: …; …"; empty where nobody else prints them."""
    names = also_names(source)
    return f"Also in: {'; '.join(names)}" if names else ""


def cut(text: str, length: int) -> str:
    """One line of at most ``length`` characters, ended between words with an ellipsis."""
    line = one_line(text)
    if len(line) <= length:
        return line
    head = line[: length - 1]
    if line[length - 1] != " " and " " in head:
        head = head.rsplit(" ", 1)[0]
    return head.rstrip(",;:–—- ") + "…"


def parts(text: str, answer: Sequence[int] | None) -> tuple[str, str, str]:
    """What stands before the words that answer, these words, and what stands after them.

    They are cut apart here and never in a script: JavaScript counts an emoji as two.

    Args:
        text: a sentence or a quote.
        answer: start and end of the words in it, counted in characters; None for no such words.

    Returns:
        Three strings that make ``one_line(text)``; the last two empty where no words answer.
    """
    before, words, after = exact_parts(text, answer)
    if not words:
        return one_line(text), "", ""
    # The stroke keeps the blank beside the words, which splitting would drop.
    return one_line(f"{before}|")[:-1], one_line(words), one_line(f"|{after}")[1:]


def exact_parts(text: str, answer: Sequence[int] | None) -> tuple[str, str, str]:
    """The same, with every blank and line end as it is; blanks around the words are outside."""
    start, end = answer or (0, 0)
    words = text[start:end].strip()
    if not words:
        return text, "", ""
    start = text.index(words, start)
    return text[:start], words, text[start + len(words) :]


def support_of(record: Mapping[str, Any]) -> Support | None:
    """How well an answer is supported; None where nothing kept with it says so."""
    if record.get("status") == "not_found":
        return "not found"
    kept: Support | None = record.get("support")
    if kept in SUPPORT_WORDS:
        return kept
    # Answers kept before they said it in words have the number alone.
    confidence = record.get("confidence")
    if confidence is None:
        return None
    return "well supported" if confidence >= WELL_SUPPORTED else "partly supported"


def recognised_words(record: Mapping[str, Any]) -> list[str]:
    """What was recognised in a question, in plain words, a string a thing: none where nothing was.

    Args:
        record: an answer; one that was kept before answers told it says nothing.
    """
    told = record.get("recognised") or {}
    question = record.get("understood") or record.get("question") or ""
    dated = dict.fromkeys(_days(each["first"], each["last"]) for each in told.get("periods", ()))
    return [
        *_sources(told.get("names", ())),
        *([f"dated {_listed(dated)}"] if dated else []),
        *_halves([each["text"] for each in told.get("parts", ())], question),
    ]


def _sources(names: Iterable[Mapping[str, Any]]) -> list[str]:
    """Who published and who wrote, each once; in the question's words where these are several."""
    said: dict[str, dict[str, None]] = {}
    for name in names:
        publishers, authors = name["publishers"], name["authors"]
        done = [word for word, who in (("published", publishers), ("written", authors)) if who]
        meant = publishers[0] if len(publishers) == 1 and not authors else name["words"]
        said.setdefault(" or ".join(done), {})[cut(meant, SHOWN_CHARACTERS)] = None
    return [f"{done} by {_listed(who)}" for done, who in said.items()]


def _days(first: str | None, last: str | None) -> str:
    """Days in the largest unit that they fill: "2020", "March 2020 to May 2020", "5 March 2020"."""
    if first is None or last is None:
        return f"from {spoken_date(first)} on" if first else f"up to {spoken_date(last)}"
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    form = "{0.day} {0:%B} {0.year}"
    if start.day == 1 and end.day == monthrange(end.year, end.month)[1]:
        form = "{0.year}" if (start.month, end.month) == (1, 12) else "{0:%B} {0.year}"
    said = dict.fromkeys((form.format(start), form.format(end)))
    return " to ".join(said)


def _halves(texts: Sequence[str], question: str) -> list[str]:
    """In how many parts it was asked, and which, unless names or dates were cut out of them."""
    different = list(dict.fromkeys(map(one_line, texts)))
    if len(different) < 2:
        return []
    said = f"asked in {NUMBERS.get(len(different), len(different))} parts"
    if all(text in one_line(question) for text in different):
        shown = (cut(text.strip(" ,;:"), SHOWN_CHARACTERS) for text in different)
        said += f": {_listed(f'“{text}”' for text in shown)}"
    return [said]


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last

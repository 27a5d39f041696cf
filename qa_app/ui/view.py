"""What the page shows, as plain data: answer records and articles in, JSON-able values out.

Enters: records as ``Answer.record`` makes them (fresh, or kept for months), articles. Leaves:
dictionaries that the scripts beside this module draw. Deliberately knows nothing of Streamlit,
and holds no markup: every string is shown as the text it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from embeddings.schema import Article, Found

Record = Mapping[str, Any]

UNTITLED = "No title in the file; its first words:"
# From which estimated probability on an answer is called so, and how many dots of three that is.
CONFIDENCE = (
    (0.8, 3, "High confidence"),
    (0.55, 2, "Fair confidence: read the source before relying on it"),
    (0.0, 1, "Low confidence: it may answer something else, read the source"),
)
TIP_CHARACTERS = 180


def spoken_date(day: str | None) -> str:
    """``2020-03-05`` as people write it, "5 March 2020"; what is no such date stays as it is."""
    if not day:
        return "date not given"
    try:
        when = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{when.day} {when:%B} {when.year}"


def cut(text: str, length: int) -> str:
    """One line of at most ``length`` characters, ended between words with an ellipsis."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    head = line[: length - 1]
    if line[length - 1] != " " and " " in head:
        head = head.rsplit(" ", 1)[0]
    return head.rstrip(",;:–—- ") + "…"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Count something in words: "1 article", "2,600 articles"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def confidence_words(confidence: float) -> tuple[int, str]:
    """Dots of three, and the words beside them."""
    return next((dots, words) for least, dots, words in CONFIDENCE if confidence >= least)


def source_view(source: Record, key: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """How a citation or a near passage names where it comes from.

    Args:
        source: a citation's or a hit's record.
        key: what the page sends back when it is chosen.
        labels: article ids to titles or first words, for articles without a title.
    """
    title = (source["title"] or "").strip()
    label = title or labels.get(source["article"]) or Path(source["path"]).name
    publisher, published = source["publisher"], spoken_date(source["published"])
    said = label if title else f"no title, begins “{label}”"
    return {
        "key": key,
        "title": title or f"No title; begins “{label}”",
        "untitled": not title,
        "detail": f"{publisher or 'publisher not given'} · {published}",
        "says": f"{said}, {publisher or 'publisher not given'}, {published}",
    }


def answer_view(
    record: Record, labels: Mapping[str, str], active: str | None = None, fresh: bool = False
) -> dict[str, Any]:
    """Everything an answer shows.

    Args:
        record: the answer.
        labels: article ids to titles or first words.
        active: the key of the source that is open beside it.
        fresh: whether it has just been made, and the page should turn to it.
    """
    absent = record["status"] == "not_found"
    dots, words = (0, "") if absent else confidence_words(record["confidence"])
    return {
        "absent": absent,
        "missing": record["missing"],
        "sentences": [
            {"text": " ".join(each["text"].split()), "marks": list(each["citations"])}
            for each in record["sentences"]
        ],
        "sources": [
            {
                **source_view(each, f"citation:{each['number']}", labels),
                "number": each["number"],
                "article": each["article"],
                "begins": cut(each["quote"], TIP_CHARACTERS),
            }
            for each in record["citations"]
        ],
        "nearest": [
            {**source_view(each, f"nearest:{place}", labels), "text": cut(each["text"], 400)}
            for place, each in enumerate(record["nearest"])
        ],
        "dots": dots,
        "confidence": words,
        "notices": _notices(record),
        "active": active,
        "fresh": fresh,
    }


def _notices(record: Record) -> list[str]:
    understood = (record.get("understood") or "").strip()
    notices = [str(each) for each in record["notices"]]
    if understood and understood != record["question"].strip():
        notices.insert(0, f"Understood as: {understood}")
    return notices


def chosen(record: Record, key: str) -> dict[str, Any] | None:
    """The citation or passage a key of ``answer_view`` stands for, or None.

    Returns:
        Its article's record with ``start``, ``end`` and ``quote``.
    """
    kind, _, which = key.partition(":")
    if kind == "citation":
        found = [each for each in record["citations"] if str(each["number"]) == which]
        return dict(found[0]) if found else None
    if kind == "nearest" and which.isdecimal() and int(which) < len(record["nearest"]):
        passage = record["nearest"][int(which)]
        return {**passage, "quote": passage["text"]}
    return None


def article_view(article: Article, place: Record | None = None) -> dict[str, Any]:
    """An article as the viewer shows it, with the words of ``place`` marked.

    Where the article was replaced by one that no longer has these words, it says so.
    """
    start, end, notice = 0, 0, ""
    if place is not None:
        start, end, quote = place["start"], place["end"], place["quote"]
        if article.text[start:end] != quote:
            start = article.text.find(quote)
            end = start + len(quote)
            notice = "The article has changed since it was quoted; the words stand elsewhere now."
        if start < 0:
            start = end = 0
            notice = f"The article has changed since it was quoted. It said: “{quote}”"
    heading = article.heading
    return {
        "title": article.label,
        "flag": "" if heading.title else UNTITLED,
        "fields": _fields(article, place),
        "notice": notice,
        "before": article.text[:start],
        "quote": article.text[start:end],
        "after": article.text[end:],
    }


def _fields(article: Article, place: Record | None) -> Sequence[dict[str, str]]:
    heading = article.heading
    published = heading.published
    day = Found(spoken_date(published.value), published.source) if published else None
    fields = [
        _field("Author", heading.author),
        _field("Publisher", heading.publisher),
        _field("Date", day),
        {"name": "File", "value": Path(article.path).name, "from": ""},
    ]
    if heading.url:
        fields.insert(3, _field("Address", heading.url))
    if heading.title:
        fields.append({"name": "Title", "value": "read from " + heading.title.source, "from": ""})
    if place is not None:
        where = f"{place['start']:,} to {place['end']:,}"
        fields.append({"name": "Characters", "value": where, "from": ""})
    return fields


def _field(name: str, found: Found | None) -> dict[str, str]:
    if found is None:
        return {"name": name, "value": "not given", "from": ""}
    return {"name": name, "value": found.value, "from": found.source}


def gone_view(place: Record) -> dict[str, Any]:
    """What the viewer shows where the article is no longer in the collection."""
    title = place.get("title")
    fields = [
        {"name": "Author", "value": place.get("author") or "not given", "from": ""},
        {"name": "Publisher", "value": place.get("publisher") or "not given", "from": ""},
        {"name": "Date", "value": spoken_date(place.get("published")), "from": ""},
        {"name": "File", "value": Path(str(place.get("path", ""))).name, "from": ""},
    ]
    return {
        "title": title or Path(str(place.get("path", "article"))).name,
        "flag": "" if title else "No title in the file; its name:",
        "fields": fields,
        "notice": "This article is no longer in the collection. These words were quoted from it:",
        "before": "",
        "quote": place.get("quote", ""),
        "after": "",
    }

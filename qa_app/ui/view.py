"""What the page shows, as plain data: answer records and articles in, JSON-able values out.

Enters: records as ``Answer.record`` makes them (fresh, or kept for months), articles. Leaves:
dictionaries that the scripts beside this module draw. Deliberately knows nothing of Streamlit,
and holds no markup: every string is shown as the text it is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from embeddings.schema import Article, Found
from qa_app.turns import THUMBS, Feedback, Turn
from qa_app.wording import (
    SUPPORT_WORDS,
    also_names,
    cut,
    exact_parts,
    parts,
    recognised_words,
    spoken_date,
    support_note,
    support_of,
)

Record = Mapping[str, Any]

UNTITLED = "No title in the file; its first words:"
TIP_CHARACTERS = 180


def plural(count: int, one: str, many: str | None = None) -> str:
    """Count something in words: "1 article", "2,600 articles"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def support_view(record: Record) -> dict[str, Any]:
    """How well an answer is supported, in words, and the number behind them."""
    support = support_of(record)
    # Rounded down: what is not certain never reads 100%, nor what falls short as if it did not.
    percent = math.floor(100 * (record.get("confidence") or 0.0) + 1e-6)
    return {
        "words": SUPPORT_WORDS[support] if support else "",
        "well": support == "well supported",
        "number": f"Estimated probability that the first sentence answers the question: {percent}%",
    }


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
        "also": also_names(source),
    }


def answer_view(
    turn: Turn,
    record: Record,
    labels: Mapping[str, str],
    active: str | None = None,
    fresh: bool = False,
) -> dict[str, Any]:
    """Everything an answer shows.

    Args:
        turn: the question, and what the reader made of question and answer.
        record: the answer.
        labels: article ids to titles or first words.
        active: the key of the source that is open beside it.
        fresh: whether it has just been made, and the page should turn to it.
    """
    return {
        "absent": record["status"] == "not_found",
        "missing": record["missing"],
        "sentences": [
            {
                "parts": parts(each["text"], each.get("answer")),
                "marks": list(each["citations"]),
                **_doubt(each.get("support")),
            }
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
        "support": support_view(record),
        "understood": understood_view(turn.understood_as, edited=bool(turn.understood)),
        "recognised": recognised_words(record),
        "notices": [str(each) for each in record["notices"]],
        "rating": rating_view(turn.feedback),
        "active": active,
        "fresh": fresh,
    }


def _doubt(support: Record | None) -> dict[str, Any]:
    """What to say of a statement that its sources do not wholly support."""
    unsupported = support is not None and support["verdict"] == "not supported"
    return {"unsupported": unsupported, "doubt": support_note(support) if support else ""}


def understood_view(text: str, *, edited: bool) -> dict[str, Any] | None:
    """How a question was read, or None where that is as it was asked."""
    who = "Understood, as you wrote it:" if edited else "Understood as:"
    return {"label": who, "text": text} if text else None


def rating_view(feedback: Feedback | None) -> dict[str, Any]:
    """What the reader thought of an answer; None as verdict where they did not say."""
    if feedback is None:
        return {"verdict": None, "comment": ""}
    return {"verdict": feedback.verdict, "comment": feedback.comment}


def rating_of(verdict: object, comment: object) -> Feedback | None:
    """What a script sent as a rating, or None where it is none."""
    given = str(comment) if isinstance(comment, str) else ""
    return next((Feedback(each, given) for each in THUMBS if each == verdict), None)


def chosen(record: Record, key: str) -> dict[str, Any] | None:
    """The citation or passage a key of ``answer_view`` stands for, or None.

    Returns:
        Its article's record with ``start``, ``end`` and ``quote``, and ``answer``: the words of
        the quote that answer, as offsets into it, or None.
    """
    kind, _, which = key.partition(":")
    if kind == "citation":
        found = [each for each in record["citations"] if str(each["number"]) == which]
        return {**found[0], "answer": _answer_in(found[0], record)} if found else None
    if kind == "nearest" and which.isdecimal() and int(which) < len(record["nearest"]):
        passage = record["nearest"][int(which)]
        return {**passage, "quote": passage["text"], "answer": None}
    return None


def _answer_in(citation: Record, record: Record) -> Sequence[int] | None:
    """The words of a citation that answer, where a sentence of the answer is the citation."""
    for sentence in record["sentences"]:
        cited = citation["number"] in sentence["citations"]
        if cited and sentence["text"] == citation["quote"] and sentence.get("answer"):
            answer: Sequence[int] = sentence["answer"]
            return answer
    return None


def article_view(article: Article, place: Record | None = None) -> dict[str, Any]:
    """An article as the viewer shows it, with the words of ``place`` marked.

    ``quote`` is in three parts; the one in the middle are the words that answer.
    Where the article was replaced by one that no longer has these words, it says so.
    """
    start, end, notice, answer = 0, 0, "", None
    if place is not None:
        start, end, quote = place["start"], place["end"], place["quote"]
        answer = place.get("answer")
        if article.text[start:end] != quote:
            start = article.text.find(quote)
            end = start + len(quote)
            notice = "The article has changed since it was quoted; the words stand elsewhere now."
        if start < 0:
            start, end, answer = 0, 0, None
            notice = f"The article has changed since it was quoted. It said: “{quote}”"
    heading = article.heading
    return {
        "title": article.label,
        "flag": "" if heading.title else UNTITLED,
        "fields": _fields(article, place),
        "notice": notice,
        "before": article.text[:start],
        "quote": exact_parts(article.text[start:end], answer),
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
        "quote": exact_parts(place.get("quote", ""), place.get("answer")),
        "after": "",
    }

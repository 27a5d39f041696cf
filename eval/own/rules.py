"""What to say of each check on articles, in words a news analyst knows; data only.

Enters: nothing. Leaves: ``RULES``, by the names of ``checks.CHECKS``. Deliberately knows
nothing of counts: ``advice.py`` puts them in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FIX, LOOK, KNOW = "fix first", "worth a look", "good to know"


@dataclass(frozen=True, slots=True)
class Rule:
    """What to say where a check named articles.

    ``says`` follows "12 of 340 articles"; ``{has}``, ``{is}`` and ``{s}`` become singular or
    plural. ``many`` is the level where a fifth of the articles or more are concerned.
    """

    says: str
    do: str
    level: str
    many: str


def _state(key: str, example: str) -> str:
    """A placeholder: where to write a value depends on how the articles are kept."""
    return f"{{state:{key}={example}}}"


RULES: Mapping[str, Rule] = {
    "nothing_to_cite": Rule(
        "{has} no sentence of {its} own: nothing in {them} can be found or cited.",
        "Open one and see whether the article's text got lost on the way, for example behind a "
        "cookie notice or a paywall.",
        FIX,
        FIX,
    ),
    "future_date": Rule(
        "{is} dated after today.",
        f"Day and month may be swapped. Put it right {_state('published', '2024-03-01')}.",
        FIX,
        FIX,
    ),
    "old_date": Rule(
        "{is} dated before 1900.",
        f"Most likely a misread date. Put it right {_state('published', '2024-03-01')}.",
        FIX,
        FIX,
    ),
    "no_date": Rule(
        "{has} no date: filters by date leave {them} out, and nothing says how old a quote is.",
        f"If you know the date, state it {_state('published', '2024-03-01')}.",
        LOOK,
        FIX,
    ),
    "broken_characters": Rule(
        "{holds} broken characters such as â€™ for ’: words with them are not found, and quotes "
        "show them.",
        "The files were read with the wrong encoding when they were saved. Export them again as "
        "UTF-8.",
        LOOK,
        FIX,
    ),
    "not_english": Rule(
        "{has} little running English: another language, or a list or a table. The search is "
        "made for English prose.",
        "Lists and tables are found by their words, but seldom answer a question. Translate "
        "articles in other languages, or keep them in a collection of their own.",
        LOOK,
        FIX,
    ),
    "furniture": Rule(
        "{is} mostly page furniture: menus, credits, notices.",
        "Export the article's text alone, or save the page in reader view.",
        LOOK,
        FIX,
    ),
    "short": Rule(
        "{has} fewer than 50 words.",
        "See whether the text is cut off, as teasers and pages behind a paywall are.",
        LOOK,
        FIX,
    ),
    "guessed_date": Rule(
        "{has} only the day on which the file was made for a date.",
        f"It may be the day of download. State the true one {_state('published', '2024-03-01')}.",
        LOOK,
        FIX,
    ),
    "same_day": Rule(
        "{has} the same date.",
        "If that is the day they were downloaded, no order of events can be told. State the true "
        f"one {_state('published', '2024-03-01')}.",
        LOOK,
        LOOK,
    ),
    "no_publisher": Rule(
        "{has} no publisher: a citation cannot say who says it.",
        f"State it {_state('publisher', 'The Daily Star')}.",
        LOOK,
        LOOK,
    ),
    "no_title": Rule(
        "{has} no title: {its} first words stand in for it.",
        f"State it {_state('title', 'Talks end without a deal')}.",
        KNOW,
        LOOK,
    ),
    "same_title": Rule(
        "{shares} {its} title with another article.",
        "Regular columns do that. Otherwise see whether one of them is a copy.",
        KNOW,
        KNOW,
    ),
    "no_author": Rule(
        "{has} no author: questions about who wrote {them} cannot be answered.",
        f"If it matters to you, state it {_state('author', 'Ana Sá')}.",
        KNOW,
        KNOW,
    ),
}
